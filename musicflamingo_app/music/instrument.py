"""What plays when: for each instrument, or family of instruments, the intervals in which it is heard."""

from collections.abc import Iterable
from dataclasses import dataclass

from musicflamingo_app.music.time import Interval, Segment, Timeline


@dataclass(frozen=True)
class Playing:
    """One instrument or family of instruments (`drums`, `electric guitar`) and when it is heard.

    Several sound at once, so each has a timeline of its own; its segments carry the name, and how sure each is.
    Raises ValueError without a name, without any segment, or when a segment carries another name.
    """

    name: str
    timeline: Timeline[str]

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("An instrument must have a name.")
        if not len(self.timeline):
            raise ValueError(f"“{self.name}” is never heard; leave it out of what plays.")
        other = next((segment.label for segment in self.timeline if segment.label != self.name), None)
        if other is not None:
            raise ValueError(f"A segment of “{self.name}” is called “{other}”.")

    @classmethod
    def of(cls, name: str, rows: Iterable[tuple[float, float, float | None]]) -> "Playing":
        """From `(start_s, end_s, confidence)` rows in order. Raises ValueError as Timeline does."""
        return cls(name, Timeline(tuple(Segment(start_s, end_s, name, sure) for start_s, end_s, sure in rows)))

    @property
    def duration_s(self) -> float:
        """Seconds in which it is heard."""
        return sum(segment.duration_s for segment in self.timeline)

    @property
    def confidence(self) -> float | None:
        """The mean of its segments' confidences by duration; None when none of them is known."""
        known = [
            (segment.confidence, segment.duration_s) for segment in self.timeline if segment.confidence is not None
        ]
        return (
            sum(sure * length_s for sure, length_s in known) / sum(length_s for _, length_s in known) if known else None
        )

    def seconds_in(self, interval: Interval) -> float:
        """Seconds of an interval in which it is heard."""
        return sum(segment.interval.overlap_s(interval) for segment in self.timeline)


def grouped(segments: Iterable[Segment[str]]) -> tuple[Playing, ...]:
    """Segments of many instruments sorted out by their labels, in the order in which each first stands."""
    found: dict[str, list[Segment[str]]] = {}
    for segment in segments:
        found.setdefault(segment.label, []).append(segment)
    return tuple(Playing(name, Timeline(tuple(rows))) for name, rows in found.items())
