"""Chords from outside the key: secondary dominants, and chords borrowed from the parallel key."""

from dataclasses import dataclass
from itertools import pairwise

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.modulations import Modulation, fits
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.theory import roman
from musicflamingo_app.music.time import Segment

LEAST_S = 0.4  # shorter chords are passing or misheard


@dataclass(frozen=True)
class Chromatic:
    """A chord outside its key. `kind` is `secondary dominant` or `borrowed`; `numeral` is `V7/ii` or `iv6`.

    `target` is the chord that a secondary dominant resolves to; `source` the key that a borrowed chord comes from.
    """

    kind: str
    segment: Segment[Chord]
    key: Key
    numeral: str
    bar: int | None
    confidence: float
    target: Chord | None = None
    source: Key | None = None


def chromatic_chords(card: SongCard, changes: tuple[Modulation, ...]) -> tuple[Chromatic, ...]:
    """The secondary dominants and borrowed chords, in order; chords that lead to a new key are left out."""
    if not card.chords:
        return ()
    leading = {segment.start_s for change in changes for segment in change.approach}
    heard = [s for s in card.chords.value.merged() if s.label.is_chord]
    out = []
    for segment, after in pairwise([*heard, None]):
        key = card.key_at((segment.start_s + segment.end_s) / 2) if segment else None
        if segment is None or key is None or segment.start_s in leading or segment.duration_s < LEAST_S:
            continue
        if fits(segment.label, key) or key.mode not in ("major", "minor"):
            continue
        near = after if after and after.start_s - segment.end_s < LEAST_S else None
        found = _secondary(card, segment, near, key) or _borrowed(card, segment, key)
        if found:
            out.append(found)
    return tuple(out)


def _secondary(card: SongCard, segment: Segment[Chord], after: Segment[Chord] | None, key: Key) -> Chromatic | None:
    """A major or dominant chord a fifth above the next one, which is at home in the key and not the tonic."""
    chord, target = segment.label, after.label if after else None
    if chord.root is None or target is None or target.root is None:
        return None
    falls = (target.root.pitch_class - chord.root.pitch_class) % 12 == 5
    is_tonic = target.root.pitch_class == key.tonic.pitch_class
    if chord.triad.quality != "maj" or chord.quality in ("maj7", "maj9", "maj13"):
        return None
    if not falls or is_tonic or not fits(target.triad, key) or target.triad.quality not in ("maj", "min"):
        return None
    colour = chord.quality if chord.quality in ("7", "9", "11", "13") else ""
    numeral = f"V{colour}/{roman(target.triad, key)}"
    return Chromatic(
        "secondary dominant", segment, key, numeral, _bar(card, segment), _sure(card, segment), target=target
    )


def _borrowed(card: SongCard, segment: Segment[Chord], key: Key) -> Chromatic | None:
    """A chord at home in the parallel key. In minor, the raised sixth and seventh are the key's own colour."""
    if not fits(segment.label, key.parallel):
        return None
    numeral = roman(segment.label.bare, key)
    return Chromatic("borrowed", segment, key, numeral, _bar(card, segment), _sure(card, segment), source=key.parallel)


def _bar(card: SongCard, segment: Segment[Chord]) -> int | None:
    bar = card.bar_at(segment.start_s)
    return bar.number if bar else None


def _sure(card: SongCard, segment: Segment[Chord]) -> float:
    """How sure chord and key are together."""
    chord = card.chords.confidence if card.chords else 0.0
    key = card.key.confidence if card.key else 1.0
    return min(key, chord if segment.confidence is None else segment.confidence)
