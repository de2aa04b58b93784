"""What the language model learns from: conversations about clips, as token ids, with the clips' vectors.

Turns are drawn anew each time: questions with options first, as they are the easier ones, then all kinds, and a
caption last in its turn. The words around them are the trainer's own (train/collate.py).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.collate import UNLEARNED, Tokens, Writer
from train.examples import Example, example_of_json
from train.nano import features, shards
from train.nano.architecture import N_VECTORS
from train.prompts import prompt_text, target_text

TURNS, THINKING_TURNS = 6, 3
CAPTION_SHARE = 0.4  # of the conversations that end in a caption, once half of the learning is over
SORTED_BATCHES = 8  # batches drawn together and sorted by length, so that little is padded
CAPTION_TOKENS, CAPTION_WEIGHT = 24, 3.0  # a longer reply is a caption, and weighs as much as so many answers


@dataclass(frozen=True, eq=False)
class Taught:
    """A clip as it is learned from."""

    name: str
    vectors: NDArray[np.float16]
    questions: tuple[Example, ...]
    captions: tuple[Example, ...]


def taught(data: Path, kept: Path, side: str, n_most: int | None = None) -> list[Taught]:
    """Every clip of a side whose vectors are kept; they stay on the disk until they are used. Raises NotFound."""
    out: list[Taught] = []
    every = shards.clips(data, side).shards
    there = [shard for shard in every if features.place(kept, side, shard.path).exists()]
    for shard in there or every[:1]:
        vectors = features.kept(kept, side, shard.path)
        for at, row in enumerate(shard.rows):
            if n_most is not None and len(out) >= n_most:
                return out
            examples = tuple(example_of_json(one) for one in row["examples"])
            questions = tuple(one for one in examples if one.kind != "caption")
            captions = tuple(one for one in examples if one.kind == "caption")
            out.append(Taught(row["name"], vectors[at], questions, captions))
    return out


def spoken(clip: Taught, share: float, random: np.random.Generator, *, thinks: bool = False) -> list[tuple[str, str]]:
    """Questions and replies of one conversation when `share` of the learning is over; none without a thought."""
    asked = [one for one in clip.questions if one.thought] if thinks else list(clip.questions)
    asked = [asked[int(at)] for at in random.permutation(len(asked))]
    if random.random() > share:
        asked.sort(key=lambda one: not one.options)  # stable: the easier kind first
    some = asked[: THINKING_TURNS if thinks else TURNS]
    chosen = [some[int(at)] for at in random.permutation(len(some))]
    if clip.captions and not thinks and random.random() < CAPTION_SHARE * min(1.0, 2 * share):
        chosen.append(clip.captions[int(random.integers(len(clip.captions)))])
    return [(prompt_text(one, thinks=thinks), target_text(one, thinks=thinks)) for one in chosen]


def weights(tokens: Tokens) -> NDArray[np.float32]:
    """The weight of each token: a reply counts once however long it is, a caption more."""
    out = np.zeros(len(tokens.ids), np.float32)
    edges = np.flatnonzero(np.diff(np.array([False, *tokens.learned, False]).astype(int)))
    for first, end in edges.reshape(-1, 2):
        n = end - first
        out[first:end] = (CAPTION_WEIGHT if n > CAPTION_TOKENS else 1.0) / n
    return out


def batches(
    clips: Sequence[Taught],
    writer: Writer,
    size: int,
    seed: int,
    first_step: int,
    share: Callable[[], float],
    *,
    thinks: bool = False,
) -> Iterator[dict[str, Any]]:
    """Batches without end; `share` says how much of the learning is over."""
    n = first_step // SORTED_BATCHES
    while True:
        random = np.random.default_rng((seed, n))
        drawn = [clips[int(at)] for at in random.integers(0, len(clips), size * SORTED_BATCHES)]
        said = [(clip, spoken(clip, share(), random, thinks=thinks)) for clip in drawn]
        read = [(clip, writer.conversation(some, N_VECTORS)) for clip, some in said if some]
        read.sort(key=lambda pair: len(pair[1].ids))
        groups = [read[first : first + size] for first in range(0, len(read), size)]
        for at in random.permutation(len(groups)):
            yield collated(groups[int(at)], writer.tokenizer.pad_token_id)
        n += 1


def collated(rows: Sequence[tuple[Taught, Tokens]], pad: int) -> dict[str, Any]:
    """`ids, labels, weights` (clips, tokens), padded on the right, and `vectors` (clips, rows, width)."""
    import torch

    longest = max(len(tokens.ids) for _, tokens in rows)
    ids = np.full((len(rows), longest), pad, np.int64)
    labels = np.full((len(rows), longest), UNLEARNED, np.int64)
    shares = np.zeros((len(rows), longest), np.float32)
    for row, (_, tokens) in enumerate(rows):
        ids[row, : len(tokens.ids)] = tokens.ids
        labels[row, : len(tokens.ids)] = tokens.labels
        shares[row, : len(tokens.ids)] = weights(tokens)
    vectors = np.stack([clip.vectors for clip, _ in rows]).astype(np.float32)
    made = {"ids": ids, "labels": labels, "weights": shares, "vectors": vectors}
    return {name: torch.from_numpy(value) for name, value in made.items()}
