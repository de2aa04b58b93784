"""The bank keeps notes and plays them at the right pitch, time, length and level; effects keep the times."""

import shutil
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch

from musicflamingo_app.errors import NotFound
from musicflamingo_app.music.beat import BeatGrid
from musicflamingo_app.music.time import Timeline
from train.nano import bank
from train.nano.bank import DRUM_KIT, Bank, Tone, bank_of, mu_law, table
from train.nano.mels import log_mel
from train.nano.mix import N_SAMPLES, Mixer
from train.nano.spoil import spoiled
from train.nano.truth import RATE_HZ
from train.pieces.values import Note, Part, Piece

TIMES = np.arange(int(bank.HELD_S * RATE_HZ)) / RATE_HZ


def sine(pitch: float, fall_db_s: float = 0.0) -> np.ndarray:
    hz = 440 * 2 ** ((pitch - 69) / 12)
    return (0.5 * np.sin(2 * np.pi * hz * TIMES) * 10 ** (-fall_db_s * TIMES / 20)).astype(np.float32)


@pytest.fixture(scope="module")
def sines() -> Bank:
    noise = np.random.default_rng(0).normal(0, 0.1, 4000).astype(np.float32)
    steady = [Tone(0, pitch, 0, sine(pitch)) for pitch in range(40, 95, 6)]
    plucked = [Tone(24, pitch, 0, sine(pitch, 20.0)) for pitch in range(40, 95, 6)]
    return bank_of([*steady, *plucked, Tone(DRUM_KIT, 38, 0, noise)])


def made(*notes: Note, parts: tuple[Part, ...] = (Part("lead", 0),), cents: float = 0.0) -> Piece:
    nothing = Timeline()
    return Piece(0, "test", 30.0, parts, notes, BeatGrid(), nothing, nothing, nothing, nothing, cents, 1.0, True)


def peak_hz(sound: torch.Tensor, start_s: float, length_s: float = 0.5) -> float:
    cut = sound[int(start_s * RATE_HZ) : int((start_s + length_s) * RATE_HZ)].numpy()
    spectrum = np.abs(np.fft.rfft(cut * np.hanning(len(cut)), 1 << 17))
    return float(np.argmax(spectrum)) * RATE_HZ / (1 << 17)


def test_mu_law_keeps_samples_to_a_fiftieth() -> None:
    sound = np.linspace(-1, 1, 2001, dtype=np.float32)
    assert np.abs(table()[mu_law(sound)] - sound).max() < 0.022
    assert np.abs(table()[mu_law(sound / 100)] - sound / 100).max() < 0.0004


def test_a_bank_is_the_same_after_it_was_kept(sines: Bank, tmp_path: Path) -> None:
    path = tmp_path / "bank.npz"
    bank.save(sines, path)
    again = bank.load(path)
    for name in Bank.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(again, name), getattr(sines, name))
    with pytest.raises(NotFound, match="no note bank"):
        bank.load(tmp_path / "other.npz")


@pytest.mark.parametrize(("pitch", "cents"), [(45, 0.0), (60, 0.0), (69, -40.0), (90, 30.0)])
def test_a_note_has_its_pitch_all_its_length(sines: Bank, pitch: int, cents: float) -> None:
    sound = Mixer(sines).mix(made(Note(12.0, 5.0, pitch, 100, 0), cents=cents), 10.0)
    wanted = 440 * 2 ** ((pitch + cents / 100 - 69) / 12)
    for start_s in (2.1, 4.0, 6.3):  # the loop has gone round many times in the end
        assert peak_hz(sound, start_s) == pytest.approx(wanted, rel=0.003)


def test_notes_begin_and_end_when_they_should(sines: Bank) -> None:
    sound = Mixer(sines).mix(made(Note(11.5, 1.0, 60, 100, 0), Note(9.0, 2.0, 72, 100, 0)), 10.0).abs()
    heard = [bool(sound[int(a * RATE_HZ) : int(b * RATE_HZ)].max() > 0.01) for a, b in
             ((0.0, 0.99), (1.2, 1.499), (1.5, 1.52), (2.3, 2.49), (2.7, 19.9))]  # fmt: skip
    assert heard == [True, False, True, True, False]


def test_plucked_notes_fall_and_soft_ones_are_softer(sines: Bank) -> None:
    parts = (Part("comp", 24),)
    loud = Mixer(sines).mix(made(Note(0.0, 4.0, 58, 100, 0), parts=parts), 0.0)
    soft = Mixer(sines).mix(made(Note(0.0, 4.0, 58, 50, 0), parts=parts), 0.0)
    level = [float(loud[int(at * RATE_HZ) :][:1600].square().mean().log10()) * 10 for at in (0.2, 0.7, 1.2, 2.2, 3.2)]
    np.testing.assert_allclose(np.diff(level), [-10, -10, -20, -20], atol=1.5)
    assert float((soft / loud)[100:2000].nanmedian()) == pytest.approx(0.25, rel=0.01)


