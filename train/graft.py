"""Ears on a small language model: a Music Flamingo whose words are SmolLM2's and whose ears are new and random.

Unchanged transformers classes (music_flamingo), so that whatever loads the large model loads this one.
"""

from pathlib import Path
from typing import Any

SOUND_TOKENS = ("<sound>", "<|sound_bos|>", "<|sound_eos|>")
EARS = {
    "num_mel_bins": 128,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "intermediate_size": 1024,
    "hidden_size": 256,
}
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% if message['content'] | selectattr('type', 'equalto', 'audio') | list %}<sound>{% endif %}"
    "{% for item in message['content'] if item['type'] == 'text' %}{{ item['text'] }}{% endfor %}{% endif %}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def graft(words: Path, out: Path, *, seed: int = 0) -> Path:
    """Writes the grafted checkpoint of a Llama checkpoint (model/embedded makes one) and gives its folder."""
    import torch
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(words)
    tokenizer.add_special_tokens({"additional_special_tokens": [*SOUND_TOKENS]})
    if tokenizer.pad_token_id == tokenizer.eos_token_id:
        tokenizer.pad_token = "<|endoftext|>"  # else nothing teaches it to stop
    speaker = transformers.AutoModelForCausalLM.from_pretrained(words, dtype=torch.float32)
    speaker.resize_token_embeddings(len(tokenizer))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = transformers.MusicFlamingoForConditionalGeneration(_config(speaker.config, tokenizer))
    model.model.language_model.load_state_dict(speaker.model.state_dict())
    model.lm_head.weight.data.copy_(speaker.get_output_embeddings().weight)  # tied in SmolLM2, two matrices here
    ends = {"eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}
    model.generation_config = transformers.GenerationConfig(**ends)
    extract = transformers.WhisperFeatureExtractor(feature_size=EARS["num_mel_bins"], return_attention_mask=True)
    model.save_pretrained(out)
    transformers.MusicFlamingoProcessor(extract, tokenizer, chat_template=TEMPLATE).save_pretrained(out)
    return out


def _config(text: Any, tokenizer: Any) -> Any:
    import transformers

    ids = tokenizer.get_vocab()
    text.pad_token_id = tokenizer.pad_token_id
    return transformers.MusicFlamingoConfig(
        audio_config=transformers.AudioFlamingo3EncoderConfig(**EARS),
        text_config=text,
        audio_token_id=ids[SOUND_TOKENS[0]],
        audio_bos_token_id=ids[SOUND_TOKENS[1]],
        audio_eos_token_id=ids[SOUND_TOKENS[2]],
        rope_parameters={"rope_type": "default", "rope_theta": 1200},
    )
