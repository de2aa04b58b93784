"""How well the heads hear held-out clips. What they miss, the language model cannot know."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.ears.harmony import triads as as_triads
from train.nano import words as speech
from train.nano.targets import bpm_of

NEAR_ROWS = 1  # how far a beat may be from where it is
OCTAVES = (1 / 3, 0.5, 1.0, 2.0, 3.0)


class Tally:
    """Adds up hits by name; `scores` gives shares and F measures."""

    def __init__(self) -> None:
        self._right: Counter[str] = Counter()
        self._all: Counter[str] = Counter()

    def share(self, name: str, right: Any, of: Any) -> None:
        self._right[name] += float(right)
        self._all[name] += float(of)

    def f(self, name: str, found: NDArray[np.bool_], true: NDArray[np.bool_]) -> None:
        self.share(name, 2 * (found & true).sum(), found.sum() + true.sum())

    @property
    def scores(self) -> dict[str, float]:
        return {name: round(self._right[name] / total, 4) for name, total in sorted(self._all.items()) if total}


def judged(listener: Any, batches: Iterator[dict[str, Any]], known: speech.Table, *, amp: bool) -> dict[str, float]:
    """Scores over batches: `v_pitches` and so on; `v_say_…` are shares of words that are said right."""
    import torch

    tally, learning = Tally(), listener.training
    device = next(listener.parameters()).device
    listener.eval()
    with torch.inference_mode():
        for batch in batches:
            with torch.autocast(device.type, torch.bfloat16, enabled=amp):
                scores, spoken = listener(batch["mels"].to(device), batch["first_s"].to(device))
            _add(tally, {name: value.float().cpu() for name, value in scores.items()}, batch)
            for place, right in speech.readings(spoken.float().cpu(), batch["words"], known):
                tally.share(f"v_say_{place}", right, 1)
    listener.train(learning)
    return tally.scores


def _add(tally: Tally, scores: dict[str, Any], batch: dict[str, Any]) -> None:
    for name in ("pitches", "onsets", "families"):
        tally.f(f"v_{name}", (scores[name] > 0).numpy(), batch[name].numpy() > 0)
    for name in ("chords", "bass", "keys", "since"):
        _count(tally, f"v_{name}", scores[name].argmax(-1).numpy(), batch[name].numpy())
    chords, true = scores["chords"].argmax(-1).numpy(), batch["chords"].numpy()
    _count(tally, "v_triads", as_triads(chords), as_triads(true))
    _count(tally, "v_roots", _roots(chords), _roots(true))
    _count(tally, "v_metre", scores["metre"].mean(1).argmax(-1).numpy(), batch["metre"].numpy())
    _count(tally, "v_clip_keys", scores["keys"].mean(1).argmax(-1).numpy(), batch["clip_keys"].numpy())
    _tempo(tally, scores["tempo"].mean(1).argmax(-1).tolist(), batch["tempo"].numpy())
    for name in ("beats", "downbeats", "boundaries"):
        for odds, truth in zip(scores[name][..., 0].numpy(), batch[name][..., 0].numpy(), strict=True):
            _peaks(tally, f"v_{name}", odds, np.flatnonzero(truth > 0))


def _count(tally: Tally, name: str, found: Any, true: Any) -> None:
    there = true >= 0
    tally.share(name, (found == true)[there].sum(), there.sum())


def _tempo(tally: Tally, found: Sequence[int], true: NDArray[np.float32]) -> None:
    """Within 4 %, and the same with halves, doubles and triples."""
    for tempo, classes in zip(found, true, strict=True):
        if classes.sum() > 0:
            ratio = bpm_of(tempo) / float(np.exp((classes * np.log([bpm_of(n) for n in range(len(classes))])).sum()))
            tally.share("v_tempo", abs(ratio - 1) <= 0.04, 1)
            tally.share("v_tempo_octaves", any(abs(ratio / octave - 1) <= 0.04 for octave in OCTAVES), 1)


def _roots(chords: NDArray[Any]) -> NDArray[Any]:
    return np.where(chords > 0, (chords - 1) % 12, np.where(chords == 0, 12, -1))


def _peaks(tally: Tally, name: str, odds: NDArray[np.float32], true: NDArray[np.int64]) -> None:
    inner = odds[1:-1]
    peaks = 1 + np.flatnonzero((inner > odds[:-2]) & (inner >= odds[2:]) & (inner > 0))
    if not len(true):
        return
    distances = np.abs(peaks[:, None] - true[None])
    hits = min(int((distances <= NEAR_ROWS).any(0).sum()), int((distances <= NEAR_ROWS).any(1).sum()))
    tally.share(name, 2 * hits, len(peaks) + len(true))
