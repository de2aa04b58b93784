"""Sections by bar-synchronous self-similarity, and librosa's clustering as the fallback."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.engines import Finding, Heard, Watch, clamp01
from musicflamingo_app.analysis.form.bars import BarFeatures, bar_edges_s, bar_features
from musicflamingo_app.analysis.form.boundaries import BoundaryModel, cuts, similarity_picture
from musicflamingo_app.analysis.form.functions import Material, functions, named
from musicflamingo_app.analysis.form.letters import letters
from musicflamingo_app.analysis.form.similarity import harmonic_similarity, timbral_similarity
from musicflamingo_app.audio.sound import Audio
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Segment, Timeline

SILENCE_DB = -80.0  # mel power of digital silence and noise floors
FEWEST_BARS = 8  # shorter recordings are one section


@dataclass(frozen=True)
class FormFinding(Finding[Timeline[Section]]):
    """Sections, and the picture of self-similarity that they were read from (for the chart)."""

    similarity_edges_s: Floats | None = None
    similarity: NDArray[np.uint8] | None = None


class SelfSimilaritySections:
    """Boundaries on downbeats by learned cues of repetition and novelty; letters; names where they are plain."""

    name = "self-similarity"
    version = "1"
    credit = ""

    def __init__(self, model: BoundaryModel | None = None) -> None:
        self._model = model or BoundaryModel.shipped()

    @property
    def parameters(self) -> Mapping[str, Any]:
        return asdict(self._model)

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> FormFinding:
        """Sections over the whole recording."""
        bars = bar_features(audio, bar_edges_s(heard.beats, audio.duration_s))
        watch.progress(0.6, "Comparing bars")
        if bars.n_bars < FEWEST_BARS:
            return _undivided(bars)
        found = cuts(bars, self._model)
        lines = [cut.bar for cut in found]
        harmony, timbre = harmonic_similarity(bars), timbral_similarity(bars)
        names = letters(harmony, timbre, lines)
        sections = named(names, functions(_materials(bars, lines, names)))
        confidence = [cut.confidence for cut in found]
        timeline = _timeline(bars, lines, sections, confidence)
        inner = confidence[1:-1]
        edges_s, picture = similarity_picture(bars)
        return FormFinding(timeline, clamp01(float(np.mean(inner))) if inner else 0.3, (), edges_s, picture)


class ClusteredSections:
    """Fallback: librosa's temporally constrained clustering of bar features, without learned weights."""

    name = "librosa clustering"
    version = "1"
    credit = ""
    parameters: Mapping[str, Any] = {"bars_per_section": 10}

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> FormFinding:
        """About one section for every ten bars."""
        import librosa

        bars = bar_features(audio, bar_edges_s(heard.beats, audio.duration_s))
        if bars.n_bars < FEWEST_BARS:
            return _undivided(bars)
        rows = np.concatenate([bars.chroma, (bars.mel - bars.mel.mean(0)) / (bars.mel.std() + 1e-6) / 8], axis=1)
        n = max(2, round(bars.n_bars / 10))
        lines = [*map(int, librosa.segment.agglomerative(rows.T, n)), bars.n_bars]
        names = letters(harmonic_similarity(bars), timbral_similarity(bars), lines)
        timeline = _timeline(bars, lines, [Section(name) for name in names], [0.3] * len(lines))
        edges_s, picture = similarity_picture(bars)
        return FormFinding(timeline, 0.3, (), edges_s, picture)


def _undivided(bars: BarFeatures) -> FormFinding:
    """One section for a recording too short to have a form; silence is named."""
    silent = float(bars.mel.max()) <= SILENCE_DB
    section = Section("A", "silence" if silent else None)
    whole = Segment(0.0, float(bars.edges_s[-1]), section, 0.5)
    edges_s, picture = similarity_picture(bars)
    return FormFinding(Timeline((whole,)), 0.5, (), edges_s, picture)


def _materials(bars: BarFeatures, lines: list[int], names: list[str]) -> list[Material]:
    level = bars.level.mean(1)
    parts = zip(names, lines, lines[1:], strict=False)
    return [Material(name.rstrip("'"), b - a, float(level[a:b].mean())) for name, a, b in parts]


def _timeline(
    bars: BarFeatures, lines: list[int], sections: list[Section], confidence: list[float]
) -> Timeline[Section]:
    """Sections between bar lines, each as sure as the weaker of its two boundaries."""
    return Timeline(
        tuple(
            Segment(float(bars.edges_s[a]), float(bars.edges_s[b]), section, min(sure_a, sure_b))
            for a, b, section, sure_a, sure_b in zip(
                lines, lines[1:], sections, confidence, confidence[1:], strict=False
            )
        )
    )
