"""Two evaluations beside each other: the same examples, answered by two candidates or at two times."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from musicflamingo_app.errors import NotFound, StudioError
from train.evaluate.answers import Answer, AnswerFile
from train.evaluate.candidate import CONTROLS
from train.evaluate.folder import ANSWERS, Kept, open_evaluation
from train.evaluate.marks import Answered, Mark, Rule
from train.evaluate.report import Case, Difference, differences, worse
from train.examples import Example


@dataclass(frozen=True)
class Comparison:
    """What changed from one evaluation to the other, over the examples that both have."""

    before: str
    after: str
    control: str
    n_common: int
    n_before: int
    n_after: int
    changes: tuple[Difference, ...]
    worsened: tuple[Case, ...]
    improved: tuple[Case, ...]


def compare(before: Path, after: Path, rules: Sequence[Rule], *, seed: int = 0) -> Comparison:
    """Compares the last candidate of each. Raises NotFound, StudioError where nothing was answered by both."""
    one, two = open_evaluation(before), open_evaluation(after)
    common = _common(one, two)
    for kept in (one, two):
        kept.check_done()
    file_a, file_b = AnswerFile(one.folder / ANSWERS), AnswerFile(two.folder / ANSWERS)
    who_a, who_b = one.about["candidates"][-1], two.about["candidates"][-1]
    for control in CONTROLS:
        pairs = [(e, _of(file_a, e, who_a, control), _of(file_b, e, who_b, control)) for e in common]
        both = [(e, a, b) for e, a, b in pairs if a is not None and b is not None]
        if both:
            names = (f"{one.name}: {who_a}", f"{two.name}: {who_b}")
            answered_a = [Answered(e, a.completion, a.error) for e, a, _ in both]
            answered_b = [Answered(e, b.completion, b.error) for e, _, b in both]
            counts = (len(both), len(one.examples), len(two.examples))
            return _compared(names, control, counts, rules, answered_a, answered_b, seed)
    raise NotFound(
        f"{one.name} and {two.name} have no answers to the same question.", "Run both evaluations to their end."
    )


def _compared(
    names: tuple[str, str],
    control: str,
    counts: tuple[int, int, int],
    rules: Sequence[Rule],
    before: list[Answered],
    after: list[Answered],
    seed: int,
) -> Comparison:
    changes, worsened, improved = list[Difference](), tuple[Case, ...](), tuple[Case, ...]()
    for n, rule in enumerate(rules):
        marks_a, marks_b = rule.marks(before), rule.marks(after)
        changes += differences(*names, rule, marks_a, marks_b, seed=seed)
        if n == 0:
            worsened, improved = worse(marks_a, marks_b, rule), _improved(marks_a, marks_b, rule)
    return Comparison(*names, control, *counts, tuple(changes), worsened, improved)


def _improved(before: list[Mark], after: list[Mark], rule: Rule) -> tuple[Case, ...]:
    """What is right now and was not: the loss on the way back, shown from the side of the later answer."""
    from train.evaluate.report import case_of

    now, then = {mark.item: mark for mark in after}, {mark.item: mark for mark in before}
    return tuple(case_of(now[case.id], then[case.id]) for case in worse(after, before, rule))


def _common(one: Kept, two: Kept) -> list[Example]:
    """The examples of both. Raises StudioError when one id means two questions, NotFound without any."""
    theirs = {example.id: example for example in two.examples}
    common = [example for example in one.examples if example.id in theirs]
    if not common:
        raise NotFound(f"{one.name} and {two.name} have no example in common.", "Compare two of the same dataset.")
    for example in common:
        if _asked(example) != _asked(theirs[example.id]):
            what = f"The example {example.id} asks one thing in {one.name} and another in {two.name}."
            raise StudioError(what, "Compare two evaluations of the same dataset.")
    return common


def _asked(example: Example) -> tuple[object, ...]:
    return example.track, example.question, example.options, example.answer, example.start_s, example.end_s


def _of(file: AnswerFile, example: Example, who: str, control: str) -> Answer | None:
    return file.any((example.id, who, control))
