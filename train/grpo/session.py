"""A GRPO run from its folder: opens what the plan names, learns, and says how it ended."""

import os
from pathlib import Path
from typing import Any

from model.transformers_hf.load import Loaded, package
from musicflamingo_app.errors import StudioError
from train.clips import check, clips
from train.collate import Writer
from train.dataset import Dataset, open_dataset
from train.examples import Example
from train.failures import sentence_of
from train.grpo.learn import Lesson, learn
from train.grpo.policy import REFERENCE, Policy
from train.grpo.prompts import Prompts
from train.grpo.settings import GrpoSettings, settings_of
from train.prompts import prompt_text
from train.recipes.recipe import Recipe
from train.rewards.total import Reward, Weights, checked_layout, judged_by, total
from train.runs.folder import Plan, read_plan
from train.runs.write import RunWriter
from train.spectrograms import Shelf, Spectrograms
from train.tuning import PROJECTOR, adapted, open_base, precise

SHELF = ".spectrograms"  # beside the runs, shared with the other stages


def run(folder: Path, score: Reward | None = None) -> bool:
    """Learns until it is done or asked to stop; gives whether it is done. What fails is written to FAILED and raised.

    `score` judges answers, `train.tasks.registry.score` when it is None. Raises NotFound where there is no run,
    StudioError when it runs already.
    """
    plan, several = read_plan(folder), int(os.environ.get("WORLD_SIZE", "1")) > 1
    alone = StudioError("Learning by reward runs in one process here.", "Start it with processes = 1.")
    if several and os.environ.get("RANK", "0") != "0":
        raise alone  # the first process writes it down
    with RunWriter(folder, lambda error: sentence_of(error, plan.recipe)) as writer:
        if several:
            raise alone
        lesson, policy = opened(plan, folder, score)
        step = learn(folder, policy, lesson, writer)
        if step < lesson.settings.steps:
            writer.stopped(step)
            return False
        writer.done()
        return True


def opened(plan: Plan, folder: Path, score: Reward | None) -> tuple[Lesson, Policy]:
    """What a plan learns from, and the model that learns. Raises what a run is refused for."""
    settings = settings_of(plan.recipe.grpo)
    dataset = open_dataset(plan.dataset)
    loaded = open_base(plan.base, plan.recipe)
    package("transformers").set_seed(plan.recipe.seed)  # of the adapter's first weights
    lesson = lesson_of(dataset, plan.recipe, settings, loaded, folder.parent / SHELF, reward_of(settings, score))
    return lesson, policy_of(plan, settings, loaded)


def policy_of(plan: Plan, settings: GrpoSettings, loaded: Loaded) -> Policy:
    """The base with the adapter that learns; one to go on from is loaded twice, the second time as the reference."""
    model = adapted(loaded, plan.recipe, plan.adapter)
    if plan.recipe.projector_learning_rate <= 0:
        for name, weights in model.named_parameters():
            if PROJECTOR in name:
                weights.requires_grad_(False)
    if plan.adapter is not None and settings.kl_weight > 0:
        model.load_adapter(str(plan.adapter), adapter_name=REFERENCE, is_trainable=False)
    precise(model)
    return Policy(model, loaded.processor)


def lesson_of(
    dataset: Dataset, recipe: Recipe, settings: GrpoSettings, loaded: Loaded, shelf: Path, reward: Reward
) -> Lesson:
    """Prompts of a dataset's two sides. Raises NotFound for a missing recording."""
    learned, held_out = _kept(dataset.train), _kept(dataset.held_out)
    check(clips([*learned, *held_out], dataset.folder))
    kept = Shelf(shelf, round(recipe.cache_gb * 1e9)) if recipe.cache_gb > 0 else None
    prompts = Prompts(
        Writer(loaded.processor),
        Spectrograms(loaded.processor.feature_extractor, kept),
        lambda example: prompt_text(example, thinks=settings.think),
        dataset.audio_path,
        min(recipe.max_tokens, loaded.context_tokens - settings.max_new_tokens),
    )
    return Lesson(prompts, learned, held_out, reward, settings, recipe.projector_learning_rate)


def reward_of(settings: GrpoSettings, score: Reward | None = None) -> Reward:
    """The reward that settings describe, over the trainer's own judge unless another is given."""
    if score is None:
        from train.tasks.registry import score as judge

        score = judge
    task = judged_by(score, captions=settings.captions, accuracy=settings.accuracy)
    return total(task, Weights(settings.format_weight, settings.task_weight), checked_layout(settings.layout))


def _kept(examples: Any) -> list[Example]:
    return [example for example in examples if example.state != "rejected"]
