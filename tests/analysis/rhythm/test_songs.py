"""Whole engines on synthesized music whose beats, bars and metre are known."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from musicflamingo_app.analysis.engines import Engine, Heard, Unwatched
from musicflamingo_app.analysis.rhythm.engine import BeatNetEngine
from musicflamingo_app.analysis.rhythm.fallback import LibrosaBeats
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.errors import Cancelled, MissingPackage
from musicflamingo_app.music.beat import BeatGrid, Metre

Sound = NDArray[np.float64]
ROOTS = (48, 45, 53, 55, 52, 57, 50, 55)  # C Am F G Em Am Dm G, an octave below middle C
THIRDS = (4, 3, 4, 4, 3, 3, 3, 4)
DURATION_S = 45.0


@dataclass(frozen=True)
class Piece:
    """Music made of a bass note and a chord a bar, broken chords between, and drums if wanted."""

    beats_s: Sound
    n_beats: int
    parts: int = 2  # of a beat
    drums: bool = False

    @property
    def downbeats_s(self) -> Sound:
        return self.beats_s[:: self.n_beats]

    def play(self, seed: int = 0) -> Audio:
        random = np.random.default_rng(seed)
        out = np.zeros(int((self.beats_s[-1] + 2) * ANALYSIS_HZ))
        gaps_s = np.append(np.diff(self.beats_s), self.beats_s[-1] - self.beats_s[-2])
        for index, (time_s, gap_s) in enumerate(zip(self.beats_s, gaps_s, strict=True)):
            root, third = (row[(index // self.n_beats) % len(ROOTS)] for row in (ROOTS, THIRDS))
            if index % self.n_beats == 0:
                _tone(out, time_s, root - 12, 2 * gap_s, 0.5)
            for part in range(self.parts):
                pitch = root + 12 + (0, third, 7)[(index * self.parts + part) % 3]
                _tone(out, time_s + gap_s * part / self.parts, pitch, gap_s / self.parts, 0.22 if part else 0.3)
            if self.drums:
                _drum(out, time_s, random, low=index % 2 == 0)
        return Audio((0.7 * out / np.abs(out).max()).astype(np.float32)[None], ANALYSIS_HZ)


def _tone(out: Sound, time_s: float, pitch: int, length_s: float, level: float) -> None:
    t = np.arange(int(length_s * ANALYSIS_HZ)) / ANALYSIS_HZ
    hz = 440 * 2 ** ((pitch - 69) / 12)
    shape = np.minimum(1, t / 0.005) * np.exp(-t / 0.5) * np.minimum(1, (length_s - t) / 0.02)
    _add(out, time_s, level * shape * sum(np.sin(2 * np.pi * hz * n * t) / n**1.5 for n in range(1, 6)))


def _drum(out: Sound, time_s: float, random: np.random.Generator, *, low: bool) -> None:
    t = np.arange(3000) / ANALYSIS_HZ
    kick = 0.8 * np.sin(2 * np.pi * (50 + 80 * np.exp(-t / 0.02)) * t) * np.exp(-t / 0.06)
    _add(out, time_s, kick if low else 0.4 * random.normal(size=len(t)) * np.exp(-t / 0.04))


def _add(out: Sound, time_s: float, sound: Sound) -> None:
    at = int(time_s * ANALYSIS_HZ)
    piece = out[at : at + len(sound)]
    piece += sound[: len(piece)]


def steady(bpm: float, seed: int = 3) -> Sound:
    """Beats at a tempo, played a few milliseconds early or late."""
    times_s = np.arange(0.7, DURATION_S - 2, 60 / bpm)
    return times_s + np.random.default_rng(seed).normal(scale=0.004, size=len(times_s))


def f_measure(true_s: Sound, found_s: tuple[float, ...]) -> float:
    """Of hits within 70 ms."""
    found = np.array(found_s)
    hits = sum(bool(len(found)) and float(np.abs(found - time_s).min()) <= 0.07 for time_s in true_s)
    return 2 * hits / (len(true_s) + len(found))


def measure(engine: Engine[BeatGrid], audio: Audio) -> BeatGrid:
    return engine.measure(audio, Heard(), Unwatched()).value


@pytest.mark.parametrize(
    ("piece", "metre"),
    [
        (Piece(steady(70), 4), Metre(4)),
        (Piece(steady(90), 4, drums=True), Metre(4)),
        (Piece(steady(128), 4, drums=True), Metre(4)),
        (Piece(steady(174), 4, drums=True), Metre(4)),
        (Piece(steady(90), 2, drums=True), Metre(2)),
        (Piece(steady(100), 3), Metre(3)),
        (Piece(steady(120), 3), Metre(3)),
        (Piece(steady(180), 3), Metre(3)),
        (Piece(steady(50), 2, parts=3, drums=True), Metre(6, 8)),
    ],
    ids=lambda value: f"{60 / np.diff(value.beats_s).mean():.0f}" if isinstance(value, Piece) else str(value),
)
def test_beats_bars_and_metre_without_chords(piece: Piece, metre: Metre) -> None:
    grid = measure(BeatNetEngine(), piece.play())
    assert f_measure(piece.beats_s, grid.times_s) > 0.93
    assert f_measure(piece.downbeats_s, grid.downbeats_s) > 0.85
    assert grid.metre == metre


def test_triplets_are_counted_in_beats_of_three() -> None:
    piece = Piece(steady(100), 4, parts=3, drums=True)
    grid = measure(BeatNetEngine(), piece.play())
    assert f_measure(piece.beats_s, grid.times_s) > 0.93
    assert grid.metre.is_compound


def test_a_change_of_tempo_is_followed() -> None:
    slow_s, fast_s = np.arange(0.7, 24, 60 / 96), np.arange(0, 24, 60 / 120)
    piece = Piece(np.concatenate([slow_s, slow_s[-1] + 60 / 96 + fast_s]), 4, drums=True)
    grid = measure(BeatNetEngine(), piece.play())
    assert f_measure(piece.beats_s, grid.times_s) > 0.9
    curve = grid.tempo_curve()
    assert curve[10].bpm == pytest.approx(96, rel=0.02)
    assert curve[-10].bpm == pytest.approx(120, rel=0.02)


def test_later_music_has_later_beats() -> None:
    piece = Piece(steady(110), 4, drums=True)
    audio = piece.play()
    silence = np.zeros((1, int(1.4 * ANALYSIS_HZ)), np.float32)
    moved = measure(BeatNetEngine(), Audio(np.concatenate([silence, audio.samples], axis=1), ANALYSIS_HZ))
    assert f_measure(piece.beats_s + 1.4, moved.times_s) > 0.93
    assert f_measure(piece.downbeats_s + 1.4, moved.downbeats_s) > 0.85


def test_the_engine_ranks_other_tempi_and_is_surer_of_music_than_of_scattered_notes() -> None:
    music = BeatNetEngine().measure(Piece(steady(110), 4, drums=True).play(), Heard(), Unwatched())
    random = np.random.default_rng(5)
    scattered = Piece(0.5 + np.cumsum(random.exponential(0.35, size=100)), 7)
    loose = BeatNetEngine().measure(scattered.play(), Heard(), Unwatched())
    assert music.tempi[0].label == pytest.approx(110, rel=0.02)
    assert sum(other.confidence for other in music.tempi) == pytest.approx(1)
    assert music.confidence > 0.85 > 0.7 > loose.confidence


def _noise(n_samples: int) -> Sound:
    return 0.1 * np.random.default_rng(1).normal(size=n_samples)


def _drone(n_samples: int) -> Sound:
    t = np.arange(n_samples) / ANALYSIS_HZ
    return 0.1 * sum(np.sin(2 * np.pi * hz * t) for hz in (110, 165, 220, 277))


@pytest.mark.parametrize("engine", [BeatNetEngine(), LibrosaBeats()], ids=lambda engine: engine.name)
@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(0),
        np.zeros(100),
        np.zeros(10 * ANALYSIS_HZ),
        np.full(5 * ANALYSIS_HZ, np.nan),
        _noise(20 * ANALYSIS_HZ),
        _drone(20 * ANALYSIS_HZ),
        _noise(ANALYSIS_HZ),
    ],
    ids=["nothing", "a click long", "silence", "NaN", "noise", "drone", "one second"],
)
def test_where_no_beat_is_none_is_invented(engine: Engine[BeatGrid], samples: Sound) -> None:
    found = engine.measure(Audio(samples.astype(np.float32)[None], ANALYSIS_HZ), Heard(), Unwatched())
    assert found.value == BeatGrid()
    assert found.confidence == 0


@pytest.mark.parametrize(("bpm", "n_beats"), [(100, 4), (100, 3)])
def test_the_stand_in_finds_beats_and_bars(bpm: float, n_beats: int) -> None:
    piece = Piece(steady(bpm), n_beats)
    grid = measure(LibrosaBeats(), piece.play())
    assert f_measure(piece.beats_s, grid.times_s) > 0.9
    assert f_measure(piece.downbeats_s, grid.downbeats_s) > 0.85
    assert grid.metre == Metre(n_beats)


def test_stereo_at_another_rate_gives_the_same_beats() -> None:
    import soxr

    mono = Piece(steady(110), 4, drums=True).play()
    fast = soxr.resample(mono.mono, ANALYSIS_HZ, 44_100)
    grids = [measure(BeatNetEngine(), audio) for audio in (mono, Audio(np.stack([fast, fast]), 44_100))]
    assert f_measure(np.array(grids[0].times_s), grids[1].times_s) > 0.98


def test_stopping_stops() -> None:
    class Stopped:
        def progress(self, fraction: float, sentence: str = "") -> None:
            raise Cancelled

    for engine in (BeatNetEngine(), LibrosaBeats()):
        with pytest.raises(Cancelled):
            engine.measure(Piece(steady(110), 4).play(), Heard(), Stopped())


def test_a_folder_without_the_weights_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(MissingPackage, match="weights for beats are missing"):
        measure(BeatNetEngine(tmp_path_factory.mktemp("empty")), Piece(steady(110), 4).play())
