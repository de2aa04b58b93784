"""Time: intervals, labelled segments and timelines.

Conventions: seconds from the first decoded sample; intervals are half open, `[start_s, end_s)`; a timeline is
sorted and its segments do not overlap (gaps are allowed: nothing is known there).
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

L = TypeVar("L")
M = TypeVar("M")

SLACK_S = 1e-6  # rounding of times written as decimals


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of time `[start_s, end_s)`."""

    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        if not 0 <= self.start_s <= self.end_s:  # also refuses NaN
            raise ValueError(f"An interval must have 0 <= start <= end, not {self.start_s} to {self.end_s}.")

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s

    def contains(self, time_s: float) -> bool:
        return self.start_s <= time_s < self.end_s

    def overlap_s(self, other: "Interval") -> float:
        """Seconds that both share."""
        return max(0.0, min(self.end_s, other.end_s) - max(self.start_s, other.start_s))


@dataclass(frozen=True, slots=True)
class Ranked(Generic[L]):
    """One of several candidates, with its probability in [0, 1]."""

    label: L
    confidence: float


@dataclass(frozen=True, slots=True)
class Segment(Generic[L]):
    """A label over an interval. `confidence` is in [0, 1], None when not known; `alternatives` are best first."""

    start_s: float
    end_s: float
    label: L
    confidence: float | None = None
    alternatives: tuple[Ranked[L], ...] = ()

    @property
    def interval(self) -> Interval:
        return Interval(self.start_s, self.end_s)

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True)
class Timeline(Generic[L]):
    """Segments in order, none overlapping another.

    Raises ValueError for segments out of order, overlapping, empty or negative.
    """

    segments: tuple[Segment[L], ...] = ()
    _starts: tuple[float, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        end_s = 0.0
        for segment in self.segments:
            if not (segment.start_s >= end_s - SLACK_S and segment.end_s > segment.start_s):
                raise ValueError(
                    f"A timeline must be sorted without overlaps: {segment.start_s}-{segment.end_s} after {end_s}."
                )
            end_s = segment.end_s
        object.__setattr__(self, "_starts", tuple(segment.start_s for segment in self.segments))

    @classmethod
    def of(cls, rows: Iterable[tuple[float, float, L]]) -> "Timeline[L]":
        """A timeline from `(start_s, end_s, label)` rows."""
        return cls(tuple(Segment(start_s, end_s, label) for start_s, end_s, label in rows))

    def __len__(self) -> int:
        return len(self.segments)

    def __iter__(self) -> Iterator[Segment[L]]:
        return iter(self.segments)

    @property
    def end_s(self) -> float:
        return self.segments[-1].end_s if self.segments else 0.0

    def at(self, time_s: float) -> Segment[L] | None:
        """The segment that sounds at a time, None in a gap."""
        index = bisect_right(self._starts, time_s) - 1
        if index < 0 or time_s >= self.segments[index].end_s:
            return None
        return self.segments[index]

    def within(self, interval: Interval) -> "Timeline[L]":
        """The part that lies in an interval, its outer segments cut."""
        kept = []
        for segment in self.segments:
            start_s, end_s = max(segment.start_s, interval.start_s), min(segment.end_s, interval.end_s)
            if end_s > start_s:
                kept.append(replace(segment, start_s=start_s, end_s=end_s))
        return Timeline(tuple(kept))

    def relabelled(self, label: Callable[[L], M]) -> "Timeline[M]":
        """The same segments under other labels; confidences stay, alternatives are relabelled too."""
        return Timeline(
            tuple(
                Segment(
                    segment.start_s,
                    segment.end_s,
                    label(segment.label),
                    segment.confidence,
                    tuple(Ranked(label(other.label), other.confidence) for other in segment.alternatives),
                )
                for segment in self.segments
            )
        )

    def merged(self) -> "Timeline[L]":
        """Neighbours with the same label made one; confidence is averaged by duration."""
        out: list[Segment[L]] = []
        for segment in self.segments:
            if out and out[-1].label == segment.label and abs(out[-1].end_s - segment.start_s) <= SLACK_S:
                out[-1] = _joined(out[-1], segment)
            else:
                out.append(segment)
        return Timeline(tuple(out))

    def filled(self, duration_s: float, label: L) -> "Timeline[L]":
        """The same, cut at `duration_s`, with every gap from 0 to there given one label."""
        out: list[Segment[L]] = []
        now_s = 0.0
        for segment in self.within(Interval(0.0, duration_s)):
            if segment.start_s > now_s + SLACK_S:
                out.append(Segment(now_s, segment.start_s, label))
            out.append(segment)
            now_s = segment.end_s
        if duration_s > now_s + SLACK_S:
            out.append(Segment(now_s, duration_s, label))
        return Timeline(tuple(out))


def _joined(first: Segment[L], second: Segment[L]) -> Segment[L]:
    if first.confidence is None or second.confidence is None:
        confidence = first.confidence if second.confidence is None else second.confidence
    else:
        total_s = first.duration_s + second.duration_s
        confidence = (first.confidence * first.duration_s + second.confidence * second.duration_s) / total_s
    longer = first if first.duration_s >= second.duration_s else second
    return Segment(first.start_s, second.end_s, first.label, confidence, longer.alternatives)


def clock(time_s: float, *, tenths: bool = False) -> str:
    """A time as people write it: `3:05`, with tenths `3:05.4`, over an hour `1:02:03`."""
    steps = max(0, round(time_s * 10)) if tenths else max(0, int(time_s)) * 10
    whole_s, tenth = divmod(steps, 10)
    minutes, seconds = divmod(whole_s, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
    return f"{text}.{tenth}" if tenths else text
