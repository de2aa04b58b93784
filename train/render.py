"""Renders MIDI files with FluidSynth, once: a render is kept beside others of its soundfont and reused."""

import shutil
import subprocess
from pathlib import Path

from musicflamingo_app.errors import MissingPackage, StudioError

RATE_HZ = 44_100
GAIN = 0.6


FONTS = (
    Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"),
    Path("/usr/share/sounds/sf3/MuseScore_General_Full.sf3"),
    Path("/usr/share/sounds/sf2/TimGM6mb.sf2"),
)


def soundfonts() -> list[Path]:
    """The free soundfonts of Debian's that are installed. Raises MissingPackage when none is."""
    found = [path for path in FONTS if path.is_file()]
    if not found:
        raise MissingPackage(
            "There is no soundfont to render with.", "Install Debian's fluid-soundfont-gm, or name a .sf2 file."
        )
    return found


def soundfont(named: Path | None = None) -> Path:
    """The soundfont that was named, or the first of `soundfonts`. Raises MissingPackage."""
    if named is None:
        return soundfonts()[0]
    if not named.is_file():
        raise MissingPackage(f"There is no soundfont at {named}.", "Name a .sf2 file that exists.")
    return named


def render(midi: Path, folder: Path, font: Path) -> Path:
    """The FLAC render of a MIDI file, made if it is not in the folder yet. Raises MissingPackage, StudioError."""
    out = folder / font.stem / f"{midi.stem}.flac"
    if out.exists():
        return out
    program = shutil.which("fluidsynth")
    if program is None:
        raise MissingPackage("FluidSynth is not installed.", "Install it, on Debian with “apt-get install fluidsynth”.")
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_suffix(".part.flac")
    command = [program, "-ni", "-g", str(GAIN), "-r", str(RATE_HZ), "-O", "s16", "-T", "flac", "-F", str(draft)]
    done = subprocess.run([*command, str(font), str(midi)], capture_output=True, text=True, check=False)
    if done.returncode or not draft.exists():
        raise StudioError(f"FluidSynth could not render {midi.name}.", f"It said: {done.stderr.strip()[-200:]}")
    draft.replace(out)
    return out
