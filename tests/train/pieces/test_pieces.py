"""Made pieces: what is said to be true of each can be found again in its notes."""

import json
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicflamingo_app.errors import NotFound
from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.chord import NO_CHORD, Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Timeline
from train.pieces import __main__ as command
from train.pieces.compose import piece
from train.pieces.forms import FORMS
from train.pieces.grammar import Grammar, chord_of
from train.pieces.idioms import IDIOMS
from train.pieces.midi import truth_json, write_midi
from train.pieces.patterns import KIT, letters, rhythms
from train.pieces.styles import CHORDAL, ROLES, STYLES, Style
from train.pieces.values import Note, Piece

JITTER_S = 0.03
HATS = (42, 44, 46, 51)
# The bass of these comes after the chord's onset, is left to the others there, or alternates with the fifth.
LATE_BASS = frozenset({"house", "disco", "hip hop", "modal vamp", "reggae", "march", "waltz"})
made = cache(piece)
pieces = st.builds(made, st.integers(0, 400), st.sampled_from(sorted(STYLES)))


def pitched(made: Piece, *, but: tuple[str, ...] = ()) -> list[Note]:
    parts = made.parts
    return [n for n in made.notes if not parts[n.part].is_drums and parts[n.part].role not in but]


def tiles(timeline: Timeline[Any], end_s: float) -> bool:
    segments = timeline.segments
    joined = all(abs(a.end_s - b.start_s) < 1e-6 for a, b in pairwise(segments))
    return joined and segments[0].start_s == 0 and abs(segments[-1].end_s - end_s) < 1e-6


@given(pieces)
@settings(deadline=None, max_examples=60, derandomize=True)
def test_everything_lies_inside_the_piece(made: Piece) -> None:
    assert 30 < made.duration_s < 240
    assert all(0 <= n.start_s < n.end_s <= made.duration_s + 1e-6 for n in made.notes)
    assert all(0 <= n.pitch <= 127 and 1 <= n.velocity <= 127 for n in made.notes)
    assert all(0 <= time_s < made.duration_s for time_s in made.beats.times_s)
    assert {note.part for note in made.notes} <= set(range(len(made.parts)))


@given(pieces)
@settings(deadline=None, max_examples=60, derandomize=True)
def test_no_note_of_a_part_sounds_twice_at_once(made: Piece) -> None:
    ends: dict[tuple[int, int], float] = {}
    for note in made.notes:
        assert ends.get((note.part, note.pitch), 0.0) <= note.start_s + 1e-9
        ends[note.part, note.pitch] = note.end_s


@given(pieces)
@settings(deadline=None, max_examples=60, derandomize=True)
def test_bars_have_as_many_beats_as_their_metre(made: Piece) -> None:
    if made.is_free:
        assert made.beats.beats == ()
        return
    first = made.beats.downbeats_s[0]
    counted = [beat for beat in made.beats.beats if beat.time_s >= first]
    for beat, after in pairwise(counted):
        metre = made.metres.at(beat.time_s)
        assert metre is not None
        assert after.position == beat.position % metre.label.felt_beats + 1
    for section in made.sections.segments[1:]:
        assert min(abs(section.start_s - time_s) for time_s in made.beats.downbeats_s) < 1e-6


@given(pieces)
@settings(deadline=None, max_examples=60, derandomize=True)
def test_chords_keys_metres_and_sections_tile_the_piece(made: Piece) -> None:
    assert tiles(made.chords, made.duration_s)
    assert tiles(made.sections, made.duration_s)
    assert tiles(made.metres, made.duration_s)
    if made.style == "drums only":
        assert len(made.keys) == 0 and made.key is None
    else:
        assert tiles(made.keys, made.duration_s)


