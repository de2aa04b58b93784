"""A short piece with everything that is true of it, for tests of the benchmark."""

from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Segment, Timeline
from train.benchmarks.listening import Findings
from train.benchmarks.truth import Truth
from train.pieces.values import Note, Part, Piece


def piece() -> Piece:
    """Forty seconds in 3/4, then 4/4 from 24 s; C major, then A minor from 30 s; piano all along, drums 10 to 20 s."""
    times_s = [0.5 * i for i in range(80)]
    waltz, common = Metre(3, 4), Metre(4, 4)
    chords = [
        (2.0 * i, 2.0 * i + 2, Chord.parse(text)) for i, text in enumerate(["C:maj", "A:min7", "F:maj/3", "G:7"] * 5)
    ]
    notes = [Note(t, 0.5, 60, 80, 0) for t in times_s] + [Note(t, 0.1, 36, 90, 1) for t in times_s if 10 <= t < 20]
    return Piece(
        1, "test", 40.0, (Part("comp", 0), Part("kit", 0, is_drums=True)), tuple(notes),
        BeatGrid.of(times_s, times_s[:48:3] + times_s[48::4], waltz),
        Timeline.of([(0.0, 24.0, waltz), (24.0, 40.0, common)]), Timeline.of(chords),
        Timeline.of([(0.0, 30.0, Key.parse("C major")), (30.0, 40.0, Key.parse("A minor"))]),
        Timeline.of([(0.0, 12.0, Section("A")), (12.0, 24.0, Section("B")), (24.0, 40.0, Section("A"))]),
        0.0, 1.0, False,
    )  # fmt: skip


def all_right(truth: Truth, *, sure: float = 0.9) -> Findings:
    """Who hears everything."""
    assert truth.beats is not None
    chords = tuple(Segment(s.start_s, s.end_s, s.label, sure) for s in truth.chords)
    return Findings(
        truth.beats.times_s, truth.beats.downbeats_s, truth.metre, truth.beats.tempo_bpm, Timeline(chords),
        truth.key, sure, truth.sections, truth.instruments, {"beats": 1.0, "whole": 2.0},
    )  # fmt: skip
