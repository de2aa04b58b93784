"""What a network learns from: the spectra of one recording as bytes, and its truth frame by frame."""

import json
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

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
from musicflamingo_app.analysis.listening.spectra import HARMONIC_HZ, Spectra, spectra
from musicflamingo_app.music.time import Timeline
from train.ears.pop import VOICE as SUNG
from train.pieces.values import Piece

SCALE = 34.0  # bytes a unit of log magnitude: 7.5 is 255
TUNING_ERROR_CENTS = 5.0


@dataclass(frozen=True, eq=False)
class Item:
    """One recording. Frames are harmonic ones (10 a second), rhythmic rows five times as many.

    `families` are bits of `classes.FAMILIES`; `about` holds the style, font, metre and sections.
    """

    harmonic: NDArray[np.uint8]
    rhythmic: NDArray[np.uint8]
    chords: NDArray[np.int16]
    bass: NDArray[np.int8]
    keys: NDArray[np.int8]
    families: NDArray[np.uint32]
    beats_s: NDArray[np.float32]
    positions: NDArray[np.int8]
    about: dict[str, Any]


def spectra_of(item: Item, n: int) -> Spectra:
    """The first `n` harmonic frames of an item, and the rhythmic ones that fall to them, as they were heard."""
    harmonic, rhythmic = item.harmonic[:n].astype(np.float32), item.rhythmic[: 5 * n].astype(np.float32)
    return Spectra(harmonic / SCALE, rhythmic / SCALE)


def item_of(piece: Piece, sound: NDArray[np.float32], seed: int, **about: Any) -> Item:
    """The item of a piece and its sound; the tuning is known to it but for a small error."""
    cents = piece.tuning_cents + Random(f"cents {seed}").gauss(0, TUNING_ERROR_CENTS)
    heard = spectra(sound, cents)
    n = len(heard.harmonic)
    beats = piece.beats.beats
    return Item(
        as_bytes(heard.harmonic),
        as_bytes(heard.rhythmic),
        _frames(piece.chords.relabelled(chord_class), n).astype(np.int16),
        _frames(piece.chords.relabelled(bass_class), n).astype(np.int8),
        _frames(piece.keys.relabelled(key_class), n).astype(np.int8),
        _families(piece, n),
        np.array([beat.time_s for beat in beats], np.float32),
        np.array([beat.position for beat in beats], np.int8),
        _about(piece) | about,
    )


def _about(piece: Piece) -> dict[str, Any]:
    return {
        "style": piece.style,
        "seed": piece.seed,
        "free": piece.is_free,
        "duration_s": piece.duration_s,
        "metre": str(piece.beats.metre),
        "metres": [[s.start_s, s.end_s, str(s.label)] for s in piece.metres],
        "swing": piece.swing_ratio,
        "sections": [[s.start_s, s.end_s, s.label.letter, s.label.function] for s in piece.sections],
    }


def save(item: Item, path: Path) -> None:
    """Writes an item; nothing half-written stays."""
    draft = path.with_suffix(".part")  # trainers that look for items meanwhile must not find it
    arrays = {name: getattr(item, name) for name in item.__dataclass_fields__ if name != "about"}
    with draft.open("wb") as file:
        np.savez(file, about=np.frombuffer(json.dumps(item.about).encode(), np.uint8), **arrays)
    draft.replace(path)


def load(path: Path) -> Item:
    """Reads an item."""
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files if name != "about"}
        return Item(**arrays, about=json.loads(stored["about"].tobytes()))


def as_bytes(rows: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Log magnitudes as an item keeps them, `SCALE` steps a unit."""
    return np.clip(np.round(rows * SCALE), 0, 255).astype(np.uint8)


def _frames(classes: Timeline[int], n: int) -> NDArray[np.int64]:
    """The class that holds at the centre of each frame; UNKNOWN in gaps."""
    out = np.full(n, UNKNOWN, np.int64)
    for segment in classes:
        out[max(0, int(np.ceil(segment.start_s * HARMONIC_HZ))) : int(np.ceil(segment.end_s * HARMONIC_HZ))] = (
            segment.label
        )
    return out


def _families(piece: Piece, n: int) -> NDArray[np.uint32]:
    out = np.zeros(n, np.uint32)
    for index, part in enumerate(piece.parts):
        family = DRUMS if part.is_drums else VOICE if part.role == SUNG else family_of(part.program)
        if family is None:
            continue
        for active in piece.active(index):
            out[int(active.start_s * HARMONIC_HZ) : int(active.end_s * HARMONIC_HZ) + 1] |= np.uint32(1 << family)
    return out
