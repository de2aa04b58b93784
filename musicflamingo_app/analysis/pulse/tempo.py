"""The tempo of a grid, with the other tempi that people could tap to."""

from musicflamingo_app.analysis.engines import Finding, clamp01
from musicflamingo_app.music.beat import BeatGrid
from musicflamingo_app.music.time import Ranked

TAPPED_BPM = (45.0, 215.0)
_LIKELY_BPM = 95.0  # where tapping gathers; half and double are ranked by their distance to it


def tempo_finding(grid: BeatGrid, confidence: float) -> Finding[float]:
    """The grid's tempo, half and double of it as alternatives. Raises ValueError for a grid without beats."""
    bpm = grid.tempo_bpm
    if bpm is None:
        raise ValueError("A grid without beats has no tempo.")
    others = [other for other in (bpm / 2, bpm * 2) if TAPPED_BPM[0] <= other <= TAPPED_BPM[1]]
    weights = [min(other / _LIKELY_BPM, _LIKELY_BPM / other) for other in others]
    left = 1 - clamp01(confidence)
    total = sum(weights) or 1.0
    ranked = [Ranked(other, left * weight / total) for other, weight in zip(others, weights, strict=True)]
    return Finding(bpm, clamp01(confidence), tuple(sorted(ranked, key=lambda r: -r.confidence)))
