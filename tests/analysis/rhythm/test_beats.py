"""Beats, bars and tempo on clicks and chords with known answers."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from musicflamingo_app.analysis.engines import Heard, Unwatched
from musicflamingo_app.analysis.rhythm import engine
from musicflamingo_app.analysis.rhythm.engine import BeatNetEngine
from musicflamingo_app.analysis.rhythm.fallback import LibrosaBeats
from musicflamingo_app.analysis.rhythm.tempo import tempo_finding
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.time import Timeline
from musicflamingo_app.scoring.beats import beat_scores, downbeat_f


def clicks(times_s: NDArray[np.float64], accents: NDArray[np.bool_], duration_s: float) -> Audio:
    """Short noisy clicks with a low thump, the accented ones louder."""
    random = np.random.default_rng(440)
    out = np.zeros(int(duration_s * ANALYSIS_HZ), np.float32)
    t = np.arange(int(0.08 * ANALYSIS_HZ)) / ANALYSIS_HZ
    for time_s, loud in zip(times_s, accents, strict=True):
        sound = np.exp(-t * 60) * (random.normal(size=len(t)) * 0.3 + np.sin(2 * np.pi * (60 if loud else 180) * t))
        at = int(time_s * ANALYSIS_HZ)
        piece = out[at : at + len(t)]
        piece += ((0.8 if loud else 0.4) * sound)[: len(piece)].astype(np.float32)
    return Audio(out[None], ANALYSIS_HZ)


@pytest.mark.parametrize(("bpm", "n_beats"), [(70, 4), (100, 4), (120, 4), (90, 3)])
def test_accented_clicks_are_found_with_their_bars(bpm: float, n_beats: int) -> None:
    times_s = 0.5 + np.arange(int(30 * bpm / 60)) * 60 / bpm
    accents = np.arange(len(times_s)) % n_beats == 0
    chords = Timeline.of(
        (float(a), float(b), Chord.parse("C:maj" if i % 2 else "F:maj"))
        for i, (a, b) in enumerate(zip(times_s[accents], times_s[accents][1:], strict=False))
    )
    sound = clicks(times_s, accents, 31)
    grid = BeatNetEngine().measure(sound, Heard(chords=chords), Unwatched()).value
    assert beat_scores(times_s, grid.times_s).f > 0.9
    assert grid.metre == Metre(n_beats, 4)
    assert downbeat_f(times_s[accents], grid.downbeats_s) > 0.85


@pytest.mark.parametrize("engine", [BeatNetEngine(), LibrosaBeats()])
@pytest.mark.parametrize("duration_s", [1.0, 12.0])
def test_silence_has_no_beats(engine: BeatNetEngine | LibrosaBeats, duration_s: float) -> None:
    silence = Audio(np.zeros((1, int(duration_s * ANALYSIS_HZ)), np.float32), ANALYSIS_HZ)
    found = engine.measure(silence, Heard(), Unwatched())
    assert found.value == BeatGrid()
    assert found.confidence <= 0.2


def test_the_stand_in_follows_clicks() -> None:
    times_s = 0.5 + np.arange(60) * 0.5
    grid = LibrosaBeats().measure(clicks(times_s, np.arange(60) % 4 == 0, 31), Heard(), Unwatched()).value
    assert beat_scores(times_s, grid.times_s).f > 0.8
    assert grid.tempo_bpm == pytest.approx(120, rel=0.04)


def test_altered_weights_are_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("weights")
    for number in (1, 2, 3):
        (folder / f"model_{number}_weights.pt").write_bytes(b"not these")
    with pytest.raises(MissingPackage, match="model_1"):
        BeatNetEngine(folder).measure(clicks(np.arange(10.0), np.ones(10, bool), 10), Heard(), Unwatched())


def test_tempo_ranks_half_and_double() -> None:
    grid = BeatGrid.of(np.arange(20) * 0.5, [0.0], Metre(4, 4))
    found = tempo_finding(grid, 0.8)
    assert found.value == pytest.approx(120)
    assert {60, 240} <= {round(other.label) for other in found.alternatives}
    assert found.confidence + sum(other.confidence for other in found.alternatives) == pytest.approx(1)


def test_beatnet_tells_what_it_misses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    BeatNetEngine().check()
    with pytest.raises(MissingPackage, match="weights for beats"):
        BeatNetEngine(tmp_path).check()
    monkeypatch.setattr(engine, "find_spec", lambda package: None if package == "metricon" else object())
    with pytest.raises(MissingPackage, match="metricon is not installed"):
        BeatNetEngine().check()
