"""Beats of real recordings for the rhythm network: `python -m train.ears.pulses --recordings FOLDER --out ITEMS`.

Nobody wrote down the beats of these. Each is heard as it is and in other keys and at other speeds; where what is
tracked in the views lies on the beats of all of them together, at whatever level, those beats are believed. Every view
becomes an item with them, so that the network learns to hear in all what was heard in most. Bars are taught where most
views agree on them. Held-out recordings are never taken.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from musicflamingo_app.analysis.listening.bars import BarModel, bars_of, cues_of
from musicflamingo_app.analysis.listening.beats import LEAST_CHANCE, PRIORS, in_thirds, tracked
from musicflamingo_app.analysis.listening.classes import UNKNOWN
from musicflamingo_app.analysis.listening.hearing import rises
from musicflamingo_app.analysis.listening.levels import LevelModel, at_level, curves_of
from musicflamingo_app.analysis.listening.peaks import near
from musicflamingo_app.analysis.listening.pitch import tuning_of
from musicflamingo_app.analysis.listening.shipped import network, weights_folder
from musicflamingo_app.analysis.listening.spectra import HARMONIC_HZ, RHYTHMIC_HZ, Spectra, spectra
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from musicflamingo_app.music.arrays import Floats
from train.ears.distil import is_held_out
from train.ears.items import Item, as_bytes, save
from train.ears.views import View, views

LENGTH_S = 80.0
NEAR_S = 0.06
SAME = 0.12  # octaves that the tempo of a view may be off
SUPPORT, SPAN = 0.75, 8  # mean share of the views that lie on a beat, over so many beats, to believe it
SHORTEST_S = 20.0
FEWEST = 16
LIKE_BARS = 0.8  # of the beats, for bars to be alike
UNBARRED = 0  # place of a beat in a bar that nobody knows


@dataclass(frozen=True, eq=False)
class Taught:
    """Believed beats in seconds of the recording as it is, their places in the bar, and from when to when."""

    beats_s: Floats
    places: np.ndarray
    start_s: float
    end_s: float


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.ears.pulses", description=__doc__)
    parser.add_argument("--recordings", type=Path, required=True, help="a folder of FLAC files, 22,050 Hz mono")
    parser.add_argument("--out", type=Path, required=True, help="the folder of items; they go into its pulses/")
    parser.add_argument("--weights", type=Path, nargs="*", help="folders of weights that listen (default: as shipped)")
    parser.add_argument("--views", type=int, default=3, help="how many beside the recording as it is")
    given = parser.parse_args()
    folder = given.out / "pulses"
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(given.recordings.glob("*.flac")):
        done = folder / f"{path.stem}.done"
        if not is_held_out(path) and not done.exists():
            for name, item in items_of(path, given.weights or [weights_folder()], given.views):
                save(item, folder / f"{name}.npz")
            done.touch()


def items_of(path: Path, weights: Sequence[Path], n_views: int) -> Iterator[tuple[str, Item]]:
    """Items of the middle of a recording, one a view; none where its beats are not believed."""
    sound = middle(path)
    seen = views(path.stem, n_views)
    heard = []
    for view in seen:
        moved = view.of(sound)
        heard.append(spectra(moved, tuning_of(moved)[0]))
    taught = believed(seen, heard, weights)
    if taught is None:
        return
    for number, (view, found) in enumerate(zip(seen, heard, strict=True)):
        yield f"real-{path.stem}-{number}", item_of(path.stem, view, found, taught)


def middle(path: Path) -> Floats:
    """The middle of a recording. Raises ValueError for another rate than 22,050 Hz."""
    n = soundfile.info(path).frames
    length = min(n, int(LENGTH_S * ANALYSIS_HZ))
    sound, rate_hz = soundfile.read(path, length, (n - length) // 2, dtype="float32")
    if rate_hz != ANALYSIS_HZ:
        raise ValueError(f"{path.name} is not at {ANALYSIS_HZ} Hz.")
    return np.asarray(sound, np.float32)


def believed(seen: Sequence[View], heard: Sequence[Spectra], weights: Sequence[Path]) -> Taught | None:
    """The beats that views have in common, over their longest stretch; None where it is short."""
    n = len(heard[0].rhythmic)
    told = [view.told(_odds(found, weights), n) for view, found in zip(seen, heard, strict=True)]
    mean = np.mean(told, axis=0)
    pulses_s = tracked(mean[:, 0])
    if len(pulses_s) < FEWEST or _chance(mean[:, 0], pulses_s) < LEAST_CHANCE:
        return None
    changes, families = _harmony(heard[0], weights[0])
    beats_s = at_level(pulses_s, curves_of(mean, rises(heard[0].rhythmic), changes, families), LevelModel.shipped())
    if len(beats_s) < FEWEST:
        return None
    support = np.mean([on_pulses(beats_s, tracked(odds[:, 0])) for odds in told], axis=0)
    kept = longest(support)
    if beats_s[kept.stop - 1] - beats_s[kept.start] < SHORTEST_S:
        return None
    places = places_of(beats_s, told, changes, compound=in_thirds(beats_s, rises(heard[0].rhythmic)))
    beats_s, places = beats_s[kept], places[kept]
    gap_s = float(np.median(np.diff(beats_s)))
    return Taught(beats_s, places, max(0.0, beats_s[0] - gap_s / 2), beats_s[-1] + gap_s / 2)


def on_pulses(beats_s: Floats, pulses_s: Floats) -> Floats:
    """1 for each beat that pulses lie on; pulses half as fast stand for those between them too, others for none."""
    nothing = np.zeros(len(beats_s))
    if len(pulses_s) < 2:
        return nothing
    octaves = float(np.log2(np.median(np.diff(pulses_s)) / np.median(np.diff(beats_s))))
    if abs(octaves - round(octaves)) > SAME or abs(octaves) > 1 + SAME:
        return nothing
    if round(octaves) == 1:
        pulses_s = np.sort(np.concatenate([pulses_s, pulses_s[:-1] + np.diff(pulses_s) / 2]))
    return (np.abs(beats_s[:, None] - pulses_s[None]).min(axis=1) < NEAR_S).astype(float)


def longest(support: Floats) -> slice:
    """The longest stretch of beats whose support, smoothed, is enough."""
    span = min(SPAN, len(support))
    smooth = np.convolve(np.pad(support, (span // 2, span - 1 - span // 2), mode="edge"), np.ones(span) / span, "valid")
    edges = np.diff(np.concatenate([[0], (smooth >= SUPPORT).astype(int), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    if not len(starts):
        return slice(0, 1)
    best = int((ends - starts).argmax())
    return slice(int(starts[best]), int(ends[best]))


def places_of(beats_s: Floats, told: Sequence[Floats], changes: Floats, *, compound: bool) -> np.ndarray:
    """Places in the bar that most views agree on; UNBARRED for all where they do not."""
    model = BarModel.shipped()
    mean = np.mean(told, axis=0)
    whole, *each = (
        bars_of(model.odds(cues), model, compound=compound).places
        for cues in (cues_of(beats_s, odds[:, 1], changes, RHYTHMIC_HZ, HARMONIC_HZ) for odds in (mean, *told))
    )
    alike = np.mean([(places == whole).mean() >= LIKE_BARS for places in each])
    return whole if alike >= SUPPORT else np.full(len(beats_s), UNBARRED)


def item_of(name: str, view: View, heard: Spectra, taught: Taught) -> Item:
    """What is taught about a recording, in one view of it; beats and bars alone are known."""
    first, last = (round(time_s / view.speed * HARMONIC_HZ) for time_s in (taught.start_s, taught.end_s))
    part = heard.stretch(first, last)
    n = part.n_frames
    nothing = np.full(n, UNKNOWN, np.int8)
    beats_s = (taught.beats_s / view.speed - first / HARMONIC_HZ).astype(np.float32)
    about = {"style": "recording", "name": name, "sections": [], "semitones": view.semitones, "speed": view.speed}
    return Item(
        as_bytes(part.harmonic), as_bytes(part.rhythmic), nothing.astype(np.int16), nothing, nothing,
        np.zeros(n, np.uint32), beats_s, taught.places.astype(np.int8), about,
    )  # fmt: skip


def _odds(heard: Spectra, weights: Sequence[Path]) -> Floats:
    """Log odds of beat and downbeat, the mean of what several networks say."""
    import torch

    rows = torch.from_numpy(heard.rhythmic)[None]
    with torch.inference_mode():
        said = [network("rhythm", folder)(rows)[0].numpy() for folder in weights]
    return np.asarray(np.mean(said, axis=0) - np.log(np.array(PRIORS)), np.float32)


def _harmony(heard: Spectra, weights: Path) -> tuple[Floats, Floats]:
    """Log odds of chord changes, and chances of families."""
    import torch

    low, high = torch.from_numpy(heard.rhythmic)[None], torch.from_numpy(heard.harmonic)[None]
    with torch.inference_mode():
        changes = network("harmony", weights)(high)["changes"][0].numpy()
        families = network("timbre", weights)(low, high)[0].sigmoid().numpy()
    return changes, families


def _chance(odds: Floats, pulses_s: Floats) -> float:
    return float((1 / (1 + np.exp(-near(odds, pulses_s, RHYTHMIC_HZ, 2)))).mean())


if __name__ == "__main__":
    main()
