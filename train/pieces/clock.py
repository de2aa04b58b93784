"""When each beat comes: a steady tempo, a drifting, ramping or swaying one, swing within the beat, a held end."""

import math
from dataclasses import dataclass
from random import Random

from train.pieces.plan import Stretch
from train.pieces.styles import Style

SLOWEST, FASTEST = 50.0, 200.0  # quarter notes a minute


@dataclass(frozen=True)
class Clock:
    """Times of the whole beats from `first` (negative in a pickup) on, and where the second half of a beat falls."""

    first: int
    times_s: tuple[float, ...]
    swing: float = 0.5

    def time_s(self, beat: float) -> float:
        """When a written position sounds; positions past the last beat go on at its tempo."""
        whole = min(max(math.floor(beat + 1e-9), self.first), self.first + len(self.times_s) - 2)
        rest = self._swung(beat - whole) if 0 <= beat - whole <= 1 else beat - whole
        left, right = self.times_s[whole - self.first], self.times_s[whole - self.first + 1]
        return left + rest * (right - left)

    def _swung(self, rest: float) -> float:
        if rest <= 0.5:
            return rest * 2 * self.swing
        return self.swing + (rest - 0.5) * 2 * (1 - self.swing)


def clock(style: Style, stretches: list[Stretch], quarter_bpm: float, seed: int, n_pickup: int) -> Clock:
    """The times of all beats of a plan and one more (its end)."""
    random = Random(f"clock {seed}")
    swing = random.uniform(*style.swing)
    factors = _factors(style, stretches, random)
    per_beat = [stretch.quarters_per_beat for stretch in stretches for _ in range(round(stretch.end) - stretch.start)]
    now_s = random.uniform(0.1, 1.0)
    times_s = [now_s + index * per_beat[0] * 60 / quarter_bpm / factors[0] for index in range(n_pickup + 1)]
    for quarters, factor in zip(per_beat, factors, strict=True):
        bpm = min(FASTEST, max(SLOWEST, quarter_bpm * factor)) if style.tempo == "ramp" else quarter_bpm * factor
        times_s.append(times_s[-1] + quarters * 60 / bpm)
    return Clock(-n_pickup, tuple(times_s), swing)


def _factors(style: Style, stretches: list[Stretch], random: Random) -> list[float]:
    """How much faster than the written tempo each beat is."""
    n_beats = round(stretches[-1].end)
    width = stretches[0].metre.felt_beats
    held = round(stretches[-1].start)
    if style.tempo == "ramp":
        factors = _ramp(stretches, random)
    elif style.tempo == "rubato":
        factors = _swaying(n_beats, width, random, 0.28 if style.is_free else 0.11)
    elif style.tempo == "drift":
        factors = [1 + 0.02 * math.sin(index / (9 * width)) + random.gauss(0, 0.004) for index in range(n_beats)]
    else:
        factors = [1.0] * n_beats
    slowing = random.choice((0.0, 0.0, 0.15, 0.3))  # a ritardando over the last two bars, or none
    start = held - width
    return [f * (1 - slowing * max(0, min(1, (i - start) / (2 * width)))) for i, f in enumerate(factors)]


def _ramp(stretches: list[Stretch], random: Random) -> list[float]:
    """Faster or slower through one section or two, then so to the end; or a new tempo at once."""
    goal = random.choice((random.uniform(0.7, 0.88), random.uniform(1.15, 1.45)))
    from_ = stretches[random.randrange(1, max(2, len(stretches) - 1))]
    start, end = from_.start, from_.end if random.random() < 0.7 else from_.start + 1
    n_beats = round(stretches[-1].end)
    return [1 + (goal - 1) * max(0.0, min(1.0, (index - start) / (end - start))) for index in range(n_beats)]


def _swaying(n_beats: int, width: int, random: Random, depth: float) -> list[float]:
    """Phrases that gather speed and lose it, unevenly; never less than half or more than 1.6 times the tempo."""
    out, wander = [], 0.0
    for index in range(n_beats):
        wander = 0.7 * wander + random.gauss(0, depth / 3)
        arch = math.sin(2 * math.pi * (index % (4 * width)) / (4 * width) - 0.6)
        out.append(min(1.6, max(0.5, 1 + depth * 0.6 * arch + wander)))
    return out
