"""The song card: the one verified fact sheet of a track. Prompts, descriptions, the question reader and claims read it.

Labels (title, artist, ...) are what the file or a person says; facts are what engines measured. A fact that nobody
measured is None and is never guessed. Chords are spelled in the key of their region.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

from musicflamingo_app.facts.stability import TempoStability, tempo_stability
from musicflamingo_app.facts.words import ordinal
from musicflamingo_app.music.analysis import Analysis, Loudness, Measured, Tag
from musicflamingo_app.music.beat import Bar, BeatGrid, Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.theory import roman, spelled
from musicflamingo_app.music.time import Interval, Ranked, Segment, Timeline

Curve = tuple[Sequence[float], Sequence[float]]  # times in seconds, short-term loudness in LUFS at each
T = TypeVar("T")
U = TypeVar("U")

COUNTS_FROM_BEATS = 0.5  # a chord counts as one of a bar when it sounds there at least so many beats


@dataclass(frozen=True)
class Fact(Generic[T]):
    """A measured value: how sure its engine is in [0, 1], engine and version, and the next best values, best first."""

    value: T
    confidence: float
    source: str
    alternatives: tuple[Ranked[T], ...] = ()


@dataclass(frozen=True)
class Cell:
    """What one bar holds: its chords in order, repeats made one, and where in the bar each starts.

    Without beats a cell is one chord and its number None.
    """

    number: int | None
    start_s: float
    end_s: float
    chords: tuple[Chord, ...]
    starts_s: tuple[float, ...]

    @property
    def interval(self) -> Interval:
        return Interval(self.start_s, self.end_s)


@dataclass(frozen=True)
class SongCard:
    """Labels, measured facts (None when not measured) and `failures`: aspect -> why it could not be measured."""

    title: str
    duration_s: float
    artist: str | None = None
    album: str | None = None
    year: int | None = None
    genre: str | None = None
    tempo_bpm: Fact[float] | None = None
    stability: Fact[TempoStability] | None = None
    metre: Fact[Metre] | None = None
    beats: Fact[BeatGrid] | None = None
    key: Fact[Key] | None = None
    key_regions: Fact[Timeline[Key]] | None = None
    chords: Fact[Timeline[Chord]] | None = None
    sections: Fact[Timeline[Section]] | None = None
    tags: Fact[tuple[Tag, ...]] | None = None
    tuning_cents: Fact[float] | None = None
    loudness: Fact[Loudness] | None = None
    loudness_curve: Curve | None = None
    instruments: Fact[tuple[Playing, ...]] | None = None  # what plays when
    swing: Fact[float] | None = None  # how much longer the first eighth of a beat is than the second
    failures: Mapping[str, str] = field(default_factory=dict)

    @property
    def interval(self) -> Interval:
        """The whole track."""
        return Interval(0.0, self.duration_s)

    @property
    def not_measured(self) -> tuple[str, ...]:
        """The facts that nobody measured, by the words of the page; what plays when only where it was tried."""
        named = {
            "tempo": self.tempo_bpm, "beats": self.beats, "key": self.key, "chords": self.chords,
            "sections": self.sections, "instruments": self.instruments, "tags": self.tags, "tuning": self.tuning_cents,
            "loudness": self.loudness,
        }  # fmt: skip
        if "instruments" not in self.failures:
            del named["instruments"]
        return tuple(name for name, fact in named.items() if fact is None)

    @cached_property
    def bars(self) -> tuple[Bar, ...]:
        """The bars in order (0 is the pickup); none when no beats were found."""
        return self.beats.value.bars(self.duration_s) if self.beats else ()

    @property
    def n_bars(self) -> int:
        """Whole bars, the pickup not counted."""
        return self.bars[-1].number if self.bars else 0

    def bar_at(self, time_s: float) -> Bar | None:
        """The bar that a time lies in."""
        return next((bar for bar in self.bars if bar.interval.contains(time_s)), None)

    def bar(self, number: int) -> Bar | None:
        """The bar of that number."""
        return next((bar for bar in self.bars if bar.number == number), None)

    def bars_of(self, interval: Interval) -> tuple[Bar, ...]:
        """The bars whose middle lies in an interval."""
        return tuple(bar for bar in self.bars if interval.contains((bar.start_s + bar.end_s) / 2))

    def section_at(self, time_s: float) -> Segment[Section] | None:
        """The section that a time lies in."""
        return self.sections.value.at(time_s) if self.sections else None

    def occurrences(self, name: str) -> tuple[Segment[Section], ...]:
        """The sections of a functional name (`chorus`) or letter (`B`; `A` finds `A'` too), in order."""
        wanted = name.strip().lower()
        sections = self.sections.value if self.sections else Timeline[Section]()
        return tuple(s for s in sections if wanted in _names_of(s.label))

    def ordinal(self, segment: Segment[Section]) -> tuple[int, int]:
        """Which of how many sections with the same label this one is: `(2, 3)` is the second of three."""
        same = [s for s in self.sections.value if s.label.label == segment.label.label] if self.sections else []
        return same.index(segment) + 1, len(same)

    def name_of(self, segment: Segment[Section]) -> str:
        """What people call a section: `chorus`, of several `second chorus`; without function `section B`."""
        nth, n_all = self.ordinal(segment)
        section = segment.label
        name = section.function or f"section {section.letter}"
        return f"{ordinal(nth)} {name}" if n_all > 1 else name

    def key_at(self, time_s: float) -> Key | None:
        """The key of the region a time lies in, else that of the track."""
        region = self.key_regions.value.at(time_s) if self.key_regions else None
        return region.label if region else self.key.value if self.key else None

    @property
    def keys(self) -> Timeline[Key]:
        """The key regions, neighbours of one key joined over gaps; with a key alone one region, with neither none."""
        if self.key_regions and len(self.key_regions.value):
            return _joined(self.key_regions.value)
        if self.key and self.duration_s > 0:
            return Timeline((Segment(0.0, self.duration_s, self.key.value, self.key.confidence),))
        return Timeline()

    def chord_at(self, time_s: float) -> Segment[Chord] | None:
        """What sounds at a time; its label may be `N` or `X`. None where nothing is known."""
        return self.chords.value.at(time_s) if self.chords else None

    def chords_of(self, interval: Interval) -> Timeline[Chord]:
        """The chords of an interval, neighbours of one name joined and the outer ones cut."""
        return self.chords.value.within(interval).merged() if self.chords else Timeline()

    def cells(self, interval: Interval | None = None) -> tuple[Cell, ...]:
        """The chords bar by bar (chord by chord without beats); `N` and `X` are left out, a bar may hold none."""
        if not self.chords:
            return ()
        within = interval or self.interval
        if not self.bars:
            real = (s for s in self.chords_of(within) if s.label.is_chord)
            return tuple(Cell(None, s.start_s, s.end_s, (s.label,), (s.start_s,)) for s in real)
        return tuple(self._cell(bar) for bar in self.bars_of(within))

    def _cell(self, bar: Bar) -> Cell:
        parts = self.chords_of(bar.interval)
        least_s = COUNTS_FROM_BEATS * (bar.end_s - bar.start_s) / max(1, len(bar.beats))
        longest_s = max((part.duration_s for part in parts), default=0.0)
        heard = [s for s in parts if s.label.is_chord and s.duration_s >= min(least_s, longest_s)]
        kept = [s for n, s in enumerate(heard) if n == 0 or s.label != heard[n - 1].label]
        chords, starts_s = tuple(s.label for s in kept), tuple(s.start_s for s in kept)
        return Cell(bar.number, bar.start_s, bar.end_s, chords, starts_s)

    @cached_property
    def seconds_by_chord(self) -> dict[Chord, float]:
        """How long each chord sounds in all, longest first; `N` and `X` are left out."""
        seconds: dict[Chord, float] = {}
        for segment in self.chords.value if self.chords else ():
            if segment.label.is_chord:
                seconds[segment.label] = seconds.get(segment.label, 0.0) + segment.duration_s
        return dict(sorted(seconds.items(), key=lambda pair: -pair[1]))

    @cached_property
    def distinct_chords(self) -> tuple[Chord, ...]:
        """Every chord once, in order of appearance; `N` and `X` are left out."""
        labels = (segment.label for segment in (self.chords.value if self.chords else ()))
        return tuple(dict.fromkeys(label for label in labels if label.is_chord))

    def roman_at(self, time_s: float) -> str | None:
        """The Roman numeral of what sounds at a time in the key of its region."""
        segment, key = self.chord_at(time_s), self.key_at(time_s)
        return roman(segment.label, key) if segment and key and segment.label.is_chord else None

    @cached_property
    def romans(self) -> Timeline[str]:
        """The Roman numeral of every chord in the key of its region; empty when chords or keys are not known."""
        rows = []
        for segment in self.chords.value if self.chords else ():
            key = self.key_at((segment.start_s + segment.end_s) / 2)
            if key and segment.label.is_chord:
                rows.append(Segment(segment.start_s, segment.end_s, roman(segment.label, key), segment.confidence))
        return Timeline(tuple(rows))

    def tags_of(self, kind: str) -> tuple[Tag, ...]:
        """The tags of a kind (`instrument`, `voice`, `genre`, `mood`, `era`), surest first."""
        tags = self.tags.value if self.tags else ()
        return tuple(sorted((tag for tag in tags if tag.kind == kind), key=lambda tag: -tag.score))

    def as_text(self, *, within: Interval | None = None) -> str:
        """The facts as plain text for a language model, one line each; labels are quoted and escaped."""
        from musicflamingo_app.facts.sheet import card_text  # the sheet is written from the card, not the card from it

        return card_text(self, within)

    def as_json(self) -> dict[str, Any]:
        """The key facts with stable names; what was not measured is None or an empty list."""
        from musicflamingo_app.facts.sheet import card_json

        return card_json(self)


def card_of(
    analysis: Analysis,
    *,
    title: str,
    artist: str | None = None,
    album: str | None = None,
    year: int | None = None,
    genre: str | None = None,
) -> SongCard:
    """The card of an analysis under the labels that the library holds. A beat grid without beats has no metre."""
    beats, regions, key = _fact(analysis.beats), _fact(analysis.key_regions), _fact(analysis.key)
    heard = beats is not None and len(beats.value.beats) > 1
    shape = tempo_stability(beats.value) if beats and heard else None
    card = SongCard(
        title, analysis.duration_s, artist, album, year, genre,
        tempo_bpm=_fact(analysis.tempo),
        swing=_fact(analysis.swing),
        stability=derived(beats, shape) if beats and shape else None,
        metre=derived(beats, beats.value.metre) if beats and heard else None,
        beats=beats,
        key=key,
        key_regions=regions,
        sections=_fact(analysis.sections),
        tags=_fact(analysis.tags),
        tuning_cents=_fact(analysis.tuning),
        loudness=_fact(analysis.loudness),
        instruments=_fact(analysis.instruments),
        failures={aspect: failure.sentence for aspect, failure in analysis.failures.items()},
    )  # fmt: skip
    chords = _fact(analysis.chords)
    return replace(card, chords=derived(chords, _spelled(chords.value, card))) if chords else card


def derived(fact: Fact[T], value: U) -> Fact[U]:
    """Another value that follows from a fact: same confidence and source, no alternatives."""
    return Fact(value, fact.confidence, fact.source)


def _fact(measured: Measured[T] | None) -> Fact[T] | None:
    if measured is None:
        return None
    source = f"{measured.provenance.engine} {measured.provenance.version}"
    return Fact(measured.value, measured.confidence, source, measured.alternatives)


def _spelled(chords: Timeline[Chord], card: SongCard) -> Timeline[Chord]:
    """The chords named as the key in their middle names them."""
    segments = []
    for segment in chords:
        key = card.key_at((segment.start_s + segment.end_s) / 2)
        others = tuple(Ranked(spelled(other.label, key), other.confidence) for other in segment.alternatives)
        segments.append(replace(segment, label=spelled(segment.label, key), alternatives=others))
    return Timeline(tuple(segments))


def sound_of(chord: Chord) -> tuple[int, str]:
    """What a chord is by ear, whatever its bass: pitch class and kind. C♯ of one key is D♭ of another."""
    if chord.root is None:
        return -1, chord.pretty
    return chord.root.pitch_class, replace(chord, bass=None).pretty.removeprefix(chord.root.pretty)


def _joined(regions: Timeline[Key]) -> Timeline[Key]:
    """Regions of one key after another made one, the gap between them too."""
    out: list[Segment[Key]] = []
    for region in regions.merged():
        if out and out[-1].label == region.label:
            sure = [s.confidence for s in (out[-1], region) if s.confidence is not None]
            out[-1] = replace(out[-1], end_s=region.end_s, confidence=min(sure) if sure else None)
        else:
            out.append(region)
    return Timeline(tuple(out))


def _names_of(section: Section) -> set[str]:
    """What a section may be called, in lower case."""
    letter = section.letter.lower()
    return {section.label.lower(), letter, letter.rstrip("'’")}
