"""A Music Flamingo with the words of SmolLM2 and ears that know nothing yet, to be taught."""

from pathlib import Path

from model.embedded.graft import RATE_HZ, SOUND_TOKENS, TEMPLATE, Ears, config_of, grafted, tokenizer_of

__all__ = ["RATE_HZ", "SOUND_TOKENS", "TEMPLATE", "Ears", "config_of", "graft", "grafted", "tokenizer_of"]


def graft(words: Path, out: Path, *, seed: int = 0, ears: Ears | None = None) -> Path:
    """Writes the grafted checkpoint of a Llama checkpoint (model/embedded makes one) and gives its folder."""
    model, processor = grafted(words, ears or Ears(), seed=seed)
    model.save_pretrained(out)
    processor.save_pretrained(out)
    return out
