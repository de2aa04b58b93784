"""Beats: their place in the bar, metre, tempo and the grid of them all.

Conventions: a beat is what a foot taps (the dotted quarter in 6/8); `position` 1 is the downbeat; bars are numbered
from 1 at the first downbeat, and beats before it belong to bar 0 (the pickup).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from musicflamingo_app.errors import MusicSyntaxError
from musicflamingo_app.music.time import Interval


@dataclass(frozen=True, slots=True)
class Metre:
    """A time signature. Compound ones (6/8, 9/8, 12/8) are felt in beats of three eighths."""

    beats: int
    unit: int = 4

    def __post_init__(self) -> None:
        if not 1 <= self.beats <= 32 or self.unit not in (1, 2, 4, 8, 16):
            raise MusicSyntaxError(f"{self.beats}/{self.unit} is not a metre.", "Write it as 4/4, 3/4 or 6/8.")

    @classmethod
    def parse(cls, text: str) -> "Metre":
        """Reads `4/4`. Raises MusicSyntaxError."""
        beats, _, unit = text.partition("/")
        if not (beats.isdecimal() and unit.isdecimal()):
            raise MusicSyntaxError(f"“{text}” is not a metre.", "Write it as 4/4, 3/4 or 6/8.")
        return cls(int(beats), int(unit))

    @property
    def is_compound(self) -> bool:
        return self.unit >= 8 and self.beats % 3 == 0 and self.beats > 3

    @property
    def felt_beats(self) -> int:
        """Beats of one bar that a foot taps: 4 in 4/4, 2 in 6/8."""
        return self.beats // 3 if self.is_compound else self.beats

    def __str__(self) -> str:
        return f"{self.beats}/{self.unit}"


@dataclass(frozen=True, slots=True)
class Beat:
    """One beat: when, and its position in the bar (1 = downbeat)."""

    time_s: float
    position: int


@dataclass(frozen=True, slots=True)
class Tempo:
    """Beats a minute at a time."""

    time_s: float
    bpm: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its number (0 is the pickup), interval and beats."""

    number: int
    start_s: float
    end_s: float
    beats: tuple[Beat, ...]

    @property
    def interval(self) -> Interval:
        return Interval(self.start_s, self.end_s)


