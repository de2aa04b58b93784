"""The network of form. Importing this imports torch.

*LineNet* gives the log odds that a section begins at each bar line. It sees how alike bars are (self-similarity in
several respects) in two ways: as stripes, the bars around a line beside bars some way before or after (what is
repeated begins and ends together; structure features, Serra et al., IEEE TMM 2014), and as the patch around the line
(a learned checkerboard; Foote, ICME 2000). Dilated convolutions over bars then weigh lines against each other.
*Judge* reads a row of facts: whether two sections bear the same letter, or what the function of one is.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from musicflamingo_app.analysis.form.boundaries import LONGEST_BARS

REACH = 8  # bars on each side of a line
LAGS = 160  # bars: how far away a repetition may lie
NAMES = (
    "", "intro", "verse", "pre-chorus", "chorus", "bridge", "solo", "interlude", "outro",
)  # fmt: skip


class LineNet(nn.Module):
    """`(respects, bars, bars)` likenesses and `(bars + 1, cues)` to `(bars + 1,)` log odds of a boundary."""

    def __init__(self, respects: int, cues: int, stripes: int, patch: int, channels: int) -> None:
        super().__init__()
        self.near = nn.Conv2d(respects + 2, stripes, (2 * REACH, 3), padding=(REACH, 1))
        self.mix = nn.Conv2d(stripes, stripes, 1)
        self.patch = nn.Linear((respects + 1) * 4 * REACH * REACH, patch)
        self.join = nn.Linear(4 * stripes + patch + cues, channels)
        self.over = nn.ModuleList(nn.Conv1d(channels, channels, 5, padding=2 * d, dilation=d) for d in (1, 2, 4, 8))
        self.odds = nn.Linear(channels, 1)
        self.drop = nn.Dropout(0.2)

    def forward(self, alike: Tensor, cues: Tensor) -> Tensor:
        stripes = [self.stripes(lagged(alike, way)) for way in (1, -1)]
        x = torch.cat([*stripes, F.relu(self.patch(self.drop(patches(alike)))), cues], dim=1)
        x = F.relu(self.join(self.drop(x))).T[None]
        for over in self.over:
            x = x + F.relu(over(self.drop(x)))
        odds: Tensor = self.odds(x[0].T)[:, 0]
        return odds

    def stripes(self, image: Tensor) -> Tensor:
        """(bars + 1, 2 * stripes): the strongest and the mean stripe at each line."""
        x = F.relu(self.mix(F.relu(self.near(image[None]))))[0]
        return torch.cat([x.amax(dim=2), x.mean(dim=2)]).T


class Judge(nn.Module):
    """`(..., facts)` to `(..., answers)` logits; facts are brought to one scale first."""

    def __init__(self, facts: int, answers: int, hidden: int) -> None:
        super().__init__()
        self.mean = nn.Buffer(torch.zeros(facts))
        self.scale = nn.Buffer(torch.ones(facts))
        self.hidden, self.answers = nn.Linear(facts, hidden), nn.Linear(hidden, answers)
        self.drop = nn.Dropout(0.2)

    def forward(self, facts: Tensor) -> Tensor:
        x = ((facts - self.mean) / self.scale).clamp(-4, 4)
        answers: Tensor = self.answers(self.drop(F.relu(self.hidden(self.drop(x)))))
        return answers


class FormNet(nn.Module):
    """Everything fitted for sections: lines, pairs, names, the log prior of lengths in bars, and how sure to be.

    `offset` is added to the log odds of lines before the likeliest segmentation is sought; `sure` holds slope and
    offset of the log odds that a chosen line is right, by its log odds; `least` the lowest probability at which a
    name is given.
    """

    def __init__(
        self,
        respects: int = 5,
        cues: int = 11,
        stripes: int = 24,
        patch: int = 24,
        channels: int = 48,
        pair_facts: int = 27,
        name_facts: int = 27,
        hidden: int = 32,
    ) -> None:
        super().__init__()
        self.lines = LineNet(respects, cues, stripes, patch, channels)
        self.pairs = Judge(pair_facts, 1, hidden)
        self.names = Judge(name_facts, len(NAMES), hidden)
        self.prior = nn.Buffer(torch.zeros(LONGEST_BARS + 1))
        self.offset, self.least = nn.Buffer(torch.zeros(1)), nn.Buffer(torch.full((1,), 0.6))
        self.sure = nn.Buffer(torch.tensor([1.0, 0.0]))


def sizes_of(state: dict[str, Tensor]) -> dict[str, int]:
    """What FormNet must be built with to hold a state."""
    stripes, inputs = state["lines.near.weight"].shape[:2]
    channels, joined = state["lines.join.weight"].shape
    patch = state["lines.patch.weight"].shape[0]
    hidden, pair_facts = state["pairs.hidden.weight"].shape
    return {
        "respects": inputs - 2,
        "cues": joined - 4 * stripes - patch,
        "stripes": stripes,
        "patch": patch,
        "channels": channels,
        "pair_facts": pair_facts,
        "name_facts": state["names.hidden.weight"].shape[1],
        "hidden": hidden,
    }


def lagged(alike: Tensor, way: int) -> Tensor:
    """(respects + 2, bars, lags): each bar beside the bars after it (way 1) or before it (-1), with what is known."""
    n = alike.shape[1]
    lags = torch.arange(1, min(n, LAGS) + 1)
    rows = torch.arange(n)[:, None].expand(n, len(lags))
    others = rows + way * lags
    known = (others >= 0) & (others < n)
    picked = alike[:, rows, others.clamp(0, n - 1)] * known
    far = (lags.clamp(max=REACH) / REACH).expand(n, -1)
    return torch.cat([picked, known[None].float(), far[None]])


def patches(alike: Tensor) -> Tensor:
    """(bars + 1, values): likenesses among the `REACH` bars before and after each line, and which of them exist."""
    n = alike.shape[1]
    padded = F.pad(torch.cat([alike, torch.ones_like(alike[:1])]), (REACH, REACH, REACH, REACH))
    near = torch.arange(2 * REACH)
    at = torch.arange(n + 1)[:, None] + near
    return padded[:, at[:, :, None], at[:, None, :]].permute(1, 0, 2, 3).flatten(1)
