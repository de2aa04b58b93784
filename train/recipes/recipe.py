"""A recipe: everything that decides how a run learns, in one value, each line with what it does and what it costs.

Defaults follow common practice for LoRA on an 8B model with a few hundred songs; the paper's own numbers are for full
tuning on 128 cards. What only GRPO needs stands in the table `[grpo]` (train/grpo/settings.py).
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, asdict, dataclass, field, fields
from typing import Any

from musicflamingo_app.errors import StudioError
from train.recipes.line import check_line, line

STAGES = ("sft", "cot", "grpo")


@dataclass(frozen=True)
class Recipe:
    """Read it with `train.recipes.read`; wrong lines raise StudioError with one sentence."""

    stage: str = line(
        "sft",
        "What is learned: sft answers, cot thinking before the answer, grpo by reward.",
        "Drawing answers makes a step of grpo several times slower.",
        choices=STAGES,
    )
    about: str = line("", "What the recipe is for, for people.", "Nothing.")
    precision: str = line(
        "auto",
        "How the base model is held: nf4 packs it in 4 bits (QLoRA); auto takes bf16 on a card, fp32 on a processor.",
        "The 8B model takes 33 GB in fp32, 17 GB in bf16, 7 GB in nf4, that one at a little quality.",
        choices=("auto", "fp32", "bf16", "nf4"),
    )
    lora_rank: int = line(
        16, "Rank of the adapter's matrices.", "At 16 the adapter of the 8B model has 40 M weights.", low=1, high=512
    )
    lora_alpha: int = line(32, "Scale of the adapter; twice the rank is usual.", "Nothing.", low=1, high=2048)
    lora_dropout: float = line(
        0.05, "Share of the adapter's inputs dropped while learning.", "Slower learning.", low=0.0, high=0.9
    )
    learning_rate: float = line(
        1e-4, "Largest step of the adapter's weights.", "Too large forgets, too small needs epochs.", low=0.0, high=1.0
    )
    projector_learning_rate: float = line(
        0.0,
        "Largest step of the projector between ears and words; 0 leaves it as it is, best below 200 songs.",
        "70 MB more in each adapter of the 8B model.",
        low=0.0,
        high=1.0,
    )
    schedule: str = line(
        "cosine", "How the step shrinks after the warm-up.", "Nothing.", choices=("cosine", "linear", "constant")
    )
    warmup_share: float = line(0.03, "Share of the steps in which the rate grows.", "Nothing.", low=0.0, high=1.0)
    weight_decay: float = line(0.0, "Pull of the weights towards zero.", "Nothing.", low=0.0, high=1.0)
    max_grad_norm: float = line(1.0, "Longer gradients are shortened to this.", "Nothing.", low=1e-6, high=1e6)
    batch: int = line(
        16, "Clips learned from before each step, over all cards together.", "Time per step grows with it.", low=1
    )
    batch_per_device: int = line(
        1, "Clips in memory at once on each card; the rest of the batch follows.", "Memory grows with it.", low=1
    )
    epochs: float = line(3.0, "How often each clip is learned from.", "Time grows with it.", low=0.001, high=1000.0)
    max_steps: int = line(0, "End after this many steps; 0 leaves it to the epochs.", "Time.", low=0)
    turns_per_clip: int = line(
        6, "Questions asked about a clip in one conversation.", "More save time: the sound is heard once for all.",
        low=1, high=64,
    )  # fmt: skip
    max_tokens: int = line(
        8192,
        "Longest conversation with its sound (25 tokens a second, the nano 12.5).",
        "Memory grows with the longest.",
        low=16,
    )
    gradient_checkpointing: bool = line(
        True, "Compute inner values twice instead of keeping them.", "A third more time, several times less memory."
    )
    seed: int = line(0, "Order of the clips, first weights, dropout.", "Nothing.", low=0)
    eval_every: int = line(50, "Steps between looks at the held-out loss; 0 for never.", "A few seconds each.", low=0)
    eval_clips: int = line(32, "Held-out clips that are looked at.", "Time of each look.", low=1)
    sample_every: int = line(50, "Steps between answers written to samples.jsonl; 0 for never.", "Seconds.", low=0)
    samples: int = line(4, "How many held-out questions are answered.", "Time of each.", low=1, high=1000)
    sample_tokens: int = line(128, "Where such an answer is cut.", "Time of each.", low=1, high=4096)
    save_every: int = line(50, "Steps between checkpoints.", "A killed run repeats what came after the last.", low=1)
    keep_checkpoints: int = line(
        2, "Newest checkpoints that stay.", "0.5 GB each for rank 16 on the 8B model.", low=1, high=100
    )
    patience: int = line(
        0, "End after this many looks without a better held-out loss; 0 for never.", "May end too early.", low=0
    )
    cache_gb: float = line(
        4.0, "Disk for spectrograms, so that each clip is decoded once; 0 keeps none.", "Disk.", low=0.0, high=10_000.0
    )
    loaders: int = line(
        1, "Processes that prepare clips ahead; 0 prepares them between steps.", "Memory of a process each.",
        low=0, high=64,
    )  # fmt: skip
    grpo: Mapping[str, Any] = field(default_factory=dict, metadata={"help": "What only GRPO needs.", "cost": "Time."})

    def __post_init__(self) -> None:
        for one in lines():
            check_line(one, getattr(self, one.name))
        if self.batch % self.batch_per_device:
            what = f"The recipe's batch is {self.batch}, which {self.batch_per_device} per device does not divide."
            raise StudioError(what, "Make batch a multiple of batch_per_device.")
        if self.grpo and self.stage != "grpo":
            raise StudioError(f"The recipe has a table [grpo], and its stage is {self.stage!r}.", "Leave it out.")


def lines() -> tuple[Field[Any], ...]:
    """Every line but the table, in the order of the recipe."""
    return tuple(one for one in fields(Recipe) if one.default is not MISSING)


def as_table(recipe: Recipe) -> dict[str, Any]:
    """The recipe as plain values, for JSON and for comparing."""
    return asdict(recipe)
