"""What can be said of a frozen dataset: whether it is whole and fair, and what a person should look at."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from musicflamingo_app.errors import StudioError
from train.dataset import Dataset
from train.examples import SKILLS, Example
from train.prompts import LETTERS
from train.quality.filter import REASONS, filtered
from train.quality.guessing import by_priors
from train.split import check_leaks

UNEVEN = 0.15  # share by which a letter may be right more often than the others


@dataclass(frozen=True)
class Finding:
    """One sentence about a dataset; `is_fault` when it should not be used as it is."""

    sentence: str
    is_fault: bool = False


def findings(dataset: Dataset) -> Iterator[Finding]:
    """Faults first: leaks, missing sounds, examples that the filter refuses; then skills, letters and priors."""
    examples = (*dataset.train, *dataset.held_out)
    yield from _leaks(dataset)
    yield from _missing(dataset)
    for reason, count in filtered(examples, {}).counts.items():
        yield Finding(f"{count} examples are refused: {REASONS[reason]}", reason in ("contradicted", "unanswerable"))
    yield Finding(f"Skills: {', '.join(f'{skill} {n}' for skill, n in _skills(examples))}.")
    yield from _letters(examples)
    yield from _priors(examples)


def _leaks(dataset: Dataset) -> Iterator[Finding]:
    try:
        check_leaks(dataset.train, dataset.held_out, by=str(dataset.about.options.get("by", "artist")))
    except StudioError as error:
        yield Finding(error.what, True)


def _missing(dataset: Dataset) -> Iterator[Finding]:
    paths = {dataset.audio_path(one): one for one in (*dataset.train, *dataset.held_out) if one.audio}
    gone = [one for path, one in paths.items() if not path.is_file()]
    if gone:
        what = f"{len(gone)} of {len(paths)} sounds are missing, such as that of “{gone[0].song or gone[0].audio}”."
        yield Finding(what, True)


def _skills(examples: tuple[Example, ...]) -> list[tuple[str, int]]:
    counts = Counter(one.skill for one in examples if one.kind != "caption")
    return [(skill, counts[skill]) for skill in SKILLS]


def _letters(examples: tuple[Example, ...]) -> Iterator[Finding]:
    groups: dict[int, Counter[str]] = defaultdict(Counter)
    for one in examples:
        if one.answer in one.options[: len(LETTERS)] and len(one.options) <= len(LETTERS):  # more stand bare
            groups[len(one.options)][LETTERS[one.options.index(one.answer)]] += 1
    for n, counts in sorted(groups.items()):
        total = counts.total()
        most, count = counts.most_common(1)[0]
        if total >= 20 and count / total > 1 / n + UNEVEN:
            yield Finding(f"Of {total} questions with {n} options, {most} is right for {count}.", True)


def _priors(examples: tuple[Example, ...]) -> Iterator[Finding]:
    asked = [one for one in examples if one.options and one.answer in one.options]
    if asked:
        guess = by_priors(asked)
        found = sum(guess(one) for one in asked) / len(asked)
        chance = sum(1 / len(one.options) for one in asked) / len(asked)
        yield Finding(f"Knowing only how often each answer is right, {found:.0%} are found (by chance {chance:.0%}).")
