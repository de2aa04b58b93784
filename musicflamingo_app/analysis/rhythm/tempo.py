"""The tempo of a grid, and the tempi that it could as well be counted in."""

from collections.abc import Sequence
from math import exp, log2

from musicflamingo_app.analysis.engines import Finding, clamp01
from musicflamingo_app.music.beat import BeatGrid
from musicflamingo_app.music.time import Ranked

SAME_TEMPO = 0.04  # the tolerance of tempo benchmarks
LIKELIEST_BPM, OCTAVES = 100.0, 0.7  # middle and width of the hill of tempi that music is mostly counted in
PLAYABLE_BPM = (30.0, 300.0)
OTHER_COUNTS = {2.0: 1.0, 0.5: 1.0, 1.5: 0.2, 2 / 3: 0.2}  # ratio -> how often it is the mistake


def tempo_finding(grid: BeatGrid, confidence: float, tempi: Sequence[Ranked[float]] = ()) -> Finding[float]:
    """The grid's median tempo in beats a minute; half, double and 3:2 as alternatives.

    `confidence` is the grid's. `tempi` are the engine's own ranked tempi (RhythmFinding.tempi); without them the doubt
    is shared out by how common each count is. Raises ValueError for a grid of fewer than two beats.
    """
    bpm = grid.tempo_bpm
    if bpm is None:
        raise ValueError("A grid of fewer than two beats has no tempo.")
    known = [other for other in tempi if abs(other.label / bpm - 1) < SAME_TEMPO]
    if known:
        chance = sum(other.confidence for other in known)
        others = [other for other in tempi if other not in known]
        return Finding(bpm, clamp01(min(confidence, chance)), _ranked([(o.label, o.confidence) for o in others]))
    return Finding(bpm, clamp01(confidence), _ranked(_shared_doubt(bpm, 1 - clamp01(confidence))))


def _shared_doubt(bpm: float, doubt: float) -> list[tuple[float, float]]:
    weights = {bpm * ratio: share * _commonness(bpm * ratio) for ratio, share in OTHER_COUNTS.items()}
    playable = {other: weight for other, weight in weights.items() if PLAYABLE_BPM[0] <= other <= PLAYABLE_BPM[1]}
    total = sum(playable.values()) or 1.0
    return [(other, doubt * weight / total) for other, weight in playable.items()]


def _commonness(bpm: float) -> float:
    """How common a tempo is, 1 at the commonest."""
    return exp(-0.5 * (log2(bpm / LIKELIEST_BPM) / OCTAVES) ** 2)


def _ranked(pairs: Sequence[tuple[float, float]]) -> tuple[Ranked[float], ...]:
    """Best first; those below one in a thousand are left out."""
    kept = [(bpm, chance) for bpm, chance in pairs if chance >= 1e-3]
    return tuple(Ranked(bpm, clamp01(chance)) for bpm, chance in sorted(kept, key=lambda pair: -pair[1]))
