"""Asks the nano held-out questions: `python -m train.nano.judge --data D --base B --adapter A --out FOLDER`.

Four-way questions over the five skills, each about the clip, about Gaussian noise of its length and about nothing;
what noise earns is what words alone are worth. Answers go to `answers-0.jsonl` (a killed run goes on; several
processes share the clips by `--part 0/2`, `--part 1/2`), tables over all of them to `report.json`: by skill and task,
with intervals by song. Some are answered in words too (with `--thinks` after a thought), and captions are checked.
With `--facts` all questions have what could be measured beside them, as in the app.
"""

import argparse
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from train.evaluate.intervals import Estimate, difference, ratio
from train.examples import Example
from train.nano import shards
from train.nano.reading import Prefix, Reader, noise, window
from train.nano.record import begun
from train.nano.shards import NanoClip
from train.nano.turns import beside
from train.prompts import prompt_text
from train.spectrograms import Heard

log = logging.getLogger(__name__)
CONTROLS = ("audio", "noise", "none")
QUESTIONS = 6  # of a clip
ANSWER_TOKENS, CAPTION_TOKENS = 24, 160
THOUGHT_TOKENS = 280  # a thought with its answer; the longest that are taught have some 250 words
NOISES = 8  # different ones, each read once
Row = dict[str, Any]


def main() -> None:
    given = _given()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    import torch

    from model.transformers_hf.load import Checkpoint, load

    torch.set_num_threads(given.threads)
    loaded = load(Checkpoint(str(given.base), precision=given.precision, device=given.device))
    reader = Reader(_adapted(loaded.model, given.adapter), loaded.processor)
    begun(given.out, given.data, given.side)
    asked(reader, spread(given.data, given.side, given.clips), given)
    write_report(given.out)


def _adapted(model: Any, adapter: Path | None) -> Any:
    if adapter is None:
        return model
    import peft

    return peft.PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()


def spread(data: Path, side: str, n: int) -> Iterator[tuple[int, NanoClip]]:
    """At most `n` clips of a side, evenly from the whole, with their number."""
    clips = shards.clips(data, side)
    for at in np.unique(np.linspace(0, len(clips) - 1, min(n, len(clips))).astype(int)):
        yield int(at), clips[int(at)]


