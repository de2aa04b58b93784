"""Excerpts: labels are those of the stretch, what held of the whole alone is gone, and the sound is cut alike."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.music.time import Interval
from tests.facts.making import cards
from tests.facts.reader.songs import SONGS
from tests.train import shelf
from train.augment.excerpts import excerpt_of, excerpts_of
from train.augment.transform import SHORTEST_S, TEMPO_TOLERANCE, Change, changed
from train.build import Options, freeze, propose
from train.evaluate.hearing import Excerpts
from train.examples import Recording
from train.formats.carry import export_file
from train.gather import Source
from train.stretches import RATE_HZ, samples_of
from train.tasks.choose import captions, questions
from train.tasks.registry import score

POP = SONGS["pop"]


@st.composite
def cuts(draw: st.DrawFn) -> tuple[SongCard, Interval]:
    card = draw(cards())
    edges = sorted(draw(st.lists(st.floats(0.0, card.duration_s), min_size=2, max_size=2)))
    assume(edges[1] - edges[0] > 0.1)
    return card, Interval(edges[0], edges[1])


@settings(max_examples=120, deadline=None)
@given(cuts())
def test_a_cut_holds_what_the_stretch_holds_and_nothing_else(made: tuple[SongCard, Interval]) -> None:
    card, cut = made
    part = changed(card, Change(cut=cut))
    assert part.duration_s == pytest.approx(cut.duration_s)
    for segment in part.chords.value if part.chords else ():
        middle_s = (segment.start_s + segment.end_s) / 2
        there = card.chord_at(cut.start_s + middle_s)
        assert there is not None and there.label == segment.label
        assert segment.start_s >= 0 and segment.end_s <= part.duration_s + 1e-9
    for segment in card.chords.value.within(cut) if card.chords else ():
        assert segment.duration_s < SHORTEST_S + 1e-9 or part.chord_at(
            (segment.start_s + segment.end_s) / 2 - cut.start_s
        )
    if card.beats and part.beats:
        inside = [t - cut.start_s for t in card.beats.value.times_s if cut.contains(t)]
        assert part.beats.value.times_s == pytest.approx(inside)
    for playing in part.instruments.value if part.instruments else ():
        assert all(0 <= one.start_s < one.end_s <= part.duration_s + 1e-9 for one in playing.timeline)


@settings(max_examples=120, deadline=None)
@given(cuts())
def test_a_cut_claims_nothing_that_holds_of_the_whole_alone(made: tuple[SongCard, Interval]) -> None:
    card, cut = made
    part = changed(card, Change(cut=cut))
    assert part.sections is None and part.tags is None and part.loudness is None
    if part.tempo_bpm and part.beats:
        counted = part.beats.value.tempo_bpm
        assert counted and counted == pytest.approx(part.tempo_bpm.value, rel=TEMPO_TOLERANCE)
    if part.key and card.key_regions:
        assert part.key.value in [region.label for region in card.key_regions.value.within(cut)]
    if part.metre and part.beats:
        assert len(part.beats.value.beats) > 2 * part.metre.value.felt_beats


@settings(max_examples=60, deadline=None)
@given(cuts(), st.floats(0.1, 0.4), st.floats(0.6, 0.9))
def test_a_cut_of_a_cut_is_a_cut(made: tuple[SongCard, Interval], first: float, last: float) -> None:
    card, cut = made
    inner = Interval(first * cut.duration_s, last * cut.duration_s)
    twice = changed(changed(card, Change(cut=cut)), Change(cut=inner))
    once = changed(card, Change(cut=Interval(cut.start_s + inner.start_s, cut.start_s + inner.end_s)))
    if once.beats and twice.beats:
        assert twice.beats.value.times_s == pytest.approx(once.beats.value.times_s, abs=1e-6)
    assert twice.duration_s == pytest.approx(once.duration_s)


def source() -> Source:
    lyrics = (("gone", 3.0), ("heard", 40.0), ("when", None))
    return Source(Recording("c" * 64, "song.wav", "Pop", lyrics=lyrics), POP)


def test_excerpts_do_not_overlap_and_are_as_long_as_asked() -> None:
    found = excerpts_of(source(), 4, 0)
    assert found == excerpts_of(source(), 4, 0) != excerpts_of(source(), 4, 1)
    ends = [(one.recording.start_s or 0.0, one.recording.end_s or 0.0) for one in found]
    assert len(ends) == 4 and all(a[1] <= b[0] for a, b in pairwise(ends))
    assert all(10 <= end_s - start_s <= 19.501 for start_s, end_s in ends)
    assert all(one.card.duration_s == pytest.approx(e - s) for one, (s, e) in zip(found, ends, strict=True))
    short = replace(source(), card=changed(POP, Change(cut=Interval(0.0, 12.0))))
    assert excerpts_of(short, 4, 0) == (short,)


def test_questions_about_an_excerpt_count_from_its_beginning() -> None:
    one = excerpt_of(source(), Interval(30.0, 60.0))
    assert one.recording.lyrics == (("heard", 10.0),)
    asked = [*captions(one.recording, one.card), *questions(one.recording, one.card)]
    assert len(asked) > 10
    for example in asked:
        assert (example.start_s, example.end_s) == (30.0, 60.0)
        assert all(30.0 <= start_s <= end_s <= 60.0 for start_s, end_s in example.references)
        judged = score(example, example.answer)
        assert judged is not None and judged.value >= 0.99
    assert {e.id for e in asked}.isdisjoint(e.id for e in questions(source().recording, POP))


def test_a_dataset_of_excerpts_plays_the_right_stretch(tmp_path: Path) -> None:
    made = propose(shelf.gathered(4, tmp_path), Options(held_out=0.25, crops=2, think=True, captions=False))
    assert not [one for one in made.examples if one.kind == "caption" or one.end_s is None]
    found = freeze(tmp_path, "parts", made)
    example = found.held_out[0]
    whole = samples_of(found.audio_path(example))
    assert example.start_s is not None and example.end_s is not None
    expected = whole[round(example.start_s * RATE_HZ) : round(example.end_s * RATE_HZ)]
    sound = Excerpts(found.folder).sound(example, "audio")
    assert sound is not None and abs(len(sound.samples) - len(expected)) <= 1
    n = min(len(sound.samples), len(expected))
    np.testing.assert_allclose(sound.samples[:n], expected[:n], atol=2e-3)
    export_file(found, tmp_path / "out.jsonl", "messages", side="held_out")
    row = json.loads((tmp_path / "out.jsonl").read_text("utf-8").splitlines()[0])
    assert len(samples_of(Path(row["audios"][0]))) == pytest.approx(len(expected), abs=1)
