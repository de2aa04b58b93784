"""A nano of a few thousand random weights as it would ship: ears at half Whisper's rate, and words to put it on."""

import hashlib
from pathlib import Path

from model.embedded.graft import Ears, grafted
from model.embedded.nano import FILE, SUMS, header
from tests.model.tiny import text_config, tokenizer

SMALL = Ears(n_mels=16, width=40, layers=1, heads=2, feed_forward=80, window_s=20, n_fft=2048, hop=320)
SCALE, RANK = 2.0, 2


def write_words(folder: Path, *, seed: int = 2) -> Path:
    """Saves a tiny Llama checkpoint, in the place of the wheel's words."""
    import torch
    import transformers

    words = tokenizer()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = transformers.LlamaForCausalLM(text_config("llama", words, max_position_embeddings=8192))
        for weights in model.parameters():  # louder than usual, so that sound changes what is said
            if weights.ndim > 1:
                torch.nn.init.normal_(weights, std=0.15)
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


def write_shipment(folder: Path, words: Path, *, seed: int = 3, thinks: bool = False) -> Path:
    """Saves random ears and LoRA for these words as `assets/weights/nano` would hold them."""
    import torch
    from safetensors.torch import save_file

    inner = grafted(words, SMALL, seed=seed)[0].model
    tensors = {n: v for n, v in inner.state_dict().items() if not n.startswith("language_model.")}
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for name, value in tensors.items():
            if value.ndim > 1 and "embed_positions" not in name:
                tensors[name] = torch.randn_like(value) * (1.0 if "projector" in name else 0.15)
        for name, module in inner.language_model.named_modules():
            if name.endswith(("q_proj", "down_proj")):
                place = f"language_model.{name}"
                tensors[f"{place}.lora_A"] = 0.1 * torch.randn(RANK, module.in_features)
                tensors[f"{place}.lora_B"] = 0.1 * torch.randn(module.out_features, RANK)
    folder.mkdir(parents=True, exist_ok=True)
    halves = {name: value.bfloat16().contiguous() for name, value in tensors.items()}
    save_file(halves, folder / FILE, header(SMALL, SCALE, thinks=thinks))
    list_sum(folder)
    return folder


def list_sum(folder: Path) -> None:
    """Writes the sum of the weights that lie there now."""
    digest = hashlib.sha256((folder / FILE).read_bytes()).hexdigest()
    (folder / SUMS).write_text(f"{digest}  {FILE}\n", "utf-8")
