"""Questions about the words that are sung, for recordings whose file holds them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.music.time import clock
from train.examples import Example, Recording, Score
from train.lyrics import Line
from train.tasks import near_misses
from train.tasks.basis import Basis
from train.tasks.judge import judge
from train.tasks.question import Asked, Question, n_wrong, recording_name
from train.tasks.vocal import VOCAL

FEWEST_LINES = 6
FEWEST_WORDS = 3
GROUND = Basis(None, ("lyrics: the file's tags",))
Lines = Sequence[Line]


@dataclass(frozen=True)
class LyricQuestion:
    """A Task about the words of a recording; none are asked where it has none."""

    name: str
    find: Callable[[Lines, Random], Iterable[Asked]]
    skill: str = VOCAL
    is_trivial: bool = True

    def examples(self, track: Recording, card: SongCard) -> Iterator[Example]:
        lines = [Line(text, time_s) for text, time_s in track.lyrics]
        if len(lines) < FEWEST_LINES:
            return
        random = Random(f"{recording_name(track)} {self.name}")
        asked = list(self.find(lines, random))
        yield from Question(self.name, self.skill, lambda card, random: asked).examples(track, card)

    def score(self, example: Example, completion: str) -> Score | None:
        return judge(example, completion)


def next_line(lines: Lines, random: Random) -> Iterator[Asked]:
    """What follows a line that comes once, or always goes on in the same way."""
    follows: dict[str, set[str]] = {}
    for line, after in pairwise(lines):
        follows.setdefault(line.text, set()).add(after.text)
    sure = [(line, *after) for line, after in follows.items() if len(after) == 1 and line not in after]
    good = [(line, after) for line, after in sure if _is_telling(line) and _is_telling(after)]
    if good:
        line, after = random.choice(good)
        yield from _of_lines({"line": line}, after, [one for one in _texts(lines) if one != line], random)


def sung_at(lines: Lines, random: Random) -> Iterator[Asked]:
    """What is sung at a time, where the lyrics have times."""
    timed = [
        (line, after)
        for line, after in pairwise(lines)
        if line.time_s is not None and after.time_s is not None and after.time_s - line.time_s >= 2.0
    ]
    good = [(line, after) for line, after in timed if _is_telling(line.text)]
    if good:
        line, _ = random.choice(good)
        start_s = line.time_s or 0.0
        yield from _of_lines({"time": clock(round(start_s + 1.0))}, line.text, _texts(lines), random, start_s)


def repeated_line(lines: Lines, random: Random) -> Iterator[Asked]:
    """The line that comes back most often, where one clearly does."""
    counts = Counter(line.text for line in lines if _is_telling(line.text)).most_common(2)
    if len(counts) == 2 and counts[0][1] >= 3 and counts[0][1] >= counts[1][1] + 2:
        yield from _of_lines({}, counts[0][0], _texts(lines), random)


def _of_lines(
    slots: dict[str, str], right: str, pool: Sequence[str], random: Random, start_s: float | None = None
) -> Iterator[Asked]:
    wrong = near_misses.words(right, [one for one in pool if _is_telling(one)], n_wrong(random), random)
    if len(wrong) >= 2:
        where = ((start_s, start_s),) if start_s is not None else ()
        truth = {"type": "words", "accept": [right], "reject": wrong}
        yield Asked(slots, right, truth, wrong, "open", True, where, (GROUND,))


def _is_telling(line: str) -> bool:
    return len(line.split()) >= FEWEST_WORDS and "{" not in line and "}" not in line


def _texts(lines: Lines) -> list[str]:
    return list(dict.fromkeys(line.text for line in lines))


QUESTIONS = (
    LyricQuestion("next_line", next_line),
    LyricQuestion("sung_at", sung_at),
    LyricQuestion("repeated_line", repeated_line),
)
