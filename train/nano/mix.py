"""Plays 20 s of a piece from the note bank, on any device of torch.

Each tone of a part is bent to its pitch once, as long as its longest note; then every note is added from its tone.
"""

from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.errors import NotFound
from train.ears.pop import VOICE
from train.nano.bank import DRUM_KIT, LOOP_FROM_S, SINGER, VELOCITY, Bank, table
from train.nano.truth import CLIP_S, RATE_HZ
from train.pieces.values import Note, Part, Piece

N_SAMPLES = round(CLIP_S * RATE_HZ)
VOLUME = 100  # of a MIDI channel that nobody turned up or down
RELEASE_S = 0.12
CHOICE_DB, CHOICE_CENTS, CHOICE_RELEASE_S = 4.0, 15.0, (0.05, 0.3)


@dataclass(frozen=True, eq=False)
class Strokes:
    """The notes of one part as the mixer plays them, one row each; times in samples.

    `begins` count from the clip's beginning and may lie before it; `release` is how long each fades.
    """

    zones: NDArray[np.int64]
    begins: NDArray[np.int64]
    held: NDArray[np.int64]
    rates: NDArray[np.float64]
    gains: NDArray[np.float64]
    release: int


class Mixer:
    """A bank ready to play on a device."""

    def __init__(self, bank: Bank, device: str = "cpu") -> None:
        import torch

        self.bank, self.device = bank, torch.device(device)
        sound = np.append(table()[bank.codes], np.float32(0))  # the sample after the last one
        self._sound = torch.from_numpy(sound).to(self.device)
        self._zones: dict[tuple[int, int], NDArray[np.int64]] = {}

    def mix(self, piece: Piece, start_s: float, random: Random | None = None) -> Any:
        """The 20 s of a piece from `start_s` on: (320000,) float32, not levelled.

        With a `random`, each part gets a font, a level, a tuning and a release of its own. Raises NotFound.
        """
        import torch

        out = torch.zeros(N_SAMPLES, device=self.device)
        for strokes in self._cast(piece, start_s, random):
            self._add(out, strokes)
        return out

    def _cast(self, piece: Piece, start_s: float, random: Random | None) -> list[Strokes]:
        """The notes of each part that sound within the clip."""
        kept: dict[int, list[Note]] = {}
        for note in piece.notes:
            if note.start_s < start_s + CLIP_S and note.end_s > start_s - 1.5:
                kept.setdefault(note.part, []).append(note)
        return [
            self._part(piece.parts[index], kept[index], start_s, piece.tuning_cents, random) for index in sorted(kept)
        ]

    def _part(
        self, part: Part, notes: list[Note], start_s: float, tuning_cents: float, random: Random | None
    ) -> Strokes:
        program = DRUM_KIT if part.is_drums else SINGER if part.role == VOICE else part.program
        zones = self._zones_of(program, random)
        pitches = np.array([note.pitch for note in notes], np.float64)
        level, cents, release_s = 0.0, 0.0, RELEASE_S
        if random is not None:
            level, cents = random.uniform(-CHOICE_DB, CHOICE_DB), random.gauss(0, CHOICE_CENTS / 2)
            release_s = random.uniform(*CHOICE_RELEASE_S)
        nearest = zones[np.abs(self.bank.pitches[zones][None, :] - pitches[:, None]).argmin(axis=1)]
        bent = pitches + (0.0 if part.is_drums else (tuning_cents + cents) / 100) - self.bank.pitches[nearest]
        loud = np.array([note.velocity for note in notes], np.float64) / VELOCITY * part.volume / VOLUME
        if part.is_drums:
            rates, held_s = np.ones(len(notes)), np.full(len(notes), CLIP_S)  # a stroke rings as long as it does
        else:
            rates, held_s = 2 ** (bent / 12), np.array([note.length_s for note in notes])
        begins = (np.array([note.start_s for note in notes]) - start_s) * RATE_HZ
        gains = loud**2 * 10 ** (level / 20) * self.bank.gains[nearest]
        whole = (begins.round().astype(np.int64), (held_s * RATE_HZ).astype(np.int64))
        return Strokes(nearest, *whole, rates, gains, int(release_s * RATE_HZ))

    def _zones_of(self, program: int, random: Random | None) -> NDArray[np.int64]:
        fonts = self.bank.fonts_of(program)
        if not len(fonts):
            raise NotFound(f"The note bank has no program {program}.", "Make a bank that has it.")
        font = int(fonts[0] if random is None else random.choice(fonts.tolist()))
        if (program, font) not in self._zones:
            self._zones[program, font] = self.bank.zones(program, font)
        return self._zones[program, font]

    def _add(self, out: Any, strokes: Strokes) -> None:
        """Adds the notes of one part to the clip."""
        import torch

        ramp = torch.linspace(1, 0, strokes.release, device=self.device)
        kinds = list(zip(strokes.zones.tolist(), strokes.rates.tolist(), strict=True))
        longest: dict[tuple[int, float], int] = {}
        for kind, held in zip(kinds, strokes.held.tolist(), strict=True):
            longest[kind] = max(longest.get(kind, 0), min(held, N_SAMPLES) + strokes.release)
        tones = {kind: self._tone(*kind, n) for kind, n in longest.items()}
        rows = zip(kinds, strokes.begins.tolist(), strokes.held.tolist(), strokes.gains.tolist(), strict=True)
        for kind, begin, held, gain in rows:
            tone, end = tones[kind], begin + held
            _add_span(out, tone, begin, begin, end, gain, None)
            _add_span(out, tone, begin, end, end + strokes.release, gain, ramp)

    def _tone(self, zone: int, rate: float, n: int) -> Any:
        """A zone at another speed, at most `n` samples: its loop goes round and falls."""
        import torch

        bank = self.bank
        length, loop, start = int(bank.lengths[zone]), int(bank.loops[zone]), int(bank.starts[zone])
        if not loop:
            n = min(n, int((length - 1) / rate))
            if rate == 1:
                return self._sound[start : start + n]
        at = torch.arange(n, device=self.device, dtype=torch.float32) * rate
        if loop:
            at = torch.where(at < length - 1, at, length - 1 - loop + torch.remainder(at - (length - 1), loop))
        low = at.floor()
        index = low.long() + start
        tone = torch.lerp(self._sound[index], self._sound[index + 1], at - low)
        first = int(LOOP_FROM_S * RATE_HZ / rate)
        if loop and bank.falls[zone] > 0 and n > first:
            ticks = torch.arange(n - first, device=self.device, dtype=torch.float32)
            tone[first:] *= torch.exp(ticks * float(-bank.falls[zone] * rate * np.log(10) / 20 / RATE_HZ))
        return tone


def _add_span(out: Any, tone: Any, begin: int, first: int, after: int, gain: float, ramp: Any) -> None:
    """Adds what a note that began at `begin` sounds from `first` to `after`, all in samples of the clip."""
    low, high = max(first, 0), min(after, N_SAMPLES, begin + len(tone))
    if low >= high:
        return
    sound = tone[low - begin : high - begin]
    if ramp is not None:
        sound = sound * ramp[low - first : high - first]
    out[low:high].add_(sound, alpha=gain)
