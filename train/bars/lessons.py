"""Recordings that teach bars: POP909 songs whose notes bear out their bar lines, heard as the engine hears them."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.engines import Heard, Unwatched
from musicflamingo_app.analysis.harmony.chordia import ChordiaChords
from musicflamingo_app.analysis.rhythm.beatnet import BeatNet
from musicflamingo_app.analysis.rhythm.engine import LEAD_PULSES
from musicflamingo_app.analysis.rhythm.evidence import Numbers, changes, evidence
from musicflamingo_app.analysis.rhythm.hearing import Hearing, hear
from musicflamingo_app.analysis.rhythm.pulses import track_pulses, with_halves, within
from musicflamingo_app.analysis.rhythm.readings import BEAT, DOWN, HALF, MID, QUARTER
from musicflamingo_app.audio.intake import read_audio
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.music.beat import BeatGrid
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.time import Timeline
from train.bars.arrange import Treatment, arranged
from train.benchmarks.listening import SONGS
from train.pop909 import Labelled, load
from train.render import render

SEED = 909
BORNE_OUT = 0.45  # least share of chord changes on downbeats
FEWEST_CHANGES = 20
NEAR_S, NEAR_BEATS = 0.07, 0.11  # a point is a place when nearer than both
UNKNOWN = -1


@dataclass(frozen=True, eq=False)
class Lesson:
    """One recording: what is heard, its true beats, and for each point its evidence and its true place."""

    name: str
    song: str
    hearing: Hearing
    grid: BeatGrid
    points_s: Numbers
    places: NDArray[np.intp]  # (points,) 0-4 as in readings.py, or UNKNOWN
    plain: Numbers  # (points, columns) evidence
    with_chords: Numbers | None

    def table(self, *, with_chords: bool) -> Numbers | None:
        return self.with_chords if with_chords else self.plain

    @property
    def pulses_fit(self) -> bool:
        """Whether pulses are the true beats or their halves, so that its points can teach places."""
        pulse_bpm = 60 / float(np.median(np.diff(self.points_s[::2])))
        ratio = pulse_bpm / (self.grid.tempo_bpm or 1.0)
        known = float((self.places != UNKNOWN).mean())
        return known > 0.6 and any(abs(ratio / times - 1) < 0.06 for times in (1, 2))


def songs_borne_out(folder: Path) -> list[str]:
    """The songs, the benchmark's left out, whose chords change on downbeats more than anywhere else, shuffled."""
    names = sorted(path.stem for path in folder.glob("*.mid") if path.stem not in SONGS)
    found = [name for name in names if _bears_out(load(folder, name))]
    random.Random(SEED).shuffle(found)
    return found


def _bears_out(song: Labelled) -> bool:
    times_s = np.array(song.beats.times_s)
    where = Counter(
        song.beats.beats[int(np.abs(times_s - time_s).argmin())].position for time_s, _ in changes(song.chords)
    )
    total = sum(where.values())
    return total > FEWEST_CHANGES and where[1] == max(where.values()) and where[1] / total >= BORNE_OUT


def lessons(folder: Path, renders: Path, fonts: list[Path], *, n_piano: int, n_arranged: int) -> Iterator[Lesson]:
    """Piano pieces as they are, then others arranged; soundfonts take turns. What was heard is kept beside renders."""
    names = songs_borne_out(folder)
    chords = ChordiaChords()
    for index, name in enumerate(names[:n_piano]):
        song = load(folder, name)
        path = render(song.midi, renders, fonts[index % len(fonts)])
        yield from _lesson(f"{name} piano", song.beats, path, chords)
    for index, name in enumerate(names[n_piano : n_piano + n_arranged]):
        midi, grid = arranged(load(folder, name), renders / "arranged", Treatment(index))
        path = render(midi, renders / "arranged", fonts[index % len(fonts)])
        yield from _lesson(f"{name} arranged", grid, path, chords)


def _chords(engine: ChordiaChords, audio: Audio, kept: Path) -> Timeline[Chord]:
    """The chords heard, kept beside the render."""
    if not kept.exists():
        found = engine.measure(audio, Heard(), Unwatched()).value
        kept.write_text("".join(f"{row.start_s} {row.end_s} {row.label}\n" for row in found), encoding="utf-8")
    rows = (line.split() for line in kept.read_text("utf-8").splitlines())
    return Timeline.of((float(start), float(end), Chord.parse(name)) for start, end, name in rows)


def _hearing(audio: Audio, kept: Path) -> Hearing:
    """What the engine hears, kept beside the render."""
    if not kept.exists():
        found = hear(audio.at(ANALYSIS_HZ), BeatNet(), Unwatched())
        np.savez(kept, **{item.name: getattr(found, item.name) for item in fields(found)})
    with np.load(kept) as stored:
        return Hearing(**{item.name: stored[item.name] for item in fields(Hearing)})


def _lesson(name: str, grid: BeatGrid, path: Path, engine: ChordiaChords) -> Iterable[Lesson]:
    audio = read_audio(path)
    hearing = _hearing(audio, path.with_suffix(".npz"))
    chords = _chords(engine, audio, path.with_suffix(".lab"))
    sounding_s = hearing.sounding_s()
    if sounding_s is None:
        return
    points_s = with_halves(within(track_pulses(hearing), sounding_s, margin=LEAD_PULSES))
    if len(points_s) < 2 * LEAD_PULSES:
        return
    with_chords = evidence(hearing, points_s, chords) if len(chords) > 1 else None
    print(f"{name}: {len(points_s)} points, {grid.tempo_bpm:.0f} BPM", flush=True)
    places = places_of(points_s, grid)
    yield Lesson(name, name.split()[0], hearing, grid, points_s, places, evidence(hearing, points_s, None), with_chords)


def places_of(points_s: Numbers, grid: BeatGrid) -> NDArray[np.intp]:
    """(points,) what each point is in the true bars: downbeat, middle, other beat, half, quarter; or UNKNOWN."""
    times_s, kinds = [], []
    middle = grid.metre.felt_beats // 2 + 1 if grid.metre.felt_beats == 4 else 0
    for beat, after in zip(grid.beats, grid.beats[1:], strict=False):
        gap_s = after.time_s - beat.time_s
        own = DOWN if beat.position == 1 else MID if beat.position == middle else BEAT
        times_s += [beat.time_s + gap_s * part / 4 for part in range(4)]
        kinds += [own, QUARTER, HALF, QUARTER]
    edges = np.array(times_s)
    right = np.searchsorted(edges, points_s).clip(1, len(edges) - 1)
    nearest = np.where(points_s - edges[right - 1] < edges[right] - points_s, right - 1, right)
    reach_s = min(NEAR_S, NEAR_BEATS * 60 / (grid.tempo_bpm or 120.0))
    return np.where(np.abs(edges[nearest] - points_s) < reach_s, np.array(kinds)[nearest], UNKNOWN)
