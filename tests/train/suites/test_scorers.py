"""The official scorers with their odd corners, beside our own reader of the same answers."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.evaluate.marks import Answered
from train.examples import Example
from train.suites import muchomusic, rulistening
from train.suites.avqa import MUSIC_AVQA
from train.suites.caption_claims import CLAIM_RULES, distinct, rouge_l, same_claim
from train.suites.choice import ours_chosen, shuffled
from train.suites.edits import common_length, edits
from train.suites.labels import GTZAN, label_chosen, same_label
from train.suites.lyrics import MUSDB18, OPENCPOP, characters, without_headings, words
from train.suites.mmau import RULES, string_match

CHOICES = ("Piano", "Violin", "Acoustic guitar", "Drum kit")


def choice(answer: str, options: Sequence[str]) -> Example:
    return Example("x", "song", "a.wav", "t", "s", "choice", "Q?", answer, tuple(options))


@pytest.mark.parametrize(
    ("gold", "said", "choices", "is_right"),
    [
        ("Violin", "violin", CHOICES, True),
        ("Violin", "It is a violin, I think.", CHOICES, True),  # words that no wrong option has do no harm
        ("Violin", "A violin beside a piano", CHOICES, False),
        ("Violin", "", CHOICES, False),
        ("Violin", "B", CHOICES, False),  # a bare letter is no word of the gold
        ("B", "B", ("A", "B", "C", "D"), True),
        ("Acoustic guitar", "guitar, acoustic, guitar", CHOICES, True),  # neither order nor repetition counts
        ("Guitar", "(B) Guitar", ("Plan B", "Guitar"), False),  # the letter is a word of a wrong option
        ("Violin solo", "A violin solo", ("A piano solo", "Violin solo"), False),  # so is “a”
        ("Violin", "The correct answer is Violin", ("The piano", "Violin"), False),  # so is “the”
        ("Rise and fall", "Fall and rise", ("Fall and rise", "Rise and fall"), True),  # a wrong option passes
        ("Two", "two", ("One", "Two"), True),  # two options
        ("Two", "One or two", ("One", "Two"), False),
        ("Do re mi", "do re mi do re", ("Do re mi", "Fa sol"), True),
    ],
)
def test_mmaus_string_match(gold: str, said: str, choices: Sequence[str], is_right: bool) -> None:
    assert string_match(gold, said, choices) is is_right


def test_mmaus_scorer_is_given_the_answer_without_its_thought() -> None:
    thought = "<think>Not a piano, not a drum kit.</think> Hence, the final answer is: <answer>Violin</answer>"
    official, ours = (rule.marks([Answered(choice("Violin", CHOICES), thought)])[0] for rule in RULES)
    assert (official.value, ours.value) == (1.0, 1.0)
    failed = RULES[0].marks([Answered(choice("Violin", CHOICES), "Violin", "The file is missing.")])[0]
    assert (failed.value, failed.is_answered) == (0.0, False)


@pytest.mark.parametrize(
    ("said", "options", "official", "ours"),
    [
        ("B", ("Piano", "Violin", "Choir", "Bells"), 1, 1),
        ("(B) Violin", ("Piano", "Violin", "Choir", "Bells"), 1, 1),
        ("Drums", ("Drums", "Piano", "Flute", "Harp"), 3, 0),  # its D is the only capital of A to D
        ("Classical", ("Jazz", "Classical", "Pop", "Rock"), 2, 1),
        ("drums", ("Drums", "Piano", "Flute", "Harp"), 0, 0),
        ("The correct answer is: C", ("Jazz", "Classical", "Pop", "Rock"), 2, 2),
        ("A or B? The correct answer is: D", ("w", "x", "y", "z"), 3, 3),  # what is before the last prefix is cut
        ("Acoustic Bass", ("Bass", "Acoustic bass", "Flute", "Harp"), 0, 1),  # two capitals: the first contained
        ("no idea", ("Jazz", "Classical", "Pop", "Rock"), None, None),
        ("", ("Jazz", "Classical", "Pop", "Rock"), None, None),
    ],
)
def test_muchomusics_reader(said: str, options: Sequence[str], official: int | None, ours: int | None) -> None:
    assert muchomusic.official_chosen(said, options) == official
    if "correct answer is: D" not in said:
        assert ours_chosen(said, options) == ours


@pytest.mark.parametrize(
    ("said", "official"),
    [
        ("I go for [[B]] first, then [[C]].", 2),  # the last box
        ("The answer is a guitar.", 0),  # “a” is read as A
        ("I choose b", 1),
        ("Perhaps (C), rather than (B).", 1),  # A before B before C, wherever they stand
        ("Surely option D here", 3),
        ("It sounds dark and heavy", 3),
        ("[[E]]", None),  # four options have no E
        ("who knows", None),
    ],
)
def test_rulistenings_reader(said: str, official: int | None) -> None:
    assert rulistening.official_chosen(said, ("Angry", "Bright", "Calm", "Dark")) == official


def test_most_rounds_decide_and_of_equals_the_first() -> None:
    assert rulistening.majority(["x", "y", "", "y"]) == "y"
    assert rulistening.majority(["x", "y", "y", "x"]) == "x"
    assert rulistening.majority(["", ""]) == ""


def test_rounds_make_one_mark() -> None:
    def rounds(*said: str) -> float:
        options = ("Calm", "Angry", "Bright", "Dark")
        asked = [
            Answered(Example(f"1/{n}", "s", "a", "t", "s", "choice", "Q", "Calm", options, truth={"item": "1"}), text)
            for n, text in enumerate(said)
        ]
        (mark,) = rulistening.RULISTENING.rules[0].marks(asked)
        return mark.value

    assert rounds("[[A]]", "[[B]]", "[[A]]", "[[C]]") == 1.0
    assert rounds("[[B]]", "[[B]]", "[[A]]", "[[A]]") == 0.0  # of two equals the first said
    assert rounds("[[A]]", "hm", "hm", "hm") == 1.0  # what is not read has no vote
    assert rounds("hm", "hm", "hm", "hm") == 0.0


def test_a_shuffle_is_fixed_by_its_seed_and_keeps_all() -> None:
    options = ("a", "b", "c", "d")
    orders = {shuffled(options, str(n)) for n in range(200)}
    assert shuffled(options, "7") == shuffled(options, "7") and len(orders) == 24
    firsts = [shuffled(options, str(n))[0] for n in range(400)]
    assert all(70 < firsts.count(option) < 130 for option in options)


@pytest.mark.parametrize(
    ("gold", "said", "official", "ours"),
    [
        ("two", "two", 1, 1),
        ("two", "There are two instruments.", 0, 1),
        ("two", "2", 0, 1),
        ("two", "Three", 0, 0),
        ("more than ten", "more than ten", 1, 1),
        ("ten", "more than ten", 0, 0),
        ("yes", "Yes, the cello is louder.", 0, 1),
        ("no", "Yes", 0, 0),
        ("no", "It is unknown", 0, 0),
    ],
)
def test_music_avqa(gold: str, said: str, official: float, ours: float) -> None:
    example = Example("x", "s", "a", "t", "s", "open", "Q?", gold)
    assert [rule.marks([Answered(example, said)])[0].value for rule in MUSIC_AVQA.rules] == [official, ours]


def test_labels_are_the_same_by_their_letters() -> None:
    assert same_label("Hip Hop.", "hip-hop") and same_label("hiphop", "hip-hop") and not same_label("hop", "hip-hop")
    assert not same_label("", "")
    options = ("hip-hop", "jazz", "rock")
    said = ["HipHop", "It is hip hop music", "a hiphop beat", "jazz", "Hip-hop or jazz", "the blues"]
    assert [label_chosen(text, options) for text in said] == [0, 0, 0, 1, None, None]
    assert label_chosen("A synth_lead.", ("string", "synth lead")) == 1
    official, ours = GTZAN.rules
    answered = [Answered(choice("jazz", options), "This sounds like jazz to me.")]
    assert official.marks(answered)[0].value == 0.0 and ours.marks(answered)[0].value == 1.0


def slow_edits(a: Sequence[int], b: Sequence[int]) -> int:
    """By the definition."""
    if not a or not b:
        return len(a) + len(b)
    return min(
        slow_edits(a[1:], b) + 1, slow_edits(a, b[1:]) + 1, slow_edits(a[1:], b[1:]) + (a[0] != b[0])
    )  # fmt: skip


def slow_common(a: Sequence[int], b: Sequence[int]) -> int:
    if not a or not b:
        return 0
    if a[0] == b[0]:
        return 1 + slow_common(a[1:], b[1:])
    return max(slow_common(a[1:], b), slow_common(a, b[1:]))


SHORT = st.lists(st.integers(0, 2), max_size=6)


@given(SHORT, SHORT)
def test_edits_and_common_lengths_are_those_of_their_definitions(a: list[int], b: list[int]) -> None:
    assert edits(a, b) == slow_edits(a, b)
    assert common_length(a, b) == slow_common(a, b)


def test_known_distances() -> None:
    assert edits("kitten", "sitting") == 3 and edits("intention", "execution") == 5
    assert common_length("AGGTAB", "GXTXAYB") == 4
    # Lin (2004), section 3: S2 and S3 beside S1 have F of 3/4 and 2/4
    assert rouge_l("police killed the gunman", "police kill the gunman") == pytest.approx(0.75)
    assert rouge_l("police killed the gunman", "the gunman kill police") == pytest.approx(0.5)
    assert rouge_l("words", "") == 0.0


def test_error_rates_are_micro_averages_and_may_pass_one() -> None:
    def lyric(id: str, text: str) -> Example:
        return Example(id, id, "a", "t", "lyrics", "open", "Q", text)

    plain, headless = MUSDB18.rules
    answers = [Answered(lyric("1", "a b c d e f g h"), "a b c d e f g h"), Answered(lyric("2", "no no"), "yes")]
    marks = plain.marks(answers)
    assert sum(m.value * m.weight for m in marks) / sum(m.weight for m in marks) == pytest.approx(2 / 10)
    long = plain.marks([Answered(lyric("3", "la"), "la la la")])[0]
    assert long.value == 2.0 and not plain.higher_is_better
    nothing = plain.marks([Answered(lyric("4", "la la"), "", "It is too long.")])[0]
    assert (nothing.value, nothing.is_answered) == (1.0, False)
    sheet = "[Verse 1]\nDon't stop\nChorus:\nwe go on"
    assert headless.marks([Answered(lyric("5", "dont stop we go on"), sheet)])[0].value == 0.0
    assert plain.marks([Answered(lyric("5", "dont stop we go on"), sheet)])[0].value == pytest.approx(3 / 5)
    assert without_headings("chorus of birds sing") == "chorus of birds sing"


def test_tokens_of_lyrics() -> None:
    assert words("Don’t — STOP, (now)!") == ["dont", "stop", "now"]
    assert characters("月亮，船 A1") == ["月", "亮", "船", "a", "1"]
    cer = OPENCPOP.rules[0].marks([Answered(Example("1", "s", "a", "t", "l", "open", "Q", "小海豚"), "小海")])[0]
    assert cer.value == pytest.approx(1 / 3) and cer.weight == 3


TRUTH = "A slow piano piece in A minor at 60 bpm, with strings."  # four claims


@pytest.mark.parametrize(
    ("said", "precision", "recall"),
    [
        (TRUTH, 1.0, 1.0),
        ("A piano piece in A minor at 61 bpm.", 1.0, 3 / 4),  # 61 is within 4 % of 60
        ("A piano piece in C major at 90 bpm.", 1 / 3, 1 / 4),
        ("A piano piece in A minor. The key is A minor.", 1.0, 2 / 4),  # said twice counts once
        ("A piano piece without strings.", 1 / 2, 1 / 4),
    ],
)
def test_claims_of_captions(said: str, precision: float, recall: float) -> None:
    example = Example("x", "s", "a", "t", "caption", "caption", "Q", TRUTH)
    found = [rule.marks([Answered(example, said)])[0].value for rule in CLAIM_RULES]
    assert found == pytest.approx([precision, recall])


def test_a_text_without_claims_bears_on_recall_alone() -> None:
    example = Example("x", "s", "a", "t", "caption", "caption", "Q", TRUTH)
    assert CLAIM_RULES[0].marks([Answered(example, "It is lovely.")]) == []
    (mark,) = CLAIM_RULES[1].marks([Answered(example, "")])
    assert (mark.value, mark.weight) == (0.0, 4)


def test_a_claim_is_the_same_as_itself_alone() -> None:
    claims = distinct(
        "A piece in D major, in 3/4 at 120 bpm. It starts on a D major chord and lasts three minutes. "
        "The chorus begins at 0:45. The verse begins at 0:15. There is a piano but no violin. "
        "The chords are D, G and A."
    )
    assert {claim.kind for claim in claims} >= {"metre", "key", "tempo", "section", "instrument", "progression"}
    for one in claims:
        assert [other for other in claims if same_claim(one, other)] == [one]
