"""Beats, bars and metre: BeatNet's network, a row of pulses, and the likeliest reading of them as bars."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from musicflamingo_app.analysis.engines import Finding, Heard, Watch, clamp01
from musicflamingo_app.analysis.rhythm.beatnet import CREDIT, SHA256, BeatNet, weights_folder
from musicflamingo_app.analysis.rhythm.evidence import evidence
from musicflamingo_app.analysis.rhythm.fitted import BarModel
from musicflamingo_app.analysis.rhythm.hearing import Hearing, hear
from musicflamingo_app.analysis.rhythm.pulses import PULSE_BPM, track_pulses, with_halves, within
from musicflamingo_app.analysis.rhythm.readings import SLIP_COST, Reading, read_all
from musicflamingo_app.analysis.weights import checked
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.beat import Beat, BeatGrid
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.time import Ranked, Timeline

PACKAGES = ("torch", "metricon", "madmom_infer")
LATENCY_S = 0.005  # BeatNet's peaks lie this much after the notes, median over rendered pieces
LEAD_PULSES = 4  # pulses kept before the first note and after the last begins
FEWEST_PULSES = 8
SAME_TEMPO = 0.04
# Below either there is no beat to follow. Noise, drones, scattered clicks and ambient pieces reach a contrast of 0.43
# or odds of -1.5; of 220 pieces with a beat the weakest had 0.23 and -0.34 (bare strokes on beats).
LEAST_CONTRAST, LEAST_BEAT_ODDS = 0.45, -1.3


@dataclass(frozen=True)
class RhythmFinding(Finding[BeatGrid]):
    """A grid, with the tempi its pulses could also be counted in and their probabilities, best first.

    `swing` is the ratio of first to second eighth, None where nobody measures it or too few are played.
    """

    tempi: tuple[Ranked[float], ...] = ()
    swing: Finding[float] | None = None


class BeatNetEngine:
    """Beats with their place in the bar, tempo changes and rubato followed.

    Confidence is what BeatNet thinks of the beats times the probability of this way to count them, scaled so that it
    is about the F measure it had on rendered pieces (see `_confidence`).
    """

    name = "BeatNet"
    version = "1.1.3-3"
    credit = CREDIT

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What changes the result: the weights, the pulse range and the price of a bar that is too short or long."""
        return {"weights": sorted(SHA256.values()), "pulse_bpm": PULSE_BPM, "slip_cost": SLIP_COST}

    def check(self) -> None:
        """Raises MissingPackage when its networks or a package are not where they should be."""
        for package in PACKAGES:
            if find_spec(package) is None:
                raise MissingPackage(f"{package} is not installed.", f"Install it with “pip install {package}”.")
        checked(self._folder or weights_folder(), SHA256, package="BeatNet==1.1.3", what="beats")

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> RhythmFinding:
        """The grid; an empty one where no beat is heard. Raises MissingPackage, Cancelled."""
        hearing = hear(audio.stretches_at(ANALYSIS_HZ), BeatNet(self._folder), watch)
        readings = _readings(hearing, heard.chords)
        watch.progress(1.0)
        if not readings or not _is_heard(readings[0]):
            return RhythmFinding(BeatGrid(), 0.0)
        tempi = _tempi(readings)
        return RhythmFinding(grid_of(readings[0]), _confidence(readings[0], tempi), (), tempi)


def _readings(hearing: Hearing, chords: Timeline[Chord] | None) -> list[Reading]:
    sounding_s = hearing.sounding_s()
    if sounding_s is None:
        return []
    pulses_s = within(track_pulses(hearing), sounding_s, margin=LEAD_PULSES)
    if len(pulses_s) < FEWEST_PULSES:
        return []
    points_s = with_halves(pulses_s)
    known = chords if chords is not None and len(chords) > 1 else None
    model = BarModel.shipped()
    places = model.places if known is None else model.places_with_chords
    return read_all(hearing, points_s, places.odds(evidence(hearing, points_s, known)))


def _is_heard(reading: Reading) -> bool:
    return reading.contrast >= LEAST_CONTRAST and reading.traits["beat_odds"] >= LEAST_BEAT_ODDS


def grid_of(reading: Reading) -> BeatGrid:
    """The grid of a reading; bars that slipped are shorter or longer than the metre says."""
    length = reading.pattern.metre.felt_beats
    first = int(np.argmax(reading.is_downbeat))
    beats: list[Beat] = []
    for index, (time_s, is_down) in enumerate(zip(reading.beats_s - LATENCY_S, reading.is_downbeat, strict=True)):
        if index <= first or not beats:
            position = (index - first) % length + 1
        else:
            position = 1 if is_down else beats[-1].position + 1
        if time_s >= 0 and (not beats or time_s > beats[-1].time_s):
            beats.append(Beat(float(time_s), int(position)))
    return BeatGrid(tuple(beats), reading.metre)


def _confidence(reading: Reading, tempi: tuple[Ranked[float], ...]) -> float:
    """About the F measure of the beats to expect.

    A linear fit that `python -m train.bars` prints, on 220 pieces held out (correlation 0.55; mean 0.90): the
    probability of the tempo, how sure the network is at the beats, how often the bar slips. Scaled down towards
    LEAST_CONTRAST, where hardly anything was fitted.
    """
    chance = next((other.confidence for other in tempi if abs(other.label / reading.bpm - 1) < SAME_TEMPO), 0.0)
    expected = 0.46 + 0.42 * chance + 0.06 * reading.traits["beat_odds"] - 0.68 * reading.traits["slips"]
    return clamp01(expected) * clamp01((reading.contrast - 0.2) / 1.3)


def _tempi(readings: list[Reading]) -> tuple[Ranked[float], ...]:
    """The tempi of the readings with their summed probabilities, best first."""
    merits = np.array([reading.merit for reading in readings])
    weights = np.exp(merits - merits.max())
    sums: dict[float, float] = {}
    for reading, chance in zip(readings, weights / weights.sum(), strict=True):
        bpm = next((other for other in sums if abs(reading.bpm / other - 1) < SAME_TEMPO), reading.bpm)
        sums[bpm] = sums.get(bpm, 0.0) + float(chance)
    return tuple(Ranked(bpm, clamp01(chance)) for bpm, chance in sorted(sums.items(), key=lambda item: -item[1]))
