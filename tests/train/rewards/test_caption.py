"""Structured-thinking reward: the printed form as counted by hand, ours bounded and not to be bought by listing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicflamingo_app.errors import StudioError
from tests.train.rewards.making import TRUTH, caption, example
from train.rewards.caption import bounded, printed
from train.rewards.lexicon import CATEGORIES, terms

FULL = (
    "A synth-pop track in A minor at 120 BPM in 4/4 time. Synths, drums and bass carry it; the progression is "
    "i–VI–III–VII with a deceptive cadence. Breathy female vocals sing from intro to verse, chorus and outro."
)
EVERYTHING = ". ".join(term for category in CATEGORIES for term, _ in terms(category))


def tagged(text: str) -> str:
    return f"<think>Listing.</think> <answer>{text}</answer>"


def test_the_printed_form_counts_words_over_categories() -> None:
    truth = caption(Genre="synth-pop", BPM=120, Key="A minor", Instruments=["grand piano", "drums"])
    score = printed(truth, tagged("Synth-pop in A at 120 with piano and drums, drums, drums."))
    assert score.parts == {"Genre": 1, "BPM": 1, "Key": 1, "Instruments": 2} and score.value == pytest.approx(5 / 4)
    assert printed(truth, tagged("A grand piano, drums, synth-pop, A minor, 120")).value == pytest.approx(7 / 4)


def test_the_printed_form_pays_for_listing_and_ours_does_not() -> None:
    listed = tagged(f"{FULL} {EVERYTHING}")
    assert printed(caption(), listed).value >= printed(caption(), tagged(FULL)).value > 1
    assert bounded(caption(), listed).value < 0.7 * bounded(caption(), tagged(FULL)).value


def test_a_full_caption_earns_all_and_an_empty_one_nothing() -> None:
    score = bounded(caption(), tagged(FULL))
    assert score.value == pytest.approx(1.0), score.parts
    assert set(score.parts) == set(TRUTH) and bounded(caption(), tagged("Music.")).value == 0


def test_only_the_answer_is_judged() -> None:
    assert bounded(caption(), f"<think>{FULL}</think><answer>Music.</answer>").value == 0
    assert printed(caption(), f"<think>{FULL}</think><answer>Music.</answer>").value == 0


def test_precision_and_recall_of_instruments_by_hand() -> None:
    truth = caption(Instruments=["piano", "drums"])
    assert bounded(truth, tagged("Piano and drums.")).value == 1
    assert bounded(truth, tagged("A piano.")).value == pytest.approx(2 / 3)  # P 1, R 1/2
    assert bounded(truth, tagged("Piano, drums, flute and harp.")).value == pytest.approx(2 / 3)  # P 1/2, R 1
    assert bounded(truth, tagged("Piano without drums.")).value == pytest.approx(2 / 3)
    assert bounded(truth, tagged("An electric piano with drums.")).value == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("category", "value", "text", "score"),
    [
        ("BPM", 120, "It runs at 122 BPM.", 1.0),
        ("BPM", 120, "It runs at 60 BPM.", 0.5),
        ("BPM", 120, "It runs at 95 BPM.", 0.0),
        ("Key", "A minor", "It is in A minor.", 1.0),
        ("Key", "A minor", "It is in C major.", 0.3),
        ("Key", "G# minor", "It is in Ab minor.", 1.0),
        ("Meter", "3/4", "It is in 3/4 time.", 1.0),
        ("Meter", "3/4", "It is in 4/4 time.", 0.0),
        ("Vocal Character", [], "An airy tenor sings.", 0.0),
        ("Vocal Character", [], "A solo cello plays.", 1.0),
        ("Lyric Themes", ["lighthouse keeping"], "Words about lighthouse keeping.", 1.0),
    ],
)
def test_one_category_by_hand(category: str, value: object, text: str, score: float) -> None:
    assert bounded(caption(**{category: value}), tagged(text)).value == pytest.approx(score)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(FULL.split() + EVERYTHING.split()), max_size=60))
def test_our_form_stays_within_bounds(words: list[str]) -> None:
    assert 0 <= bounded(caption(), " ".join(words)).value <= 1


def test_every_term_is_found_by_its_own_name() -> None:
    for category in CATEGORIES:
        for term, pattern in terms(category):
            assert pattern.search(f"It has {term}, clearly."), (category, term)


def test_what_cannot_be_judged_is_said() -> None:
    with pytest.raises(StudioError, match="e1 has no categories"):
        bounded(example(kind="caption"), "x")
    with pytest.raises(StudioError, match="'Mood'"):
        bounded(caption(Mood="sad"), "x")
    with pytest.raises(StudioError, match="Key 'unclear'"):
        bounded(caption(Key="unclear"), "x")


def test_measurements_become_categories() -> None:
    document = {
        "duration": 60.0,
        "tempo": 120.0,
        "key": "A minor",
        "metre": "4/4",
        "sections": [[0, 9, "A", "verse"], [9, 20, "B", None]],
        "tags": [["genre", "jazz", 0.8], ["instrument", "piano", 0.9], ["instrument", "harp", 0.1]],
    }
    document["tags"] += [["voice", "female voice", 0.7]]
    truth = example(kind="caption", truth={"type": "caption", "document": document})
    text = "Jazz in A minor at 120 BPM, in 4/4 time. A piano and female vocals carry the verse."
    score = bounded(truth, tagged(text))
    assert set(score.parts) == {"Genre", "BPM", "Key", "Meter", "Structure", "Instruments", "Vocal Character"}
    assert score.value == pytest.approx(1.0), score.parts
    assert bounded(truth, tagged(text.replace("piano", "harp"))).value < 0.9
