"""Real recordings taught by what is heard in several views: what views have in common is kept, and moved rightly."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from musicflamingo_app.analysis.listening.shipped import weights_folder
from musicflamingo_app.analysis.listening.spectra import Spectra, n_bands
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from train.ears.draws import Cut, cut
from train.ears.items import SCALE, Item
from train.ears.pulses import FEWEST, UNBARRED, Taught, item_of, items_of, longest, middle, on_pulses
from train.ears.shelf import shelved
from train.ears.views import FASTEST, MOST_SEMITONES, View, views

BEATS_S = 1.0 + 0.5 * np.arange(60)


def clicking(times_s: np.ndarray, seconds: float) -> np.ndarray:
    """Clicks of noise."""
    sound = np.zeros(int(seconds * ANALYSIS_HZ), np.float32)
    noise = np.random.default_rng(0).standard_normal(400).astype(np.float32) * np.hanning(400).astype(np.float32)
    for time_s in times_s:
        start = int(time_s * ANALYSIS_HZ)
        sound[start : start + 400] += noise[: len(sound[start : start + 400])]
    return sound


def test_views_are_the_same_for_the_same_recording_and_differ_from_one_another() -> None:
    assert views("a", 3) == views("a", 3)
    assert views("a", 3) != views("b", 3)
    seen = views("a", 20)
    assert seen[0] == View()
    assert len(set(seen)) == 21
    assert all(abs(view.semitones) <= MOST_SEMITONES and 1 / FASTEST <= view.speed <= FASTEST for view in seen)


@pytest.mark.parametrize("view", [View(3.0, 1.0), View(-2.5, 1.1), View(0.0, 0.9)])
def test_a_view_sounds_at_its_speed_and_pitch(view: View) -> None:
    seconds = 4.0
    tone = np.sin(2 * np.pi * 440 * np.arange(int(seconds * ANALYSIS_HZ)) / ANALYSIS_HZ).astype(np.float32)
    made = view.of(tone)
    assert len(made) / ANALYSIS_HZ == pytest.approx(seconds / view.speed, rel=0.01)
    spectrum = np.abs(np.fft.rfft(made * np.hanning(len(made))))
    found_hz = spectrum.argmax() * ANALYSIS_HZ / len(made)
    assert 12 * np.log2(found_hz / 440) == pytest.approx(view.semitones, abs=0.1)


def test_clicks_of_a_view_come_when_its_speed_says() -> None:
    view = View(2.0, 0.9)
    made = view.of(clicking(np.array([1.0, 2.0, 3.0]), 4.0))
    loud = np.convolve(made**2, np.ones(400), "same")
    for time_s in (1.0, 2.0, 3.0):
        near = slice(int((time_s / 0.9 - 0.3) * ANALYSIS_HZ), int((time_s / 0.9 + 0.3) * ANALYSIS_HZ))
        assert (near.start + loud[near].argmax()) / ANALYSIS_HZ == pytest.approx(time_s / 0.9, abs=0.03)


def test_what_a_view_hears_is_told_in_the_times_of_the_recording() -> None:
    odds = np.zeros((500, 2), np.float32)
    odds[[100, 300], 0] = 1.0
    told = View(0.0, 0.8).told(odds, 400)
    assert told.shape == (400, 2)
    assert set(np.flatnonzero(told[:, 0] > 0.5)) == {80, 240}


@pytest.mark.parametrize("pulses_s", [BEATS_S, BEATS_S[::2], np.arange(1.0, 31.0, 0.25), BEATS_S + 0.03])
def test_pulses_at_any_level_lie_on_the_beats(pulses_s: np.ndarray) -> None:
    assert on_pulses(BEATS_S, pulses_s)[:-1].all()


@pytest.mark.parametrize("pulses_s", [BEATS_S + 0.2, BEATS_S[::3], np.arange(1.0, 31.0, 0.4), BEATS_S[:1]])
def test_other_pulses_do_not(pulses_s: np.ndarray) -> None:
    assert on_pulses(BEATS_S, pulses_s).mean() < 0.3


def test_the_longest_stretch_that_is_borne_out_is_kept() -> None:
    support = np.zeros(100)
    support[5:20] = support[40:90] = 1.0
    kept = longest(support)
    assert abs(kept.start - 40) <= 3
    assert abs(kept.stop - 90) <= 3
    assert longest(np.zeros(FEWEST)) == slice(0, 1)


def heard(seconds: float) -> Spectra:
    """Rows that are a tenth of their second."""
    n = int(seconds * 10)
    times_s = np.arange(5 * n, dtype=np.float32) / 50
    return Spectra(np.ones((n, 252), np.float32), np.tile(times_s[:, None] / 10, n_bands()))


@pytest.mark.parametrize("speed", [1.0, 0.9, 1.2])
def test_an_item_of_a_view_begins_and_beats_where_the_view_does(speed: float) -> None:
    taught = Taught(BEATS_S[10:40], np.full(30, UNBARRED), BEATS_S[10] - 0.25, BEATS_S[39] + 0.25)
    made = item_of("a", View(1.0, speed), heard(40 / speed), taught)
    first_s = 10 * made.rhythmic[0, 0] / SCALE
    np.testing.assert_allclose(first_s + made.beats_s, BEATS_S[10:40] / speed, atol=0.2)
    np.testing.assert_allclose(np.diff(made.beats_s), 0.5 / speed, atol=1e-4)
    assert len(made.harmonic) == pytest.approx(150 / speed, abs=2)
    assert (made.chords == -1).all()


def rows_of(made: Item, frames: int) -> np.ndarray:
    """Nearness of beats and downbeats from the item's beginning on."""
    start = np.zeros(1, int)
    return cut(shelved({"real-a-0": made}), Cut(start, start, start, np.ones(1)), frames).beats[0].numpy()


