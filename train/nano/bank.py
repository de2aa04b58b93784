"""A bank of single notes, small enough to carry along: `python -m train.nano.bank --out bank.npz`.

FluidSynth plays every program of the band on every sixth pitch, and the drums; each note is kept as mu-law bytes with
a loop at its end, flat, and how fast it falls. From these a mixer plays any piece without FluidSynth.
"""

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.errors import MissingPackage, NotFound, StudioError
from train.ears.make import FONTS
from train.ears.voice import sung
from train.nano.truth import RATE_HZ
from train.pieces.values import Note

DRUM_KIT, SINGER = 128, 129  # beside the 128 programs of General MIDI
TAUGHT_FONTS = ("FluidR3_GM", "TimGM6mb", "sf_GMbank")
HELD_S, GAP_S = 0.95, 0.65  # how long a note is kept, and the silence after it
DRUM_S = {49: 1.4, 52: 1.2, 55: 0.9, 57: 1.4, 51: 0.8, 59: 0.8, 46: 0.7}  # the ringing ones; others half a second
LOOP_FROM_S, JOIN_S = 0.42, 0.04
VELOCITY = 100
RENDER_HZ, LATE_S = 48_000, 0.004  # see train.songs.RENDER_DELAY_S
SILENT_DB = -46.0  # below the peak: nothing is left to loop
N_SINGERS = 3
SINGER_LEVEL = 0.6  # as loud as a lead of a soundfont
EVERYWHERE = frozenset({0, 1, 4, 5, 16, 18, 24, 25, 26, 27, 28, 29, 30, 32, 33, 34, 35, 38, 48, 50, 52, 56, 61, 65, 66,
                        73, 80, 81, 89, 90})  # fmt: skip
PROGRAMS = (*range(31), *range(32, 37), *range(38, 45), 46, *range(48, 55), *range(56, 62), *range(64, 96), 98, 99,
            *range(104, 112))  # fmt: skip
LOW = range(32, 40)
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Bank:
    """Notes by zone. `codes` are mu-law bytes, zone n from `starts[n]` on, `lengths[n]` of them; the last `loops[n]`
    go round (0: the note ends) and fall by `falls[n]` dB a second. `gains` undo the levelling of each zone.
    """

    codes: NDArray[np.uint8]
    starts: NDArray[np.int32]
    lengths: NDArray[np.int32]
    loops: NDArray[np.int32]
    falls: Floats
    gains: Floats
    programs: NDArray[np.int16]
    pitches: NDArray[np.int16]
    fonts: NDArray[np.int8]

    def fonts_of(self, program: int) -> NDArray[np.int8]:
        """The fonts that have a program, by number; none for one that is not in the bank."""
        return np.unique(self.fonts[self.programs == program])

    def zones(self, program: int, font: int) -> NDArray[np.int64]:
        """The zones of a program in one font, by rising pitch."""
        found = np.flatnonzero((self.programs == program) & (self.fonts == font))
        return found[np.argsort(self.pitches[found], kind="stable")]


@dataclass(frozen=True, eq=False)
class Tone:
    """One recorded note: mono at RATE_HZ."""

    program: int
    pitch: int
    font: int
    sound: Floats


def save(bank: Bank, path: Path) -> None:
    """Writes a bank, whole or not at all."""
    draft = path.with_suffix(".npz.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    with draft.open("wb") as file:
        np.savez_compressed(file, **{one.name: getattr(bank, one.name) for one in fields(Bank)})
    draft.replace(path)


def load(path: Path) -> Bank:
    """Reads a bank. Raises NotFound."""
    if not path.is_file():
        raise NotFound(f"There is no note bank at {path}.", f"Make it: python -m train.nano.bank --out {path}")
    with np.load(path, allow_pickle=False) as stored:
        return Bank(**{one.name: stored[one.name] for one in fields(Bank)})


def bank_of(tones: Sequence[Tone]) -> Bank:
    """A bank of recorded notes."""
    kept = [_zone(tone.sound, loops=tone.program != DRUM_KIT) for tone in tones]
    lengths = np.array([len(codes) for codes, *_ in kept], np.int32)
    return Bank(
        codes=np.concatenate([codes for codes, *_ in kept]),
        starts=np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int32),
        lengths=lengths,
        loops=np.array([loop for _, loop, _, _ in kept], np.int32),
        falls=np.array([fall for _, _, fall, _ in kept], np.float32),
        gains=np.array([gain for *_, gain in kept], np.float32),
        programs=np.array([tone.program for tone in tones], np.int16),
        pitches=np.array([tone.pitch for tone in tones], np.int16),
        fonts=np.array([tone.font for tone in tones], np.int8),
    )


