"""Pieces through a bank that lacks instruments: who plays instead, and who is left out."""

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from musicflamingo_app.analysis.listening.classes import family_of
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from musicflamingo_app.errors import MissingPackage
from train.ears import freepats
from train.ears.pop import VOICE
from train.pieces.compose import piece
from train.pieces.values import Note, Part

BANK = """
dir /usr/share/midi/freepats
drumset 0
 35\tDrum_000/035_Kick_1.pat
bank 0
 0\tTone_000/000_Acoustic_Grand_Piano.pat
 4\tTone_000/004_Electric_Piano.pat
 41\tTone_000/041_Viola.pat
drumset 25
 36\tTone_000/no_melody.pat
"""


def test_the_programs_are_those_of_the_melodic_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = tmp_path / "freepats.cfg"
    with pytest.raises(MissingPackage, match="FreePats is not installed"):
        freepats.programs_of(bank)
    bank.write_text(BANK)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    assert freepats.programs_of(bank) == [0, 4, 41]
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(MissingPackage, match="apt-get install timidity freepats"):
        freepats.programs_of(bank)


@pytest.mark.parametrize(("program", "plays"), [(0, 0), (1, 0), (3, 0), (40, 41), (73, None), (120, None)])
def test_the_nearest_of_the_family_plays(program: int, plays: int | None) -> None:
    assert freepats.nearest(program, [0, 4, 41]) == plays
    assert plays is None or family_of(plays) == family_of(program)


def test_parts_that_nobody_can_play_are_silent_and_singers_stay() -> None:
    made = piece(10_000)
    parts = list(made.parts)
    parts[0] = Part(VOICE, 53, False, 64, 100)
    parts[1] = replace(parts[1], program=73, is_drums=False)
    played = freepats.playable(replace(made, parts=tuple(parts)), [0, 4, 41])
    assert played.parts[0] == parts[0] and played.notes_of(0)
    assert made.notes_of(1) and not played.notes_of(1)
    assert len(played.parts) == len(made.parts)


def test_songs_and_every_second_piece_are_played_anew() -> None:
    names = ["piece-3", "pop-002-0", "solo-002-0", "piece-1", "piece-2", "pop-001-1"]
    assert freepats.chosen(names) == ["pop-001-1", "pop-002-0", "piece-1", "piece-3"]


def test_the_sound_begins_when_the_first_note_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """TiMidity++ leaves out the silence before it."""

    def timidity(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        soundfile.write(command[command.index("-o") + 1], np.ones((ANALYSIS_HZ, 2), np.float32) / 2, ANALYSIS_HZ)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", timidity)
    made = replace(piece(10_000), duration_s=4.0, notes=(Note(2.5, 0.5, 60, 100, 1), Note(1.5, 0.5, 64, 100, 1)))
    sound = freepats.by_timidity(made)
    assert len(sound) == 4 * ANALYSIS_HZ
    assert np.flatnonzero(sound)[[0, -1]].tolist() == [int(1.5 * ANALYSIS_HZ), int(2.5 * ANALYSIS_HZ) - 1]
