"""What a stage has learned so far, in its run's folder: whole or not at all, to go on from."""

from pathlib import Path
from typing import Any

FILE = "last.pt"


def keep(run: Path, state: dict[str, Any]) -> None:
    """Writes the state in place of the one before."""
    import torch

    draft = run / "last.part"
    torch.save(state, draft)
    draft.replace(run / FILE)


def kept(run: Path, device: str) -> dict[str, Any] | None:
    """The last state, None at the beginning."""
    import torch

    path = run / FILE
    return dict(torch.load(path, weights_only=True, map_location=device)) if path.exists() else None
