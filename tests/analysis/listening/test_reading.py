"""Reading what the networks heard: chords, beats, keys and instruments from passes with known content."""

from dataclasses import replace

import numpy as np
import pytest

from musicflamingo_app.analysis.harmony.chordia import free_chords, free_path
from musicflamingo_app.analysis.harmony.retime import on_beats
from musicflamingo_app.analysis.listening.bars import METRES, BarModel
from musicflamingo_app.analysis.listening.beats import PRIORS, rhythm_of
from musicflamingo_app.analysis.listening.chords import frames_of, vocabulary
from musicflamingo_app.analysis.listening.classes import (
    DRUMS,
    FAMILY_NAMES,
    N_CHORDS,
    N_KEYS,
    bass_class,
    chord_class,
    key_class,
)
from musicflamingo_app.analysis.listening.hearing import Listening
from musicflamingo_app.analysis.listening.instruments import instruments_of, stretches
from musicflamingo_app.analysis.listening.keys import keys_of, unpitched
from musicflamingo_app.analysis.listening.levels import LevelModel
from musicflamingo_app.analysis.rhythm.engine import RhythmFinding
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import NO_CHORD, Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Timeline

MODEL = BarModel((1.0, 0.0, 0.0), 0.0, tuple(float(np.log(1 / len(METRES))) for _ in METRES))
AS_TRACKED = LevelModel((0.0,) * 27)  # to no cue a level is better than the tracked one
SURE = 4.0


def silence(seconds: float) -> Listening:
    """A pass that heard nothing."""
    n = int(seconds * 10)
    flat = np.zeros((n, 12), np.float32)
    return Listening(
        0.0, 1.0,
        log_softmax(np.zeros((n, N_CHORDS))), log_softmax(np.zeros((n, 13))), log_softmax(np.zeros((n, N_KEYS))),
        np.full(n, -SURE, np.float32), np.full((5 * n, 2), -SURE, np.float32),
        np.zeros((n, len(FAMILY_NAMES)), np.float32), flat, flat, flat, np.zeros((n, 82), np.float32),
        np.zeros(5 * n, np.float32),
    )  # fmt: skip


def log_softmax(rows: np.ndarray) -> np.ndarray:
    return (rows - np.log(np.exp(rows).sum(axis=1, keepdims=True))).astype(np.float32)


def hearing_chords(names: list[str], each_s: float) -> Listening:
    heard = silence(len(names) * each_s)
    chords, bass = np.zeros((heard.n_frames, N_CHORDS)), np.zeros((heard.n_frames, 13))
    changes = heard.changes.copy()
    for index, name in enumerate(names):
        kept = slice(int(index * each_s * 10), int((index + 1) * each_s * 10))
        chords[kept, chord_class(Chord.parse(name))] = SURE
        bass[kept, bass_class(Chord.parse(name))] = SURE
        changes[kept.start] = SURE
    return replace(heard, chords=log_softmax(chords), bass=log_softmax(bass), changes=changes)


def test_every_chord_of_the_vocabulary_is_its_own_best() -> None:
    known = vocabulary()
    assert len(set(known.chords)) == len(known.chords)
    for chord in known.chords:
        heard = frames_of(hearing_chords([str(chord)], 1.0))
        assert known.chords[int(known.scores(heard.outputs[5:6])[0].argmax())] == chord


def test_chords_are_read_with_their_basses_and_times() -> None:
    names = ["C:maj", "G:maj/3", "A:min7", "F:maj7", "N", "D:hdim7"]
    frames = frames_of(hearing_chords(names, 2.0))
    found = free_chords(frames, free_path(frames), 12.0)
    assert [str(segment.label) for segment in found] == names
    assert [segment.start_s for segment in found] == pytest.approx([0, 2, 4, 6, 8, 10], abs=0.051)
    grid = BeatGrid.of([0.5 * k for k in range(24)], [2.0 * k for k in range(6)], Metre(4))
    assert [str(segment.label) for segment in on_beats(frames, grid, 12.0).value] == names


