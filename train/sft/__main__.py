"""`python -m train.sft RUN_FOLDER`: learns what the folder's recipe says. `musicflamingo train` makes such folders."""

import argparse
import logging
import sys
from pathlib import Path

from musicflamingo_app.errors import StudioError
from train.sft.learn import run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the run's folder")
    folder = parser.parse_args().folder
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        done = run(folder)
    except StudioError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{folder.name} is done." if done else f"{folder.name} stopped; it can be resumed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
