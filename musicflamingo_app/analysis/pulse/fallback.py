"""Fallback: librosa's dynamic-programming beat tracker; bars of four from the strongest onsets and chord changes."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from musicflamingo_app.analysis.engines import Finding, Heard, Watch
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.beat import Beat, BeatGrid, Metre

HOP = 512
LATE_S = 0.02  # librosa's onset envelope peaks after the onset
CHORD_WEIGHT = 2.0  # of a chord change beside the strength of an onset
FEWEST_BEATS = 4


class LibrosaBeats:
    """Beats without networks (Ellis 2007); the bar line where onsets and chord changes gather."""

    name = "librosa beats"
    version = "0.11-1"
    credit = ""
    parameters: Mapping[str, Any] = {"hop": HOP, "late_s": LATE_S}

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> Finding[BeatGrid]:
        """The beats in 4/4; an empty grid where there are none. Raises MissingPackage."""
        try:
            import librosa
        except ImportError as error:
            raise MissingPackage("librosa is not installed.", "Install it with `pip install librosa`.") from error
        mono = audio.at(ANALYSIS_HZ)
        strength = librosa.onset.onset_strength(y=mono, sr=ANALYSIS_HZ, hop_length=HOP)
        if float(strength.max(initial=0)) <= 0:
            return Finding(BeatGrid(), 0.1)
        _, frames = librosa.beat.beat_track(onset_envelope=strength, sr=ANALYSIS_HZ, hop_length=HOP)
        watch.progress(1.0)
        times_s = np.maximum(librosa.frames_to_time(frames, sr=ANALYSIS_HZ, hop_length=HOP) - LATE_S, 0)
        times_s = np.unique(times_s)
        if len(times_s) < FEWEST_BEATS:
            return Finding(BeatGrid(), 0.1)
        weights = strength[frames[: len(times_s)]] / strength.max()
        for segment in heard.chords or ():
            weights[int(np.argmin(np.abs(times_s - segment.start_s)))] += CHORD_WEIGHT
        first = int(np.argmax([weights[phase::4].mean() for phase in range(4)]))
        beats = tuple(Beat(float(t), (i - first) % 4 + 1) for i, t in enumerate(times_s))
        return Finding(BeatGrid(beats, Metre(4, 4)), 0.35)
