"""Numbers of a report against what they must be: intervals, differences, the worst, comparisons of two evaluations."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.errors import NotFound, StorageError, StudioError
from tests.train.evaluate.answering import Answering, listens, opener, pitch_examples, plan_of, word_rule
from train.evaluate.candidate import Candidate
from train.evaluate.compare import compare
from train.evaluate.evaluation import evaluate
from train.evaluate.folder import folder_name
from train.evaluate.intervals import difference, ratio
from train.evaluate.markdown import cell, markdown
from train.evaluate.marks import Answered, Mark, Rule, one_by_one
from train.evaluate.report import N_WORST, Report, worst_of
from train.evaluate.run import collect
from train.examples import Example, Score


def example(id: str, song: str, **changed: object) -> Example:
    whole = {"task": "t", "skill": "s", "kind": "open", "question": "Q?", "answer": "yes"}
    return Example(id, song, f"{song}.wav", **{**whole, **changed})  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1), st.floats(0.1, 9)), min_size=1, max_size=40))
def test_a_ratio_lies_in_its_interval_and_songs_are_counted(rows: list[tuple[int, float, float]]) -> None:
    songs, values, weights = zip(*rows, strict=True)
    found = ratio(songs, values, weights)
    assert found.value == pytest.approx(np.average(values, weights=weights))
    assert (found.n_items, found.n_songs) == (len(rows), len(set(songs)))
    if found.n_songs < 2:
        assert found.low is None and found.high is None
    else:
        assert found.low is not None and found.high is not None
        assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
        assert found == ratio(songs, values, weights)


def test_the_interval_is_that_of_songs_and_not_of_items() -> None:
    """Twenty copies of each item say no more than one: the interval must not shrink."""
    rng = np.random.default_rng(3)
    values = list(rng.integers(0, 2, 50).astype(float))
    once = ratio(list(range(50)), values, [1.0] * 50)
    often = ratio([n for n in range(50) for _ in range(20)], [v for v in values for _ in range(20)], [1.0] * 1000)
    assert (often.low, often.high) == pytest.approx((once.low, once.high))
    assert once.low is not None and once.high is not None
    half = 1.96 * np.sqrt(once.value * (1 - once.value) / 50)  # the normal approximation
    assert once.high - once.low == pytest.approx(2 * half, rel=0.1)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng, hits = np.random.default_rng(4), 0
    for _ in range(100):
        rates = rng.beta(6, 4, 60)  # each song has its own difficulty; the mean is 0.6
        values = (rng.random((60, 5)) < rates[:, None]).astype(float)
        found = ratio([n for n in range(60) for _ in range(5)], list(values.ravel()), [1.0] * 300)
        hits += found.low <= 0.6 <= found.high  # type: ignore[operator]
    assert 0.88 <= hits / 100 <= 0.99


def test_a_paired_difference_is_sharper_than_two_intervals() -> None:
    rng = np.random.default_rng(5)
    before = list(rng.random(80))
    after = [value + 0.05 for value in before]
    found = difference(list(range(80)), before, after, [1.0] * 80)
    assert (found.value, found.low, found.high) == pytest.approx((0.05, 0.05, 0.05))
    turned = difference(list(range(80)), after, before, [1.0] * 80)
    assert turned.value == pytest.approx(-0.05)


def test_weights_make_a_micro_average() -> None:
    found = ratio(["a", "b"], [0.5, 0.0], [2.0, 8.0])  # one error in two words, none in eight
    assert found.value == pytest.approx(0.1)


def test_what_cannot_be_scored_earns_nothing_and_is_not_answered() -> None:
    rule = one_by_one("r", "", lambda example, said: None if said == "?" else Score(1.0, {"answered": said != "hm"}))
    answers = [Answered(example(str(n), "s"), said) for n, said in enumerate(("yes", "?", "  ", "hm"))]
    marks = rule.marks([*answers, Answered(example("e", "s"), "yes", "The file is missing.")])
    assert [(mark.value, mark.is_answered) for mark in marks] == [
        (1, True),
        (0, False),
        (0, False),
        (1, False),
        (0, False),
    ]


def test_the_worst_come_first_and_can_be_played() -> None:
    marks = [Mark(example(f"q{n:02}", "s", start_s=1.0, end_s=2.5), "no", n / 30) for n in range(31)]
    cases = worst_of(marks, word_rule())
    assert [case.id for case in cases] == [f"q{n:02}" for n in range(N_WORST)]
    assert (cases[0].audio, cases[0].start_s, cases[0].end_s, cases[0].answer) == ("s.wav", 1.0, 2.5, "yes")
    errors = Rule("wer", "", lambda answers: [], higher_is_better=False)
    assert [case.id for case in worst_of(marks, errors)][:2] == ["q30", "q29"]
    assert all(case.value > 0 for case in worst_of(marks[:5], errors))


def two(tmp_path: Path, **plan: object) -> Report:
    """A base that always says high, and an adapter that hears but has unlearned one song."""
    examples = pitch_examples(tmp_path / "audio")
    backends = {
        "ear": Answering(lambda words, sound: "high"),
        "ear + tuned": Answering(lambda words, sound: "low" if "(1)" in words else listens(words, sound)),
    }
    made = plan_of(tmp_path / "audio", examples, candidates=(Candidate("ear"), Candidate("ear", "tuned")), **plan)
    report = evaluate(tmp_path / "both", made, opener(backends))
    for who in made.candidates:
        alone = plan_of(tmp_path / "audio", examples, candidates=(who,), **plan)
        evaluate(tmp_path / who.name, alone, opener(backends))
    return report


def test_before_and_after_are_paired_and_what_got_worse_is_named(tmp_path: Path) -> None:
    report = two(tmp_path)
    whole = next(one for one in report.changes if one.group == "all")
    assert (whole.before, whole.after, whole.estimate.value) == ("ear", "ear + tuned", 0.25)
    assert (whole.n_better, whole.n_worse) == (4, 2)
    by_task = {one.name: one.estimate.value for one in report.changes if one.group == "task"}
    assert by_task == {"height": 0.5, "pitch": 0.0}
    lost = report.worsened["ear + tuned"]
    assert [case.id for case in lost] == ["s1q1", "s3q1"]
    assert (lost[0].before_completion, lost[0].completion, lost[0].before_value) == ("high", "low", 1.0)
    assert "## Right before, wrong now: ear + tuned" in markdown(report)


def test_two_evaluations_compare_as_one_with_both_does(tmp_path: Path) -> None:
    report = two(tmp_path)
    found = compare(tmp_path / "ear", tmp_path / "ear + tuned", (word_rule(),))
    assert [one.estimate for one in found.changes] == [one.estimate for one in report.changes]
    assert found.worsened == report.worsened["ear + tuned"]
    assert [case.id for case in found.improved] == ["s0q0", "s0q1", "s2q0", "s2q1"]
    assert (found.improved[0].before_completion, found.improved[0].completion) == ("high", "low")
    assert (found.n_common, found.control) == (8, "audio")


def test_evaluations_of_other_things_are_not_compared(tmp_path: Path) -> None:
    two(tmp_path)
    with pytest.raises(NotFound, match="There is no evaluation in"):
        compare(tmp_path / "ear", tmp_path / "nowhere", (word_rule(),))
    examples = pitch_examples(tmp_path / "audio")
    from dataclasses import replace

    for name, others in {
        "renamed": [replace(one, id=f"x{one.id}") for one in examples],
        "reworded": [replace(one, question="Loud or soft?") for one in examples],
    }.items():
        plan = plan_of(tmp_path / "audio", tuple(others))
        collect(tmp_path / name, plan, opener({"ear": Answering(listens)}))
    with pytest.raises(NotFound, match="have no example in common"):
        compare(tmp_path / "ear", tmp_path / "renamed", (word_rule(),))
    plan = plan_of(tmp_path / "audio", examples)
    collect(tmp_path / "cut", plan, opener({"ear": Answering(listens)}))
    with pytest.raises(NotFound, match="cut has no report"):
        compare(tmp_path / "ear", tmp_path / "cut", (word_rule(),))
    with pytest.raises(StudioError, match="asks one thing in ear and another in reworded"):
        compare(tmp_path / "ear", tmp_path / "reworded", (word_rule(),))


def test_tables_hold_any_text() -> None:
    assert cell("a | b\n\nc") == "a \\| b c" and len(cell("x" * 999)) == 160
    assert folder_name("My songs", "model + a/b", "") == "My-songs_model-+-a-b"


@pytest.mark.parametrize("n_songs", [2, 5, 40])
def test_songs_that_all_agree_have_an_exact_interval(n_songs: int) -> None:
    from scipy.stats import binomtest

    for value in (0.0, 1.0):
        found = ratio(list(range(n_songs)), [value] * n_songs, [1.0] * n_songs, is_share=True)
        exact = binomtest(round(value * n_songs), n_songs).proportion_ci(0.95, "exact")
        assert (found.value, found.low, found.high) == pytest.approx((value, exact.low, exact.high))
    assert ratio([1, 2], [1.0, 1.0], [1.0, 1.0]).low == 1.0  # points of a judge are no share


def test_a_disk_that_refuses_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/answers.jsonl").mkdir()
    examples = pitch_examples(tmp_path / "audio", n_songs=2)
    with pytest.raises(StorageError, match=r"answers\.jsonl cannot be read"):
        evaluate(tmp_path / "out", plan_of(tmp_path / "audio", examples), opener({"ear": Answering(listens)}))
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StorageError, match="cannot be written"):
        evaluate(tmp_path / "file", plan_of(tmp_path / "audio", examples), opener({"ear": Answering(listens)}))