@dataclass(frozen=True)
class BeatGrid:
    """All beats of a recording with its metre. Raises ValueError when beats are not in rising order.

    No beats at all means that none were found: free time, or silence.
    """

    beats: tuple[Beat, ...] = ()
    metre: Metre = Metre(4, 4)

    def __post_init__(self) -> None:
        for before, beat in zip(self.beats, self.beats[1:], strict=False):
            if not beat.time_s > before.time_s:
                raise ValueError(f"Beats must rise in time: {beat.time_s} s after {before.time_s} s.")

    @classmethod
    def of(cls, times_s: Sequence[float], downbeats_s: Sequence[float], metre: Metre) -> "BeatGrid":
        """A grid from beat times and the downbeats among them; positions count on from each downbeat."""
        beats: list[Beat] = []
        downs = sorted(downbeats_s)
        first = bisect_left([float(t) for t in times_s], downs[0] - 1e-3) if downs else 0
        for index, time_s in enumerate(times_s):
            near = bisect_left(downs, time_s - 1e-3)
            if near < len(downs) and abs(downs[near] - time_s) <= 1e-3:
                position = 1
            elif downs and index > first:
                position = beats[-1].position + 1
            else:
                position = (index - first) % metre.felt_beats + 1
            beats.append(Beat(float(time_s), position))
        return cls(tuple(beats), metre)

    @property
    def times_s(self) -> tuple[float, ...]:
        return tuple(beat.time_s for beat in self.beats)

    @property
    def downbeats_s(self) -> tuple[float, ...]:
        return tuple(beat.time_s for beat in self.beats if beat.position == 1)

    @property
    def tempo_bpm(self) -> float | None:
        """The tempo of the middle beat distance; None with fewer than two beats."""
        gaps = [b.time_s - a.time_s for a, b in zip(self.beats, self.beats[1:], strict=False)]
        return 60.0 / median(gaps) if gaps else None

    def tempo_curve(self, *, window: int = 4) -> tuple[Tempo, ...]:
        """Local tempo at each beat but the last: the mean over `window` beat distances around it."""
        times = self.times_s
        curve = []
        for index in range(len(times) - 1):
            low = max(0, min(index - window // 2, len(times) - 1 - window))
            high = min(len(times) - 1, low + window)
            curve.append(Tempo(times[index], 60.0 * (high - low) / (times[high] - times[low])))
        return tuple(curve)

    def bars(self, end_s: float | None = None) -> tuple[Bar, ...]:
        """The bars in order; the last one ends at `end_s`, or one typical bar after its downbeat."""
        starts = [index for index, beat in enumerate(self.beats) if beat.position == 1]
        groups = [self.beats[a:b] for a, b in zip(starts, [*starts[1:], len(self.beats)], strict=False)]
        pickup = self.beats[: starts[0]] if starts else self.beats
        numbered = ([(0, pickup)] if pickup else []) + list(enumerate(groups, start=1))
        edges = [beats[0].time_s for _, beats in numbered]
        return tuple(
            Bar(number, beats[0].time_s, edge, beats)
            for (number, beats), edge in zip(numbered, [*edges[1:], self._last_end_s(end_s)], strict=False)
        )

    def _last_end_s(self, end_s: float | None) -> float:
        last = self.beats[-1] if self.beats else Beat(0.0, 1)
        gap_s = 60.0 / (self.tempo_bpm or 120.0)
        natural = last.time_s + gap_s * max(1, self.metre.felt_beats - last.position + 1)
        return natural if end_s is None else max(min(natural, end_s), last.time_s + 1e-3)

    def snap(self, time_s: float, *, to_bars: bool = False) -> float:
        """The nearest beat (or downbeat); the time itself when there are none."""
        times = self.downbeats_s if to_bars else self.times_s
        if not times:
            return time_s
        right = bisect_right(times, time_s)
        around = times[max(0, right - 1) : right + 1]
        return min(around, key=lambda t: abs(t - time_s))

    def doubled(self) -> "BeatGrid":
        """Twice as many beats: one more in the middle of each gap, bars counted anew."""
        out: list[Beat] = []
        for beat, after in zip(self.beats, self.beats[1:], strict=False):
            out += [
                Beat(beat.time_s, 2 * beat.position - 1),
                Beat((beat.time_s + after.time_s) / 2, 2 * beat.position),
            ]
        if self.beats:
            out.append(Beat(self.beats[-1].time_s, 2 * self.beats[-1].position - 1))
        return _with_bars_of(BeatGrid(tuple(out), self.metre), self.metre)

    def halved(self) -> "BeatGrid":
        """Half as many beats: every second one from the first downbeat; bars become twice as long in time.

        Undoes `doubled`, except after a pickup of half a bar or more: doubled it holds a bar of its own, and which of
        two bars began the old one is not known any more.
        """
        first = next((i for i, beat in enumerate(self.beats) if beat.position == 1), 0) % 2
        kept = tuple(Beat(beat.time_s, beat.position) for beat in self.beats[first::2])
        return _with_bars_of(BeatGrid(kept, self.metre), self.metre, anchor_s=self.downbeats_s[:1])

    def shifted(self, steps: int) -> "BeatGrid":
        """The bar line moved `steps` beats later; the beats stay."""
        n = self.metre.felt_beats
        return replace(self, beats=tuple(Beat(b.time_s, (b.position - 1 - steps) % n + 1) for b in self.beats))


def _with_bars_of(grid: BeatGrid, metre: Metre, *, anchor_s: tuple[float, ...] = ()) -> BeatGrid:
    """Positions counted anew through the metre from the first downbeat."""
    anchor = anchor_s[0] if anchor_s else next((b.time_s for b in grid.beats if b.position == 1), None)
    times = grid.times_s
    first = bisect_left(times, anchor - 1e-6) if anchor is not None else 0
    n = metre.felt_beats
    return BeatGrid(tuple(Beat(t, (i - first) % n + 1) for i, t in enumerate(times)), metre)
