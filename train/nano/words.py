"""What the projector learns to say before the language model listens: words that the language model knows.

Every second of sound has twelve places or thirteen, each with one fact: when it is, chord, bass, key, tempo, metre,
whether one family of instruments plays. The target of a place is the mean embedding of its words, so that a vector
that is unsure lies between them (LegoSLM does so with posteriors of speech). The language model then
reads facts, not sounds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.listening.classes import FAMILY_NAMES, MODES, ROOTS
from train.nano.truth import METRES, N_ROWS, ROW_S, Truth

PLACES = (
    "tens", "ones", "root", "quality", "bass", "tonic", "mode", "hundred", "ten", "one", "metre", "family", "end",
)  # fmt: skip
QUALITY_WORDS = (
    "major", "minor", "diminished", "augmented", "suspended fourth", "suspended second", "dominant seventh",
    "major seventh", "minor seventh", "minor major seventh", "diminished seventh", "half diminished", "major sixth",
    "minor sixth", "suspended seventh",
)  # fmt: skip
_ROOTS = tuple(f" {root.replace('#', '♯').replace('b', '♭')}" for root in ROOTS)
_DIGITS = tuple("0123456789")
UNSAID = -1

Ids = NDArray[np.int64]


def vocabulary() -> dict[str, tuple[str, ...]]:
    """Kind of place -> what it may say, in the order of the classes."""
    return {
        "digit": _DIGITS,
        "root": (*_ROOTS, " none"),  # of chords, basses and keys
        "quality": tuple(f" {word}" for word in QUALITY_WORDS),
        "mode": tuple(f" {mode}" for mode in MODES),
        "metre": tuple(f" {metre}" for metre in METRES),
        "family": (" no", *(f" {name}" for name in FAMILY_NAMES)),
        "end": ("\n",),
    }


_KINDS = {"tens": "digit", "ones": "digit", "hundred": "digit", "ten": "digit", "one": "digit", "bass": "root",
          "tonic": "root"}  # fmt: skip


def kind_of(place: str) -> str:
    return _KINDS.get(place, place)


@dataclass(frozen=True)
class Table:
    """`vectors` (values, width), and where each kind begins among them."""

    vectors: Any
    starts: dict[str, int]
    sizes: dict[str, int]


def table(words: Path) -> Table:
    """The mean embeddings of all values, of a Llama checkpoint."""
    import torch
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(words)
    speaker = transformers.AutoModelForCausalLM.from_pretrained(words, dtype=torch.float32)
    embeddings = speaker.get_input_embeddings().weight.detach()
    starts: dict[str, int] = {}
    rows = []
    for kind, values in vocabulary().items():
        starts[kind] = len(rows)
        rows += [embeddings[tokenizer(text, add_special_tokens=False)["input_ids"]].mean(0) for text in values]
    return Table(torch.stack(rows), starts, {kind: len(values) for kind, values in vocabulary().items()})


def schedule() -> list[tuple[int, str]]:
    """The second and place of each of the 250 rows."""
    seconds = (np.arange(N_ROWS) * ROW_S + 1e-9).astype(int)
    first = {int(second): int(np.flatnonzero(seconds == second)[0]) for second in np.unique(seconds)}
    return [(int(second), PLACES[row - first[int(second)]]) for row, second in enumerate(seconds)]


SCHEDULE = schedule()


def marks(width: int) -> NDArray[np.float32]:
    """(250, width) of +1 and -1, for the encoder's positions: what a row is to say and in which second it stands.

    Without them it takes the encoder most of its time to find out what is wanted where.
    """
    random = np.random.default_rng(0)
    places, seconds = (random.choice((-1.0, 1.0), (n, width)) for n in (len(PLACES), 1 + SCHEDULE[-1][0]))
    return np.stack([places[PLACES.index(place)] + seconds[second] for second, place in SCHEDULE]).astype(np.float32)


def said(truth: Truth, known: Table, first_s: int = 0) -> Ids:
    """(250,) rows of the table that a clip's vectors should say; UNSAID where the truth is not known.

    `first_s` is the time of the window within its recording; times are told as seconds within a minute.
    """
    facts = _facts(truth)
    out = np.full(N_ROWS, UNSAID, np.int64)
    for row, (second, place) in enumerate(SCHEDULE):
        value = _value(facts, place, row, second, first_s)
        if value is not None and value >= 0:
            out[row] = known.starts[kind_of(place)] + value
    return out


def _value(facts: dict[str, Any], place: str, row: int, second: int, first_s: int) -> int | None:
    if place in ("tens", "ones"):
        now = (first_s + second) % 60
        return now // 10 if place == "tens" else now % 10
    if place == "family":
        return facts["family"][second] if second < len(FAMILY_NAMES) else None
    if place == "end":
        return 0
    value = facts[place]
    return int(value[row]) if isinstance(value, np.ndarray) else value


def _facts(truth: Truth) -> dict[str, Any]:
    chords, keys = truth.chords.astype(int), truth.keys.astype(int)
    quality, root = np.divmod(chords - 1, 12)
    bpm = -1 if np.isnan(truth.tempo_bpm) else round(truth.tempo_bpm)
    heard = int(np.bitwise_or.reduce(truth.families))
    return {
        "root": np.where(chords > 0, root, np.where(chords == 0, 12, UNSAID)),
        "quality": np.where(chords > 0, quality, UNSAID),
        "bass": truth.bass.astype(int),
        "tonic": np.where(keys >= 0, keys % 12, UNSAID),
        "mode": np.where(keys >= 0, keys // 12, UNSAID),
        "hundred": bpm // 100 if bpm >= 0 else UNSAID,
        "ten": bpm // 10 % 10 if bpm >= 0 else UNSAID,
        "one": bpm % 10 if bpm >= 0 else UNSAID,
        "metre": truth.metre,
        "family": [1 + at if heard >> at & 1 else 0 for at in range(len(FAMILY_NAMES))],
    }


def loss(spoken: Any, ids: Any, known: Table) -> Any:
    """Squared distance to what should be said, as a share of how far the values of all places spread."""
    import torch

    wanted = known.vectors.to(spoken.device)
    spread = (wanted - wanted.mean(0)).square().mean()
    there = ids >= 0
    gone = (spoken[there].float() - wanted[ids[there]]).square().mean()
    return gone / spread if bool(there.any()) else torch.zeros((), device=spoken.device)


def readings(spoken: Any, ids: Any, known: Table) -> Iterator[tuple[str, bool]]:
    """Place after place: whether the nearest value of its kind is the right one."""
    vectors = known.vectors.to(spoken.device)
    for row, (_, place) in enumerate(SCHEDULE):
        first = known.starts[kind_of(place)]
        choice = vectors[first : first + known.sizes[kind_of(place)]]
        for clip in range(len(spoken)):
            if ids[clip, row] >= 0:
                distances = (choice - spoken[clip, row].float()).square().sum(-1)
                yield place, int(distances.argmin()) + first == int(ids[clip, row])


def lines(spoken: Any, known: Table) -> Sequence[str]:
    """What the vectors (250, width) of one window say, a line a second, for people."""
    every = {kind: list(values) for kind, values in vocabulary().items()}
    text: dict[int, list[str]] = {}
    for row, (second, place) in enumerate(SCHEDULE):
        first = known.starts[kind_of(place)]
        choice = known.vectors[first : first + known.sizes[kind_of(place)]]
        nearest = int((choice - spoken[row].float()).square().sum(-1).argmin())
        text.setdefault(second, []).append(every[kind_of(place)][nearest])
    return ["".join(parts).strip() for parts in text.values()]
