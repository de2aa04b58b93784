"""Rows of bars against sums by hand, groups against every partition, and sections of silence and of short sounds."""

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from musicflamingo_app.analysis.form.bars import bar_edges_s
from musicflamingo_app.analysis.listening.form_facts import N_NAME_FACTS, name_facts, pair_facts
from musicflamingo_app.analysis.listening.form_net import FormNet, lagged, patches, sizes_of
from musicflamingo_app.analysis.listening.form_read import form_of, grouped, primed
from musicflamingo_app.analysis.listening.form_rows import (
    MOST_BARS,
    RESPECTS,
    BarRows,
    bar_rows,
    likenesses,
    per_bar,
    thinned,
)
from musicflamingo_app.analysis.listening.sections import sections_of
from musicflamingo_app.analysis.listening.shipped import network
from musicflamingo_app.music.section import Section
from train.ears.export import list_sums, write

BANDS, BAR_FRAMES = 82, 20


@dataclass(frozen=True, eq=False)
class Sketch:
    chroma: NDArray[np.float32]
    treble: NDArray[np.float32]
    lows: NDArray[np.float32]
    bands: NDArray[np.float32]
    onsets: NDArray[np.float32]


def sketch_of(form: str, bars: int = 8, *, up: int = 0) -> Sketch:
    """Bars of two seconds; a letter has its own tones, colour and strokes, the last section is moved up `up` steps."""
    parts: list[list[NDArray[np.float32]]] = [[], [], [], [], []]
    for index, letter in enumerate(form):
        random = np.random.default_rng(ord(letter))
        n = bars * BAR_FRAMES
        tones = [np.repeat(random.random((bars * 4, 12)), BAR_FRAMES // 4, axis=0) for _ in range(3)]
        turn = up if index == len(form) - 1 else 0
        turned = [np.roll(part, turn, axis=1) for part in tones]
        made = [*turned, 1 + np.tile(random.random(BANDS), (n, 1)), random.random(5 * n)]
        for part, rows in zip(parts, made, strict=True):
            part.append(rows.astype(np.float32))
    return Sketch(*(np.concatenate(part) for part in parts))


def rows_of(sketch: Sketch) -> BarRows:
    return bar_rows(sketch, np.arange(0, len(sketch.chroma) + 1, BAR_FRAMES) / 10)


def small_net(seed: int = 0) -> FormNet:
    torch.manual_seed(seed)
    return FormNet(stripes=4, patch=4, channels=8, hidden=8).eval()


@given(st.lists(st.integers(1, 40), min_size=2, max_size=6), st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_means_per_bar_keep_the_whole(lengths: list[int], n_parts: int) -> None:
    """Frame k stands for (k - 1/2, k + 1/2) / rate: means times lengths add up to all that lies between the edges."""
    edges = np.concatenate([[0], np.cumsum(lengths)]) / 10 + 0.05
    rows = np.random.default_rng(1).random((int(edges[-1] * 10) + 20, 2)).astype(np.float32)
    means = per_bar(rows, edges, 10, n_parts).reshape(-1, n_parts, 2)
    total = (means.mean(axis=1) * np.diff(edges)[:, None]).sum(axis=0) * 10
    marks = np.round(edges * 10 + 0.5).astype(int)
    assert total == pytest.approx(rows[marks[0] : marks[-1]].sum(axis=0), rel=1e-3)


def test_repeated_bars_are_alike_in_every_respect() -> None:
    alike = likenesses(rows_of(sketch_of("ABA")))
    assert alike.shape == (len(RESPECTS), 24, 24)
    assert np.allclose(alike, alike.transpose(0, 2, 1), atol=1e-5)
    same, other = (alike[:, range(1, 7), range(first, first + 6)] for first in (17, 9))
    assert (same > 0.95).all() and (other.mean(axis=1) < 0.6).all()


@pytest.mark.parametrize("n", [3, MOST_BARS, MOST_BARS + 1, 3 * MOST_BARS + 5])
def test_long_recordings_are_compared_in_fewer_rows(n: int) -> None:
    edges = np.arange(n + 1) * 2.0
    kept = thinned(edges)
    assert len(kept) - 1 <= MOST_BARS and (kept[0], kept[-1]) == (0, edges[-1])
    assert (np.diff(kept) > 0).all() and set(kept) <= set(edges)


@given(st.integers(2, 40))
@settings(max_examples=20, deadline=None)
def test_stripes_and_patches_hold_what_they_say(n: int) -> None:
    alike = torch.rand(2, n, n)
    after, before, near = lagged(alike, 1), lagged(alike, -1), patches(alike)
    for row, lag in itertools.product(range(n), range(1, n)):
        assert after[0, row, lag - 1] == (alike[0, row, row + lag] if row + lag < n else 0)
        assert before[1, row, lag - 1] == (alike[1, row, row - lag] if row >= lag else 0)
    middle = near.reshape(n + 1, 3, 16, 16)
    assert middle[1, 0, 7, 8] == alike[0, 0, 1] and middle[n - 1, 1, 8, 7] == alike[1, n - 1, n - 2]
    assert middle[0, 2].sum() == min(n, 8) ** 2


def test_a_network_comes_back_from_its_file(tmp_path: Path) -> None:
    net = small_net()
    net.prior.copy_(torch.linspace(-3, 0, 33))
    net.names.scale.uniform_(0.5, 2.0)
    write("form", [net.state_dict()], tmp_path / "form.safetensors")
    list_sums(tmp_path)
    again = network("form", tmp_path)
    assert sizes_of(again.state_dict()) == sizes_of(net.state_dict())
    for name, value in again.state_dict().items():
        torch.testing.assert_close(value, net.state_dict()[name], rtol=1e-3, atol=1e-3)
    rows = rows_of(sketch_of("ABAC"))
    first, second = (form_of(n, rows, likenesses(rows)) for n in (net, again))
    assert (first.lines, first.sections) == (second.lines, second.sections)
    assert first.sure == pytest.approx(second.sure, abs=0.01)


def test_facts_of_pairs_tell_the_same_the_moved_and_the_other() -> None:
    rows = rows_of(sketch_of("ABBA", up=3))
    facts = pair_facts(rows, likenesses(rows), [0, 8, 16, 24, 32])
    assert facts[1, 2, :6] == pytest.approx(1, abs=0.05)
    assert facts[0, 1, 0] < 0.5
    turned, as_it_is = facts[0, 3, 15], facts[0, 3, 14]
    assert turned == pytest.approx(1, abs=0.05) and as_it_is < 0.6
    assert (np.tril(facts.any(axis=2))).sum() == 0


def test_facts_of_names_are_finite_and_see_the_ends() -> None:
    rows = rows_of(sketch_of("ABAC"))
    facts = name_facts(rows, [0, 8, 16, 24, 32], ["A", "B", "A'", "C"])
    assert facts.shape == (4, N_NAME_FACTS) and np.isfinite(facts).all()
    assert facts[:, 2].tolist() == [1, 0, 0, 0] and facts[:, 4].tolist() == [0, 0, 0, 1]
    assert facts[0, 17] == facts[2, 17] == 0.5  # A sounds twice


@given(st.lists(st.integers(0, 3), min_size=1, max_size=9))
def test_groups_of_certain_pairs(truth: list[int]) -> None:
    wanted = [sorted(set(truth), key=truth.index).index(group) for group in truth]
    marks = np.array(truth)
    odds = np.where(marks[:, None] == marks, 2.0, -2.0)
    assert grouped(odds) == wanted


@given(st.integers(2, 8), st.integers(0, 1000))
def test_no_two_groups_are_likelier_one(n: int, seed: int) -> None:
    odds = np.random.default_rng(seed).normal(size=(n, n))
    odds = odds + odds.T
    groups = np.array(grouped(odds))
    for a, b in itertools.combinations(range(groups.max() + 1), 2):
        assert odds[np.ix_(groups == a, groups == b)].mean() <= 0
    assert groups[0] == 0 and (np.diff([list(groups).index(g) for g in range(groups.max() + 1)]) > 0).all()


def test_primes_mark_what_sounds_otherwise() -> None:
    timbre = np.full((12, 12), 1.0, np.float32)
    timbre[:4, 8:] = -1
    assert primed([0, 1, 0], timbre, [0, 4, 8, 12]) == ["A", "B", "A'"]


@pytest.mark.parametrize("duration_s", [0.1, 1.0, 10.0, 60.0])
def test_silence_is_one_section_that_says_so(duration_s: float) -> None:
    n = max(1, round(duration_s * 10))
    silent = Sketch(*(np.zeros((n, width), np.float32) for width in (12, 12, 12, BANDS)), np.zeros(5 * n, np.float32))
    found = sections_of(small_net(), silent, bar_edges_s(None, duration_s))
    (only,) = found.value
    assert only.label == Section("A", "silence") and only.end_s == pytest.approx(duration_s)


def test_a_few_bars_are_one_section_without_a_name() -> None:
    sketch = sketch_of("A", bars=3)
    (only,) = sections_of(small_net(), sketch, bar_edges_s(None, 6.0)).value
    assert (only.start_s, only.end_s, only.label) == (0, 6, Section("A"))


@pytest.mark.parametrize("seed", range(4))
def test_any_network_covers_the_recording(seed: int) -> None:
    """Whatever the weights: sections from 0 to the end on bar lines, sureness within 0 and 1, and the picture."""
    sketch = sketch_of("ABABCB", bars=9)
    edges_s = bar_edges_s(None, len(sketch.chroma) / 10)
    found = sections_of(small_net(seed), sketch, edges_s)
    assert found.value.segments[0].start_s == 0 and found.value.end_s == pytest.approx(edges_s[-1])
    assert {segment.start_s for segment in found.value} <= set(edges_s.tolist())
    assert all(0 <= (segment.confidence or 0) <= 1 for segment in found.value) and 0 <= found.confidence <= 1
    assert found.similarity is not None and found.similarity.shape == (54, 54)
