"""What an evaluation found: rows with intervals by song, what hearing adds, the worst answers, what could not be asked.

A report is a function of the examples, the answers and the seed alone; it holds no time and no machine.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from train.evaluate.intervals import Estimate, difference, ratio
from train.evaluate.marks import FULL, Answered, Mark, Rule
from train.evaluate.plan import Plan
from train.evaluate.run import Answers
from train.examples import Example

Group = Literal["all", "task", "skill", "kind"]
N_WORST = 20
N_FAILURES = 5

GROUPS: dict[Group, Callable[[Example], Sequence[str]]] = {
    "all": lambda example: ("all",),
    "task": lambda example: (example.task,),
    "skill": lambda example: tuple(example.truth.get("skills", ())) or (example.skill,),  # some have several
    "kind": lambda example: (example.kind,),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One number: a candidate under a control and a rule, over all items or those of a task, skill or kind.

    `full` is the share of items with a full mark, `answered` the share that was answered at all.
    """

    candidate: str
    control: str
    rule: str
    unit: str
    higher_is_better: bool
    group: Group
    name: str
    estimate: Estimate
    full: float
    answered: float


@dataclass(frozen=True, slots=True)
class Difference:
    """The same items judged twice; `estimate` is `after` minus `before`."""

    before: str
    after: str
    rule: str
    unit: str
    higher_is_better: bool
    group: Group
    name: str
    estimate: Estimate
    n_better: int
    n_worse: int


