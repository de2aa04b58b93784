"""Answers on the capo: on which fret most of the chords become open shapes."""

from dataclasses import dataclass

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.named_progressions import Step, step_of
from musicflamingo_app.facts.reader.answer import Answer, Reply
from musicflamingo_app.facts.reader.answers.chords import heard_in, no_chords
from musicflamingo_app.facts.reader.answers.saying import trouble
from musicflamingo_app.facts.reader.question import Question
from musicflamingo_app.facts.words import joined
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key

HIGHEST_FRET = 7
TOLD = 8
ALL_OF_IT = 0.98  # of the time with chords
_OPEN = ("C", "D", "E", "G", "A", "D:min", "E:min", "A:min")
_SUSPENDED = (2, 4, 9)  # D, E, A
_B7 = 11
_C = Key.parse("C major")


@dataclass(frozen=True)
class Fret:
    """A place of the capo: the part of the time with chords that open shapes cover, and the shape of each chord."""

    fret: int
    share: float
    shapes: tuple[tuple[Chord, Chord], ...]  # what sounds, what the hand plays
    barred: tuple[Chord, ...]


def frets(lengths: dict[Chord, float], shapes: frozenset[Step] | None = None) -> list[Fret]:
    """Every fret from 0 to 7, the best first, of equal ones the lowest."""
    found = [_fret(lengths, fret, shapes) for fret in range(HIGHEST_FRET + 1)]
    return sorted(found, key=lambda one: (-round(one.share, 3), one.fret))


def _fret(lengths: dict[Chord, float], fret: int, shapes: frozenset[Step] | None) -> Fret:
    total_s = sum(lengths.values()) or 1.0
    hands = {chord: _hand(chord, fret) for chord in lengths}
    played = [chord for chord in lengths if _is_open(hands[chord], shapes)]
    barred = tuple(chord for chord in lengths if chord not in played)
    pairs = tuple((chord, hands[chord]) for chord in played)
    return Fret(fret, sum(lengths[chord] for chord in played) / total_s, pairs, barred)


def _hand(chord: Chord, fret: int) -> Chord:
    """The shape under a sounding chord, without its bass."""
    moved = chord.transposed(-fret)
    root = _C.spell(moved.root.pitch_class) if moved.root and fret else moved.root
    return Chord(root, moved.quality)


def _is_open(shape: Chord, allowed: frozenset[Step] | None) -> bool:
    if shape.root is None:
        return False
    step = step_of(shape, _C)
    if allowed is not None:
        return step in allowed
    return step in _shapes() or (step[1] == "s" and step[0] in _SUSPENDED) or (step[0] == _B7 and shape.quality == "7")


def _shapes() -> frozenset[Step]:
    return frozenset(step_of(Chord.parse(name if ":" in name else f"{name}:maj"), _C) for name in _OPEN)


def capo(question: Question, card: SongCard) -> Answer | None:
    """The fret that makes most chords open shapes, with the shapes; or what a named fret does."""
    kind = "capo"
    stop = no_chords(card, kind) or trouble(question, card, kind)
    if stop:
        return stop
    place, reply = question.place, Reply(card, kind)
    lengths: dict[Chord, float] = {}
    for segment in heard_in(card, place):
        plain = Chord(segment.label.root, segment.label.quality)
        lengths[plain] = lengths.get(plain, 0.0) + segment.duration_s
    if not lengths:
        return reply.say(f"no chords were heard in {place.name if place else 'the track'}").done()
    every = frets(dict(sorted(lengths.items(), key=lambda pair: -pair[1])), _wanted(question))
    asked = [one for one in every if one.fret in question.numbers]
    best = (asked or every)[0]
    lead = _lead(best) if question.has("@yes") else ""
    head = f"{lead}{_where(best)} open shapes cover {100 * best.share:.0f} % of the time with chords"
    reply.say(f"{head}{_of(place.name if place else '')}", *([place.found] if place else []))
    return reply.say(_played(best)).say(_barred(best)).done()


def _of(name: str) -> str:
    return f" in {name}" if name else ""


def _lead(best: Fret) -> str:
    return "yes, " if best.share >= ALL_OF_IT else "mostly: " if best.share >= 0.6 else "not easily: "


def _where(best: Fret) -> str:
    return f"with the capo on fret {best.fret}" if best.fret else "without a capo"


def _wanted(question: Question) -> frozenset[Step] | None:
    """The shapes that the question names."""
    steps: set[Step] = set()
    if question.chains and not question.chains[0].is_roman:
        steps = {(int(token[:-1]), token[-1]) for token in question.chains[0].patterns[0]}
    elif question.has("shape") and question.named:
        steps = {step_of(one.chord, _C) for one in question.named}
    return frozenset(steps) or None


def _played(best: Fret) -> str:
    if not best.shapes:
        return "none of its chords is an open shape there"
    if not best.fret:
        return f"the open ones are {joined([shape.pretty for _, shape in best.shapes[:TOLD]])}"
    pairs = [f"{shape.pretty} for {chord.pretty}" for chord, shape in best.shapes[:TOLD]]
    return f"play the shape {joined(pairs)}"


def _barred(best: Fret) -> str:
    names = [_hand(chord, best.fret).pretty for chord in best.barred[:TOLD]]
    verb = "remains a barre chord" if len(names) == 1 else "remain barre chords"
    return f"{joined(names)} {verb}" if names else ""