@given(pieces)
@settings(deadline=None, max_examples=60, derandomize=True)
def test_what_accompanies_plays_the_chord_where_it_begins(made: Piece) -> None:
    fitting = total = 0.0
    lowest = []
    for segment in made.chords:
        if not segment.label.is_chord:
            continue
        at_s = segment.start_s + min(0.1, 0.4 * segment.duration_s)
        now = [n for n in pitched(made, but=("lead",)) if n.start_s <= at_s < n.end_s]
        total += sum(note.length_s for note in now)
        fitting += sum(note.length_s for note in now if note.pitch % 12 in segment.label.pitch_classes)
        bass = segment.label.bass_pitch
        if now and bass is not None:
            lowest.append(min(note.pitch for note in now) % 12 == bass.pitch_class)
    assert fitting >= 0.8 * total
    if made.style not in LATE_BASS and lowest:
        assert sum(lowest) >= 0.8 * len(lowest)  # stretches in three alternate root and fifth


@given(pieces)
@settings(deadline=None, max_examples=60, derandomize=True)
def test_nobody_pitched_plays_where_there_is_no_chord(made: Piece) -> None:
    silent = [s for s in made.chords if s.label == NO_CHORD and s.end_s < made.duration_s]
    for segment in silent:
        inside = [n for n in pitched(made) if segment.start_s + JITTER_S < n.start_s < segment.end_s - 2 * JITTER_S]
        assert inside == []


@given(pieces)
@settings(deadline=None, max_examples=60, derandomize=True)
def test_the_tune_keeps_to_the_key(made: Piece) -> None:
    tune = [n for n in made.notes if made.parts[n.part].role == "lead"]
    inside = 0.0
    for note in tune:
        region = made.keys.at(min(note.start_s + 0.05, made.duration_s - 0.01))
        assert region is not None
        inside += note.length_s * (note.pitch % 12 in region.label.scale)
    assert inside >= 0.7 * sum(note.length_s for note in tune)


@given(pieces)
@settings(deadline=None, max_examples=40, derandomize=True)
def test_who_plays_when_covers_the_notes(made: Piece) -> None:
    for index in range(len(made.parts)):
        active = made.active(index)
        assert all(before.end_s < after.start_s for before, after in pairwise(active))
        for note in made.notes_of(index):
            assert any(interval.contains(note.start_s) for interval in active)


@pytest.mark.parametrize("style", STYLES.values(), ids=lambda style: style.name)
def test_a_style_is_what_it_claims(style: Style) -> None:
    for seed in range(4):
        made_ = made(seed, style.name)
        assert made_.is_free == style.is_free == (not made_.beats.beats)
        assert {str(segment.label) for segment in made_.metres} <= set(style.metres)
        low, high = style.swing
        assert low / (1 - low) - 1e-3 <= made_.swing_ratio <= high / (1 - high) + 1e-3
        if style.idiom == "none":
            assert [segment.label for segment in made_.chords] == [NO_CHORD]
            assert pitched(made_) == []
        elif style.tempo == "steady" and not style.changes_metre:
            bpm = made_.beats.tempo_bpm
            assert bpm is not None and style.bpm[0] - 0.5 <= bpm <= style.bpm[1] + 0.5


@pytest.mark.parametrize("style", ["jazz swing", "blues", "shuffle pop", "pop rock", "jazz waltz", "disco"])
def test_the_hats_swing_as_much_as_is_said(style: str) -> None:
    measured = []
    for seed in range(8):
        made_ = made(seed, style)
        hats = [n.start_s for n in made_.notes if made_.parts[n.part].role == "kit" and n.pitch in HATS]
        beats = made_.beats.times_s
        places = [
            (t - a) / (b - a) for t in hats for a, b in pairwise(beats) if a + 0.4 * (b - a) < t < a + 0.72 * (b - a)
        ]
        if len(places) > 8:
            late = median(places)
            measured.append(late / (1 - late) / made_.swing_ratio)
    assert len(measured) >= 3
    assert all(0.9 < ratio < 1.1 for ratio in measured)


