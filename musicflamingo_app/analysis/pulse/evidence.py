"""What happens at each beat that could make it a downbeat: one row of cues a beat.

Cues: BeatNet's downbeat odds; change of harmony before and after over one beat and two; change of bass; strength of low
and of all onsets; and changes of the chord, or of its root, that the chord engine heard.
"""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.pulse.spectrum import FRAMES_HZ, filterbank
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.time import Segment, Timeline

CUES = ("downbeat", "harmony_1", "harmony_2", "bass", "low_onset", "chord", "root", "onset")
CONTEXT = (-2, -1, 0, 1, 2)  # beats: what its neighbours do tells as much as the beat itself
LOW_BANDS = 40  # up to about 230 Hz
_MELODIC_HZ, _BASS_HZ = (120.0, 2500.0), (40.0, 260.0)
Matrix = NDArray[np.float64]


def beat_cues(times_s: Matrix, spectrum: Floats, odds: Floats, chords: Timeline[Chord] | None) -> Matrix:
    """(beats, cues x context): standardised cues of each beat and its neighbours.

    `spectrum` is (frames, bands) and `odds` (frames, 2: beat, downbeat), both at 50 frames a second.
    """
    rise = np.maximum(np.diff(spectrum, axis=0, prepend=spectrum[:1]), 0)
    gap_s = np.gradient(times_s)
    harmony, bass = spectrum @ _folding(*_MELODIC_HZ, 0.0), spectrum @ _folding(*_BASS_HZ, 0.2)
    chord, root = _changes(times_s, gap_s, chords)
    columns = [
        _peak(odds[:, 1], times_s),
        _distance(harmony, times_s, 0.95 * gap_s, 0.03),
        _distance(harmony, times_s, 1.9 * gap_s, 0.03),
        _distance(bass, times_s, 0.5 * gap_s, 0.0),
        np.log(0.05 + _peak(rise[:, :LOW_BANDS].sum(1), times_s)),
        chord,
        root,
        np.log(0.05 + _peak(rise.sum(1), times_s)),
    ]
    scaled = [(column - column.mean()) / (column.std() + 1e-9) for column in columns]
    return np.stack([np.roll(column, -step) for step in CONTEXT for column in scaled], axis=1)


def _folding(low_hz: float, high_hz: float, least: float) -> Floats:
    """(bands, 12) weights that fold the bands between two frequencies into pitch classes."""
    _, centres_hz = filterbank()
    weights = np.zeros((len(centres_hz), 12), np.float32)
    for band, hz in enumerate(centres_hz):
        if low_hz < hz < high_hz:
            semitones = 12 * np.log2(hz / 440) + 9
            nearest = round(semitones)
            weights[band, nearest % 12] += max(least, 1 - 2 * abs(semitones - nearest))
    return weights


def _peak(curve: Floats, times_s: Matrix, reach: int = 2) -> Matrix:
    """The highest value within two frames of each beat."""
    at = np.clip(np.round(times_s * FRAMES_HZ).astype(int), reach, len(curve) - 1 - reach)
    return np.max([curve[at + step] for step in range(-reach, reach + 1)], axis=0).astype(np.float64)


def _mean(rows: Floats, starts_s: Matrix, ends_s: Matrix) -> Matrix:
    summed = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0, dtype=np.float64)])
    a = np.clip(np.round(starts_s * FRAMES_HZ).astype(int), 0, len(rows) - 1)
    b = np.maximum(np.clip(np.round(ends_s * FRAMES_HZ).astype(int), 0, len(rows)), a + 1)
    return (summed[b] - summed[a]) / (b - a)[:, None]


def _distance(rows: Floats, times_s: Matrix, reach_s: Matrix, skip_s: float) -> Matrix:
    """Cosine distance between what sounds before and after each beat."""
    after = _mean(rows, times_s + skip_s, times_s + reach_s)
    before = _mean(rows, times_s - reach_s, times_s - skip_s * 2 / 3)
    norms = np.linalg.norm(after, axis=1) * np.linalg.norm(before, axis=1)
    return 1 - (after * before).sum(1) / (norms + 1e-6)


def _changes(times_s: Matrix, gap_s: Matrix, chords: Timeline[Chord] | None) -> tuple[Matrix, Matrix]:
    """How near a chord change, and a change of root, lies to each beat: 1 on it, 0 from half a beat away."""
    chord, root = np.zeros(len(times_s)), np.zeros(len(times_s))
    segments: Sequence[Segment[Chord]] = chords.segments if chords else ()
    for before, after in itertools.pairwise(segments):
        nearest = int(np.argmin(np.abs(times_s - after.start_s)))
        weight = max(0.0, 1 - 2 * abs(times_s[nearest] - after.start_s) / gap_s[nearest])
        chord[nearest] = max(chord[nearest], weight)
        if before.label.root != after.label.root:
            root[nearest] = max(root[nearest], weight)
    return chord, root
