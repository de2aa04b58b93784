"""What is true of 20 s of a piece, row by row at 12.5 Hz: the rows that the encoder gives."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.listening.classes import (
    DRUMS,
    UNKNOWN,
    VOICE,
    bass_class,
    chord_class,
    family_of,
    key_class,
)
from musicflamingo_app.music.time import Timeline
from train.ears.pop import VOICE as SUNG
from train.pieces.values import Part, Piece

RATE_HZ = 16_000
CLIP_S = 20.0
ROW_S = 0.08
N_ROWS = round(CLIP_S / ROW_S)
LOWEST_PITCH, N_PITCHES = 21, 88
METRES = ("2/4", "3/4", "4/4", "5/4", "6/8", "7/8", "9/8", "12/8")
SILENCE_DB = -80.0
STEADY = 0.04  # a tempo that strays further is no tempo of the clip


@dataclass(frozen=True, eq=False)
class Truth:
    """Rows of 80 ms, row n from 0.08 n s on; a moment lies in the row that holds it. UNKNOWN where nothing fits.

    `pitches` sound at any time of a row, `onsets` begin in it (88 piano keys, no drums). `chords`, `bass` and `keys`
    hold at a row's middle, as classes of `listening.classes`; `families` are bits of its FAMILIES. `boundaries` are
    beginnings of sections; `loudness` is dB below full scale. `tempo_bpm` is NaN where the clip has no steady tempo,
    `metre` indexes METRES.
    """

    pitches: NDArray[np.bool_]
    onsets: NDArray[np.bool_]
    chords: NDArray[np.int16]
    bass: NDArray[np.int8]
    keys: NDArray[np.int8]
    families: NDArray[np.uint32]
    beats: NDArray[np.bool_]
    downbeats: NDArray[np.bool_]
    boundaries: NDArray[np.bool_]
    loudness: NDArray[np.float32]
    tempo_bpm: float
    metre: int


NAMES = tuple(one.name for one in fields(Truth))


def truth_of(piece: Piece, start_s: float, sound: NDArray[np.float32]) -> Truth:
    """The truth of the 20 s of a piece from `start_s` on, as `sound` (mono, 16 kHz) lets them be heard."""
    pitches, onsets = _notes(piece, start_s)
    beats = [beat for beat in piece.beats.beats if start_s <= beat.time_s < start_s + CLIP_S]
    return Truth(
        pitches=pitches,
        onsets=onsets,
        chords=_held(piece.chords.relabelled(chord_class), start_s).astype(np.int16),
        bass=_held(piece.chords.relabelled(bass_class), start_s).astype(np.int8),
        keys=_held(piece.keys.relabelled(key_class), start_s).astype(np.int8),
        families=_families(piece, start_s),
        beats=_marked([beat.time_s for beat in beats], start_s),
        downbeats=_marked([beat.time_s for beat in beats if beat.position == 1], start_s),
        boundaries=_marked([section.start_s for section in piece.sections if section.start_s > 0], start_s),
        loudness=loudness_of(sound),
        tempo_bpm=tempo_of([beat.time_s for beat in beats]),
        metre=metre_of(piece, start_s),
    )


def family(part: Part) -> int | None:
    """The family that a part is heard as; None for sound effects."""
    return DRUMS if part.is_drums else VOICE if part.role == SUNG else family_of(part.program)


def tempo_of(times_s: list[float]) -> float:
    """Beats a minute of a steady pulse; NaN for fewer than five beats or a pulse that changes."""
    if len(times_s) < 5:
        return float("nan")
    gaps = np.diff(np.array(times_s))
    typical = float(np.median(gaps))
    halves = [float(np.mean(half)) for half in (gaps[: len(gaps) // 2], gaps[len(gaps) // 2 :])]
    strays = max(abs(half / typical - 1) for half in halves)
    return 60.0 / typical if strays <= STEADY else float("nan")


def metre_of(piece: Piece, start_s: float) -> int:
    """The index of the only metre of the clip; UNKNOWN in free time, for changing metres and rare ones."""
    if piece.is_free or not piece.beats.beats:
        return UNKNOWN
    held = {str(s.label) for s in piece.metres if s.start_s < start_s + CLIP_S and s.end_s > start_s}
    name = held.pop() if len(held) == 1 else ""
    return METRES.index(name) if name in METRES else UNKNOWN


def loudness_of(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """RMS of each row in dB below full scale, not less than SILENCE_DB."""
    width = round(ROW_S * RATE_HZ)
    rows = np.zeros(N_ROWS * width, np.float32)
    rows[: min(len(sound), len(rows))] = sound[: len(rows)]
    power = np.square(rows.reshape(N_ROWS, width)).mean(axis=1)
    return np.maximum(10 * np.log10(power + 1e-12), SILENCE_DB).astype(np.float32)


def _notes(piece: Piece, start_s: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    sounding, onsets = np.zeros((N_ROWS, N_PITCHES), bool), np.zeros((N_ROWS, N_PITCHES), bool)
    for note in piece.notes:
        key = note.pitch - LOWEST_PITCH
        inside = note.start_s < start_s + CLIP_S and note.end_s > start_s
        if not inside or piece.parts[note.part].is_drums or not 0 <= key < N_PITCHES:
            continue
        first, last = int((note.start_s - start_s) // ROW_S), int((note.end_s - start_s - 1e-6) // ROW_S)
        sounding[max(0, first) : max(first, last) + 1, key] = True
        if first >= 0:
            onsets[first, key] = True
    return sounding, onsets


def _held(classes: Timeline[int], start_s: float) -> NDArray[np.int64]:
    """The class that holds at the middle of each row; UNKNOWN in gaps."""
    out = np.full(N_ROWS, UNKNOWN, np.int64)
    for segment in classes:
        first, after = (int(np.ceil((at_s - start_s) / ROW_S - 0.5)) for at_s in (segment.start_s, segment.end_s))
        if after > 0 and first < N_ROWS:
            out[max(0, first) : after] = segment.label
    return out


def _families(piece: Piece, start_s: float) -> NDArray[np.uint32]:
    out = np.zeros(N_ROWS, np.uint32)
    for index, part in enumerate(piece.parts):
        which = family(part)
        if which is None:
            continue
        for active in piece.active(index):
            first, last = int((active.start_s - start_s) // ROW_S), int((active.end_s - start_s) // ROW_S)
            if last >= 0 and first < N_ROWS:
                out[max(0, first) : last + 1] |= np.uint32(1 << which)
    return out


def _marked(times_s: list[float], start_s: float) -> NDArray[np.bool_]:
    out = np.zeros(N_ROWS, bool)
    for time_s in times_s:
        row = int((time_s - start_s) // ROW_S)
        if 0 <= row < N_ROWS:
            out[row] = True
    return out
