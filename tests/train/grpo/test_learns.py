"""The proof: a toy that names registers of tones half of the time learns to by reward, and not to guess from words."""

import pytest

from tests.train.grpo.conftest import Begin
from tests.train.grpo.making import PEFT_ASKS, QUICK
from train.dataset import Dataset
from train.grpo.session import run
from train.recipes.read import made
from train.runs.folder import METRICS, Plan, create, read_lines, read_plan
from train.sft.learn import run as fine_tune

pytestmark = pytest.mark.filterwarnings(PEFT_ASKS)
STEPS = 20
TAUGHT = {
    **{name: value for name, value in QUICK.items() if name not in ("stage", "grpo")},
    "stage": "sft", "learning_rate": 5e-3, "projector_learning_rate": 5e-3, "schedule": "constant", "max_steps": 8,
    "batch": 16, "batch_per_device": 16, "turns_per_clip": 1, "gradient_checkpointing": False, "eval_every": 0,
    "sample_every": 0, "save_every": 1000, "loaders": 0,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(900)  # 20 s of computing, many times that on a busy machine
def test_rewards_teach_a_half_taught_model_to_hear(begin: Begin, data: Dataset) -> None:
    folder = begin("later")
    plan = read_plan(folder)
    taught = create(folder.parent, Plan(made(TAUGHT), plan.base, data.folder), name="taught")
    assert fine_tune(taught)
    table = {"group_size": 8, "prompts_per_step": 16, "prompts_at_once": 16, "steps": STEPS, "kl_weight": 0.01}
    looks = {"control_every": STEPS, "control_prompts": 32, "warmup_share": 0.0}
    rewarded = begin("rewarded", adapter=taught / "adapter", **table, **looks)
    assert run(rewarded)  # judged by the trainer's own judge of choices
    rows = {row["step"]: row for row in read_lines(rewarded / METRICS) if "held_out_reward_task" in row}
    before, after = rows[0], rows[STEPS]
    assert 0.3 < before["held_out_reward_task"] < 0.7  # 32 prompts, 8 completions each, drawn at temperature 1
    assert after["held_out_reward_task"] >= 0.8
    assert after["noise_reward_task"] < 0.4  # chance is a quarter
