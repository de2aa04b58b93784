"""A chorale of two bars and a pickup in G, as MusicXML."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

# Sonorities one after the other, top to bottom, and how many quarters each lasts.
CHORALE = (
    ("B4 D4 G3 G3", 1), ("C5 E4 G3 C3", 1), ("D5 D4 G3 B2", 1), ("C5 E4 A3 A2", 1), ("A4 D4 F#3 D3", 1),
    ("C5 A4 F#3 D3", 2), ("B4 D4 G3 G2", 2),
)  # fmt: skip


@pytest.fixture
def chorale(tmp_path: Path) -> Path:
    from music21 import expressions, key, metadata, meter, note, stream

    score = stream.Score([metadata.Metadata(title="A chorale")])
    for voice in range(4):
        part = stream.Part([key.KeySignature(1), meter.TimeSignature("4/4")])
        tones = [note.Note(names.split()[voice], quarterLength=length) for names, length in CHORALE]
        if voice == 0:
            tones[-1].expressions.append(expressions.Fermata())
        part.append(tones)
        score.insert(0, _in_measures(part))
    path = tmp_path / "chorale.musicxml"
    score.write("musicxml", path)
    return path


def _in_measures(part: Any) -> Any:
    """The part with its first quarter as a pickup."""
    from music21 import stream

    edges = (0.0, 1.0, 5.0, 9.0)
    marks = part.getElementsByClass(("KeySignature", "TimeSignature"))
    out = stream.Part()
    for number, (start, end) in enumerate(pairwise(edges)):
        measure = stream.Measure(number=number)
        measure.paddingLeft = 3.0 if number == 0 else 0.0
        for mark in marks if number == 0 else ():
            measure.insert(0, mark)
        for one in part.notes.getElementsByOffset(start, end, includeEndBoundary=False):
            measure.insert(one.offset - start, one)
        out.insert(start, measure)
    return out