def test_drums_ring_whole_and_are_not_bent(sines: Bank) -> None:
    parts = (Part("kit", 0, is_drums=True),)
    sound = Mixer(sines).mix(made(Note(1.0, 0.05, 38, 100, 0), parts=parts, cents=50.0), 0.0)
    assert sound[:RATE_HZ].abs().max() == 0
    assert 3800 < int(sound.nonzero()[-1]) - RATE_HZ <= 4000


def test_parts_are_added_and_a_seed_gives_the_same_sound(sines: Bank) -> None:
    notes = (Note(1.0, 2.0, 60, 100, 0), Note(1.5, 1.0, 64, 90, 1))
    both = made(*notes, parts=(Part("lead", 0), Part("comp", 24)))
    mixer = Mixer(sines)
    apart = sum(mixer.mix(replace(both, notes=(note,)), 0.0) for note in notes)
    torch.testing.assert_close(mixer.mix(both, 0.0), apart)
    torch.testing.assert_close(mixer.mix(both, 0.0, Random(3)), mixer.mix(both, 0.0, Random(3)))
    assert not torch.allclose(mixer.mix(both, 0.0, Random(3)), mixer.mix(both, 0.0, Random(4)))
    with pytest.raises(NotFound, match="program 77"):
        mixer.mix(made(notes[0], parts=(Part("lead", 77),)), 0.0)


def test_effects_keep_the_times_and_stay_within_full_scale() -> None:
    click = torch.zeros(N_SAMPLES)
    click[7 * RATE_HZ : 7 * RATE_HZ + 400] = torch.hann_window(400)
    for seed in range(12):
        out = spoiled(click, Random(seed))
        assert out.shape == click.shape and bool(out.isfinite().all()) and float(out.abs().max()) <= 1.0
        assert abs(int(out.abs().argmax()) - 7 * RATE_HZ - 200) < 0.05 * RATE_HZ
        torch.testing.assert_close(out, spoiled(click, Random(seed)))
    assert len({round(float(spoiled(click, Random(seed)).abs().sum()), 3) for seed in range(12)}) == 12


def test_mels_are_those_of_the_extractor() -> None:
    from transformers import WhisperFeatureExtractor

    extractor = WhisperFeatureExtractor(
        feature_size=192, n_fft=2048, hop_length=320, chunk_length=20, sampling_rate=RATE_HZ, return_attention_mask=True
    )
    sound = np.random.default_rng(1).normal(0, 0.1, N_SAMPLES).astype(np.float32) * np.linspace(0, 1, N_SAMPLES)
    sound[RATE_HZ * 15 :] = 0
    wanted = extractor(sound.astype(np.float32), sampling_rate=RATE_HZ, return_tensors="np")["input_features"][0]
    np.testing.assert_allclose(log_mel(torch.from_numpy(sound.astype(np.float32))).numpy(), wanted, atol=2e-4)


@pytest.mark.skipif(shutil.which("fluidsynth") is None, reason="FluidSynth is not installed")
def test_the_mix_agrees_with_fluidsynth() -> None:
    from scipy.signal import resample_poly

    from train.ears.make import FONTS
    from train.ears.sound import performed

    font = Path(FONTS["TimGM6mb"])
    if not font.is_file():
        pytest.skip("The soundfont TimGM6mb is not installed")
    tones = bank.recorded(bank.TAUGHT_FONTS.index("TimGM6mb"), (0, 48))
    steps = [Note(0.5 + 0.4 * n, 0.35, 55 + 5 * n % 24, 90 - n % 3 * 10, 0) for n in range(44)]
    held = [Note(1.0 + 4 * n, 3.8, 48 + 2 * n, 80, 1) for n in range(4)]
    beats = [Note(0.5 + 0.8 * n, 0.1, (36, 38)[n % 2], 100, 2) for n in range(22)]
    parts = (Part("lead", 0), Part("pad", 48), Part("kit", 0, is_drums=True))
    piece = replace(made(*steps, *held, *beats, parts=parts), duration_s=20.0)
    true = resample_poly(performed(piece, font, 0, effects=False), 320, 441).astype(np.float32)[:N_SAMPLES]
    ours, theirs = (log_mel(torch.as_tensor(sound)).numpy() for sound in (Mixer(bank_of(tones)).mix(piece, 0.0), true))
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.85
    rises = [np.maximum(0, np.diff(mel, axis=1)).mean(axis=0) for mel in (ours, theirs)]
    likeness = [np.corrcoef(rises[0][10 + lag : 980 + lag], rises[1][10:980])[0, 1] for lag in range(-4, 5)]
    assert int(np.argmax(likeness)) == 4 and max(likeness) > 0.85
    levels = [float(torch.as_tensor(sound).square().mean()) for sound in (Mixer(bank_of(tones)).mix(piece, 0.0), true)]
    assert levels[0] / levels[1] == pytest.approx(1.0, abs=0.5)
