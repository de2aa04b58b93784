"""The nano model's sizes, its ears before they are taught, and the folder that everything else loads.

SmolLM2-135M (frozen), an AudioFlamingo3Encoder of five million weights and a projector. 16 kHz; windows of 20 s;
192 mels of 128 ms, 50 a second, so that neighbouring semitones come apart from about 125 Hz up; 12.5 vectors a second.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from train.graft import Ears, config_of, grafted, tokenizer_of

NANO = Ears(n_mels=192, width=256, layers=6, heads=4, feed_forward=1024, window_s=20, n_fft=2048, hop=320)
ENCODER, PROJECTOR = "audio_tower", "multi_modal_projector"
POOLED = 4  # frames of the spectrogram in one vector
N_VECTORS = 250  # of a window
_POSITIONS = 0.25  # loudness of the positions beside what the first layers hear


def assemble(
    words: Path,
    out: Path,
    heard: Mapping[str, Any] | None = None,
    told: Mapping[str, Any] | None = None,
    *,
    ears: Ears = NANO,
    scale: float = 2.0,
) -> Path:
    """Writes a Music Flamingo of a Llama checkpoint and of ears in bf16, as `from_pretrained` reads it; its folder.

    `heard` has all of `audio_tower.…` and `multi_modal_projector.…`; without it the ears know nothing. `told` has
    `language_model.….lora_A` and `.lora_B`, put into the words `scale` times. Raises ValueError for names that differ.
    """
    import torch

    model, processor = grafted(words, ears)
    if heard is not None:
        _put(model.model, heard)
    for name, first in (told or {}).items():
        if name.endswith(".lora_A"):
            place = name.removesuffix(".lora_A")
            second = (told or {})[f"{place}.lora_B"].float()
            model.model.get_submodule(place).weight.data += scale * second @ first.float()
    model.to(torch.bfloat16).save_pretrained(out)
    processor.save_pretrained(out)
    return out


def _put(inner: Any, heard: Mapping[str, Any]) -> None:
    known = {name for name in inner.state_dict() if not name.startswith("language_model.")}
    if known != set(heard):
        strange = sorted(known ^ set(heard))
        raise ValueError(f"{len(strange)} weights of the ears are missing or strange, the first {strange[0]}")
    inner.load_state_dict(dict(heard), strict=False)


def untaught(words: Path, ears: Ears = NANO) -> tuple[Any, Any, Any]:
    """Encoder, rotary times and projector with random weights, as a Music Flamingo of these words has them."""
    import torch
    import transformers
    from transformers.models.musicflamingo import modeling_musicflamingo as flamingo

    from train.nano.words import marks
    from train.toy import sinusoids

    config = config_of(transformers.AutoConfig.from_pretrained(words), tokenizer_of(words), ears)
    config.audio_config._attn_implementation = "eager"  # on a processor a third faster than sdpa at this size
    encoder = transformers.AutoModel.from_config(config.audio_config)
    positions = encoder.embed_positions.weight
    rows = torch.from_numpy(marks(ears.width)).repeat_interleave(len(positions) // N_VECTORS, dim=0)
    positions.data.copy_(_POSITIONS * (sinusoids(*positions.shape) + rows))
    times, projector = flamingo.MusicFlamingoRotaryEmbedding(config), flamingo.MusicFlamingoMultiModalProjector(config)
    return encoder, times, projector


def rotated(times: Any, hidden: Any, first_s: Any) -> Any:
    """Vectors (clips, rows, width) with their times put in, as the model does it; `first_s` (clips,) of the windows."""
    import torch
    from transformers.models.musicflamingo.modeling_musicflamingo import apply_rotary_time_emb

    n_rows = hidden.shape[1]
    step_s = times.config.audio_frame_step * POOLED
    at_s = first_s[:, None] + torch.arange(n_rows, device=hidden.device, dtype=torch.float32) * step_s
    cos, sin = times(at_s, seq_len=n_rows)
    return apply_rotary_time_emb(hidden, cos, sin)
