"""What the rhythm engines hear, frame by frame: curves made in one pass over the spectrum, small enough to keep.

An hour takes about 50 MB here; the spectrum itself is dropped block by block.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from musicflamingo_app.analysis.engines import Watch
from musicflamingo_app.analysis.rhythm.beatnet import BeatNet
from musicflamingo_app.analysis.rhythm.spectrum import BLOCK_FRAMES, FRAMES_HZ, filterbank, n_frames, spectrum_blocks
from musicflamingo_app.audio.sound import Samples
from musicflamingo_app.music.arrays import Floats

LOW_HZ, HIGH_HZ = 400.0, 4000.0
CHROMA_HZ = (120.0, 2500.0)
BASS_HZ = (40.0, 260.0)
BANDS_PER_TIMBRE = 4


@dataclass(frozen=True, eq=False)
class Hearing:
    """Curves at FRAMES_HZ: log odds of beat and downbeat, rises of energy by register, pitch classes, timbre."""

    beat: Floats  # (frames,)
    downbeat: Floats  # (frames,)
    onset: Floats  # (frames,) rise of all bands
    low: Floats  # (frames,) rise below LOW_HZ
    high: Floats  # (frames,) rise above HIGH_HZ
    bass_onset: Floats  # (frames,) rise in BASS_HZ
    chroma: Floats  # (frames, 12)
    bass: Floats  # (frames, 12)
    timbre: Floats  # (frames, bands / BANDS_PER_TIMBRE)

    @property
    def n_frames(self) -> int:
        return len(self.beat)

    def sounding_s(self) -> tuple[float, float] | None:
        """From the first to the last note that begins; None when nothing does."""
        ceiling = float(np.percentile(self.onset, 99)) if self.n_frames else 0.0
        heard = np.flatnonzero(self.onset > max(0.15 * ceiling, MIN_ONSET))
        return (heard[0] / FRAMES_HZ, heard[-1] / FRAMES_HZ) if len(heard) else None


MIN_ONSET = 0.2  # summed rise in log10 magnitude; the noise of a 16-bit silence stays below it


def hear(samples: Samples, network: BeatNet, watch: Watch) -> Hearing:
    """Listens to mono samples at ANALYSIS_HZ. Raises Cancelled, MissingPackage."""
    total = max(1, n_frames(len(samples)))
    blocks, last = [], None
    for index, spectrum in enumerate(spectrum_blocks(samples)):
        odds = network.listen(spectrum)
        before = spectrum[:1] if last is None else last
        rise = np.maximum(spectrum - np.concatenate([before, spectrum[:-1]]), 0.0)
        last = spectrum[-1:]
        blocks.append([odds[:, 0], odds[:, 1], *_curves(spectrum, rise)])
        watch.progress(0.9 * min(1.0, (index + 1) * BLOCK_FRAMES / total))
    if not blocks:
        return _nothing()
    return Hearing(*(np.concatenate(parts).astype(np.float32) for parts in zip(*blocks, strict=True)))


def _curves(spectrum: Floats, rise: Floats) -> list[Floats]:
    _, centres_hz = filterbank()
    chroma, bass = _pitch_classes(*CHROMA_HZ), _pitch_classes(*BASS_HZ)
    return [
        rise.sum(axis=1),
        rise[:, centres_hz < LOW_HZ].sum(axis=1),
        rise[:, centres_hz > HIGH_HZ].sum(axis=1),
        (rise @ bass).sum(axis=1),
        spectrum @ chroma,
        spectrum @ bass,
        spectrum.reshape(len(spectrum), -1, BANDS_PER_TIMBRE).mean(axis=2),
    ]


@lru_cache(maxsize=4)
def _pitch_classes(low_hz: float, high_hz: float) -> Floats:
    """(bands, 12): how much of each band counts for each pitch class; nothing outside the range."""
    _, centres_hz = filterbank()
    semitones = 12 * np.log2(centres_hz / 440.0) + 9  # above C
    nearest = np.round(semitones).astype(int)
    share = np.maximum(0.0, 1 - 2 * np.abs(semitones - nearest))
    share[(centres_hz <= low_hz) | (centres_hz >= high_hz)] = 0.0
    weights = np.zeros((len(centres_hz), 12), np.float32)
    weights[np.arange(len(centres_hz)), nearest % 12] = share
    return weights


def _nothing() -> Hearing:
    empty, pitches = np.zeros(0, np.float32), np.zeros((0, 12), np.float32)
    return Hearing(empty, empty, empty, empty, empty, empty, pitches, pitches, np.zeros((0, 1), np.float32))
