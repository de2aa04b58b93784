"""Fits the parts of the network of form: lines, pairs of sections, names; then how sure to be."""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.form.boundaries import LONGEST_BARS, best_segmentation
from musicflamingo_app.analysis.listening.form_facts import name_facts, pair_facts
from musicflamingo_app.analysis.listening.form_net import NAMES
from musicflamingo_app.analysis.listening.form_read import form_of, grouped, line_cues, line_odds, pair_odds
from musicflamingo_app.music.section import Section
from train.ears.form_lessons import Lesson, Sketched, bearers, imperfect, imperfect_lines, lengths_in_bars, lesson
from train.ears.form_score import boundary_f

RATE, WARM_UP, BATCH, DECAY = 3e-3, 30, 6, 0.02
POP_SHARE = 0.65
MEAN_DECAY = 0.98
PURE = 0.6  # share of a section that one letter must hold to teach
SAVE_STEPS = 50
PRECISION = 0.8  # of names, on recordings that chose; names where the truth has none count as wrong
Random = np.random.Generator


def fit_lines(net: Any, taught: Sequence[Sketched], steps: int, seed: int, run: Path) -> None:
    """Trains `net.lines` on whole recordings in imperfect bars; keeps the running mean of its weights.

    A run that was stopped goes on from `run/lines.pt`.
    """
    import torch

    optimizer = torch.optim.AdamW(net.lines.parameters(), lr=RATE, weight_decay=DECAY)
    mean = torch.optim.swa_utils.AveragedModel(
        net.lines, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(MEAN_DECAY)
    )
    parts = {"lines": net.lines, "mean": mean, "optimizer": optimizer}
    first, began, total = _resumed(run, parts), time.time(), 0.0
    for step in range(first, steps):
        random = np.random.default_rng((seed, step))
        optimizer.param_groups[0]["lr"] = RATE * min(1, (step + 1) / WARM_UP) * _cosine(step / steps)
        net.train()
        total += _slope(net, _chosen(taught, random))
        torch.nn.utils.clip_grad_norm_(net.lines.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        mean.update_parameters(net.lines)
        if (step + 1) % SAVE_STEPS == 0 or step + 1 == steps:
            torch.save({name: part.state_dict() for name, part in parts.items()} | {"step": step + 1}, run / "lines.pt")
            print(f"lines {step + 1}: loss {total / SAVE_STEPS:.3f}, {time.time() - began:.0f} s", flush=True)
            total = 0.0
    net.lines.load_state_dict(mean.module.state_dict())


def _slope(net: Any, lessons: Sequence[Lesson]) -> float:
    """Adds the gradient of one step; gives its loss."""
    import torch
    from torch.nn import functional as F

    total = 0.0
    for made in lessons:
        odds = net.lines(torch.from_numpy(made.alike), torch.from_numpy(line_cues(made.rows, made.alike)))
        loss = F.binary_cross_entropy_with_logits(odds[1:-1], torch.from_numpy(made.truth[1:-1])) / BATCH
        loss.backward()
        total += loss.item()
    return total


def _resumed(run: Path, parts: dict[str, Any]) -> int:
    import torch

    path = run / "lines.pt"
    if not path.exists():
        return 0
    stored = torch.load(path, weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(stored[name])
    return int(stored["step"])


def _cosine(share: float) -> float:
    return 0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * share)))


def _chosen(taught: Sequence[Sketched], random: Random) -> list[Lesson]:
    """Lessons of one step, songs and made pieces mixed; those of hardly any bars teach nothing."""
    pops, pieces = [s for s in taught if s.is_pop], [s for s in taught if not s.is_pop]
    sides = [pops if pops and (not pieces or random.random() < POP_SHARE) else pieces for _ in range(BATCH)]
    sketches = [side[int(random.integers(len(side)))] for side in sides]
    lessons = [lesson(sketch, imperfect(sketch, random)) for sketch in sketches]
    return [made for made in lessons if made.rows.n_bars > 4]


def log_prior(taught: Sequence[Sketched]) -> NDArray[np.float64]:
    """Log shares of section lengths in bars, 0 to LONGEST_BARS."""
    counts = np.full(LONGEST_BARS + 1, 2.0)
    for sketch in taught:
        for n_bars in lengths_in_bars(sketch):
            counts[min(int(n_bars), LONGEST_BARS)] += 1
    prior = np.log(counts / counts.sum())
    prior[0] = -99.0
    return np.asarray(prior)


