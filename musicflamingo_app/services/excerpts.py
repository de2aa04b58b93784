"""Which seconds of a track a model hears that cannot hear it whole: those that the question names, else a chorus.

Excerpts begin at whole seconds, so that times in them and in the track tell the same instants.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor

import numpy as np

from musicflamingo_app.facts.card import Curve
from musicflamingo_app.facts.references import find_mentions, intervals_of
from musicflamingo_app.facts.words import ordinal
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Interval, Segment, clock


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The seconds that are heard, and why these: `the first chorus`."""

    interval: Interval
    why: str

    @property
    def told(self) -> str:
        """`0:41 to 1:01, the first chorus`."""
        return f"{clock(self.interval.start_s)} to {clock(self.interval.end_s)}, {self.why}"


def excerpt_of(
    analysis: Analysis,
    longest_s: float,
    *,
    question: str = "",
    within: Interval | None = None,
    loudness: Curve | None = None,
) -> Excerpt:
    """At most `longest_s` of a track or of a region of it.

    The place that the question names; else the first chorus; else the longest material that comes again; else the
    loudest part.
    """
    place = within or Interval(0.0, analysis.duration_s)
    if place.duration_s <= longest_s:
        return Excerpt(place, "all of it")
    room = _Room(place, longest_s)
    named = next(_named(question, analysis, place), None)
    if named is not None:
        return Excerpt(room.about(named), "which the question names")
    section = _chosen(analysis, place)
    if section is not None:
        return Excerpt(room.at(section.start_s), _name(section, analysis))
    return _loudest(room, loudness)


def excerpts_by_section(
    analysis: Analysis, longest_s: float, n_most: int, *, within: Interval | None = None, loudness: Curve | None = None
) -> tuple[Excerpt, ...]:
    """At most `n_most` excerpts that stand for a track or a region: one of each of its commonest materials, in order.

    Of a material the longest section is heard. Where there are not two materials, the one of `excerpt_of`.
    """
    place = within or Interval(0.0, analysis.duration_s)
    rows = [s for s in analysis.sections.value if place.contains(s.start_s)] if analysis.sections else []
    heard = [s for s in rows if s.label.function != "silence"]
    seconds: dict[str, float] = {}
    longest: dict[str, Segment[Section]] = {}
    for one in heard:
        letter = one.label.letter.rstrip("'")
        seconds[letter] = seconds.get(letter, 0.0) + one.duration_s
        longest[letter] = max(longest.get(letter, one), one, key=lambda s: round(s.duration_s))
    if place.duration_s <= longest_s or len(longest) < 2:
        return (excerpt_of(analysis, longest_s, within=within, loudness=loudness),)
    room = _Room(place, longest_s)
    chosen = sorted(sorted(longest, key=lambda letter: -seconds[letter])[:n_most], key=lambda c: longest[c].start_s)
    return tuple(Excerpt(room.at(longest[c].start_s), _title(longest[c], analysis)) for c in chosen)


@dataclass(frozen=True, slots=True)
class _Room:
    """Where excerpts fit."""

    place: Interval
    longest_s: float

    def at(self, start_s: float) -> Interval:
        """The excerpt that begins there, or as near as it fits."""
        last_s = self.place.end_s - self.longest_s
        start_s = min(max(start_s, self.place.start_s), last_s)
        whole_s = floor(start_s)
        start_s = float(whole_s) if whole_s >= self.place.start_s else start_s
        return Interval(start_s, min(start_s + self.longest_s, self.place.end_s))

    def about(self, named: Interval) -> Interval:
        """The beginning of a long place, a short one in the middle."""
        if named.duration_s >= self.longest_s:
            return self.at(named.start_s)
        return self.at((named.start_s + named.end_s - self.longest_s) / 2)


def _named(question: str, analysis: Analysis, place: Interval) -> Iterator[Interval]:
    """The places that the question names inside `place`; of several choruses the first."""
    for mention in find_mentions(question):
        for found in intervals_of(mention.place, analysis):
            if found.start_s < place.end_s and found.end_s >= place.start_s:
                yield found


def _chosen(analysis: Analysis, place: Interval) -> Segment[Section] | None:
    """The section that says most of the whole; None where no material comes again."""
    rows = [s for s in analysis.sections.value if place.contains(s.start_s)] if analysis.sections else []
    choruses = [s for s in rows if s.label.function == "chorus"]
    if choruses:
        return choruses[0]
    letters = [s.label.letter.rstrip("'") for s in rows]
    again = [s for s, letter in zip(rows, letters, strict=True) if letters.count(letter) > 1]
    return max(again, key=lambda s: (round(s.duration_s), -s.start_s), default=None)


def _name(section: Segment[Section], analysis: Analysis) -> str:
    again = "" if section.label.function else ", which comes again"
    return f"{_title(section, analysis)}{again}"


def _title(section: Segment[Section], analysis: Analysis) -> str:
    """`the second verse`, `section B`."""
    assert analysis.sections is not None
    label = section.label
    same = [s.start_s for s in analysis.sections.value if s.label.label == label.label]
    nth = f"{ordinal(same.index(section.start_s) + 1)} " if len(same) > 1 else ""
    return f"the {nth}{label.function}" if label.function else f"section {label.letter}"


def _loudest(room: _Room, loudness: Curve | None) -> Excerpt:
    """Where the most energy lies; the middle where loudness was not measured."""
    middle_s = (room.place.start_s + room.place.end_s - room.longest_s) / 2
    if loudness is None:
        return Excerpt(room.at(middle_s), "the middle")
    times_s, levels = np.asarray(loudness[0], float), np.asarray(loudness[1], float)
    energy = np.append(0.0, np.cumsum(10 ** (np.nan_to_num(levels, nan=-120.0, neginf=-120.0) / 10)))
    last_s = room.place.end_s - room.longest_s
    starts_s = times_s[(times_s >= room.place.start_s) & (times_s <= last_s)]
    if not len(starts_s):
        return Excerpt(room.at(middle_s), "the middle")
    first, end = np.searchsorted(times_s, starts_s), np.searchsorted(times_s, starts_s + room.longest_s)
    return Excerpt(room.at(float(starts_s[np.argmax(energy[end] - energy[first])])), "the loudest part")
