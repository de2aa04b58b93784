"""Convolutions as products of matrices: the same weights, the same results, the same gradients."""

import copy
from typing import Any

import pytest
import torch

from musicflamingo_app.analysis.listening.networks import HarmonyNet, RhythmNet, TimbreNet
from train.ears.products import as_products

NETWORKS = [
    (HarmonyNet(6), [(2, 40, 252)]),
    (RhythmNet(82, 5), [(2, 200, 82)]),
    (TimbreNet(82, 4), [(2, 100, 82), (2, 20, 252)]),
]


def outcome(network: Any, inputs: list[torch.Tensor]) -> tuple[list[torch.Tensor], dict[str, torch.Tensor]]:
    heard = network.eval()(*inputs)
    outputs = list(heard.values()) if isinstance(heard, dict) else [heard]
    sum((output.square().sum() for output in outputs), torch.zeros(())).backward()
    return outputs, {name: value.grad for name, value in network.named_parameters() if value.grad is not None}


@pytest.mark.parametrize(("network", "shapes"), NETWORKS, ids=["harmony", "rhythm", "timbre"])
def test_products_are_what_convolutions_are(network: Any, shapes: list[tuple[int, ...]]) -> None:
    torch.manual_seed(0)
    inputs = [torch.rand(shape, dtype=torch.float64) for shape in shapes]
    network = network.double()
    other = as_products(copy.deepcopy(network))
    assert other.state_dict().keys() == network.state_dict().keys()
    (outputs, slopes), (found, found_slopes) = outcome(network, inputs), outcome(other, inputs)
    for truth, output in zip(outputs, found, strict=True):
        torch.testing.assert_close(output, truth, rtol=1e-9, atol=1e-9)
    assert found_slopes.keys() == slopes.keys()
    for name, slope in slopes.items():
        torch.testing.assert_close(found_slopes[name], slope, rtol=1e-6, atol=1e-9)


def test_all_slow_convolutions_are_replaced() -> None:
    for network, _ in NETWORKS:
        kinds = [type(module).__name__ for module in as_products(copy.deepcopy(network)).modules()]
        dilated = [module for module in network.modules() if getattr(module, "dilation", (1,)) not in ((1,), (1, 1), 1)]
        assert len(dilated) > 3
        assert sum(kind in ("_Dilated", "_Rows") for kind in kinds) >= len(dilated)
