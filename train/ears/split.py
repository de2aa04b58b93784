"""Which songs teach, which choose and which judge; a song is on one side only, whoever plays it."""

import hashlib
from pathlib import Path

from train.benchmarks.listening import SONGS

HELD_OUT_FONT = "MuseScore_General_Full"  # no training render uses it
HELD_OUT_STYLE = "bossa"  # no training piece is in it
TEST_SEEDS, VALID_SEEDS, TRAIN_SEEDS = range(0, 1000), range(1000, 2000), range(10_000, 1_000_000)
_TEST_SHARE, _VALID_SHARE = 4, 3  # percent, beside the benchmark's songs


def side(song: str) -> str:
    """`train`, `valid` or `test` of a song of POP909, by its name alone."""
    if song in SONGS:
        return "test"
    mark = int(hashlib.sha256(f"ears {song}".encode()).hexdigest(), 16) % 100
    return "test" if mark < _TEST_SHARE else "valid" if mark < _TEST_SHARE + _VALID_SHARE else "train"


def songs(folder: Path, wanted: str) -> list[str]:
    """The songs of one side, in order."""
    return [name for name in sorted(path.stem for path in folder.glob("*.mid")) if side(name) == wanted]
