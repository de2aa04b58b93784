"""Players alone: who they are, what they play, and how notes sound from recordings of single notes."""

import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import soundfile

from musicflamingo_app.analysis.listening.classes import family_of
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from musicflamingo_app.errors import MissingPackage, NotFound
from train.ears import stems
from train.ears.pop import VOICE
from train.ears.sampled import BEYOND, INSTRUMENTS, Sampled, pitch_of
from train.ears.split import HELD_OUT_FONT
from train.ears.stems import FEWEST_NOTES, STEM_S, Banks, another, embodied, played, player
from train.pieces.compose import piece
from train.pieces.values import Note, Part, Piece

WHOLE = piece(60_000)


def tone(hz: float, seconds: float = 1.5) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(int(seconds * ANALYSIS_HZ)) / ANALYSIS_HZ)).astype(np.float32)


def hz_of(sound: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 8 * len(sound)))
    return float(spectrum.argmax() * ANALYSIS_HZ / (8 * len(sound)))


@pytest.fixture(scope="module")
def flute() -> Sampled:
    return Sampled({69: tone(440.0), 72: tone(523.25)})


def test_names_of_recordings_are_pitches() -> None:
    assert [pitch_of(name) for name in ("C4", "Fs3", "A-1", "As4", "B2")] == [60, 54, 9, 70, 47]
    assert pitch_of("README") is None and pitch_of("H4") is None


def test_an_instrument_is_read_from_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("A4.wav", "cover.wav"):
        soundfile.write(tmp_path / name, tone(440.0), ANALYSIS_HZ)
    for path in tmp_path.glob("*.wav"):
        path.rename(path.with_suffix(".mp3"))  # what a file holds decides, not its name
    read = Sampled.of(tmp_path)
    assert list(read.recordings) == [69]
    assert hz_of(read.recordings[69]) == pytest.approx(440, abs=1)


def test_missing_sounds_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=f"no recorded notes in {tmp_path}"):
        Sampled.of(tmp_path)
    with pytest.raises(MissingPackage, match="no soundfont"):
        stems.banks_of(tmp_path / "sonivox.sf2", tmp_path)


