"""What a run learns from and is looked at with: the clips of a dataset, and the collator that reads them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.transformers_hf.load import package
from musicflamingo_app.errors import StudioError
from train.clips import Clip, check, clips
from train.collate import Collator, Writer, shown
from train.dataset import Dataset, open_dataset
from train.examples import Example
from train.recipes.recipe import Recipe
from train.spectrograms import Shelf, Spectrograms

SHELF = "spectrograms"  # a folder beside the runs, shared by all of them


@dataclass(frozen=True)
class Lessons:
    """Clips to learn from, clips to look at, single questions to answer now and then, and their collator."""

    learned: tuple[Clip, ...]
    held_out: tuple[Clip, ...]
    asked: tuple[Clip, ...]
    collator: Collator


def lessons(dataset: Dataset, recipe: Recipe, processor: Any, shelf: Path | None) -> Lessons:
    """The lessons of a dataset. Raises NotFound for a missing recording, StudioError when nothing can be learned."""
    learned = _wanted(dataset.train, recipe)
    if not learned:
        thoughts = " with a thought" if recipe.stage == "cot" else ""
        what = f"The dataset {dataset.name} has no example to learn from{thoughts}."
        raise StudioError(what, "Choose another dataset, or build one with more songs.")
    packed = clips(learned, dataset.folder, turns=recipe.turns_per_clip)
    looked = clips(_spread(_wanted(dataset.held_out, recipe), 10_000), dataset.folder, turns=recipe.turns_per_clip)
    asked = clips(_spread(_wanted(dataset.held_out, recipe), recipe.samples), dataset.folder)
    check([*packed, *looked])
    kept = Shelf(shelf, round(recipe.cache_gb * 1e9)) if shelf is not None and recipe.cache_gb > 0 else None
    spectrograms = Spectrograms(processor.feature_extractor, kept)
    thinks = recipe.stage == "cot"
    collator = Collator(Writer(processor), spectrograms, think=thinks, max_tokens=recipe.max_tokens)
    return Lessons(packed, looked[: recipe.eval_clips], asked, collator)


def masked(base: Path, dataset: Path, recipe: Recipe, n: int = 3) -> Iterator[tuple[str, str]]:
    """What is learned of the first clips: a heading each, and the conversation in colours for a terminal."""
    processor = package("transformers").AutoProcessor.from_pretrained(base, local_files_only=True)
    taught = lessons(open_dataset(dataset), recipe, processor, None)
    for clip in taught.learned[:n]:
        tokens, _ = taught.collator.read(clip)
        heading = f"{clip.name}: {sum(tokens.learned)} of {len(tokens.ids)} tokens are learned"
        yield heading, shown(taught.collator.writer, tokens)


def _wanted(examples: Sequence[Example], recipe: Recipe) -> list[Example]:
    """What nobody rejected; for thinking, what has a thought."""
    kept = [example for example in examples if example.state != "rejected"]
    return [example for example in kept if example.thought] if recipe.stage == "cot" else kept


def _spread(examples: Sequence[Example], n: int) -> list[Example]:
    """At most `n` of the examples, evenly from the whole."""
    n = min(n, len(examples))
    return [examples[k * len(examples) // n] for k in range(n)]
