"""The plan of a piece: its sections one after the other with key, metre, energy and chords, all counted in beats."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from random import Random

from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.chord import NO_CHORD, Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from train.pieces.forms import FORMS, Entry
from train.pieces.grammar import Bars, chord_of
from train.pieces.idioms import IDIOMS
from train.pieces.styles import Style

LONGEST_S, SHORTEST_S = 150.0, 45.0
VARIED = 0.2  # how often material that comes again ends otherwise
SHARES = {(3, 2): (2, 1), (4, 3): (2, 1, 1), (5, 2): (3, 2), (5, 3): (2, 1, 2), (7, 2): (4, 3), (7, 3): (2, 2, 3)}


@dataclass(frozen=True, slots=True)
class Sounding:
    """A chord from one beat to another."""

    start: float
    end: float
    chord: Chord


@dataclass(frozen=True)
class Stretch:
    """One section: where it starts (in beats), its bars, chords and how loud and full it is (`energy`, 0-1).

    `feel` is `plain`, `half` (drums at half speed), `drums` (nobody else plays) or `last` (the held final bar).
    """

    section: Section
    key: Key
    metre: Metre
    start: int
    harmony: tuple[Sounding, ...]
    energy: float
    feel: str = "plain"

    @property
    def end(self) -> float:
        return self.harmony[-1].end

    @property
    def bar_starts(self) -> range:
        return range(self.start, round(self.end), self.metre.felt_beats)

    def sounding_at(self, beat: float) -> Sounding:
        """The chord at a beat; past the end the last one."""
        starts = [sounding.start for sounding in self.harmony]
        return self.harmony[max(0, bisect_right(starts, beat + 1e-6) - 1)]

    @property
    def quarters_per_beat(self) -> float:
        return quarters_per_beat(self.metre)


def quarters_per_beat(metre: Metre) -> float:
    """How many quarter notes a felt beat lasts: one and a half in 6/8, a half in 7/8."""
    return 1.5 if metre.is_compound else 4 / metre.unit


def plan(style: Style, seed: int, metre: Metre, quarter_bpm: float) -> list[Stretch]:
    """The sections of a piece, the last one a single held bar."""
    random = Random(f"plan {seed} {style.name}")
    entries = _fitting(style, metre, random, quarter_bpm)
    home = _home(style, seed, random)
    metres = _metres(style, metre, entries, random)
    keys = _keys(style, entries, home, random)
    material: dict[str, Bars] = {}
    out: list[Stretch] = []
    for entry, key in zip(entries, keys, strict=True):
        bars, letter = _bars(style, entry, key, material, random)
        start = round(out[-1].end) if out else 0
        metre = metres[entry.letter]
        harmony = _sounding(bars, key, metre, start, silent=entry.flag == "drums")
        section = Section(letter, entry.function)
        out.append(Stretch(section, key, metre, start, harmony, entry.energy, entry.flag or "plain"))
    final = chord_of(IDIOMS[style.idiom][out[-1].key.mode].grown("F", random)[0][-1], out[-1].key)
    end = round(out[-1].end)
    held = Sounding(end, end + out[-1].metre.felt_beats, final)
    return [*out, replace(out[-1], start=end, harmony=(held,), feel="last")]


def _fitting(style: Style, metre: Metre, random: Random, quarter_bpm: float) -> tuple[Entry, ...]:
    """A form short enough at the tempo, else the shortest; a very short one is gone through twice."""
    bar_s = quarters_per_beat(metre) * metre.felt_beats * 60 / quarter_bpm
    forms = FORMS[style.form]
    fits = [form for form in forms if n_bars(form) * bar_s < LONGEST_S]
    form = random.choice(fits) if fits else min(forms, key=n_bars)
    while n_bars(form) * bar_s < SHORTEST_S:
        head = [entry for entry in form[:1] if entry.function == "intro"]
        tail = [entry for entry in form[-1:] if entry.function == "outro"]
        middle = form[len(head) : len(form) - len(tail)]
        form = (*head, *middle, *middle, *tail)
    return form


def n_bars(form: tuple[Entry, ...]) -> int:
    return sum(entry.n_bars for entry in form)


def _home(style: Style, seed: int, random: Random) -> Key:
    """Tonics take turns with the seeds, so that all keys come up."""
    return Key.of((seed * 7 + random.randrange(2) * 6) % 12, random.choice(style.modes))


def _metres(style: Style, metre: Metre, entries: tuple[Entry, ...], random: Random) -> dict[str, Metre]:
    """A metre for each letter: one for all, or two in turn where the style is about change."""
    letters = dict.fromkeys(entry.letter for entry in entries)
    others = [Metre.parse(text) for text in style.metres if Metre.parse(text) != metre]
    pair = (metre, random.choice(others)) if style.changes_metre else (metre, metre)
    return {letter: pair[index % 2] for index, letter in enumerate(letters)}


def _keys(style: Style, entries: tuple[Entry, ...], home: Key, random: Random) -> list[Key]:
    """The key of each section: another one from the last chorus on, or in the middle part alone."""
    keys = [home] * len(entries)
    if random.random() >= style.moving:
        return keys
    where, _, how = random.choice(style.moves).rpartition(" ") if style.moves else ("", "", "")
    other = _other(home, how)
    if where.startswith("bridge"):
        middle = {"C"} if any(entry.letter == "C" for entry in entries) else {"B"}
        return [other if entry.letter in middle else home for entry in entries]
    loudest = max(entry.energy for entry in entries[1:])
    last = max(index for index, entry in enumerate(entries) if entry.energy == loudest)
    return [other if index >= last else home for index in range(len(entries))]


def _other(key: Key, how: str) -> Key:
    if how == "relative":
        return key.relative if key.mode in ("major", "minor") else key.transposed(5)
    return key.transposed(int(how))


def _bars(style: Style, entry: Entry, key: Key, material: dict[str, Bars], random: Random) -> tuple[Bars, str]:
    """The numerals of a section, new or as its letter had them; and its letter, primed where its end is another."""
    grammar = IDIOMS[style.idiom][key.mode]
    name = f"{entry.letter} {key.mode}"
    known = material.get(name)
    if known is None:
        grown = [bar for symbol in entry.phrases for bar in grammar.grown(symbol, random)]
        is_recast = any(other.startswith(f"{entry.letter} ") for other in material)  # known in another mode
        material[name] = grown
        return grown, f"{entry.letter}'" if is_recast else entry.letter
    cut = known[: entry.n_bars]
    if len(cut) < entry.n_bars:
        cut = cut + [bar for _ in range((entry.n_bars - len(cut)) // 4) for bar in grammar.grown("E", random)]
    if random.random() < VARIED and entry.n_bars > 4 and style.idiom != "none":
        return [*cut[:-4], *grammar.grown("E", random)], f"{entry.letter}'"
    return cut, entry.letter


def _sounding(bars: Bars, key: Key, metre: Metre, start: float, *, silent: bool) -> tuple[Sounding, ...]:
    """Chords of a section in beats; those of one bar share it by `SHARES`."""
    out = []
    felt = metre.felt_beats
    for words in bars:
        kept = ["N"] if silent else words if len(words) <= felt else [words[0], words[-1]]
        shares = SHARES.get((felt, len(kept)), (felt / len(kept),) * len(kept))
        for word, share in zip(kept, shares, strict=True):
            chord = NO_CHORD if word == "N" else chord_of(word, key)
            out.append(Sounding(start, start + share, chord))
            start += share
    return tuple(out)
