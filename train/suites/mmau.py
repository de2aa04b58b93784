"""MMAU and MMAR, music items: one official scorer by sets of words.

Source: Sakshi113/MMAU 110127f, evaluation.py; ddlBoJack/MMAR 3bce090. Corners that were measured on the files: the
order of words does not count; a wrong option passes where its words are the gold's; “(B) gold” fails where “b” is a
word of a wrong option; a bare letter passes only where the gold is that letter.
"""

import re
from collections.abc import Iterator, Sequence

from train.evaluate.marks import one_by_one
from train.examples import Example, Score
from train.suites.choice import official_text, ours_rule
from train.suites.files import Files, Item
from train.suites.suite import Suite

_WORD = re.compile(r"\b\w+\b")
OFFICIAL = "the official string match: all words of the right option, none that only wrong ones have."


def string_match(gold: str, said: str, choices: Sequence[str]) -> bool:
    """Whether the official scorer of MMAU and MMAR takes an answer."""
    right, words = _words(gold), _words(said)
    wrong = set().union(*(_words(choice) for choice in choices)) - right
    return bool(words) and right <= words and not words & wrong


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def _official(example: Example, completion: str) -> Score:
    said = official_text(completion)
    return Score(float(string_match(example.answer, said, example.options)), {"answered": float(bool(_words(said)))})


RULES = (one_by_one("official", OFFICIAL, _official), ours_rule())


def read_mmau(files: Files) -> Iterator[Example]:
    """Music items of `mmau-test-mini.json`."""
    for item in files.json_rows("mmau-test-mini.json"):
        if item.text("task") == "music":
            if not item.get("answer"):
                raise item.wrong("has no answer: those of the full test are withheld, use mmau-test-mini.json")
            yield _example(files, item, "mmau-music", "audio_id")


def read_mmar(files: Files) -> Iterator[Example]:
    """Items of `MMAR-meta.jsonl` whose modality is music alone. The reasoning that the file holds is not read."""
    for item in files.json_rows("MMAR-meta.jsonl", "MMAR-meta.json"):
        if item.text("modality") == "music":
            yield _example(files, item, "mmar-music", "audio_path")


def _example(files: Files, item: Item, task: str, recording: str) -> Example:
    answer, audio = item.text("answer"), files.audio(item.text(recording))
    return Example(
        id=item.text("id"),
        track=f"{task}:{audio}",
        audio=audio,
        task=task,
        skill=item.get("sub-category") or item.get("category") or "music",
        kind="choice",
        question=item.text("question"),
        answer=answer,
        options=item.options("choices", answer),
    )


SKIPS = "An item that could not be asked counts as wrong here; the official script leaves it out."
MMAU = Suite(
    "mmau-music", "MMAU (music, test-mini)", "mmau-test-mini.json and the audio folder it names",
    "https://github.com/Sakshi113/MMAU (audio: Hugging Face gamma-lab-umd/MMAU-test-mini)",
    "Apache-2.0 (repository); the recordings keep their own", read_mmau, RULES,
    notes=(SKIPS,), judged="choice",
)  # fmt: skip
MMAR = Suite(
    "mmar-music", "MMAR (music)", "MMAR-meta.jsonl and the audio folder it names",
    "https://github.com/ddlBoJack/MMAR (audio: Hugging Face BoJack/MMAR)",
    "no licence file: ask its authors; recordings from the web", read_mmar, RULES,
    notes=(SKIPS,), judged="choice",
)  # fmt: skip
