"""librosa's recipes: its beat tracker, templates on its chroma, Krumhansl's profiles and its clustering (ISC)."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from answering import Clock, Found, answer

from musicflamingo_app.analysis.engines import Heard, Unwatched
from musicflamingo_app.analysis.form.engine import ClusteredSections
from musicflamingo_app.analysis.harmony.fallback import KrumhanslKey, TemplateChords
from musicflamingo_app.audio.intake import read_audio
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from musicflamingo_app.music.beat import BeatGrid, Metre


def load() -> tuple[str, Callable[[str, Clock], Found]]:
    import librosa

    def hear(path: str, clock: Clock) -> Found:
        audio = read_audio(Path(path))
        with clock.of("beats"):
            tempo, times_s = librosa.beat.beat_track(y=audio.mono, sr=ANALYSIS_HZ, units="time")
            times_s = np.unique(times_s)
            grid = BeatGrid.of(times_s, times_s[::4], Metre(4, 4))  # every fourth beat begins a bar
        heard = Heard(beats=grid)
        with clock.of("chords"):
            chords = TemplateChords().measure(audio, heard, Unwatched()).value
        with clock.of("key"):
            key = KrumhanslKey().measure(audio, heard, Unwatched()).value
        with clock.of("sections"):
            sections = ClusteredSections().measure(audio, heard, Unwatched()).value
        return {
            "beats": [[beat.time_s, beat.position] for beat in grid.beats],
            "tempo_bpm": float(np.atleast_1d(tempo)[0]),
            "chords": [[s.start_s, s.end_s, str(s.label), None] for s in chords],
            "key": str(key),
            "sections": [[s.start_s, s.end_s, s.label.letter] for s in sections],
        }

    return f"librosa {librosa.__version__}", hear


if __name__ == "__main__":
    answer(load)
