"""Ways to read a row of pulses as bars, and the judgement between them.

A pulse is what BeatNet follows between 85 and 185 a minute: a beat, half of one in slow music, two in very fast.
A *pattern* says what each half pulse of a bar is (downbeat, mid-bar beat, beat, half, quarter). A Viterbi search
places a pattern on the evidence, letting it slip where the music does (a bar-pointer model, Whiteley, Cemgil and
Godsill 2006, on beat-synchronous evidence); a conditional logit chooses among the patterns so placed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.rhythm.evidence import Numbers, peak
from musicflamingo_app.analysis.rhythm.fitted import BarModel
from musicflamingo_app.analysis.rhythm.hearing import Hearing
from musicflamingo_app.music.beat import Metre

DOWN, MID, BEAT, HALF, QUARTER = range(5)
SLIP_COST = 15.0  # nats for a bar that is too short or long; lower ones follow every hesitation
CENTRE_BPM = 90.0
RATIO_FLOOR = 0.1  # of the notes between beats: an empty gap says no more than a nearly empty one
# More than what the best of these gained over 4/4 in 99 of 100 pieces of four (`python -m train.bars` prints it).
DUPLE_RARITY, COMPOUND_RARITY, TWELVE_RARITY = 0.4, 0.1, 0.4
LEAST_THIRDS = 2.0  # of rises at both thirds over those at the half: below 0.8 in straight pieces, over 3 in triplets
SLOWEST_COMPOUND_BPM = 43.0  # eighths slower than 130 a minute are felt as beats themselves


@dataclass(frozen=True)
class Pattern:
    """What each half pulse of one bar is."""

    metre: Metre
    places: tuple[int, ...]
    rarity: float = 0.0  # log odds it must gain over the common metres


def _divided(beats: tuple[int, ...], inside: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(place for beat in beats for place in (beat, *inside))


_FOUR, _THREE, _TWO = (DOWN, BEAT, MID, BEAT), (DOWN, BEAT, BEAT), (DOWN, BEAT)
PATTERNS = (
    *(
        Pattern(Metre(len(beats)), _divided(beats, inside))
        for inside in ((HALF,), (QUARTER, HALF, QUARTER), ())
        for beats in (_FOUR, _THREE)
    ),
    Pattern(Metre(2), _divided(_TWO, (HALF,)), DUPLE_RARITY),
    Pattern(Metre(2), _divided(_TWO, (QUARTER, HALF, QUARTER)), DUPLE_RARITY),
    Pattern(Metre(6, 8), _divided((DOWN, MID), (QUARTER, HALF, QUARTER, HALF, QUARTER)), COMPOUND_RARITY),
    # The pulses went across the beats, two to every three: BeatNet's commonest answer to triplets.
    Pattern(Metre(6, 8), _divided((DOWN, MID), (HALF, HALF)), COMPOUND_RARITY),
    Pattern(Metre(9, 8), _divided(_THREE, (HALF, HALF)), COMPOUND_RARITY),
    Pattern(Metre(12, 8), _divided(_FOUR, (HALF, HALF)), TWELVE_RARITY),
)


@dataclass(frozen=True, eq=False)
class Reading:
    """A pattern placed on points: which of them are beats, which downbeats, and what speaks for it."""

    pattern: Pattern
    beats_s: Numbers
    is_downbeat: NDArray[np.bool_]
    traits: dict[str, float]

    @property
    def bpm(self) -> float:
        return 60.0 / float(np.median(np.diff(self.beats_s)))

    @property
    def metre(self) -> Metre:
        """The pattern's, or its compound one when notes begin at the thirds of beats and not at their halves."""
        felt = self.pattern.metre.felt_beats
        return Metre(3 * felt, 8) if self.traits["thirds"] > LEAST_THIRDS else self.pattern.metre

    @property
    def contrast(self) -> float:
        """How much likelier the network finds the beats than the places between them, in log odds."""
        return self.traits["beat_odds"] - min(self.traits["half_odds"], self.traits["quarter_odds"])

    @property
    def is_playable(self) -> bool:
        """Whether there are beats enough, and not too slow ones for a compound metre."""
        return len(self.beats_s) > 3 and not (self.pattern.metre.is_compound and self.bpm < SLOWEST_COMPOUND_BPM)

    @property
    def merit(self) -> float:
        """Log odds up to a constant, to compare readings of one recording."""
        return (
            sum(weight * self.traits[name] for name, weight in BarModel.shipped().choice.items()) - self.pattern.rarity
        )


