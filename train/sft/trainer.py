"""transformers' Trainer, told three things: two learning rates, checkpoints that are whole, and how long it waited."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import transformers
from transformers import Trainer

from model.transformers_hf.load import package
from train.collate import UNLEARNED
from train.recipes.recipe import Recipe
from train.runs import folder as files
from train.sft.lessons import Lessons
from train.sft.reporting import PROJECT
from train.tuning import PROJECTOR


def trainer(model: Any, lessons: Lessons, recipe: Recipe, folder: Path, callbacks: list[Any], **more: Any) -> Any:
    """A Trainer over the lessons that keeps its checkpoints in a run's folder."""
    arguments = transformers.TrainingArguments(**arguments_of(recipe, folder, lessons), **more)
    made = Learner(
        model=model,
        args=arguments,
        data_collator=lessons.collator,
        train_dataset=list(lessons.learned),
        eval_dataset=list(lessons.held_out) or None,
        callbacks=callbacks,
    )
    made.recipe, made.checkpoints = recipe, folder / files.CHECKPOINTS
    made.remove_callback(transformers.trainer_callback.ProgressCallback)
    made.remove_callback(transformers.trainer_callback.PrinterCallback)
    return made


def arguments_of(recipe: Recipe, folder: Path, lessons: Lessons) -> dict[str, Any]:
    """The recipe in the words of TrainingArguments."""
    return {
        **_learning(recipe),
        **_looking(recipe, lessons),
        **_computing(recipe, lessons),
        "output_dir": str(folder / files.CHECKPOINTS),
        "save_strategy": "steps",
        "save_steps": recipe.save_every,
        "report_to": "none",  # train.sft.reporting adds what is installed
        "project": PROJECT,
        "run_name": folder.name,
        "disable_tqdm": True,
    }


def _learning(recipe: Recipe) -> dict[str, Any]:
    together = recipe.batch_per_device * int(os.environ.get("WORLD_SIZE", "1"))
    return {
        "per_device_train_batch_size": recipe.batch_per_device,
        "gradient_accumulation_steps": max(1, recipe.batch // together),
        "num_train_epochs": recipe.epochs,
        "max_steps": recipe.max_steps or -1,
        "learning_rate": recipe.learning_rate,
        "lr_scheduler_type": "constant_with_warmup" if recipe.schedule == "constant" else recipe.schedule,
        "warmup_steps": min(recipe.warmup_share, 0.999),  # below 1 it is a share of all steps
        "weight_decay": recipe.weight_decay,
        "max_grad_norm": recipe.max_grad_norm,
        "seed": recipe.seed,
        "data_seed": recipe.seed,
    }


def _looking(recipe: Recipe, lessons: Lessons) -> dict[str, Any]:
    looks = recipe.eval_every > 0 and bool(lessons.held_out)
    return {
        "logging_steps": 1,  # means over several would differ after a resume in between
        "logging_nan_inf_filter": False,
        "eval_strategy": "steps" if looks else "no",
        "eval_steps": recipe.eval_every if looks else None,
        "per_device_eval_batch_size": recipe.batch_per_device,
        "label_names": ["labels"],
        "prediction_loss_only": True,
    }


def _computing(recipe: Recipe, lessons: Lessons) -> dict[str, Any]:
    torch = package("torch")
    has_card = torch.cuda.is_available()
    return {
        "bf16": recipe.precision == "bf16" or (recipe.precision in ("auto", "nf4") and has_card),
        "use_cpu": not (has_card or torch.backends.mps.is_available()),
        "activation_checkpointing": recipe.gradient_checkpointing,
        "activation_checkpointing_kwargs": {"use_reentrant": False} if recipe.gradient_checkpointing else None,
        "remove_unused_columns": False,
        "dataloader_num_workers": recipe.loaders,
        "dataloader_prefetch_factor": 4 if recipe.loaders else None,
        "dataloader_persistent_workers": False,  # they would draw fewer random numbers than a resumed run does
        "dataloader_pin_memory": has_card,
        "ddp_find_unused_parameters": any(clip.audio is None for clip in lessons.learned),
    }


class Learner(Trainer):
    """The Trainer of one run."""

    recipe: Recipe
    checkpoints: Path
    waited_s = 0.0  # since somebody last took it

    def get_batch_samples(self, epoch_iterator: Iterator[Any], *args: Any, **options: Any) -> Any:
        began = time.monotonic()
        made = super().get_batch_samples(epoch_iterator, *args, **options)
        self.waited_s += time.monotonic() - began
        return made

    def compute_loss(self, model: Any, inputs: dict[str, Any], *args: Any, **options: Any) -> Any:
        return super().compute_loss(model, inputs | narrowed(inputs["labels"]), *args, **options)

    def create_optimizer(self, model: Any = None) -> Any:
        if self.optimizer is None:
            self.optimizer = _optimizer(self, self.model if model is None else model)
        return self.optimizer

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        super()._save_checkpoint(model, trial)
        self.accelerator.wait_for_everyone()
        if self.args.should_save:
            _kept(self.checkpoints, self.state.global_step, self.recipe.keep_checkpoints)
        self.accelerator.wait_for_everyone()


def narrowed(labels: Any) -> dict[str, Any]:
    """What to tell the model so that it spells out its words only where some row of (rows, tokens) is learned.

    Most tokens are sound and questions, and a vocabulary is wide: the loss is the same, and so is its gradient.
    """
    torch = package("torch")
    targets = torch.nn.functional.pad(labels[:, 1:], (0, 1), value=UNLEARNED)  # each place foretells the next token
    places = (targets != UNLEARNED).any(0).nonzero().flatten()
    kept = targets[:, places]
    return {"labels": kept, "shift_labels": kept, "logits_to_keep": places}


def _optimizer(learner: Any, model: Any) -> Any:
    """AdamW, the projector with a rate of its own."""
    kind, options = learner.get_optimizer_cls_and_kwargs(learner.args, model)
    named = [(name, weights) for name, weights in model.named_parameters() if weights.requires_grad]
    projector = [weights for name, weights in named if PROJECTOR in name]
    words = [weights for name, weights in named if PROJECTOR not in name]
    groups = [{"params": words, "weight_decay": learner.args.weight_decay}]
    if projector:
        rate = learner.recipe.projector_learning_rate
        groups.append({"params": projector, "weight_decay": learner.args.weight_decay, "lr": rate})
    return kind(groups, **options)


def _kept(checkpoints: Path, step: int, n: int) -> None:
    """Gives a checkpoint its name now that it is whole, and removes the oldest."""
    whole = checkpoints / f"step-{step}"
    shutil.rmtree(whole, ignore_errors=True)  # of a run that came here before and was resumed from an earlier one
    (checkpoints / f"checkpoint-{step}").rename(whole)
    for _, old in files.checkpoints(checkpoints.parent)[:-n]:
        shutil.rmtree(old, ignore_errors=True)
