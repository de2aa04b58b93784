"""Questions about what the chords do together: loops, cadences, changes of key, chords from outside."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from random import Random

from musicflamingo_app.facts.cadences import KINDS, Cadence
from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.chromatic import Chromatic
from musicflamingo_app.facts.harmony import harmony_of
from musicflamingo_app.facts.modulations import Modulation, relation_of
from musicflamingo_app.facts.progressions import Progression
from musicflamingo_app.facts.prose.hedges import LIKELY, SURE
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.theory import roman
from musicflamingo_app.music.time import clock
from train.tasks import near_misses
from train.tasks.basis import Basis, basis
from train.tasks.chord_questions import HARMONY, chord_words
from train.tasks.question import Asked, Question, n_wrong, some

SHORTEST_LOOP, LONGEST_LOOP = 2, 6
_RELATIONS = (
    "the relative minor", "the relative major", "the parallel minor", "the parallel major",
    "the key of the dominant", "the key of the subdominant", "a semitone up", "a whole tone up", "a whole tone down",
    "a minor third up", "a minor third down",
)  # fmt: skip


def section_chords(card: SongCard, random: Random) -> list[Asked]:
    found = []
    for loop, name, bases in _loops(card):
        right = _row(loop.chords)
        wrong = [_row(chords) for chords in _altered(loop.chords, loop, random)]
        truth = {"type": "chords", "chords": [str(chord) for chord in loop.chords]}
        found.append(
            Asked({"section": name}, right, truth, _different(right, wrong), "chord", False, _span(loop), bases)
        )
    return some(found, 1, random)


def section_numerals(card: SongCard, random: Random) -> list[Asked]:
    found, keys = [], basis(card.key_regions or card.key, "key")
    for loop, name, bases in _loops(card) if keys else ():
        if loop.key is None or keys is None:
            continue
        right = "–".join(loop.numerals)
        wrong = ["–".join(roman(c, loop.key) for c in chords) for chords in _altered(loop.chords, loop, random)]
        truth = {"type": "numerals", "numerals": list(loop.numerals)}
        rests = (*bases, keys)
        found.append(
            Asked({"section": name}, right, truth, _different(right, wrong), "chord", False, _span(loop), rests)
        )
    return some(found, 1, random)


def cadence(card: SongCard, random: Random) -> list[Asked]:
    bases = _grounds(card)
    ends = [one for one in harmony_of(card).cadences if one.ends_section and one.section and one.confidence >= LIKELY]
    named = [one for one in ends if one.section and one.section.label.function] if bases else []
    return some([_cadence(card, one, bases) for one in named], 2, random)


def _cadence(card: SongCard, one: Cadence, bases: tuple[Basis[object], ...]) -> Asked:
    assert one.section is not None
    right = f"{one.kind} cadence"
    wrong = [f"{kind} cadence" for kind in KINDS if kind != one.kind]
    truth = {"type": "words", "accept": [right, one.kind], "reject": [*wrong, *(k for k in KINDS if k != one.kind)]}
    slots = {"section": f"the {card.name_of(one.section)}"}
    ends = (one.interval.start_s, one.interval.end_s)
    return Asked(slots, right, truth, wrong, "open", False, (ends,), bases, _unsure(one.confidence, "cadence"))


def new_key(card: SongCard, random: Random) -> list[Asked]:
    found = []
    for change, bases in _changes(card):
        wrong = [key.pretty for key in near_misses.keys(change.new, n_wrong(random), random)]
        truth = {"type": "key", "key": str(change.new)}
        slots, where = {"time": clock(change.time_s)}, ((change.time_s, change.time_s),)
        found.append(Asked(slots, change.new.pretty, truth, wrong, "open", False, where, bases))
    return some(found, 1, random)


def key_relation(card: SongCard, random: Random) -> list[Asked]:
    found = []
    for change, bases in _changes(card):
        right = relation_of(change.old, change.new)
        pool = [word for word in _RELATIONS if _fits_mode(word, change)]
        wrong = near_misses.words(right, pool, n_wrong(random), random)
        truth = {"type": "words", "accept": [right], "reject": wrong}
        slots, where = {"time": clock(change.time_s)}, ((change.time_s, change.time_s),)
        found.append(Asked(slots, right, truth, wrong, "comparison", True, where, bases))
    return some(found, 1, random)


def _fits_mode(relation: str, change: Modulation) -> bool:
    """Whether a relation could be true of the modes: the relative minor of a minor key is no option."""
    if relation.endswith(("minor", "major")):
        return relation.endswith("minor") == change.new.is_minor and change.old.is_minor != change.new.is_minor
    return True


def key_count(card: SongCard, random: Random) -> Iterator[Asked]:
    ground = basis(card.key_regions, "key regions")
    if ground is not None and len(card.keys):
        n_keys = len({(region.label.tonic.pitch_class, region.label.mode) for region in card.keys})
        wrong = [str(n) for n in near_misses.counts(n_keys, 3, random, least=1)]
        yield Asked({}, str(n_keys), {"type": "count", "count": n_keys}, wrong, "count", bases=(ground,))


def outside_chord(card: SongCard, random: Random) -> list[Asked]:
    found = []
    for one, bases in _outside(card):
        right = chord_words(one.segment.label)
        others = [chord_words(c) for c in near_misses.chords(one.segment.label, n_wrong(random), random, one.key)]
        truth = {"type": "chord", "chord": str(one.segment.label)}
        found.append(
            Asked({"time": _at(one)}, right, truth, _different(right, others), "chord", False, _ends(one), bases)
        )
    return some(found, 1, random)


def outside_reason(card: SongCard, random: Random) -> list[Asked]:
    found = []
    for one, bases in _outside(card):
        right, wrong = _reasons(one)
        truth = {"type": "words", "accept": [right], "reject": wrong}
        found.append(Asked({"time": _at(one)}, right, truth, wrong, "open", True, _ends(one), bases))
    return some(found, 1, random)


def _reasons(one: Chromatic) -> tuple[str, list[str]]:
    """Why a chord is there, and two to three reasons that could be given for it wrongly."""
    borrowed = f"It is borrowed from {one.key.parallel.pretty}."
    dominant = f"It is a secondary dominant: {one.numeral}."
    other_home = f"It belongs to {one.key.relative.pretty}, the relative key, where it is the tonic."
    leading = f"It is the dominant of {one.key.pretty} itself."
    if one.kind == "borrowed":
        return borrowed, ["It is a secondary dominant that leads to the next chord.", other_home, leading]
    return dominant, [borrowed, other_home, leading]


def _outside(card: SongCard) -> Iterator[tuple[Chromatic, tuple[Basis[object], ...]]]:
    bases = _grounds(card)
    for one in harmony_of(card).chromatic if bases else ():
        at_s = round((one.segment.start_s + one.segment.end_s) / 2)
        if one.confidence >= LIKELY and one.segment.start_s + 0.4 <= at_s <= one.segment.end_s - 0.4:
            yield one, bases


def _at(one: Chromatic) -> str:
    return clock(round((one.segment.start_s + one.segment.end_s) / 2))


def _grounds(card: SongCard) -> tuple[Basis[object], ...]:
    """What a statement about chords in a key rests on; empty when a part of it is missing."""
    chords, key = basis(card.chords, "chords"), basis(card.key, "key")
    return (chords, key) if chords and key else ()


def _changes(card: SongCard) -> Iterator[tuple[Modulation, tuple[Basis[object], ...]]]:
    ground = basis(card.key_regions, "key regions")
    for change in harmony_of(card).modulations if ground else ():
        if ground and change.confidence >= LIKELY and change.old != change.new:
            yield change, (ground,)


def _loops(card: SongCard) -> Iterator[tuple[Progression, str, tuple[Basis[object], ...]]]:
    """The loops of named sections that are told in a few chords."""
    chords, form = basis(card.chords, "chords"), basis(card.sections, "sections")
    for loop in harmony_of(card).progressions if chords and form else ():
        named = loop.section is not None and loop.section.label.function not in (None, "silence")
        if named and loop.is_loop and SHORTEST_LOOP <= len(loop.chords) <= LONGEST_LOOP and chords and form:
            assert loop.section is not None
            yield loop, f"the {card.name_of(loop.section)}", (chords, form)


def _altered(chords: Sequence[Chord], loop: Progression, random: Random) -> list[tuple[Chord, ...]]:
    """Loops that differ in one or two places: a chord exchanged for one near it, or two chords swapped.

    Half of them are altered further from another wrong one, so that the right loop is not the centre of all.
    """
    out: list[tuple[Chord, ...]] = []
    for _ in range(20):
        base = list(random.choice([tuple(chords), *out]) if random.random() < 0.5 else chords)
        at = random.randrange(len(base))
        if random.random() < 0.3:
            other = random.randrange(len(base))
            base[at], base[other] = base[other], base[at]
        else:
            base[at] = near_misses.chords(base[at], 1, random, loop.key)[0]
        told = {turn for one in (chords, *out) for turn in _turns(one)}
        if _row(base) not in told and all(a != b for a, b in pairwise(base)):
            out.append(tuple(base))
        if len(out) == 3:
            break
    return out


def _turns(chords: Sequence[Chord]) -> list[str]:
    """A loop from each of its chords on: it goes round, so all of them are the same one."""
    return [_row([*chords[n:], *chords[:n]]) for n in range(len(chords))]


def _row(chords: Sequence[Chord]) -> str:
    return "–".join(chord.bare.pretty for chord in chords)


def _different(right: str, wrong: Sequence[str]) -> list[str]:
    return [text for text in dict.fromkeys(wrong) if text != right]


def _span(loop: Progression) -> tuple[tuple[float, float], ...]:
    return ((loop.interval.start_s, loop.interval.end_s),)


def _ends(one: Chromatic) -> tuple[tuple[float, float], ...]:
    return ((one.segment.start_s, one.segment.end_s),)


def _unsure(confidence: float, name: str) -> tuple[str, ...]:
    return () if confidence >= SURE else (f"The {name} is only {round(100 * confidence)} % sure.",)


QUESTIONS = (
    Question("section_chords", HARMONY, section_chords),
    Question("section_numerals", HARMONY, section_numerals),
    Question("cadence", HARMONY, cadence),
    Question("new_key", HARMONY, new_key),
    Question("key_relation", HARMONY, key_relation),
    Question("key_count", HARMONY, key_count),
    Question("outside_chord", HARMONY, outside_chord),
    Question("outside_reason", HARMONY, outside_reason),
)
