"""Networks made wider: what they hear stays, and their channels are no longer alike."""

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from musicflamingo_app.analysis.listening.networks import HarmonyNet, RhythmNet, TimbreNet  # noqa: E402
from train.ears.widen import main, widened  # noqa: E402

BANDS = 36


def lived_in(network: Any) -> Any:
    """A network whose norms have seen something."""
    torch.manual_seed(1)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 2.0)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.uniform_(-0.2, 0.2)
    return network.eval()


@pytest.mark.parametrize(
    ("narrow", "wide", "shapes"),
    [
        (HarmonyNet(6), HarmonyNet(12), [(2, 40, 252)]),
        (RhythmNet(BANDS, 5), RhythmNet(BANDS, 10), [(2, 60, BANDS)]),
        (TimbreNet(BANDS, 4), TimbreNet(BANDS, 8), [(2, 50, BANDS), (2, 10, 252)]),
    ],
)
def test_a_wider_network_hears_the_same(narrow: Any, wide: Any, shapes: list[tuple[int, ...]]) -> None:
    wide.load_state_dict(widened(lived_in(narrow).state_dict()))
    spectra = [torch.rand(shape) for shape in shapes]
    with torch.inference_mode():
        before, after = narrow(*spectra), wide.eval()(*spectra)
    pairs = [(before[name], after[name]) for name in before] if isinstance(before, dict) else [(before, after)]
    for one, other in pairs:
        assert float(one.std()) > 1e-3
        torch.testing.assert_close(other, one, atol=1e-4, rtol=1e-4)


def test_the_two_of_a_channel_are_taught_differently() -> None:
    network = HarmonyNet(12)
    network.load_state_dict(widened(HarmonyNet(6).state_dict()))
    network(torch.rand(1, 20, 252))["chords"].square().sum().backward()
    one, other = network.blocks[2].mix.conv.weight.grad.chunk(2)
    assert float((one - other).abs().max()) > 0.1 * float(one.abs().max())


def test_a_run_is_written_wider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save(HarmonyNet(6).state_dict(), tmp_path / "final.pt")
    asked = ["widen", "--begin", str(tmp_path / "final.pt"), "--out", str(tmp_path / "wide.pt")]
    monkeypatch.setattr("sys.argv", asked)
    main()
    HarmonyNet(12).load_state_dict(torch.load(tmp_path / "wide.pt", weights_only=True))
