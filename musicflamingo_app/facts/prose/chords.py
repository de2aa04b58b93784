"""The paragraph on harmony: what the chords of each section do, and the chords from outside the key."""

from itertools import groupby

from musicflamingo_app.facts.card import Cell, SongCard
from musicflamingo_app.facts.chromatic import Chromatic
from musicflamingo_app.facts.harmony import Harmony
from musicflamingo_app.facts.named_progressions import CIRCLE, TWO_FIVE_ONE
from musicflamingo_app.facts.progressions import NamedRun, Progression, shape_of
from musicflamingo_app.facts.prose.hedges import LIKELY, hedge
from musicflamingo_app.facts.prose.text import Pen, Sentence
from musicflamingo_app.facts.words import counted, joined, number, ordinal, times
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.theory import roman, spelled
from musicflamingo_app.music.time import Interval

PHRASE_BARS = 4
MANY_CHORDS = 8  # more are told by phrases
MANY_PHRASES = 4  # more are told by their first
TOLD_SECTIONS = 12
TOLD_RUNS = 3
TOLD_OUTSIDE = 5
_VERBS = ("goes", "moves", "runs")


def harmony_by_section(card: SongCard, harmony: Harmony, pen: Pen) -> list[Sentence]:
    """One sentence or two for each section; those that repeat another are told by it."""
    lines: list[Sentence] = []
    told: list[Progression] = []
    same = _always_the_same(card, harmony)
    for progression in harmony.progressions:
        label = _label(progression)
        if len(told) == TOLD_SECTIONS or (label in same and label in {_label(one) for one in told}):
            continue
        name = f"each {_kind(progression)}" if label in same else _name(card, progression)
        again = _again(card, progression, told, name, same)
        key = "" if again else _new_key(card, progression, told)
        verb = _VERBS[len(told) % len(_VERBS)]
        lines += [pen.line(again)] if again else _section(card, progression, pen, f"{key}{name}", verb)
        told.append(progression)
    return lines


def _label(progression: Progression) -> str:
    return progression.section.label.label if progression.section else ""


def _kind(progression: Progression) -> str:
    """`verse`, `section B`."""
    section = progression.section.label if progression.section else None
    return section.function or f"section {section.letter}" if section else "harmony"


def _always_the_same(card: SongCard, harmony: Harmony) -> set[str]:
    """The labels of the sections that come several times, always on the same chords in the same key."""
    shapes: dict[str, list[object]] = {}
    for progression in harmony.progressions:
        shape = (progression.key, *(shape_of(cell) for cell in progression.cells))
        shapes.setdefault(_label(progression), []).append(shape)
    n_all = {_label(p): card.ordinal(p.section)[1] for p in harmony.progressions if p.section}
    return {label for label, rows in shapes.items() if n_all.get(label, 0) == len(rows) > 1 and len(set(rows)) == 1}


def _name(card: SongCard, progression: Progression) -> str:
    if progression.section is None:
        return "the harmony"
    name = card.name_of(progression.section)
    return name if name.startswith("section") else f"the {name}"


def _new_key(card: SongCard, progression: Progression, told: list[Progression]) -> str:
    """`in F major, ` where a track with several keys has another than in the section told before."""
    if len(card.keys) < 2 or progression.key is None or (told and told[-1].key == progression.key):
        return ""
    return f"in {progression.key.pretty}, "


def _again(card: SongCard, progression: Progression, told: list[Progression], name: str, same: set[str]) -> str | None:
    """`The second verse has the same chords as the first verse`, or a part of them."""
    shapes = [shape_of(cell) for cell in progression.cells]
    n = len(progression.cells)
    for earlier in told if n > 1 else ():
        before = [shape_of(cell) for cell in earlier.cells]
        which_one = _name(card, earlier)
        if _label(earlier) in same:
            which_one = (
                _kind(earlier) if earlier.section and not earlier.section.label.function else f"the {_kind(earlier)}"
            )
        if shapes == before:
            return f"{name} has the same chords as {which_one}"
        unit = "bars" if progression.cells[0].number is not None else "chords"
        if n < PHRASE_BARS or n >= len(before) or earlier.is_loop:
            continue
        which = "first" if before[:n] == shapes else "last" if before[-n:] == shapes else None
        if which:
            return f"{name} takes up the {which} {number(n)} {unit} of {which_one}"
    return None


