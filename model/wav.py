"""Sound as a WAV file in base64, the shape in which models outside of this process take it."""

import base64
import io
import wave

import numpy as np

from model.types import Sound
from musicflamingo_app.audio.sound import Audio

RATE_HZ = 16_000  # what the models hear at; more would only be sent in vain


def wav_base64(sound: Sound) -> str:
    """The sound as a 16-bit mono WAV file at 16 kHz, in base64."""
    samples = Audio(np.ascontiguousarray(sound.samples, np.float32)[None], sound.rate_hz).at(RATE_HZ)
    whole = (np.clip(np.nan_to_num(samples), -1.0, 1.0) * 32767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(whole.tobytes())
    return base64.b64encode(file.getvalue()).decode("ascii")