def test_a_change_of_metre_and_of_key_happens_where_it_is_promised() -> None:
    for seed in range(6):
        assert len({segment.label for segment in made(seed, "changing metre").metres}) == 2
        assert len({segment.label for segment in made(seed, "lifted pop").keys}) == 2


def test_a_ramp_ends_at_another_tempo() -> None:
    for seed in range(6):
        curve = made(seed, "tempo change").beats.tempo_curve()
        steady = [tempo.bpm for tempo in curve[: -2 * 8]]
        assert max(steady) / min(steady) > 1.1


def test_the_same_letter_has_the_same_chords() -> None:
    for seed in range(12):
        made_ = made(seed, "pop rock")
        known: dict[str, list[tuple[int, str]]] = {}
        for section in made_.sections.segments[:-1]:
            key = made_.keys.at(section.start_s)
            assert key is not None
            inside = made_.chords.within(section.interval)
            tonic = key.label.tonic.pitch_class
            roots = [((c.label.root.pitch_class - tonic) % 12, c.label.quality) for c in inside if c.label.root]
            if roots:
                assert known.setdefault(f"{section.label} {key.label.mode}", roots) == roots


def test_many_seeds_cover_programs_keys_and_qualities() -> None:
    some = [made(seed) for seed in range(200)]
    programs = {part.program for one in some for part in one.parts if not part.is_drums}
    keys = {(s.label.tonic.pitch_class, s.label.mode) for one in some for s in one.keys}
    qualities = {(s.label.quality, s.label.added) for one in some for s in one.chords}
    assert len(programs) >= 60
    assert {(tonic, mode) for tonic in range(12) for mode in ("major", "minor")} <= keys
    assert {mode for _, mode in keys} >= {"dorian", "mixolydian", "lydian", "phrygian"}
    assert len(qualities) >= 30
    assert {one.style for one in some} >= set(STYLES)
    assert any(s.label.bass for one in some for s in one.chords)
    assert sum(one.tuning_cents != 0 for one in some) > 40


def test_the_same_seed_gives_the_same_piece_and_another_one_another() -> None:
    assert piece(7) == piece(7)
    assert piece(7, "bossa").notes != piece(8, "bossa").notes


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(NotFound, match="polka"):
        piece(1, "polka")


def read(path: Path) -> list[tuple[float, float, int, bool]]:
    """(start, end, pitch, drums) of the notes in a MIDI file."""
    now_s, out = 0.0, []
    sounding: dict[tuple[int, int], float] = {}
    for message in mido.MidiFile(path):
        now_s += message.time
        if message.type in ("note_on", "note_off"):
            place = (message.channel, message.note)
            if message.type == "note_on" and message.velocity:
                sounding[place] = now_s
            else:
                out.append((sounding.pop(place), now_s, message.note, message.channel == 9))
    assert not sounding
    return sorted(out)


@pytest.mark.parametrize(("seed", "style"), [(1, "jazz swing"), (2, "free piano"), (3, "odd metre"), (4, "house")])
def test_a_midi_file_has_the_same_times(seed: int, style: str, tmp_path: Path) -> None:
    made_ = made(seed, style)
    write_midi(made_, tmp_path / "piece.mid")
    drums = [part.is_drums for part in made_.parts]
    starts: dict[tuple[int, bool], list[float]] = {}
    for start_s, _, pitch, drummed in read(tmp_path / "piece.mid"):
        starts.setdefault((pitch, drummed), []).append(start_s)
    wanted: dict[tuple[int, bool], list[float]] = {}
    for note in made_.notes:
        wanted.setdefault((note.pitch, drums[note.part]), []).append(note.start_s)
    assert wanted.keys() == starts.keys()
    for place, times_s in wanted.items():
        assert sorted(times_s) == pytest.approx(sorted(starts[place]), abs=0.002)


