"""The command line in this process, over a data folder of its own."""

import logging
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from musicflamingo_app.cli.main import main


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    for name, value in (
        ("HOME", str(folder)),
        ("CHORD_ENGINE", "templates"),
        ("BEAT_ENGINE", "librosa"),
        ("WORKERS", "1"),
    ):
        monkeypatch.setenv(f"MUSICFLAMINGO_{name}", value)
    return folder


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs `musicflamingo ARGUMENTS` as the installed script does."""

    def run(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["musicflamingo", *(str(argument) for argument in arguments)])
        logger = logging.getLogger("musicflamingo_app")
        level, code = logger.level, 0
        capfd.readouterr()
        with warnings.catch_warnings():
            try:
                main()
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else 1
            finally:
                logger.setLevel(level)
        return Said(code, *capfd.readouterr())

    return run
