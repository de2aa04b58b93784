"""A language model as judge: how much of a reference an answer covers and gets right, or which option it means.

The prompts are our own, so numbers compare only with those of the same judge. Replies are kept beside the answers.
"""

import hashlib
import re
from collections.abc import Callable, Sequence

from model.types import Backend, Message, Sampling, Text
from train.evaluate.answers import Answer, AnswerFile
from train.evaluate.asking import read
from train.evaluate.marks import Answered, Mark, Rule
from train.evaluate.wording import lettered
from train.examples import Example
from train.suites.choice import official_text, ours_chosen

SCALE = (1, 10)
MAX_TOKENS = 200
CAPTION = (
    "You compare two texts about one piece of music. The reference was written by a person who heard it.\n\n"
    "Reference:\n{reference}\n\nAnswer to be judged, on the question “{question}”:\n{answer}\n\n"
    "Give two whole numbers from 1 to 10. coverage: how much of what the reference tells is told by the answer too. "
    "correctness: how much of what the answer tells agrees with the reference or at least does not contradict it. "
    "Length and style do not count. "
    'Reply with JSON and nothing else: {{"coverage": N, "correctness": N}}'
)
CHOICE = (
    "A listener was asked a question with options. Say which option the listener's answer means. Do not answer the "
    "question yourself.\n\nQuestion: {question}\nOptions: {options}\nThe listener's answer:\n{answer}\n\n"
    "Reply with the letter of the option, or with “none” if the answer means none of them or several."
)
_SCORE = r'"?{name}"?\s*[:=]\s*"?(\d+(?:\.\d+)?)'


def caption_prompt(example: Example, answer: str) -> str:
    return CAPTION.format(reference=example.answer, question=example.question, answer=answer)


def choice_prompt(example: Example, answer: str) -> str:
    return CHOICE.format(question=example.question, options=lettered(example.options), answer=answer)


def score_in(reply: str, name: str) -> float | None:
    """A score of the reply, from 1 to 10; None when it is missing or out of range."""
    found = re.search(_SCORE.format(name=name), reply, re.I)
    value = float(found[1]) if found else None
    return value if value is not None and SCALE[0] <= value <= SCALE[1] else None


class Judge:
    """Asks a back end about answers, each once, and keeps its replies."""

    def __init__(
        self, backend: Backend, file: AnswerFile, prompt: Callable[[Example, str], str], seed: int = 0
    ) -> None:
        self._backend, self._file, self._prompt = backend, file, prompt
        self._sampling = Sampling(max_new_tokens=MAX_TOKENS, temperature=0.0, seed=seed)

    def replies(self, answers: Sequence[Answered]) -> list[str]:
        """One reply for each answer; empty where there is no answer to judge."""
        found = []
        with self._file.appending() as pen:
            for one in answers:
                said = "" if one.error else official_text(one.completion)
                if not said:
                    found.append("")
                    continue
                text = self._prompt(one.example, said)
                digest = hashlib.sha256(text.encode()).hexdigest()[:16]
                blank = Answer(one.example.id, self._backend.name, digest, digest)
                kept = self._file.get(blank.key, blank.asked)
                if kept is None:
                    kept = read(self._backend, (Message("user", (Text(text),)),), self._sampling, blank)
                    pen.add(kept)
                found.append(kept.text)
        return found


def caption_rules(backend: Backend, file: AnswerFile) -> tuple[Rule, ...]:
    """Coverage and correctness from 1 to 10; what is not answered or not judged has 1."""
    judge = Judge(backend, file, caption_prompt)

    def rule(name: str) -> Rule:
        def mark(one: Answered, reply: str) -> Mark:
            score = score_in(reply, name)
            return Mark(
                one.example, one.completion, SCALE[0] if score is None else score, is_answered=score is not None
            )

        about = f"{backend.name} judges from {SCALE[0]} to {SCALE[1]}, by a prompt of our own."
        return Rule(f"judge: {name}", about, lambda answers: _each(mark, judge, answers), unit="points")

    return rule("coverage"), rule("correctness")


def choice_rules(backend: Backend, file: AnswerFile) -> tuple[Rule, ...]:
    """The option that the judge reads in the answer."""
    judge = Judge(backend, file, choice_prompt)

    def mark(one: Answered, reply: str) -> Mark:
        index = ours_chosen(reply, one.example.options)
        right = index is not None and one.example.options[index] == one.example.answer
        return Mark(one.example, one.completion, float(right), is_answered=index is not None)

    about = f"{backend.name} says which option the answer means, by a prompt of our own."
    return (Rule("judge", about, lambda answers: _each(mark, judge, answers)),)


def _each(mark: Callable[[Answered, str], Mark], judge: Judge, answers: Sequence[Answered]) -> list[Mark]:
    return [mark(one, reply) for one, reply in zip(answers, judge.replies(answers), strict=True)]


JUDGES = {"caption": caption_rules, "choice": choice_rules}