def test_borders_off_the_beat_are_neither_early_nor_late() -> None:
    """A frame tells of its time, so a border lies half a frame before the first that tells of the new chord."""
    borders_s = np.cumsum(np.random.default_rng(1).uniform(1.0, 2.0, 60))
    heard = hearing_chords(["C:maj", "G:maj"], 50.0)
    inside = np.searchsorted(borders_s, np.arange(heard.n_frames) / 10, side="right") % 2
    places = [chord_class(Chord.parse(name)) for name in ("C:maj", "G:maj")]
    frames = frames_of(replace(heard, chords=heard.chords[np.where(inside, 500, 0)], bass=heard.bass[500 * inside]))
    assert frames.outputs[:, places].argmax(axis=1).tolist() == inside.tolist()
    found = free_chords(frames, free_path(frames), 100.0)
    starts_s = np.array([segment.start_s for segment in found][1:])
    errors_s = starts_s - borders_s[: len(starts_s)]
    assert len(starts_s) == (borders_s < 100).sum()
    assert abs(errors_s.mean()) < 0.01
    assert abs(errors_s).max() < 0.06


def beating(gap_frames: int, n_beats: int, metre: int) -> Listening:
    heard = silence(gap_frames * n_beats / 50 + 2)
    odds, onsets = heard.beats.copy() + np.log(PRIORS), heard.onsets.copy()
    for beat in range(n_beats):
        place = 50 + beat * gap_frames
        odds[place - 1 : place + 2, 0] = np.array([0.0, SURE, 0.0]) + np.log(PRIORS[0])
        odds[place, 1] = (SURE if beat % metre == 0 else -SURE) + np.log(PRIORS[1])
        onsets[place] = 30.0
    return replace(heard, beats=odds.astype(np.float32), onsets=onsets)


@pytest.mark.parametrize("metre", [2, 3, 4, 5])
@pytest.mark.parametrize("gap_frames", [20, 30, 50])
def test_beats_and_bars_are_read(metre: int, gap_frames: int) -> None:
    found = rhythm_of(beating(gap_frames, 60, metre), MODEL, AS_TRACKED, 80.0).value
    assert found.tempo_bpm == pytest.approx(3000 / gap_frames, rel=0.02)
    assert found.metre == Metre(metre)
    downs = np.array(found.downbeats_s)
    np.testing.assert_allclose(downs, 1.0 + gap_frames * metre / 50 * np.arange(len(downs)), atol=0.04)


def test_beats_in_thirds_are_compound() -> None:
    heard = beating(30, 60, 2)
    onsets = heard.onsets.copy()
    for beat in range(60):
        onsets[[60 + beat * 30, 70 + beat * 30]] = 20.0
    assert rhythm_of(replace(heard, onsets=onsets), MODEL, AS_TRACKED, 80.0).value.metre == Metre(6, 8)


def test_where_nothing_beats_there_is_no_grid() -> None:
    found = rhythm_of(silence(30.0), MODEL, AS_TRACKED, 30.0)
    assert not found.value.beats and found.confidence == 0.0
    noise = replace(silence(30.0), beats=np.random.default_rng(0).normal(-4, 0.5, (1500, 2)).astype(np.float32))
    assert not rhythm_of(replace(noise, onsets=np.full(1500, 5.0, np.float32)), MODEL, AS_TRACKED, 30.0).value.beats


def in_keys(names: list[str], each_s: float, lead: float = SURE) -> Listening:
    heard = silence(len(names) * each_s)
    keys = np.zeros((heard.n_frames, N_KEYS))
    for index, name in enumerate(names):
        keys[int(index * each_s * 10) : int((index + 1) * each_s * 10), key_class(Key.parse(name))] = lead
    return replace(heard, keys=log_softmax(keys), chroma=np.ones((heard.n_frames, 12), np.float32))


def test_a_modulation_is_heard_and_a_passing_chord_is_none() -> None:
    found = keys_of(in_keys(["C major", "C major", "E major"], 20.0), None, 60.0)
    assert [(str(r.label), round(r.start_s)) for r in found.regions] == [("C major", 0), ("E major", 40)]
    assert str(found.value) == "C major"
    brief = keys_of(in_keys(["C major"] * 10 + ["F major"] + ["C major"] * 10, 1.0), None, 21.0)
    assert [str(region.label) for region in brief.regions] == ["C major"]


