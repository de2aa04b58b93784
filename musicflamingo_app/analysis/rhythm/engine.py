"""Beats, bars and metre: BeatNet's network, a row of pulses, and the likeliest reading of them as bars."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from musicflamingo_app.analysis.engines import Finding, Heard, Watch, clamp01
from musicflamingo_app.analysis.rhythm.beatnet import CREDIT, SHA256, BeatNet
from musicflamingo_app.analysis.rhythm.evidence import evidence
from musicflamingo_app.analysis.rhythm.hearing import Hearing, hear
from musicflamingo_app.analysis.rhythm.pulses import PULSE_BPM, track_pulses, with_halves, within
from musicflamingo_app.analysis.rhythm.readings import SLIP_COST, Reading, place_odds, read_all
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.music.beat import Beat, BeatGrid
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.time import Ranked, Timeline

LATENCY_S = 0.005  # BeatNet's peaks lie this much after the notes, median over rendered pieces
LEAD_PULSES = 4  # pulses kept before the first note and after the last begins
FEWEST_PULSES = 8
LEAST_BEAT_ODDS = -1.6  # mean log odds at the beats below which there is no beat to follow


@dataclass(frozen=True)
class RhythmFinding(Finding[BeatGrid]):
    """A grid, with the tempi its pulses could also be counted in and their probabilities, best first."""

    tempi: tuple[Ranked[float], ...] = ()


class BeatNetEngine:
    """Beats with their place in the bar, tempo changes and rubato followed.

    Confidence is what BeatNet thinks of the beats times the probability of this way to count them, scaled so that it
    is about the F measure it had on rendered pieces (see `_confidence`).
    """

    name = "BeatNet"
    version = "1.1.3-2"
    credit = CREDIT

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What changes the result: the weights, the pulse range and the price of a bar that is too short or long."""
        return {"weights": sorted(SHA256.values()), "pulse_bpm": PULSE_BPM, "slip_cost": SLIP_COST}

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> RhythmFinding:
        """The grid; an empty one where no beat is heard. Raises MissingPackage, Cancelled."""
        hearing = hear(audio.at(ANALYSIS_HZ), BeatNet(self._folder), watch)
        readings = _readings(hearing, heard.chords)
        watch.progress(1.0)
        if not readings or readings[0].traits["beat_odds"] < LEAST_BEAT_ODDS:
            return RhythmFinding(BeatGrid(), 0.0)
        chances = _chances(readings)
        return RhythmFinding(grid_of(readings[0], hearing), _confidence(readings, chances), (), _tempi(readings, chances))


def _readings(hearing: Hearing, chords: Timeline[Chord] | None) -> list[Reading]:
    sounding_s = hearing.sounding_s()
    if sounding_s is None:
        return []
    pulses_s = within(track_pulses(hearing), sounding_s, margin=LEAD_PULSES)
    if len(pulses_s) < FEWEST_PULSES:
        return []
    points_s = with_halves(pulses_s)
    known = chords if chords is not None and len(chords) > 1 else None
    odds = place_odds(evidence(hearing, points_s, known), with_chords=known is not None)
    return read_all(hearing, points_s, odds)


def grid_of(reading: Reading, hearing: Hearing) -> BeatGrid:
    """The grid of a reading, from the bar of the first note to the bar of the last."""
    times_s = np.maximum(reading.beats_s - LATENCY_S, 0.0)
    metre = reading.pattern.metre
    positions, downs = np.ones(len(times_s), int), np.flatnonzero(reading.is_downbeat)
    first = int(downs[0]) if len(downs) else 0
    for index in range(len(times_s)):
        if index <= first:
            positions[index] = (index - first) % metre.felt_beats + 1
        else:
            positions[index] = 1 if reading.is_downbeat[index] else positions[index - 1] + 1
    beats = [Beat(float(t), int(p)) for t, p in zip(times_s, positions, strict=True)]
    return BeatGrid(tuple(beats[:1] + [b for a, b in zip(beats, beats[1:], strict=False) if b.time_s > a.time_s]), metre)


def _chances(readings: list[Reading]) -> list[float]:
    """The probability of each reading, by the conditional logit that ranked them."""
    merits = np.array([reading.merit for reading in readings])
    weights = np.exp(merits - merits.max())
    return [float(weight) for weight in weights / weights.sum()]


def _confidence(readings: list[Reading], chances: list[float]) -> float:
    raise NotImplementedError


def _tempi(readings: list[Reading], chances: list[float]) -> tuple[Ranked[float], ...]:
    """Tempi with the summed probability of the readings that have them (within 4 %), best first."""
    sums: list[tuple[float, float]] = []
    for reading, chance in zip(readings, chances, strict=True):
        bpm = reading.bpm
        near = next((index for index, (other, _) in enumerate(sums) if abs(bpm / other - 1) < 0.04), None)
        if near is None:
            sums.append((bpm, chance))
        else:
            sums[near] = (sums[near][0], sums[near][1] + chance)
    ranked = sorted(sums, key=lambda pair: -pair[1])
    return tuple(Ranked(round(bpm, 3), clamp01(chance)) for bpm, chance in ranked)
