"""Made-up analyses with known answers: a ballad, a waltz without named sections, and the ballad heard unsurely."""

from dataclasses import replace
from datetime import UTC, datetime

from musicflamingo_app.music.analysis import Analysis, Measured, Provenance, Tag
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Ranked, Segment, Timeline

BY = Provenance("test", "1", "0", datetime(2026, 1, 1, tzinfo=UTC))


def grid(bpm: float, metre: Metre, duration_s: float) -> BeatGrid:
    gap_s, n = 60 / bpm, metre.felt_beats
    times = [i * gap_s for i in range(int(duration_s / gap_s))]
    return BeatGrid.of(times, times[::n], metre)


def chords_of(rows: list[tuple[float, float, str]], bar_s: float) -> Timeline[Chord]:
    """Each row's chords go round in it, one a bar."""
    segments = []
    for start_s, end_s, names in rows:
        loop = names.split()
        for i in range(round((end_s - start_s) / bar_s)):
            at_s = start_s + i * bar_s
            segments.append(Segment(at_s, min(end_s, at_s + bar_s), Chord.parse(loop[i % len(loop)]), 0.8))
    return Timeline(tuple(segments))


BALLAD = Analysis(
    duration_s=202.5,
    beats=Measured(grid(96, Metre(4, 4), 202.5), 0.9, BY),
    tempo=Measured(96.0, 0.87, BY, (Ranked(128.0, 0.1),)),
    chords=Measured(
        chords_of([(0, 110, "A:min F C G"), (110, 130, "D:min Bb"), (130, 202.5, "A:min F C G:7")], 2.5), 0.8, BY
    ),
    key=Measured(Key.parse("A minor"), 0.8, BY, (Ranked(Key.parse("C major"), 0.15),)),
    key_regions=Measured(
        Timeline.of(
            (start_s, end_s, Key.parse(name))
            for start_s, end_s, name in [(0, 110, "A minor"), (110, 130, "D minor"), (130, 202.5, "A minor")]
        ),
        0.7,
        BY,
    ),
    sections=Measured(
        Timeline.of(
            (start_s, end_s, Section(letter, name))
            for start_s, end_s, letter, name in [
                (0, 10, "A", "intro"), (10, 40, "B", "verse"), (40, 60, "C", "chorus"), (60, 90, "B", "verse"),
                (90, 110, "C", "chorus"), (110, 130, "D", "bridge"), (130, 170, "C'", "chorus"),
                (170, 202.5, "A", "outro"),
            ]
        ),
        0.75,
        BY,
    ),
    tags=Measured(
        (Tag("voice", "singing", 0.8), Tag("instrument", "piano", 0.8), Tag("voice", "female voice", 0.7),
         Tag("instrument", "strings", 0.6), Tag("instrument", "guitar", 0.2), Tag("genre", "pop", 0.7)), 0.6, BY,
    ),
)  # fmt: skip

WALTZ = Analysis(
    duration_s=225.0,
    beats=Measured(grid(160, Metre(3, 4), 225.0), 0.9, BY),
    tempo=Measured(160.0, 0.9, BY),
    chords=Measured(chords_of([(0, 225, "Eb Ab Bb:7 C:min")], 1.125), 0.85, BY),
    key=Measured(Key.parse("Eb major"), 0.85, BY),
    sections=Measured(Timeline.of([(0, 75, Section("A")), (75, 150, Section("B")), (150, 225, Section("A"))]), 0.8, BY),
    tags=Measured(
        (Tag("instrument", "drums", 0.8), Tag("instrument", "guitar", 0.7), Tag("voice", "singing", 0.7),
         Tag("voice", "male voice", 0.6)), 0.7, BY,
    ),
)  # fmt: skip

UNSURE = replace(
    BALLAD,
    **{
        name: replace(getattr(BALLAD, name), confidence=0.3)
        for name in ("beats", "tempo", "chords", "key", "key_regions", "sections")
    },
    tags=None,
)

SONGS = {"ballad": BALLAD, "waltz": WALTZ, "unsure": UNSURE}
