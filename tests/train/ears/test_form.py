"""The network of form learns toy songs from their likenesses, and its lessons keep what is true."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from musicflamingo_app.analysis.listening.form_net import NAMES, FormNet
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Timeline
from musicflamingo_app.scoring.sections import section_scores
from train.ears.form import trained
from train.ears.form_fit import fit_lines, log_prior, logistic, possible
from train.ears.form_lessons import Sketched, bearers, imperfect, imperfect_lines, lesson
from train.ears.form_score import boundary_f, judged

BAR_S, BANDS = 2.0, 82
FUNCTIONS = {"I": "intro", "A": "verse", "B": "chorus", "C": "bridge"}


def toy(seed: int, *, pop: bool = False) -> Sketched:
    """A song of sections of four, six or eight bars, each letter with its own tones, colour and level."""
    random = np.random.default_rng(seed)
    form = str(random.choice(["IABAB", "ABABCB", "IABCB"]))
    lengths = {letter: int(random.choice([4, 6, 8])) for letter in form}
    material = {letter: np.random.default_rng((seed, ord(letter))) for letter in form}
    made = {letter: _material(lengths[letter], material[letter], "ICAB".index(letter)) for letter in lengths}
    columns = [np.concatenate([made[letter][part] for letter in form]) for part in range(5)]
    noisy = [(rows + random.normal(0, 0.05, rows.shape)).astype(np.float16) for rows in columns]
    edges = np.concatenate([[0], np.cumsum([lengths[letter] for letter in form])]) * BAR_S
    sections = [[a, b, letter, FUNCTIONS[letter]] for a, b, letter in zip(edges, edges[1:], form, strict=False)]
    beats = np.arange(0, edges[-1], BAR_S / 4)
    about = {"sections": sections, "duration_s": float(edges[-1])}
    name = f"pop-{seed:03d}-0" if pop else f"piece-{seed}"
    return Sketched(name, *noisy, beats, (np.arange(len(beats)) % 4 + 1).astype(np.int8), about)


def _material(n_bars: int, random: np.random.Generator, height: int) -> list[np.ndarray]:
    frames = round(n_bars * BAR_S * 10)
    tones = [np.repeat(random.random((n_bars * 2, 12)), 10, axis=0) for _ in range(3)]
    return [*tones, np.tile(random.random(BANDS) + 1 + 0.3 * height, (frames, 1)), random.random(5 * frames)]


def test_it_learns_toy_songs_and_reads_others(tmp_path: Path) -> None:
    taught = [toy(seed, pop=seed % 2 == 0) for seed in range(14)]
    net = trained(taught, [toy(seed, pop=True) for seed in range(100, 104)], steps=20, rounds=1, run=tmp_path)
    scores = judged(net, [lesson(toy(seed)) for seed in range(200, 205)])
    assert scores["f_half_s"] > 0.85 and scores["pairwise"] > 0.8
    again = FormNet()
    fit_lines(again, taught, 20, 0, tmp_path)  # takes up where the run ended
    assert again.lines.odds.weight.equal(net.lines.odds.weight)
    again.load_state_dict(torch.load(tmp_path / "final.pt", weights_only=True))


def test_logistic_finds_the_odds_that_made_the_data() -> None:
    random = np.random.default_rng(5)
    x = random.normal(0, 2, 5000)
    slope, offset = logistic(x, random.random(5000) < 1 / (1 + np.exp(-(0.7 * x - 0.5))))
    assert (slope, offset) == (pytest.approx(0.7, abs=0.1), pytest.approx(-0.5, abs=0.1))


def test_a_lesson_marks_the_boundaries() -> None:
    made = lesson(toy(3))
    times = made.rows.edges_s[made.lines]
    assert times.tolist() == pytest.approx([*(s.start_s for s in made.sketch.sections), made.sketch.sections.end_s])
    assert [(s.letter, share) for s, share in bearers(made, made.lines)] == [
        (s.label.letter, pytest.approx(1)) for s in made.sketch.sections
    ]


@given(st.integers(0, 400))
@settings(max_examples=20, deadline=None)
def test_imperfect_bars_rise_and_stay_inside(seed: int) -> None:
    sketch = toy(7)
    downs_s = imperfect(sketch, np.random.default_rng(seed))
    assert (np.diff(downs_s) > 0).all() and len(downs_s) >= len(sketch.downs_s) // 3
    made = lesson(sketch, downs_s)
    assert 1 <= made.truth.sum() <= len(sketch.sections) - 1
    assert np.isfinite(made.alike).all()


@given(st.lists(st.integers(1, 20), min_size=1, max_size=12), st.integers(0, 99))
@settings(max_examples=50, deadline=None)
def test_imperfect_lines_are_lines(lengths: list[int], seed: int) -> None:
    lines = [0, *np.cumsum(lengths).tolist()]
    found = imperfect_lines(lines, np.random.default_rng(seed))
    assert (found[0], found[-1]) == (lines[0], lines[-1]) and found == sorted(set(found))


def test_the_prior_prefers_the_lengths_that_were_seen() -> None:
    prior = log_prior([toy(seed) for seed in range(12)])
    assert prior[0] < -50 and np.exp(prior[1:]).sum() <= 1
    assert min(prior[4], prior[6], prior[8]) > max(prior[3], prior[5], prior[7])


def test_what_letters_of_the_collection_leave_open() -> None:
    known = [section.label for section in toy(3).sections]
    piece, song = toy(3), toy(3, pop=True)
    own = possible(piece, known, 1)
    assert own.sum() == 1 and own[NAMES.index(known[1].function or "")]
    left = possible(song, known, 1)
    assert left[NAMES.index("verse")] and left[NAMES.index("chorus")] and not left[NAMES.index("intro")]


@given(
    st.lists(st.integers(0, 300), max_size=8), st.lists(st.integers(0, 300), max_size=8), st.sampled_from([0.5, 3.0])
)
@settings(max_examples=25, deadline=None)
def test_boundary_f_is_that_of_the_scores(true: list[int], found: list[int], window_s: float) -> None:
    true_s, found_s = ([0.0, *(mark / 10 for mark in sorted({*marks} - {0})), 31.0] for marks in (true, found))
    theirs = section_scores(*(Timeline.of((a, b, Section("A")) for a, b in pairwise(x)) for x in (true_s, found_s)))
    wanted = theirs.f_3s if window_s == 3.0 else theirs.f_half_s
    assert boundary_f(true_s, found_s, window_s + 1e-9) == pytest.approx(wanted)
