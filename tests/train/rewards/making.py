"""Examples for the rewards."""

from typing import Any

from train.examples import Example

TRUTH: dict[str, Any] = {
    "Genre": ["synth-pop"],
    "BPM": 120,
    "Key": "A minor",
    "Meter": "4/4",
    "Instruments": ["synthesizer", "drums", "bass"],
    "Structure": "intro, verse, chorus, outro",
    "Vocal Character": ["female vocals", "breathy"],
    "Theory": ["i-VI-III-VII", "deceptive cadence"],
}


def example(answer: str = "piano", kind: str = "choice", **more: Any) -> Example:
    options = ("piano", "violin", "flute") if kind == "choice" else ()
    fields: dict[str, Any] = {
        "id": "e1", "track": "0" * 64, "audio": "a.wav", "task": "instrument", "skill": "attribute identification",
        "kind": kind, "question": "Which instrument?", "answer": answer, "options": options,
    }  # fmt: skip
    return Example(**{**fields, **more})


def caption(**categories: Any) -> Example:
    return example("words", "caption", task="caption", truth={"categories": categories or TRUTH})
