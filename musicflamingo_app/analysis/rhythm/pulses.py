"""Pulses: the steady row of taps that a recording's beats lie on, between 85 and 185 a minute."""

import numpy as np

from musicflamingo_app.analysis.rhythm.hearing import Hearing
from musicflamingo_app.analysis.rhythm.spectrum import FRAMES_HZ
from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.arrays import Floats

PULSE_BPM = (85.0, 185.0)  # more than an octave, so that every steady tempo has a pulse in it


def track_pulses(hearing: Hearing) -> Floats:
    """Pulse times in seconds, found by a tempo-phase hidden Markov model (Krebs, Böck and Widmer 2015; metricon).

    Empty when fewer than two fit. Raises MissingPackage.
    """
    try:
        import metricon
    except ImportError as error:
        raise MissingPackage("metricon is not installed.", "Install it with “pip install metricon”.") from error
    if hearing.n_frames < 2 * FRAMES_HZ:
        return np.zeros(0)
    low_bpm, high_bpm = PULSE_BPM
    found = metricon.track_beats(hearing.beat, min_bpm=low_bpm, max_bpm=high_bpm, fps=FRAMES_HZ, snap="center")
    times_s = np.asarray(found.times, np.float64)
    return times_s[np.concatenate([[True], np.diff(times_s) > 0.1])] if len(times_s) > 1 else np.zeros(0)


def within(pulses_s: Floats, sounding_s: tuple[float, float], *, margin: int) -> Floats:
    """The pulses that lie where something sounds, and up to `margin` more on either side."""
    low, high = np.searchsorted(pulses_s, sounding_s)
    return pulses_s[max(0, int(low) - margin) : int(high) + margin]


def with_halves(pulses_s: Floats) -> Floats:
    """The pulses and the middles between them."""
    points_s = np.empty(2 * len(pulses_s) - 1)
    points_s[0::2] = pulses_s
    points_s[1::2] = (pulses_s[:-1] + pulses_s[1:]) / 2
    return points_s
