"""Guessability: questions that can be answered without listening teach a model not to listen.

A guesser gives the chance that somebody who hears nothing picks the right option. Beside it, answers must not be
tilted: within a family no answer may be right for more than half of the questions.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from random import Random

from model.types import Backend, Delta, Message, Sampling, Text
from train.examples import Example
from train.prompts import prompt_text
from train.tasks.answers import chosen, final_answer

Guesser = Callable[[Example], float]
LIMIT = 0.5  # a guesser that is right this often has found the answer
MOST_SHARE = 0.5
FEWEST = 6  # of a family, before its answers are weighed
FAR_ABOVE_CHANCE = 1.5  # a limit below this times chance would drop what is only guessed by luck


def guessable(items: Sequence[Example], guesser: Guesser) -> Iterable[tuple[Example, str]]:
    """Questions with options that a guesser finds too often."""
    for example in items:
        if example.options:
            chance = guesser(example)
            if chance > max(LIMIT, FAR_ABOVE_CHANCE / len(example.options)):
                yield example, f"Without listening the answer is found {chance:.0%} of the time."


def tilted(items: Sequence[Example]) -> Iterable[tuple[Example, str]]:
    """The surplus of an answer that is right for more than half of its family; songs are spared evenly."""
    families: dict[tuple[str, bool], list[Example]] = defaultdict(list)
    for example in items:
        if example.kind != "caption":
            families[example.task, bool(example.options)].append(example)
    for (task, _), family in families.items():
        answers = Counter(example.answer for example in family)
        answer, count = answers.most_common(1)[0]
        others = len(family) - count
        most = max(1, others) if len(family) >= FEWEST else len(family)
        if len(answers) > 1 or len(family) >= FEWEST:
            same = [example for example in family if example.answer == answer]
            Random(task).shuffle(same)
            for example in same[most:]:
                yield example, f"“{answer}” answers {count} of {len(family)} questions of the kind {task}."


def by_backend(backend: Backend, *, rounds: int = 3, seed: int = 0) -> Guesser:
    """A guesser that asks a model without sound, the options in another order each round."""

    def guess(example: Example) -> float:
        random, right = Random(f"{seed} {example.id}"), 0
        for _ in range(rounds):
            options = random.sample(example.options, len(example.options))
            asked = replace(example, options=tuple(options))
            index = chosen(final_answer(_said(backend, prompt_text(asked))), options)
            right += index is not None and options[index] == example.answer
        return right / rounds

    return guess


def by_priors(items: Sequence[Example]) -> Guesser:
    """A guesser that knows how often each answer is right in the family, of other songs alone."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    own: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for example in items:
        counts[example.task][example.answer] += 1
        own[example.task, example.track][example.answer] += 1

    def guess(example: Example) -> float:
        mine = own[example.task, example.track]
        known = [counts[example.task][option] - mine[option] + 0.5 for option in example.options]
        return known[example.options.index(example.answer)] / sum(known)

    return guess


def _said(backend: Backend, question: str) -> str:
    words = Message("user", (Text(f"{question}\nAnswer with one option."),))
    stream = backend.stream([words], Sampling(max_new_tokens=24))
    return "".join(one.text for one in stream if isinstance(one, Delta) and one.kind == "text")
