"""Questions over made cards: their answers are true, options near and never right, wordings many, letters balanced."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicflamingo_app.facts.card import Fact, SongCard
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.pitch import Pitch
from musicflamingo_app.music.time import Ranked, clock
from tests.facts.making import SONG_IDS, bundled, cards, charted
from tests.facts.reader.songs import SONGS
from tests.train.shelf import card as song
from train.examples import KINDS, SKILLS, Example, Recording
from train.tasks import near_misses
from train.tasks.choose import FEWEST, MOST, balanced, captions, questions
from train.tasks.registry import QUESTIONS, TASKS, TRIVIAL, score
from train.tasks.wordings import wordings

TRACK = Recording("a" * 64, "a.flac", "Piece", "Somebody", "An Album")
CARDS = {**SONGS, **{song_id: bundled(song_id) for song_id in SONG_IDS}}
SLOTS = {
    name: "x" for name in ("section", "sections", "time", "bar", "key", "chord", "line", "one", "other", "instrument")
}


def all_examples(card: SongCard) -> list[Example]:
    return [example for task in TASKS.values() for example in task.examples(TRACK, card)]


@pytest.mark.parametrize("name", [task.name for task in QUESTIONS])
def test_every_question_is_put_in_a_dozen_ways(name: str) -> None:
    told = {wording.format(**SLOTS) for wording in wordings(name)}
    assert len(told) >= 12 and all(text.endswith((".", "?")) for text in told)


def test_all_skills_and_kinds_are_covered() -> None:
    found = [example for card in CARDS.values() for example in all_examples(card)]
    assert {example.skill for example in found} == set(SKILLS)
    assert {example.kind for example in found} == set(KINDS)
    assert len({example.task for example in found}) >= 40


@pytest.mark.parametrize("name", CARDS)
def test_right_answers_score_and_wrong_options_do_not(name: str) -> None:
    for example in all_examples(CARDS[name]):
        right = score(example, f"<think>Let me see.</think> So: <answer>{example.answer}</answer>")
        assert right is not None and right.value >= 0.99, (example, right)
        for option in example.options:
            judged = score(example, option)
            assert judged is not None and judged.value == float(option == example.answer), (example, option)


def test_a_single_tone_is_not_asked_about_as_a_chord() -> None:
    asked = {example.task for example in all_examples(charted([("verse", "C:1 | C:1 | C:1 | C:1")], title="Drone"))}
    assert not asked & {"chord_at", "chord_in_bar", "first_chord", "last_chord"}


@settings(max_examples=60, deadline=None)
@given(cards())
def test_any_card_gives_only_questions_that_can_be_answered(card: SongCard) -> None:
    for example in all_examples(card):
        judged = score(example, example.answer)
        assert judged is not None and judged.value >= (0.0 if example.kind == "caption" else 0.99), (example, judged)
        assert len(set(example.options)) == len(example.options) != 1
        assert not example.options or example.answer in example.options
        assert "{" not in example.question


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 40), st.sampled_from(["4/4", "3/4", "6/8"]), st.integers(60, 180))
def test_times_chords_and_counts_are_those_of_the_card(n: int, metre: str, bpm: int) -> None:
    """An oracle of its own: what the answer says is looked up in the card by another way."""
    made = charted(
        [("verse", "C | A:min | F | G | C | A:min | F | G"), ("chorus", "F | G | C | C"), ("verse", "C | G | F | G")],
        bpm=float(bpm), metre=metre, title=f"Piece {n}",
    )  # fmt: skip
    track = replace(TRACK, sha256=f"{n:064d}")
    for example in (one for task in QUESTIONS for one in task.examples(track, made)):
        truth = example.truth
        if example.task in ("chord_at", "chord_in_bar"):
            middle_s = sum(example.references[0]) / 2
            sounding = made.chord_at(middle_s)
            assert sounding and str(sounding.label) == truth["chord"]
        if example.task == "section_start":
            assert any(abs(s.start_s - truth["time_s"]) < 0.01 for s in made.sections.value)
            assert example.answer == clock(truth["time_s"]) or abs(float(truth["time_s"]) % 1) > 0.98
        if example.task == "count_of_section":
            function = "verse" if "verse" in example.question else "chorus"
            assert truth["count"] == sum(s.label.function == function for s in made.sections.value)
        if example.task == "bar_length":
            assert abs(truth["seconds"] - made.bars[0].interval.duration_s) < 0.01


def test_unsure_facts_are_doubted_or_not_asked() -> None:
    card = song(0)
    rival = (Ranked(Key.parse("A minor"), 0.4),)
    unsure = replace(card, key=Fact(Key.parse("C major"), 0.55, "ears 1", rival))
    asked = [example for example in all_examples(unsure) if example.task == "key"]
    assert asked and any("55 %" in doubt for doubt in asked[0].doubts) and len(asked[0].doubts) == 2
    guessed = replace(card, key=Fact(Key.parse("C major"), 0.3, "ears 1"), key_regions=None)
    assert not [example for example in all_examples(guessed) if example.task in ("key", "mode", "key_count")]


def test_a_card_without_facts_gives_nothing() -> None:
    assert all_examples(SongCard("Nothing", 30.0)) == []


def test_a_song_gets_a_dozen_or_more_questions_over_all_skills() -> None:
    asked = questions(TRACK, CARDS["pop"])
    assert FEWEST <= len(asked) <= MOST
    per_skill = Counter(example.skill for example in asked)
    assert set(per_skill) == set(SKILLS) and max(Counter(example.task for example in asked).values()) <= 2
    assert questions(TRACK, CARDS["pop"]) == asked
    assert len({example.id for example in (*asked, *captions(TRACK, CARDS["pop"]))}) == len(asked) + 4


def test_letters_are_right_equally_often() -> None:
    asked = Example("1", "a" * 64, "a", "key", SKILLS[1], "choice", "Which?", "C", ("C", "D", "E", "F"))
    examples = [replace(asked, id=str(n)) for n in range(40)]
    places = Counter(example.options.index("C") for example in balanced(examples, 3))
    assert set(places.values()) == {10}


@pytest.mark.parametrize("n_wrong", [2, 3, 4])
def test_the_right_number_has_no_usual_rank(n_wrong: int) -> None:
    random, ranks = Random(1), Counter[int]()
    for _ in range(600):
        true = random.randint(70, 140)
        wrong = near_misses.tempi(true, n_wrong, random)
        assert all(abs(bpm / true - 1) > 0.08 for bpm in wrong) and true not in wrong
        ranks[sorted([true, *wrong]).index(true)] += 1
    assert max(ranks.values()) < 1.5 * 600 / (n_wrong + 1)


@given(st.integers(0, 11), st.sampled_from(["major", "minor"]), st.integers(2, 4), st.integers(0, 99))
def test_wrong_keys_are_near_and_different(tonic: int, mode: str, n: int, seed: int) -> None:
    key = Key.of(tonic, mode)
    wrong = near_misses.keys(key, n, Random(seed))
    sounding = {(one.tonic.pitch_class, one.mode) for one in wrong}
    assert len(sounding) == len(wrong) and (tonic, mode) not in sounding
    known = [key, *wrong]
    for one in wrong:
        shared = max(len(set(one.scale) & set(other.scale)) for other in known if other is not one)
        assert shared >= 4


@given(st.integers(0, 11), st.sampled_from(["maj", "min"]), st.integers(2, 4), st.integers(0, 99))
def test_wrong_chords_share_tones_with_another(tonic: int, quality: str, n: int, seed: int) -> None:
    chord = Chord(Pitch.from_class(tonic), quality)
    wrong = near_misses.chords(chord, n, Random(seed), None)
    known = [chord, *wrong]
    assert len({one.pitch_classes for one in known}) == len(known)
    for one in wrong:
        assert max(len(one.pitch_classes & other.pitch_classes) for other in known if other is not one) >= 1


def test_trivial_tasks_are_known() -> None:
    assert (
        set(TASKS) >= TRIVIAL == {"tempo", "metre", "key", "mode", "chord_at", "next_line", "sung_at", "repeated_line"}
    )


def test_an_imported_question_is_judged_by_its_options_or_text() -> None:
    example = Example("1", "a" * 64, "a", "imported", SKILLS[1], "open", "Which?", "a slow waltz")
    found = score(example, "A slow waltz."), score(example, "a march")
    assert [one.value for one in found if one] == [1.0, 0.0]
    assert score(replace(example, kind="caption"), "text") is None
