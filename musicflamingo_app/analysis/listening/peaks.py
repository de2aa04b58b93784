"""What a curve reaches near moments."""

import numpy as np

from musicflamingo_app.music.arrays import Floats


def near(curve: Floats, times_s: Floats, hz: float, reach: int) -> Floats:
    """The highest of a curve, `hz` frames a second, within `reach` frames of each moment, moments outside included."""
    index = np.round(times_s * hz).astype(int)[:, None] + np.arange(-reach, reach + 1)
    return np.asarray(curve[np.clip(index, 0, len(curve) - 1)].max(axis=1))
