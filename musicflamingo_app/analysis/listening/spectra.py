"""The two spectra that our networks listen to, made in blocks from mono sound at 22,050 Hz.

*Harmonic*: ten frames a second, C1 to B7 with three bins a semitone, tuned first so that the middle bin of each three
lies on its semitone; low notes through long windows, high ones through short (a constant-Q spectrum in three steps).
*Rhythmic*: fifty frames a second, bands of a semitone from 40 Hz to 10 kHz. Both are log magnitudes. Frame k is
centred on second k / rate, so five rhythmic frames fall to each harmonic one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.audio.sound import ANALYSIS_HZ, Samples
from musicflamingo_app.music.arrays import Floats

HARMONIC_HZ, RHYTHMIC_HZ = 10, 50
HARMONIC_HOP, RHYTHMIC_HOP = ANALYSIS_HZ // HARMONIC_HZ, ANALYSIS_HZ // RHYTHMIC_HZ
BINS_PER_SEMITONE, N_SEMITONES = 3, 84
N_BINS = N_SEMITONES * BINS_PER_SEMITONE
LOWEST_HZ = 440.0 * 2 ** (-45 / 12)  # C1
# Samples of the window, and up to where it serves: a semitone is at least as wide as the main lobe's upper half.
WINDOWS = ((16384, 130.0), (8192, 400.0), (4096, np.inf))
SHORT_WINDOW = 2048
LOWEST_BAND_HZ, HIGHEST_BAND_HZ, BANDS_PER_OCTAVE = 40.0, 10_000.0, 12
GAIN = 1000.0  # log(1 + GAIN * magnitude): a full-scale sine gives 6.2, a 16-bit noise floor 0.03
BLOCK_FRAMES = 600  # harmonic frames: a minute
CACHED_FRAMES, LONGEST_SAMPLES = (
    64,
    1 << 20,
)  # transformed at once: for the cache, and for memory


@dataclass(frozen=True, eq=False)
class Spectra:
    """Log magnitudes of a stretch of sound: `(frames, 252)` at 10 Hz and `(5 * frames, bands)` at 50 Hz."""

    harmonic: Floats
    rhythmic: Floats

    @property
    def n_frames(self) -> int:
        return len(self.harmonic)

    def stretch(self, first: int, last: int) -> "Spectra":
        """Harmonic frames `first` to `last`, and the rhythmic ones that fall to them."""
        return Spectra(self.harmonic[first:last], self.rhythmic[5 * first : 5 * last])


def joined(parts: Sequence[Spectra]) -> Spectra:
    """Spectra one after another as one."""
    return Spectra(np.concatenate([p.harmonic for p in parts]), np.concatenate([p.rhythmic for p in parts]))


def n_frames(n_samples: int) -> int:
    """Harmonic frames of a recording; the last one's centre may lie just after the end."""
    return max(1, -(-n_samples // HARMONIC_HOP))


def spectra_blocks(mono: Samples, tuning_cents: float = 0.0, block: int = BLOCK_FRAMES) -> Iterator[Spectra]:
    """The spectra of a recording, so many harmonic frames at a time."""
    total = n_frames(len(mono))
    for first in range(0, total, block):
        count = min(block, total - first)
        yield Spectra(_harmonic(mono, first, count, tuning_cents), _rhythmic(mono, 5 * first, 5 * count))


def spectra(mono: Samples, tuning_cents: float = 0.0) -> Spectra:
    """The spectra of a whole recording at once."""
    return joined(list(spectra_blocks(mono, tuning_cents)))


def _harmonic(mono: Samples, first: int, count: int, tuning_cents: float) -> Floats:
    out = np.empty((count, N_BINS), np.float32)
    for size, bins, filters, columns in _filters(round(tuning_cents)):
        magnitudes = stft(mono, size, HARMONIC_HOP, first, count, bins)
        out[:, columns] = np.log1p(GAIN * (magnitudes @ filters))
    return out


def _rhythmic(mono: Samples, first: int, count: int) -> Floats:
    magnitudes = stft(mono, SHORT_WINDOW, RHYTHMIC_HOP, first, count, slice(0, SHORT_WINDOW // 2 + 1))
    return np.asarray(np.log1p(GAIN * (magnitudes @ band_filters())), np.float32)


def stft(mono: Samples, size: int, hop: int, first: int, count: int, bins: slice) -> Floats:
    """(count, bins) magnitudes of Hann windows centred on samples `first * hop`, ... ; a full-scale sine gives 0.5."""
    import scipy.fft

    window = np.hanning(size + 1)[:-1].astype(np.float32)
    window /= window.sum()
    at_once = max(1, min(CACHED_FRAMES, LONGEST_SAMPLES // hop))
    out = np.empty((count, bins.stop - bins.start), np.float32)
    for start in range(0, count, at_once):
        n = min(at_once, count - start)
        stretch = padded(mono, (first + start) * hop - size // 2, (n - 1) * hop + size)
        frames = np.lib.stride_tricks.sliding_window_view(stretch, size)[::hop]
        out[start : start + n] = np.abs(scipy.fft.rfft(frames * window, axis=1)[:, bins])
    return out


def padded(samples: Samples, start: int, length: int) -> Floats:
    """`length` samples from `start`, silence where the recording has none; NaN and infinity count as silence."""
    low, high = max(0, start), min(len(samples), start + length)
    out = np.zeros(length, np.float32)
    if high > low:
        out[low - start : high - start] = np.nan_to_num(samples[low:high], nan=0.0, posinf=0.0, neginf=0.0)
    return out


@lru_cache(maxsize=8)
def _filters(tuning_cents: int) -> tuple[tuple[int, slice, Floats, NDArray[np.intp]], ...]:
    """For each window: its size, the FFT bins it needs, `(bins, columns)` weights, and the columns they make."""
    steps = (np.arange(N_BINS) - 1) / BINS_PER_SEMITONE
    centres = LOWEST_HZ * 2 ** (steps / 12 + tuning_cents / 1200)
    nominal = LOWEST_HZ * 2 ** (steps / 12)  # which window serves does not depend on the tuning
    made, low_hz = [], 0.0
    for size, high_hz in WINDOWS:
        columns = np.flatnonzero((nominal >= low_hz) & (nominal < high_hz))
        bin_hz = ANALYSIS_HZ / size
        reach = centres[columns] * (2 ** (1 / 18) - 1)
        bins = slice(
            max(0, int((centres[columns[0]] - 3 * bin_hz) / bin_hz)),
            min(size // 2 + 1, int((centres[columns[-1]] + reach[-1]) / bin_hz) + 4),
        )
        hz = np.arange(bins.start, bins.stop) * bin_hz
        widths = np.maximum(centres[columns] * (2 ** (1 / 36) - 1), bin_hz)
        weights = np.maximum(0.0, 1 - np.abs(hz[:, None] - centres[columns]) / widths).astype(np.float32)
        made.append((size, bins, weights, columns))
        low_hz = high_hz
    return tuple(made)


@lru_cache(maxsize=1)
def band_filters() -> Floats:
    """(bins, bands) triangles of the rhythmic spectrum; a low band is at least one FFT bin wide."""
    bin_hz = ANALYSIS_HZ / SHORT_WINDOW
    n = int(np.log2(HIGHEST_BAND_HZ / LOWEST_BAND_HZ) * BANDS_PER_OCTAVE) + 2
    edges = LOWEST_BAND_HZ * 2 ** (np.arange(-1, n) / BANDS_PER_OCTAVE) / bin_hz
    marks = np.unique(np.round(edges)).astype(int)
    filters = np.zeros((SHORT_WINDOW // 2 + 1, len(marks) - 2), np.float32)
    for band, (low, centre, high) in enumerate(zip(marks, marks[1:], marks[2:], strict=False)):
        rising = (np.arange(low, centre) - low) / (centre - low)
        falling = (high - np.arange(centre, high)) / (high - centre)
        filters[low:high, band] = np.concatenate([rising, falling])
    return filters


def n_bands() -> int:
    """Bands of the rhythmic spectrum."""
    return int(band_filters().shape[1])
