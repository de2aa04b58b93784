"""Changes of key: where, from what to what, how the keys are related and what leads over."""

from dataclasses import dataclass
from itertools import pairwise

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.theory import spelled
from musicflamingo_app.music.time import Segment

LOOK_BACK = 4  # chords before the change among which what leads over is sought
_DISTANCES = ("", "a semitone", "a whole tone", "a minor third", "a major third", "a perfect fourth", "a tritone")


@dataclass(frozen=True)
class Modulation:
    """One change of key. `relation` is told of the new key: `the relative minor`, `up a whole tone`.

    `pivot` is a chord at home in both keys just before the change; `approach` are the chords before it that belong to
    the new key and not to the old one, such as its ii and V.
    """

    time_s: float
    old: Key
    new: Key
    relation: str
    bar: int | None
    pivot: Segment[Chord] | None
    approach: tuple[Segment[Chord], ...]
    confidence: float
    is_return: bool  # the new key was heard before


def modulations(card: SongCard) -> tuple[Modulation, ...]:
    """Every change between neighbouring key regions."""
    found: list[Modulation] = []
    regions = card.keys.segments
    base = card.key_regions.confidence if card.key_regions else 0.0
    for before, after in pairwise(regions):
        pivot, approach = _lead(card, before, after)
        bar = card.bar_at(after.start_s)
        sure = min(base if s.confidence is None else s.confidence for s in (before, after))
        earlier = any(region.label == after.label for region in regions if region.start_s < before.start_s)
        relation = relation_of(before.label, after.label)
        number = bar.number if bar else None
        found.append(
            Modulation(after.start_s, before.label, after.label, relation, number, pivot, approach, sure, earlier)
        )
    return tuple(found)


def relation_of(old: Key, new: Key) -> str:
    """How a new key is related to an old one, in words that follow `to F major,`."""
    step = (new.tonic.pitch_class - old.tonic.pitch_class) % 12
    if new.tonic.pitch_class == old.relative.tonic.pitch_class and new.mode == old.relative.mode:
        return f"the relative {new.mode}"
    if step == 0:
        return f"the parallel {new.mode}"
    if new.is_minor == old.is_minor and step in (5, 7):
        return "the key of the dominant" if step == 7 else "the key of the subdominant"
    if new.is_minor != old.is_minor and step == 7:
        return f"the {'minor' if new.is_minor else 'major'} key of the dominant"
    distance = _DISTANCES[min(step, 12 - step)]
    if step == 6:
        return f"{distance} away"
    return f"{distance} {'up' if step < 6 else 'down'}"


def fits(chord: Chord, key: Key) -> bool:
    """Whether all tones of a chord lie in a key; in a minor key the raised seventh counts where the dominant has it."""
    scale = set(key.scale)
    if chord.pitch_classes <= scale:
        return True
    leading = (key.tonic.pitch_class + 11) % 12
    raised = (scale - {(key.tonic.pitch_class + 10) % 12}) | {leading}
    return key.is_minor and leading in chord.pitch_classes and chord.pitch_classes <= raised


def _lead(
    card: SongCard, before: Segment[Key], after: Segment[Key]
) -> tuple[Segment[Chord] | None, tuple[Segment[Chord], ...]]:
    """The pivot, if there is one, and the chords that already belong to the new key alone."""
    heard = [s for s in card.chords_of(before.interval) if s.label.is_chord][-LOOK_BACK:]
    if not heard or heard[-1].end_s < after.start_s - 1.0:
        return None, ()
    tail = len(heard)
    while tail > 0 and fits(heard[tail - 1].label, after.label):
        tail -= 1
    homes = (n for n in range(tail, len(heard)) if _is_home(heard[n].label, before.label))
    tail = max([tail, *homes])  # what returns to the old tonic has not left it
    approach = [s for s in heard[tail:] if not fits(s.label, before.label)]
    first = next((n for n in range(tail, len(heard)) if heard[n] in approach), len(heard))
    pivot = heard[first - 1] if first > tail and fits(heard[first - 1].label, before.label) else None
    kept = heard[first:] if approach else []
    return pivot, tuple(_in_key(segment, after.label) for segment in kept)


def _is_home(chord: Chord, key: Key) -> bool:
    """Whether a chord is the tonic of a key."""
    is_tonic = chord.root is not None and chord.root.pitch_class == key.tonic.pitch_class
    return is_tonic and chord.triad.quality == ("min" if key.is_minor else "maj")


def _in_key(segment: Segment[Chord], key: Key) -> Segment[Chord]:
    return Segment(segment.start_s, segment.end_s, spelled(segment.label, key), segment.confidence)