def fit_segmentation(net: Any, taught: Sequence[Sketched], judged: Sequence[Lesson]) -> None:
    """The weight of the length prior and the offset of the odds that score best on songs that did not teach."""
    import torch

    prior = log_prior(taught)
    odds = [line_odds(net, made.rows, made.alike) for made in judged]
    best = (-1.0, 0.0, 0.0)
    for weight, offset in itertools.product((0.2, 0.4, 0.7, 1.0), (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)):
        scores = [_both_f(made, o + offset, weight * prior) for made, o in zip(judged, odds, strict=True)]
        best = max(best, (float(np.mean(scores)), weight, offset))
    net.prior.copy_(torch.from_numpy(best[1] * prior))
    net.offset.fill_(best[2])
    print(f"prior {best[1]}, offset {best[2]}: F at 3 s and at 0.5 s together {best[0]:.3f}", flush=True)


def _both_f(made: Lesson, odds: NDArray[np.float64], prior: NDArray[np.float64]) -> float:
    """F of boundaries at 3 s and at half a second, together."""
    found_s = made.rows.edges_s[best_segmentation(odds, prior.tolist())]
    true_s = [0.0, *(section.start_s for section in made.sketch.sections.segments[1:]), made.sketch.sections.end_s]
    return boundary_f(true_s, found_s, 3.0) + boundary_f(true_s, found_s, 0.5)


def fit_certainty(net: Any, judged: Sequence[Lesson]) -> None:
    """Slope and offset of the log odds that a line that was chosen is a boundary.

    Two more lines of middling odds, one right and one wrong, keep a perfect score from meaning certainty.
    """
    import torch

    chosen, right = [], []
    for made in judged:
        own = line_odds(net, made.rows, made.alike)
        for line in best_segmentation(own + float(net.offset), net.prior.tolist())[1:-1]:
            chosen.append(own[line])
            right.append(bool(made.truth[line]))
    middling = float(np.mean(chosen)) if chosen else 0.0
    found = logistic(np.array([*chosen, middling, middling]), np.array([*right, True, False]))
    net.sure.copy_(torch.tensor(found))


def logistic(x: NDArray[np.float64], right: NDArray[np.bool_]) -> list[float]:
    """Slope and offset of the log odds of `right` by x, by Newton's method with a small ridge."""
    rows = np.stack([x, np.ones(len(x))], axis=1)
    found = np.array([1.0, 0.0])
    for _ in range(50):
        chances = 1 / (1 + np.exp(-np.clip(rows @ found, -30, 30)))
        slope = rows.T @ (right - chances) - 0.1 * found
        curve = (rows * (chances * (1 - chances))[:, None]).T @ rows + 0.1 * np.eye(2)
        found = found + np.clip(np.linalg.solve(curve, slope), -2, 2)
    return [float(found[0]), float(found[1])]


def fit_pairs(net: Any, taught: Sequence[Sketched], seed: int, rounds: int) -> None:
    """Trains `net.pairs` on sections between imperfect lines."""
    rows = [
        _taught_pairs(pair_facts(made.rows, made.alike, lines), list(bearers(made, lines)))
        for made, lines in _cut(taught, seed, rounds)
    ]
    _fit_judge(net.pairs, *_joined(rows), _pair_loss, seed)


def fit_names(net: Any, taught: Sequence[Sketched], seed: int, rounds: int) -> None:
    """Trains `net.names` on such sections under the letters that `net.pairs` gives them."""
    rows = [_taught_names(net, made, lines) for made, lines in _cut(taught, seed, rounds)]
    _fit_judge(net.names, *_joined(rows), _name_loss, seed)


def _cut(taught: Sequence[Sketched], seed: int, rounds: int) -> Iterator[tuple[Lesson, list[int]]]:
    """Each recording in imperfect bars, with imperfect lines, `rounds` times."""
    for number, (index, sketch) in itertools.product(range(rounds), enumerate(taught)):
        random = np.random.default_rng((seed, number, index))
        made = lesson(sketch, imperfect(sketch, random))
        yield made, imperfect_lines(made.lines, random)


