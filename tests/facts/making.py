"""Makes analyses and cards for the tests of the facts: by hand from a chart, from a bundled song's truth, at random."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from hypothesis import strategies as st

from musicflamingo_app.facts.card import SongCard, card_of
from musicflamingo_app.music.analysis import Analysis, Loudness, Measured, Provenance, Tag
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import QUALITIES, Chord
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.key import MODES, Key
from musicflamingo_app.music.pitch import SHARP_NAMES
from musicflamingo_app.music.section import FUNCTIONS, Section
from musicflamingo_app.music.time import Ranked, Segment, Timeline

SONGS = Path(__file__).parents[2] / "assets" / "songs"
SONG_IDS = ("paper-lanterns", "clockmakers-garden", "late-ferry-home")
WHO = Provenance("truth", "1", "0" * 64, datetime(2020, 1, 1, tzinfo=UTC))


def measured(value, confidence=0.95, alternatives=()):  # type: ignore[no-untyped-def]
    return Measured(value, confidence, WHO, alternatives)


def charted(
    sections: Sequence[tuple[str, str]],
    *,
    keys: Sequence[tuple[int, str]] = ((1, "C major"),),
    bpm: float = 120.0,
    metre: str = "4/4",
    confidence: float = 0.95,
    title: str = "Piece",
) -> SongCard:
    """A card from charts: `("verse", "C | G | A:min F")`, bars between strokes, chords in Harte sharing a bar equally.

    `keys` are bar numbers with the key from there on. A section named by one capital letter has no function.
    """
    time_signature = Metre.parse(metre)
    beat_s = 60.0 / bpm
    bar_s = time_signature.felt_beats * beat_s
    chords: list[tuple[float, float, Chord]] = []
    parts, now_s, letters = [], 0.0, {}
    for name, chart in sections:
        start_s = now_s
        for bar in chart.split("|"):
            names = bar.split()
            step_s = bar_s / len(names)
            chords += [(now_s + i * step_s, now_s + (i + 1) * step_s, Chord.parse(c)) for i, c in enumerate(names)]
            now_s += bar_s
        letter = name if len(name) == 1 else letters.setdefault(name, "ABCDEFGH"[len(letters)])
        parts.append((start_s, now_s, Section(letter, None if len(name) == 1 else name)))
    times_s = [i * beat_s for i in range(round(now_s / beat_s))]
    grid = BeatGrid.of(times_s, times_s[:: time_signature.felt_beats], time_signature)
    edges_s = [(number - 1) * bar_s for number, _ in keys[1:]]
    regions = zip([0.0, *edges_s], [*edges_s, now_s], [Key.parse(text) for _, text in keys], strict=True)
    analysis = Analysis(
        now_s, measured(grid, confidence), measured(bpm, confidence), measured(Timeline.of(chords), confidence),
        measured(Key.parse(keys[0][1]), confidence), measured(Timeline.of(regions), confidence),
        measured(Timeline.of(parts), confidence),
    )  # fmt: skip
    return card_of(analysis, title=title)


def truth_of(song_id: str) -> dict:  # type: ignore[type-arg]
    return json.loads((SONGS / f"{song_id}.json").read_text("utf-8"))


def bundled(song_id: str) -> SongCard:
    """The card of a bundled song's truth."""
    truth = truth_of(song_id)
    letters: dict[str, str] = {}
    sections = [(a, b, Section(letters.setdefault(n, "ABCDEFG"[len(letters)]), n)) for a, b, n in truth["sections"]]
    grid = BeatGrid.of(truth["beats"], truth["downbeats"], Metre.parse(truth["metre"]))
    analysis = Analysis(
        truth["duration"], measured(grid), measured(float(truth["tempo"])),
        measured(Timeline.of((a, b, Chord.parse(c)) for a, b, c in truth["chords"])),
        measured(Key.parse(truth["key"])),
        measured(Timeline.of((a, b, Key.parse(c)) for a, b, c in truth["key_regions"])),
        measured(Timeline.of(sections)),
        loudness=measured(Loudness(-16.0, 5.0, -1.0)),
    )  # fmt: skip
    return card_of(analysis, title=truth["title"])


