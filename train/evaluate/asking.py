"""Asking a back end and waiting for all of it: one question, or several about one excerpt at once."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

from model.errors import ModelError, NoAbility, OutOfMemory
from model.types import Backend, Delta, Done, ManyAtOnce, Message, Part, Sampling, Text, Whole
from musicflamingo_app.errors import AudioError
from musicflamingo_app.services.speaking import sampling_of
from train.evaluate.answers import Answer
from train.evaluate.candidate import Candidate, Control
from train.evaluate.hearing import Excerpts, excerpt_of
from train.evaluate.plan import Plan
from train.evaluate.wording import asked
from train.examples import Example

AT_ONCE = 16  # questions about one excerpt


def sampling_for(plan: Plan, candidate: Candidate, backend: Backend) -> Sampling:
    """The likeliest tokens, so that the same question has the same answer."""
    abilities = replace(backend.abilities, thinks=candidate.is_to_think(backend.abilities))
    chosen = replace(sampling_of(candidate.model, abilities), temperature=0.0, seed=plan.seed)
    return chosen if plan.max_new_tokens is None else replace(chosen, max_new_tokens=plan.max_new_tokens)


def fingerprint(text: str, example: Example, control: Control, sampling: Sampling) -> str:
    """What tells one question from another: words, excerpt, control, sampling."""
    heard = excerpt_of(example) if control != "none" else ""
    about = json.dumps([text, heard, control, asdict(sampling)], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(about.encode()).hexdigest()[:16]


class Asker:
    """Asks one candidate the examples of a plan."""

    def __init__(self, plan: Plan, candidate: Candidate, backend: Backend, excerpts: Excerpts) -> None:
        self._plan, self._candidate, self._backend, self._excerpts = plan, candidate, backend, excerpts
        self._sampling = sampling_for(plan, candidate, backend)

    def text(self, example: Example) -> str:
        thinks = self._candidate.is_to_think(self._backend.abilities)
        return asked(example, self._plan.wording, thinks=thinks)

    def fingerprint(self, example: Example, control: Control) -> str:
        return fingerprint(self.text(example), example, control, self._sampling)

    def ask_all(self, examples: Sequence[Example], control: Control) -> Iterator[Answer]:
        """The answers to examples of one excerpt, some of them at once where the back end can."""
        for start in range(0, len(examples), AT_ONCE):
            some = examples[start : start + AT_ONCE]
            yield from self._at_once(some, control) or (self.ask(example, control) for example in some)

    def ask(self, example: Example, control: Control) -> Answer:
        """The answer; what is wrong with this one example alone becomes its error. Raises ModelError for the rest."""
        blank = self._blank(example, control)
        try:
            return read(self._backend, self._messages(example, control), self._sampling, blank)
        except (AudioError, NoAbility, OutOfMemory) as error:
            return replace(blank, error=str(error))

    def _at_once(self, examples: Sequence[Example], control: Control) -> list[Answer]:
        """All answers; none where the back end answers singly, or where one of them has to be asked singly."""
        if len(examples) < 2 or not isinstance(self._backend, ManyAtOnce):
            return []
        try:
            said = self._backend.answers([self._messages(one, control) for one in examples], self._sampling)
        except (AudioError, NoAbility, OutOfMemory):  # of one of them, or of so many: each then says so of itself
            return []
        return [filled(self._blank(one, control), whole) for one, whole in zip(examples, said, strict=True)]

    def _blank(self, example: Example, control: Control) -> Answer:
        return Answer(example.id, self._candidate.name, control, self.fingerprint(example, control))

    def _messages(self, example: Example, control: Control) -> tuple[Message, ...]:
        sound = self._excerpts.sound(example, control)
        parts: list[Part] = [Text(self.text(example))] if sound is None else [sound, Text(self.text(example))]
        return (Message("user", tuple(parts)),)


def read(backend: Backend, messages: tuple[Message, ...], sampling: Sampling, blank: Answer) -> Answer:
    """Fills an answer from a stream. Raises ModelError, also when the stream ends without its Done."""
    said: dict[str, list[str]] = {"text": [], "thought": []}
    stream = backend.stream(messages, sampling)
    try:
        for item in stream:
            if isinstance(item, Delta):
                said[item.kind].append(item.text)
            elif isinstance(item, Done):
                text, thought = ("".join(said[kind]).strip() for kind in ("text", "thought"))
                return filled(blank, Whole(text, thought, item))
    finally:
        stream.close()
    raise ModelError(f"{backend.name} stopped before the end of an answer.", "Run the same command again.")


def filled(blank: Answer, whole: Whole) -> Answer:
    """An answer with what was said."""
    done, raw = whole.done, whole.done.raw.strip()
    ended = replace(blank, reason=done.reason, n_new_tokens=done.n_new_tokens, seconds=round(done.seconds, 3))
    return replace(ended, text=whole.text, thought=whole.thought, raw=raw if raw != whole.text else "")
