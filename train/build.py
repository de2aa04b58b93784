"""From gathered tracks to a frozen dataset: split, ask, filter, review, freeze.

A proposal is what a dataset would hold; it is made in memory, shown, reviewed, and written whole or not at all.
"""

import math
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from db.values import Review
from model.types import Backend
from musicflamingo_app.errors import Cancelled, NotFound, StudioError
from musicflamingo_app.music.time import clock
from musicflamingo_app.services.collections import Collections
from musicflamingo_app.services.library import Library
from train.augment.excerpts import LENGTH_S, excerpts_of
from train.augment.variants import Variant, render, variants_of
from train.dataset import ABOUT, About, Dataset, Member, datasets_folder, write_dataset
from train.examples import Example
from train.gather import Gathered, Source, audio_is_there, gather
from train.originals import portable
from train.quality.filter import Dropped, Filtered, filtered, key_of
from train.quality.guessing import Guesser
from train.rewrite import rewritten
from train.split import DEFAULT_SHARE, check_leaks, sides
from train.tasks.choose import DEFAULT, balanced, captions, questions
from train.think import with_thoughts

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Options:
    """How a dataset is made. `augment` is how many variants each learned song gets (0: none).

    `crops` is how many excerpts of `crop_s` seconds of each song are asked about, instead of the whole (0); the
    questions of a song are shared out to them.
    """

    held_out: float = DEFAULT_SHARE
    by: str = "artist"
    questions: int = DEFAULT
    augment: int = 0
    think: bool = False
    seed: int = 0
    licence: str = ""
    crops: int = 0
    crop_s: tuple[float, float] = LENGTH_S
    captions: bool = True

    @property
    def asked_of_each(self) -> int:
        """Questions asked of each excerpt, or of the whole song."""
        return max(1, math.ceil(self.questions / max(1, self.crops)))


@dataclass(frozen=True)
class Proposal:
    """What a dataset would hold. `variants` are still to be rendered; `missing` are titles with a reason."""

    sources: tuple[Source, ...]
    sides: Mapping[str, str]
    train: tuple[Example, ...]
    held_out: tuple[Example, ...]
    dropped: tuple[Dropped, ...]
    variants: tuple[Variant, ...]
    missing: tuple[tuple[str, str], ...]
    options: Options

    @property
    def examples(self) -> tuple[Example, ...]:
        return (*self.train, *self.held_out)

    @property
    def dropped_counts(self) -> dict[str, int]:
        return Filtered((), self.dropped).counts

    def lines(self) -> list[str]:
        """What it would give, in sentences for people."""
        length = clock(sum(source.card.duration_s for source in self.sources))
        n_captions = sum(example.kind == "caption" for example in self.examples)
        n_thoughts = sum(bool(example.thought) for example in self.examples)
        n_held = sum(side == "held_out" for side in self.sides.values())
        lines = [
            f"{len(self.sources)} songs ({length} of music), {n_held} of them held out.",
            f"{n_captions} captions and {len(self.examples) - n_captions} questions.",
            f"{len(self.train)} examples to learn from, {len(self.held_out)} held out.",
        ]
        lines += [f"{n_thoughts} of them with a chain of thought."] if self.options.think else []
        lines += [f"{len(self.variants)} variants in other keys and tempi."] if self.variants else []
        lines += [f"Left out: {n} ({reason})." for reason, n in sorted(self.dropped_counts.items())]
        return lines


def propose(
    gathered: Gathered,
    options: Options = Options(),
    *,
    reviews: Mapping[str, Review] | None = None,
    guesser: Guesser | None = None,
    writer: Backend | None = None,
    progress: Progress = lambda fraction, sentence: None,
) -> Proposal:
    """What a dataset of these tracks would hold. A `writer` tells captions in other words.

    Raises StudioError when nothing can be held out or asked.
    """
    where = sides([s.recording for s in gathered.sources], options.held_out, options.seed, by=options.by)
    made: list[Example] = []
    cards, variants = {}, []
    for n, source in enumerate(gathered.sources):
        progress(n / len(gathered.sources), f"Asking about “{source.title}”.")
        learned = where[source.recording.sha256] == "train"
        alike = _variants(source, options) if learned else ()
        variants += alike
        for one in (*_heard(source, options), *(variant.source for variant in alike)):
            asked = _asked(one, options)
            cards |= {key_of(example): one.card for example in asked[:1]}
            made += asked
    sieved = filtered(reviewed(made, reviews or {}), cards, guesser=guesser)
    kept = balanced([e for e in sieved.kept if e.state != "rejected"], options.seed)
    if writer is not None:
        kept = [one.example for one in rewritten(kept, writer, seed=options.seed)]
    if options.think:
        kept = [with_thoughts(example, cards[key_of(example)]) for example in kept]
    return _proposal(gathered, where, kept, sieved.dropped, tuple(variants), options)


def _heard(source: Source, options: Options) -> tuple[Source, ...]:
    return excerpts_of(source, options.crops, options.seed, options.crop_s) if options.crops else (source,)


def _variants(source: Source, options: Options) -> tuple[Variant, ...]:
    return variants_of(source, options.augment, options.seed, options.crop_s if options.crops else None)


