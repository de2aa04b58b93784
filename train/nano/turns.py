"""What the language model learns from: questions about clips, as token ids, with the clips' vectors.

Questions are drawn anew each time: those with options first, as they are the easier ones, then all kinds, and a caption
now and then. All about one clip stand in one row behind its sound and do not see one another (train/nano/attention.py):
else the answers of earlier ones are easier to use than the sound. The words around them are the trainer's own.

Where thoughts are taught, some clips have facts beside the sound, as in the app, and never all that there are: what is
measured is to be used, and what is not, heard.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.types import Facts, Message, Text
from model.wording import words as worded
from train.collate import UNLEARNED, Tokens, Writer
from train.examples import Example, example_of_json
from train.nano import features, shards
from train.nano import words as speech
from train.nano.architecture import N_VECTORS
from train.prompts import prompt_text, target_text

TURNS = 6
FACTS, LEFT_OUT = 0.5, 0.3  # how many clips have facts, how many lines of these are left out
THINKING = 0.7  # of the turns, where thoughts are taught: what is answered at once must not be forgotten
CAPTION_SHARE = 0.4  # of the conversations that end in a caption, once half of the learning is over
SORTED_BATCHES = 8  # batches drawn together and sorted by length, so that little is padded
CAPTION_TOKENS, CAPTION_WEIGHT = 24, 3.0  # a longer reply is a caption, and weighs as much as so many answers


@dataclass(frozen=True, eq=False)
class Taught:
    """A clip as it is learned from."""

    name: str
    vectors: NDArray[np.float16]
    words: NDArray[np.int64]  # rows of train.nano.words.Table that the vectors should say
    questions: tuple[Example, ...]
    captions: tuple[Example, ...]
    facts: str = ""


@dataclass(frozen=True)
class Packed:
    """Several questions about one clip: ids, labels, weights, positions, and segments (0 is the clip)."""

    ids: list[int]
    labels: list[int]
    weights: list[float]
    positions: list[int]
    segments: list[int]


def taught(data: Path, kept: Path, side: str, known: speech.Table, n_most: int | None = None) -> list[Taught]:
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
            words = speech.said(shard.truth(at), known)
            out.append(Taught(row["name"], vectors[at], words, questions, captions, row.get("facts", "")))
    return out


def spoken(clip: Taught, share: float, random: np.random.Generator, *, thinks: bool = False) -> list[tuple[str, str]]:
    """Questions and replies of one conversation when `share` of the learning is over; with `thinks` most after a
    thought, those without one as they are."""
    asked = [clip.questions[int(at)] for at in random.permutation(len(clip.questions))]
    if random.random() > share:
        asked.sort(key=lambda one: not one.options)  # stable: the easier kind first
    some = asked[:TURNS]
    chosen = [some[int(at)] for at in random.permutation(len(some))]
    if clip.captions and random.random() < CAPTION_SHARE * min(1.0, 2 * share):
        chosen.append(clip.captions[int(random.integers(len(clip.captions)))])
    after = [thinks and random.random() < THINKING for _ in chosen]
    facts = _some_facts(clip.facts, random) if thinks else ""
    return [
        (beside(facts, prompt_text(one, thinks=t)), target_text(one, thinks=t))
        for one, t in zip(chosen, after, strict=True)
    ]


def _some_facts(facts: str, random: np.random.Generator) -> str:
    """Some lines of the facts of a clip, for many clips none."""
    kept = [line for line in facts.splitlines() if random.random() >= LEFT_OUT]
    return "\n".join(kept) if random.random() < FACTS else ""


def beside(facts: str, question: str) -> str:
    """A question with facts before it, as the app writes them."""
    return worded(Message("user", (Facts(facts), Text(question)))) if facts else question


def packed(said: Sequence[tuple[str, str]], writer: Writer) -> Packed:
    """Questions and replies about one clip in one row. A reply counts once however long it is, a caption more."""
    told = [writer.conversation([turn], N_VECTORS) for turn in said]
    n_clip = _n_shared(told)
    out = Packed(list(told[0].ids[:n_clip]), [UNLEARNED] * n_clip, [0.0] * n_clip, list(range(n_clip)), [0] * n_clip)
    for number, ((_, reply), tokens) in enumerate(zip(said, told, strict=True), start=1):
        weights = iter(_weights(reply, sum(tokens.learned), writer))
        n = len(tokens.ids) - n_clip
        out.ids.extend(tokens.ids[n_clip:])
        out.labels.extend(tokens.labels[n_clip:])
        out.weights.extend(next(weights) if learned else 0.0 for learned in tokens.learned[n_clip:])
        out.positions.extend(range(n_clip, n_clip + n))
        out.segments.extend([number] * n)
    return out


def _n_shared(told: Sequence[Tokens]) -> int:
    """How many tokens all begin with, before any that is learned: the sound, and facts where there are some."""
    n_asked = min(one.learned.index(True) for one in told)
    differs = (n for n in range(n_asked) if len({one.ids[n] for one in told}) > 1)
    return next(differs, n_asked)


def _weights(reply: str, n: int, writer: Writer) -> list[float]:
    """What each of the `n` learned tokens of a reply counts. A thought counts beside its answer, as it would else
    drown it: what is learned of a thought is mostly its form."""
    thought = reply.rpartition("<answer>")[0]
    n_after = n - len(writer.tokenizer(thought + "<answer>", add_special_tokens=False)["input_ids"]) if thought else n
    return [_weight(n - n_after)] * (n - n_after) + [_weight(n_after)] * n_after


def _weight(n: int) -> float:
    return (CAPTION_WEIGHT if n > CAPTION_TOKENS else 1.0) / max(1, n)


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
        read = [(clip, packed(some, writer)) for clip, some in said if some]
        read.sort(key=lambda pair: len(pair[1].ids))
        groups = [read[first : first + size] for first in range(0, len(read), size)]
        for at in random.permutation(len(groups)):
            batch = collated(groups[int(at)], writer.tokenizer.pad_token_id)
            yield batch | {"ideal": _ideal(len(batch["ids"]), share(), random)}
        n += 1


def _ideal(n: int, share: float, random: np.random.Generator) -> Any:
    """(clips,) how much of what is heard is the truth's own words: much at first, nothing in the end."""
    import torch

    return torch.from_numpy(np.clip(random.uniform(-1, 1, n) + 1 - 2 * share, 0, 1).astype(np.float32))


def collated(rows: Sequence[tuple[Taught, Packed]], pad: int) -> dict[str, Any]:
    """Padded on the right: `ids, labels, weights, positions, segments` (clips, tokens).

    Beside them `vectors` (clips, rows, width) and `words` (clips, rows).
    """
    import torch

    longest = max(len(one.ids) for _, one in rows)
    fills = {"ids": pad, "labels": UNLEARNED, "weights": 0.0, "positions": 0, "segments": -1}
    made = {
        name: torch.tensor([[*getattr(one, name), *[fill] * (longest - len(one.ids))] for _, one in rows])
        for name, fill in fills.items()
    }
    made["vectors"] = torch.from_numpy(np.stack([clip.vectors for clip, _ in rows]).astype(np.float32))
    made["words"] = torch.from_numpy(np.stack([clip.words for clip, _ in rows]))
    return made
