"""Chords and key without networks: plain signal processing on librosa's constant-Q spectrum."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.engines import Heard, Watch, clamp01
from musicflamingo_app.analysis.harmony.chordia import ChordFinding
from musicflamingo_app.analysis.harmony.chroma import CHROMA_HZ, folded
from musicflamingo_app.analysis.harmony.cqt import FRAME_HZ, constant_q
from musicflamingo_app.analysis.harmony.decode import N_ALTERNATIVES, best_path, mean_confidence, segments_of
from musicflamingo_app.analysis.harmony.key import KeyFinding, heard_chroma, no_key
from musicflamingo_app.analysis.harmony.key_evidence import key_of, profile_evidence
from musicflamingo_app.analysis.harmony.tuning import tuning_of
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.chord import NO_CHORD, Chord
from musicflamingo_app.music.pitch import Pitch
from musicflamingo_app.music.time import Ranked, Segment, Timeline

QUALITIES = ("maj", "min", "7", "maj7", "min7", "dim")
POOLED_FRAMES = 4  # 11 a second
CHANGE_COST = 8.0
LIKENESS = 12.0  # turns likeness to a template (0-1) into log-score
SEVENTH_LIKENESS = 0.07  # by which a chord of four notes must be more like the sound than its triad
NO_CHORD_LIKENESS = 0.6  # what sound is less like than this to all templates is no chord
CHORD_SHARPNESS = 3.5  # of mean log-scores, so that confidence is right as often as it says (tune set)
PROFILE_SHARPNESS = 10.0


class TemplateChords:
    """Chroma compared with the notes of major, minor, diminished and seventh chords, smoothed by Viterbi.

    After Fujishima 1999 and Cho and Bello 2014; no bass, so no inversions.
    """

    name = "chroma templates"
    version = "1"
    credit = ""
    parameters: Mapping[str, Any] = {"qualities": QUALITIES, "change_cost": CHANGE_COST, "likeness": LIKENESS}

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> ChordFinding:
        """Chords from 0 to the end. Raises MissingPackage without librosa."""
        mono = audio.stretches_at(ANALYSIS_HZ)
        tuning_cents = tuning_of(mono)[0] if heard.tuning_cents is None else heard.tuning_cents
        spectrum = constant_q(mono, tuning_cents)
        watch.progress(0.7)
        scores = _scores(folded(spectrum, POOLED_FRAMES))
        path = best_path(iter(scores), np.full(len(scores), CHANGE_COST, np.float32))
        edges_s = np.arange(len(scores) + 1) * POOLED_FRAMES / FRAME_HZ
        edges_s[-1] = audio.duration_s
        spans = [(first, last) for first, last in segments_of(path) if edges_s[last] > edges_s[first]]
        chords = Timeline(
            tuple(
                _segment(float(edges_s[a]), float(edges_s[b]), int(path.chords[a]), scores[a:b].mean(axis=0))
                for a, b in spans
            )
        )
        return ChordFinding(chords, mean_confidence(chords), chroma=folded(spectrum), chroma_hz=CHROMA_HZ)


def _vocabulary() -> list[Chord]:
    return [NO_CHORD, *(Chord(Pitch.from_class(root), quality) for quality in QUALITIES for root in range(12))]


def _scores(chroma: Floats) -> NDArray[np.float32]:
    """(frames, chords): log-scores of each chord for each frame of chroma (12, frames)."""
    chords = _vocabulary()
    templates = np.array([[pc in chord.pitch_classes for pc in range(12)] for chord in chords[1:]], np.float64)
    templates /= np.linalg.norm(templates, axis=1, keepdims=True)
    loud = np.sqrt(chroma.T.astype(np.float64))  # loud notes must not drown the others of the chord
    likeness = (loud / np.maximum(np.linalg.norm(loud, axis=1, keepdims=True), 1e-9)) @ templates.T
    likeness -= np.array([SEVENTH_LIKENESS * (len(chord.pitch_classes) > 3) for chord in chords[1:]])
    nothing = np.where(chroma.any(axis=0), NO_CHORD_LIKENESS, 2.0)
    return np.asarray(LIKENESS * np.column_stack([nothing, likeness]), np.float32)


def _segment(start_s: float, end_s: float, chord: int, scores: NDArray[np.float32]) -> Segment[Chord]:
    chances = np.exp(CHORD_SHARPNESS * (scores - scores.max()).astype(np.float64))
    chances /= chances.sum()
    names = _vocabulary()
    order = [int(k) for k in np.argsort(-chances) if k != chord][:N_ALTERNATIVES]
    others = tuple(Ranked(names[k], float(chances[k])) for k in order)
    return Segment(start_s, end_s, names[chord], clamp01(float(chances[chord])), others)


class KrumhanslKey:
    """The mean chroma compared with the profiles of Krumhansl and Kessler 1982; one key, one region."""

    name = "Krumhansl profiles"
    version = "1"
    credit = ""
    parameters: Mapping[str, Any] = {"sharpness": PROFILE_SHARPNESS}

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> KeyFinding:
        """The key. Raises NothingHeard where nothing is pitched, MissingPackage without librosa."""
        _, curve = heard_chroma(audio, heard)
        watch.progress(1.0)
        if not curve.any():
            raise no_key()
        likeness = profile_evidence(curve)
        chances = np.exp(PROFILE_SHARPNESS * (likeness - likeness.max()))
        chances /= chances.sum()
        order = [int(k) for k in np.argsort(-chances)]
        main, confidence = key_of(order[0]), clamp01(float(chances[order[0]]))
        others = tuple(Ranked(key_of(k), float(chances[k])) for k in order[1 : N_ALTERNATIVES + 1])
        regions = Timeline((Segment(0.0, audio.duration_s, main, confidence),))
        return KeyFinding(main, confidence, others, regions=regions)
