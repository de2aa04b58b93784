"""How well weights read the items that judge: `python -m train.ears.judge --items FOLDER --weights FOLDER`.

Each item is read as a recording is, from its spectra on: beats, bars, chords, key, instruments. What the networks and
fits of a round are chosen by; the test side is for `train.benchmarks.ears` alone. The mean of each kind, per item.
"""

import argparse
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.harmony.retime import on_beats
from musicflamingo_app.analysis.listening.bars import BarModel
from musicflamingo_app.analysis.listening.beats import rhythm_of
from musicflamingo_app.analysis.listening.chords import frames_of
from musicflamingo_app.analysis.listening.classes import FAMILY_NAMES, chord_of, key_of
from musicflamingo_app.analysis.listening.hearing import Listening, heard_in
from musicflamingo_app.analysis.listening.instruments import instruments_of
from musicflamingo_app.analysis.listening.keys import keys_of
from musicflamingo_app.analysis.listening.levels import LevelModel
from musicflamingo_app.analysis.listening.relatives import RelativeModel
from musicflamingo_app.analysis.listening.spectra import HARMONIC_HZ
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.music.beat import BeatGrid
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.time import Timeline
from musicflamingo_app.scoring.beats import beat_scores, downbeat_f, tempo_acc1
from musicflamingo_app.scoring.chords import chord_scores
from musicflamingo_app.scoring.instruments import instrument_scores
from musicflamingo_app.scoring.key import key_score
from train.ears.bar_lines import mended
from train.ears.items import Item, load, spectra_of
from train.ears.shares import kinds_of

LONGEST_FRAMES = 900
FEWEST_BEATS = 8
Marks = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.ears.judge", description=__doc__)
    parser.add_argument("--items", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True, help="the folder that train.ears.export wrote")
    parser.add_argument("--sides", nargs="+", default=["valid", "freepats"], help="folders of the items that judge")
    given = parser.parse_args()
    for side in given.sides:
        paths = sorted((given.items / side).glob("*.npz"))
        if not paths:
            raise NotFound(f"There are no items in {given.items / side}.", "Make some, or name --sides that there are.")
        marks = [marks_of(load(path), given.weights) for path in paths]
        for kind, places in kinds_of([path.stem for path in paths]).items():
            if len(places):
                print(line(f"{side}, {len(places)} {kind}", [marks[place] for place in places]), flush=True)


def line(name: str, marks: Sequence[Marks]) -> str:
    """The means of what is known, as one line."""
    names = dict.fromkeys(name for one in marks for name in one)
    means = {key: float(np.nanmean([one.get(key, np.nan) for one in marks])) for key in names}
    return f"{name}: " + ", ".join(f"{key} {mean:.3f}" for key, mean in means.items())


def marks_of(item: Item, weights: Path) -> Marks:
    """What an item's reading is worth, in each respect of which its truth is known."""
    n = min(LONGEST_FRAMES, len(item.harmonic))
    heard = heard_in(spectra_of(item, n), weights)
    duration_s = n / HARMONIC_HZ
    grid = rhythm_of(heard, BarModel.shipped(weights), LevelModel.shipped(weights), duration_s).value
    return (
        dict(_rhythm_marks(item, grid, duration_s))
        | dict(_harmony_marks(item, heard, grid, n, RelativeModel.shipped(weights)))
        | dict(_instrument_marks(item, heard, n))
    )


def _rhythm_marks(item: Item, grid: BeatGrid, duration_s: float) -> Iterator[tuple[str, float]]:
    believed = mended(item)
    if believed is None:
        return
    inside = believed.beats_s < duration_s
    beats_s, positions = believed.beats_s[inside].astype(float), believed.positions[inside]
    if len(beats_s) < FEWEST_BEATS:
        return
    end_s = beats_s[-1] + 0.5  # the truth may end before the sound does
    found_s = [time_s for time_s in grid.times_s if time_s < end_s]
    scores = beat_scores(beats_s, found_s)
    yield from (("beats F", scores.f), ("CMLt", scores.cmlt))
    downs_s = beats_s[positions == 1]
    if len(downs_s) > 1:
        yield "downbeats F", downbeat_f(downs_s, [time_s for time_s in grid.downbeats_s if time_s < end_s])
        yield "metre", float(str(grid.metre) == item.about["metre"])
    tempo_bpm = 60 / float(np.median(np.diff(found_s))) if len(found_s) > 2 else None
    yield "acc1", tempo_acc1(60 / float(np.median(np.diff(beats_s))), tempo_bpm)


def _harmony_marks(
    item: Item, heard: Listening, grid: BeatGrid, n: int, relatives: RelativeModel
) -> Iterator[tuple[str, float]]:
    duration_s = n / HARMONIC_HZ
    truth, chords = chords_of(item, n), on_beats(frames_of(heard), grid, duration_s).value
    if len(truth):
        scores = chord_scores(truth, chords)
        yield from (("majmin", scores.majmin), ("sevenths", scores.sevenths), ("with bass", scores.majmin_inv))
    keys = item.keys[:n][item.keys[:n] >= 0]
    if len(keys) and heard.chroma.any():
        found = keys_of(heard, grid, duration_s, chords, relatives)
        yield "key", key_score(key_of(int(np.bincount(keys).argmax())), found.value)


def chords_of(item: Item, n: int) -> Timeline[Chord]:
    """The chords of an item's first frames; a frame tells of its middle, so they begin half a frame before it."""
    pairs = np.stack([item.chords[:n].astype(int), item.bass[:n].astype(int)])
    rows = []
    for first, last in pairwise([0, *(np.flatnonzero((np.diff(pairs) != 0).any(axis=0)) + 1), n]):
        index, bass = pairs[:, first]
        if index >= 0:
            start_s = max(0.0, (first - 0.5) / HARMONIC_HZ)
            rows.append((start_s, (last - 0.5) / HARMONIC_HZ, chord_of(index, bass if 0 <= bass < 12 else None)))
    return Timeline.of(rows)


def _instrument_marks(item: Item, heard: Listening, n: int) -> Iterator[tuple[str, float]]:
    if item.families[:n].any():
        found = instruments_of(heard, n / HARMONIC_HZ).value
        yield "instruments F", instrument_scores(players_of(item.families[:n]), found, n / HARMONIC_HZ).f


def players_of(families: NDArray[np.uint32]) -> list[Playing]:
    """Who plays when, from bits of families by frame."""
    out = []
    for bit, name in enumerate(FAMILY_NAMES):
        plays = (families >> np.uint32(bit) & 1).astype(int)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], plays, [0]])))
        if len(edges):
            rows = [(first / HARMONIC_HZ, last / HARMONIC_HZ, 1.0) for first, last in edges.reshape(-1, 2)]
            out.append(Playing.of(name, rows))
    return out


if __name__ == "__main__":
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