def mu_law(sound: Floats) -> NDArray[np.uint8]:
    """Samples in [-1, 1] as bytes, 255 steps finer near zero (ITU-T G.711's curve)."""
    bent = np.sign(sound) * np.log1p(255 * np.abs(sound)) / np.log(256)
    return np.clip(np.round((bent + 1) * 127.5), 0, 255).astype(np.uint8)


def table() -> Floats:
    """The sample that each of the 256 bytes stands for."""
    bent = np.arange(256) / 127.5 - 1
    return np.asarray(np.sign(bent) * (256 ** np.abs(bent) - 1) / 255, np.float32)


def _zone(sound: Floats, *, loops: bool) -> tuple[NDArray[np.uint8], int, float, float]:
    """A note levelled, cut and looped: its bytes, loop in samples, fall in dB a second and gain."""
    peak = float(np.abs(sound).max())
    if peak < 1e-5:
        return mu_law(np.zeros(2, np.float32)), 0, 0.0, 0.0
    sound = sound / peak
    heard = np.flatnonzero(np.abs(sound) > 10 ** (SILENT_DB / 20))[-1] + 1
    first = int(LOOP_FROM_S * RATE_HZ)
    if not loops or heard < first + int(0.3 * RATE_HZ):
        return mu_law(_faded(sound[: max(heard, 64)])), 0, 0.0, peak
    flat, fall = _flattened(sound, first)
    looped, loop = _looped(flat, first)
    return mu_law(np.clip(looped, -1, 1)), loop, fall, peak


