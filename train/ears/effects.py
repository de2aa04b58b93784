"""What happens to sound between the band and the listener: equalisation, rooms, compression, noise, lossy copies."""

from random import Random

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.audio.sound import ANALYSIS_HZ
from train.ears.codec import copied

Floats = NDArray[np.float32]


def treated(samples: Floats, seed: int) -> Floats:
    """Mono sound at 22,050 Hz after a random chain of effects; a quarter is left alone but for its level."""
    random, noise = Random(f"effects {seed}"), np.random.default_rng(seed)
    out = samples / (float(np.abs(samples).max()) or 1.0)
    if random.random() < 0.75:
        if random.random() < 0.6:
            out = equalised(out, random)
        if random.random() < 0.5:
            out = in_a_room(out, random, noise)
        if random.random() < 0.35:
            out = pressed(out, random)
        if random.random() < 0.35:
            out = noisy(out, random, noise)
        coding = Random(f"codec {seed}")  # drawn apart: what else happens stays as it was before there were codecs
        if coding.random() < 0.3:
            out = copied(out, coding)
    return (out * 10 ** (random.uniform(-18, -1) / 20)).astype(np.float32)


def equalised(samples: Floats, random: Random) -> Floats:
    """A smooth random curve of up to 10 dB, sometimes without the top or the bottom."""
    import scipy.fft

    size = scipy.fft.next_fast_len(len(samples), real=True)
    spectrum = scipy.fft.rfft(samples, size)
    octaves = np.log2(np.maximum(np.arange(len(spectrum)) * ANALYSIS_HZ / size, 20.0) / 20)
    knots = np.linspace(0, 9.2, 7)
    gain_db = np.interp(octaves, knots, [random.gauss(0, 3.5) for _ in knots])
    if random.random() < 0.3:
        gain_db -= 12 * np.maximum(0.0, octaves - random.uniform(7.2, 9.2)) * 3  # a dull copy
    if random.random() < 0.25:
        gain_db -= 12 * np.maximum(0.0, random.uniform(1.0, 2.6) - octaves)  # a small loudspeaker
    return np.asarray(
        scipy.fft.irfft(spectrum * 10 ** (gain_db / 20).astype(np.float32), size)[: len(samples)], np.float32
    )


def in_a_room(samples: Floats, random: Random, noise: np.random.Generator) -> Floats:
    """Reverberation: decaying noise, darker as it decays."""
    from scipy.signal import oaconvolve

    length_s = random.uniform(0.2, 1.8)
    times = np.arange(int(length_s * ANALYSIS_HZ)) / ANALYSIS_HZ
    tail = noise.standard_normal(len(times)) * np.exp(-6.9 * times / length_s)
    tail = np.convolve(tail, np.ones(4) / 4, "same")
    tail[: int(random.uniform(0.002, 0.02) * ANALYSIS_HZ)] = 0
    tail *= random.uniform(0.1, 0.5) / np.sqrt((tail**2).sum())
    tail[0] = 1.0
    return np.asarray(oaconvolve(samples, tail.astype(np.float32))[: len(samples)], np.float32)


def pressed(samples: Floats, random: Random) -> Floats:
    """Saturation that raises what is soft."""
    drive = random.uniform(1.5, 6.0)
    peak = float(np.abs(samples).max()) or 1.0
    return np.asarray(np.tanh(drive * samples / peak) / np.tanh(drive), np.float32)


def noisy(samples: Floats, random: Random, noise: np.random.Generator) -> Floats:
    """Hiss, rumble or both, 25 to 55 dB below the peak."""
    level = 10 ** (-random.uniform(25, 55) / 20)
    hiss = noise.standard_normal(len(samples)).astype(np.float32)
    if random.random() < 0.5:
        hiss = np.convolve(hiss, np.ones(16, np.float32) / 4, "same")
    return np.asarray(samples + level * 0.3 * hiss, np.float32)
