"""The nano's ears before they are taught; its sizes and the folder that everything else loads are of model/embedded."""

from pathlib import Path
from typing import Any

from model.embedded.graft import Ears, config_of, tokenizer_of
from model.embedded.nano import ENCODER, NANO, PROJECTOR, assemble
from model.transformers_hf.hearing import POOLED

__all__ = ["ENCODER", "NANO", "N_VECTORS", "POOLED", "PROJECTOR", "assemble", "rotated", "untaught"]
N_VECTORS = 250  # of a window
_POSITIONS = 0.25  # loudness of the positions beside what the first layers hear


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
