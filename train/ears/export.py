"""Writes trained networks as they ship: `python -m train.ears.export --runs FOLDER --out assets/weights/ears`.

A byte for each weight with a scale for each row, the rest in half precision; the sizes in each file's header; and the
list of SHA-256 sums that the studio checks.
"""

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from musicflamingo_app.analysis.listening.shipped import NAMES, SCALES, SUMS
from musicflamingo_app.errors import NotFound, StudioError

LARGEST = 127
LEAST_SCALE = 1e-7  # of a row of zeros, in half precision not zero


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.ears.export", description=__doc__)
    parser.add_argument("--runs", type=Path, required=True, help="the folder of the runs harmony, rhythm, timbre, form")
    parser.add_argument(
        "--beside", type=Path, nargs="*", default=[], help="other runs: networks there are heard together with these"
    )
    parser.add_argument("--out", type=Path, required=True, help="where the weights go")
    given = parser.parse_args()
    for folder in given.beside:
        if not any((folder / name).is_dir() for name in NAMES):
            raise NotFound(f"There are no runs in {folder}.", "Name a folder that holds some beside --runs.")
    given.out.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        runs = [given.runs / name, *(folder / name for folder in given.beside if (folder / name).is_dir())]
        write(name, [state_of(run) for run in runs], given.out / f"{name}.safetensors")
    list_sums(given.out)


def state_of(run: Path) -> dict[str, Any]:
    """The running means of a finished run, or of its last checkpoint."""
    import torch

    final = run / "final.pt"
    if final.exists():
        return dict(torch.load(final, weights_only=True))
    mean = torch.load(run / "last.pt", weights_only=True, map_location="cpu")["mean"]
    return {name.removeprefix("module."): value for name, value in mean.items() if name.startswith("module.")}


def write(name: str, states: Sequence[dict[str, Any]], path: Path) -> None:
    """One network, or several that are heard together. Sections keep half precision: they are small."""
    from safetensors.torch import save_file

    if name == "form":
        (state,) = states
        tensors = {key: value.half().contiguous() for key, value in state.items()}
    else:
        whole = {f"parts.{index}.{key}": value for index, state in enumerate(states) for key, value in state.items()}
        tensors = as_bytes({key: value for key, value in whole.items() if not key.endswith("num_batches_tracked")})
    save_file(tensors, path, _sizes(name, states))


def as_bytes(state: dict[str, Any]) -> dict[str, Any]:
    """Weights of layers as bytes, each row times a scale; biases and norms in half precision."""
    import torch

    out = {}
    for key, value in state.items():
        out[key] = value.half().contiguous()
        if value.dim() > 1:
            most = value.float().abs().amax(dim=tuple(range(1, value.dim())), keepdim=True)
            scale = (most / LARGEST).clamp(min=LEAST_SCALE).half()
            out[key + SCALES] = scale
            out[key] = (value / scale.float()).round().clamp(-LARGEST, LARGEST).to(torch.int8).contiguous()
    return out


def _sizes(name: str, states: Sequence[dict[str, Any]]) -> dict[str, str]:
    from musicflamingo_app.analysis.listening.form_net import sizes_of
    from musicflamingo_app.analysis.listening.spectra import n_bands

    if name == "form":
        return {key: str(value) for key, value in sizes_of(states[0]).items()}
    if name == "harmony":
        return {"channels": " ".join(str(state["bass.weight"].shape[1]) for state in states)}
    return {"bands": str(n_bands()), "channels": " ".join(str(state["narrow.0.weight"].shape[0]) for state in states)}


def list_sums(folder: Path) -> None:
    """Writes SHA256SUMS of the folder's weights."""
    rows = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}"
        for path in sorted(folder.iterdir())
        if path.suffix in (".safetensors", ".json")
    ]
    (folder / SUMS).write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
