"""Folded networks hear what they heard before they were folded."""

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from musicflamingo_app.analysis.listening.folding import NORMS, folded
from musicflamingo_app.analysis.listening.networks import HarmonyNet, RhythmNet, TimbreNet
from musicflamingo_app.analysis.listening.spectra import N_BINS

BANDS = 82
CASES = {
    "harmony": (lambda: HarmonyNet(8, 4), [(1, 60, N_BINS)]),
    "rhythm": (lambda: RhythmNet(BANDS, 8, 4, 3), [(1, 120, BANDS)]),
    "timbre": (lambda: TimbreNet(BANDS, 8), [(1, 120, BANDS), (1, 24, N_BINS)]),
}


def learned(network: nn.Module) -> nn.Module:
    """With norms that do something."""
    torch.manual_seed(4)
    for module in network.modules():
        if isinstance(module, NORMS):
            for values, low, high in ((module.running_mean, -1, 1), (module.bias.data, -1, 1)):
                values.uniform_(low, high)
            for values in (module.running_var, module.weight.data):
                values.uniform_(0.5, 2.0)
    return network.eval()


def answers(network: Any, rows: list[torch.Tensor]) -> list[np.ndarray]:
    with torch.inference_mode():
        said = network(*rows)
    return [part.numpy() for part in (said.values() if isinstance(said, dict) else [said])]


@pytest.mark.parametrize("name", CASES)
def test_what_is_heard_stays(name: str) -> None:
    make, shapes = CASES[name]
    network = learned(make())
    rows = [torch.rand(shape, generator=torch.Generator().manual_seed(1)) * 4 for shape in shapes]
    before = answers(copy.deepcopy(network), rows)
    after = answers(folded(network), rows)
    assert not any(isinstance(module, NORMS) for module in network.modules())
    for old, new in zip(before, after, strict=True):
        np.testing.assert_allclose(new, old, rtol=1e-4, atol=1e-4)


def test_a_network_that_learns_is_not_folded() -> None:
    with pytest.raises(ValueError, match="learning"):
        folded(CASES["timbre"][0]().train())
