"""Turns sound into embeddings for the language model, window by window, and remembers them.

Music Flamingo hears 30 s at a time (the nano 20 s), so a whole recording needs memory for one window only. The result
(25 vectors a second, the nano's 12.5) is kept for the sounds asked about last, so a second question does not listen
again. Windows and frames are those of the checkpoint's own feature extractor.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from model.transformers_hf.load import Loaded, package
from model.types import Sound
from musicflamingo_app.audio.sound import Audio
from musicflamingo_app.music.arrays import Floats

RATE_HZ = 16_000
POOLED = 4  # frames of the spectrogram in one vector: two strides, then a pool of two
_FEWEST = 3  # frames that make one vector


class Remembered:
    """The vectors of the sounds heard last, on the processor's memory, up to `limit_bytes`."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self._held: OrderedDict[tuple[str, str], Any] = OrderedDict()

    @property
    def n_bytes(self) -> int:
        return sum(int(vectors.nbytes) for vectors in self._held.values())

    def get(self, key: tuple[str, str]) -> Any:
        """The vectors, or None."""
        if key in self._held:
            self._held.move_to_end(key)
        return self._held.get(key)

    def put(self, key: tuple[str, str], vectors: Any) -> None:
        """Keeps vectors, forgetting the oldest; what alone exceeds the limit is not kept."""
        if int(vectors.nbytes) > self.limit_bytes:
            return
        self._held[key] = vectors
        while self.n_bytes > self.limit_bytes:
            self._held.popitem(last=False)

    def clear(self) -> None:
        self._held.clear()


class Ears:
    """Listens with a loaded Music Flamingo."""

    def __init__(self, loaded: Loaded, limit_bytes: int) -> None:
        self._loaded = loaded
        self.remembered = Remembered(limit_bytes)

    def vectors(self, sound: Sound, adapter: str, check: Callable[[], None]) -> Any:
        """(tokens, width) on the processor. `check` is called before each window and may raise to stop."""
        known = self.remembered.get((adapter, sound.key))
        if known is None:
            known = self._hear(sound, check)
            self.remembered.put((adapter, sound.key), known)
        return known

    def _hear(self, sound: Sound, check: Callable[[], None]) -> Any:
        torch = package("torch")
        samples = Audio(np.ascontiguousarray(sound.samples, np.float32)[None], sound.rate_hz).at(RATE_HZ)
        heard = []
        with torch.no_grad():
            for index, window in enumerate(windows(samples, self._loaded.processor.feature_extractor)):
                check()
                heard.append(self._window(torch, window, index).cpu())
        return torch.cat(heard)

    def _window(self, torch: Any, samples: Floats, index: int) -> Any:
        """(tokens, width): the vectors of one window, the way the model's own `get_audio_features` makes them."""
        inner = self._loaded.model.model
        extract = self._loaded.processor.feature_extractor
        features = extract(samples, sampling_rate=RATE_HZ, return_attention_mask=True, return_tensors="pt")
        mask = features["attention_mask"].to(inner.device)
        frames = features["input_features"].to(inner.device, inner.audio_tower.conv1.weight.dtype)
        hidden = inner.audio_tower(frames, input_features_mask=mask, return_dict=True).last_hidden_state
        n_most = hidden.shape[-2]
        cos, sin = inner.pos_emb(self._times(torch, index, n_most).to(hidden.device), seq_len=n_most)
        rotate = package("transformers.models.musicflamingo.modeling_musicflamingo").apply_rotary_time_emb
        vectors = inner.multi_modal_projector(rotate(hidden, cos, sin))
        _, n_valid = inner.audio_tower._get_feat_extract_output_lengths(mask.sum(-1).to(torch.long))
        return vectors[0, : int(n_valid[0])]

    def _times(self, torch: Any, index: int, n_most: int) -> Any:
        """(1, n): when each vector sounds, in seconds from the beginning of the recording."""
        step_s = self._loaded.model.config.audio_frame_step * POOLED
        return torch.tensor([[index]]) * n_most * step_s + torch.arange(n_most, dtype=torch.float32) * step_s


def windows(samples: Floats, extractor: Any) -> Iterator[Floats]:
    """The samples cut in an extractor's windows; a rest too short for a single vector is left out, or padded when it
    is all there is.
    """
    n_window, n_short = int(RATE_HZ * extractor.chunk_length), (_FEWEST - 1) * int(extractor.hop_length)
    rest = len(samples) % n_window
    if len(samples) > n_window and 0 < rest <= n_short:
        samples = samples[:-rest]
    elif len(samples) <= n_short:
        samples = np.pad(samples, (0, n_short + 1 - len(samples)))
    for start in range(0, len(samples), n_window):
        yield samples[start : start + n_window]
