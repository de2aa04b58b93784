"""Chords and keys of real recordings: believed where views agree and a teacher does not object, and moved rightly."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from musicflamingo_app.analysis.harmony.chordia import ChordiaChords
from musicflamingo_app.analysis.listening.classes import N_CHORDS, N_KEYS, UNKNOWN, chord_class, chord_of, key_class
from musicflamingo_app.analysis.listening.spectra import HARMONIC_HZ
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from tests.analysis.harmony.conftest import sounded
from train.ears.distil import is_held_out
from train.ears.harmonies import Told, agreed, agreed_keys, believed, items_of, main, turned
from train.ears.views import whole_views

C, F = (chord_class(Chord.parse(name)) for name in ("C:maj", "F:maj"))


def saying(classes: list[int], n_classes: int, chance: float = 0.9) -> np.ndarray:
    """Log-probabilities that give each frame's class that chance."""
    out = np.full((len(classes), n_classes), (1 - chance) / (n_classes - 1))
    out[np.arange(len(classes)), classes] = chance
    return np.log(out).astype(np.float32)


def test_what_the_views_agree_on_and_are_sure_of_is_believed() -> None:
    sure, other = saying([C] * 4, N_CHORDS), saying([C, C, F, F], N_CHORDS)
    assert agreed([sure, sure, sure]).tolist() == [C] * 4
    assert agreed([sure, other, other]).tolist() == [C, C, UNKNOWN, UNKNOWN]
    assert agreed([saying([C] * 4, N_CHORDS, 0.4)]).tolist() == [UNKNOWN] * 4


def test_a_teacher_sure_of_another_triad_is_heeded() -> None:
    told = Told(saying([C] * 6, N_CHORDS), saying([0] * 6, 13), saying([0] * 6, N_KEYS))
    taught = np.array([C, UNKNOWN, UNKNOWN, F, F, C])
    found = believed([told, told], taught)
    assert found.chords.tolist() == [C, C, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]  # nothing beside what is unknown
    assert found.bass.tolist() == [0, 0, *[UNKNOWN] * 4]


def test_a_key_is_believed_where_the_views_paths_agree() -> None:
    c, g = key_class(Key.parse("C major")), key_class(Key.parse("G major"))
    whole = saying([c] * 400 + [g] * 400, N_KEYS)
    half = saying([c] * 800, N_KEYS)
    found = agreed_keys([whole, whole, half])
    assert set(found[:380]) == {c}
    assert set(found[420:]) == {UNKNOWN}


def test_turning_moves_every_kind_of_chord_round_the_circle() -> None:
    names = ("C:maj", "A:min", "B:hdim7")
    rows = saying([chord_class(Chord.parse(name)) for name in names], N_CHORDS)[:, 1:]
    for steps in (2, -3, 12):
        found = [chord_of(1 + int(index)) for index in turned(rows, steps).argmax(axis=1)]
        wanted = [Chord.parse(name).transposed(steps) for name in names]
        assert [chord_class(chord) for chord in found] == [chord_class(chord) for chord in wanted]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    chords = [Chord.parse(name) for name in ("C:maj", "F:maj", "G:maj", "C:maj") * 3]
    sound = np.concatenate([sounded(chord, 1.0, 0.0) for chord in chords for _ in range(2)])
    path = next(tmp_path / f"song{n}.flac" for n in range(100) if not is_held_out(Path(f"song{n}.flac")))
    soundfile.write(path, 0.5 * sound / np.abs(sound).max(), ANALYSIS_HZ)
    return path


def test_every_view_of_a_recording_is_taught_in_its_own_key_and_time(recording: Path) -> None:
    items = [item for _, item in items_of(recording, ChordiaChords(nets=1), 2)]
    seen = whole_views(recording.stem, 2)
    assert [item.about["speed"] for item in items] == [view.speed for view in seen]
    for view, item in zip(seen, items, strict=True):
        known = item.chords >= 0
        assert known.mean() > 0.6
        second = round(1.0 / view.speed * HARMONIC_HZ)
        assert item.chords[second] == 1 + int(view.semitones) % 12
        assert item.bass[second] == int(view.semitones) % 12
        assert not len(item.beats_s)
        assert not item.families.any()


def test_the_command_fills_a_folder_once_and_leaves_held_out_recordings(
    recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_out = next(tmp_path / f"song{n}.flac" for n in range(100) if is_held_out(Path(f"song{n}.flac")))
    held_out.write_bytes(recording.read_bytes())
    asked = ["harmonies", "--recordings", str(tmp_path), "--out", str(tmp_path / "items"), "--views", "1"]
    monkeypatch.setattr("sys.argv", asked)
    main()
    made = sorted(path.name for path in (tmp_path / "items" / "harmonies").iterdir())
    assert made == sorted([f"{recording.stem}.done", *(f"real-{recording.stem}-{k}.npz" for k in (0, 1))])
