"""The lines that a tiny model reads say what the card says, in seconds, and leave out what is not sure."""

from dataclasses import replace
from typing import Any

from musicflamingo_app.facts.card import Fact, SongCard
from musicflamingo_app.facts.seconds import seconds_text
from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Timeline


def sure(value: Any, confidence: float = 0.9) -> Fact[Any]:
    return Fact(value, confidence, "test")


CARD = SongCard(
    "Harbour lights", 20.0,
    tempo_bpm=sure(96.2),
    metre=sure(Metre.parse("3/4")),
    key=sure(Key.parse("G minor")),
    chords=sure(Timeline.of([(0.0, 4.6, Chord.parse("G:min")), (4.6, 20.0, Chord.parse("D:maj/3"))])),
    instruments=sure((Playing.of("drums", [(4.4, 9.6, 0.9), (12.0, 20.0, 0.9)]), Playing.of("bass", [(0, 20, 0.9)]))),
    sections=sure(Timeline.of([(0.0, 11.0, Section("A")), (11.0, 20.0, Section("B", "chorus"))])),
)  # fmt: skip


def test_each_aspect_has_its_line() -> None:
    assert seconds_text(CARD).splitlines() == [
        "tempo: 96 BPM",
        "metre: 3/4",
        "key: G minor",
        "chords: Gm 0:00, D/F♯ 0:04",
        "playing: drums 0:04-0:10 0:12-0:20, bass 0:00-0:20",
        "parts: A 0:00, chorus 0:11",
    ]


def test_what_is_not_sure_or_not_known_is_left_out() -> None:
    doubtful = replace(CARD, tempo_bpm=sure(96.2, 0.3), key=sure(Key.parse("G minor"), 0.49), metre=None)
    assert seconds_text(doubtful).startswith("chords: ")
    assert seconds_text(SongCard("Nothing", 3.0)) == ""


def test_keys_that_follow_one_another_stand_with_their_times() -> None:
    keys = Timeline.of([(0.0, 9.0, Key.parse("G minor")), (9.0, 20.0, Key.parse("A minor"))])
    assert "keys: G minor 0:00, A minor 0:09" in seconds_text(replace(CARD, key_regions=sure(keys)))