@dataclass(frozen=True, slots=True)
class Case:
    """An answer to look at and to play: audio path and times are those of the example."""

    id: str
    task: str
    skill: str
    song: str
    artist: str
    audio: str
    start_s: float | None
    end_s: float | None
    references: tuple[tuple[float, float], ...]
    question: str
    options: tuple[str, ...]
    answer: str
    completion: str
    value: float
    before_completion: str = ""
    before_value: float | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Examples that a candidate could not be asked, and the first of the sentences that say why."""

    candidate: str
    control: str
    n_examples: int
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """`worst` is by candidate, under the control nearest to plain listening and the first rule."""

    about: Mapping[str, Any]
    rows: tuple[Row, ...]
    hearing: tuple[Difference, ...]
    changes: tuple[Difference, ...]
    worst: Mapping[str, tuple[Case, ...]]
    worsened: Mapping[str, tuple[Case, ...]]
    failures: tuple[Failure, ...]


Marks = Mapping[tuple[str, str, str], Sequence[Mark]]  # by candidate, control and rule


def marks_of(plan: Plan, answers: Answers) -> Marks:
    """All answers under all rules."""
    return {(who, control, rule.name): rule.marks(a) for (who, control), a in answers.items() for rule in plan.rules}


def report_of(about: Mapping[str, Any], plan: Plan, answers: Answers, marks: Marks) -> Report:
    """What the marks amount to. The first candidate is what the others are compared with."""
    first = plan.candidates[0].name
    plain = {who: control for who, control in reversed(list(answers))}  # the first control of each candidate
    hearing, changes, worsened = list[Difference](), list[Difference](), dict[str, tuple[Case, ...]]()
    main = plan.rules[0]
    for candidate in plan.candidates:
        for rule in plan.rules:
            hearing += _hearing(candidate.name, rule, marks, plan.seed)
        if candidate.name != first and plain[candidate.name] == plain[first]:
            pairs = {rule.name: _pair(first, candidate.name, plain[first], rule.name, marks) for rule in plan.rules}
            for rule in plan.rules:
                changes += differences(first, candidate.name, rule, *pairs[rule.name], seed=plan.seed)
            worsened[candidate.name] = worse(*pairs[main.name], main)
    worst = {who: worst_of(marks[who, control, main.name], main) for who, control in plain.items()}
    rows = tuple(row for (who, control, _), rule, m in _ruled(plan, marks) for row in rows_of(who, control, rule, m))
    return Report(about, rows, tuple(hearing), tuple(changes), worst, worsened, tuple(_failures(answers)))


def _ruled(plan: Plan, marks: Marks) -> Iterator[tuple[tuple[str, str, str], Rule, Sequence[Mark]]]:
    rules = {rule.name: rule for rule in plan.rules}
    return ((key, rules[key[2]], found) for key, found in marks.items())


def _pair(a: str, b: str, control: str, rule: str, marks: Marks) -> tuple[Sequence[Mark], Sequence[Mark]]:
    return marks[a, control, rule], marks[b, control, rule]


def rows_of(candidate: str, control: str, rule: Rule, marks: Sequence[Mark], *, seed: int = 0) -> Iterator[Row]:
    """One row for all and one for each task, skill and kind; a group that is all of it is left out."""
    for group, name, chosen in _grouped(marks):
        songs, values = [m.example.track for m in chosen], [m.value for m in chosen]
        estimate = ratio(songs, values, [m.weight for m in chosen], seed=seed, is_share=rule.unit == "%")
        full = sum(_is_full(m, rule) for m in chosen) / len(chosen)
        answered = sum(m.is_answered for m in chosen) / len(chosen)
        yield Row(
            candidate, control, rule.name, rule.unit, rule.higher_is_better, group, name, estimate, full, answered
        )


def _is_full(mark: Mark, rule: Rule) -> bool:
    return mark.is_answered and (mark.value >= FULL if rule.higher_is_better else mark.value <= 0.0)


def _grouped(marks: Sequence[Mark]) -> Iterator[tuple[Group, str, list[Mark]]]:
    for group, names_of in GROUPS.items():
        found: dict[str, list[Mark]] = {}
        for mark in marks:
            for name in names_of(mark.example):
                found.setdefault(name, []).append(mark)
        if group == "all" or len(found) > 1:
            yield from ((group, name, chosen) for name, chosen in sorted(found.items()))


def _hearing(who: str, rule: Rule, marks: Marks, seed: int) -> Iterator[Difference]:
    heard = marks.get((who, "audio", rule.name))
    for control in ("noise", "none"):
        deaf = marks.get((who, control, rule.name))
        if heard and deaf:
            yield from differences(f"{who} ({control})", f"{who} (audio)", rule, deaf, heard, seed=seed)


def differences(
    before: str, after: str, rule: Rule, marks_before: Sequence[Mark], marks_after: Sequence[Mark], *, seed: int = 0
) -> Iterator[Difference]:
    """After minus before over the items that both have, in all and by task, skill and kind."""
    others = {mark.item: mark for mark in marks_before}
    both = [mark for mark in marks_after if mark.item in others]
    sign = 1 if rule.higher_is_better else -1
    for group, name, chosen in _grouped(both):
        earlier = [others[mark.item].value for mark in chosen]
        values, songs = [mark.value for mark in chosen], [mark.example.track for mark in chosen]
        estimate = difference(songs, earlier, values, [mark.weight for mark in chosen], seed=seed)
        gains = [sign * (b - a) for a, b in zip(earlier, values, strict=True)]
        n_better, n_worse = sum(gain > 1e-9 for gain in gains), sum(gain < -1e-9 for gain in gains)
        yield Difference(
            before, after, rule.name, rule.unit, rule.higher_is_better, group, name, estimate, n_better, n_worse
        )


def worst_of(marks: Sequence[Mark], rule: Rule) -> tuple[Case, ...]:
    """The lowest marks that are not full, those of more weight first, then by id."""
    sign = 1 if rule.higher_is_better else -1
    wrong = [mark for mark in marks if not _is_full(mark, rule)]
    wrong.sort(key=lambda mark: (sign * mark.value, -mark.weight, mark.item))
    return tuple(case_of(mark) for mark in wrong[:N_WORST])


def worse(before: Sequence[Mark], after: Sequence[Mark], rule: Rule) -> tuple[Case, ...]:
    """What was right before and is not now: the largest losses first."""
    others = {mark.item: mark for mark in before}
    sign = 1 if rule.higher_is_better else -1
    lost = [
        (sign * (mark.value - others[mark.item].value), mark)
        for mark in after
        if mark.item in others and _is_full(others[mark.item], rule) and not _is_full(mark, rule)
    ]
    lost.sort(key=lambda pair: (pair[0], pair[1].item))
    return tuple(case_of(mark, others[mark.item]) for _, mark in lost[:N_WORST])


def case_of(mark: Mark, before: Mark | None = None) -> Case:
    """What a person needs to see and hear of a mark."""
    one = mark.example
    return Case(
        mark.item, one.task, one.skill, one.song, one.artist, one.audio, one.start_s, one.end_s, one.references,
        one.question, one.options, one.answer, mark.completion, mark.value,
        before.completion if before else "", before.value if before else None,
    )  # fmt: skip


def _failures(answers: Mapping[tuple[str, Any], Sequence[Answered]]) -> Iterator[Failure]:
    for (who, control), found in answers.items():
        errors = [answered.error for answered in found if answered.error]
        if errors:
            yield Failure(who, control, len(errors), tuple(dict.fromkeys(errors))[:N_FAILURES])
