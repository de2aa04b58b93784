"""Models as data, and whether they fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.devices import Device
from model.embedded import nano
from model.embedded.convert import _SHAPE
from model.embedded.graft import SOUND_TOKENS, config_of
from model.memory import fits, needed_bytes
from model.registry import MODELS, embedded, missing_packages, model
from model.transformers_hf.load import KEPT_HIGH
from musicflamingo_app.errors import NotFound

GIB = 2**30
FLAMINGO = model("music-flamingo-2601-hf")
MACHINE = Device("cpu", "a processor, 8 cores", 32 * GIB)


def card(gib: float) -> Device:
    return Device("cuda", f"a card of {gib} GiB", int(gib * GIB))


def test_sizes_agree_with_the_counted_parameters() -> None:
    in_gib = {name: size.memory_bytes / GIB for name, size in FLAMINGO.sizes.items()}
    assert in_gib == pytest.approx({"bf16": 15.40, "int8": 9.32, "nf4": 6.38}, abs=0.01)


def test_the_full_architecture_has_the_counted_parameters() -> None:
    import torch
    from transformers import (
        AudioFlamingo3EncoderConfig,
        MusicFlamingoConfig,
        MusicFlamingoForConditionalGeneration,
        Qwen2Config,
    )

    words = Qwen2Config(
        vocab_size=151_672, hidden_size=3584, intermediate_size=18_944, num_hidden_layers=28, num_attention_heads=28
    )
    words.num_key_value_heads = 4
    config = MusicFlamingoConfig(audio_config=AudioFlamingo3EncoderConfig(), text_config=words)
    with torch.device("meta"):
        whole = MusicFlamingoForConditionalGeneration(config)
    assert 2 * sum(weights.numel() for weights in whole.parameters()) == FLAMINGO.sizes["bf16"].memory_bytes
    parts = dict(whole.named_modules())
    assert all(name in parts for name in KEPT_HIGH)  # whole names, as bitsandbytes wants them


def test_every_model_says_what_a_person_must_know() -> None:
    assert MODELS[0].id == "embedded"  # the default comes first
    assert len({known.id for known in MODELS}) == len(MODELS) == 6
    for known in MODELS:
        assert known.about.endswith(".") and known.packages
        assert known.needs_fetching == bool(known.repo) == bool(known.files)
        if known.needs_fetching:
            assert known.licence is not None and known.licence.non_commercial and known.sizes
            assert known.licence.url.startswith("https://") and known.max_audio_s >= 600


def test_the_embedded_model_says_whether_it_hears() -> None:
    deaf, hearing = embedded(hears=False), embedded(hears=True)
    assert MODELS[0] == embedded(hears=nano.is_shipped())
    assert not deaf.hears_audio and "hears nothing" in deaf.about
    assert deaf.licence and deaf.licence.name == "Apache-2.0"
    assert hearing.hears_audio and hearing.max_audio_s == 20.0
    assert "synthetic music" in hearing.about and "the measurement counts" in hearing.about
    assert hearing.licence and "CC0" in hearing.licence.name and not hearing.licence.non_commercial
    seconds = [needed_bytes(hearing, "fp32", s) for s in (0.0, 10.0, 20.0, 300.0)]
    assert seconds[1] - seconds[0] == 125 * hearing.kv_bytes_per_token and seconds[2] == seconds[3]


@pytest.mark.skipif(not nano.is_shipped(), reason="no weights ship")
def test_what_is_known_of_the_nano_is_what_its_file_says() -> None:
    shipped = nano.read()
    assert (embedded(hears=True).thinks, embedded(hears=True).max_audio_s) == (shipped.thinks, shipped.hears_s)


def test_the_nano_has_the_counted_parameters() -> None:
    import torch
    from transformers import LlamaConfig, MusicFlamingoForConditionalGeneration

    class Words:
        pad_token_id = 2

        def get_vocab(self) -> dict[str, int]:
            return {token: 49_152 + n for n, token in enumerate(SOUND_TOKENS)}

    words = LlamaConfig(**{**_SHAPE, "vocab_size": 49_152 + len(SOUND_TOKENS), "tie_word_embeddings": False})
    with torch.device("meta"):
        whole = MusicFlamingoForConditionalGeneration(config_of(words, Words(), nano.NANO))
    counted = sum(weights.numel() for weights in whole.parameters())
    assert 2 * counted == pytest.approx(nano.FOLDER_BYTES, rel=0.01)


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(NotFound, match="no model named") as refused:
        model("gpt")
    assert "embedded" in refused.value.advice
    with pytest.raises(NotFound, match="no precision"):
        needed_bytes(FLAMINGO, "fp4", 60.0)


FITS = [
    ("bf16", 24, 240.0, "fits"),
    ("bf16", 16, 240.0, "no"),
    ("int8", 16, 240.0, "fits"),
    ("nf4", 12, 240.0, "fits"),
    ("nf4", 12, 1200.0, "fits"),
    ("nf4", 11, 1200.0, "tight"),
    ("nf4", 8, 240.0, "no"),
    ("nf4", 6, 240.0, "no"),
]


@pytest.mark.parametrize(("precision", "gib", "audio_s", "verdict"), FITS)
def test_what_fits_on_cards(precision: str, gib: int, audio_s: float, verdict: str) -> None:
    fit = fits(FLAMINGO, precision, (card(gib),), audio_s)
    assert fit.verdict == verdict
    assert fit.device == ("" if verdict == "no" else "cuda:0")
    assert "GB" in fit.sentence and fit.sentence.endswith(".")


def test_the_card_with_room_is_taken_else_the_processor() -> None:
    assert fits(FLAMINGO, "bf16", (MACHINE, card(8), card(40))).device == "cuda:1"
    slow = fits(FLAMINGO, "bf16", (MACHINE, card(8)))
    assert slow.device == "cpu" and "slow" in slow.sentence
    assert fits(model("embedded"), "fp32", (MACHINE, card(40))).device == "cpu"
    assert fits(model("openai-server"), "", (MACHINE,)).verdict == "fits"
    assert fits(FLAMINGO, "bf16", (Device("cpu", "?", 0),)).verdict == "unknown"


@given(st.sampled_from(sorted(FLAMINGO.sizes)), st.floats(0, 3000), st.floats(0, 3000), st.integers(1, 100))
def test_more_sound_never_fits_better(precision: str, a_s: float, b_s: float, gib: int) -> None:
    order = ["fits", "tight", "no"]
    short, long = sorted((a_s, b_s))
    verdicts = [fits(FLAMINGO, precision, (card(gib),), s).verdict for s in (short, long)]
    assert order.index(verdicts[0]) <= order.index(verdicts[1])
    assert needed_bytes(FLAMINGO, precision, short) <= needed_bytes(FLAMINGO, precision, long)


def test_packages_that_are_missing_are_named() -> None:
    assert "torch" not in missing_packages(FLAMINGO)
    from dataclasses import replace

    assert missing_packages(replace(FLAMINGO, packages=("no-such-package-here",))) == ("no-such-package-here",)