def test_a_detuned_piece_is_bent(tmp_path: Path) -> None:
    detuned = next(one for one in map(made, range(50)) if abs(one.tuning_cents) > 10)
    write_midi(detuned, tmp_path / "piece.mid")
    bends = [m.pitch for m in mido.MidiFile(tmp_path / "piece.mid") if m.type == "pitchwheel"]
    assert len(bends) == sum(not part.is_drums for part in detuned.parts)
    assert all(bend * 200 / 8192 == pytest.approx(detuned.tuning_cents, abs=0.05) for bend in bends)


def test_the_truth_can_be_read_back() -> None:
    made_ = made(3, "lifted pop")
    truth = json.loads(json.dumps(truth_json(made_, 0.004)))
    assert len(truth["beats"]) == len(truth["positions"]) == len(made_.beats.beats)
    assert truth["beats"][5] == pytest.approx(made_.beats.times_s[5] + 0.004, abs=1e-4)
    assert truth["chords"][0][0] == 0 and truth["chords"][-1][1] == truth["duration"]
    assert [str(Chord.parse(row[2])) for row in truth["chords"]] == [row[2] for row in truth["chords"]]
    assert [str(Key.parse(row[2])) for row in truth["key_regions"]] == [row[2] for row in truth["key_regions"]]
    assert [part["role"] for part in truth["parts"]] == [part.role for part in made_.parts]


def test_the_command_writes_music_and_truth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["pieces", "--count", "2", "--seed", "5", "--out", str(tmp_path)])
    command.main()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["005.json", "005.mid", "006.json", "006.mid"]
    assert "005: " in capsys.readouterr().out


def test_every_numeral_of_every_idiom_is_a_chord_in_every_key() -> None:
    for modes in IDIOMS.values():
        for mode, grammar in modes.items():
            for tonic in range(12):
                for numeral in grammar.numerals():
                    assert str(chord_of(numeral, Key.of(tonic, mode)))


def test_numerals_follow_the_key() -> None:
    assert str(chord_of("bVII:7/3", Key.parse("D minor"))) == "C:7/3"
    assert str(chord_of("ii", Key.parse("Eb major"))) == "F:min"
    with pytest.raises(ValueError, match="VIII"):
        chord_of("VIII", Key.parse("C major"))


def test_a_grammar_grows_what_its_rules_say() -> None:
    grammar = Grammar.parse("P = 1 T | D T\nT = 1 I\nD = 1 V:7\n  ; 0 IV")
    assert grammar.grown("P", Random(1)) == [["I"], ["V:7", "I"]]
    with pytest.raises(ValueError, match="is not a rule"):
        Grammar.parse("P: I")


@pytest.mark.parametrize("style", STYLES.values(), ids=lambda style: style.name)
def test_a_style_names_only_what_exists(style: Style) -> None:
    assert style.form in FORMS and set(style.modes) <= IDIOMS[style.idiom].keys()
    assert len(style.chances) == len(ROLES) and set(CHORDAL) <= set(ROLES)
    tables = [Metre.parse(text) for text in style.metres]
    for kind, names in (("comp", style.comp), ("arp", style.arp), ("bass", style.bass), ("kit", style.kit)):
        assert set(names) <= {name for metre in tables for name in rhythms(kind, metre)}


def test_rhythms_fill_their_bars() -> None:
    for metre in map(Metre.parse, ("4/4", "3/4", "2/4", "6/8", "12/8", "5/4", "7/8")):
        for kind in ("comp", "arp", "bass", "kit", "percussion"):
            for text in rhythms(kind, metre).values():
                for line in text.split(";"):
                    groups = letters(line)[len(letters(line)[0]) == 1 and kind in ("kit", "percussion") :]
                    assert len(groups) == metre.felt_beats, (metre, line)
    assert sum(len(table) for table in KIT.values()) >= 12
    with pytest.raises(ValueError, match="11/8"):
        rhythms("kit", Metre(11, 8))
