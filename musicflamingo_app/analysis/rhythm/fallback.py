"""Fallback without networks: librosa's beat tracker, and bars of three or four by harmony, bass and accents."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from musicflamingo_app.analysis.engines import Finding, Heard, Watch, clamp01
from musicflamingo_app.analysis.rhythm.evidence import Numbers, changes
from musicflamingo_app.analysis.rhythm.spectrum import padded
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.time import Timeline

HOP, FFT = 512, 2048
BLOCK_FRAMES = 2600  # a minute
LATENCY_S = 0.044  # librosa's beats lie this much after the notes, median over rendered pieces
CENTRE_BPM = 100.0
FEWEST_BEATS = 8
LEAST_ONSET = 1.0  # peak of the onset envelope, in dB, below which nothing begins
LEAST_CONTRAST = 1.6  # mean onset strength at the beats over that everywhere; noise stays below
TRIPLE_GAIN = 1.6  # how much clearer bars of three must be than bars of four
BASS_MELS = 12  # of 64: up to about 250 Hz


class LibrosaBeats:
    """Beats by dynamic programming over onset strength (Ellis 2007); bars where chords, bass and accents fall."""

    name = "librosa beats"
    version = "0.11-3"
    credit = ""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What changes the result."""
        return {"hop": HOP, "centre_bpm": CENTRE_BPM, "triple_gain": TRIPLE_GAIN}

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> Finding[BeatGrid]:
        """The grid; an empty one where no beat is heard. Raises MissingPackage, Cancelled."""
        try:
            import librosa
        except ImportError as error:
            raise MissingPackage("librosa is not installed.", "Install it with “pip install librosa”.") from error
        samples = audio.at(ANALYSIS_HZ)
        if len(samples) < 2 * ANALYSIS_HZ or not samples.any():
            return Finding(BeatGrid(), 0.0)
        levels_db = librosa.power_to_db(_mel(samples, watch), ref=np.max).astype(np.float32)
        onset = librosa.onset.onset_strength(S=levels_db, sr=ANALYSIS_HZ, hop_length=HOP)
        if onset.max() < LEAST_ONSET:
            return Finding(BeatGrid(), 0.0)
        _, frames = librosa.beat.beat_track(
            onset_envelope=onset, sr=ANALYSIS_HZ, hop_length=HOP, bpm=_tempo_curve(onset), trim=True
        )
        watch.progress(0.9)
        return _finding(np.asarray(frames, int), onset, levels_db, heard.chords)


def _mel(samples: Floats, watch: Watch) -> Floats:
    """(64, frames) mel power, a minute or so at a time: librosa's spectrum of an hour would take over a gigabyte."""
    import librosa

    total = len(samples) // HOP + 1
    blocks = []
    for first in range(0, total, BLOCK_FRAMES):
        last = min(first + BLOCK_FRAMES, total)
        stretch = padded(samples, first * HOP - FFT // 2, (last - 1 - first) * HOP + FFT)
        blocks.append(
            librosa.feature.melspectrogram(
                y=stretch, sr=ANALYSIS_HZ, n_fft=FFT, hop_length=HOP, n_mels=64, center=False
            )
        )
        watch.progress(0.6 * last / total)
    return np.concatenate(blocks, axis=1)


def _tempo_curve(onset: Floats) -> Floats:
    """(frames,) a tempo for every ten minutes or so: librosa's tempogram of an hour would take gigabytes."""
    import librosa

    stretches = np.array_split(onset, -(-len(onset) // (10 * BLOCK_FRAMES)))
    tempi = [
        float(librosa.feature.tempo(onset_envelope=part, sr=ANALYSIS_HZ, hop_length=HOP, start_bpm=CENTRE_BPM)[0])
        for part in stretches
    ]
    return np.repeat(np.array(tempi, np.float32), [len(part) for part in stretches])


def _finding(frames: Numbers, onset: Floats, levels_db: Floats, chords: Timeline[Chord] | None) -> Finding[BeatGrid]:
    contrast = float(onset[frames].mean() / (onset.mean() + 1e-9)) if len(frames) >= FEWEST_BEATS else 0.0
    if contrast < LEAST_CONTRAST:
        return Finding(BeatGrid(), 0.0)
    times_s = frames * HOP / ANALYSIS_HZ - LATENCY_S
    length, phase = _bars(_accents(frames, times_s, levels_db, chords))
    kept = times_s >= 0
    downs = np.zeros(len(times_s), bool)
    downs[phase::length] = True
    grid = BeatGrid.of(times_s[kept].tolist(), times_s[kept & downs].tolist(), Metre(length))
    evenness = 1 - min(1.0, float(np.std(np.diff(times_s)) / np.mean(np.diff(times_s))) * 3)
    return Finding(grid, 0.7 * evenness * clamp01((contrast - 1) / 2))


def _accents(frames: Numbers, times_s: Numbers, levels_db: Floats, chords: Timeline[Chord] | None) -> Numbers:
    """How much each beat sounds like the first of a bar."""
    between = np.stack([part.mean(axis=1) for part in np.split(levels_db, frames, axis=1)[1:]])
    novelty = np.linalg.norm(np.diff(between, axis=0, prepend=between[:1]), axis=1)
    bass = between[:, :BASS_MELS].mean(axis=1)
    accents = _standard(novelty) + _standard(bass)
    if chords is not None and len(chords) > 1:
        for time_s, weight in changes(chords):
            accents[int(np.argmin(np.abs(times_s - time_s)))] += 2 * weight
    return accents


def _bars(accents: Numbers) -> tuple[int, int]:
    """Beats in a bar and where the first one starts: the comb through the strongest accents."""
    best: dict[int, tuple[float, int]] = {}
    for length in (3, 4):
        means = [float(accents[phase::length].mean()) for phase in range(length)]
        best[length] = max(means) - float(np.mean(means)), int(np.argmax(means))
    length = 3 if best[3][0] > TRIPLE_GAIN * best[4][0] else 4
    return length, best[length][1]


def _standard(column: Numbers) -> Numbers:
    return (column - column.mean()) / (column.std() + 1e-9)
