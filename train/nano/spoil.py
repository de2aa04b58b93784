"""What happens to sound on its way to a listener, on any device of torch: tone, rooms, compression, noise, codecs.

Everything but the level may happen or not; times stay as they are.
"""

import math
from random import Random
from typing import Any

from train.nano.truth import RATE_HZ

CLEAN = 0.2  # how often only the level changes
ROOM = 40_000  # samples that a room may add before it would come round to the beginning
LEVEL_DB = (-24.0, -1.0)
NOISE_DB = (5.0, 40.0)


def spoiled(sound: Any, random: Random) -> Any:
    """Mono samples at 16 kHz after a random chain of effects, of the same length."""
    out = sound / sound.abs().max().clamp(min=1e-6)
    if random.random() >= CLEAN:
        out = _through(out, random)
        if random.random() < 0.35:
            out = pressed(out, random)
        if random.random() < 0.45:
            out = noisy(out, random)
        if random.random() < 0.2:
            out = coarse(out, random)
    peak = out.abs().max().clamp(min=1e-6)
    return out / peak * 10 ** (random.uniform(*LEVEL_DB) / 20)


def _through(sound: Any, random: Random) -> Any:
    """Equaliser, band limits and a room, as one filter."""
    import torch

    size = len(sound) + ROOM
    spectrum = torch.fft.rfft(sound, size)
    filtered = False
    if random.random() < 0.65:
        spectrum, filtered = spectrum * _equaliser(len(spectrum), size, random, sound.device), True
    if random.random() < 0.5:
        spectrum, filtered = spectrum * torch.fft.rfft(room(random, sound.device), size), True
    return torch.fft.irfft(spectrum, size)[: len(sound)] if filtered else sound


def _equaliser(n: int, size: int, random: Random, device: Any) -> Any:
    """Gains by frequency: a tilt, a smooth curve over octaves, and now and then no top or no bottom."""
    import torch

    hz = torch.arange(n, device=device) * (RATE_HZ / size)
    octaves = torch.log2(hz.clamp(min=20.0) / 20)  # 0 to 8.6
    knots = [random.gauss(0, 3.5) for _ in range(7)]
    tilt = random.uniform(-1.5, 1.5)
    place = (octaves / 8.7 * (len(knots) - 1)).clamp(0, len(knots) - 1.001)
    low = place.long()
    curve = torch.tensor(knots, device=device)
    gain_db = torch.lerp(curve[low], curve[low + 1], place - low) + tilt * (octaves - 4.5)
    if random.random() < 0.3:  # a dull copy: 1.9 to 7 kHz
        gain_db = gain_db - 36 * (octaves - random.uniform(6.6, 8.45)).clamp(min=0)
    if random.random() < 0.25:  # a small loudspeaker: 40 to 160 Hz
        gain_db = gain_db - 18 * (random.uniform(1.0, 3.0) - octaves).clamp(min=0)
    return 10 ** (gain_db / 20)


def room(random: Random, device: Any = "cpu") -> Any:
    """An impulse response: the sound itself, then noise that decays by 60 dB in 0.15 to 1.8 s."""
    import torch

    length_s = random.uniform(0.15, 1.8)
    n = int(length_s * RATE_HZ)
    tail = _noise(n, random, device) * torch.exp(torch.arange(n, device=device) * (-6.9 / n))
    tail = torch.nn.functional.avg_pool1d(tail[None, None], 3, 1, 1, count_include_pad=False)[0, 0]
    tail[: int(random.uniform(0.002, 0.02) * RATE_HZ)] = 0
    tail = tail * (random.uniform(0.1, 0.5) / tail.square().sum().sqrt().clamp(min=1e-6))
    tail[0] = 1.0
    return tail


def pressed(sound: Any, random: Random) -> Any:
    """Saturation that raises what is soft; a third of the time hard clipping."""
    import torch

    peak = sound.abs().max().clamp(min=1e-6)
    if random.random() < 0.3:
        return (sound / peak * random.uniform(1.2, 3.0)).clamp(-1, 1)
    drive = random.uniform(1.5, 6.0)
    return torch.tanh(drive * sound / peak) / math.tanh(drive)


def noisy(sound: Any, random: Random) -> Any:
    """Hiss or a rumble, 5 to 40 dB below the music's power; loud noise is rare."""
    import torch

    ratio_db = random.triangular(*NOISE_DB, 32.0)
    noise = _noise(len(sound), random, sound.device)
    if random.random() < 0.5:
        width = random.choice((4, 8, 16))
        noise = torch.nn.functional.avg_pool1d(noise[None, None], width + 1, 1, width // 2)[0, 0]
    power = sound.square().mean() / noise.square().mean().clamp(min=1e-12)
    return sound + noise * (power.sqrt() * 10 ** (-ratio_db / 20))


def coarse(sound: Any, random: Random) -> Any:
    """A poor copy: few bits or mu-law bytes, without the top."""
    import torch

    peak = sound.abs().max().clamp(min=1e-6)
    level = sound / peak
    if random.random() < 0.5:
        steps = 2.0 ** random.randint(7, 11)
        level = torch.round(level * steps) / steps
    else:
        bent = torch.sign(level) * torch.log1p(255 * level.abs()) / math.log(256)
        bent = torch.round(bent * 127) / 127
        level = torch.sign(bent) * (torch.pow(256.0, bent.abs()) - 1) / 255
    spectrum = torch.fft.rfft(level)
    cut = int(random.uniform(3000, 7500) / (RATE_HZ / 2) * len(spectrum))
    spectrum[cut:] = 0
    return torch.fft.irfft(spectrum, len(level)) * peak


def _noise(n: int, random: Random, device: Any) -> Any:
    """White noise that depends on the random alone, made on the processor so that every device has the same."""
    import torch

    generator = torch.Generator().manual_seed(random.getrandbits(48))
    return torch.randn(n, generator=generator).to(device)
