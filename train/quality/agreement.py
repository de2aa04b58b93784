"""The agreement gate: a question has one definite answer only where two estimators agree.

The second opinion on the tempo is the median beat distance; on the key, a profile match of the chords by their
duration; on sections that they begin near bar lines. What a person corrected needs no second opinion.
"""

from collections.abc import Iterable
from functools import lru_cache

from musicflamingo_app.facts.card import Fact, SongCard
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from train.corrected import PERSON
from train.examples import Example

TOLERANCE = 0.04  # of a tempo
_TEMPO_TASKS = frozenset({"tempo", "bar_length"})
_KEY_TASKS = frozenset({"key", "mode", "numeral", "section_numerals", "cadence", "outside_chord", "outside_reason"})
TONIC, BESIDE, ENDS_HOME = 0.5, {7: 0.15, 5: 0.075}, 0.15  # what the tonic, dominant, subdominant, last chord add
CLEAR = 0.02  # the best key must fit so much better than the next


def disagreements(example: Example, card: SongCard) -> Iterable[str]:
    """Sentences about estimators that do not agree on what an example rests on."""
    if example.task in _TEMPO_TASKS and card.tempo_bpm and not _by_person(card.tempo_bpm) and card.beats:
        counted = card.beats.value.tempo_bpm
        if counted and not _near(card.tempo_bpm.value, counted):
            yield f"The tempo is {card.tempo_bpm.value:.0f} BPM, but the beats run at {counted:.0f}."
    if example.task in _KEY_TASKS and card.key and not _by_person(card.key):
        other = key_of_chords(card)
        if other is not None and not _same_home(card.key.value, other):
            yield f"The key is {card.key.value.pretty}, but the chords point to {other.pretty}."


def key_of_chords(card: SongCard) -> Key | None:
    """The key that the chords alone point to; None with too few chords or no clear one."""
    seconds = tuple((str(chord), length_s) for chord, length_s in card.seconds_by_chord.items())
    last = [segment for segment in (card.chords.value if card.chords else ()) if segment.label.is_chord][-1:]
    return _key_of(seconds, str(last[0].label) if last else "")


@lru_cache(maxsize=512)
def _key_of(seconds: tuple[tuple[str, float], ...], last: str) -> Key | None:
    chords = [(Chord.parse(name), length_s) for name, length_s in seconds]
    total_s = sum(length_s for _, length_s in chords)
    final = Chord.parse(last).root if last else None
    if len(chords) < 3 or total_s <= 0:
        return None
    scores = {}
    for tonic in range(12):
        for mode in ("major", "minor"):
            key = Key.of(tonic, mode)
            fit = sum(length_s * _fit(chord, key) for chord, length_s in chords) / total_s
            scores[key] = fit + (ENDS_HOME if final and final.pitch_class == tonic else 0.0)
    best, second = sorted(scores, key=lambda key: -scores[key])[:2]
    return best if scores[best] - scores[second] >= CLEAR else None


def _fit(chord: Chord, key: Key) -> float:
    """How well a chord sits in a key: the share of its tones in the scale, more on tonic, dominant, subdominant."""
    inside = len(chord.pitch_classes & set(key.scale)) / max(1, len(chord.pitch_classes))
    step = (chord.root.pitch_class - key.tonic.pitch_class) % 12 if chord.root else -1
    third = (key.tonic.pitch_class + (3 if key.is_minor else 4)) % 12
    return inside + (TONIC if step == 0 and third in chord.pitch_classes else BESIDE.get(step, 0.0))


def _same_home(key: Key, other: Key) -> bool:
    """Whether two keys agree: the same tonic and gender. A church mode may be heard as its relative."""
    same = key.tonic.pitch_class == other.tonic.pitch_class and key.is_minor == other.is_minor
    return same or (key.mode not in ("major", "minor") and set(key.scale) == set(other.scale))


def _by_person(fact: Fact[object]) -> bool:
    return fact.source.startswith(PERSON)


def _near(bpm: float, counted: float) -> bool:
    return abs(bpm - counted) <= TOLERANCE * counted
