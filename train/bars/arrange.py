"""Pop songs at other tempi: a MIDI file played faster by other instruments, with drums, or with three beats a bar."""

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.beat import Beat, BeatGrid, Metre
from train.bars.drums import N_STYLES, count, pattern
from train.pop909 import Labelled

LENGTH_S = 100.0
TEMPO_BPM = (118.0, 28.0)  # mean and deviation of the tempi wanted
SLOWEST_BPM, FASTEST_BPM = 66.0, 185.0
MOST_SPEED = 2.0
UNEVEN_S = 0.004
PROGRAMS = (81, 33, 27, 48, 4)  # lead synth, fingered bass, clean guitar, strings, electric piano
TICKS_PER_S = 960  # 480 ticks a beat at 120 a minute, the tempo of a file that names none
Note = tuple[float, int, int, float]  # start in seconds, pitch, velocity, length in seconds


@dataclass(frozen=True)
class Treatment:
    """What is done to a song: drums or none, the last beat of every bar left out or not, or strokes on beats alone."""

    seed: int

    @property
    def is_bare(self) -> bool:
        return self.seed % 8 == 7

    @property
    def has_drums(self) -> bool:
        return self.seed % 3 != 2

    @property
    def is_waltz(self) -> bool:
        return self.seed % 5 == 4


def arranged(song: Labelled, folder: Path, treatment: Treatment) -> tuple[Path, BeatGrid]:
    """The treated MIDI file, made in the folder, and its beats. Raises MissingPackage."""
    try:
        import mido
    except ImportError as error:
        raise MissingPackage("mido is not installed.", "Install it with “pip install mido”.") from error
    random_ = random.Random(f"{song.id} {treatment.seed}")
    wanted = min(FASTEST_BPM, max(SLOWEST_BPM, random_.gauss(*TEMPO_BPM)))
    time = _Time(song.beats, min(MOST_SPEED, wanted / (song.beats.tempo_bpm or wanted)), treatment.is_waltz)
    parts = [] if treatment.is_bare else [time.of_notes(notes) for notes in _parts(mido.MidiFile(song.midi))]
    out, grid = mido.MidiFile(ticks_per_beat=480), time.grid()
    for index, notes in enumerate(parts):
        program = PROGRAMS[(index + treatment.seed) % len(PROGRAMS)]
        out.tracks.append(_track(mido, notes, channel=index % 9, program=program))
    if treatment.has_drums or treatment.is_bare:
        hits = count(grid) if treatment.is_bare else pattern(grid, treatment.seed % N_STYLES)
        strokes = [(hit.time_s + random_.gauss(0, UNEVEN_S), hit.drum, hit.velocity, 0.1) for hit in hits]
        out.tracks.append(_track(mido, strokes, channel=9, program=0))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{song.id}-{treatment.seed}.mid"
    out.save(path)
    return path, grid


class _Time:
    """Where the song's time goes: faster, and in a waltz without the fourth beat of each bar."""

    def __init__(self, beats: BeatGrid, speed: float, is_waltz: bool) -> None:
        self._beats, self._speed = beats.beats, speed
        self._is_waltz = is_waltz and beats.metre.felt_beats == 4
        self._metre = Metre(3) if self._is_waltz else beats.metre
        self._starts_s = [beat.time_s for beat in self._beats]
        self._cut_s = [0.0]  # time left out before each beat
        for beat, after in zip(self._beats, self._beats[1:], strict=False):
            self._cut_s.append(self._cut_s[-1] + (after.time_s - beat.time_s) * self._is_left_out(beat))

    def _is_left_out(self, beat: Beat) -> bool:
        return self._is_waltz and beat.position == 4

    def grid(self) -> BeatGrid:
        kept = [(beat, cut) for beat, cut in zip(self._beats, self._cut_s, strict=True) if not self._is_left_out(beat)]
        moved = [Beat((beat.time_s - cut) / self._speed, beat.position) for beat, cut in kept]
        return BeatGrid(tuple(beat for beat in moved if beat.time_s < LENGTH_S), self._metre)

    def of_notes(self, notes: Sequence[Note]) -> list[Note]:
        out = []
        for start_s, pitch, velocity, length_s in notes:
            index = bisect_right(self._starts_s, start_s + 0.02) - 1
            if index >= 0 and self._is_left_out(self._beats[index]):
                continue
            moved_s = (start_s - self._cut_s[max(0, index)]) / self._speed
            if 0 <= moved_s < LENGTH_S:
                out.append((moved_s, pitch, velocity, length_s / self._speed))
        return out


Note = tuple[float, int, int, float]  # start in seconds, pitch, velocity, length in seconds


def _parts(midi: object) -> list[list[Note]]:
    """The notes of each part that has any."""
    import mido

    tempi = _tempi(midi)
    parts = []
    for track in midi.tracks:  # type: ignore[attr-defined]
        alone = mido.MidiFile(ticks_per_beat=midi.ticks_per_beat, type=1)  # type: ignore[attr-defined]
        alone.tracks.append(mido.merge_tracks([tempi, track]))
        notes = list(_notes(alone))
        if notes:
            parts.append(notes)
    return parts


def _tempi(midi: object) -> object:
    """A track of the tempo changes alone: most files keep them in their first."""
    import mido

    track, waited = mido.MidiTrack(), 0
    for message in mido.merge_tracks(midi.tracks):  # type: ignore[attr-defined]
        waited += message.time
        if message.type == "set_tempo":
            track.append(message.copy(time=waited))
            waited = 0
    return track


def _notes(midi: object) -> Iterator[Note]:
    now_s, sounding = 0.0, {}
    for message in midi:  # type: ignore[attr-defined]
        now_s += message.time
        if message.type in ("note_on", "note_off") and message.note in sounding:
            start_s, velocity = sounding.pop(message.note)
            yield start_s, message.note, velocity, now_s - start_s
        if message.type == "note_on" and message.velocity:
            sounding[message.note] = (now_s, message.velocity)


def _track(mido: object, notes: list[Note], *, channel: int, program: int) -> object:
    """A MIDI track of notes, at the default tempo."""
    events = []
    for start_s, pitch, velocity, length_s in notes:
        start = max(0, round(start_s * TICKS_PER_S))
        events.append((start, 1, pitch, velocity))
        events.append((start + max(1, round(length_s * TICKS_PER_S)), 0, pitch, 0))
    track, now = mido.MidiTrack(), 0  # type: ignore[attr-defined]
    track.append(mido.Message("program_change", channel=channel, program=program))  # type: ignore[attr-defined]
    for tick, _, pitch, velocity in sorted(events):
        message = mido.Message("note_on", channel=channel, note=pitch, velocity=velocity, time=tick - now)  # type: ignore[attr-defined]
        track.append(message)
        now = tick
    return track
