"""How well the ears hear: rendered songs with known chords, beats, keys and sections, ours beside other programs.

Songs are fixed (`SONGS`); nothing of ours was tuned on them. Scores are mir_eval's, averaged over songs; CPU seconds
are those of the process that measured, on one core.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from musicflamingo_app.analysis.ears import Choice, ears_of
from musicflamingo_app.analysis.engines import Unwatched
from musicflamingo_app.analysis.pipeline import listen
from musicflamingo_app.audio.intake import intake
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.beat import BeatGrid
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Timeline
from musicflamingo_app.scoring.beats import beat_scores, downbeat_f, tempo_acc2
from musicflamingo_app.scoring.chords import chord_scores
from musicflamingo_app.scoring.key import key_score
from musicflamingo_app.scoring.sections import section_scores
from train.pop909 import Labelled

SONGS = (
    "207", "282", "290", "304", "330", "384", "425", "545", "569", "610",
    "670", "673", "674", "690", "736", "834", "862", "873", "894", "900",
)  # fmt: skip
TARGETS = {
    "chords majmin": 0.90, "chords sevenths": 0.78, "beats F": 0.90, "downbeats F": 0.80, "tempo acc2": 0.98,
    "key weighted": 0.88, "sections F 3 s": 0.50,
}  # fmt: skip


@dataclass(frozen=True)
class Findings:
    """What a program found in one song; None where it does not measure that."""

    beats: BeatGrid | None = None
    tempo_bpm: float | None = None
    chords: Timeline[Chord] | None = None
    key: Key | None = None
    sections: Timeline[Section] | None = None


Listener = Callable[[Path], Findings]


def ours(choice: Choice, scratch: Path) -> Listener:
    """Our own ears with their engines loaded once."""
    ears = ears_of(choice)

    def hear(path: Path) -> Findings:
        taken = intake(path, scratch / "playback.m4a", Unwatched())
        analysis, _ = listen(taken.audio, taken.loudness, ears, Unwatched())
        return of_analysis(analysis)

    return hear


def of_analysis(analysis: Analysis) -> Findings:
    """The findings of an analysis."""
    return Findings(
        analysis.beats.value if analysis.beats else None,
        analysis.tempo.value if analysis.tempo else None,
        analysis.chords.value if analysis.chords else None,
        analysis.key.value if analysis.key else None,
        analysis.sections.value if analysis.sections else None,
    )


def scores(truth: Labelled, found: Findings) -> dict[str, float]:
    """Every score of one song, by name; what was not measured has none."""
    out: dict[str, float] = {}
    if found.chords is not None:
        chords = chord_scores(truth.chords, found.chords)
        out |= {"chords majmin": chords.majmin, "chords sevenths": chords.sevenths}
    if found.beats is not None:
        end_s = truth.beats.times_s[-1] + 0.5  # the labels end before the sound does
        times_s = [t for t in found.beats.times_s if t < end_s]
        downs_s = [t for t in found.beats.downbeats_s if t < end_s]
        out["beats F"] = beat_scores(truth.beats.times_s, times_s).f
        out["downbeats F"] = downbeat_f(truth.beats.downbeats_s, downs_s)
    if found.tempo_bpm is not None and truth.beats.tempo_bpm:
        out["tempo acc2"] = float(tempo_acc2(truth.beats.tempo_bpm, found.tempo_bpm))
    if found.key is not None:
        out["key weighted"] = key_score(truth.key, found.key)
    if found.sections is not None and truth.sections is not None:
        out["sections F 3 s"] = section_scores(truth.sections, found.sections).f_3s
    return out


def table(
    listener: Listener, songs: Mapping[str, tuple[Labelled, Path]], *, say: Callable[[str], None]
) -> dict[str, float]:
    """Mean scores over the songs, and `CPU s a minute`: processor time for a minute of sound."""
    rows: list[dict[str, float]] = []
    spent_s = sound_s = 0.0
    for song, (truth, path) in songs.items():
        started = time.process_time()
        found = listener(path)
        spent_s += time.process_time() - started
        sound_s += truth.chords.end_s
        rows.append(scores(truth, found))
        say(f"{song}: " + ", ".join(f"{name} {value:.2f}" for name, value in rows[-1].items()))
    names = [name for name in TARGETS if any(name in row for row in rows)]
    means = {name: fmean(row[name] for row in rows if name in row) for name in names}
    return {**means, "CPU s a minute": 60 * spent_s / sound_s}
