"""A synthetic singer: harmonics under the formants of changing vowels, with glides, vibrato and breath.

It has no words and fools nobody; it teaches networks that a voice is neither an instrument nor a chord. Vowel formants:
Peterson and Barney 1952, men's and women's means.
"""

from collections.abc import Iterator, Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from train.pieces.values import Note

Floats = NDArray[np.float32]
CONTROL_HZ = 100
N_HARMONICS = 24
TOGETHER_S = 0.02  # notes that begin so near are one chord
FEWEST_CONTROLS = 3
VOWELS = (
    (730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240), (490, 1350, 1690),
    (850, 1220, 2810), (610, 2330, 2990), (310, 2790, 3310), (590, 920, 2710), (370, 950, 2670), (500, 1640, 1960),
)  # fmt: skip
BANDWIDTHS_HZ = (90.0, 120.0, 170.0)


def sung(notes: Sequence[Note], duration_s: float, rate_hz: int, seed: int, tuning_cents: float = 0.0) -> Floats:
    """Mono sound of a melody sung; of notes at once the highest is sung. Peak about 0.3."""
    random = Random(f"voice {seed}")
    n_control = int(duration_s * CONTROL_HZ) + 2
    pitch, level, formants = _controls(notes, n_control, random)
    pitch += tuning_cents / 100
    out = np.zeros(int(duration_s * rate_hz), np.float32)
    noise = np.random.default_rng(seed)
    block = rate_hz * 4
    phase = 0.0
    for start in range(0, len(out), block):
        stop = min(len(out), start + block)
        places = np.arange(start, stop) / rate_hz * CONTROL_HZ
        low, high = int(places[0]), min(n_control, int(places[-1]) + 2)
        if level[low:high].max() <= 0:
            continue
        out[start:stop], phase = _block(places, pitch, level, formants, phase, rate_hz, noise)
    peak = float(np.abs(out).max())
    return out * (0.3 / peak) if peak > 0 else out


def _controls(notes: Sequence[Note], n: int, random: Random) -> tuple[Floats, Floats, Floats]:
    """Pitch in MIDI numbers, level and three formants in Hz, a hundred times a second."""
    pitch, level = np.full(n, 60.0, np.float32), np.zeros(n, np.float32)
    formants = np.tile(np.array(VOWELS[0], np.float32), (n, 1))
    depth, rate_hz = random.uniform(0.1, 0.5), random.uniform(4.5, 6.5)
    scale = random.choice((0.95, 1.0, 1.1))
    for note, start, stop in _one_by_one(notes, n):
        span = np.arange(stop - start)
        attack = np.minimum(1.0, (span + 1) / random.randint(3, 9)) * np.minimum(1.0, (stop - start - span) / 5)
        level[start:stop] = attack * (0.5 + note.velocity / 254)
        glide = np.exp(-span / random.uniform(2, 6)) * random.uniform(-1.5, 0.3)
        vibrato = depth * np.sin(2 * np.pi * rate_hz * span / CONTROL_HZ) * np.minimum(1.0, span / 30)
        pitch[start:stop] = note.pitch + random.gauss(0, 0.12) + glide + vibrato
        formants[start:stop] = np.array(random.choice(VOWELS)) * scale
    kernel = np.hanning(9) / np.hanning(9).sum()
    for column in range(3):
        formants[:, column] = np.convolve(formants[:, column], kernel, "same")
    return pitch, np.convolve(level, np.ones(3) / 3, "same").astype(np.float32), formants


def _one_by_one(notes: Sequence[Note], n: int) -> Iterator[tuple[Note, int, int]]:
    """The notes a single singer can sing, with their first control and the one after the last."""
    ordered = sorted(notes, key=lambda note: (note.start_s, -note.pitch))
    for index, note in enumerate(ordered):
        if index and ordered[index - 1].start_s + TOGETHER_S > note.start_s:
            continue
        start, stop = int(note.start_s * CONTROL_HZ), min(n, int(note.end_s * CONTROL_HZ))
        after = ordered[index + 1] if index + 1 < len(ordered) else None
        if after is not None and after.start_s > note.start_s + TOGETHER_S:
            stop = min(stop, int(after.start_s * CONTROL_HZ))
        if stop - start >= FEWEST_CONTROLS:
            yield note, start, stop


def _block(
    places: NDArray[np.float64],
    pitch: Floats,
    level: Floats,
    formants: Floats,
    phase: float,
    rate_hz: int,
    noise: np.random.Generator,
) -> tuple[Floats, float]:
    index = places.astype(int)
    control = np.arange(index[0], index[-1] + 2).clip(max=len(pitch) - 1)
    f0 = (440 * 2 ** ((pitch[control] - 69) / 12)).astype(np.float32)
    at = (places - index[0]).astype(np.float32)
    steps = np.interp(at, np.arange(len(control)), f0)
    phases = (phase + np.cumsum(2 * np.pi * steps / rate_hz)).astype(np.float32)
    harmonics = np.arange(1, N_HARMONICS + 1)
    hz = f0[:, None] * harmonics
    gains = _envelope(hz, formants[control]) * (hz < 0.45 * rate_hz) / harmonics**0.8 * level[control, None]
    sound = np.zeros(len(places), np.float32)
    one, before = np.exp(1j * phases).astype(np.complex64), np.complex64(1)
    power = np.ones(len(places), np.complex64) * before
    for number in range(N_HARMONICS):
        power = power * one
        if gains[:, number].max() > 1e-4:
            sound += power.imag * np.interp(at, np.arange(len(control)), gains[:, number]).astype(np.float32)
    breath = noise.standard_normal(len(places)).astype(np.float32) * 0.01
    return sound + breath * np.interp(at, np.arange(len(control)), level[control]).astype(np.float32), float(
        phases[-1] % (2 * np.pi)
    )


def _envelope(hz: NDArray[np.float64], formants: Floats) -> NDArray[np.float64]:
    gains = np.full(hz.shape, 0.02)
    for column, (width, weight) in enumerate(zip(BANDWIDTHS_HZ, (1.0, 0.6, 0.3), strict=True)):
        gains += weight / (1 + ((hz - formants[:, column : column + 1]) / width) ** 2)
    return gains
