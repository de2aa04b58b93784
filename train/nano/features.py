"""What the taught encoder makes of clips, kept on disk, so that words are learned without listening again.

`python -m train.nano.features --data FOLDER --ears RUN --out FOLDER` writes `SIDE/shard-00012.npy` beside nothing else:
(64, 250, 256) float16 of each shard, times put in, as the projector reads them. Shards that are there are left.
"""

import argparse
import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.errors import NotFound
from train.nano import shards
from train.nano.architecture import rotated

log = logging.getLogger(__name__)
AT_ONCE = 16
Halves = NDArray[np.float16]


def vectors(encoder: Any, times: Any, mels: NDArray[np.float32], *, amp: bool = True) -> Halves:
    """(clips, rows, width) of whole windows (clips, mels, frames) that each begin a recording."""
    import torch

    device = next(encoder.parameters()).device
    heard = torch.from_numpy(mels).to(device)
    mask = torch.ones(len(mels), mels.shape[-1], dtype=torch.long, device=device)
    with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=amp):
        hidden = encoder(heard, input_features_mask=mask).last_hidden_state
        turned = rotated(times, hidden, torch.zeros(len(mels), device=device))
    return np.asarray(turned.float().cpu().numpy(), np.float16)


def keep(encoder: Any, times: Any, data: Path, side: str, out: Path, most: int | None = None) -> int:
    """Writes the vectors of a side's shards (at most `most`, evenly from all) that have none; gives how many it has."""
    found = shards.clips(data, side).shards
    n = min(most or len(found), len(found))
    chosen = [found[k * len(found) // n] for k in range(n)]
    for shard in chosen:
        path = place(out, side, shard.path)
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        made = [
            vectors(encoder, times, np.stack([shard.mel(at) for at in range(first, min(first + AT_ONCE, len(shard)))]))
            for first in range(0, len(shard), AT_ONCE)
        ]
        draft = path.with_suffix(".part")
        with draft.open("wb") as file:
            np.save(file, np.concatenate(made))
        draft.replace(path)
        log.info("%s %s", side, path.name)
    return n


def place(out: Path, side: str, shard: Path) -> Path:
    """Where the vectors of a shard lie."""
    return out / side / f"{shard.stem}.npy"


def kept(out: Path, side: str, shard: Path) -> Halves:
    """The vectors of a shard, mapped from the disk. Raises NotFound."""
    path = place(out, side, shard)
    if not path.exists():
        advice = f"Make them: python -m train.nano.features --out {out}"
        raise NotFound(f"The vectors of {shard.name} are missing in {out}.", advice)
    return np.asarray(np.load(path, mmap_mode="r"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.nano.features", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that train.nano.make fills")
    parser.add_argument("--ears", type=Path, required=True, help="the run of train.nano.encoder")
    parser.add_argument("--out", type=Path, required=True, help="where the vectors go")
    parser.add_argument("--words", type=Path, help="a Llama folder; the embedded model where not given")
    parser.add_argument("--sides", nargs="+", default=["train", "valid"])
    parser.add_argument("--shards", type=int, help="at most so many of each side, evenly from all")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    import torch

    from train.nano.encoder import ears_of, words_beside

    torch.set_num_threads(given.threads)
    encoder, times = taught(given.words or words_beside(given.ears), ears_of(given.ears))
    for side in given.sides:
        keep(encoder.to(given.device), times.to(given.device), given.data, side, given.out, given.shards)


def taught(words: Path, ears: dict[str, Any]) -> tuple[Any, Any]:
    """Encoder and rotary times with the weights of `ears`."""
    from train.nano.architecture import ENCODER, untaught

    encoder, times, _ = untaught(words)
    own = {name.removeprefix(f"{ENCODER}."): value for name, value in ears.items() if name.startswith(f"{ENCODER}.")}
    encoder.load_state_dict(own)
    return encoder.eval(), times


if __name__ == "__main__":
    main()
