"""What happens beside the learning: curves, samples, the wish to stop, an end when nothing gets better."""

import math
import time
from typing import Any

from transformers import TrainerCallback

from model.transformers_hf.load import package
from musicflamingo_app.errors import StudioError
from train.recipes.recipe import Recipe
from train.runs.memory import memory_used
from train.runs.write import RunWriter
from train.sft.answers import answers
from train.sft.lessons import Lessons


class Watch(TrainerCallback):
    """A callback for the Trainer; `run` is None in all processes but the first, `learner` is set once it is there."""

    def __init__(self, recipe: Recipe, lessons: Lessons, run: RunWriter | None) -> None:
        self.recipe, self.lessons, self.run = recipe, lessons, run
        self.learner: Any = None
        self.was_stopped = False
        self._began = self._beside_s = 0.0

    def on_train_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self._began = time.monotonic()

    def on_step_end(self, args: Any, state: Any, control: Any, model: Any = None, **more: Any) -> None:
        step, every = state.global_step, self.recipe.sample_every
        if every and (step % every == 0 or step == state.max_steps) and self.lessons.asked:
            began = time.monotonic()
            said = answers(model, self.lessons, self.lessons.asked, self.recipe.sample_tokens)  # in all processes,
            if self.run is not None:  # for each may hold a part of the weights
                self.run.samples(step, said)
            self._beside_s += time.monotonic() - began
        if _agreed(self.run is not None and self.run.is_stopped()):
            self.was_stopped = control.should_training_stop = control.should_save = True
        if step == state.max_steps:
            control.should_save = True

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **more: Any) -> None:
        if "loss" in logs:
            _finite(logs["loss"], state.global_step)
            self._line(state, logs)
        elif "eval_loss" in logs and self.run is not None:
            self.run.metrics(state.global_step, held_out_loss=logs["eval_loss"])

    def on_evaluate(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        losses = [row["eval_loss"] for row in state.log_history if "eval_loss" in row]
        since = len(losses) - 1 - losses.index(min(losses)) if losses else 0
        if self.recipe.patience and since >= self.recipe.patience:
            control.should_training_stop = control.should_save = True
        self._began = time.monotonic()  # a look is no part of a step

    def on_save(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        self._began = time.monotonic()

    def _line(self, state: Any, logs: Any) -> None:
        ended, waited_s = time.monotonic(), self.learner.waited_s
        step_s = ended - self._began - self._beside_s
        self._began, self._beside_s, self.learner.waited_s = ended, 0.0, 0.0
        if self.run is None:
            return
        more = {"step_s": round(step_s, 4), "waiting": round(min(1.0, waited_s / max(step_s, 1e-9)), 4)}
        kept = {name: logs[name] for name in ("loss", "learning_rate", "grad_norm", "epoch") if name in logs}
        self.run.metrics(state.global_step, **kept, **more, memory_bytes=memory_used())
        self.run.at(state.global_step)


def _finite(loss: float, step: int) -> None:
    if not math.isfinite(loss):
        what = f"The loss is no number any more (at step {step})."
        raise StudioError(what, "Lower learning_rate, then start again from an earlier checkpoint or anew.")


def _agreed(wish: bool) -> bool:
    """Whether any process wishes it, so that all stop after the same step."""
    torch = package("torch")
    if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
        return wish
    device = "cuda" if torch.distributed.get_backend() == "nccl" else "cpu"
    flag = torch.tensor(int(wish), device=device)
    torch.distributed.all_reduce(flag, torch.distributed.ReduceOp.MAX)
    return bool(flag.item())
