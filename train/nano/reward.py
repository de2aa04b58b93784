"""Lets the nano learn by reward: `python -m train.nano.reward --data D --base B --adapter A --out RUN`.

train/grpo over the questions of clips, with the trainer's own judge; the control asks held-out ones, heard and on
noise. With `--thinks` it thinks before it answers, as `train.nano.sft --stage cot` taught it. Goes on where it stopped;
the adapter lies in `RUN/adapter`.
"""

import argparse
import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from train.collate import Writer
from train.examples import Example, example_of_json
from train.grpo.learn import Lesson, learn
from train.grpo.prompts import Prompt
from train.grpo.session import policy_of, reward_of
from train.grpo.settings import GrpoSettings
from train.nano import shards
from train.nano.reading import noise, window
from train.nano.record import begun
from train.nano.sft import RECIPE
from train.prompts import prompt_text
from train.runs.folder import Plan

log = logging.getLogger(__name__)
SETTINGS = GrpoSettings(
    prompts_per_step=4, group_size=6, kl_weight=0.02, max_new_tokens=24, learning_rate=1e-4, think=False, layout="plain"
)
THOUGHT_TOKENS = 120  # nearly all thoughts with their answers are shorter
N_HELD_OUT = 64


class ClipPrompts:
    """Prompts about clips, whose spectrograms lie in the shards of a side (train/grpo/prompts.py has them of files)."""

    def __init__(self, writer: Writer, clips: shards.Clips, *, thinks: bool = False) -> None:
        self._writer, self._clips, self._thinks = writer, clips, thinks
        self._extractor = writer.processor.feature_extractor
        self._of: dict[str, int] = {}
        self.examples: list[Example] = []
        rows = [row for shard in clips.shards for row in shard.rows]
        for at, row in enumerate(rows):
            asked = [example_of_json(one) for one in row["examples"] if one["kind"] != "caption"]
            self.examples += asked
            self._of |= dict.fromkeys((one.id for one in asked), at)

    def __call__(self, example: Example) -> Prompt:
        return self._written(example, window(self._clips.mel(self._of[example.id])))

    def noisy(self, example: Example, seed: int) -> Prompt:
        """The same question about Gaussian noise."""
        return self._written(example, noise(self._extractor, seed))

    def _written(self, example: Example, heard: Any) -> Prompt:
        return Prompt(example, self._writer.prompt(prompt_text(example, thinks=self._thinks), heard.n_vectors), heard)


class BothSides:
    """Prompts of two sides; an example is known to one of them."""

    def __init__(self, learned: ClipPrompts, held_out: ClipPrompts) -> None:
        self._learned, self._held_out = learned, held_out
        self._known = {one.id for one in held_out.examples}

    def __call__(self, example: Example) -> Prompt:
        return self._side(example)(example)

    def noisy(self, example: Example, seed: int) -> Prompt:
        return self._side(example).noisy(example, seed)

    def _side(self, example: Example) -> ClipPrompts:
        return self._held_out if example.id in self._known else self._learned


class Diary:
    """The journal of a run: lines of `log.jsonl`; a file named STOP ends it after the step under way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, step: int, steps: int) -> None:
        log.info("step %d of %d", step, steps)

    def metrics(self, step: int, **values: float | None) -> None:
        row = {"step": step} | {name: value for name, value in values.items() if value is not None}
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        log.info("%s", json.dumps(row))

    def at(self, step: int, sentence: str = "") -> None:
        if sentence:
            log.info("%d: %s", step, sentence)

    def samples(self, step: int, rows: Sequence[dict[str, Any]]) -> None:
        with (self.folder / "samples.jsonl").open("a", encoding="utf-8") as file:
            file.write("".join(json.dumps({"step": step} | row, ensure_ascii=False) + "\n" for row in rows))

    def is_stopped(self) -> bool:
        return (self.folder / "STOP").exists()


def main() -> None:
    given = _given()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    import torch

    from model.transformers_hf.load import Checkpoint, load

    torch.set_num_threads(given.threads)
    begun(given.out, given.data, "train", "valid")
    settings = settings_of(given)
    loaded = load(Checkpoint(str(given.base), precision=given.precision, device=given.device))
    policy = policy_of(Plan(RECIPE, given.base, given.data, adapter=given.adapter), settings, loaded)
    learn(given.out, policy, lesson_of(given.data, Writer(loaded.processor), settings), Diary(given.out))


def settings_of(given: argparse.Namespace) -> GrpoSettings:
    """What the command line asks for; with thoughts, answers are longer and their form is rewarded."""
    settings = replace(SETTINGS, steps=given.steps, seed=given.seed)
    if not given.thinks:
        return settings
    return replace(settings, think=True, layout="think", max_new_tokens=THOUGHT_TOKENS)


def lesson_of(data: Path, writer: Writer, settings: GrpoSettings) -> Lesson:
    """Questions of the train side to learn from, some of the valid side to look at."""
    learned, held_out = (
        ClipPrompts(writer, shards.clips(data, side), thinks=settings.think) for side in ("train", "valid")
    )
    some = held_out.examples[:: max(1, len(held_out.examples) // N_HELD_OUT)]
    prompts: Any = BothSides(learned, held_out)
    return Lesson(prompts, learned.examples, some, reward_of(settings), settings)


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m train.nano.reward", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that train.nano.make fills")
    parser.add_argument("--base", type=Path, required=True, help="the assembled model")
    parser.add_argument("--adapter", type=Path, required=True, help="what train.nano.sft learned")
    parser.add_argument("--out", type=Path, required=True, help="where the run goes")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--thinks", action="store_true", help="answers come after a thought")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--precision", default="bf16")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    return parser.parse_args()


if __name__ == "__main__":
    main()