def _section(card: SongCard, progression: Progression, pen: Pen, subject: str, verb: str) -> list[Sentence]:
    start, cells = f"{subject} {hedge(progression.confidence)}", progression.cells
    whole, inner = _sorted_runs(progression)
    title = _title(whole) if whole else ""
    if progression.is_loop or len(progression.chords) == 1:
        return [pen.line(f"{start}{_loop(card, progression, title)}")]
    if len(progression.chords) <= MANY_CHORDS:
        return [pen.line(f"{start}{verb} {_chain(card, cells, progression.key, title)}"), *_run_lines(inner, pen)]
    if cells[0].number is None:
        return [pen.line(f"{start}begins {_chain(card, cells[:MANY_CHORDS], progression.key)}")]
    phrases = [cells[n : n + PHRASE_BARS] for n in range(0, len(cells), PHRASE_BARS)]
    told = inner if len(phrases) <= MANY_PHRASES else inner[:TOLD_RUNS]
    if len(phrases) > MANY_PHRASES:
        begins = f"{start}begins {_phrases(card, phrases[:2], progression.key, inner)}"
        filled = f", {title}" if title else ""
        return [
            pen.line(f"{begins}; it goes on for {counted(len(cells), 'bar')} in all{filled}"),
            *_run_lines(_across(told, phrases[:2]), pen),
        ]
    words = _phrases(card, phrases, progression.key, inner)
    filled = f"; all of it is {title}" if title else ""
    return [pen.line(f"{start}{verb} {words}{filled}"), *_run_lines(_across(told, phrases), pen)]


def _sorted_runs(progression: Progression) -> tuple[NamedRun | None, tuple[NamedRun, ...]]:
    """The known progression that fills the section, and those inside it."""
    whole_s = 0.9 * (progression.cells[-1].end_s - progression.cells[0].start_s)
    for run in progression.named:
        if progression.is_loop or run.interval.duration_s > whole_s:
            return run, ()
    return None, progression.named


def _title(run: NamedRun) -> str:
    name = {CIRCLE: "a chain of falling fifths", TWO_FIVE_ONE: "a ii–V–I"}.get(run.name, run.name)
    return f"{name} from its {ordinal(run.turn + 1)} chord on" if run.turn else name


def _phrases(card: SongCard, phrases: list[tuple[Cell, ...]], key: Key | None, runs: tuple[NamedRun, ...]) -> str:
    """The phrases one after the other, each with its name where it has one."""
    words = [_chain(card, phrase, key, _phrase_name(phrase, runs)) for phrase in phrases if _has_chords(phrase)]
    *first, last = words
    if not first:
        return last
    alone = len({chord for cell in phrases[-1] for chord in cell.chords}) == 1
    link = "and ends on" if alone else "and answers" if len(first) == 1 else "and at last"
    return f"{', then '.join(first)} {link} {last}"


def _has_chords(cells: tuple[Cell, ...]) -> bool:
    return any(cell.chords for cell in cells)


def _same(phrase: tuple[Cell, ...], run: NamedRun) -> bool:
    """Whether a run is the phrase from its first chord to its last."""
    first = next((cell for cell in phrase if cell.chords), phrase[0])
    starts_s = first.starts_s[0] if first.starts_s else first.start_s
    return Interval(starts_s, max(starts_s, phrase[-1].end_s)) == run.interval


def _phrase_name(phrase: tuple[Cell, ...], runs: tuple[NamedRun, ...]) -> str:
    return next((_title(run) for run in runs if _same(phrase, run)), "")


def _across(runs: tuple[NamedRun, ...], phrases: list[tuple[Cell, ...]]) -> tuple[NamedRun, ...]:
    """The runs that are not one of the phrases."""
    return tuple(run for run in runs if not any(_same(phrase, run) for phrase in phrases))


def _run_lines(runs: tuple[NamedRun, ...], pen: Pen) -> list[Sentence]:
    """The known progressions inside a section, each kind in one sentence."""
    lines = []
    for name, same in groupby(sorted(runs, key=lambda run: (run.name != CIRCLE, run.name)), key=lambda run: run.name):
        group = list(same)[:TOLD_RUNS]
        if name == CIRCLE:
            paths = [
                f"from {run.chords[0].pretty} at {pen.at(run.interval)} to {run.chords[-1].pretty}" for run in group
            ]
            lines.append(pen.line(f"its roots fall by fifths {joined(paths)}"))
        else:
            places = _places(group, pen)
            verb = "is" if len(places) == 1 else "are each"
            lines.append(pen.line(f"{joined(places)} {verb} {_title(group[0])}"))
    return lines


def _places(group: list[NamedRun], pen: Pen) -> list[str]:
    """`Am7–D7–G at 0:34 and 0:52` for each row of chords."""
    rows: dict[str, list[NamedRun]] = {}
    for run in group:
        rows.setdefault("–".join(chord.pretty for chord in run.chords), []).append(run)
    return [f"{chords} at {joined([pen.at(run.interval) for run in runs])}" for chords, runs in rows.items()]


