"""Sound with known harmony: chords of a few decaying partials on each note, like a plain electric piano."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch

from musicflamingo_app.analysis.harmony.chordia import ChordiaChords
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.music.chord import Chord

Synth = Callable[..., Audio]


def tone(midi: float, length_s: float) -> np.ndarray:
    t = np.arange(round(length_s * ANALYSIS_HZ)) / ANALYSIS_HZ
    hz = 440.0 * 2 ** ((midi - 69) / 12)
    partials = sum(np.sin(2 * np.pi * hz * n * t + n) / n**1.5 for n in range(1, 7) if hz * n < ANALYSIS_HZ / 2)
    envelope = np.minimum(1.0, t / 0.01) * np.exp(-t / 1.5) * np.minimum(1.0, (length_s - t) / 0.02)
    return np.asarray(partials * envelope)


def sounded(chord: Chord, length_s: float, cents: float) -> np.ndarray:
    out = np.zeros(round(length_s * ANALYSIS_HZ))
    if chord.root is None or chord.bass_pitch is None:
        return out
    notes = [36 + chord.bass_pitch.pitch_class]  # the bass under C3, the chord close above it
    notes += [48 + pitch for pitch in chord.pitch_classes] + [60 + pitch for pitch in chord.pitch_classes]
    for note in notes:
        out += tone(note + cents / 100, length_s)
    return out


@pytest.fixture(scope="session")
def synth() -> Synth:
    """Renders chord names, each for some seconds (two by default), struck once a second, some cents off A = 440 Hz."""

    def render(names: Sequence[str], *, each_s: float = 2.0, cents: float = 0.0, strokes: int = 2) -> Audio:
        parts = [sounded(Chord.parse(name), each_s / strokes, cents) for name in names for _ in range(strokes)]
        samples = np.concatenate(parts)
        return Audio((0.5 * samples / max(1.0, np.abs(samples).max())).astype(np.float32)[None], ANALYSIS_HZ)

    return render


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Networks this small are no faster on many threads, and slow everything beside them down."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def chordia() -> ChordiaChords:
    """The one-network engine, its network read once for all tests."""
    return ChordiaChords(nets=1)
