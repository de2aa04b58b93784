"""A piece as sound: its players by FluidSynth, its singers by `voice`, all through the effects of a seed."""

import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.audio.sound import ANALYSIS_HZ
from musicflamingo_app.errors import MissingPackage, StudioError
from train.ears.effects import treated
from train.ears.pop import VOICE
from train.ears.voice import sung
from train.pieces.midi import write_midi
from train.pieces.values import Piece
from train.render import GAIN
from train.songs import RENDER_DELAY_S

Floats = NDArray[np.float32]


def performed(piece: Piece, font: Path, seed: int, *, effects: bool = True) -> Floats:
    """Mono sound at 22,050 Hz, its times those of the piece. Raises MissingPackage, StudioError."""
    out = with_singers(_played(piece, font), piece, seed)
    return treated(out, seed) if effects else out


def with_singers(players: Floats, piece: Piece, seed: int) -> Floats:
    """What the players play, and the piece's voices."""
    out = players.copy()
    for index, part in enumerate(piece.parts):
        if part.role == VOICE:
            voice = sung(piece.notes_of(index), piece.duration_s, ANALYSIS_HZ, seed, piece.tuning_cents)
            level = float(np.abs(out).max() or 0.3) * (0.6 + part.volume / 250)
            out[: len(voice)] += voice * (level / 0.3)
    return out


def _played(piece: Piece, font: Path) -> Floats:
    """Everybody but the singers. The sound is moved back by what FluidSynth is late."""
    singers = {index for index, part in enumerate(piece.parts) if part.role == VOICE}
    stereo = _by_fluidsynth(replace(piece, notes=tuple(note for note in piece.notes if note.part not in singers)), font)
    mono = stereo.mean(axis=1, dtype=np.float32) / 32768
    late = round(RENDER_DELAY_S * ANALYSIS_HZ)
    out = np.zeros(int(piece.duration_s * ANALYSIS_HZ), np.float32)
    kept = mono[late : late + len(out)]
    out[: len(kept)] = kept
    return out


def _by_fluidsynth(piece: Piece, font: Path) -> NDArray[np.int16]:
    """(samples, 2) at 22,050 Hz, without rooms: those are `effects`. Raises MissingPackage, StudioError."""
    program = shutil.which("fluidsynth")
    if program is None:
        raise MissingPackage("FluidSynth is not installed.", "Install it, on Debian with “apt-get install fluidsynth”.")
    with tempfile.TemporaryDirectory() as folder:
        midi, raw = Path(folder) / "piece.mid", Path(folder) / "piece.raw"
        write_midi(piece, midi)
        options = f"-ni -g {GAIN} -r {ANALYSIS_HZ} -R 0 -C 0 -O s16 -T raw".split()
        options += ["-o", "synth.dynamic-sample-loading=1", "-F"]  # reads only what is played: three times as fast
        command = [program, *options, str(raw), str(font), str(midi)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or not raw.exists():
            raise StudioError("FluidSynth could not render a piece.", f"It said: {done.stderr.strip()[-200:]}")
        return np.fromfile(raw, "<i2").reshape(-1, 2)
