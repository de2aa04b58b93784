"""Networks as they ship: half precision, sizes in the header, and the mean of two runs."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from musicflamingo_app.analysis.listening.networks import HarmonyNet, RhythmNet, TimbreNet
from musicflamingo_app.analysis.listening.shipped import network
from musicflamingo_app.analysis.listening.spectra import n_bands
from train.ears import export
from train.ears.export import list_sums, mean_of, write


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("harmony", lambda: HarmonyNet(8)),
        ("rhythm", lambda: RhythmNet(n_bands(), 8)),
        ("timbre", lambda: TimbreNet(n_bands(), 8, 2)),
    ],
)
def test_a_network_hears_as_before_it_was_written(name: str, made: object, tmp_path: Path) -> None:
    torch.manual_seed(0)
    before = made().eval()  # type: ignore[operator]
    for other in ("harmony", "rhythm", "timbre", "form"):
        (tmp_path / f"{other}.safetensors").touch()
    write(name, before.state_dict(), tmp_path / f"{name}.safetensors")
    list_sums(tmp_path)
    rows = torch.rand(1, 50, 252 if name == "harmony" else n_bands())
    with torch.inference_mode():
        heard, shipped = before(rows), network(name, tmp_path)(rows)
    if name == "harmony":
        heard, shipped = heard["chords"], shipped["chords"]
    np.testing.assert_allclose(shipped.numpy(), heard.numpy(), atol=0.02)


def test_the_mean_of_two_networks_lies_between() -> None:
    one, other = torch.nn.BatchNorm1d(3), torch.nn.BatchNorm1d(3)
    other.load_state_dict(
        other.state_dict() | {"weight": torch.full((3,), 3.0), "num_batches_tracked": torch.tensor(5)}
    )
    mean = mean_of(one.state_dict(), other.state_dict())
    assert mean["weight"].tolist() == [2.0, 2.0, 2.0] and int(mean["num_batches_tracked"]) == 0


def test_networks_without_another_run_ship_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = {}
    for folder, value in (("a", 0.0), ("b", 1.0)):
        for name in ("harmony", "rhythm") if folder == "a" else ("rhythm",):
            (tmp_path / folder / name).mkdir(parents=True)
            net = HarmonyNet(8) if name == "harmony" else RhythmNet(n_bands(), 8)
            runs[name] = {key: torch.full_like(part, value) for key, part in net.state_dict().items()}
            torch.save(runs[name], tmp_path / folder / name / "final.pt")
    monkeypatch.setattr(export, "NAMES", ("harmony", "rhythm"))
    asked = ["--runs", str(tmp_path / "a"), "--mean-with", str(tmp_path / "b"), "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", ["export", *asked])
    export.main()
    from safetensors.torch import load_file

    assert float(load_file(tmp_path / "out" / "harmony.safetensors")["bass.weight"].max()) == 0.0
    assert float(load_file(tmp_path / "out" / "rhythm.safetensors")["beats.weight"].min()) == 0.5
