"""Which items are made, and what a song is that one pianist plays."""

import sys
from pathlib import Path

import mido
import numpy as np
import pytest

from train.ears.make import SEEDS, beginning, main, names, of_styles, piece_of, untaught
from train.ears.pop import NATURAL, PIANOS, SPEEDS, lines
from train.ears.split import side
from train.pieces.compose import piece
from train.pop909 import load
from train.scores import corpus
from train.scores.read import read

SONG = next(f"{number:03d}" for number in range(1, 100) if side(f"{number:03d}") == "train")


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    """A collection of one song of the train side: eight bars of melody over chords of two."""
    file = mido.MidiFile(type=1, ticks_per_beat=480)
    for name, pitches, ticks in (("MELODY", (72, 74, 76, 77), 240), ("PIANO", (48, 52, 55, 59), 480)):
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
        for index in range(15360 // ticks):
            pitch = pitches[index % 4]
            track += [mido.Message("note_on", note=pitch, velocity=80, time=0)]
            track += [mido.Message("note_off", note=pitch, velocity=0, time=ticks)]
        file.tracks.append(track)
    file.save(tmp_path / f"{SONG}.mid")
    beats = "".join(f"{0.5 * index} {index % 4 + 1}\n" for index in range(32))
    (tmp_path / f"{SONG}.beats").write_text(beats, "utf-8")
    (tmp_path / f"{SONG}.chords.lab").write_text("0.0 8.0 C:maj7\n8.0 16.0 A:min\n", "utf-8")
    (tmp_path / f"{SONG}.key.lab").write_text("0.0 16.0 C major\n", "utf-8")
    return tmp_path


def test_pieces_of_chosen_styles_are_all_that_there_are() -> None:
    asked = of_styles("train", ["jazz swing", "waltz"], 40, 60)
    seeds = SEEDS["train"][40:100]
    assert asked == [f"piece-{seed}" for seed in seeds if piece(seed).style in ("jazz swing", "waltz")] != []


def test_passing_over_pieces_needs_styles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--data", str(tmp_path), "--out", str(tmp_path / "items"), "--first", "5"]
    monkeypatch.setattr(sys, "argv", ["make", *asked])
    with pytest.raises(SystemExit):
        main()
    assert "--styles" in capsys.readouterr().err
    assert not (tmp_path / "items").exists()


def test_solos_are_asked_for_by_song(songs: Path) -> None:
    without, with_them = names(songs, "train", 1, 3), names(songs, "train", 1, 3, 2)
    assert sorted(set(with_them) - set(without)) == [f"solo-{SONG}-0", f"solo-{SONG}-1"]
    assert len(with_them) == len(set(with_them)) == len(without) + 2


@pytest.mark.parametrize("number", range(6))
def test_a_solo_is_the_song_in_another_key_and_tempo_on_one_instrument(songs: Path, number: int) -> None:
    song = load(songs, SONG)
    made = piece_of(f"solo-{SONG}-{number}", songs, "train")
    assert made is not None and made.style == NATURAL
    assert len({part.program for part in made.parts}) == 1 and made.parts[0].program in PIANOS
    speed = song.beats.times_s[-1] / made.beats.times_s[-1]
    assert SPEEDS[0] <= speed <= SPEEDS[1]
    np.testing.assert_allclose(made.beats.times_s, np.array(song.beats.times_s) / speed)
    roots = [(segment.label.root, before.label.root) for segment, before in zip(made.chords, song.chords, strict=True)]
    steps = {(new.pitch_class - old.pitch_class) % 12 for new, old in roots if new and old}
    assert len(steps) == 1
    played = [note for note in made.notes if made.parts[note.part].role == "piano"]
    truth = next(line.notes for line in lines(song.midi) if line.name == "PIANO")
    assert [note.pitch % 12 for note in played] == [(pitch + min(steps)) % 12 for _, _, pitch, _ in truth]
    np.testing.assert_allclose([note.start_s for note in played], [start / speed for start, *_ in truth])


def test_solos_differ(songs: Path) -> None:
    made = [piece_of(f"solo-{SONG}-{number}", songs, "train") for number in range(6)]
    assert len({piece.beats.times_s for piece in made if piece}) == 6
    assert len({next(iter(piece.keys)).label for piece in made if piece}) > 1


def test_lessons_are_songs_that_taught_nothing(tmp_path: Path) -> None:
    (tmp_path / "pop-012-1.npz").touch()
    (tmp_path / "piece-10000.npz").touch()
    asked = ["pop-012-0", "solo-012-0", "pop-013-0", "solo-014-1", "piece-10000", "piece-10001"]
    assert untaught(asked, tmp_path) == ["pop-013-0", "solo-014-1", "piece-10001"]


def test_the_beginning_of_a_piece_is_played_as_the_whole_is() -> None:
    whole = piece(10_003)
    half_s = whole.duration_s / 2
    made = beginning(whole, half_s)
    assert made.duration_s == half_s and max(note.end_s for note in made.notes) <= half_s
    assert [(n.start_s, n.pitch) for n in made.notes] == [
        (n.start_s, n.pitch) for n in whole.notes if n.start_s < half_s
    ]
    assert made.beats.times_s == tuple(t for t in whole.beats.times_s if t < half_s)
    assert beginning(whole, whole.duration_s + 1) is whole


def test_scores_alone_are_made_of_their_side(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tune = read("X:1\nT:One\nM:4/4\nL:1/8\nK:G\n" + "G2A2 B2c2|d2B2 G4|A2B2 c2A2|G4 G4|" * 2)
    assert tune is not None
    monkeypatch.setattr(corpus, "names", lambda: ["ryans.One", "oneills.2", "oneills.3"])
    monkeypatch.setattr(corpus, "load", {"ryans.One": tune, "oneills.2": None}.__getitem__)
    asked: list[str] = []
    monkeypatch.setattr("train.ears.make.make", lambda name, *_, **__: asked.append(name))
    given = ["make", "--data", str(tmp_path), "--out", str(tmp_path / "items"), "--scores", "2"]
    monkeypatch.setattr(sys, "argv", given)
    main()
    assert asked == ["score-ryans.One", "score-oneills.2"]
    home = corpus.side(tune)
    made = {side_: piece_of("score-ryans.One", tmp_path, side_) for side_ in SEEDS}
    assert [side_ for side_, piece_ in made.items() if piece_ is not None] == [home]
    assert piece_of("score-oneills.2", tmp_path, home) is None
