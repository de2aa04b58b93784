"""The columns of a comparison: ours by choice of engines, and other programs by name."""

import os
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

from musicflamingo_app.analysis.ears import Choice
from musicflamingo_app.errors import NotFound
from train.benchmarks.workers import WORKERS

# What an aspect is measured by where a choice does not say: the engines of other people's networks.
BEFORE = {"chords": "fast", "beats": "beatnet", "key": "vote", "sections": "similarity"}
PEERS = ("librosa", "madmom", "essentia", "chordino", "msaf")
IN_OUR_OWN = ("librosa",)  # its recipes need nothing that the studio does not


def choice_of(text: str) -> Choice:
    """The engines of a name: `fast`, `best`, `studio` (every aspect that knows it), or several such as
    `studio+sections=similarity`. Raises NotFound.
    """
    known = _known()
    chosen: dict[str, Any] = {aspect: name for aspect, name in BEFORE.items() if name in known.get(aspect, ())}
    for word in text.split("+"):
        aspect, _, name = word.rpartition("=")
        meant = {a: name for a, names in known.items() if name in names and aspect in ("", a)}
        if not meant:
            listed = "; ".join(f"{a}={'|'.join(names)}" for a, names in known.items())
            raise NotFound(f"There is no engine “{word}”.", f"Choose among {listed}.")
        chosen |= meant
    return Choice(**chosen)


def _known() -> dict[str, tuple[str, ...]]:
    hints = get_type_hints(Choice)
    return {field.name: get_args(hints[field.name]) for field in fields(Choice)}


def ours(text: str) -> list[str]:
    """The command of our ears by a choice. Raises NotFound."""
    choice_of(text)
    return [sys.executable, str(WORKERS / "with_ours.py"), text]


def peer(name: str, environments: Path) -> list[str] | None:
    """The command of another program, None where its environment is not made. Raises NotFound for an unknown one."""
    if name not in PEERS:
        raise NotFound(f"There is no peer “{name}”.", f"Choose among: {', '.join(PEERS)}.")
    python = Path(sys.executable) if name in IN_OUR_OWN else environments / name / "bin" / "python"
    return [str(python), str(WORKERS / f"with_{name}.py")] if os.access(python, os.X_OK) else None
