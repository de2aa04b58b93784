"""Networks as they ship: bytes, sizes in the header, several heard together."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from musicflamingo_app.analysis.listening import shipped
from musicflamingo_app.analysis.listening.networks import HarmonyNet, RhythmNet, TimbreNet
from musicflamingo_app.analysis.listening.shipped import network
from musicflamingo_app.analysis.listening.spectra import n_bands
from musicflamingo_app.errors import MissingPackage, NotFound
from train.ears import export
from train.ears.export import as_bytes, list_sums, write


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("harmony", lambda: HarmonyNet(8)),
        ("rhythm", lambda: RhythmNet(n_bands(), 8)),
        ("timbre", lambda: TimbreNet(n_bands(), 8)),
    ],
)
def test_a_network_hears_as_before_it_was_written(name: str, made: object, tmp_path: Path) -> None:
    torch.manual_seed(0)
    before = made().eval()  # type: ignore[operator]
    for other in ("harmony", "rhythm", "timbre", "form"):
        (tmp_path / f"{other}.safetensors").touch()
    write(name, [before.state_dict()], tmp_path / f"{name}.safetensors")
    list_sums(tmp_path)
    low, high = torch.rand(1, 50, n_bands()), torch.rand(1, 10, 252)
    rows = {"harmony": [high], "rhythm": [low], "timbre": [low, high]}[name]
    with torch.inference_mode():
        heard, again = before(*rows), network(name, tmp_path)(*rows)
    if name == "harmony":
        heard, again = heard["chords"], again["chords"]
    np.testing.assert_allclose(again.numpy(), heard.numpy(), atol=0.02)


def test_networks_beside_one_another_are_heard_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    made = {
        "a": {"harmony": HarmonyNet(8), "rhythm": RhythmNet(n_bands(), 6)},
        "b": {"rhythm": RhythmNet(n_bands(), 8)},
    }
    for folder, nets in made.items():
        for name, net in nets.items():
            (tmp_path / folder / name).mkdir(parents=True)
            torch.save(net.eval().state_dict(), tmp_path / folder / name / "final.pt")
    monkeypatch.setattr(export, "NAMES", ("harmony", "rhythm"))
    asked = ["--runs", str(tmp_path / "a"), "--beside", str(tmp_path / "b"), "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", ["export", *asked])
    export.main()
    low, high = torch.rand(1, 50, n_bands()), torch.rand(1, 10, 252)
    with torch.inference_mode():
        both = (made["a"]["rhythm"](low) + made["b"]["rhythm"](low)) / 2
        np.testing.assert_allclose(network("rhythm", tmp_path / "out")(low), both, atol=0.02)
        for name, truth in made["a"]["harmony"](high).items():
            np.testing.assert_allclose(network("harmony", tmp_path / "out")(high)[name], truth, atol=0.02)


def test_weights_as_bytes_are_a_quarter_and_nearly_the_same(tmp_path: Path) -> None:
    torch.manual_seed(0)
    state = {
        "layer.weight": torch.randn(40, 30, 3) * torch.logspace(-3, 1, 40)[:, None, None],
        "layer.bias": torch.ones(40),
    }
    state["layer.weight"][7] = 0.0
    stored = as_bytes(state)
    assert stored["layer.weight"].dtype == torch.int8 and stored["layer.bias"].dtype == torch.float16
    again = shipped._floats(stored)
    assert again.keys() == state.keys()
    off = (again["layer.weight"] - state["layer.weight"]).flatten(1).abs().amax(dim=1)
    assert (off <= state["layer.weight"].flatten(1).abs().amax(dim=1) / 200 + 1e-6).all()


def test_a_file_with_another_network_is_refused(tmp_path: Path) -> None:
    for other in ("harmony", "rhythm", "form"):
        (tmp_path / f"{other}.safetensors").touch()
    state = {key: value for key, value in TimbreNet(n_bands(), 8).state_dict().items() if not key.startswith("fine.")}
    write("timbre", [state], tmp_path / "timbre.safetensors")
    list_sums(tmp_path)
    with pytest.raises(MissingPackage, match=r"timbre\.safetensors holds another network"):
        network("timbre", tmp_path)


def test_a_folder_without_runs_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ["--runs", str(tmp_path), "--beside", str(tmp_path / "typo"), "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", ["export", *asked])
    with pytest.raises(NotFound, match="no runs in"):
        export.main()
    assert not (tmp_path / "out").exists()