@pytest.mark.parametrize("pitch", [69, 70, 72, 74])
def test_a_note_sounds_at_its_pitch_when_and_as_long_as_it_should(flute: Sampled, pitch: int) -> None:
    sound = flute.play([Note(0.5, 0.6, pitch, 100, 0)], 2.0)
    assert len(sound) == 2 * ANALYSIS_HZ and not sound[: ANALYSIS_HZ // 2].any()
    heard = sound[ANALYSIS_HZ // 2 : int(1.1 * ANALYSIS_HZ)]
    assert hz_of(heard) == pytest.approx(440 * 2 ** ((pitch - 69) / 12), rel=0.003)
    assert not sound[int(1.3 * ANALYSIS_HZ) :].any()


def test_notes_out_of_reach_are_moved_by_octaves(flute: Sampled) -> None:
    low = flute.play([Note(0.0, 1.0, 69 - 24, 100, 0)], 1.0)
    assert hz_of(low) == pytest.approx(440, rel=0.003)
    high = flute.play([Note(0.0, 1.0, 72 + BEYOND + 1, 100, 0)], 1.0)
    assert hz_of(high) == pytest.approx(523.25 * 2 ** ((BEYOND + 1 - 12) / 12), rel=0.003)


def test_louder_notes_are_louder_and_late_ones_do_no_harm(flute: Sampled) -> None:
    soft, loud = (np.abs(flute.play([Note(0.0, 1.0, 69, v, 0)], 1.0)).max() for v in (40, 120))
    assert loud > 3 * soft > 0
    assert not flute.play([Note(5.0, 1.0, 69, 100, 0)], 1.0).any()


def test_a_player_plays_what_he_plays_in_the_band() -> None:
    found = 0
    for seed in range(30):
        alone = player(WHOLE, Random(seed))
        if alone is None:
            continue
        found += 1
        assert len(alone.parts) == 1 and alone.duration_s == STEM_S and len(alone.notes) >= FEWEST_NOTES
        assert {note.part for note in alone.notes} == {0} and not alone.beats.beats
        assert all(note.start_s >= 0 and note.end_s <= STEM_S + 1e-6 for note in alone.notes)
        pitches = [note.pitch for note in alone.notes]
        parts = [[note.pitch for note in WHOLE.notes_of(index)] for index in range(len(WHOLE.parts))]
        assert any(part[first : first + len(pitches)] == pitches for part in parts for first in range(len(part)))
    assert found > 10


def test_nobody_is_left_where_there_are_few_notes() -> None:
    few = replace(WHOLE, parts=WHOLE.parts[:1], notes=tuple(WHOLE.notes_of(0)[: FEWEST_NOTES - 1]))
    none = replace(few, notes=())
    assert player(few, Random(0)) is None and player(none, Random(0)) is None


def test_half_of_the_pitched_parts_change_their_family() -> None:
    drawn = [another(Part("lead", 73), Random(seed)).program for seed in range(400)]
    assert 0.4 < drawn.count(73) / 400 < 0.65
    assert len({family_of(program) for program in drawn}) > 12
    kit = Part("kit", 0, is_drums=True)
    assert all(another(kit, Random(seed)) == kit for seed in range(20))


def test_recorded_notes_and_soundfonts_take_turns(flute: Sampled, monkeypatch: pytest.MonkeyPatch) -> None:
    silence = np.zeros(10, np.float32)
    monkeypatch.setattr(stems, "performed", lambda *_, **__: silence)
    fonts = {name: Path(name) for name in stems.FONT_SHARES}
    banks = Banks(fonts, {name: flute for name in INSTRUMENTS.values()})

    def used(part: Part) -> set[str]:
        alone = replace(WHOLE, parts=(part,), notes=(Note(0.0, 1.0, 69, 100, 0),), duration_s=1.0)
        return {played(alone, banks, Random(seed), seed)[1] for seed in range(80)}

    assert used(Part("lead", 73)) == {"samples", *fonts}
    for part in (Part("kit", 0, is_drums=True), Part(VOICE, 53), Part("pad", 89)):
        assert used(part) == set(fonts)


@pytest.mark.parametrize("semitones", [-3, 0, 4])
def test_another_body_plays_the_same_notes_at_the_same_times(flute: Sampled, semitones: int) -> None:
    notes = (Note(0.2, 0.5, 70, 100, 0), Note(1.0, 0.6, 72, 100, 0))
    alone = replace(WHOLE, parts=(Part("lead", 73),), notes=notes, duration_s=2.0)
    asked: list[int] = []

    def play(part: Piece) -> tuple[np.ndarray, str]:
        asked.extend(note.pitch for note in part.notes)
        return flute.play(part.notes, part.duration_s), "samples"

    sound, bank = embodied(alone, semitones, play)
    assert bank == "samples" and asked == [70 - semitones, 72 - semitones]
    assert len(sound) == pytest.approx(2 * ANALYSIS_HZ, abs=2)
    assert np.abs(sound[: int(0.19 * ANALYSIS_HZ)]).max() < 0.01
    for note in notes:
        heard = sound[int((note.start_s + 0.05) * ANALYSIS_HZ) : int((note.end_s - 0.05) * ANALYSIS_HZ)]
        off = 12 * np.log2(hz_of(heard) / (440 * 2 ** ((note.pitch - 69) / 12)))
        assert off == pytest.approx(12 * round(off / 12), abs=0.06)  # what lies out of reach sounds an octave off


def test_drums_have_no_other_body() -> None:
    alone = replace(WHOLE, parts=(Part("kit", 0, is_drums=True),), notes=(Note(0.0, 0.2, 38, 100, 0),))
    assert embodied(alone, 4, lambda part: (np.zeros(1, np.float32), str(part == alone)))[1] == "True"


def test_the_held_out_font_never_plays() -> None:
    assert HELD_OUT_FONT not in stems.FONT_SHARES


def test_stems_are_made_once_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flute: Sampled) -> None:
    collection = tmp_path / "songs"
    collection.mkdir()
    monkeypatch.setattr(stems, "banks_of", lambda *_: Banks({}, {}))
    monkeypatch.setattr(stems, "songs", lambda *_: ["001"])
    monkeypatch.setattr(stems, "load", lambda *_: None)
    monkeypatch.setattr(stems, "arranged", lambda *_: WHOLE)
    monkeypatch.setattr(stems, "played", lambda alone, *_: (flute.play(alone.notes, alone.duration_s), "samples"))
    given = ["stems", "--data", str(collection), "--out", str(tmp_path), "--sonivox", "x", "--samples", "y"]
    monkeypatch.setattr(sys, "argv", [*given, "--stems", "4"])
    stems.main()
    made = sorted((tmp_path / "stems").glob("*"))
    assert made and all(path.name in {f"stem-{n}.npz" for n in range(4)} for path in made)
    times = [path.stat().st_mtime_ns for path in made]
    stems.main()
    assert [path.stat().st_mtime_ns for path in made] == times