def _loop(card: SongCard, progression: Progression, title: str) -> str:
    chords, key = progression.chords, progression.key
    if len(chords) == 1:
        manner = "stays mostly on" if _leaves(progression) else "stays on"
        home = _bracketed(
            [plain_numeral(chords[0], key)] if key and _in_one_key(card, progression.cells, key) else [], ""
        )
        return f"{manner} {chords[0].pretty}{home}"
    after = "" if progression.is_exact else " and then changes"
    numerals = (
        [plain_numeral(chord, key) for chord in chords] if key and _in_one_key(card, progression.cells, key) else []
    )
    inside = _bracketed(numerals, title)
    if len(chords) == 2:
        return f"swings {times(progression.repeats)} between {chords[0].pretty} and {chords[1].pretty}{inside}{after}"
    return f"goes {times(progression.repeats)} round {'–'.join(chord.pretty for chord in chords)}{inside}{after}"


def _leaves(progression: Progression) -> bool:
    """Whether a section on one chord touches another triad for a moment."""
    return len({pair for cell in progression.cells for pair in shape_of(cell)}) > 1


def _chain(card: SongCard, cells: tuple[Cell, ...], key: Key | None, title: str = "") -> str:
    """`G–D/F♯–Em7–C (I–V–vi7–IV, the Axis progression)`."""
    chords = [chord for chord, _ in groupby(chord for cell in cells for chord in cell.chords)]
    if key and _in_one_key(card, cells, key):
        chords = [spelled(chord, key) for chord in chords]  # one that began before the key did is named anew
    return "–".join(chord.pretty for chord in chords) + _numerals(card, cells, key, title)


def _numerals(card: SongCard, cells: tuple[Cell, ...], key: Key | None, title: str = "") -> str:
    """The numerals and the progression's name in brackets; no numerals where the key changes in the middle."""
    if key is None or not _in_one_key(card, cells, key):
        return _bracketed([], title)
    return _bracketed([plain_numeral(chord, key) for cell in cells for chord in cell.chords], title)


def _in_one_key(card: SongCard, cells: tuple[Cell, ...], key: Key) -> bool:
    return all(card.key_at((cell.start_s + cell.end_s) / 2) == key for cell in cells)


def _bracketed(numerals: list[str], title: str) -> str:
    once = "–".join(numeral for numeral, _ in groupby(numerals))
    words = [word for word in (once, title) if word]
    return f" ({', '.join(words)})" if words else ""


def plain_numeral(chord: Chord, key: Key) -> str:
    """The Roman numeral without inversion, with musical signs."""
    text = roman(Chord(chord.root, chord.quality), key)
    return text.replace("b", "♭", 1).replace("#", "♯", 1) if text[0] in "b#" else text


def outside_chords(harmony: Harmony, pen: Pen) -> list[Sentence]:
    """Secondary dominants together, borrowed chords together; a chord with the same meaning is told once."""
    groups: dict[tuple[str, Key, str, Chord], list[Chromatic]] = {}
    for found in (one for one in harmony.chromatic if one.confidence >= LIKELY):
        groups.setdefault((found.kind, found.key, found.numeral, found.segment.label.triad), []).append(found)
    told = list(groups.values())
    dominants = [group for group in told if group[0].target is not None]
    lines = [_dominants(dominants[:TOLD_OUTSIDE], len(dominants) - TOLD_OUTSIDE, pen)] if dominants else []
    for source in dict.fromkeys(group[0].source for group in told if group[0].source):
        borrowed = [group for group in told if group[0].source == source]
        lines.append(_borrowed(borrowed[:TOLD_OUTSIDE], len(borrowed) - TOLD_OUTSIDE, source.pretty, pen))
    return lines


def _dominants(groups: list[list[Chromatic]], left: int, pen: Pen) -> Sentence:
    places = [_place(group, pen) for group in groups] + ([f"{number(left)} more"] if left > 0 else [])
    if len(groups) == 1:
        target = groups[0][0].target
        return pen.line(f"{places[0]} is a secondary dominant, resolving to {target.pretty if target else ''}")
    return pen.line(f"{joined(places)} are secondary dominants, each resolving a fifth down")


def _borrowed(groups: list[list[Chromatic]], left: int, source: str, pen: Pen) -> Sentence:
    places = [_place(group, pen) for group in groups] + ([f"{number(left)} more"] if left > 0 else [])
    return pen.line(f"{joined(places)} {'is' if len(places) == 1 else 'are'} borrowed from {source}")


def _place(group: list[Chromatic], pen: Pen) -> str:
    first, later = group[0], len(group) - 1
    often = f", heard {times(later + 1)}" if later else ""
    numeral = first.numeral.replace("b", "♭").replace("#", "♯")
    return f"{first.segment.label.pretty} at {pen.at(first.segment.interval)} ({numeral}{often})"