def test_the_main_key_is_what_all_speaks_for_and_not_a_few_seconds_more() -> None:
    names = ["C major"] * 10 + ["E major"] * 11
    sure, unsure = in_keys(names, 2.0), in_keys(names, 2.0, lead=1.0)
    found = keys_of(replace(sure, keys=np.concatenate([sure.keys[:200], unsure.keys[200:]])), None, 42.0)
    assert [str(region.label) for region in found.regions] == ["C major", "E major"] and str(found.value) == "C major"
    assert str(keys_of(sure, None, 42.0).value) == "E major"


def test_a_mode_is_named_only_when_it_is_clear() -> None:
    assert str(keys_of(in_keys(["D dorian"], 30.0), None, 30.0).value) == "D dorian"
    assert str(keys_of(in_keys(["D dorian"], 30.0, lead=0.3), None, 30.0).value) == "D minor"


def test_drums_alone_have_no_key_and_a_tune_without_chords_has() -> None:
    rest = Timeline.of([(0.0, 30.0, NO_CHORD)])
    sound = in_keys(["C major"], 30.0)
    families = sound.families.copy()
    families[:, DRUMS] = 0.9
    drummed = replace(sound, families=families)
    assert unpitched(drummed, rest) and unpitched(silence(10.0), None)
    assert not unpitched(drummed, None) and not unpitched(sound, rest)
    assert not unpitched(drummed, Timeline.of([(0.0, 30.0, Chord.parse("C:maj"))]))
    both = families.copy()
    both[:, FAMILY_NAMES.index("flute and pipes")] = 0.8
    assert not unpitched(replace(sound, families=both), rest)


def half_sure(gaps_s: Floats) -> RhythmFinding:
    """What is read where the network half believes in beats so far apart."""
    times_s = 1.0 + np.cumsum(gaps_s)
    places = np.round(times_s[times_s < 79] * 50).astype(int)
    odds = np.full((4000, 2), -6.0, np.float32) + np.log(np.array(PRIORS, np.float32))
    rises = np.zeros(4000, np.float32)
    for near, chance in ((-1, -2.0), (1, -2.0), (0, -0.2)):
        odds[places + near, 0] = np.log(PRIORS[0]) + chance
    rises[places] = 10.0
    return rhythm_of(replace(silence(80.0), beats=odds, onsets=rises), MODEL, AS_TRACKED, 80.0)


def test_beats_in_free_time_must_be_surer_than_even_ones() -> None:
    uneven_s = 0.6 * np.exp(np.random.default_rng(2).normal(0, 0.15, 130))
    assert not half_sure(uneven_s).value.beats
    assert half_sure(np.full(130, 0.6)).value.tempo_bpm == pytest.approx(100, abs=1)


def test_other_tempi_and_ramps_are_no_free_time() -> None:
    two, ramp = np.repeat([0.5, 0.7], [70, 60]), np.geomspace(0.5, 0.8, 125)
    for gaps_s in (two, ramp):
        found = half_sure(gaps_s).value
        assert len(found.beats) == pytest.approx((np.cumsum(gaps_s) < 78).sum(), abs=4)


def test_confidence_of_a_key_grows_with_the_evidence() -> None:
    weak, strong = (keys_of(in_keys(["G minor"], 30.0, lead), None, 30.0).confidence for lead in (2.0, 6.0))
    assert 0 < weak < strong <= 1


def test_instruments_play_from_and_to() -> None:
    heard = silence(30.0)
    families = heard.families.copy()
    drums, piano = FAMILY_NAMES.index("drums"), FAMILY_NAMES.index("piano")
    families[100:200, drums] = 0.9
    families[:, piano] = 0.8
    families[20:22, FAMILY_NAMES.index("brass")] = 0.9
    found = {playing.name: playing for playing in instruments_of(replace(heard, families=families), 30.0).value}
    assert set(found) == {"drums", "piano"}
    (part,) = found["drums"].timeline
    assert part.start_s == pytest.approx(10.0, abs=0.5) and part.end_s == pytest.approx(20.0, abs=0.5)
    assert found["piano"].duration_s == pytest.approx(30.0)


def test_short_pauses_are_bridged_and_short_stretches_left_out() -> None:
    playing = np.zeros(100, bool)
    playing[[*range(10, 30), *range(35, 60), *range(80, 84)]] = True
    assert stretches(playing) == [(10, 60)]
    assert stretches(np.zeros(5, bool)) == []
    assert stretches(np.ones(20, bool)) == [(0, 20)]
