"""One pass over a recording: its spectra, and all that our networks hear in them.

Networks hear a minute at a time with context on both sides, so an hour needs little more memory than a song.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from musicflamingo_app.analysis.engines import Heard, Watch
from musicflamingo_app.analysis.listening.pitch import tuning_of
from musicflamingo_app.analysis.listening.shipped import network
from musicflamingo_app.analysis.listening.spectra import HARMONIC_HZ, Spectra, joined, n_frames, spectra_blocks
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio, Samples
from musicflamingo_app.music.arrays import Floats

BLOCK_S, CONTEXT_S = 60, 20
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
    mono = audio.stretches_at(ANALYSIS_HZ)
    tuning = tuning_of(mono) if heard.tuning_cents is None else (heard.tuning_cents, 1.0)
    found = listen(mono, tuning, watch, folder)
    heard.shared[SHARED] = found
    return found


def listen(mono: Samples, tuning: tuple[float, float], watch: Watch, folder: Path | None = None) -> Listening:
    """One pass over mono sound at 22,050 Hz, tuned as `tuning_of` says. Raises MissingPackage, Cancelled."""
    nets = _networks(folder)
    total, done = n_frames(len(mono)), 0
    curves: dict[str, Floats] = {}
    for within, left, count in with_context(spectra_blocks(mono, tuning[0], BLOCK_S * HARMONIC_HZ)):
        watch.progress(0.05 + 0.9 * done / total)
        for name, rows in _heard(nets, within, left, count).items():
            per_frame = len(rows) // count
            if name not in curves:  # whole from the start: pieces to be joined would lie in memory twice
                curves[name] = np.empty((per_frame * total, *rows.shape[1:]), rows.dtype)
            curves[name][per_frame * done : per_frame * (done + count)] = rows
        done += count
    _give_back()
    return Listening(*tuning, **curves)


def _give_back() -> None:
    """Freed memory back to the system: last blocks of all lengths leave holes of all sizes (0.2 GB after a hundred)."""
    if sys.platform == "linux":
        import ctypes

        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's
        if trim is not None:
            trim(0)


def heard_in(spectra: Spectra, folder: Path | None = None) -> Listening:
    """What the networks hear in spectra that are at hand, all at once; of their tuning nothing is known."""
    return Listening(0.0, 0.0, **_heard(_networks(folder), spectra, 0, spectra.n_frames))


def _networks(folder: Path | None) -> dict[str, Any]:
    return {name: network(name, folder) for name in ("harmony", "rhythm", "timbre")}


def with_context(blocks: Iterator[Spectra]) -> Iterator[tuple[Spectra, int, int]]:
    """Each block with up to `CONTEXT_S` of its neighbours; at which harmonic frame it begins there, and its frames."""
    reach = CONTEXT_S * HARMONIC_HZ
    before: Spectra | None = None
    block = next(blocks, None)
    while block is not None:
        after = next(blocks, None)
        head = [before.stretch(max(0, before.n_frames - reach), before.n_frames)] if before else []
        tail = [after.stretch(0, reach)] if after else []
        yield joined([*head, block, *tail]), head[0].n_frames if head else 0, block.n_frames
        before, block = block, after


def _heard(nets: Mapping[str, Any], within: Spectra, left: int, count: int) -> dict[str, Floats]:
    """The curves of a block: `count` harmonic frames from `left` of what it is heard in."""
    import torch

    kept, rows = slice(left, left + count), slice(5 * left, 5 * (left + count))
    bands = pooled(within.rhythmic)
    harmonic, rhythmic = (torch.from_numpy(part)[None] for part in (within.harmonic, within.rhythmic))
    with torch.inference_mode():
        harmony = {name: out[0] for name, out in nets["harmony"](harmonic).items()}
        beats = nets["rhythm"](rhythmic)[0]
        families = nets["timbre"](rhythmic, harmonic)[0].sigmoid()
    chances = {name: harmony[name][kept].log_softmax(-1).numpy() for name in ("chords", "bass", "keys")}
    spectrum = within.harmonic[kept]
    _silence(chances["chords"], chances["bass"], spectrum)
    return chances | {
        "changes": harmony["changes"][kept].numpy(),
        "beats": beats[rows].numpy(),
        "families": families[kept].numpy(),
        "chroma": folded(spectrum, 12, 72),
        "treble": folded(spectrum, 48, 84),
        "lows": folded(spectrum, 0, 24),
        "bands": bands[kept],
        "onsets": rises(within.rhythmic)[rows],
    }


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
