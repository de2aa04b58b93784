"""MuChoMusic with options that a language model cannot guess (RUListening): what the paper reports as MuChoMusic.

Source: yongyizang/AreYouReallyListening d3971de. Four rounds of each question leave out one wrong option each; the text
that most rounds choose counts. A further round has all five options.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from train.evaluate.marks import Answered, Mark, Rule, item_of
from train.evaluate.wording import lettered
from train.examples import Example
from train.prompts import LETTERS
from train.suites.choice import OURS, Chosen, official_text, ours_chosen, shuffled
from train.suites.files import Files, Item
from train.suites.suite import Suite

_BOXED = re.compile(r"\[\[([A-E])\]\]")
_SAID = re.compile(r"(?:answer is|chose|choose|select|guess is|i guess) ([A-E])\b", re.IGNORECASE)
OFFICIAL = (
    "the official reader: the last [[A]]; else a letter after words such as “answer is” (“a guitar” is read as A); "
    "else “(A)” or “option A”, A first; else an option's text. Most rounds decide."
)
ROUNDS, FIVE = "leave one out", "five options"


def official_chosen(said: str, options: Sequence[str]) -> int | None:
    """The option that the official scorer reads."""
    letter = _letter(said)
    if letter is not None:
        index = LETTERS.index(letter)
        return index if index < len(options) else None
    low = said.lower()
    return next((n for n, option in enumerate(options) if option and option.lower() in low), None)


def _letter(said: str) -> str | None:
    for pattern in (_BOXED, _SAID):
        found = pattern.findall(said)
        if found:
            return str(found[-1]).upper()
    marks = ("option {}", "Option {}", "({})")
    return next((one for one in "ABCDE" if any(mark.format(one) in said for mark in marks)), None)


def majority(texts: Sequence[str]) -> str:
    """The text said most often, of several the first; empty for none."""
    counted = Counter(text for text in texts if text)
    return counted.most_common(1)[0][0] if counted else ""


def rounds_rule(name: str, about: str, read: Chosen) -> Rule:
    """One mark for each item, by the majority of its rounds."""

    def marks(answers: Sequence[Answered]) -> list[Mark]:
        items: dict[str, list[Answered]] = {}
        for answered in answers:
            items.setdefault(item_of(answered.example), []).append(answered)
        return [_mark(rounds, read) for rounds in items.values()]

    return Rule(name, about, marks)


def _mark(rounds: Sequence[Answered], read: Chosen) -> Mark:
    texts = []
    for one in rounds:
        index = None if one.error else read(one.completion, one.example.options)
        texts.append("" if index is None else one.example.options[index])
    said, first = majority(texts), rounds[0].example
    completion = "\n---\n".join(one.completion for one in rounds)
    return Mark(first, completion, float(said == first.answer), is_answered=bool(said))


def wording(example: Example) -> str:
    """Question, options on one line, and the form in which the official reader looks for the letter."""
    letters = ", ".join(f"[[{letter}]]" for letter in LETTERS[: len(example.options)])
    options = lettered(example.options)
    return f"Question: {example.question}\n\nOptions: {options}\n\nGive your best guess as one of {letters}."


def read_rulistening(files: Files) -> Iterator[Example]:
    """Five examples of each entry of `RUL-MuchoMusic.json`; the recording is named by the entry's id."""
    path, document = files.json("RUL-MuchoMusic.json")
    if not isinstance(document, dict) or not document:
        raise files.wrong(f"{path} is not a list of questions by id.")
    rows = [{**row, "id": id} if isinstance(row, dict) else row for id, row in document.items()]
    for item in files.items(path, rows):
        yield from _rounds(files, item)


def _rounds(files: Files, item: Item) -> Iterator[Example]:
    id, gold, others = item.text("id"), item.text("correct_answer"), item.texts("distractors")
    if gold in others or len(others) < 2:
        raise item.wrong("has fewer than two wrong options")
    rounds = [("five", FIVE, [gold, *others], f"{id}/five")]
    for n in range(len(others)):
        rest = [gold, *others[:n], *others[n + 1 :]]
        rounds.append((f"without-{n + 1}", ROUNDS, rest, id))
    for name, task, options, entry in rounds:
        yield Example(
            id=f"{id}/{name}",
            track=item.get("caption") or id,  # questions about one recording share its caption
            audio=files.audio(f"{id}.mp3", id),
            task=task,
            skill="music",
            kind="choice",
            question=item.text("question"),
            answer=gold,
            options=shuffled(options, f"{id}:{name}"),
            truth={"item": entry},
        )


RULISTENING = Suite(
    "muchomusic-rul", "MuChoMusic, perceptual (RUListening)", "RUL-MuchoMusic.json and a recording ID.mp3 for each id",
    "https://github.com/yongyizang/AreYouReallyListening (recordings: as MuChoMusic)",
    "MIT; the recordings keep their own", read_rulistening,
    (
        rounds_rule("official", OFFICIAL, lambda said, options: official_chosen(official_text(said), options)),
        rounds_rule("ours", f"{OURS} Most rounds decide.", ours_chosen),
    ),
    notes=(f"The published number is that of the task “{ROUNDS}”.",), wording=wording,
)  # fmt: skip