def test_nobody_teaches_bars_that_nobody_knows() -> None:
    taught = Taught(BEATS_S[:30], np.full(30, UNBARRED), 0.75, 15.75)
    rows = rows_of(item_of("a", View(), heard(40), taught), 80)
    assert (rows[:, 1] == -1).all()
    assert (rows[:, 0] == 1).sum() == 16


def test_bars_that_are_known_are_taught() -> None:
    taught = Taught(BEATS_S[:30], 1 + np.arange(30) % 4, 0.75, 15.75)
    rows = rows_of(item_of("a", View(), heard(40), taught), 160)
    assert (rows[:, 1] == 1).sum() == 8
    assert (rows[:, 1] >= 0).all()


def recorded(path: Path, sound: np.ndarray, rate_hz: int = ANALYSIS_HZ) -> Path:
    soundfile.write(path, sound, rate_hz)
    return path


def test_clicks_are_believed_in_every_view(tmp_path: Path) -> None:
    times_s = 0.5 + 0.5 * np.arange(78)
    made = dict(items_of(recorded(tmp_path / "clicks.flac", 0.3 * clicking(times_s, 40.0)), [weights_folder()], 1))
    assert set(made) == {"real-clicks-0", "real-clicks-1"}
    gaps_s = [float(np.median(np.diff(item.beats_s))) for item in made.values()]
    speed = made["real-clicks-1"].about["speed"]
    assert gaps_s[0] / gaps_s[1] == pytest.approx(speed, rel=0.02)
    assert any(gaps_s[0] == pytest.approx(gap_s, rel=0.02) for gap_s in (0.25, 0.5, 1.0))


def test_silence_teaches_nothing(tmp_path: Path) -> None:
    assert not list(items_of(recorded(tmp_path / "silence.flac", np.zeros(30 * ANALYSIS_HZ)), [weights_folder()], 1))


def test_recordings_at_other_rates_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="22050"):
        middle(recorded(tmp_path / "fast.flac", np.zeros(44_100), 44_100))
