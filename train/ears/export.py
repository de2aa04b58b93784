"""Writes trained networks as they ship: `python -m train.ears.export --runs FOLDER --out assets/weights/ears`.

Half precision, the sizes in each file's header, and the list of SHA-256 sums that the studio checks.
"""

import argparse
import hashlib
from pathlib import Path
from typing import Any

from musicflamingo_app.analysis.listening.shipped import NAMES, SUMS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.ears.export", description=__doc__)
    parser.add_argument("--runs", type=Path, required=True, help="the folder of the runs harmony, rhythm, timbre")
    parser.add_argument("--out", type=Path, required=True, help="where the weights go")
    parser.add_argument("--mean-with", type=Path, help="other runs: a network with one there ships as the mean of both")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        state = state_of(given.runs / name)
        if given.mean_with and (given.mean_with / name).is_dir():
            state = mean_of(state, state_of(given.mean_with / name))
        write(name, state, given.out / f"{name}.safetensors")
    list_sums(given.out)


def state_of(run: Path) -> dict[str, Any]:
    """The running means of a finished run, or of its last checkpoint."""
    import torch

    final = run / "final.pt"
    if final.exists():
        return dict(torch.load(final, weights_only=True))
    mean = torch.load(run / "last.pt", weights_only=True)["mean"]
    return {name.removeprefix("module."): value for name, value in mean.items() if name.startswith("module.")}


def mean_of(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """The mean of two networks, one of which was taken up from the other; whole numbers are the first's."""
    return {key: (value + other[key]) / 2 if value.is_floating_point() else value for key, value in one.items()}


def write(name: str, state: dict[str, Any], path: Path) -> None:
    """One network's tensors in half precision."""
    from safetensors.torch import save_file

    kept = {key: value for key, value in state.items() if not key.endswith("num_batches_tracked")}
    halves = {key: value.half().contiguous() for key, value in kept.items()}
    save_file(halves, path, {key: str(value) for key, value in _sizes(name, state).items()})


def _sizes(name: str, state: dict[str, Any]) -> dict[str, int]:
    from musicflamingo_app.analysis.listening.form_net import sizes_of
    from musicflamingo_app.analysis.listening.spectra import n_bands

    if name == "form":
        return sizes_of(state)
    if name == "harmony":
        return {"channels": state["bass.weight"].shape[1]}
    sizes = {"bands": n_bands(), "channels": state["narrow.0.weight"].shape[0]}
    return sizes | {"inputs": state["stem.0.weight"].shape[1]} if name == "timbre" else sizes


def list_sums(folder: Path) -> None:
    """Writes SHA256SUMS of the folder's weights."""
    rows = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}"
        for path in sorted(folder.iterdir())
        if path.suffix in (".safetensors", ".json")
    ]
    (folder / SUMS).write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