def _faded(sound: Floats) -> Floats:
    out, n = sound.copy(), min(len(sound) // 2, RATE_HZ // 50)
    out[-n:] *= np.linspace(1, 0, n, dtype=np.float32)
    return out


def _flattened(sound: Floats, first: int) -> tuple[Floats, float]:
    """The note with its fall taken out from `first` on, and the fall in dB a second."""
    tail = sound[first:]
    half = len(tail) // 2
    early, late = (float(np.sqrt(np.square(part).mean()) + 1e-9) for part in (tail[:half], tail[half:]))
    fall = float(np.clip(20 * np.log10(early / late) / (half / RATE_HZ), 0.0, 80.0))
    out = sound.copy()
    out[first:] *= 10 ** (fall * np.arange(len(tail)) / RATE_HZ / 20)
    return out / max(1.0, float(np.abs(out).max())), fall


def _looped(sound: Floats, first: int) -> tuple[Floats, int]:
    """The note with its end blended into what comes before the loop, which begins where the waves fit best."""
    n = int(JOIN_S * RATE_HZ)
    end = sound[-n:]
    span = sound[first : first + n + RATE_HZ // 10]
    likeness = np.correlate(span, end, "valid")
    power = np.convolve(np.square(span), np.ones(n, np.float32), "valid")
    begin = first + int(np.argmax(likeness / np.sqrt(power + 1e-9))) + n
    out, ramp = sound.copy(), np.linspace(0, 1, n, dtype=np.float32)
    out[-n:] = end * (1 - ramp) + sound[begin - n : begin] * ramp
    return out, len(sound) - begin


def recorded(font: int, programs: Sequence[int]) -> list[Tone]:
    """Every note of the programs and of the drum kit in a font, by FluidSynth. Raises MissingPackage, StudioError."""
    wanted = [(program, pitch, HELD_S) for program in programs for pitch in zone_pitches(program)]
    wanted += [(DRUM_KIT, pitch, DRUM_S.get(pitch, 0.5)) for pitch in range(35, 82)]
    sound = _played(wanted, Path(FONTS[TAUGHT_FONTS[font]]))
    tones, now_s = [], LATE_S
    for program, pitch, held_s in wanted:
        start = round(now_s * RATE_HZ)
        cut = np.zeros(round(held_s * RATE_HZ), np.float32)
        kept = sound[start : start + len(cut)]
        cut[: len(kept)] = kept
        tones.append(Tone(program, pitch, font, cut))
        now_s += held_s + GAP_S
    return tones


def zone_pitches(program: int) -> range:
    """The pitches of a program that are recorded: six semitones apart."""
    return range(28, 59, 6) if program in LOW else range(40, 95, 6)


def singers() -> list[Tone]:
    """Our singer's notes, several of them in the place of fonts."""
    tones = []
    for font in range(N_SINGERS):
        for pitch in range(43, 89, 3):
            sound = sung([Note(0.0, HELD_S + 0.1, pitch, 100, 0)], HELD_S, RATE_HZ, 100 * font + pitch)
            tones.append(Tone(SINGER, pitch, font, sound * SINGER_LEVEL))
    return tones


def _played(wanted: Sequence[tuple[int, int, float]], font: Path) -> Floats:
    """The notes one after another, each held and followed by a gap; mono at RATE_HZ."""
    from scipy.signal import resample_poly

    program = shutil.which("fluidsynth")
    if program is None:
        raise MissingPackage("FluidSynth is not installed.", "Install it, on Debian with “apt-get install fluidsynth”.")
    if not font.is_file():
        raise NotFound(f"There is no soundfont at {font}.", "Install Debian's packages of soundfonts.")
    with tempfile.TemporaryDirectory() as folder:
        midi, raw = Path(folder) / "notes.mid", Path(folder) / "notes.raw"
        _score(wanted, midi)
        options = f"-ni -g 0.6 -r {RENDER_HZ} -R 0 -C 0 -O s16 -T raw -F".split()
        command = [program, *options, str(raw), str(font), str(midi)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or not raw.exists():
            raise StudioError(f"FluidSynth could not play {font.name}.", f"It said: {done.stderr.strip()[-200:]}")
        mono = np.fromfile(raw, "<i2").reshape(-1, 2).mean(axis=1, dtype=np.float32) / 32768
    return np.asarray(resample_poly(mono, RATE_HZ, RENDER_HZ), np.float32)


def _score(wanted: Sequence[tuple[int, int, float]], path: Path) -> None:
    """The notes as a MIDI file of 960 ticks a second."""
    try:
        import mido
    except ImportError as error:
        raise MissingPackage("Writing MIDI needs the package mido.", "Install it with: pip install mido") from error
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=500_000), *_messages(wanted)]))
    file.save(path)


def _messages(wanted: Sequence[tuple[int, int, float]]) -> Iterator[object]:
    import mido

    waited, playing, now_s, told = 0, -1, 0.0, 0
    for program, pitch, held_s in wanted:
        channel = 9 if program == DRUM_KIT else 0
        if program not in (playing, DRUM_KIT):
            yield mido.Message("program_change", channel=channel, program=program, time=0)
            playing = program
        waited = round(now_s * 960) - told
        yield mido.Message("note_on", channel=channel, note=pitch, velocity=VELOCITY, time=waited)
        yield mido.Message("note_off", channel=channel, note=pitch, time=round((held_s + 0.05) * 960))
        told += waited + round((held_s + 0.05) * 960)
        now_s += held_s + GAP_S


def programs_of(font: int) -> list[int]:
    """The programs kept of a font: all of the first, of the others those that are heard most and every second one."""
    if font == 0:
        return list(PROGRAMS)
    return [program for at, program in enumerate(PROGRAMS) if program in EVERYWHERE or at % 2 == font % 2]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.nano.bank", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="where the bank goes (.npz)")
    given = parser.parse_args()
    tones = singers()
    for font in range(len(TAUGHT_FONTS)):
        tones += recorded(font, programs_of(font))
    bank = bank_of(tones)
    save(bank, given.out)
    n_programs = len(np.unique(bank.programs))
    print(f"{given.out}: {len(tones)} notes, {n_programs} programs, {given.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
