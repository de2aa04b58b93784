"""essentia's algorithms for beats, key and chords (AGPL-3: to compare with, never to ship)."""

from collections.abc import Callable
from typing import Any

from answering import Clock, Found, answer

RATE_HZ, FRAME, HOP = 44_100, 8192, 2048


def load() -> tuple[str, Callable[[str, Clock], Found]]:
    import essentia
    import essentia.standard as es

    essentia.log.infoActive = essentia.log.warningActive = False

    def hear(path: str, clock: Clock) -> Found:
        sound = es.MonoLoader(filename=path, sampleRate=RATE_HZ)()
        with clock.of("beats"):
            bpm, times_s, *_ = es.RhythmExtractor2013(method="multifeature")(sound)
        with clock.of("key"):
            tonic, mode, _ = es.KeyExtractor(profileType="bgate")(sound)
        with clock.of("chords"):
            names = _chords(es, sound)
        step_s = HOP / RATE_HZ
        return {
            "beats": [[float(time_s), None] for time_s in times_s],
            "tempo_bpm": float(bpm),
            "key": f"{tonic} {mode}",
            "chords": [[i * step_s, (i + 1) * step_s, name, None] for i, name in enumerate(names)],
        }

    return f"essentia {essentia.__version__}", hear


def _chords(es: Any, sound: Any) -> list[str]:
    window, spectrum = es.Windowing(type="blackmanharris62"), es.Spectrum()
    peaks = es.SpectralPeaks(
        maxPeaks=60, magnitudeThreshold=1e-5, minFrequency=40, maxFrequency=5000, sampleRate=RATE_HZ
    )
    profile = es.HPCP(size=36, minFrequency=40, maxFrequency=5000, sampleRate=RATE_HZ)
    frames = [
        profile(*peaks(spectrum(window(frame)))) for frame in es.FrameGenerator(sound, frameSize=FRAME, hopSize=HOP)
    ]
    names, _ = es.ChordsDetection(hopSize=HOP, sampleRate=RATE_HZ)(frames)
    return [str(name) for name in names]


if __name__ == "__main__":
    answer(load)
