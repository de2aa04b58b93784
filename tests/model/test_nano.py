"""The nano as a person gets it: checked, put together once with its words, hearing seconds as they are."""

from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from model.embedded import nano
from model.embedded.backend import open_embedded
from model.errors import ModelError
from model.transformers_hf.backend import TransformersBackend
from model.transformers_hf.hearing import Ears
from model.transformers_hf.load import Checkpoint, Loaded, load
from model.types import Abilities, Delta, Sound
from musicflamingo_app.errors import StorageError
from tests.model.tiny import asked, greedy, sound
from tests.model.tiny_nano import RANK, SCALE, SMALL, list_sum, write_shipment


@pytest.fixture
def made(tiny_words: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Has the words at hand, and tells what was put together."""
    folders: list[Path] = []
    whole = nano.assembled

    def noted(shipment: nano.Shipment, words: Path, out: Path) -> Path:
        folders.append(out)
        return whole(shipment, words, out)

    monkeypatch.setattr(nano, "converted", lambda cache, on_progress: tiny_words)
    monkeypatch.setattr(nano, "assembled", noted)
    return folders


@pytest.fixture(scope="module")
def loaded(shipment: Path, tiny_words: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder = nano.assembled(nano.read(shipment), tiny_words, tmp_path_factory.mktemp("whole"))
    return load(Checkpoint(str(folder), precision="fp32"))


def test_it_hears_a_window_and_is_labelled_tiny(nano: TransformersBackend) -> None:
    assert nano.name == "Music Flamingo Nano"
    assert nano.abilities == Abilities(hears_audio=True, takes_adapters=True, max_audio_s=20.0, is_tiny=True)
    answers = {
        "".join(d.text for d in nano.stream(asked("Key?", sound(5.0, hz=hz)), greedy()) if isinstance(d, Delta))
        for hz in (110.0, 440.0, 1760.0)
    }
    assert len(answers) > 1


def test_one_that_was_taught_to_think_says_so(made: list[Path], tiny_words: Path, tmp_path: Path) -> None:
    folder = write_shipment(tmp_path / "weights", tiny_words, thinks=True)
    backend = open_embedded(tmp_path / "cache", weights=folder)
    assert backend.abilities.thinks
    backend.close()


def test_it_is_put_together_once_and_again_for_other_weights(
    made: list[Path], shipment: Path, tiny_words: Path, tmp_path: Path
) -> None:
    first = nano.nano_folder(nano.read(shipment), tmp_path)
    assert nano.nano_folder(nano.read(shipment), tmp_path) == first and len(made) == 1
    other = nano.nano_folder(nano.read(write_shipment(tmp_path / "w", tiny_words, seed=9)), tmp_path)
    assert len(made) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([other.name, "w"])  # the old one is gone


def test_what_ships_is_in_it(loaded: Loaded, shipment: Path, tiny_words: Path) -> None:
    from safetensors.torch import load_file

    tensors, whole = load_file(shipment / nano.FILE), loaded.model.model.state_dict()
    place = "language_model.layers.1.self_attn.q_proj"
    first, second = (tensors[f"{place}.lora_{side}"].float() for side in "AB")
    assert first.shape[0] == RANK
    words = transformers.LlamaForCausalLM.from_pretrained(tiny_words).state_dict()
    before = words["model.layers.1.self_attn.q_proj.weight"].float()
    torch.testing.assert_close(whole[f"{place}.weight"], (before + SCALE * second @ first).bfloat16().float())
    for name, value in tensors.items():
        if ".lora_" not in name:
            torch.testing.assert_close(whole[name], value.float(), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("seconds", "n_vectors"),
    [(0.01, 1), (1.0, 12), (20.0, 250), (20.03, 250), (20.04, 250), (20.06, 251), (50.0, 625)],
)
def test_vectors_are_counted_and_placed_as_the_stock_road_does(loaded: Loaded, seconds: float, n_vectors: int) -> None:
    samples = np.resize(sound(1.0).samples, round(seconds * 16_000))
    ours = Ears(loaded, 10**8).vectors(Sound(samples, 16_000, f"{seconds}"), "", lambda: None)
    assert len(ours) == n_vectors
    if seconds in (20.03, 20.04, 0.01):  # the stock road falls over rests without a vector
        return
    given = loaded.processor.apply_chat_template(
        [{"role": "user", "content": [{"type": "audio", "audio": samples}, {"type": "text", "text": "A"}]}],
        tokenize=True, return_dict=True,
    )  # fmt: skip
    with torch.no_grad():
        stock = loaded.model.get_audio_features(
            given["input_features"], given["input_features_mask"], given["input_ids"]
        )
    torch.testing.assert_close(ours, stock.pooler_output, rtol=1e-4, atol=1e-4)


def test_times_are_seconds_of_the_recording(loaded: Loaded) -> None:
    ears = Ears(loaded, 10**8)
    n_most = SMALL.window_s * 25 // 2
    for index in range(3):
        times = ears._times(torch, index, n_most)[0]
        expected = 20.0 * index + np.arange(n_most) / 12.5
        np.testing.assert_allclose(times.numpy(), expected, atol=1e-3)


def test_damaged_weights_are_refused_before_anything_is_made(
    made: list[Path], tiny_words: Path, tmp_path: Path
) -> None:
    folder = write_shipment(tmp_path / "weights", tiny_words)
    with (folder / nano.FILE).open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x7f")
    with pytest.raises(ModelError, match=r"nano\.safetensors is damaged"):
        open_embedded(tmp_path / "cache", weights=folder)
    (folder / nano.SUMS).unlink()
    with pytest.raises(ModelError, match="incomplete"):
        open_embedded(tmp_path / "cache", weights=folder)
    assert made == [] and not (tmp_path / "cache").exists()


def test_weights_that_do_not_say_what_they_hold_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(1)}, tmp_path / nano.FILE, {"scale": "2.0"})
    list_sum(tmp_path)
    with pytest.raises(ModelError, match="does not say what it holds"):
        nano.read(tmp_path)


def test_weights_for_other_words_are_refused(
    shipment: Path, tiny_words: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(shipment / nano.FILE)
    tensors.pop("audio_tower.conv1.bias")
    save_file(tensors, tmp_path / nano.FILE, nano.header(SMALL, SCALE, thinks=False))
    list_sum(tmp_path)
    monkeypatch.setattr(nano, "converted", lambda cache, on_progress: tiny_words)
    with pytest.raises(ModelError, match="do not fit"):
        nano.nano_folder(nano.read(tmp_path), tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_full_disk_leaves_nothing(
    shipment: Path, tiny_words: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(shipment: nano.Shipment, words: Path, out: Path) -> Path:
        (out / "model.safetensors").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(nano, "converted", lambda cache, on_progress: tiny_words)
    monkeypatch.setattr(nano, "assembled", full)
    with pytest.raises(StorageError, match="No space left"):
        nano.nano_folder(nano.read(shipment), tmp_path)
    assert list(tmp_path.iterdir()) == []
