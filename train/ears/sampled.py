"""Notes played from recordings of single notes: the instruments of the npm packages `tonejs-instrument-NAME-mp3`.

A folder holds one folder for each instrument with files such as `Fs3.mp3`. Their samples are CC BY 3.0.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.audio.intake import read_audio
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from musicflamingo_app.errors import NotFound
from train.pieces.values import Note

Floats = NDArray[np.float32]
# General MIDI program -> the instrument that plays it.
INSTRUMENTS = {
    0: "piano", 1: "piano", 13: "xylophone", 19: "organ", 20: "harmonium", 24: "guitar-nylon", 25: "guitar-acoustic",
    27: "guitar-electric", 32: "contrabass", 33: "bass-electric", 34: "bass-electric", 40: "violin", 42: "cello",
    43: "contrabass", 46: "harp", 56: "trumpet", 57: "trombone", 58: "tuba", 60: "french-horn", 65: "saxophone",
    66: "saxophone", 70: "bassoon", 71: "clarinet", 73: "flute",
}  # fmt: skip
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_NAME = re.compile(r"([A-G])(s?)(-?\d)")
BEYOND = 4  # semitones above and below what was recorded that are played
RELEASE_S, FADE_S = 0.12, 0.005
LEAST_VELOCITY = 20


@dataclass(frozen=True, eq=False)
class Sampled:
    """One instrument: a recording for some of its MIDI pitches."""

    recordings: dict[int, Floats]

    @classmethod
    def of(cls, folder: Path) -> "Sampled":
        """The instrument whose notes lie in a folder. Raises NotFound, AudioError."""
        found = {pitch_of(path.stem): path for path in sorted(folder.glob("*.mp3"))}
        if not found.keys() - {None}:
            raise NotFound(f"There are no recorded notes in {folder}.", "Unpack its tonejs-instrument package there.")
        return cls({pitch: read_audio(path).at(ANALYSIS_HZ) for pitch, path in found.items() if pitch is not None})

    def play(self, notes: Sequence[Note], duration_s: float) -> Floats:
        """Mono sound at 22,050 Hz; notes out of reach are played in the octave that is within it."""
        out = np.zeros(int(duration_s * ANALYSIS_HZ), np.float32)
        for note in notes:
            sound = self._note(self._reached(note.pitch), note)
            first = int(note.start_s * ANALYSIS_HZ)
            kept = sound[: max(0, len(out) - first)]
            out[first : first + len(kept)] += kept
        return out

    def _reached(self, pitch: int) -> int:
        low, high = min(self.recordings) - BEYOND, max(self.recordings) + BEYOND
        while pitch < low:
            pitch += 12
        while pitch > high:
            pitch -= 12
        return pitch

    def _note(self, pitch: int, note: Note) -> Floats:
        nearest = min(self.recordings, key=lambda known: abs(known - pitch))
        recording = self.recordings[nearest]
        n = int((note.length_s + RELEASE_S) * ANALYSIS_HZ)
        places = np.arange(n) * 2 ** ((pitch - nearest) / 12)
        sound = np.interp(places, np.arange(len(recording)), recording, right=0.0)
        times_s = np.arange(n) / ANALYSIS_HZ
        ends = np.minimum(1.0, (times_s[-1] - times_s) / RELEASE_S) if n else times_s
        level = (max(LEAST_VELOCITY, note.velocity) / 127) ** 2
        return np.asarray(level * sound * np.minimum(1.0, times_s / FADE_S) * ends, np.float32)


def pitch_of(name: str) -> int | None:
    """The MIDI pitch of a file's name, `Fs3` being F sharp below middle C; None of another name."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    step, sharp, octave = found.groups()
    return 12 * (int(octave) + 1) + _STEPS[step] + len(sharp)