def _asked(one: Source, options: Options) -> tuple[Example, ...]:
    told = captions(one.recording, one.card) if options.captions else ()
    return (*told, *questions(one.recording, one.card, options.asked_of_each))


def _proposal(
    gathered: Gathered,
    where: Mapping[str, str],
    kept: Sequence[Example],
    dropped: tuple[Dropped, ...],
    variants: tuple[Variant, ...],
    options: Options,
) -> Proposal:
    train = tuple(example for example in kept if where[example.track] == "train")
    held_out = tuple(example for example in kept if where[example.track] == "held_out")
    if not train:
        raise StudioError(
            f"Nothing can be asked about these {len(gathered.sources)} songs.",
            "Analyse them again, or correct what is unsure.",
        )
    used = {(example.track, example.audio) for example in train}
    needed = tuple(v for v in variants if (v.source.recording.sha256, v.source.recording.audio) in used)
    return Proposal(gathered.sources, where, train, held_out, dropped, needed, gathered.missing, options)


def reviewed(examples: Iterable[Example], reviews: Mapping[str, Review]) -> list[Example]:
    """The examples as a person left them; rejected ones are taken out."""
    out = []
    for example in examples:
        review = reviews.get(example.id)
        if review is None:
            out.append(example)
        elif review.state != "rejected":
            out.append(_edited(example, review))
    return out


def _edited(example: Example, review: Review) -> Example:
    """An edited answer becomes the truth: the option's text, or a text of its own to compare with."""
    question, answer = review.question or example.question, review.answer or example.answer
    if answer == example.answer:
        return replace(example, question=question, state=review.state)
    options = tuple(answer if option == example.answer else option for option in example.options)
    truth = example.truth if example.kind == "caption" else {"type": "words", "accept": [answer]}
    return replace(example, question=question, answer=answer, options=options, truth=truth, state="edited")


def propose_collection(
    library: Library,
    collections: Collections,
    collection_id: int,
    options: Options = Options(),
    *,
    guesser: Guesser | None = None,
    writer: Backend | None = None,
    progress: Progress = lambda fraction, sentence: None,
) -> Proposal:
    """What a collection would give, with what people decided about single examples. Raises NotFound, StudioError."""
    chosen = collections.get(collection_id)
    gathered = gather(library, [track.id for track in collections.tracks(collection_id)])
    noted = replace(options, licence=options.licence or chosen.licence_note)
    reviews = collections.reviews(collection_id)
    return propose(gathered, noted, reviews=reviews, guesser=guesser, writer=writer, progress=progress)


def freeze(
    home: Path, name: str, proposal: Proposal, *, progress: Progress = lambda fraction, sentence: None
) -> Dataset:
    """Writes a proposal as the dataset NAME: renders its variants, checks for leaks, renames the draft into place.

    Raises StudioError for a name that is taken or no name, for leaks, and for missing sounds; then nothing is written.
    """
    folder = datasets_folder(home) / checked_name(name)
    if (folder / ABOUT).exists():
        raise StudioError(f"There is a dataset {name} already.", "Choose another name, or remove it first.")
    gone = [source.title for source in proposal.sources if not audio_is_there(source)]
    if gone:
        raise NotFound(f"The sound of “{gone[0]}” is missing.", "Add the track's file again, or leave the track out.")
    check_leaks(proposal.train, proposal.held_out, by=proposal.options.by)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}-audio-", dir=folder.parent) as scratch:
        sounds = Path(scratch) / "audio"
        _render_all(proposal.variants, Path(scratch), progress)
        made = sounds if proposal.variants else None
        train, held_out = (
            [replace(one, audio=portable(folder, one.audio)) for one in side]
            for side in (proposal.train, proposal.held_out)
        )
        return write_dataset(folder, _about(name, proposal), train, held_out, audio=made)


def _render_all(variants: Sequence[Variant], folder: Path, progress: Progress) -> None:
    for n, variant in enumerate(variants):
        progress(n / len(variants), f"Rendering “{variant.source.title}” {variant.words}.")
        render(variant, folder)


def _about(name: str, proposal: Proposal) -> About:
    members = tuple(
        Member(
            source.recording.sha256, source.recording.song, source.recording.artist, source.recording.album,
            proposal.sides[source.recording.sha256], round(source.card.duration_s, 2),
        )
        for source in proposal.sources
    )  # fmt: skip
    options = {key: value for key, value in asdict(proposal.options).items() if key not in ("licence", "seed")}
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    dropped = proposal.dropped_counts
    return About(
        name, proposal.options.seed, proposal.options.licence, made_at, members, dropped=dropped, options=options
    )


def checked_name(name: str) -> str:
    """A name that is a folder's. Raises StudioError."""
    good = name.strip() == name and name and len(name) <= 80 and not name.startswith(".")
    if not good or any(sign in '/\\:*?"<>|' or not sign.isprintable() for sign in name):
        raise StudioError(f"“{name}” cannot name a dataset.", "Use letters, digits, spaces, - and _.")
    return name


def stopping(progress: Progress, stopped: Callable[[], bool]) -> Progress:
    """The same progress, that raises Cancelled once `stopped` says so."""

    def tell(fraction: float, sentence: str) -> None:
        if stopped():
            raise Cancelled("The dataset was not made: it was stopped.")
        progress(fraction, sentence)

    return tell