chances = st.floats(0.0, 1.0)
keys = st.builds(Key.of, st.integers(0, 11), st.sampled_from(sorted(MODES)))
chords = st.one_of(
    st.sampled_from([Chord.parse("N"), Chord.parse("X")]),
    st.builds(
        lambda root, quality, bass: Chord.parse(f"{root}:{quality}{bass}"),
        st.sampled_from(SHARP_NAMES),
        st.sampled_from(sorted(QUALITIES)),
        st.sampled_from(["", "", "/3", "/5", "/b7"]),
    ),
)
parts = st.builds(Section, st.sampled_from(["A", "B", "A'", "C"]), st.sampled_from([None, *FUNCTIONS]))
words = st.text(max_size=30)


@st.composite
def timelines(draw: st.DrawFn, labels: st.SearchStrategy, duration_s: float) -> Timeline:  # type: ignore[type-arg]
    """Segments with gaps, from a grid of quarter seconds."""
    n_steps = int(duration_s * 4)
    edges = sorted(draw(st.sets(st.integers(0, n_steps), max_size=24)))
    segments = []
    for start, end in pairwise(edges):
        if draw(st.integers(0, 9)):
            sure = draw(st.one_of(st.none(), chances))
            others = tuple(Ranked(draw(labels), 0.1) for _ in range(draw(st.integers(0, 1))))
            segments.append(Segment(start / 4, end / 4, draw(labels), sure, others))
    return Timeline(tuple(segments))


@st.composite
def grids(draw: st.DrawFn, duration_s: float) -> BeatGrid:
    metre = Metre.parse(draw(st.sampled_from(["4/4", "3/4", "6/8", "5/4", "2/4", "12/8"])))
    first_s, gap_s = draw(st.floats(0.0, 2.0)), draw(st.floats(0.2, 1.5))
    n_beats = draw(st.integers(0, 80))
    times = [first_s + i * gap_s for i in range(n_beats) if first_s + i * gap_s < duration_s]
    pickup = draw(st.integers(0, metre.felt_beats - 1))
    return BeatGrid.of(times, times[pickup :: metre.felt_beats], metre)


@st.composite
def players(draw: st.DrawFn, duration_s: float) -> tuple[Playing, ...]:
    """Some instruments, each with a few parts of its own, from a grid of quarter seconds."""
    found = []
    for name in draw(st.sets(st.sampled_from(["drums", "bass", "bells and mallets"]), max_size=2)):
        edges = sorted(draw(st.sets(st.integers(0, int(duration_s * 4)), max_size=6)))
        sure = draw(st.one_of(st.none(), chances))
        rows = [(start / 4, end / 4, sure) for start, end in zip(edges[::2], edges[1::2], strict=False)]
        found += [Playing.of(name, rows)] if rows else []
    return tuple(sorted(found, key=lambda one: one.name))


@st.composite
def analyses(draw: st.DrawFn) -> Analysis:
    """Any analysis: every aspect may be missing, empty, unsure or senseless."""
    duration_s = draw(st.floats(0.3, 90.0))

    def aspect(values: st.SearchStrategy, others: st.SearchStrategy | None = None):  # type: ignore[no-untyped-def]
        if not draw(st.integers(0, 4)):
            return None
        alternatives = (Ranked(draw(others), draw(chances)),) if others is not None and draw(st.booleans()) else ()
        return measured(draw(values), draw(chances), alternatives)

    tag = st.builds(
        Tag, st.sampled_from(["instrument", "voice", "genre", "mood"]), st.sampled_from(["kazoo", "harp"]), chances
    )
    bpm = st.floats(30.0, 300.0)
    return Analysis(
        duration_s,
        beats=aspect(grids(duration_s)),
        tempo=aspect(bpm, bpm),
        chords=aspect(timelines(chords, duration_s)),
        key=aspect(keys, keys),
        key_regions=aspect(timelines(keys, duration_s)),
        sections=aspect(timelines(parts, duration_s)),
        tags=aspect(st.lists(tag, max_size=4).map(tuple)),
        instruments=aspect(players(duration_s)),
        tuning=aspect(st.floats(-50.0, 50.0)),
        loudness=aspect(st.builds(Loudness, st.floats(-80.0, 0.0), st.floats(0.0, 20.0), st.floats(-60.0, 0.0))),
    )


@st.composite
def cards(draw: st.DrawFn) -> SongCard:
    return card_of(draw(analyses()), title=draw(words), artist=draw(st.one_of(st.none(), words)))
