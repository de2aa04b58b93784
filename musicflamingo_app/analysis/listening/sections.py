"""Sections by the studio's own network of form, from what its ears heard bar by bar."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.engines import Heard, Watch, clamp01
from musicflamingo_app.analysis.form.bars import bar_edges_s
from musicflamingo_app.analysis.form.boundaries import picture_of
from musicflamingo_app.analysis.form.engine import FEWEST_BARS, FormFinding
from musicflamingo_app.analysis.listening.form_read import HARMONY, TIMBRE, Form, form_of
from musicflamingo_app.analysis.listening.form_rows import BarRows, Sketch, bar_rows, likenesses, thinned
from musicflamingo_app.analysis.listening.hearing import SILENT, listening
from musicflamingo_app.analysis.listening.shipped import check, network, sums
from musicflamingo_app.audio.sound import Audio
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Segment, Timeline

UNDIVIDED = 0.5  # how sure we are that a recording of a few bars has no form


class StudioSections:
    """Boundaries on bar lines, letters by likeness of pairs, names where the network is sure of them."""

    name = "studio ears: sections"
    version = "1"
    credit = ""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @property
    def parameters(self) -> Mapping[str, Any]:
        return {"weights": sums(self._folder).get("form.safetensors"), "fewest bars": FEWEST_BARS}

    def check(self) -> None:
        """Raises MissingPackage when the networks are not where they should be."""
        check(self._folder)

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> FormFinding:
        """Sections from 0 to the end. Raises MissingPackage, Cancelled."""
        if audio.duration_s <= 0:
            return FormFinding(Timeline(), 0.0)
        net = network("form", self._folder)
        found = listening(audio, heard, watch, self._folder)
        return sections_of(net, found, bar_edges_s(heard.beats, audio.duration_s))


def sections_of(net: Any, sketch: Sketch, edges_s: NDArray[np.float64]) -> FormFinding:
    """Sections over bars between edges. `net` is a form_net.FormNet."""
    rows = bar_rows(sketch, thinned(edges_s))
    alike = likenesses(rows)
    picture_edges_s, picture = picture_of((alike[HARMONY] * 2.0 + alike[TIMBRE]) / 3, rows.edges_s)
    silent = bool(sketch.bands.max(initial=0.0) < SILENT)
    if silent or rows.n_bars < FEWEST_BARS:
        section = Section("A", "silence" if silent else None)
        whole = Timeline((Segment(0.0, float(edges_s[-1]), section, UNDIVIDED),))
        return FormFinding(whole, UNDIVIDED, (), picture_edges_s, picture)
    form = form_of(net, rows, alike)
    inner = form.sure[1:-1]
    confidence = clamp01(float(np.mean(inner))) if inner else UNDIVIDED
    return FormFinding(_timeline(rows, form), confidence, (), picture_edges_s, picture)


def _timeline(rows: BarRows, form: Form) -> Timeline[Section]:
    """Sections between lines, each as sure as the weaker of its two boundaries; what is silent is named so."""
    loudest = rows.bands.max(axis=1)
    segments = []
    for index, section in enumerate(form.sections):
        a, b = form.lines[index], form.lines[index + 1]
        label = Section(section.letter, "silence") if loudest[a:b].max() < SILENT else section
        sure = clamp01(min(form.sure[index], form.sure[index + 1]))
        segments.append(Segment(float(rows.edges_s[a]), float(rows.edges_s[b]), label, sure))
    return Timeline(tuple(segments))
