"""Other programs on the same files: plain librosa, and essentia and Chordino where they are installed.

essentia is AGPL and Chordino GPL; neither is a dependency and nothing of the studio imports this file.
"""

from pathlib import Path

import numpy as np

from musicflamingo_app.analysis.engines import Heard, Unwatched
from musicflamingo_app.analysis.form.engine import ClusteredSections
from musicflamingo_app.analysis.harmony.fallback import KrumhanslKey, TemplateChords
from musicflamingo_app.audio.intake import read_audio
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from musicflamingo_app.errors import MusicSyntaxError
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import NO_CHORD, Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.pitch import Pitch
from musicflamingo_app.music.time import Segment, Timeline
from train.benchmarks.listening import Findings, Listener


def peers() -> dict[str, Listener]:
    """The programs that can be run here, by name."""
    found: dict[str, Listener] = {"librosa": by_librosa}
    for name, load in {"essentia": _essentia, "Chordino": _chordino}.items():
        try:
            found[name] = load()
        except ImportError:
            continue
    return found


def by_librosa(path: Path) -> Findings:
    """librosa's beat tracker as it comes, templates on its chroma, Krumhansl's profiles, its clustering."""
    import librosa

    audio = read_audio(path)
    tempo, times_s = librosa.beat.beat_track(y=audio.mono, sr=ANALYSIS_HZ, units="time")
    grid = BeatGrid.of(np.unique(times_s), np.unique(times_s)[::4], Metre(4, 4))
    heard = Heard(beats=grid)
    return Findings(
        grid,
        float(np.atleast_1d(tempo)[0]),
        TemplateChords().measure(audio, heard, Unwatched()).value,
        KrumhanslKey().measure(audio, heard, Unwatched()).value,
        ClusteredSections().measure(audio, heard, Unwatched()).value,
    )


def _essentia() -> Listener:
    import essentia
    import essentia.standard as es

    essentia.log.warningActive = False

    def hear(path: Path) -> Findings:
        sound = read_audio(path).at(44_100)
        bpm, times_s, *_ = es.RhythmExtractor2013(method="multifeature")(sound)
        tonic, mode, _ = es.KeyExtractor(profileType="bgate")(sound)
        grid = BeatGrid.of(times_s, times_s[::4], Metre(4, 4)) if len(times_s) else BeatGrid()
        chords = _essentia_chords(es, sound)
        return Findings(grid, float(bpm), chords, Key.parse(f"{tonic} {mode}"))

    return hear


def _essentia_chords(es: object, sound: np.ndarray) -> Timeline[Chord]:  # type: ignore[type-arg]
    size, hop = 8192, 2048
    window, spectrum = es.Windowing(type="blackmanharris62"), es.Spectrum()  # type: ignore[attr-defined]
    peaks = es.SpectralPeaks(maxPeaks=60, magnitudeThreshold=1e-5, minFrequency=40, maxFrequency=5000)  # type: ignore[attr-defined]
    profile = es.HPCP(size=36, minFrequency=40, maxFrequency=5000)  # type: ignore[attr-defined]
    frames = [
        profile(*peaks(spectrum(window(frame))))
        for frame in es.FrameGenerator(sound, frameSize=size, hopSize=hop)  # type: ignore[attr-defined]
    ]
    names, _ = es.ChordsDetection(hopSize=hop)(frames)  # type: ignore[attr-defined]
    step_s = hop / 44_100
    rows = [(i * step_s, (i + 1) * step_s, _chord(name)) for i, name in enumerate(names)]
    return Timeline.of(rows).merged()


def _chordino() -> Listener:
    from chord_extractor.extractors import Chordino

    def hear(path: Path) -> Findings:
        changes = Chordino(roll_on=1).extract(str(path))
        ends_s = [change.timestamp for change in changes[1:]] + [changes[-1].timestamp + 10]
        rows = [
            Segment(change.timestamp, end_s, _chord(change.chord))
            for change, end_s in zip(changes, ends_s, strict=True)
            if end_s > change.timestamp
        ]
        return Findings(chords=Timeline(tuple(rows)))

    return hear


_QUALITIES: dict[str, str] = {
    "": "maj", "m": "min", "7": "7", "maj7": "maj7", "m7": "min7", "6": "maj6", "m6": "min6", "dim": "dim",
    "dim7": "dim7", "aug": "aug", "m7b5": "hdim7", "mMaj7": "minmaj7", "sus4": "sus4", "sus2": "sus2",
}  # fmt: skip


def _chord(name: str) -> Chord:
    """Harte's chord of a name such as `Am7` or `C#m7b5/E`; basses are left out."""
    plain = name.split("/")[0]
    width = 2 if plain[1:2] in ("#", "b") else 1
    try:
        return Chord(Pitch.parse(plain[:width]), _QUALITIES[plain[width:]])
    except (KeyError, MusicSyntaxError):
        return NO_CHORD
