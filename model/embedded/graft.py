"""Ears on a small language model: a Music Flamingo whose words are SmolLM2's and whose ears are another's.

Unchanged transformers classes (music_flamingo), so that whatever loads the large model loads this one.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOUND_TOKENS = ("<sound>", "<|sound_bos|>", "<|sound_eos|>")
RATE_HZ = 16_000
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% if message['content'] | selectattr('type', 'equalto', 'audio') | list %}<sound>{% endif %}"
    "{% for item in message['content'] if item['type'] == 'text' %}{{ item['text'] }}{% endfor %}{% endif %}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@dataclass(frozen=True, slots=True)
class Ears:
    """Sizes of spectrogram and encoder. `n_fft` and `hop` are samples at 16 kHz; a window is heard at once."""

    n_mels: int = 128
    width: int = 256
    layers: int = 4
    heads: int = 4
    feed_forward: int = 1024
    window_s: int = 30
    n_fft: int = 400
    hop: int = 160

    @property
    def frame_s(self) -> float:
        return self.hop / RATE_HZ

    def extractor(self) -> Any:
        """What turns sound into spectrograms of these sizes."""
        import transformers

        return transformers.WhisperFeatureExtractor(
            feature_size=self.n_mels,
            n_fft=self.n_fft,
            hop_length=self.hop,
            chunk_length=self.window_s,
            sampling_rate=RATE_HZ,
            return_attention_mask=True,
        )

    def encoder(self) -> Any:
        """The configuration of an encoder of these sizes; its first layers halve the rate of frames."""
        import transformers

        return transformers.AudioFlamingo3EncoderConfig(
            num_mel_bins=self.n_mels,
            num_hidden_layers=self.layers,
            num_attention_heads=self.heads,
            intermediate_size=self.feed_forward,
            hidden_size=self.width,
            max_source_positions=self.window_s * RATE_HZ // self.hop // 2,
        )


def grafted(words: Path, ears: Ears, *, seed: int = 0) -> tuple[Any, Any]:
    """Model and processor, in fp32; what is not of the Llama checkpoint is random."""
    import torch
    import transformers

    tokenizer = tokenizer_of(words)
    speaker = transformers.AutoModelForCausalLM.from_pretrained(words, dtype=torch.float32)
    _widen(speaker, len(tokenizer))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = transformers.MusicFlamingoForConditionalGeneration(config_of(speaker.config, tokenizer, ears))
    model.model.language_model.load_state_dict(speaker.model.state_dict())
    model.lm_head.weight.data.copy_(speaker.get_output_embeddings().weight)  # tied in SmolLM2, two matrices here
    ends = {"eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}
    model.generation_config = transformers.GenerationConfig(**ends)
    return model, transformers.MusicFlamingoProcessor(ears.extractor(), tokenizer, chat_template=TEMPLATE)


def tokenizer_of(words: Path) -> Any:
    """The tokenizer of a Llama checkpoint, with tokens that stand for sound."""
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(words)
    tokenizer.add_special_tokens({"additional_special_tokens": [*SOUND_TOKENS]})
    if tokenizer.pad_token_id == tokenizer.eos_token_id:
        tokenizer.pad_token = "<|endoftext|>"  # else nothing teaches it to stop
    return tokenizer


def config_of(text: Any, tokenizer: Any, ears: Ears) -> Any:
    """The configuration of a Music Flamingo with these words and ears."""
    import transformers

    ids = tokenizer.get_vocab()
    text.pad_token_id = tokenizer.pad_token_id
    return transformers.MusicFlamingoConfig(
        audio_config=ears.encoder(),
        text_config=text,
        audio_token_id=ids[SOUND_TOKENS[0]],
        audio_bos_token_id=ids[SOUND_TOKENS[1]],
        audio_eos_token_id=ids[SOUND_TOKENS[2]],
        audio_frame_step=ears.frame_s,
        rope_parameters={"rope_type": "default", "rope_theta": 1200},
    )


def _widen(speaker: Any, n_words: int) -> None:
    """Room for the tokens of sound; each begins as the mean word, the same every time."""
    n_known = speaker.config.vocab_size
    speaker.resize_token_embeddings(n_words, mean_resizing=False)
    weights = speaker.get_input_embeddings().weight.data
    weights[n_known:] = weights[:n_known].mean(dim=0)
