"""`python -m train.grpo RUN_FOLDER`: learns by reward what the folder's recipe says."""

import argparse
import logging
import sys
from pathlib import Path

from musicflamingo_app.errors import StudioError
from train.grpo.session import run


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
