"""Taking a file in: decoded once, and from that one pass everything the studio keeps of it."""

import contextlib
import itertools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from musicflamingo_app.audio.container import label_of
from musicflamingo_app.audio.decode import blocks, blocks_between
from musicflamingo_app.audio.loudness import Loudness, LoudnessMeter
from musicflamingo_app.audio.mixdown import heard
from musicflamingo_app.audio.peaks import Peaks, peaks_of
from musicflamingo_app.audio.playback import PlaybackCopy
from musicflamingo_app.audio.probe import Probe, probe
from musicflamingo_app.audio.resample import StreamResampler
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.audio.stored import StoredAudio, StoredSamples
from musicflamingo_app.music.arrays import Floats

MARGIN_S = 0.5  # read beyond a stretch, so that the resampler has settled where it begins and ends


class Progress(Protocol):
    """Where a pass over a file is; any call may raise Cancelled."""

    def progress(self, fraction: float, sentence: str = "") -> None:
        """Tells that a part (0-1) of the file was read."""


@dataclass(frozen=True, eq=False)
class Intake:
    """What is kept of a file: mono sound for the engines, picture, loudness, and what it said of itself.

    `audio` is mono at `ANALYSIS_HZ`; a long one lies on disk. Peaks and loudness are of what the playback copy plays.
    """

    probe: Probe
    audio: Audio
    peaks: Peaks
    loudness: Loudness


def intake(path: Path, playback_path: Path, watch: Progress, *, name: str | None = None) -> Intake:
    """Reads a file once and writes its playback copy (an m4a) to `playback_path`.

    Raises AudioError for what cannot be read, StorageError when the copy cannot be written, and what `watch` raises;
    then nothing is left on disk.
    """
    about = probe(path, name=name)
    sentence = f"Reading {label_of(path, name)}"
    watch.progress(0.0, sentence)
    with contextlib.closing(blocks(path, name=name, about=about)) as stream, contextlib.ExitStack() as stack:
        first = next(stream)
        n_channels = len(heard(first.samples, first.speakers))
        meter = LoudnessMeter(first.rate_hz, n_channels)
        copy = stack.enter_context(PlaybackCopy(playback_path, first.rate_hz, n_channels))
        tape = StoredTape(first.rate_hz, playback_path.absolute().parent)
        for block in itertools.chain((first,), stream):
            samples = heard(block.samples, block.speakers)
            meter.hear(samples)
            copy.write(samples)
            tape.add(samples)
            watch.progress(min(0.99, tape.duration_s / about.duration_s), sentence)
        audio = tape.audio()
        made = Intake(about, audio, peaks_of(audio.stretches, audio.rate_hz), meter.result())
        watch.progress(1.0, sentence)  # the last chance to cancel
        copy.keep()
    return made


def read_audio(path: Path, *, name: str | None = None) -> Audio:
    """A file as mono sound at `ANALYSIS_HZ`, the same samples that `intake` gives. Raises AudioError."""
    about = probe(path, name=name)
    tape: MonoTape | None = None
    for block in blocks(path, name=name, about=about):
        tape = MonoTape(block.rate_hz, about.duration_s) if tape is None else tape
        tape.add(heard(block.samples, block.speakers))
    assert tape is not None, "blocks refuses a file without samples"
    return tape.audio()


def read_stretch(path: Path, start_s: float, end_s: float, rate_hz: int = ANALYSIS_HZ) -> Audio:
    """`[start_s, end_s)` of a file as mono sound at a rate: what `read_audio(path).at(rate_hz)` gives there, to a hair.

    It is shorter where the file ends earlier, and empty where it ends before `start_s`. Raises AudioError.
    """
    about = probe(path)
    lead_s = max(0, math.floor(start_s - MARGIN_S))  # whole seconds: there the samples of all rates coincide
    tape: MonoTape | None = None
    for block in blocks_between(path, lead_s, end_s + MARGIN_S, about=about):
        tape = MonoTape(block.rate_hz, end_s - lead_s + 2 * MARGIN_S) if tape is None else tape
        tape.add(heard(block.samples, block.speakers))
    if tape is None:
        return Audio(np.zeros((1, 0), np.float32), rate_hz)
    first, last = (round(time_s * rate_hz) - lead_s * rate_hz for time_s in (start_s, end_s))
    return Audio(tape.audio().at(rate_hz)[np.newaxis, first:last], rate_hz)


class MonoTape:
    """Collects sound as mono at `ANALYSIS_HZ`, in one array that is never copied whole."""

    def __init__(self, rate_hz: int, expected_s: float) -> None:
        self._resampler = StreamResampler(rate_hz, ANALYSIS_HZ, 1)
        self._samples = np.empty(round((expected_s + 0.1) * ANALYSIS_HZ), np.float32)
        self._n_samples = 0

    @property
    def duration_s(self) -> float:
        return self._n_samples / ANALYSIS_HZ

    def add(self, samples: Floats) -> None:
        """Takes the next float32 `(channels, frames)`."""
        mono = samples if len(samples) == 1 else samples.mean(axis=0, dtype=np.float32, keepdims=True)
        self._append(self._resampler.push(mono))

    def audio(self) -> Audio:
        """All of it; ends the tape."""
        self._append(self._resampler.end())
        return Audio(self._samples[: self._n_samples].reshape(1, -1), ANALYSIS_HZ)

    def _append(self, mono: Floats) -> None:
        end = self._n_samples + mono.shape[1]
        if end > len(self._samples):
            self._samples.resize(end + 10 * ANALYSIS_HZ, refcheck=False)  # grows in place where the system can
        self._samples[self._n_samples : end] = mono[0]
        self._n_samples = end


class StoredTape(MonoTape):
    """The same, of which a long one lies in a file in a folder. Raises StorageError."""

    def __init__(self, rate_hz: int, folder: Path) -> None:
        super().__init__(rate_hz, 0.0)
        self._stored = StoredSamples(folder)

    def audio(self) -> Audio:
        self._append(self._resampler.end())
        return StoredAudio(self._stored, ANALYSIS_HZ)

    def _append(self, mono: Floats) -> None:
        self._stored.append(mono[0])
        self._n_samples = len(self._stored)
