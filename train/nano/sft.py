"""Teaches the nano to speak: `python -m train.nano.sft --data D --features F --base B --out RUN --minutes 40`.

Encoder and projector rest, their vectors are read from the disk; LoRA on the language model learns. At first the
language model hears the words of the truth, which are always right, and by and by those of the encoder: so it learns
soon that listening pays. Logits are made where something is learned and nowhere else. `--stage cot` goes on with
thoughts (`--adapter RUN/adapter`).
"""

import argparse
import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.transformers_hf.load import Checkpoint, load
from musicflamingo_app.errors import StudioError
from train.collate import UNLEARNED, Writer
from train.nano import attention, low_rank
from train.nano import words as speech
from train.nano.checkpoint import keep, kept
from train.nano.encoder import words_beside
from train.nano.pace import Pace
from train.nano.record import begun
from train.nano.turns import batches, taught
from train.recipes.recipe import Recipe
from train.tuning import adapted, precise

log = logging.getLogger(__name__)
RECIPE = Recipe(lora_rank=16, lora_alpha=32, lora_dropout=0.0)  # the projector rests: it would soon forget its words
CLIP_NORM, SAVE_S, LOG_STEPS = 1.0, 240.0, 10
N_VALID = 16


@dataclass
class Learner:
    """The adapted model, its optimizer, and how many steps it took."""

    model: Any
    optimizer: Any
    rate: float
    step: int = 0

    @property
    def learning(self) -> dict[str, Any]:
        return {name: p for name, p in self.model.named_parameters() if p.requires_grad}


def main() -> None:
    given = _given()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    import torch

    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    begun(given.out, given.data, "train", "valid")
    loaded = load(Checkpoint(str(given.base), precision="bf16", device=given.device))
    attention.use(loaded.model.model.language_model)
    learner = learner_of(adapted(loaded, RECIPE, given.adapter), given.rate)
    if given.device == "cpu":
        low_rank.use(learner.model)
    writer = Writer(loaded.processor)
    known = speech.table(given.words or words_beside(given.out))
    clips = {"train": taught(given.data, given.features, "train", known)}
    clips["valid"] = taught(given.data, given.features, "valid", known, N_VALID)
    learn(learner, writer, clips, known, given)


def learner_of(model: Any, rate: float) -> Learner:
    """AdamW over what learns, held in fp32."""
    import torch

    precise(model)
    learning = [p for p in model.parameters() if p.requires_grad]
    return Learner(model, torch.optim.AdamW(learning, lr=rate, betas=(0.9, 0.98), weight_decay=0.0), rate)


def learn(
    learner: Learner, writer: Writer, clips: dict[str, Any], known: speech.Table, given: argparse.Namespace
) -> Path:
    """Learns for the given minutes and gives the folder of the adapter, which any PEFT program loads."""
    given.out.mkdir(parents=True, exist_ok=True)
    pace = Pace(given.minutes, _resumed(given.out, learner, given.device))
    thinks = given.stage == "cot"
    source = batches(clips["train"], writer, given.batch, given.seed, learner.step, lambda: pace.share, thinks=thinks)
    saved_s, sums = pace.spent_s, {"loss": 0.0, "tokens": 0.0, "seconds": 0.0}
    while not pace.is_over:
        _add(sums, step(learner, next(source), known, pace.factor(), given.device))
        if learner.step % LOG_STEPS == 0:
            _log(given.out, learner, pace, sums)
            sums = dict.fromkeys(sums, 0.0)
        if pace.spent_s - saved_s > SAVE_S:
            valid = held_out(learner, writer, clips["valid"], known, given)
            _write(given.out, {"step": learner.step, "minutes": round(pace.spent_s / 60, 1)} | valid)
            save(given.out, learner, pace.spent_s)
            saved_s = pace.spent_s
    save(given.out, learner, pace.spent_s)
    learner.model.save_pretrained(given.out / "adapter")
    return Path(given.out / "adapter")


def step(learner: Learner, batch: dict[str, Any], known: speech.Table, factor: float, device: str) -> dict[str, float]:
    """One step down the loss; the loss, how many tokens were read, and how long it took."""
    import torch

    began = time.monotonic()
    learner.model.train()
    loss = loss_of(learner.model, {name: value.to(device) for name, value in batch.items()}, known)
    if not torch.isfinite(loss):
        raise StudioError(f"The loss is no number any more at step {learner.step}.", "Start again with a lower --rate.")
    loss.backward()
    torch.nn.utils.clip_grad_norm_(list(learner.learning.values()), CLIP_NORM)
    for group in learner.optimizer.param_groups:
        group["lr"] = learner.rate * factor
    learner.optimizer.step()
    learner.optimizer.zero_grad()
    learner.step += 1
    return {"loss": float(loss.detach()), "tokens": batch["ids"].numel(), "seconds": time.monotonic() - began}


