from collections.abc import Callable

import numpy as np
import pytest

from musicflamingo_app.analysis.engines import Heard, Unwatched
from musicflamingo_app.analysis.harmony.fallback import KrumhanslKey
from musicflamingo_app.analysis.harmony.key import KeyVote
from musicflamingo_app.analysis.harmony.key_evidence import N_KEYS, chord_evidence, key_of, tonic_evidence
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.errors import StudioError
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Timeline

Synth = Callable[..., Audio]
MAJOR = ["C:maj", "A:min", "F:maj", "G:maj"] * 3 + ["C:maj"]
MINOR = ["A:min", "F:maj", "D:min", "E:maj"] * 3 + ["A:min"]
EACH_S = 2.0


def moved(names: list[str], semitones: int) -> list[str]:
    return [str(Chord.parse(name).transposed(semitones)) for name in names]


def timeline(names: list[str]) -> Timeline[Chord]:
    return Timeline.of((i * EACH_S, (i + 1) * EACH_S, Chord.parse(name)) for i, name in enumerate(names))


def chroma_of(names: list[str], hz: float = 2.5) -> np.ndarray:
    columns = [[float(pc in Chord.parse(name).pitch_classes) for pc in range(12)] for name in names]
    return np.repeat(np.array(columns, np.float32).T, round(EACH_S * hz), axis=1)


def known(names: list[str], beats: BeatGrid | None = None) -> tuple[Audio, Heard]:
    """What was heard of such chords; the sound itself is not listened to."""
    audio = Audio(np.zeros((1, round(len(names) * EACH_S * 100)), np.float32), 100)
    return audio, Heard(chords=timeline(names), beats=beats, chroma_hz=2.5, chroma=chroma_of(names))


@pytest.mark.parametrize("semitones", range(12))
@pytest.mark.parametrize(("names", "tonic", "mode"), [(MAJOR, 0, "major"), (MINOR, 9, "minor")])
def test_the_key_of_plain_progressions(names: list[str], tonic: int, mode: str, semitones: int) -> None:
    found = KeyVote().measure(*known(moved(names, semitones)), Unwatched())
    assert found.value == Key.of(tonic + semitones, mode)
    assert [s.label for s in found.regions] == [found.value] and found.confidence > 0.5
    assert found.regions.segments[0].start_s == 0 and found.regions.end_s == len(names) * EACH_S


def test_relative_keys_are_told_apart_by_where_the_music_rests() -> None:
    in_major = ["C:maj", "F:maj", "G:maj", "C:maj", "A:min", "F:maj", "G:maj", "C:maj"]
    in_minor = ["A:min", "F:maj", "G:maj", "A:min", "C:maj", "F:maj", "E:maj", "A:min"]
    assert KeyVote().measure(*known(in_major), Unwatched()).value == Key.parse("C major")
    assert KeyVote().measure(*known(in_minor), Unwatched()).value == Key.parse("A minor")


def test_alternatives_are_ranked_and_leave_the_key_out() -> None:
    found = KeyVote().measure(*known(MAJOR), Unwatched())
    chances = [other.confidence for other in found.alternatives]
    assert chances == sorted(chances, reverse=True) and len(chances) == 4
    assert found.value not in [other.label for other in found.alternatives]
    assert sum(chances) + found.confidence <= 1 + 1e-6


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_a_modulation_is_found_at_its_bar(step: int) -> None:
    names = MAJOR[:-1] * 2 + moved(MAJOR, step)
    downs = [4 * EACH_S * bar / 2 for bar in range(len(names) // 2)]
    grid = BeatGrid.of([EACH_S / 2 * beat for beat in range(2 * len(names))], downs, Metre(4, 4))
    found = KeyVote().measure(*known(names, grid), Unwatched())
    assert [s.label for s in found.regions] == [Key.of(0), Key.of(step)]
    assert abs(found.regions.segments[1].start_s - 24 * EACH_S) <= 8.0
    assert any(found.regions.segments[1].start_s == pytest.approx(down) for down in downs)
    assert found.value == Key.of(0)  # twice as long


def test_a_borrowed_chord_is_no_modulation() -> None:
    names = [*MAJOR[:8], "F:min", "Bb:maj", *MAJOR[:9]]
    found = KeyVote().measure(*known(names), Unwatched())
    assert [s.label for s in found.regions] == [Key.parse("C major")]


def test_chroma_alone_is_enough() -> None:
    audio, heard = known(MAJOR)
    found = KeyVote().measure(audio, Heard(chroma=heard.chroma, chroma_hz=heard.chroma_hz), Unwatched())
    assert found.value == Key.parse("C major")


@pytest.mark.parametrize("engine", [KeyVote(), KrumhanslKey()])
@pytest.mark.parametrize("semitones", [0, 4, 9])
def test_sound_alone_is_enough(engine: KeyVote | KrumhanslKey, synth: Synth, semitones: int) -> None:
    names = moved(["C:maj", "F:maj", "G:maj", "C:maj"] * 2, semitones)
    found = engine.measure(synth(names, cents=25.0), Heard(), Unwatched())
    assert found.value == Key.of(semitones)
    assert found.regions.end_s == pytest.approx(16.0) and 0 < found.confidence <= 1
    assert found.alternatives and found.value not in [other.label for other in found.alternatives]


@pytest.mark.parametrize("engine", [KeyVote(), KrumhanslKey()])
def test_silence_has_no_key(engine: KeyVote | KrumhanslKey) -> None:
    audio = Audio(np.zeros((1, 3 * ANALYSIS_HZ), np.float32), ANALYSIS_HZ)
    with pytest.raises(StudioError, match="No key can be heard"):
        engine.measure(audio, Heard(chords=Timeline.of([(0.0, 3.0, Chord.parse("N"))])), Unwatched())


@pytest.mark.parametrize("engine", [KeyVote(), KrumhanslKey()])
def test_one_second_has_a_key(engine: KeyVote | KrumhanslKey, synth: Synth) -> None:
    found = engine.measure(synth(["G:maj"], each_s=1.0), Heard(), Unwatched())
    assert found.regions.end_s == pytest.approx(1.0)


def test_chords_speak_for_their_keys() -> None:
    assert key_of(int(chord_evidence(Chord.parse("C:maj")).argmax())) == Key.parse("C major")
    assert key_of(int(chord_evidence(Chord.parse("A:min7")).argmax())) == Key.parse("A minor")
    assert not chord_evidence(Chord.parse("N")).any() and not tonic_evidence(Chord.parse("X")).any()
    suspended = tonic_evidence(Chord.parse("D:sus4"))
    assert suspended[2] == suspended[N_KEYS // 2 + 2] == 1
