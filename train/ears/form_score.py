"""How well the network of form does on songs that it does not know: boundaries, letters, names, certainty."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from musicflamingo_app.analysis.listening.form_read import Form, form_of
from musicflamingo_app.analysis.listening.form_rows import BarRows
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Timeline
from musicflamingo_app.scoring.sections import section_scores
from train.ears.form_lessons import Lesson, bearers

POP_NAMES = {"i": "intro", "o": "outro"}  # what POP909's letters say of functions


def timeline(rows: BarRows, lines: Sequence[int], sections: Sequence[Section] | None = None) -> Timeline[Section]:
    """Sections between lines as a timeline; without sections every one is an A."""
    times_s = rows.edges_s[list(lines)]
    labels = sections or [Section("A")] * (len(lines) - 1)
    return Timeline.of(
        (float(a), float(b), label) for (a, b), label in zip(itertools.pairwise(times_s), labels, strict=True)
    )


def boundary_f(true_s: Sequence[float], found_s: Sequence[float], window_s: float) -> float:
    """F of boundaries, each matched with one within the window at most; both lists in order, ends included."""
    hits = i = j = 0
    while i < len(true_s) and j < len(found_s):
        if abs(true_s[i] - found_s[j]) <= window_s:
            hits, i, j = hits + 1, i + 1, j + 1
        elif true_s[i] < found_s[j]:
            i += 1
        else:
            j += 1
    return 2 * hits / max(1, len(true_s) + len(found_s))


def judged(net: Any, lessons: Sequence[Lesson]) -> dict[str, float]:
    """Means over recordings, and of names their precision and recall over all sections whose function is known."""
    forms = [form_of(net, made.rows, made.alike) for made in lessons]
    scores = [
        section_scores(made.sketch.sections, timeline(made.rows, form.lines, form.sections))
        for made, form in zip(lessons, forms, strict=True)
    ]
    given, right, known = (sum(column) for column in zip(*map(_names, lessons, forms), strict=True))
    return {
        "n": len(lessons),
        "f_3s": float(np.mean([s.f_3s for s in scores])),
        "f_half_s": float(np.mean([s.f_half_s for s in scores])),
        "pairwise": float(np.mean([s.pairwise_f for s in scores])),
        "names_precision": right / max(1, given),
        "names_recall": right / max(1, known),
        **certainty(lessons, forms),
    }


def _names(made: Lesson, form: Form) -> tuple[int, int, int]:
    """Names given where the truth is known, those that are right, and known ones."""
    given = right = known = 0
    for section, (true, share) in zip(form.sections, bearers(made, form.lines), strict=True):
        function = POP_NAMES.get(true.letter) if made.sketch.is_pop else true.function
        countable = section.function in POP_NAMES.values() or function is not None if made.sketch.is_pop else True
        if countable and share >= 0.5:
            known += function is not None
            given += section.function is not None
            right += section.function is not None and section.function == function
    return given, right, known


def certainty(lessons: Sequence[Lesson], forms: Sequence[Form]) -> dict[str, float]:
    """How sure inner lines are, how many are right, and the mean gap of both in five bins (calibration error)."""
    rows = [
        (sure, bool(made.truth[line]))
        for made, form in zip(lessons, forms, strict=True)
        for line, sure in zip(form.lines[1:-1], form.sure[1:-1], strict=True)
    ]
    if not rows:
        return {"sure": 0.0, "right": 0.0, "calibration_error": 0.0}
    sure, right = np.array(rows, float).T
    bins = np.minimum((sure * 5).astype(int), 4)
    gaps = [abs(float((sure - right)[bins == b].sum())) for b in range(5)]
    return {"sure": float(sure.mean()), "right": float(right.mean()), "calibration_error": sum(gaps) / len(rows)}
