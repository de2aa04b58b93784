"""Beats, bars and metre by the studio's own networks.

Beats are tracked on the rhythm network's odds by a tempo-phase hidden Markov model (Krebs, Boeck and Widmer, ISMIR
2015; metricon), bars by `bars.py` on the downbeat odds and the chord changes at the beats.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from musicflamingo_app.analysis.engines import Heard, Watch, clamp01
from musicflamingo_app.analysis.listening.bars import BarModel, Bars, bars_of, cues_of
from musicflamingo_app.analysis.listening.hearing import Listening, listening
from musicflamingo_app.analysis.listening.levels import LevelModel, at_level, curves_of
from musicflamingo_app.analysis.listening.peaks import near
from musicflamingo_app.analysis.listening.shipped import check, sums
from musicflamingo_app.analysis.listening.spectra import HARMONIC_HZ, RHYTHMIC_HZ
from musicflamingo_app.analysis.listening.swing import PLACES, swing_of
from musicflamingo_app.analysis.rhythm.engine import RhythmFinding
from musicflamingo_app.audio.sound import Audio
from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.beat import Beat, BeatGrid, Metre
from musicflamingo_app.music.time import Ranked

TEMPO_BPM = (36.0, 220.0)
# What the loss weighted beats and downbeats with; taken off, the odds are those of the data.
PRIORS = (3.0, 8.0)
# The mean probability of beats below which none are followed. In free time some row of notes can always be found, but
# there each gap differs from the one before by more than players' gaps do, so more is asked the less alike neighbours
# are: nothing up to `EVEN` (log lengths), certainty from `SPAN` beyond, within the least and the most. A ramp, a break
# or a second tempo leaves neighbours alike.
LEAST_CHANCE, EVEN, SPAN, MOST_ASKED = 0.3, 0.032, 0.032, 0.56
FEWEST = 4
LEAST_ONSET = 0.15  # of the strongest rises: before the first and after the last such nothing sounds
LEAD_S = 0.1
THIRDS = 1.2  # rises at the thirds of beats over those at the halves, above which beats are parted in three
EIGHTHS_BPM = 140.0  # seven beats faster than this are eighths


class StudioBeats:
    """The grid with its metre; empty where no beat is heard."""

    name = "studio ears: beats"
    version = "3"
    credit = ""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @property
    def parameters(self) -> Mapping[str, Any]:
        return {
            "weights": sums(self._folder), "tempo_bpm": TEMPO_BPM, "least": (LEAST_CHANCE, EVEN, SPAN, MOST_ASKED),
            "thirds": THIRDS, "swing": PLACES,
        }  # fmt: skip

    def check(self) -> None:
        """Raises MissingPackage when the networks are not where they should be."""
        check(self._folder)

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> RhythmFinding:
        """Raises MissingPackage, Cancelled."""
        found = listening(audio, heard, watch, self._folder)
        return rhythm_of(found, BarModel.shipped(self._folder), LevelModel.shipped(self._folder), audio.duration_s)


def rhythm_of(heard: Listening, model: BarModel, levels: LevelModel, duration_s: float) -> RhythmFinding:
    """Beats and bars of a pass."""
    odds = heard.beats - np.log(np.array(PRIORS, np.float32))
    beats_s = tracked(odds[:, 0])
    beats_s = beats_s[(beats_s >= 0) & (beats_s < duration_s)]
    beats_s = _sounding(beats_s, heard.onsets)
    chance = _chance(odds[:, 0], beats_s)
    if len(beats_s) < FEWEST or chance < _asked(beats_s):
        return RhythmFinding(BeatGrid(), 0.0)
    beats_s = at_level(beats_s, curves_of(odds, heard.onsets, heard.changes, heard.families), levels)
    cues = cues_of(beats_s, odds[:, 1], heard.changes, RHYTHMIC_HZ, HARMONIC_HZ)
    compound = in_thirds(beats_s, heard.onsets)
    grid = _grid(beats_s, bars_of(model.odds(cues), model, compound=compound), compound)
    swing = swing_of(grid, heard.onsets)
    return RhythmFinding(grid, clamp01(chance), (), _tempi(grid, odds[:, 0], chance), swing)


def tracked(odds: Floats) -> Floats:
    """Beat times in seconds for log odds fifty times a second. Raises MissingPackage."""
    try:
        import metricon
    except ImportError as error:
        raise MissingPackage("metricon is not installed.", "Install it with “pip install metricon”.") from error
    if len(odds) < 2 * RHYTHMIC_HZ:
        return np.zeros(0)
    low, high = TEMPO_BPM
    found = metricon.track_beats(odds, min_bpm=low, max_bpm=high, fps=RHYTHMIC_HZ, snap="center")
    times_s = np.asarray(found.times, np.float64)
    return times_s[np.concatenate([[True], np.diff(times_s) > 0.1])] if len(times_s) else times_s


def _sounding(beats_s: Floats, onsets: Floats) -> Floats:
    """Beats from the first to the last rise that is not faint."""
    ceiling = float(np.percentile(onsets, 99)) if len(onsets) else 0.0
    rises = np.flatnonzero(onsets > max(LEAST_ONSET * ceiling, 0.5))
    if not len(rises):
        return beats_s[:0]
    return beats_s[(beats_s >= rises[0] / RHYTHMIC_HZ - LEAD_S) & (beats_s <= rises[-1] / RHYTHMIC_HZ + LEAD_S)]


def _chance(odds: Floats, beats_s: Floats) -> float:
    """Mean probability of the tracked beats."""
    if not len(beats_s):
        return 0.0
    return float((1 / (1 + np.exp(-near(odds, beats_s, RHYTHMIC_HZ, 2)))).mean())


def _asked(beats_s: Floats) -> float:
    """The mean probability that so even a row of at least three beats must have."""
    low, high = np.percentile(np.diff(np.log(np.diff(beats_s))), (16, 84))  # a few leaps do not count
    return float(np.clip((float(high - low) / 2 - EVEN) / SPAN, LEAST_CHANCE, MOST_ASKED))


def in_thirds(beats_s: Floats, onsets: Floats) -> bool:
    """Whether notes begin at the thirds of beats rather than at their halves."""
    gaps_s = np.diff(beats_s)
    rises = {
        part: float(near(onsets, beats_s[:-1] + gaps_s * part, RHYTHMIC_HZ, 1).mean()) for part in (1 / 3, 1 / 2, 2 / 3)
    }
    strongest = float(near(onsets, beats_s, RHYTHMIC_HZ, 1).mean())
    return min(rises[1 / 3], rises[2 / 3]) > THIRDS * (rises[1 / 2] + 0.05 * strongest)


def _grid(beats_s: Floats, bars: Bars, compound: bool) -> BeatGrid:
    beats = tuple(Beat(float(time_s), int(place)) for time_s, place in zip(beats_s, bars.places, strict=True))
    counts = np.bincount(bars.metres)
    return BeatGrid(beats, _metre(int(counts.argmax()), beats_s, compound))


def _metre(felt: int, beats_s: Floats, compound: bool) -> Metre:
    """The signature of so many felt beats."""
    if compound and felt in (2, 3, 4):
        return Metre(3 * felt, 8)
    if felt == 7 and 60 / float(np.median(np.diff(beats_s))) > EIGHTHS_BPM:
        return Metre(7, 8)
    return Metre(felt, 4)


def _tempi(grid: BeatGrid, odds: Floats, chance: float) -> tuple[Ranked[float], ...]:
    """The tempo, its half and its double, by how likely the network finds beats half way and every second one."""
    bpm = grid.tempo_bpm
    if bpm is None:
        return ()
    beats_s = np.array(grid.times_s)
    between = _chance(odds, beats_s[:-1] + np.diff(beats_s) / 2)
    even, odd = _chance(odds, beats_s[::2]), _chance(odds, beats_s[1::2])
    weights = {bpm: chance, 2 * bpm: between, bpm / 2: abs(even - odd)}
    total = sum(weights.values()) or 1.0
    return tuple(Ranked(tempo, clamp01(w / total)) for tempo, w in sorted(weights.items(), key=lambda item: -item[1]))
