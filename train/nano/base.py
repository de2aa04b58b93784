"""Puts taught ears on the words, as speech is taught: `python -m train.nano.base --ears RUN --out BASE`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from musicflamingo_app.errors import StudioError
from train.nano.architecture import NANO, Ears, assemble
from train.nano.encoder import ears_of, words_beside


def main(arguments: Sequence[str] | None = None, *, sizes: Ears = NANO) -> int:
    """Writes a Music Flamingo folder, or says in one sentence on stderr what is missing; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m train.nano.base", description=__doc__)
    parser.add_argument("--ears", type=Path, required=True, help="the run of train.nano.encoder")
    parser.add_argument("--out", type=Path, required=True, help="the folder that is made")
    parser.add_argument("--words", type=Path, help="a Llama folder; the embedded model where not given")
    given = parser.parse_args(arguments)
    try:
        heard = ears_of(given.ears)
        print(assemble(given.words or words_beside(given.ears), given.out, heard, ears=sizes))
    except StudioError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
