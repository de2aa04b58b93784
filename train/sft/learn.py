"""Supervised fine-tuning of a run's folder: from its plan to its adapter, from the last checkpoint if there is one."""

import logging
import os
import shutil
from pathlib import Path
from typing import Any

from model.transformers_hf.load import package
from musicflamingo_app.errors import StudioError
from train.dataset import open_dataset
from train.failures import sentence_of
from train.runs import folder as files
from train.runs.folder import Plan, read_plan
from train.runs.write import RunWriter
from train.sft.lessons import SHELF, Lessons, lessons
from train.sft.reporting import reporters
from train.sft.trainer import trainer
from train.sft.watch import Watch
from train.tuning import adapted, open_base, precise

log = logging.getLogger(__name__)


def run(folder: Path) -> bool:
    """Learns until it is done or asked to stop; gives whether it is done. What fails is written to FAILED and raised.

    Raises NotFound where there is no run, StudioError when it runs already.
    """
    plan = read_plan(folder)
    if not _is_first():
        return _beside(folder, plan)
    with RunWriter(folder, lambda error: sentence_of(error, plan.recipe)) as writer:
        return _learned(folder, plan, writer)


def _beside(folder: Path, plan: Plan) -> bool:
    """One of several processes, not the one that writes; what stops it alone is told nevertheless."""
    try:
        return _learned(folder, plan, None)
    except Exception as error:
        failed = folder / files.FAILED
        if not failed.exists():
            failed.write_text(sentence_of(error, plan.recipe) + "\n", "utf-8")
        raise


def _learned(folder: Path, plan: Plan, writer: RunWriter | None) -> bool:
    _check_processes(plan)
    dataset = open_dataset(plan.dataset)
    loaded = open_base(plan.base, plan.recipe, shards=_is_sharded())
    taught = lessons(dataset, plan.recipe, loaded.processor, folder.parent / f".{SHELF}")
    package("transformers").set_seed(plan.recipe.seed)
    model = adapted(loaded, plan.recipe, plan.adapter)
    return learn(folder, plan, model, taught, writer)


def learn(folder: Path, plan: Plan, model: Any, taught: Lessons, writer: RunWriter | None) -> bool:
    """The learning itself, over a model that is in memory."""
    precise(model)
    watching = Watch(plan.recipe, taught, writer)
    told = reporters(folder) if isinstance(writer, RunWriter) else []  # a trial tells nobody
    learner = trainer(model, taught, plan.recipe, folder, [watching, *told])
    watching.learner = learner
    kept = files.checkpoints(folder)
    if writer is not None:
        writer.begin(kept[-1][0] if kept else 0, n_steps(learner))
    learner.train(resume_from_checkpoint=str(kept[-1][1]) if kept else None)
    learner.accelerator.wait_for_everyone()
    if watching.was_stopped:
        if writer is not None:
            writer.stopped(learner.state.global_step)
        return False
    _save_adapter(learner, folder, writer)
    return True


def n_steps(learner: Any) -> int:
    """How many steps a Trainer will take in all."""
    batches = learner.get_train_dataloader()
    return int(learner.set_initial_training_values(learner.args, batches)[-1])


def _save_adapter(learner: Any, folder: Path, writer: RunWriter | None) -> None:
    """The adapter, whole or not at all; then the run is done."""
    draft, made = folder / f".{files.ADAPTER}", folder / files.ADAPTER
    if writer is not None:
        shutil.rmtree(draft, ignore_errors=True)
    learner.accelerator.wait_for_everyone()
    learner.save_model(str(draft))
    learner.accelerator.wait_for_everyone()
    if writer is None:
        return
    (draft / "training_args.bin").unlink(missing_ok=True)  # a pickle, and the recipe says the same
    shutil.rmtree(made, ignore_errors=True)
    draft.rename(made)
    writer.done()


def _is_first() -> bool:
    return os.environ.get("RANK", "0") == "0"


def _is_sharded() -> bool:
    """Whether accelerate was told to distribute the weights themselves."""
    return any(
        os.environ.get(name, "").lower() == "true" for name in ("ACCELERATE_USE_FSDP", "ACCELERATE_USE_DEEPSPEED")
    )


def _check_processes(plan: Plan) -> None:
    n = int(os.environ.get("WORLD_SIZE", "1"))
    together = plan.recipe.batch_per_device * n
    if plan.recipe.batch % together:
        what = f"The recipe's batch is {plan.recipe.batch}, and {n} processes take {together} clips at once."
        raise StudioError(what, f"Make batch a multiple of {together}.")
    if n > 1 and plan.recipe.precision == "nf4" and _is_sharded():
        raise StudioError("The precision nf4 cannot be sharded here.", "Leave out --launch, or set precision to bf16.")
