"""What speaks for each of the 24 keys: the chords it would have, the pitch classes it would sound.

Conventions: keys are numbered 0-11 major on C, C#, ..., 12-23 minor; evidence is a log-likelihood for every second of
music, so stretches add up by duration.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Interval, Segment, Timeline

Matrix = NDArray[np.float64]
N_KEYS = 24
# How often a key's chords sound in popular music, by semitones above the tonic; what is not named is rare. Rounded
# from published counts of major and minor rock songs (de Clercq and Temperley 2011) with the ii, iii and vi of pop.
_MAJOR = {
    "maj": {0: 10, 5: 6, 7: 6.5, 10: 0.6, 2: 0.6, 4: 0.8, 8: 0.4, 9: 0.4, 3: 0.15},
    "min": {9: 5.5, 2: 3.5, 4: 2.5, 5: 0.5, 7: 0.3, 11: 0.2, 0: 0.15},
    "dim": {11: 0.3},
}
_MINOR = {
    "maj": {8: 5.5, 10: 5.5, 3: 5, 7: 3, 5: 0.7, 0: 0.4, 1: 0.3},
    "min": {0: 9, 5: 4, 7: 2.5, 2: 0.4, 10: 0.2},
    "dim": {2: 0.6, 11: 0.3, 9: 0.1},
}
_RARE = 0.08
_FAMILIES = ("maj", "min", "dim")
_FAMILY = {"maj": "maj", "aug": "maj", "min": "min", "dim": "dim"}  # of a triad; suspended and power chords are either
# Krumhansl and Kessler 1982: how well each pitch class fits a key, from the tonic up.
_PROFILES = (
    (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
)


def key_of(index: int) -> Key:
    """The key with a number."""
    return Key.of(index % 12, "minor" if index >= 12 else "major")


def _table() -> Matrix:
    """(24 keys, 3 families, 12 roots): log-probability of each chord."""
    out = np.zeros((N_KEYS, len(_FAMILIES), 12))
    for mode, counts in enumerate((_MAJOR, _MINOR)):
        weights = np.array([[counts[family].get(step, _RARE) for step in range(12)] for family in _FAMILIES])
        for tonic in range(12):
            out[12 * mode + tonic] = np.log(np.roll(weights / weights.sum(), tonic, axis=1))
    return out


_TABLE = _table()
_CENTRED = np.array([np.roll(np.array(profile) - np.mean(profile), k) for profile in _PROFILES for k in range(12)])


def chord_evidence(chord: Chord) -> Matrix:
    """(24,) log-likelihood of a chord in each key; 0 for `N` and `X`."""
    if chord.root is None:
        return np.zeros(N_KEYS)
    of_root = _TABLE[:, :, chord.root.pitch_class]
    family = _FAMILY.get(chord.triad.quality)
    if family is None:
        return np.asarray(np.logaddexp(of_root[:, 0], of_root[:, 1]) - np.log(2))
    return np.asarray(of_root[:, _FAMILIES.index(family)])


def chords_in_cells(chords: Timeline[Chord], edges_s: Matrix) -> tuple[Matrix, Matrix]:
    """Evidence summed over the seconds of each cell (cells, 24), and the seconds of chords in each (cells,)."""
    evidence, seconds = np.zeros((len(edges_s) - 1, N_KEYS)), np.zeros(len(edges_s) - 1)
    for segment in sounding(chords):
        row = chord_evidence(segment.label)
        first = max(0, int(np.searchsorted(edges_s, segment.start_s, "right")) - 1)
        for cell in range(first, len(seconds)):
            if edges_s[cell] >= segment.end_s:
                break
            shared_s = segment.interval.overlap_s(Interval(float(edges_s[cell]), float(edges_s[cell + 1])))
            evidence[cell] += shared_s * row
            seconds[cell] += shared_s
    return evidence, seconds


def sounding(chords: Timeline[Chord]) -> list[Segment[Chord]]:
    """The segments that hold a chord."""
    return [segment for segment in chords if segment.label.root is not None]


def profile_evidence(chroma: Floats) -> Matrix:
    """(24,) correlation of the mean chroma with each key's profile; 0 where nothing stands out."""
    mean = chroma.mean(axis=1).astype(np.float64) if chroma.shape[1] else np.zeros(12)
    centred = mean - mean.mean()
    scale = np.linalg.norm(centred) * np.linalg.norm(_CENTRED, axis=1)
    return np.asarray((_CENTRED @ centred) / np.maximum(scale, 1e-9))


def tonic_evidence(chord: Chord) -> Matrix:
    """(24,) how much a chord is the tonic chord of each key: 1, half for the wrong mode, else 0."""
    out = np.zeros(N_KEYS)
    if chord.root is not None:
        quality = chord.triad.quality
        out[chord.root.pitch_class] = 0.5 if quality in ("min", "dim") else 1.0
        out[12 + chord.root.pitch_class] = 0.5 if quality in ("maj", "aug") else 1.0
    return out


def cadence_evidence(chords: list[Segment[Chord]]) -> Matrix:
    """(24,) share of the chord changes that fall a fifth from a major or suspended chord onto a key's tonic."""
    out = np.zeros(N_KEYS)
    for before, after in pairwise(chords):
        if before.label.root is None or after.label.root is None:
            continue
        falls = (before.label.root.pitch_class - after.label.root.pitch_class) % 12 == 7
        if falls and before.label.triad.quality in ("maj", "sus4") and after.label.triad.quality in ("maj", "min"):
            out[after.label.root.pitch_class + (12 if after.label.triad.quality == "min" else 0)] += 1
    return out / max(1, len(chords) - 1)
