"""A Music Flamingo small enough to learn tones on a processor in seconds; unchanged transformers classes.

Weights are random. Its ears stay as they are (a random filter bank tells registers apart), positions of the encoder
are Whisper's sinusoids, and the last layer begins as the embeddings, so that the frozen head can say what it is told.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from train.graft import SOUND_TOKENS, TEMPLATE
from train.prompts import CHOOSE, THINK
from train.tones import QUESTIONS, REGISTERS_HZ

WINDOW_S, FRAMES_PER_S = 2, 100
SPECIALS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", *SOUND_TOKENS)
WORDS = (
    *QUESTIONS,
    f"{CHOOSE}\n(A) (B) (C) (D)",
    "Hence, the final answer is:",
    THINK,
    *REGISTERS_HZ,
    "The tone lies near 0123456789 Hz.",
)


def write_toy(folder: Path, *, seed: int = 0, words: Iterable[str] = WORDS, width: int = 64, n_layers: int = 2) -> Path:
    """Saves the checkpoint (about 200 000 weights at this size) as `from_pretrained` reads it, and gives its folder."""
    import torch
    import transformers

    tokenizer = _tokenizer(words)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = transformers.MusicFlamingoForConditionalGeneration(_config(tokenizer, width, n_layers))
        _loud(model)
    ends = {"eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}
    model.generation_config = transformers.GenerationConfig(**ends)
    extract = transformers.WhisperFeatureExtractor(feature_size=32, chunk_length=WINDOW_S, return_attention_mask=True)
    model.save_pretrained(folder)
    transformers.MusicFlamingoProcessor(extract, tokenizer, chat_template=TEMPLATE).save_pretrained(folder)
    return folder


def _tokenizer(words: Iterable[str]) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=list(SPECIALS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator([*words] * 8, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token=SPECIALS[0],
        eos_token=SPECIALS[2],
        additional_special_tokens=[SPECIALS[1], *SOUND_TOKENS],
    )


def _config(tokenizer: Any, width: int, n_layers: int) -> Any:
    import transformers

    ids = tokenizer.get_vocab()
    ears = transformers.AudioFlamingo3EncoderConfig(
        num_mel_bins=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        hidden_size=48,
        max_source_positions=WINDOW_S * FRAMES_PER_S // 2,
    )
    sounds = dict(zip(("audio_token_id", "audio_bos_token_id", "audio_eos_token_id"), SOUND_TOKENS, strict=True))
    return transformers.MusicFlamingoConfig(
        audio_config=ears,
        text_config=_words(tokenizer, width, n_layers),
        rope_parameters={"rope_type": "default", "rope_theta": 1200},
        **{name: ids[token] for name, token in sounds.items()},
    )


def _words(tokenizer: Any, width: int, n_layers: int) -> Any:
    import transformers

    return transformers.LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=n_layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
        tie_word_embeddings=False,
    )


def _loud(model: Any) -> None:
    """Weights louder than transformers draws them, for that is what large trained models look like."""
    import torch

    for name, weights in model.named_parameters():
        if weights.ndim > 1 and "embed_positions" not in name:
            torch.nn.init.normal_(weights, std=0.7 if "conv" in name else 1.0 / weights.shape[-1] ** 0.5)
    positions = model.model.audio_tower.embed_positions.weight
    positions.data.copy_(sinusoids(*positions.shape))
    embeddings = model.get_input_embeddings().weight
    torch.nn.init.normal_(embeddings, std=0.5)
    model.lm_head.weight.data.copy_(embeddings)


def sinusoids(n: int, width: int) -> Any:
    """(n, width): Whisper's positions, sines then cosines of periods from 2π to 20000π."""
    import torch

    rates = torch.exp(-torch.arange(width // 2) * (torch.log(torch.tensor(10_000.0)) / (width // 2 - 1)))
    angles = torch.arange(n)[:, None] * rates[None, :]
    return torch.cat([angles.sin(), angles.cos()], dim=1)
