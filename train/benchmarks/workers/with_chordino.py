"""Chordino, a Vamp plugin for chords (GPL-2: to compare with, never to ship)."""

import importlib.metadata
import importlib.util
import os
import wave
from collections.abc import Callable
from pathlib import Path

from answering import Clock, Found, answer


def load() -> tuple[str, Callable[[str, Clock], Found]]:
    spec = importlib.util.find_spec("chord_extractor")
    if spec is None or spec.origin is None:
        raise SystemExit("chord_extractor is not installed here.")
    os.environ.setdefault("VAMP_PATH", str(Path(spec.origin).parent / "_lib"))  # read when the plugin is first asked
    from chord_extractor.extractors import Chordino

    chordino = Chordino(roll_on=1)

    def hear(path: str, clock: Clock) -> Found:
        with clock.of("chords"):
            changes = chordino.extract(path)
        starts_s = [change.timestamp for change in changes]
        ends_s = [*starts_s[1:], max(_duration_s(path), starts_s[-1] if starts_s else 0.0)]
        rows = zip(starts_s, ends_s, [change.chord for change in changes], strict=True)
        return {"chords": [[start_s, end_s, name, None] for start_s, end_s, name in rows if end_s > start_s]}

    return f"Chordino, chord-extractor {importlib.metadata.version('chord-extractor')}", hear


def _duration_s(path: str) -> float:
    with wave.open(path) as file:
        return file.getnframes() / file.getframerate()


if __name__ == "__main__":
    answer(load)
