"""The example pieces: well-formed scores, and files whose truth is what is heard."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicflamingo_app.audio.intake import Intake, intake
from musicflamingo_app.audio.probe import probe
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Timeline
from train.songs import RENDER_DELAY_S, mastered, midi_of
from train.songs_arrange import voicing
from train.songs_pieces import pieces
from train.songs_score import DRUMS, LEAD_S, Score, melody, pitch_of

FOLDER = Path(__file__).parents[2] / "assets" / "songs"
SCORES = {score.name: score for score in pieces()}


class Unwatched:
    def progress(self, fraction: float, sentence: str = "") -> None:
        return None


@pytest.fixture(scope="module", params=sorted(SCORES))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def taken_in(name: str, tmp_path_factory: pytest.TempPathFactory) -> Intake:
    return intake(FOLDER / f"{name}.opus", tmp_path_factory.mktemp("copy") / "copy.m4a", Unwatched())


def truth_of(name: str) -> dict[str, Any]:
    return dict(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


def test_the_index_lists_them_all() -> None:
    rows = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))
    assert {row["id"] for row in rows} == SCORES.keys()
    for row in rows:
        assert (FOLDER / row["file"]).is_file() and (FOLDER / row["truth"]).is_file()
        tags = probe(FOLDER / row["file"]).tags
        assert (tags.title, tags.artist, tags.album) == (row["title"], "Music Flamingo App", "Example pieces")
        assert 35 <= row["duration"] <= 60
    assert {truth_of(name)["metre"] for name in SCORES} == {"4/4", "3/4"}
    assert sum(path.stat().st_size for path in FOLDER.glob("*.opus")) < 3_000_000


def test_the_stored_truth_is_the_score_s(name: str) -> None:
    stored = truth_of(name)
    assert stored == SCORES[name].truth(RENDER_DELAY_S, stored["duration"])


def test_the_truth_is_whole(name: str) -> None:
    truth = truth_of(name)
    end_s = truth["duration"]
    for rows in (truth["chords"], truth["sections"], truth["key_regions"]):
        timeline = Timeline.of([tuple(row) for row in rows])
        assert rows[0][0] == 0 and timeline.end_s == end_s
        assert all(after[0] == before[1] for before, after in pairwise(rows))
    assert {str(Chord.parse(label)) for _, _, label in truth["chords"]} == {label for _, _, label in truth["chords"]}
    assert all(str(Key.parse(label)) == label for _, _, label in truth["key_regions"])
    assert set(truth["downbeats"]) <= set(truth["beats"])
    assert len(truth["beats"]) == len(truth["downbeats"]) * SCORES[name].beats_per_bar
    inner = [row[0] for row in truth["sections"][1:]]
    assert set(inner) <= set(truth["downbeats"])


def test_what_is_heard_is_at_the_true_times(name: str, taken_in: Intake) -> None:
    truth, mono = truth_of(name), taken_in.audio.mono
    rate_hz = taken_in.audio.rate_hz
    assert taken_in.audio.duration_s == pytest.approx(truth["duration"], abs=0.02)
    first = int(np.argmax(np.abs(mono) > 0.02 * np.abs(mono).max())) / rate_hz
    assert first == pytest.approx(truth["beats"][0], abs=0.010)
    late_s = [_onset_s(mono, time_s, rate_hz) - time_s for time_s in truth["downbeats"][:-1]]
    assert abs(float(np.median(late_s))) < 0.010


def _onset_s(mono: np.ndarray, near_s: float, rate_hz: int) -> float:
    """Where the spectrum grows most within 40 ms of a time."""
    hop, size = 64, 512
    centres = np.arange(round((near_s - 0.04) * rate_hz), round((near_s + 0.04) * rate_hz), hop)
    frames = np.stack([mono[at - size // 2 : at + size // 2] * np.hanning(size) for at in centres])
    growth = np.diff(np.log1p(30 * np.abs(np.fft.rfft(frames))), axis=0).clip(0).sum(axis=1)
    return float(centres[int(np.argmax(growth)) + 1]) / rate_hz


def test_loudness_and_headroom(taken_in: Intake) -> None:
    assert taken_in.loudness.integrated_lufs == pytest.approx(-16, abs=0.3)
    assert taken_in.loudness.peak_dbfs < -0.5


def test_the_harmony_sounds(name: str, taken_in: Intake) -> None:
    """The true chord's pitch classes hold more of the sound than the same chord a half tone higher or lower."""
    truth, mono, rate_hz = truth_of(name), taken_in.audio.mono, taken_in.audio.rate_hz
    right = 0
    chords = [(start, end, Chord.parse(label)) for start, end, label in truth["chords"] if label != "N"]
    for start_s, end_s, chord in chords:
        piece = mono[round(start_s * rate_hz) : round(end_s * rate_hz)]
        spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece)), 1 << 17)) ** 0.5
        hz = np.arange(len(spectrum)) * rate_hz / (1 << 17)
        band = (hz > 100) & (hz < 1_500)
        classes = np.round(12 * np.log2(hz[band] / 440) + 9).astype(int) % 12
        chroma = np.bincount(classes, spectrum[band], 12)
        share = [sum(chroma[(pitch + shift) % 12] for pitch in chord.pitch_classes) for shift in (-1, 0, 1)]
        right += share[1] == max(share)
    assert right / len(chords) > 0.95


