from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicflamingo_app.audio.sound import ANALYSIS_HZ
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Segment, Timeline
from train.benchmarks.consistency import Hearing, agreement, expected, recordings, stretched, table, transposed
from train.ears.distil import is_held_out

FOUND = Hearing(
    Timeline((Segment(0.0, 8.0, Chord.parse("C:maj"), 0.9), Segment(8.0, 20.0, Chord.parse("A:min7/b3"), 0.5))),
    Key.parse("C major"),
    tuple(0.5 * i for i in range(40)),
)


def peak_hz(sound: np.ndarray) -> float:
    return float(np.abs(np.fft.rfft(sound * np.hanning(len(sound)))).argmax() * ANALYSIS_HZ / len(sound))


def test_sound_and_what_is_expected_of_it_move_alike() -> None:
    sound = np.sin(2 * np.pi * 440 * np.arange(3 * ANALYSIS_HZ) / ANALYSIS_HZ).astype(np.float32)
    assert peak_hz(transposed(sound, 2)) == pytest.approx(440 * 2 ** (2 / 12), rel=0.01)
    assert len(transposed(sound, 2)) == len(sound)
    assert peak_hz(stretched(sound, 0.9)) == pytest.approx(440, rel=0.01)
    assert len(stretched(sound, 0.9)) == pytest.approx(len(sound) / 0.9, abs=2)
    higher, slower = expected(FOUND, semitones=2), expected(FOUND, speed=0.9)
    assert higher.chords is not None and [str(s.label) for s in higher.chords] == ["D:maj", "B:min7/b3"]
    assert higher.key == Key.parse("D major") and higher.beats_s == FOUND.beats_s
    assert slower.beats_s is not None and slower.beats_s[9] == pytest.approx(5.0)
    assert slower.chords is not None and slower.chords.end_s == pytest.approx(20 / 0.9) and slower.key == FOUND.key


def test_who_moves_along_agrees_and_who_does_not_does_not() -> None:
    for change in ({"semitones": 2}, {"speed": 0.9}, {}):
        moved = expected(FOUND, **change)  # type: ignore[arg-type]
        assert agreement(moved, moved) == {"chords": 1.0, "key": 1.0, "beats F": 1.0}
    stuck = agreement(expected(FOUND, semitones=2), FOUND)
    assert stuck["chords"] == stuck["key"] == 0 and stuck["beats F"] == 1
    assert agreement(expected(FOUND, speed=0.9), FOUND)["beats F"] < 0.5
    assert agreement(replace(FOUND, key=None), Hearing(None, None, None)) == {"chords": 0.0, "beats F": 0.0}


def test_to_hear_no_beat_in_either_is_to_agree() -> None:
    free = Hearing(None, None, ())
    assert agreement(free, free) == {"beats F": 1.0}
    assert agreement(free, Hearing(None, None, None)) == {"beats F": 0.0}
    assert agreement(free, FOUND) == agreement(replace(FOUND, chords=None, key=None), free) == {"beats F": 0.0}


def test_recordings_that_taught_can_be_left_out(tmp_path: Path) -> None:
    for index in range(40):
        (tmp_path / f"{index}.flac").touch()
    (tmp_path / "notes.txt").touch()
    kept = list(recordings(tmp_path, held_out=True))
    assert len(list(recordings(tmp_path, held_out=False))) == 40
    assert 0 < len(kept) < 20 and all(is_held_out(path) for path in kept)


def test_means_leave_out_what_has_none() -> None:
    text = table({"a": {"chords": 0.5, "key": 1.0}, "b": {"chords": float("nan")}})
    assert text.splitlines()[-1] == "| **mean** | 0.500 | 1.000 |" and "| b | – | – |" in text
