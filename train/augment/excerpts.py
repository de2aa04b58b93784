"""Excerpts: stretches of a recording asked about instead of the whole, with their labels carried along.

Nothing is rendered: an example names its recording and where the stretch begins and ends, and the loader decodes that.
"""

from dataclasses import replace
from random import Random

from musicflamingo_app.music.time import Interval
from train.augment.transform import Change, bar_cut, changed
from train.gather import Source

LENGTH_S = (15.0, 19.5)  # no longer than the smallest model of the studio hears at once


def excerpts_of(source: Source, n: int, seed: int, length_s: tuple[float, float] = LENGTH_S) -> tuple[Source, ...]:
    """At most `n` excerpts that do not overlap, spread over the recording; one too short for any is given whole."""
    random = Random(f"{seed} {source.recording.sha256} excerpts")
    whole_s = source.card.duration_s
    n = min(n, int(whole_s // length_s[1]))
    if n < 1:
        return (source,)
    room_s, found = whole_s / n, []
    for number in range(n):
        long_s = random.uniform(*length_s)
        starts_s = number * room_s + random.uniform(0.0, room_s - long_s)
        found.append(excerpt_of(source, _within(bar_cut(source.card, starts_s, long_s), found, length_s)))
    return tuple(found)


def excerpt_of(source: Source, cut: Interval) -> Source:
    """The stretch of a recording as a source of its own: its times count from where it begins."""
    change = Change(cut=Interval(round(cut.start_s, 3), round(cut.end_s, 3)))
    assert change.cut is not None
    recording = replace(
        source.recording, lyrics=moved_lyrics(source, change), start_s=change.cut.start_s, end_s=change.cut.end_s
    )
    return replace(source, recording=recording, card=changed(source.card, change))


def moved_lyrics(source: Source, change: Change) -> tuple[tuple[str, float | None], ...]:
    """The lyrics with their times moved along; of a part those that have a time and lie inside."""
    within, moved = change.cut or source.card.interval, []
    for text, time_s in source.recording.lyrics:
        if time_s is not None and within.contains(time_s):
            moved.append((text, (time_s - within.start_s) / change.speed))
        elif time_s is None and change.cut is None:
            moved.append((text, None))
    return tuple(moved)


def _within(cut: Interval, before: list[Source], length_s: tuple[float, float]) -> Interval:
    """The cut without what the excerpt before it holds, and no longer than asked: bar lines may have moved it."""
    first_s = max(cut.start_s, (before[-1].recording.end_s or 0.0) if before else 0.0)
    return Interval(first_s, max(first_s + 1.0, min(cut.end_s, first_s + length_s[1])))
