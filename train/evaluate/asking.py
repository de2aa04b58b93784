"""Asking a back end one thing and waiting for all of it."""

import hashlib
import json
from dataclasses import asdict, replace

from model.errors import ModelError, NoAbility, OutOfMemory
from model.types import Backend, Delta, Done, Message, Part, Sampling, Text
from musicflamingo_app.errors import AudioError
from musicflamingo_app.services.speaking import sampling_of
from train.evaluate.answers import Answer
from train.evaluate.candidate import Candidate, Control
from train.evaluate.hearing import Excerpts, excerpt_of
from train.evaluate.plan import Plan
from train.evaluate.wording import asked
from train.examples import Example


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

    def ask(self, example: Example, control: Control) -> Answer:
        """The answer; what is wrong with this one example alone becomes its error. Raises ModelError for the rest."""
        blank = Answer(example.id, self._candidate.name, control, self.fingerprint(example, control))
        try:
            sound = self._excerpts.sound(example, control)
            parts: list[Part] = [Text(self.text(example))] if sound is None else [sound, Text(self.text(example))]
            return read(self._backend, (Message("user", tuple(parts)),), self._sampling, blank)
        except (AudioError, NoAbility, OutOfMemory) as error:
            return replace(blank, error=str(error))


def read(backend: Backend, messages: tuple[Message, ...], sampling: Sampling, blank: Answer) -> Answer:
    """Fills an answer from a stream. Raises ModelError, also when the stream ends without its Done."""
    said: dict[str, list[str]] = {"text": [], "thought": []}
    stream = backend.stream(messages, sampling)
    try:
        for item in stream:
            if isinstance(item, Delta):
                said[item.kind].append(item.text)
            elif isinstance(item, Done):
                texts = {kind: "".join(pieces).strip() for kind, pieces in said.items()}
                ended = replace(blank, reason=item.reason, n_new_tokens=item.n_new_tokens)
                raw = item.raw.strip()
                return replace(ended, seconds=round(item.seconds, 3), raw=raw if raw != texts["text"] else "", **texts)
    finally:
        stream.close()
    raise ModelError(f"{backend.name} stopped before the end of an answer.", "Run the same command again.")