def loss_of(model: Any, batch: dict[str, Any], known: speech.Table) -> Any:
    """Cross entropy of the learned tokens by their weights. What is padded stands on the right and is never seen."""
    import torch
    from torch.nn import functional as F

    inner = model.get_base_model()
    ids, labels = batch["ids"], batch["labels"]
    with torch.autocast(ids.device.type, torch.bfloat16):
        embedded = inner.get_input_embeddings()(ids)
        spoken = _told(inner.model.multi_modal_projector(batch["vectors"]), batch, known)
        places = (ids == inner.config.audio_token_id).unsqueeze(-1).expand_as(embedded)
        embedded = embedded.masked_scatter(places, spoken.to(embedded.dtype))
        hidden = inner.model.language_model(
            inputs_embeds=embedded, position_ids=batch["positions"], use_cache=False, segments=batch["segments"]
        ).last_hidden_state
        told = labels[:, 1:] != UNLEARNED
        logits = inner.lm_head(hidden[:, :-1][told])
    losses = F.cross_entropy(logits.float(), labels[:, 1:][told], reduction="none")
    shares = batch["weights"][:, 1:][told]
    return (losses * shares).sum() / shares.sum().clamp(min=1e-9)


def _told(spoken: Any, batch: dict[str, Any], known: speech.Table) -> Any:
    """What is heard: the projector's words, mixed with those of the truth where these are known."""
    true = known.vectors.to(spoken.device)[batch["words"].clamp(min=0)]
    share = batch["ideal"][:, None, None] * (batch["words"] >= 0).unsqueeze(-1)
    return spoken.float() * (1 - share) + true * share


def held_out(
    learner: Learner, writer: Writer, clips: Any, known: speech.Table, given: argparse.Namespace
) -> dict[str, float]:
    """Losses over held-out clips, the same questions each time: heard as they are (`v_loss`), with another clip's sound
    (`v_other`: as much as `v_loss` where nobody listens), and with the truth's words (`v_ideal`)."""
    import torch

    if not clips:
        return {}
    source = batches(clips, writer, given.batch, 1, 0, lambda: 1.0, thinks=given.stage == "cot")
    learner.model.eval()
    sums, n = {"v_loss": 0.0, "v_other": 0.0, "v_ideal": 0.0}, max(1, N_VALID // given.batch)
    with torch.no_grad():
        for _ in range(n):
            batch = {name: value.to(given.device) for name, value in next(source).items()}
            other = batch | {"vectors": batch["vectors"].roll(1, 0)}
            ideal = batch | {"ideal": torch.ones_like(batch["ideal"])}
            for name, one in (("v_loss", batch), ("v_other", other), ("v_ideal", ideal)):
                sums[name] += float(loss_of(learner.model, one, known)) / n
    return {name: round(value, 4) for name, value in sums.items()}


def _add(sums: dict[str, float], found: dict[str, float]) -> None:
    for name, value in found.items():
        sums[name] += value


def _log(run: Path, learner: Learner, pace: Pace, sums: dict[str, float]) -> None:
    speed = round(sums["tokens"] / max(1e-9, sums["seconds"]))
    row = {"step": learner.step, "minutes": round(pace.spent_s / 60, 1), "loss": round(sums["loss"] / LOG_STEPS, 4)}
    _write(run, row | {"tokens_per_s": speed, "factor": round(pace.factor(), 3)})


def _write(run: Path, row: dict[str, Any]) -> None:
    with (run / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    log.info("%s", json.dumps(row))


def save(run: Path, learner: Learner, spent_s: float) -> None:
    """Writes the run's checkpoint: what learns, the optimizer, the step and the time."""
    weights = {name: p.detach() for name, p in learner.learning.items()}
    state = {"weights": weights, "optimizer": learner.optimizer.state_dict()}
    keep(run, state | {"step": learner.step, "spent_s": spent_s})


def _resumed(run: Path, learner: Learner, device: str) -> float:
    import torch

    stored = kept(run, device)
    if stored is None:
        return 0.0
    with torch.no_grad():
        for name, p in learner.learning.items():
            p.copy_(stored["weights"][name])
    learner.optimizer.load_state_dict(stored["optimizer"])
    learner.step = int(stored["step"])
    return float(stored["spent_s"])


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m train.nano.sft", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that train.nano.make fills")
    parser.add_argument("--features", type=Path, required=True, help="the folder that train.nano.features fills")
    parser.add_argument("--base", type=Path, required=True, help="the assembled model")
    parser.add_argument("--out", type=Path, required=True, help="where the run goes")
    parser.add_argument("--adapter", type=Path, help="an adapter to go on from")
    parser.add_argument("--words", type=Path, help="a Llama folder; the embedded model where not given")
    parser.add_argument("--stage", choices=("sft", "cot"), default="sft")
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    return parser.parse_args()


if __name__ == "__main__":
    main()
