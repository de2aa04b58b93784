"""The studio's own ears: `python with_ours.py CHOICE`; CHOICE as `train.benchmarks.columns` reads it."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from answering import Clock, Found, answer

from musicflamingo_app.analysis.ears import Chain, Ears, ears_of
from musicflamingo_app.analysis.engines import Finding, Heard, Unwatched, Watch
from musicflamingo_app.analysis.pipeline import STAGES, listen
from musicflamingo_app.audio.intake import read_audio
from musicflamingo_app.audio.loudness import FLOOR_LUFS, Loudness
from musicflamingo_app.audio.sound import Audio
from musicflamingo_app.errors import StudioError
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.time import Timeline
from train.benchmarks.columns import choice_of

UNMEASURED = Loudness(FLOOR_LUFS, 0.0, 0.0, 2.0, np.zeros(0, np.float32))  # no ears of ours read it


class Timed:
    """An engine whose time is counted."""

    def __init__(self, engine: Any, aspect: str, clock: Clock) -> None:
        self._engine, self._aspect, self._clock = engine, aspect, clock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> Finding[Any]:
        with self._clock.of(self._aspect):
            found: Finding[Any] = self._engine.measure(audio, heard, watch)
        return found


def load() -> tuple[str, Callable[[str, Clock], Found]]:
    import torch

    torch.set_num_threads(1)
    choice = choice_of(sys.argv[1])
    ears = replace(ears_of(choice), tags=())  # no other program names tags
    _checked(ears)

    def hear(path: str, clock: Clock) -> Found:
        timed = Ears(**{stage: _timed(getattr(ears, stage), stage, clock) for stage in STAGES})
        analysis, _ = listen(read_audio(Path(path)), UNMEASURED, timed, Unwatched())
        return {**found_in(analysis), "failures": _failures(analysis, ears)}

    return f"ours: {choice}", hear


def _checked(ears: Ears) -> None:
    """Ends where an engine that was asked for is not installed: its stand-in would be heard under its name."""
    for stage in STAGES:
        chain: Chain = getattr(ears, stage)
        check = getattr(chain[0], "check", None) if chain else None
        if check is not None:
            try:
                check()
            except StudioError as error:
                raise SystemExit(f"{stage}: {error}") from error


def _timed(chain: Chain, stage: str, clock: Clock) -> Chain:
    return tuple(Timed(engine, stage, clock) for engine in chain)


def found_in(analysis: Analysis) -> Found:
    """An analysis in the words of `answering`."""
    out: Found = {}
    if analysis.beats:
        grid = analysis.beats.value
        out["beats"] = [[beat.time_s, beat.position] for beat in grid.beats]
        out["metre"] = str(grid.metre)
    if analysis.tempo:
        out["tempo_bpm"] = analysis.tempo.value
    if analysis.chords:
        out["chords"] = _rows(analysis.chords.value)
    if analysis.key:
        out |= {"key": str(analysis.key.value), "key_confidence": analysis.key.confidence}
    if analysis.sections:
        out["sections"] = [[s.start_s, s.end_s, s.label.letter] for s in analysis.sections.value]
    if analysis.instruments:
        out["instruments"] = {
            one.name: [[s.start_s, s.end_s, s.confidence] for s in one.timeline] for one in analysis.instruments.value
        }
    return out


def _rows(timeline: Timeline[Any]) -> list[list[object]]:
    return [[s.start_s, s.end_s, str(s.label), s.confidence] for s in timeline]


def _failures(analysis: Analysis, ears: Ears) -> list[str]:
    """What failed, and where a stand-in was heard in the place of the engine that was asked for."""
    out = [f"{aspect}: {failure.sentence}" for aspect, failure in analysis.failures.items()]
    for aspect, provenance in analysis.provenances.items():
        chain: Chain = getattr(ears, aspect, ())
        if chain and provenance.engine != chain[0].name:
            out.append(f"{aspect}: {provenance.engine} stood in for {chain[0].name}.")
    return out


if __name__ == "__main__":
    answer(load)
