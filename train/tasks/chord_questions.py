"""Questions about single chords: at a time, in a bar, before and after, their degree and bass."""

from collections.abc import Iterator
from random import Random

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.prose.hedges import LIKELY, SURE
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.theory import roman
from musicflamingo_app.music.time import Segment, clock
from train.tasks import near_misses
from train.tasks.basis import Basis, basis
from train.tasks.question import Asked, Question, n_wrong, some

HARMONY = "harmonic and theoretical analysis"
MOST = 2
LEAST_S = 1.2  # a chord must sound so long around the whole second that the question names
_WORDS = {"maj": "major", "min": "minor", "dim": "diminished", "aug": "augmented"}


def chord_words(chord: Chord) -> str:
    """A chord as it is told: triads in words (`A minor`), for a bare letter might be that of an option; else `Am7`."""
    if chord.root and chord.quality in _WORDS and not chord.added and not chord.omitted:
        return f"{chord.root.pretty} {_WORDS[chord.quality]}"
    return chord.bare.pretty


def chord_at(card: SongCard, random: Random) -> list[Asked]:
    found = []
    for segment, time_s, ground in _clear(card):
        found.append(_chord(card, random, segment, {"time": clock(time_s)}, segment, ground))
    return some(found, MOST, random)


def chord_in_bar(card: SongCard, random: Random) -> list[Asked]:
    ground, grid = basis(card.chords, "chords"), basis(card.beats, "beats")
    if ground is None or grid is None:
        return []
    found = []
    for cell in card.cells():
        parts = card.chords_of(cell.interval).segments
        if cell.number and len(parts) == 1 and parts[0].label.is_chord and len(cell.chords) == 1:
            whole = _sure(parts[0], ground)
            if whole:
                asked = _chord(card, random, parts[0], {"bar": str(cell.number)}, parts[0], whole)
                found.append(asked)
    return some(found, 1, random)


def chord_after(card: SongCard, random: Random) -> list[Asked]:
    return some(list(_neighbours(card, random, 1)), 1, random)


def chord_before(card: SongCard, random: Random) -> list[Asked]:
    return some(list(_neighbours(card, random, -1)), 1, random)


def numeral(card: SongCard, random: Random) -> list[Asked]:
    found, keys = [], basis(card.key_regions or card.key, "key")
    for segment, time_s, ground in _clear(card) if keys else ():
        key = card.key_at(time_s)
        if key is None or keys is None:
            continue
        wrong_chords = near_misses.chords(segment.label, n_wrong(random), random, key)
        right = roman(segment.label.bare, key)
        wrong = [text for text in dict.fromkeys(roman(chord, key) for chord in wrong_chords) if text != right]
        truth = {"type": "numerals", "numerals": [right]}
        found.append(
            Asked({"time": clock(time_s)}, right, truth, wrong, "chord", False, (_ends(segment),), (ground, keys))
        )
    return some(found, 1, random)


def bass_note(card: SongCard, random: Random) -> list[Asked]:
    """The bass of a chord that does not stand on its root."""
    found = []
    for segment, time_s, ground in _clear(card):
        chord = segment.label
        if chord.bass is None or chord.bass_pitch is None or chord.root is None:
            continue
        tones = [chord.root.above(degree).pretty for degree in chord.degrees]
        wrong = near_misses.words(chord.bass_pitch.pretty, tones, 3, random)
        if len(wrong) >= 2:
            truth = {"type": "words", "accept": [chord.bass_pitch.pretty], "reject": wrong}
            slots = {"time": clock(time_s)}
            found.append(
                Asked(slots, chord.bass_pitch.pretty, truth, wrong, "chord", True, (_ends(segment),), (ground,))
            )
    return some(found, 1, random)


def last_chord(card: SongCard, random: Random) -> Iterator[Asked]:
    yield from _edge(card, random, -1)


def first_chord(card: SongCard, random: Random) -> Iterator[Asked]:
    yield from _edge(card, random, 0)


def _edge(card: SongCard, random: Random, at: int) -> Iterator[Asked]:
    ground = basis(card.chords, "chords")
    heard = [segment for segment in ground.value.merged() if segment.label.is_chord] if ground else []
    if ground and heard and heard[at].duration_s >= LEAST_S:
        whole = _sure(heard[at], ground)
        if whole:
            yield _chord(card, random, heard[at], {}, heard[at], whole)


def _neighbours(card: SongCard, random: Random, step: int) -> Iterator[Asked]:
    """Chords that touch a clear one; both must be told by different names."""
    ground = basis(card.chords, "chords")
    rows = ground.value.merged().segments if ground else ()
    clear = {segment.start_s: time_s for segment, time_s, _ in _clear(card)}
    for n, segment in enumerate(rows):
        other = rows[n + step] if 0 <= n + step < len(rows) else None
        if segment.start_s not in clear or other is None or not other.label.is_chord or ground is None:
            continue
        gap_s = max(other.start_s - segment.end_s, segment.start_s - other.end_s)
        whole = _sure(other, ground)
        if whole and gap_s < 0.05 and chord_words(other.label) != chord_words(segment.label):
            slots = {"chord": segment.label.pretty, "time": clock(clear[segment.start_s])}
            yield _chord(card, random, other, slots, segment, whole)


def _chord(
    card: SongCard,
    random: Random,
    target: Segment[Chord],
    slots: dict[str, str],
    about: Segment[Chord],
    ground: Basis[object],
) -> Asked:
    key = card.key_at((target.start_s + target.end_s) / 2)
    right = chord_words(target.label)
    others = [chord_words(chord) for chord in near_misses.chords(target.label, n_wrong(random), random, key)]
    wrong = [text for text in dict.fromkeys(others) if text != right]
    truth = {"type": "chord", "chord": str(target.label)}
    return Asked(slots, right, truth, wrong, "chord", False, (_ends(about),), (ground,))


def _clear(card: SongCard) -> Iterator[tuple[Segment[Chord], float, Basis[object]]]:
    """Chords that sound long enough around a whole second, that second, and what they rest on."""
    ground = basis(card.chords, "chords")
    for segment in ground.value.merged() if ground else ():
        time_s = float(round((segment.start_s + segment.end_s) / 2))
        inside = segment.start_s + LEAST_S / 2 <= time_s <= segment.end_s - LEAST_S / 2
        whole = _sure(segment, ground) if ground and inside and segment.label.is_chord else None
        if whole:
            yield segment, time_s, whole


def _sure(segment: Segment[Chord], ground: Basis[object]) -> Basis[object] | None:
    """The basis of one chord; None when it is more unsure than sure, or a single tone, which has no common name."""
    if segment.label.quality == "1":
        return None
    if segment.confidence is None:
        return ground
    if segment.confidence < LIKELY:
        return None
    doubts = () if segment.confidence >= SURE else (f"The chord is only {round(100 * segment.confidence)} % sure.",)
    return Basis(ground.value, ground.sources, (*ground.doubts, *doubts))


def _ends(segment: Segment[Chord]) -> tuple[float, float]:
    return segment.start_s, segment.end_s


QUESTIONS = (
    Question("chord_at", HARMONY, chord_at, is_trivial=True),
    Question("chord_in_bar", HARMONY, chord_in_bar),
    Question("chord_after", HARMONY, chord_after),
    Question("chord_before", HARMONY, chord_before),
    Question("numeral", HARMONY, numeral),
    Question("bass_note", HARMONY, bass_note),
    Question("last_chord", HARMONY, last_chord),
    Question("first_chord", HARMONY, first_chord),
)
