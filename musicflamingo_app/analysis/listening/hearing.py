"""One pass over a recording: its spectra, and all that our networks hear in them.

Networks hear two minutes at a time with context on both sides, so an hour needs little more memory than a song.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from musicflamingo_app.analysis.engines import Heard, Watch
from musicflamingo_app.analysis.listening.pitch import tuning_of
from musicflamingo_app.analysis.listening.shipped import network
from musicflamingo_app.analysis.listening.spectra import HARMONIC_HZ, RHYTHMIC_HZ, spectra
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.music.arrays import Floats

BLOCK_S, CONTEXT_S = 120, 20
SHARED = "listening"  # its name among what engines share
SILENT = 0.35  # highest log magnitude of a frame below which nothing is heard: -66 dB of full scale


@dataclass(frozen=True, eq=False)
class Listening:
    """What the networks heard. Harmonic frames are 10 a second, rhythmic ones 50; chroma and bands are harmonic.

    `chords`, `bass` and `keys` are log-probabilities, `changes` and `beats` log odds, `families` probabilities.
    """

    tuning_cents: float
    tuning_agreement: float
    chords: Floats  # (frames, 181)
    bass: Floats  # (frames, 13)
    keys: Floats  # (frames, 72)
    changes: Floats  # (frames,)
    beats: Floats  # (5 * frames, 2)
    families: Floats  # (frames, families)
    chroma: Floats  # (frames, 12)
    treble: Floats  # (frames, 12) the same above C5
    lows: Floats  # (frames, 12) the same below C3
    bands: Floats  # (frames, bands) of the rhythmic spectrum
    onsets: Floats  # (5 * frames,) rise of all bands

    @property
    def n_frames(self) -> int:
        return len(self.chords)


def listening(audio: Audio, heard: Heard, watch: Watch, folder: Path | None = None) -> Listening:
    """What was heard before, or a new pass that later engines find. Raises MissingPackage, Cancelled."""
    known = heard.shared.get(SHARED)
    if isinstance(known, Listening):
        return known
    mono = audio.at(ANALYSIS_HZ)
    tuning = tuning_of(mono) if heard.tuning_cents is None else (heard.tuning_cents, 1.0)
    found = listen(mono, tuning, watch, folder)
    heard.shared[SHARED] = found
    return found


def listen(mono: Floats, tuning: tuple[float, float], watch: Watch, folder: Path | None = None) -> Listening:
    """One pass over mono sound at 22,050 Hz, tuned as `tuning_of` says. Raises MissingPackage, Cancelled."""
    watch.progress(0.05)
    heard = spectra(mono, tuning[0])
    watch.progress(0.25)
    bands = pooled(heard.rhythmic)
    harmony = _in_blocks(network("harmony", folder), heard.harmonic, HARMONIC_HZ, _logits_of_harmony)
    watch.progress(0.6)
    rhythm = _in_blocks(network("rhythm", folder), heard.rhythmic, RHYTHMIC_HZ, lambda out: out)
    watch.progress(0.85)
    families = _in_blocks(network("timbre", folder), bands, HARMONIC_HZ, lambda out: out.sigmoid())
    watch.progress(0.95)
    chords, bass, keys, changes = np.split(harmony, np.cumsum([181, 13, 72]), axis=1)
    _silence(chords, bass, heard.harmonic)
    fold = partial(folded, heard.harmonic)
    return Listening(
        *tuning, chords, bass, keys, changes[:, 0], rhythm, families,
        fold(12, 72), fold(48, 84), fold(0, 24), bands, rises(heard.rhythmic),
    )  # fmt: skip


def _logits_of_harmony(out: dict[str, Any]) -> Any:
    import torch

    parts = [out[name].log_softmax(-1) for name in ("chords", "bass", "keys")]
    return torch.cat([*parts, out["changes"][..., None]], dim=2)


def _in_blocks(net: Any, rows: Floats, hz: int, read: Callable[[Any], Any]) -> Floats:
    """What a network makes of rows, block by block, each heard with its context."""
    import torch

    block, context, out = BLOCK_S * hz, CONTEXT_S * hz, []
    with torch.inference_mode():
        for first in range(0, len(rows), block):
            left, right = max(0, first - context), min(len(rows), first + block + context)
            made = read(net(torch.from_numpy(rows[left:right])[None]))[0].numpy()
            out.append(made[first - left : first - left + block])
    return np.concatenate(out).astype(np.float32)


def _silence(chords: Floats, bass: Floats, spectrum: Floats) -> None:
    """Frames without sound hold no chord."""
    silent = spectrum.max(axis=1) < SILENT
    for part, none in ((chords, 0), (bass, 12)):
        part[silent] = -16.0
        part[silent, none] = 0.0


def folded(spectrum: Floats, low: int, high: int) -> Floats:
    """(frames, 12) log magnitudes summed over octaves, from semitone `low` above C1 to `high`; each at most 1."""
    middle = spectrum[:, 1::3][:, low:high].reshape(len(spectrum), -1, 12).sum(axis=1)
    peak = middle.max(axis=1, keepdims=True)
    return np.where(peak < SILENT, 0.0, middle / np.maximum(peak, 1e-6)).astype(np.float32)


def pooled(rows: Floats) -> Floats:
    """Rhythmic rows as means of five: ten a second."""
    return rows.reshape(len(rows) // 5, 5, -1).mean(axis=1)


def rises(rows: Floats) -> Floats:
    """By how much the bands of each row rise over the row before, summed."""
    rises = np.maximum(np.diff(rows, axis=0, prepend=rows[:1]), 0.0).sum(axis=1)
    return np.asarray(rises, np.float32)
