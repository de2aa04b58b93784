"""One file measured whole: decoded once, heard by every engine. Needs no library; runs in worker processes."""

from dataclasses import dataclass
from pathlib import Path

from musicflamingo_app.analysis.ears import Choice, ears_of
from musicflamingo_app.analysis.engines import Watch
from musicflamingo_app.analysis.pipeline import listen
from musicflamingo_app.audio.identity import audio_sha256
from musicflamingo_app.audio.intake import intake
from musicflamingo_app.audio.probe import Probe
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.arrays import Curves

INTAKE_SHARE = 0.15  # of the progress bar: what decoding takes beside the engines


@dataclass(frozen=True, eq=False)
class Measurement:
    """All that is known of one file after measuring it. `peaks` is `Peaks.to_bytes()`."""

    audio_sha256: str
    probe: Probe
    peaks: bytes
    analysis: Analysis
    curves: Curves


@dataclass(frozen=True, slots=True)
class Part:
    """A Watch of one part of the work, as a share of the whole bar."""

    whole: Watch
    start: float
    share: float

    def progress(self, fraction: float, sentence: str = "") -> None:
        """Tells the whole's watch where the part is."""
        self.whole.progress(self.start + self.share * min(1.0, max(0.0, fraction)), sentence)


def measure(path: Path, playback_path: Path, choice: Choice, watch: Watch, *, name: str | None = None) -> Measurement:
    """Measures a file and writes its playback copy. Raises AudioError, StorageError, Cancelled."""
    taken = intake(path, playback_path, Part(watch, 0.0, INTAKE_SHARE), name=name)
    listening = Part(watch, INTAKE_SHARE, 1.0 - INTAKE_SHARE)
    try:
        analysis, curves = listen(taken.audio, taken.loudness, ears_of(choice), listening)
        return Measurement(audio_sha256(path, name=name), taken.probe, taken.peaks.to_bytes(), analysis, curves)
    except BaseException:
        playback_path.unlink(missing_ok=True)
        raise
