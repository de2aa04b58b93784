"""Sections of a made song with a known form, of silence and of a second; the likeliest segmentation; letters."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from musicflamingo_app.analysis.engines import Heard, Unwatched
from musicflamingo_app.analysis.form.boundaries import best_segmentation
from musicflamingo_app.analysis.form.engine import ClusteredSections, FormFinding, SelfSimilaritySections
from musicflamingo_app.analysis.form.functions import Material, functions, named
from musicflamingo_app.analysis.form.letters import aligned, letters
from musicflamingo_app.audio.sound import Audio
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.section import Section

RATE_HZ, BAR_S, SECTION_BARS = 22_050, 2.0, 8
LOOPS = {
    "A": ((48, 52, 55), (43, 47, 50), (45, 48, 52), (41, 45, 48)),
    "B": ((50, 53, 57), (46, 50, 53), (51, 55, 58), (45, 49, 52)),
}


def bar_of(notes: tuple[int, ...], *, n_partials: int, gain: float) -> NDArray[np.float64]:
    """Two seconds of a chord, its notes struck four times."""
    time_s = np.arange(round(BAR_S * RATE_HZ)) / RATE_HZ
    swell = np.exp(-3 * (time_s % (BAR_S / 4)))
    tones = [
        np.sin(2 * np.pi * 440 * 2 ** ((note - 69) / 12) * k * time_s) / k
        for note in (notes[0] - 12, *(note + 12 for note in notes))
        for k in range(1, n_partials + 1)
    ]
    return gain * swell * np.sum(tones, axis=0)


def song(form: str) -> Audio:
    """A: soft, dark chords; B: other chords, bright and louder, with noise on the beat."""
    noise = np.random.default_rng(3).normal(0, 0.02, round(BAR_S * RATE_HZ))
    bars = []
    for letter in form:
        for index in range(SECTION_BARS):
            notes = LOOPS[letter][index % 4]
            bright = letter == "B"
            bar = bar_of(notes, n_partials=10 if bright else 2, gain=0.06 if bright else 0.04)
            bars.append(bar + noise * bright)
    return Audio(np.concatenate(bars).astype(np.float32)[None], RATE_HZ)


def beats_of(audio: Audio) -> BeatGrid:
    times = np.arange(0, audio.duration_s, BAR_S / 4).tolist()
    return BeatGrid.of(times, times[::4], Metre(4, 4))


@pytest.fixture(scope="module")
def abab() -> FormFinding:
    audio = song("ABAB")
    return SelfSimilaritySections().measure(audio, Heard(beats=beats_of(audio)), Unwatched())


def test_boundaries_of_a_song_in_two_materials(abab: FormFinding) -> None:
    """Every change of material is found; within one, the repeated loop of four bars may be cut as well."""
    found = [segment.start_s for segment in abab.value]
    for true_s in (0, 16, 32, 48):
        assert min(abs(start_s - true_s) for start_s in found) <= 0.5
    assert len(found) <= 7
    assert abab.value.end_s == pytest.approx(64)


def test_letters_come_back_with_their_material(abab: FormFinding) -> None:
    heard = [{s.label.letter.rstrip("'") for s in abab.value if t <= s.start_s < t + 15.5} for t in (0, 16, 32, 48)]
    assert heard == [{"A"}, {"B"}, {"A"}, {"B"}]


def test_confidence_and_picture(abab: FormFinding) -> None:
    assert 0 < abab.confidence <= 1
    assert all(segment.confidence is not None and 0 <= segment.confidence <= 1 for segment in abab.value)
    assert abab.similarity is not None and abab.similarity_edges_s is not None
    assert abab.similarity.shape == (32, 32) and len(abab.similarity_edges_s) == 33
    assert abab.similarity.max() == 255 and (abab.similarity == abab.similarity.T).all()


def test_clustering_covers_the_song_too() -> None:
    audio = song("AB")
    found = ClusteredSections().measure(audio, Heard(beats=beats_of(audio)), Unwatched())
    assert found.value.segments[0].start_s == 0 and found.value.end_s == pytest.approx(32)
    assert [segment.start_s for segment in found.value] == pytest.approx([0, 16], abs=0.5)


@pytest.mark.parametrize("engine", [SelfSimilaritySections(), ClusteredSections()])
@pytest.mark.parametrize("duration_s", [0.1, 1.0, 10.0])
def test_short_silence_is_one_section_that_says_so(
    engine: SelfSimilaritySections | ClusteredSections, duration_s: float
) -> None:
    audio = Audio(np.zeros((1, round(duration_s * RATE_HZ)), np.float32), RATE_HZ)
    (only,) = engine.measure(audio, Heard(), Unwatched()).value
    assert (only.start_s, only.label) == (0, Section("A", "silence"))
    assert only.end_s == pytest.approx(duration_s)


@pytest.mark.parametrize("engine", [SelfSimilaritySections(), ClusteredSections()])
def test_long_silence_is_covered(engine: SelfSimilaritySections | ClusteredSections) -> None:
    audio = Audio(np.zeros((1, 60 * RATE_HZ), np.float32), RATE_HZ)
    found = engine.measure(audio, Heard(), Unwatched())
    assert found.value.segments[0].start_s == 0 and found.value.end_s == pytest.approx(60)
    assert np.isfinite(found.confidence)


def test_one_second_of_sound_is_one_section_without_a_name() -> None:
    audio = Audio(song("A").samples[:, :RATE_HZ], RATE_HZ)
    (only,) = SelfSimilaritySections().measure(audio, Heard(), Unwatched()).value
    assert only.label == Section("A") and only.end_s == pytest.approx(1)


def score(lines: tuple[int, ...], odds: list[float], prior: list[float]) -> float:
    lengths = sum(prior[b - a] for a, b in itertools.pairwise(lines))
    return lengths + sum(odds[line] for line in lines[1:-1])


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=9), st.lists(st.floats(-5, 0), min_size=33, max_size=33))
def test_best_segmentation_beats_every_other(odds: list[float], prior: list[float]) -> None:
    n = len(odds) - 1
    lines = best_segmentation(odds, prior)
    assert lines[0] == 0 and lines[-1] == n and lines == sorted(set(lines))
    cuts = itertools.chain.from_iterable(itertools.combinations(range(1, n), k) for k in range(n))
    best = max(score((0, *inner, n), odds, prior) for inner in cuts)
    assert score(tuple(lines), odds, prior) == pytest.approx(best)


@given(st.integers(33, 120))
def test_no_section_is_longer_than_the_prior_reaches(n: int) -> None:
    lines = best_segmentation([-5.0] * (n + 1), [0.0] * 33)
    assert max(b - a for a, b in itertools.pairwise(lines)) <= 32
    assert sum(b - a for a, b in itertools.pairwise(lines)) == n


def likeness(form: str, bars: int = 4) -> NDArray[np.float64]:
    """1 where bars play the same place of the same material, -1 elsewhere."""
    places = [(letter, bar) for letter in form for bar in range(bars)]
    return np.array([[1.0 if a == b else -1.0 for b in places] for a in places])


@pytest.mark.parametrize("form", ["A", "AB", "ABAB", "AABA", "ABCABC"])
def test_letters_of_exact_repetitions(form: str) -> None:
    lines = list(range(0, 4 * len(form) + 1, 4))
    assert letters(likeness(form), likeness(form), lines) == list(form)


def test_a_repetition_that_sounds_different_gets_a_prime() -> None:
    assert letters(likeness("ABA"), likeness("ABC"), [0, 4, 8, 12]) == ["A", "B", "A'"]


def test_aligned_is_symmetric_and_unequal_lengths_cost() -> None:
    same = np.ones((12, 12))
    assert aligned(same, (0, 4), (4, 8)) == 1
    assert aligned(same, (0, 4), (4, 12)) == aligned(same, (4, 12), (0, 4)) == pytest.approx(0.5**0.25)


def test_functions_where_they_are_plain() -> None:
    levels = {"A": -40.0, "B": -30.0, "C": -20.0, "D": -32.0, "E": -45.0}
    form = "ABCBCDCE"
    names = functions([Material(letter, 8, levels[letter]) for letter in form])
    assert names == ["intro", "verse", "chorus", "verse", "chorus", "bridge", "chorus", "outro"]
    assert named(list(form), names)[5] == Section("D", "bridge")


@pytest.mark.parametrize("form", ["A", "AAAA", "ABCD", "ABAB"])
def test_no_names_where_the_form_says_nothing(form: str) -> None:
    assert functions([Material(letter, 8, -30.0) for letter in form]) == [None] * len(form)


def test_silence_is_named() -> None:
    assert functions([Material("A", 4, -90.0), Material("B", 4, -30.0)]) == ["silence", None]
