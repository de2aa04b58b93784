"""The tuning as the studio's own pass hears it; the pass then serves every other engine of the studio's own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from musicflamingo_app.analysis.engines import Finding, Heard, Watch
from musicflamingo_app.analysis.listening.hearing import listening
from musicflamingo_app.analysis.listening.pitch import LEAST_AGREEMENT, N_WINDOWS, WINDOW
from musicflamingo_app.analysis.listening.shipped import check
from musicflamingo_app.audio.sound import Audio


class StudioTuning:
    """The mean place of spectral peaks within a semitone (Gomez 2006), and the first pass of the networks."""

    name = "studio ears: tuning"
    version = "1"
    credit = ""
    parameters: Mapping[str, Any] = {"window": WINDOW, "windows": N_WINDOWS, "least": LEAST_AGREEMENT}

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def check(self) -> None:
        """Raises MissingPackage when the networks are not where they should be."""
        check(self._folder)

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> Finding[float]:
        """Cents in (-50, 50]; 0 with confidence 0 where nothing is pitched. Raises MissingPackage, Cancelled."""
        found = listening(audio, heard, watch, self._folder)
        return Finding(found.tuning_cents, found.tuning_agreement)
