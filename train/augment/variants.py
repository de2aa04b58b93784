"""Variants of a recording in other keys, tempi and cuts, and their sound, rendered when a dataset is frozen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from types import ModuleType

import numpy as np

from musicflamingo_app.audio.decode import blocks
from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.arrays import Floats
from train.augment.excerpts import moved_lyrics
from train.augment.transform import Change, bar_cut, changed
from train.gather import Source

RATE_HZ = 16_000  # what the models listen at; nothing above is kept
SEMITONES = (-3, -2, -1, 1, 2, 3)
SPEEDS = (0.94, 0.97, 1.03, 1.06)
CUT_S, CUT_SHARE, LONG_ENOUGH_S = (20.0, 60.0), 0.3, 90.0
N_FFT = 2048


@dataclass(frozen=True)
class Variant:
    """A changed recording: its card under `source`, what is done, and the file that it is made from."""

    source: Source
    change: Change
    original: str

    @property
    def words(self) -> str:
        """What is done, for people: `2 semitones up, 3 % faster`."""
        parts = []
        if self.change.semitones:
            n = abs(self.change.semitones)
            parts.append(f"{n} semitone{'s' if n > 1 else ''} {'up' if self.change.semitones > 0 else 'down'}")
        if self.change.speed != 1:
            percent = round(abs(self.change.speed - 1) * 100)
            parts.append(f"{percent} % {'faster' if self.change.speed > 1 else 'slower'}")
        return ", ".join([*parts, *(["in part"] if self.change.cut else [])])


def variants_of(source: Source, n: int, seed: int, part_s: tuple[float, float] | None = None) -> tuple[Variant, ...]:
    """`n` different variants, drawn by the seed and the recording; of parts so long where `part_s` is given."""
    random = Random(f"{seed} {source.recording.sha256}")
    keys = random.sample(SEMITONES, len(SEMITONES))
    return tuple(_variant(source, number, keys[number % len(keys)], random, part_s) for number in range(n))


def _variant(
    source: Source, number: int, semitones: int, random: Random, part_s: tuple[float, float] | None
) -> Variant:
    speed, cut, whole_s = random.choice((1.0, *SPEEDS)), None, source.card.duration_s
    least_s, share = (part_s[1], 1.0) if part_s else (LONG_ENOUGH_S, CUT_SHARE)
    if whole_s >= least_s and random.random() < share:
        length_s = random.uniform(*(part_s or CUT_S))
        cut = bar_cut(source.card, random.uniform(0, whole_s - length_s), length_s)
    change = Change(semitones, speed, cut)
    name = f"audio/{source.recording.sha256[:16]}-{number + 1}.flac"
    card = changed(source.card, change)
    made = Source(
        replace(source.recording, audio=name, lyrics=moved_lyrics(source, change)), card, source.track_id, source.doubts
    )
    return Variant(made, change, source.recording.audio)


def render(variant: Variant, folder: Path) -> Path:
    """Writes the sound of a variant below a folder, mono at 16 kHz. Raises AudioError, MissingPackage, OSError."""
    import soundfile

    target = folder / variant.source.recording.audio
    target.parent.mkdir(parents=True, exist_ok=True)
    sound = sounding(decoded(Path(variant.original)), variant.change)
    soundfile.write(target, sound, RATE_HZ, subtype="PCM_16", format="FLAC")
    return target


def decoded(path: Path) -> Floats:
    """A file as mono float32 at 16 kHz. Raises AudioError."""
    from musicflamingo_app.audio.sound import Audio

    pieces: Sequence[Floats] = []
    rate_hz, rows = RATE_HZ, list(pieces)
    for block in blocks(path):
        rate_hz = block.rate_hz
        rows.append(block.samples.mean(axis=0, dtype=np.float32)[np.newaxis])
    return Audio(np.concatenate(rows, axis=1), rate_hz).at(RATE_HZ)


def sounding(sound: Floats, change: Change) -> Floats:
    """The sound changed: cut, then transposed and stretched by a phase vocoder and a resampler.

    Its length is that of the card to within a sample; times move by `speed` alone.
    """
    if change.cut is not None:
        sound = sound[round(change.cut.start_s * RATE_HZ) : round(change.cut.end_s * RATE_HZ)]
    length = round(len(sound) / change.speed)
    ratio = 2 ** (change.semitones / 12)
    stretched = _librosa().effects.time_stretch(sound, rate=change.speed / ratio, n_fft=N_FFT) if (
        change.speed != ratio
    ) else sound  # fmt: skip
    if change.semitones:
        stretched = _soxr().resample(stretched, RATE_HZ * ratio, RATE_HZ)
    fitted = np.zeros(length, np.float32)
    fitted[: min(length, len(stretched))] = stretched[:length]
    peak = float(np.abs(fitted).max(initial=0.0))
    return fitted / peak if peak > 1 else fitted


def _librosa() -> ModuleType:
    try:
        import librosa
    except ImportError as error:
        raise MissingPackage("Variants need the package librosa.", "Install it with: pip install librosa") from error
    return librosa


def _soxr() -> ModuleType:
    from musicflamingo_app.audio.resample import load_soxr

    return load_soxr()