def read_all(hearing: Hearing, points_s: Numbers, odds: Numbers) -> list[Reading]:
    """Every pattern placed where it fits best, the best judged first; those that make no music are left out."""
    readings = [read(hearing, points_s, odds, pattern) for pattern in PATTERNS]
    return sorted((reading for reading in readings if reading.is_playable), key=lambda reading: -reading.merit)


def read(hearing: Hearing, points_s: Numbers, odds: Numbers, pattern: Pattern) -> Reading:
    """One pattern placed where it fits best."""
    path, fit = _place(odds[:, pattern.places])
    places = np.array(pattern.places)[path]
    chosen = places <= BEAT
    beats_s = points_s[chosen]
    slips = int((np.diff(path) % len(pattern.places) != 1).sum())
    traits = {
        "fit": 2 * fit / len(points_s),
        "slips": 10 * slips / max(1, len(beats_s)),
        "triple": float(pattern.metre.felt_beats == 3),
    }
    return Reading(pattern, beats_s, places[chosen] == DOWN, traits | _traits(hearing, beats_s))


def _place(scores: Numbers) -> tuple[NDArray[np.intp], float]:
    """The best way through (points, places) scores: one place on each step, or a slip; and its total score."""
    n_points, n_places = scores.shape
    came_from = np.empty((n_points, n_places), np.int16)
    before = (np.arange(n_places) - 1) % n_places
    total = scores[0].copy()
    for index in range(1, n_points):
        going_on, best = total[before], int(total.argmax())
        slipping = total[best] - SLIP_COST
        came_from[index] = np.where(slipping > going_on, best, before)
        total = np.maximum(going_on, slipping) + scores[index]
    path = np.empty(n_points, np.intp)
    path[-1] = total.argmax()
    for index in range(n_points - 1, 0, -1):
        path[index - 1] = came_from[index, path[index]]
    return path, float(total.max())


def _traits(hearing: Hearing, beats_s: Numbers) -> dict[str, float]:
    """What tells a beat from its half or double: tempo, notes between beats, the network's own opinion."""
    if len(beats_s) < 2:
        return {}
    gaps_s, starts_s = np.diff(beats_s), beats_s[:-1]
    chance = 1 / (1 + np.exp(-hearing.beat))
    rises = [peak(hearing.onset, starts_s + gaps_s * part / 4).mean() + 1e-6 for part in range(4)]
    thirds = [peak(hearing.onset, starts_s + gaps_s * part / 3).mean() for part in (1, 2)]
    chances = [float(peak(chance, starts_s + gaps_s * part / 4).mean()) for part in range(4)]
    octaves = float(np.log2(60 / np.median(gaps_s) / CENTRE_BPM))
    return {
        "octaves": octaves,
        "octaves_squared": octaves**2,
        "notes_at_half": float(np.log(rises[2] / rises[0] + RATIO_FLOOR)),
        "notes_at_quarter": float(np.log((rises[1] + rises[3]) / 2 / rises[0] + RATIO_FLOOR)),
        "beat_odds": _log_odds(chances[0]),
        "half_odds": _log_odds(chances[2]),
        "quarter_odds": _log_odds((chances[1] + chances[3]) / 2),
        "thirds": float(min(thirds) / (rises[2] + 0.05 * rises[0])),
        "alternation": _alternation(peak(hearing.onset, starts_s) + 0.1),
    }


def _log_odds(chance: float) -> float:
    return float(np.log((chance + 1e-6) / (1 - chance + 1e-6)))


def _alternation(strengths: Numbers) -> float:
    """How unlike odd and even beats are, in stretches of 16: about 0 when alike."""
    starts = range(0, max(1, len(strengths) - 15), 16)
    pairs = [(strengths[s : s + 16 : 2], strengths[s + 1 : s + 16 : 2]) for s in starts]
    return float(np.mean([abs(np.log(even.mean() / odd.mean())) for even, odd in pairs if len(odd)] or [0.0]))
