"""The key, as a whole and along the recording, by a vote of chords and chroma."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.engines import Finding, Heard, Watch, clamp01
from musicflamingo_app.analysis.harmony.chroma import chroma
from musicflamingo_app.analysis.harmony.key_evidence import (
    N_KEYS,
    Matrix,
    cadence_evidence,
    chords_in_cells,
    key_of,
    profile_evidence,
    sounding,
    tonic_evidence,
)
from musicflamingo_app.analysis.harmony.tuning import tuning_of
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.errors import NothingHeard
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.beat import BeatGrid
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Interval, Ranked, Segment, Timeline

# Votes beside the chords' log-likelihood for each second. The tune set is indifferent to them within a factor of two.
PROFILE_VOTE = 1.5
LAST_VOTE = 0.15
FIRST_VOTE = 0.07
CADENCE_VOTE = 0.3
# Costs of a modulation, in log-likelihood times seconds: ten to fifteen seconds of foreign chords. Between keys that
# share their scale or tonic more is asked, because chords wander there without a change of key.
CHANGE_COST = 40.0
NEAR_CHANGE_COST = 60.0
CELL_S = 4.0  # where no bars are known
LEAST_FINAL_S = 0.7  # a shorter first or last chord is a passing one
SHARPNESS = 6.0  # turns votes into probabilities that are right as often as they say (tune set)
N_ALTERNATIVES = 4


@dataclass(frozen=True)
class KeyFinding(Finding[Key]):
    """The main key, and the keys along the recording, which are one region unless it modulates."""

    regions: Timeline[Key] = field(kw_only=True)


class KeyVote:
    """Reads keys from chords that were heard before, and from chroma; from chroma alone when there are no chords."""

    name = "key vote"
    version = "1"
    credit = ""
    parameters: Mapping[str, Any] = {
        "votes": (PROFILE_VOTE, LAST_VOTE, FIRST_VOTE, CADENCE_VOTE),
        "costs": (CHANGE_COST, NEAR_CHANGE_COST),
    }

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> KeyFinding:
        """The key and its regions. Raises NothingHeard where nothing is pitched, MissingPackage without librosa."""
        hz, curve = heard_chroma(audio, heard)
        watch.progress(0.5)
        chords = heard.chords or Timeline()
        if not sounding(chords) and not curve.any():
            raise no_key()
        music = _Music(chords, curve, hz, audio.duration_s)
        regions = _regions(music, _edges_s(heard.beats, audio.duration_s))
        return _finding(music, regions)


def heard_chroma(audio: Audio, heard: Heard) -> tuple[float, Floats]:
    """The chroma heard before, or a new one."""
    if heard.chroma is not None and heard.chroma_hz > 0:
        return heard.chroma_hz, heard.chroma
    cents = tuning_of(audio.stretches_at(ANALYSIS_HZ))[0] if heard.tuning_cents is None else heard.tuning_cents
    return chroma(audio, cents)


def no_key() -> NothingHeard:
    return NothingHeard(
        "No key can be heard: nothing in this recording has a pitch.", "Silence, noise and drums alone have none."
    )


@dataclass(frozen=True, eq=False)
class _Music:
    """What a key is read from."""

    chords: Timeline[Chord]
    chroma: Floats
    hz: float
    duration_s: float

    def votes(self, start_s: float, end_s: float) -> Matrix:
        """(24,) votes of a stretch: chords, profile, cadences, and its last and first chord as the tonic."""
        columns = slice(int(start_s * self.hz), max(int(start_s * self.hz) + 1, int(end_s * self.hz)))
        votes = PROFILE_VOTE * profile_evidence(self.chroma[:, columns])
        inside = self.chords.within(Interval(start_s, end_s))
        evidence, seconds = chords_in_cells(inside, np.array([start_s, end_s]))
        if seconds[0] <= 0:
            return votes
        held = sounding(inside)
        finals = [segment for segment in held if segment.duration_s >= LEAST_FINAL_S] or held
        votes += evidence[0] / seconds[0] + CADENCE_VOTE * cadence_evidence(held)
        votes += LAST_VOTE * tonic_evidence(finals[-1].label) + FIRST_VOTE * tonic_evidence(finals[0].label)
        return votes


def _edges_s(grid: BeatGrid | None, duration_s: float) -> Matrix:
    """Borders of the stretches that have one key: bars, or four seconds."""
    downs = [time_s for time_s in grid.downbeats_s if 0 < time_s < duration_s] if grid else []
    if len(downs) < 2:
        downs = list(np.arange(CELL_S, duration_s - CELL_S / 2, CELL_S))
    return np.array([0.0, *downs, duration_s])


def _regions(music: _Music, edges_s: Matrix) -> Timeline[Key]:
    """The keys along the recording: the best path through the cells, then a vote on each of its stretches."""
    evidence, seconds = chords_in_cells(music.chords, edges_s)
    for cell, (start_s, end_s) in enumerate(pairwise(edges_s)):
        first = int(start_s * music.hz)
        heard = music.chroma[:, first : max(first + 1, int(end_s * music.hz))]
        weight_s = seconds[cell] if seconds.any() else (end_s - start_s) * bool(heard.any())
        evidence[cell] += weight_s * PROFILE_VOTE * profile_evidence(heard)
    path = _best_path(evidence, _costs())
    turns = [0, *(np.flatnonzero(np.diff(path)) + 1), len(path)]
    segments = []
    for first, last in pairwise(turns):
        start_s, end_s = float(edges_s[first]), float(edges_s[last])
        votes = music.votes(start_s, end_s)
        key = max(_rivals(int(path[first])), key=lambda k: votes[k])
        segments.append(Segment(start_s, end_s, key_of(key), clamp01(float(_chances(votes)[key]))))
    return Timeline(tuple(segments)).merged()


def _relative(key: int) -> int:
    """The relative minor of a major key, and back."""
    return 12 + (key + 9) % 12 if key < 12 else (key + 3) % 12


def _rivals(key: int) -> tuple[int, ...]:
    """The keys that one is taken for, first itself: its relative, and those a fifth above and below."""
    mode = key - key % 12
    return key, _relative(key), mode + (key + 7) % 12, mode + (key + 5) % 12


def _costs() -> Matrix:
    """(from, to): what each modulation costs."""
    costs = np.full((N_KEYS, N_KEYS), CHANGE_COST)
    for key in range(N_KEYS):
        costs[key, key] = 0.0
        costs[key, _relative(key)] = costs[key, (key + 12) % N_KEYS] = NEAR_CHANGE_COST
    return costs


def _best_path(evidence: Matrix, costs: Matrix) -> NDArray[np.int64]:
    """Viterbi: the key of each cell."""
    total = evidence[0].copy()
    back = np.zeros(evidence.shape, np.int64)
    for cell in range(1, len(evidence)):
        moves = total[:, None] - costs
        back[cell] = moves.argmax(axis=0)
        total = moves.max(axis=0) + evidence[cell]
    path = np.zeros(len(evidence), np.int64)
    path[-1] = total.argmax()
    for cell in range(len(evidence) - 1, 0, -1):
        path[cell - 1] = back[cell, path[cell]]
    return path


def _chances(votes: Matrix) -> Matrix:
    """Votes as probabilities."""
    chances = np.exp(SHARPNESS * (votes - votes.max()))
    return np.asarray(chances / chances.sum())


def _finding(music: _Music, regions: Timeline[Key]) -> KeyFinding:
    """The main key is that of most of the time; the others stand by the votes of its stretches."""
    lasting_s: dict[Key, float] = {}
    for region in regions:
        lasting_s[region.label] = lasting_s.get(region.label, 0.0) + region.duration_s
    main = max(lasting_s, key=lambda key: lasting_s[key])
    stretches = [region for region in regions if region.label == main]
    votes = np.sum([r.duration_s * music.votes(r.start_s, r.end_s) for r in stretches], axis=0)
    chances = _chances(votes / lasting_s[main])
    order = [int(k) for k in np.argsort(-chances) if key_of(int(k)) != main][:N_ALTERNATIVES]
    others = tuple(Ranked(key_of(k), float(chances[k])) for k in order)
    confidence = 1.0 - float(sum(chance for k, chance in enumerate(chances) if key_of(k) != main))
    return KeyFinding(main, clamp01(confidence), others, regions=regions)
