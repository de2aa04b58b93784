"""Curves of a recording: the numbers behind the charts. The one file of `music` that knows numpy.

Conventions: every curve starts at 0 s; `chroma` rows are C, C#, ..., B with maxima near 1; `similarity` is a square
matrix 0-255 between stretches of time (`similarity_edges_s`, one more than its side).
"""

import io
import zipfile
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Curves:
    """What is measured along a recording at fixed rates; an empty array where it was not."""

    loudness_hz: float
    loudness_lufs: Floats  # (frames,) short-term loudness; -70 is silence
    chroma_hz: float
    chroma: Floats  # (12, frames)
    similarity_edges_s: Floats  # (side + 1,)
    similarity: NDArray[np.uint8]  # (side, side)

    @classmethod
    def empty(cls) -> "Curves":
        nothing = np.zeros(0, np.float32)
        return cls(1.0, nothing, 1.0, np.zeros((12, 0), np.float32), nothing, np.zeros((0, 0), np.uint8))

    def to_bytes(self) -> bytes:
        """A compressed npz; about 10 kB a minute."""
        out = io.BytesIO()
        np.savez_compressed(
            out,
            rates_hz=np.array([self.loudness_hz, self.chroma_hz], np.float64),
            loudness=self.loudness_lufs.astype(np.float16),
            chroma=np.round(self.chroma * 255).clip(0, 255).astype(np.uint8),
            edges=self.similarity_edges_s,
            similarity=self.similarity,
        )
        return out.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Curves":
        """The curves that `to_bytes` wrote (chroma to 1/255, loudness to about 0.03 LU). Raises ValueError."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                rates = stored["rates_hz"]
                return cls(
                    float(rates[0]),
                    stored["loudness"].astype(np.float32),
                    float(rates[1]),
                    stored["chroma"].astype(np.float32) / 255,
                    stored["edges"],
                    stored["similarity"],
                )
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError) as error:
            raise ValueError(f"These are no curves: {error}.") from error
