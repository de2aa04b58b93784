"""The encoder while it is taught: throw-away heads on its vectors, and the projector that learns to say words.

Heads read what the projector reads, times put in. Importing this imports torch.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from musicflamingo_app.analysis.listening.classes import FAMILY_NAMES, N_CHORDS, N_KEYS
from train.graft import Ears
from train.nano import words as speech
from train.nano.architecture import ENCODER, NANO, PROJECTOR, rotated, untaught
from train.nano.targets import N_DISTANCES, N_TEMPI
from train.nano.truth import METRES, N_PITCHES

SIZES = {
    "pitches": N_PITCHES, "onsets": N_PITCHES, "chords": N_CHORDS, "bass": 13, "keys": N_KEYS,
    "families": len(FAMILY_NAMES), "beats": 1, "downbeats": 1, "boundaries": 1, "loudness": 1, "tempo": N_TEMPI,
    "metre": len(METRES), "since": N_DISTANCES, "until": N_DISTANCES,
}  # fmt: skip
WEIGHTS = {
    "pitches": 12.0, "onsets": 12.0, "chords": 1.0, "bass": 0.5, "keys": 0.5, "clip_keys": 0.3, "families": 6.0,
    "beats": 1.0, "downbeats": 1.0, "boundaries": 0.5, "loudness": 0.1, "tempo": 1.0, "metre": 0.5, "words": 3.0,
    "since": 0.4, "until": 0.4,
}  # fmt: skip
RARE = {"pitches": 3.0, "onsets": 6.0, "families": 1.5, "beats": 3.0, "downbeats": 8.0, "boundaries": 10.0}


class Listener(nn.Module):
    """Encoder, rotary times, projector and heads. `forward` takes (clips, mels, frames) and when windows begin."""

    def __init__(self, words: Path, ears: Ears = NANO) -> None:
        super().__init__()
        self.encoder, self.times, self.projector = untaught(words, ears)
        self.heads = nn.Linear(ears.width, sum(SIZES.values()))

    def forward(self, mels: Tensor, first_s: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """Scores of each head (clips, rows, classes), and what is said (clips, rows, width of words)."""
        hidden = rotated(self.times, self.hidden(mels), first_s)
        scores = dict(zip(SIZES, self.heads(hidden).split(list(SIZES.values()), dim=-1), strict=True))
        return scores, self.projector(hidden)

    def hidden(self, mels: Tensor) -> Tensor:
        """(clips, rows, width): what the encoder makes of whole windows."""
        mask = torch.ones(len(mels), mels.shape[-1], dtype=torch.long, device=mels.device)
        heard: Tensor = self.encoder(mels, input_features_mask=mask).last_hidden_state
        return heard

    def ears(self) -> dict[str, Tensor]:
        """What stays: the weights of encoder and projector under their names in a Music Flamingo."""
        return {
            f"{name}.{key}": value
            for name, part in ((ENCODER, self.encoder), (PROJECTOR, self.projector))
            for key, value in part.state_dict().items()
        }


def losses(listener: Any, batch: dict[str, Tensor], known: speech.Table) -> dict[str, Tensor]:
    """The weighted loss of every head and of what is said."""
    scores, spoken = listener(batch["mels"], batch["first_s"])
    scores = {name: value.float() for name, value in scores.items()}
    out = {name: _yes_no(scores[name], batch[name], rare) for name, rare in RARE.items()}
    out |= {name: _one_of(scores[name], batch[name]) for name in ("chords", "bass", "keys", "since", "until")}
    out["clip_keys"] = F.cross_entropy(scores["keys"].mean(1), batch["clip_keys"], ignore_index=-1)
    out["metre"] = F.cross_entropy(scores["metre"].mean(1), batch["metre"], ignore_index=-1)
    out["loudness"] = F.smooth_l1_loss(scores["loudness"], batch["loudness"])
    out["tempo"] = _soft(scores["tempo"].mean(1), batch["tempo"])
    out["words"] = speech.loss(spoken, batch["words"], known)
    return {name: WEIGHTS[name] * value.nan_to_num() for name, value in out.items()}


def _yes_no(scores: Tensor, truth: Tensor, rare: float) -> Tensor:
    return F.binary_cross_entropy_with_logits(scores, truth, pos_weight=scores.new_tensor(rare))


def _one_of(scores: Tensor, truth: Tensor) -> Tensor:
    return F.cross_entropy(scores.flatten(0, 1), truth.flatten(), ignore_index=-1)


def _soft(scores: Tensor, truth: Tensor) -> Tensor:
    """Cross entropy with classes that share the truth; rows of zeros are clips without a tempo."""
    n_known = truth.sum().clamp(min=1.0)
    return -(truth * scores.log_softmax(-1)).sum() / n_known