def asked(reader: Reader, clips: Iterator[tuple[int, NanoClip]], given: argparse.Namespace) -> None:
    """Asks what has no answer yet; the part of the clips that this process has."""
    part, of = (int(number) for number in given.part.split("/"))
    path = given.out / f"answers-{part}.jsonl"
    done = {(row["clip"], row["control"]) for row in rows_of(path)}
    apart = Apart(reader)
    with path.open("a", encoding="utf-8") as file:
        for number, (at, clip) in enumerate(clips):
            for control in CONTROLS if number % of == part else ():
                if (clip.name, control) not in done:
                    speaks = control != "none" and number % max(1, given.clips // max(1, given.spoken)) < of
                    before, n_vectors = apart(clip, at, control)
                    how = Manner(speaks, given.thinks, given.facts)
                    found = of_clip(reader, clip, control, before, n_vectors, how)
                    file.write("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found))
                    file.flush()
            log.info("%d %s", number, clip.name)


def rows_of(path: Path) -> list[Row]:
    """The whole lines of a file of answers."""
    text = path.read_text("utf-8") if path.exists() else ""
    return [json.loads(line) for line in text.split("\n")[:-1]]


class Apart:
    """What is heard under each control, read; noises and silence are kept, as many clips share them."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._kept: dict[tuple[str, int], tuple[Prefix, int]] = {}

    def __call__(self, clip: NanoClip, seed: int, control: str) -> tuple[Prefix, int]:
        """What was read of a clip, and how many vectors it has."""
        if control == "audio":
            return self._read(window(clip.mel))
        key = (control, seed % NOISES if control == "noise" else 0)
        if key not in self._kept:
            extractor = self._reader.writer.processor.feature_extractor
            self._kept[key] = self._read(noise(extractor, key[1]) if control == "noise" else None)
        return self._kept[key]

    def _read(self, heard: Heard | None) -> tuple[Prefix, int]:
        vectors = None if heard is None else self._reader.vectors(heard)
        return self._reader.prefix(vectors), 0 if vectors is None else len(vectors)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a clip is asked about: in words too and for a caption, after thoughts, with facts beside the sound."""

    speaks: bool
    thinks: bool = False
    facts: bool = False


def of_clip(reader: Reader, clip: NanoClip, control: str, before: Prefix, n_vectors: int, how: Manner) -> list[Row]:
    """The answers about one clip under one control."""
    rows, facts, speaks, thinks = [], clip.facts if how.facts else "", how.speaks, how.thinks
    for example in four_way(clip.examples):
        question = beside(facts, prompt_text(example))
        logs = reader.likelihoods(before, question, n_vectors, example.options)
        picked = example.options[int(logs.argmax())]
        row = _row(clip, example, control) | {"picked": picked, "right": float(picked == example.answer)}
        if speaks:
            asked = beside(facts, prompt_text(example, thinks=thinks))
            n_tokens = THOUGHT_TOKENS if thinks else ANSWER_TOKENS
            row |= _said(example, reader.answer(before, asked, n_vectors, n_tokens))
        rows.append(row)
    captions = [one for one in clip.examples if one.kind == "caption"][:1] if speaks else []
    for example in captions:
        said = reader.answer(before, beside(facts, prompt_text(example)), n_vectors, CAPTION_TOKENS)
        rows.append(_row(clip, example, control) | _said(example, said))
    return rows


def four_way(examples: Sequence[Example]) -> list[Example]:
    """The questions with four options, at most so many, in an order that a hash decides."""
    found = [one for one in examples if len(one.options) == 4]
    return sorted(found, key=lambda one: crc32(one.id.encode()))[:QUESTIONS]


def _row(clip: NanoClip, example: Example, control: str) -> Row:
    about = {"clip": clip.name, "song": clip.song, "style": clip.style, "control": control, "example": example.id}
    return about | {"skill": example.skill, "task": example.task, "answer": example.answer}


def _said(example: Example, said: str) -> Row:
    from train.tasks.registry import score

    scored = score(example, said)
    return {"said": said, "said_score": scored.value if scored else None, "parts": dict(scored.parts) if scored else {}}


def write_report(out: Path) -> dict[str, Any]:
    """Writes `report.json`: shares that are right, by control, skill and task, and what sound adds to noise."""
    rows = [row for path in sorted(out.glob("answers-*.jsonl")) for row in rows_of(path)]
    picked = [row for row in rows if "right" in row]
    report: dict[str, Any] = {"all": compared(picked)}
    for name in ("skill", "task", "style"):
        report[name] = {
            one: compared([r for r in picked if r[name] == one]) for one in sorted({r[name] for r in picked})
        }
    report["in words"] = compared([row | {"right": row["said_score"] or 0.0} for row in picked if "said" in row])
    report["captions"] = {control: _captions(rows, control) for control in ("audio", "noise")}
    (out / "report.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    log.info("%s", json.dumps(report["all"]))
    return report


def compared(rows: Sequence[Row]) -> dict[str, Any]:
    """Share right under each control, and audio minus noise over the same questions, in percent."""
    by = {control: {r["example"]: r for r in rows if r["control"] == control} for control in CONTROLS}
    out = {control: _estimate(_share(list(found.values()))) for control, found in by.items() if found}
    both = [key for key in by["audio"] if key in by["noise"]]
    if both:
        songs = [by["audio"][key]["song"] for key in both]
        before, after = ([by[control][key]["right"] for key in both] for control in ("noise", "audio"))
        out["audio - noise"] = _estimate(difference(songs, before, after, [1.0] * len(both)))
    return out


def _share(rows: Sequence[Row]) -> Estimate:
    return ratio([r["song"] for r in rows], [r["right"] for r in rows], [1.0] * len(rows), is_share=True)


def _estimate(found: Estimate) -> dict[str, Any]:
    low, high = (None if end is None else round(100 * end, 1) for end in (found.low, found.high))
    return {"value": round(100 * found.value, 1), "low": low, "high": high, "n": found.n_items, "songs": found.n_songs}


def _captions(rows: Sequence[Row], control: str) -> dict[str, float]:
    """Means of the scores of captions and of their parts (claims that are true, facts that are told)."""
    parts = [
        row["parts"] | {"score": row["said_score"]} for row in rows if "right" not in row and row["control"] == control
    ]
    names = sorted({name for one in parts for name in one})
    means = {name: [float(one[name]) for one in parts if one.get(name) is not None] for name in names}
    return {"n": float(len(parts))} | {name: round(sum(v) / len(v), 4) for name, v in means.items() if v}


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m train.nano.judge", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that train.nano.make fills")
    parser.add_argument("--base", type=Path, required=True, help="the assembled model")
    parser.add_argument("--adapter", type=Path, help="what train.nano.sft learned")
    parser.add_argument("--out", type=Path, required=True, help="where answers and tables go")
    parser.add_argument("--side", default="test")
    parser.add_argument("--clips", type=int, default=200)
    parser.add_argument("--spoken", type=int, default=40, help="clips that are answered in words too")
    parser.add_argument("--thinks", action="store_true", help="words come after a thought (train.nano.sft --stage cot)")
    parser.add_argument("--facts", action="store_true", help="what could be measured stands beside the sound")
    parser.add_argument("--part", default="0/1", help="which part of the clips, such as 0/2")
    parser.add_argument("--precision", default="bf16")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    return parser.parse_args()


if __name__ == "__main__":
    main()
