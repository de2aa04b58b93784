"""A Music Flamingo of some 300 000 random weights, made in the test with nothing fetched, and sound for it."""

from pathlib import Path
from typing import Any

import numpy as np

from model.types import Message, Sampling, Sound, Text

SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<sound>", "<|sound_bos|>", "<|sound_eos|>"]
CORPUS = [
    "What is the key of this song? The key is A minor, the tempo is 120 beats per minute.",
    "Describe the harmony, the form and the instruments of the recording in a few sentences.",
    "The chorus returns at 1:23 with drums, bass and a choir; the bridge modulates up a tone.",
]
TEMPLATE = (
    "{% if messages[0]['role'] != 'system' %}<|im_start|>system\nYou know music.<|im_end|>\n{% endif %}"
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% if message['content'] | selectattr('type', 'equalto', 'audio') | list %}<sound>{% endif %}"
    "{% for item in message['content'] if item['type'] == 'text' %}{{ item['text'] }}{% endfor %}{% endif %}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tokenizer() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    letters = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=SPECIALS, initial_alphabet=letters, show_progress=False
    )
    made.train_from_iterator(CORPUS, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="<|endoftext|>",
        eos_token="<|im_end|>",
        additional_special_tokens=["<|im_start|>", *SPECIALS[3:]],
    )


def text_config(kind: str, words: Any, **more: Any) -> Any:
    from transformers import LlamaConfig, Qwen2Config

    size = {
        "vocab_size": len(words),
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 32768,
        "pad_token_id": words.pad_token_id,
        "eos_token_id": words.eos_token_id,
        "tie_word_embeddings": False,
    }
    return {"qwen2": Qwen2Config, "llama": LlamaConfig}[kind](**{**size, **more})


def write_flamingo(folder: Path, kind: str = "qwen2", *, seed: int = 1, **text: Any) -> Path:
    """Saves a tiny Music Flamingo with this text model, as a checkpoint that `from_pretrained` reads."""
    import torch
    import transformers

    words = tokenizer()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = transformers.MusicFlamingoForConditionalGeneration(flamingo_config(kind, words, **text))
        for name, weights in model.named_parameters():  # louder than usual, so that sound changes what is said
            if weights.ndim > 1:
                torch.nn.init.normal_(weights, std=1.0 if "projector" in name else 0.15)
    ends = {"eos_token_id": words.eos_token_id, "pad_token_id": words.pad_token_id}
    model.generation_config = transformers.GenerationConfig(**ends)
    extract = transformers.WhisperFeatureExtractor(feature_size=16, return_attention_mask=True)
    model.save_pretrained(folder)
    transformers.MusicFlamingoProcessor(extract, words, chat_template=TEMPLATE).save_pretrained(folder)
    return folder


def flamingo_config(kind: str, words: Any, **text: Any) -> Any:
    from transformers import AudioFlamingo3EncoderConfig, MusicFlamingoConfig

    ids = words.get_vocab()
    hearing = AudioFlamingo3EncoderConfig(
        num_mel_bins=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128, hidden_size=64
    )
    return MusicFlamingoConfig(
        audio_config=hearing,
        text_config=text_config(kind, words, **text),
        audio_token_id=ids["<sound>"],
        audio_bos_token_id=ids["<|sound_bos|>"],
        audio_eos_token_id=ids["<|sound_eos|>"],
        rope_parameters={"rope_type": "default", "rope_theta": 1200},
    )


def write_lora(folder: Path, checkpoint: Path, *, seed: int = 3, projector: bool = False) -> Path:
    """Saves a random adapter for a tiny checkpoint, on the language model and perhaps the projector."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import MusicFlamingoForConditionalGeneration

    torch.manual_seed(seed)
    base = MusicFlamingoForConditionalGeneration.from_pretrained(checkpoint)
    lora = LoraConfig(
        r=4,
        lora_alpha=16,
        target_modules=r".*language_model.*\.(q_proj|v_proj|down_proj)",
        modules_to_save=["multi_modal_projector"] if projector else None,
        task_type="CAUSAL_LM",
    )
    tuned = get_peft_model(base, lora)
    for name, weights in tuned.named_parameters():
        if "lora_" in name or "modules_to_save" in name:
            torch.nn.init.normal_(weights, std=0.2)
    tuned.save_pretrained(folder)
    return folder


def sound(seconds: float = 2.0, *, hz: float = 440.0, rate_hz: int = 16_000, key: str = "") -> Sound:
    """A decaying tone with a little noise, the same every time."""
    n = round(seconds * rate_hz)
    t = np.arange(n) / rate_hz
    noise = np.random.default_rng(0).normal(0, 0.01, n)
    samples = (0.4 * np.sin(2 * np.pi * hz * t) * np.exp(-(t % 1.0)) + noise).astype(np.float32)
    return Sound(samples, rate_hz, key or f"{hz}-{seconds}-{rate_hz}")


def asked(text: str, heard: Sound | None = None) -> list[Message]:
    return [Message("user", (Text(text),) if heard is None else (heard, Text(text)))]


def greedy(n: int = 12) -> Sampling:
    return Sampling(max_new_tokens=n)
