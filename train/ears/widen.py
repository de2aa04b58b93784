"""A network twice as wide that hears the same: `python -m train.ears.widen --begin final.pt --out wide.pt`.

Every channel is there twice, and what listened to it listens to both, to one a little more than to the other: so the
two learn apart from the first step on (Chen, Goodfellow and Shlens, Net2Net, ICLR 2016).
"""

import argparse
from pathlib import Path
from typing import Any

APART = 0.5  # of a layer's own spread, by which the two channels count differently
_IN_AND_OUT = (".conv.weight", ".mix.weight", ".time.weight", "whole.weight")
_HEADS = ("qualities", "bass", "keys", "flat", "beats", "families")
_LEFT = ("stem.", "fine.")  # layers before what is widened


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.ears.widen", description=__doc__)
    parser.add_argument("--begin", type=Path, required=True, help="weights of a run (its final.pt)")
    parser.add_argument("--out", type=Path, required=True, help="where the wider weights go")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    import torch

    torch.manual_seed(given.seed)
    torch.save(widened(torch.load(given.begin, weights_only=True)), given.out)


def widened(state: dict[str, Any]) -> dict[str, Any]:
    """The weights of a HarmonyNet, RhythmNet or TimbreNet of twice as many channels."""
    return {name: _wider(name, value) for name, value in state.items()}


def _wider(name: str, value: Any) -> Any:
    head, _, kind = name.partition(".")
    if name.startswith(_LEFT) or name.endswith("num_batches_tracked") or (head in _HEADS and kind == "bias"):
        return value
    if name == "flat.weight":  # means, then largest values
        import torch

        return torch.cat([_heard_twice(part) for part in value.chunk(2, dim=1)], dim=1)
    if head in _HEADS:
        return _heard_twice(value)
    return _heard_twice(_twice(value)) if name.endswith(_IN_AND_OUT) else _twice(value)


def _twice(value: Any) -> Any:
    import torch

    return torch.cat([value, value])


def _heard_twice(value: Any) -> Any:
    """Inputs doubled: the two weights of a channel add up to the one that was."""
    import torch

    apart = APART * value.std() * torch.randn_like(value)
    return torch.cat([value / 2 + apart, value / 2 - apart], dim=1)


if __name__ == "__main__":
    main()
