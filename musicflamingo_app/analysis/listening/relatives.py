"""Which of two relative keys: a major key and the minor on its sixth degree have all their notes in common.

Nearly all mistakes of key are between these two. What the key network hears is weighed against the chords: how long
each of both keys' chords sounds, which tonic is the bass, and with which chord a passage begins and ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from musicflamingo_app.analysis.harmony.key_evidence import sounding
from musicflamingo_app.analysis.listening.shipped import numbers
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.time import Segment, Timeline

SHORTEST_S = 20.0  # of chords; fewer say nothing
HELD_S = 0.7  # a shorter chord does not end a passage
MAJOR_ABOVE = 3  # semitones from the minor tonic to the major one
DEGREES = (0, 2, 3, 5, 7, 8, 10)  # of the chords, in semitones above the minor tonic
_FAINT = 0.02  # shares below are alike
_FAMILY = {"maj": "maj", "aug": "maj", "min": "min"}


@dataclass(frozen=True)
class RelativeModel:
    """What each cue of the chords, and the lead of the minor key in the network's log-probability, is worth."""

    weights: tuple[float, ...]
    heard: float
    offset: float

    @classmethod
    @cache
    def shipped(cls, folder: Path | None = None) -> "RelativeModel":
        """The fitted model in assets/weights/ears, or in another folder of weights."""
        stored = numbers("relatives", folder)
        return cls(tuple(stored["weights"]), stored["heard"], stored["offset"])

    def odds(self, cues: Floats, lead: float) -> float:
        """Log odds of the minor key."""
        return float(cues @ np.array(self.weights) + self.heard * lead + self.offset)


def cues_of(chords: Timeline[Chord], minor_tonic: int) -> Floats | None:
    """The cues of a passage's chords for a minor key on a pitch class, against its relative; None of too few."""
    held = sounding(chords)
    total_s = sum(segment.duration_s for segment in held)
    if total_s < SHORTEST_S:
        return None
    shares = dict.fromkeys(((degree, family) for degree in DEGREES for family in ("maj", "min")), 0.0)
    basses = np.zeros(12)
    for segment in held:
        place, family, bass = _place(segment.label, minor_tonic)
        if (place, family) in shares:
            shares[place, family] += segment.duration_s / total_s
        basses[bass] += segment.duration_s / total_s
    return np.array([*shares.values(), *_ratios(shares, basses), *_ends(held, minor_tonic)])


def _ratios(shares: dict[tuple[int, str], float], basses: Floats) -> list[float]:
    """How much longer the minor's chord sounds than the major's that does the same: tonics, dominants, subdominants."""
    pairs = (
        (shares[0, "min"], shares[MAJOR_ABOVE, "maj"]),
        (basses[0], basses[MAJOR_ABOVE]),
        (shares[7, "maj"], shares[10, "maj"]),
        (shares[5, "min"], shares[8, "maj"]),
    )
    return [float(np.log((minor + _FAINT) / (major + _FAINT))) for minor, major in pairs]


def _ends(held: Sequence[Segment[Chord]], minor_tonic: int) -> list[float]:
    """1 where a passage begins, and ends, on the minor's tonic chord, -1 where on the major's."""
    lasting = [segment for segment in held if segment.duration_s > HELD_S] or held
    worth = {(0, "min"): 1.0, (MAJOR_ABOVE, "maj"): -1.0}
    return [worth.get(_place(segment.label, minor_tonic)[:2], 0.0) for segment in (held[0], lasting[-1])]


def _place(chord: Chord, minor_tonic: int) -> tuple[int, str, int]:
    """Semitones of a chord's root above the tonic, its family, and semitones of its bass."""
    if chord.root is None or chord.bass_pitch is None:
        raise ValueError(f"{chord} is no chord.")
    root, bass = chord.root.pitch_class, chord.bass_pitch.pitch_class
    return (root - minor_tonic) % 12, _FAMILY.get(chord.triad.quality, ""), (bass - minor_tonic) % 12