def _joined(rows: Sequence[tuple[NDArray[Any], NDArray[Any]]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    facts, answers = (np.concatenate(part).astype(np.float32) for part in zip(*rows, strict=True))
    return facts, answers


def _taught_pairs(
    facts: NDArray[np.float32], known: Sequence[tuple[Section, float]]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Facts of pairs of sections that one letter holds well enough, and whether it is the same one."""
    pure = np.array([share >= PURE for _, share in known])
    letters = np.array([section.letter for section, _ in known])
    taught = np.triu(np.outer(pure, pure), 1)
    return facts[taught], (letters[:, None] == letters)[taught]


def _taught_names(net: Any, made: Lesson, lines: Sequence[int]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Facts of sections under the letters that they are given, and the names that each may have."""
    groups = grouped(pair_odds(net, pair_facts(made.rows, made.alike, lines)))
    known = [section for section, _ in bearers(made, lines)]
    facts = name_facts(made.rows, lines, [str(group) for group in groups])
    return facts, np.stack([possible(made.sketch, known, index) for index in range(len(known))])


def fit_least(net: Any, judged: Sequence[Lesson]) -> None:
    """The lowest probability of a name at which `PRECISION` of the names of unknown recordings are right."""
    import torch

    rows = [_taught_names(net, made, form_of(net, made.rows, made.alike).lines) for made in judged]
    facts, answers = _joined(rows)
    with torch.inference_mode():
        chances = net.names(torch.from_numpy(facts)).softmax(-1).numpy()
    best, sure = chances.argmax(axis=1), chances.max(axis=1)
    right = answers[np.arange(len(best)), best] > 0
    known = (answers.sum(axis=1) == 1) | ~right  # what is left open proves no name right
    for least in np.arange(0.4, 0.99, 0.02):
        given = (sure >= least) & (best > 0) & known
        if not given.any() or right[given].mean() >= PRECISION:
            break
    net.least.fill_(float(least))
    print(f"names from {least:.2f}: {given.sum()} of {len(best)} sections, {right[given].sum()} rightly", flush=True)


def _pair_loss(logits: Any, answers: Any) -> Any:
    from torch.nn import functional as F

    return F.binary_cross_entropy_with_logits(logits[:, 0], answers)


def possible(sketch: Sketched, known: Sequence[Section], index: int) -> NDArray[np.bool_]:
    """Which of NAMES may be right: of a made piece its own; of POP909's letters what they leave open."""
    letter, function = known[index].letter, known[index].function
    out = np.zeros(len(NAMES), bool)
    if not sketch.is_pop:
        out[NAMES.index(function if function in NAMES else "")] = True
    elif letter in ("i", "o"):
        out[NAMES.index("intro" if letter == "i" else "outro")] = True
    elif letter == "x" and 0 < index < len(known) - 1:
        out[NAMES.index("interlude")] = True
    elif letter.lower() == "x":
        out[:] = True
    else:
        out[:] = True
        out[[NAMES.index("intro"), NAMES.index("outro"), NAMES.index("interlude")]] = False
    return out


def _name_loss(logits: Any, answers: Any) -> Any:
    """Less log of the probability of all that may be right."""
    return -(logits.log_softmax(-1) + (answers - 1) * 99).logsumexp(-1).mean()


def _fit_judge(
    judge: Any,
    facts: NDArray[np.float32],
    answers: NDArray[np.float32],
    loss_of: Callable[[Any, Any], Any],
    seed: int,
    steps: int = 1500,
) -> None:
    import torch

    generator = torch.Generator().manual_seed(seed)
    x, y = torch.from_numpy(facts), torch.from_numpy(answers)
    judge.mean.copy_(x.mean(dim=0))
    judge.scale.copy_(x.std(dim=0) + 1e-3)
    optimizer = torch.optim.AdamW(judge.parameters(), lr=3e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    judge.train()
    for _ in range(steps):
        picked = torch.randint(len(x), (256,), generator=generator)
        loss = loss_of(judge(x[picked]), y[picked])
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
    judge.eval()
    print(f"{type(judge).__name__} of {x.shape[1]} facts on {len(x)} rows: loss {loss.item():.3f}", flush=True)
