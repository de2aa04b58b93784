"""POP909 with corrected labels: MIDI files of pop songs beside their beats, chords, keys and sections.

Reads the archive or its unpacked folder: per song `NNN.mid`, `NNN.beats` (time, position in bar), `NNN.chords.lab`
(Harte), `NNN.key.lab` (`Gb major`) and for some `NNN.sections.lab`. Sources: Wang et al., ISMIR 2020; Yao et al., 2025;
Dai, Zhang and Dannenberg, 2020; all MIT.
"""

import tarfile
from dataclasses import dataclass
from pathlib import Path

from musicflamingo_app.errors import NotFound
from musicflamingo_app.music.beat import Beat, BeatGrid, Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Timeline


@dataclass(frozen=True)
class Labelled:
    """One song's MIDI file and what is true of it; `sections` is None where nobody annotated them."""

    id: str
    midi: Path
    beats: BeatGrid
    chords: Timeline[Chord]
    keys: Timeline[Key]
    sections: Timeline[Section] | None

    @property
    def key(self) -> Key:
        """The key that holds longest."""
        held: dict[Key, float] = {}
        for region in self.keys:
            held[region.label] = held.get(region.label, 0.0) + region.duration_s
        return max(held, key=lambda key: held[key])


def unpacked(data: Path, cache: Path) -> Path:
    """The folder of songs: `data` itself, or the archive unpacked into `cache` once. Raises NotFound."""
    if data.is_dir():
        return data
    if not data.is_file():
        raise NotFound(f"There is no labelled data at {data}.", "Give the path of pop909_dev.tar.gz or of its folder.")
    target = cache / "pop909_dev"
    if not target.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tarfile.open(data) as archive:
            archive.extractall(cache, filter="data")
    return target


def load(folder: Path, song: str) -> Labelled:
    """One song by its three digits. Raises NotFound."""
    midi = folder / f"{song}.mid"
    if not midi.is_file():
        raise NotFound(f"There is no song {song} in {folder}.", "Use one of the three-digit names in the folder.")
    sections = folder / f"{song}.sections.lab"
    return Labelled(
        song,
        midi,
        _grid(folder / f"{song}.beats"),
        Timeline.of((a, b, Chord.parse(text)) for a, b, text in _rows(folder / f"{song}.chords.lab")),
        Timeline.of((a, b, Key.parse(text)) for a, b, text in _rows(folder / f"{song}.key.lab")),
        Timeline.of((a, b, Section(text)) for a, b, text in _rows(sections)) if sections.is_file() else None,
    )


def with_sections(folder: Path) -> list[str]:
    """The songs that have annotated sections."""
    return sorted(path.name[:3] for path in folder.glob("*.sections.lab"))


def _rows(path: Path) -> list[tuple[float, float, str]]:
    rows = []
    for line in path.read_text("utf-8").splitlines():
        start, end, label = line.split(maxsplit=2)
        if float(end) > float(start):
            rows.append((float(start), float(end), label))
    return rows


def _grid(path: Path) -> BeatGrid:
    beats = []
    for line in path.read_text("utf-8").splitlines():
        time, position = line.split()[:2]
        beats.append(Beat(float(time), int(position)))
    return BeatGrid(tuple(beats), Metre(max(beat.position for beat in beats), 4))
