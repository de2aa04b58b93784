"""Chooses what is asked about one song: a dozen or more questions, spread over the skills, no family too often."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from musicflamingo_app.facts.card import SongCard
from train.examples import SKILLS, Example, Recording
from train.tasks.caption import CAPTIONS
from train.tasks.registry import QUESTIONS

FEWEST, MOST = 12, 20
DEFAULT = 16


def questions(track: Recording, card: SongCard, n: int = DEFAULT) -> tuple[Example, ...]:
    """At most `n` questions: skills in turn, in each the family asked least so far, those without doubts first."""
    pool = [example for task in QUESTIONS for example in task.examples(track, card)]
    random = Random(f"{track.sha256} choice")
    random.shuffle(pool)
    pool.sort(key=lambda example: len(example.doubts) > 0)
    asked: Counter[str] = Counter()
    chosen: list[Example] = []
    while pool and len(chosen) < n:
        for skill in SKILLS:
            ready = [example for example in pool if example.skill == skill]
            if ready and len(chosen) < n:
                best = min(ready, key=lambda example: asked[example.task])
                pool.remove(best)
                asked[best.task] += 1
                chosen.append(best)
    return tuple(chosen)


def captions(track: Recording, card: SongCard) -> tuple[Example, ...]:
    """The captions in every layout that has something to say."""
    return tuple(example for task in CAPTIONS for example in task.examples(track, card))


def balanced(examples: Sequence[Example], seed: int) -> list[Example]:
    """The same with their options in another order, so that every letter is right equally often.

    Counted for each number of options apart, family by family.
    """
    random, out = Random(seed), []
    turns: Counter[tuple[str, int]] = Counter()
    offsets: dict[tuple[str, int], int] = {}
    for example in examples:
        n = len(example.options)
        if n:
            group = (example.task, n)
            offset = offsets.setdefault(group, random.randrange(n))
            others = [option for option in example.options if option != example.answer]
            random.shuffle(others)
            others.insert((offset + turns[group]) % n, example.answer)
            turns[group] += 1
            example = replace(example, options=tuple(others))
        out.append(example)
    return out
