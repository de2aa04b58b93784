"""Augmentation: labels move exactly with the sound, and the sound moves as the labels say."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.music.time import Interval
from tests.facts.making import cards
from tests.facts.reader.songs import SONGS
from tests.train import shelf
from train.augment.transform import Change, bar_cut, changed
from train.augment.variants import RATE_HZ, decoded, sounding, variants_of
from train.examples import Recording
from train.tasks.registry import TASKS, score

POP = SONGS["pop"]


@settings(max_examples=60, deadline=None)
@given(cards(), st.integers(-6, 6), st.sampled_from([0.9, 0.95, 1.0, 1.1]))
def test_labels_move_exactly(card: SongCard, semitones: int, speed: float) -> None:
    made = changed(card, Change(semitones, speed))
    assert made.duration_s == pytest.approx(card.duration_s / speed)
    if card.tempo_bpm and made.tempo_bpm:
        assert made.tempo_bpm.value == pytest.approx(card.tempo_bpm.value * speed)
    if card.key and made.key:
        assert made.key.value.tonic.pitch_class == (card.key.value.tonic.pitch_class + semitones) % 12
        assert made.key.value.mode == card.key.value.mode
    for old, new in zip(
        card.chords.value if card.chords else (), made.chords.value if made.chords else (), strict=True
    ):
        assert new.start_s == pytest.approx(old.start_s / speed)
        assert new.label.pitch_classes == {(pc + semitones) % 12 for pc in old.label.pitch_classes}
    if card.beats and made.beats:
        assert made.beats.value.times_s == pytest.approx([t / speed for t in card.beats.value.times_s])


@given(st.integers(-6, 6))
def test_there_and_back_is_the_same_sound(semitones: int) -> None:
    back = changed(changed(POP, Change(semitones)), Change(-semitones))
    old, new = ([s.label.pitch_classes for s in card.chords.value] for card in (POP, back))
    assert old == new and back.key.value.tonic.pitch_class == POP.key.value.tonic.pitch_class


def test_a_cut_keeps_what_lies_inside() -> None:
    cut = bar_cut(POP, 31.0, 40.0)
    assert cut == Interval(30.0, 70.0)
    made = changed(POP, Change(2, 1.0, cut))
    assert made.duration_s == 40.0 and made.n_bars == 16 and made.bars[0].start_s == 0.0
    assert str(made.chord_at(1.0).label) == "D:maj" and str(POP.chord_at(31.0).label) == "C:maj"
    assert made.sections is None and made.tags is None and str(made.key.value) == "A major"
    late = changed(POP, Change(0, 1.0, Interval(112.5, 140.0)))
    assert str(late.key.value) == "A major" and len(late.keys) == 1


def test_questions_about_variants_can_be_answered() -> None:
    for change in (Change(3, 0.94), Change(-2, 1.06, Interval(30.0, 70.0))):
        made = changed(POP, change)
        for example in (one for task in TASKS.values() for one in task.examples(Recording("b" * 64, "b"), made)):
            judged = score(example, example.answer)
            assert judged is not None and judged.value >= 0.99, example


@pytest.mark.parametrize("change", [Change(2), Change(-3, 1.06), Change(0, 0.94), Change(1, 1.0, Interval(1.0, 3.0))])
def test_the_sound_moves_as_the_labels_say(change: Change) -> None:
    """A tone of 440 Hz with a click: its pitch by the spectrum's peak, the click's place by the loudest sample."""
    times_s = np.arange(4 * RATE_HZ) / RATE_HZ
    tone = (0.3 * np.sin(2 * np.pi * 440 * times_s)).astype(np.float32)
    out = sounding(tone, change)
    within = change.cut or Interval(0.0, 4.0)
    assert len(out) == round(within.duration_s * RATE_HZ / change.speed)
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out))))
    peak_hz = np.fft.rfftfreq(len(out), 1 / RATE_HZ)[int(np.argmax(spectrum))]
    assert peak_hz == pytest.approx(440 * 2 ** (change.semitones / 12), rel=0.006)
    burst = np.zeros(4 * RATE_HZ, np.float32)
    burst[2 * RATE_HZ : 2 * RATE_HZ + 800] = 0.9 * np.sin(2 * np.pi * 300 * times_s[:800])
    heard = np.abs(sounding(burst, change))
    centre_s = float((heard * np.arange(len(heard))).sum() / heard.sum()) / RATE_HZ
    assert centre_s == pytest.approx((2.025 - within.start_s) / change.speed, abs=0.03)


def test_variants_differ_and_are_drawn_by_the_seed(tmp_path: Path) -> None:
    source = shelf.source(0, tmp_path)
    made = variants_of(source, 3, 1)
    assert made == variants_of(source, 3, 1) and len({one.change.semitones for one in made}) == 3
    assert len({one.source.recording.audio for one in made}) == 3 and all(one.words for one in made)
    assert len(decoded(Path(source.recording.audio))) == pytest.approx(source.card.duration_s * RATE_HZ, abs=2)