def test_scores_are_playable(name: str) -> None:
    score = SCORES[name]
    file = midi_of(score)
    assert len(file.tracks) == len(score.voices) + 1
    assert file.length == pytest.approx(score.time_s(score.n_beats), abs=1.0)
    for voice in score.voices:
        assert voice.notes, voice.name
        assert all(21 <= note.pitch <= 108 and 1 <= note.velocity <= 127 and note.length > 0 for note in voice.notes)
        assert all(0 <= note.start < score.n_beats + 1e-6 or voice.program == DRUMS for note in voice.notes)


def test_melodies_rest_on_chord_tones(name: str) -> None:
    score = SCORES[name]
    for voice in score.voices:
        if voice.name not in ("lead guitar", "flute", "violin", "tenor sax"):
            continue
        downbeats = [note for note in voice.notes if note.start % score.beats_per_bar == 0]
        fits = [note.pitch % 12 in score.sounding_at(note.start).chord.pitch_classes for note in downbeats]
        assert np.mean(fits) > 0.9


def test_tempo_changes_move_time() -> None:
    score = Score("x", "X", "", "4/4", 4, 120, (), slower={4.0: 0.5})
    assert score.time_s(4) == pytest.approx(LEAD_S + 2)
    assert score.time_s(6) == pytest.approx(LEAD_S + 4)


def test_melody_text() -> None:
    score = Score("x", "X", "", "3/4", 3, 120, ())
    notes = melody(score, 2, "A4:1 -:.5 C#5:1.5 | Cb4:3", 80)
    assert [(note.start, note.pitch) for note in notes] == [(6, 69), (7.5, 73), (9, 59)]
    with pytest.raises(ValueError, match="lasts 2 beats"):
        melody(score, 0, "A4:2", 80)
    assert pitch_of("B#4") == 72


def test_voicings_hold_the_chord_and_move_little() -> None:
    before = voicing(Chord.parse("C"), None, 55, 74)
    after = voicing(Chord.parse("A:min7"), before, 55, 74)
    assert {pitch % 12 for pitch in after} == Chord.parse("A:min7").pitch_classes
    assert set(before) <= set(after)
    rootless = voicing(Chord.parse("F:9"), after, 55, 74, rootless=True)
    assert {pitch % 12 for pitch in rootless} == Chord.parse("F:9").pitch_classes - {5}


def test_mastering_bends_peaks_without_passing_the_ceiling() -> None:
    rate_hz = 44_100
    quiet = (0.02 * np.random.default_rng(2).standard_normal((2, rate_hz * 3))).astype(np.float32)
    quiet[:, ::9_000] = 0.9
    loud = mastered(quiet, rate_hz)
    assert np.abs(loud).max() <= 10 ** (-1 / 20) + 1e-6
    assert int(np.argmax(np.abs(loud[0]))) % 9_000 == 0
