"""Truths as the tensors that heads learn from, and spectrograms disguised."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.listening.classes import FAMILY_NAMES
from train.nano import words as speech
from train.nano.truth import Truth

N_TEMPI, SLOWEST_BPM, FASTEST_BPM = 60, 40.0, 240.0
WINDOW_S = 20
N_DISTANCES = 24  # rows from a beat: 1.9 s and more
_YES_NO = ("beats", "downbeats", "boundaries")
_HELD = ("pitches", "chords", "bass", "keys", "families", "loudness")
_BETWEEN = np.log(FASTEST_BPM / SLOWEST_BPM) / (N_TEMPI - 1)

Floats = NDArray[np.float32]


def tempo_classes(bpm: float) -> Floats:
    """(60,) of a tempo, shared with its neighbours (3 % each); zeros for NaN."""
    if not SLOWEST_BPM <= bpm <= FASTEST_BPM:
        return np.zeros(N_TEMPI, np.float32)
    place = np.log(bpm / SLOWEST_BPM) / _BETWEEN
    near = np.exp(-0.5 * (np.arange(N_TEMPI) - place) ** 2)
    return (near / near.sum()).astype(np.float32)


def bpm_of(tempo: int) -> float:
    """The tempo in the middle of a class."""
    return float(SLOWEST_BPM * np.exp(tempo * _BETWEEN))


def batch_of(mels: Sequence[Floats], truths: Sequence[Truth], known: speech.Table, windows: Any) -> dict[str, Any]:
    """The tensors of a batch. `windows` (clips,) is which window of a recording each clip stands for."""
    import torch

    out = {name: np.stack([getattr(one, name) for one in truths]) for name in ("pitches", "onsets")}
    out = {name: value.astype(np.float32) for name, value in out.items()}
    out |= {name: np.stack([getattr(one, name) for one in truths])[..., None].astype(np.float32) for name in _YES_NO}
    out |= {name: np.stack([getattr(t, name) for t in truths]).astype(np.int64) for name in ("chords", "bass", "keys")}
    out["families"] = np.stack([_flags(one.families) for one in truths])
    out["loudness"] = np.stack([(one.loudness[:, None] + 40) / 20 for one in truths]).astype(np.float32)
    out["clip_keys"] = np.array([_only(one.keys) for one in truths], np.int64)
    out["tempo"] = np.stack([tempo_classes(one.tempo_bpm) for one in truths])
    out["since"] = np.stack([since(one.beats) for one in truths])
    out["until"] = np.stack([since(one.beats[::-1])[::-1] for one in truths])
    out["metre"] = np.array([one.metre for one in truths], np.int64)
    out["first_s"] = (np.asarray(windows) * WINDOW_S).astype(np.float32)
    pairs = zip(truths, windows, strict=True)
    out["words"] = np.stack([speech.said(one, known, int(window) * WINDOW_S) for one, window in pairs])
    out["mels"] = np.stack(mels)
    return {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in out.items()}


def since(beats: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(rows,) how many rows ago the last beat was, at most `N_DISTANCES` - 1; -1 before the first."""
    rows = np.arange(len(beats))
    last = np.maximum.accumulate(np.where(beats, rows, -1))
    return np.where(last >= 0, np.minimum(rows - last, N_DISTANCES - 1), -1)


def disguised(mel: Floats, random: np.random.Generator) -> Floats:
    """The same music through another room and microphone: bands tilted and bent, some bands and moments missing."""
    n_mels, n_frames = mel.shape
    place = np.linspace(-1, 1, n_mels, dtype=np.float32)
    bent = sum(random.normal(0, 0.04) * np.cos(np.pi * k * (place + 1) / 2) for k in (1, 2, 3))
    mel = mel + np.asarray(bent, np.float32)[:, None] + np.float32(random.normal(0, 0.05))
    lowest = mel.min()
    if random.random() < 0.4:
        first = int(random.integers(0, n_mels - 16))
        mel[first : first + int(random.integers(2, 16))] = lowest
    if random.random() < 0.3:
        first = int(random.integers(0, n_frames - 16))
        mel[:, first : first + int(random.integers(2, 16))] = lowest
    return mel


def slowed(mel: Floats, truth: Truth, factor: float, first: int) -> tuple[Floats, Truth]:
    """The same music at `factor` (at most 1) of its tempo and at its pitch, from row `first` on, and its truth.

    Without it tempi are learned by heart: there are fewer songs than the encoder can remember.
    """
    n_rows, n_frames = len(truth.beats), mel.shape[1]
    per_row = n_frames // n_rows
    at = np.minimum(first * per_row + np.arange(n_frames) * factor, n_frames - 1)
    low = at.astype(int)
    high, share = np.minimum(low + 1, n_frames - 1), (at - low).astype(np.float32)
    rows = np.minimum((first + (np.arange(n_rows) + 0.5) * factor).astype(int), n_rows - 1)
    moved = {name: _moved(getattr(truth, name), factor, first) for name in ("onsets", *_YES_NO)}
    held = {name: getattr(truth, name)[rows] for name in _HELD}
    mel = mel[:, low] * (1 - share) + mel[:, high] * share
    return mel, replace(truth, tempo_bpm=truth.tempo_bpm * factor, **moved, **held)


def _moved(flags: NDArray[np.bool_], factor: float, first: int) -> NDArray[np.bool_]:
    """Moments where they come to lie; none comes twice."""
    out = np.zeros_like(flags)
    places = ((np.arange(len(flags)) + 0.5 - first) / factor).astype(int)
    inside = (np.arange(len(flags)) >= first) & (places < len(flags))
    np.logical_or.at(out, places[inside], flags[inside])
    return out


def _flags(families: NDArray[np.uint32]) -> Floats:
    return (families[:, None] >> np.arange(len(FAMILY_NAMES), dtype=np.uint32) & 1).astype(np.float32)


def _only(classes: NDArray[np.int8]) -> int:
    held = np.unique(classes[classes >= 0])
    return int(held[0]) if len(held) == 1 else -1
