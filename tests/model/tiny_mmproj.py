"""Tiny random ears for llama.cpp in the layout of Music Flamingo's preview, 576 wide at the end as SmolLM2 is."""

from pathlib import Path
from typing import Any

import numpy as np

WIDTH, FEED, N_HEADS, N_MELS, N_POSITIONS, OUT = 64, 128, 4, 128, 1500, 576


def tensors() -> dict[str, tuple[int, ...]]:
    """Names and shapes of the one-layer encoder and the projector."""
    square = {f"a.blk.0.attn_{part}": (WIDTH, WIDTH) for part in ("q", "k", "v", "out")}
    linears = {
        **square,
        "a.blk.0.ffn_up": (FEED, WIDTH),
        "a.blk.0.ffn_down": (WIDTH, FEED),
        "mm.a.mlp.1": (OUT, WIDTH),
        "mm.a.mlp.2": (OUT, OUT),
    }
    norms = ("a.blk.0.ln1", "a.blk.0.ln2", "a.post_ln")
    return {
        "a.conv1d.1.weight": (WIDTH, N_MELS, 3),
        "a.conv1d.1.bias": (WIDTH, 1),
        "a.conv1d.2.weight": (WIDTH, WIDTH, 3),
        "a.conv1d.2.bias": (WIDTH, 1),
        "a.position_embd.weight": (N_POSITIONS, WIDTH),
        **{f"{name}.weight": shape for name, shape in linears.items()},
        **{f"{name}.bias": shape[:1] for name, shape in linears.items() if "attn_k" not in name},  # as in Whisper
        **{f"{name}.{side}": (WIDTH,) for name in norms for side in ("weight", "bias")},
    }


def write_mmproj(path: Path) -> Path:
    """Saves the ears as a GGUF file."""
    import gguf

    writer: Any = gguf.GGUFWriter(str(path), "clip")
    writer.add_type("mmproj")
    writer.add_clip_has_audio_encoder(True)
    writer.add_clip_projector_type("musicflamingo")
    writer.add_audio_projection_dim(OUT)
    writer.add_audio_embedding_length(WIDTH)
    writer.add_audio_feed_forward_length(FEED)
    writer.add_audio_block_count(1)
    writer.add_audio_head_count(N_HEADS)
    writer.add_audio_num_mel_bins(N_MELS)
    writer.add_audio_attention_layernorm_eps(1e-5)
    chance = np.random.default_rng(1)
    for name, shape in tensors().items():
        writer.add_tensor(name, (chance.normal(0, 0.05, shape) + ("ln" in name)).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
