"""The assembled model loads as any other and hears recordings of several windows at the right times."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from model.transformers_hf.backend import TransformersBackend
from model.transformers_hf.hearing import Ears
from model.types import Delta, Done, Message, Sampling, Sound, Text
from train.nano.architecture import ENCODER, NANO, POOLED, assemble, rotated, untaught
from train.nano.truth import ROW_S

RATE_HZ = 16_000


def sound(seconds: float) -> np.ndarray:
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (0.3 * np.sin(2 * np.pi * (220 + 40 * np.floor(times % 8)) * times)).astype(np.float32)


def test_the_nano_has_one_vector_a_row_of_truth() -> None:
    assert NANO.frame_s * POOLED == pytest.approx(ROW_S)
    assert NANO.encoder().max_source_positions * NANO.frame_s * 2 == NANO.window_s


def test_a_wav_file_is_answered_about(loaded: Any, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", sound(3), RATE_HZ)
    samples, _ = soundfile.read(tmp_path / "a.wav", dtype="float32")
    backend = TransformersBackend(loaded, "nano")
    asked = [Message("user", (Sound(samples, RATE_HZ, "a"), Text("How fast?")))]
    said = list(backend.stream(asked, Sampling(temperature=0.0, max_new_tokens=4)))
    assert isinstance(said[-1], Done) and all(isinstance(one, Delta) for one in said[:-1])
    backend.close()


def test_three_windows_are_heard_with_their_times(loaded: Any) -> None:
    import torch

    samples, model = sound(50), loaded.model
    conversation = [{"role": "user", "content": [{"type": "audio", "audio": samples}, {"type": "text", "text": "A"}]}]
    given = loaded.processor.apply_chat_template(conversation, tokenize=True, return_dict=True)
    assert given["input_features"].shape == (3, 192, 1000)
    n_vectors = int((given["input_ids"] == model.config.audio_token_id).sum())
    assert n_vectors == 250 + 250 + 125
    with torch.no_grad():
        own = model.get_audio_features(given["input_features"], given["input_features_mask"], given["input_ids"])
        hidden = model.model.audio_tower(
            given["input_features"], input_features_mask=given["input_features_mask"]
        ).last_hidden_state
        ours = model.model.multi_modal_projector(rotated(model.model.pos_emb, hidden, torch.tensor([0.0, 20.0, 40.0])))
    streamed = Ears(loaded, 10**8).vectors(Sound(samples, RATE_HZ, "x"), "", lambda: None)
    torch.testing.assert_close(streamed, own.pooler_output, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(ours.flatten(0, 1)[:n_vectors], own.pooler_output, rtol=1e-4, atol=1e-5)


def test_strange_ears_are_refused(words: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="missing or strange"):
        assemble(words, tmp_path / "out", {"audio_tower.conv1.weight": None})


def test_ears_are_put_into_the_model(words: Path, tmp_path: Path) -> None:
    import torch
    import transformers

    from tests.train.nano.conftest import SMALL

    torch.manual_seed(3)
    encoder, _, projector = untaught(words, SMALL)
    heard = {f"{ENCODER}.{name}": value for name, value in encoder.state_dict().items()}
    heard |= {f"multi_modal_projector.{name}": value for name, value in projector.state_dict().items()}
    folder = assemble(words, tmp_path / "out", heard, ears=SMALL)
    model = transformers.MusicFlamingoForConditionalGeneration.from_pretrained(folder)
    for name, value in heard.items():
        torch.testing.assert_close(model.model.state_dict()[name], value.bfloat16(), rtol=0, atol=0)
    assert model.config.audio_frame_step == pytest.approx(0.02)
