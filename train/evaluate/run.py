"""Runs an evaluation: every example, candidate and control that has no answer yet is asked, then all is marked."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from model.types import Backend
from train.evaluate.answers import AnswerFile
from train.evaluate.asking import Asker
from train.evaluate.candidate import Candidate, Control
from train.evaluate.folder import ANSWERS, prepare
from train.evaluate.hearing import Excerpts
from train.evaluate.marks import Answered
from train.evaluate.plan import Plan
from train.examples import Example

Opener = Callable[[Candidate], AbstractContextManager[Backend]]
Answers = dict[tuple[str, Control], tuple[Answered, ...]]  # by candidate and control


@dataclass(frozen=True, slots=True)
class Step:
    """Where an evaluation is: so many of all the questions to be asked are answered."""

    n_done: int
    n_all: int
    candidate: str
    control: str


Watch = Callable[[Step], None]


def collect(folder: Path, plan: Plan, opener: Opener, watch: Watch = lambda step: None) -> Answers:
    """All answers of a plan, asked where they are not in the folder yet.

    Each candidate is opened once, one after the other. Raises NotFound for missing recordings, StorageError, and
    ModelError where a model breaks down; what was answered until then is kept.
    """
    excerpts = Excerpts(plan.audio, plan.seed)
    if any(control != "none" for one in plan.candidates for control in one.controls(plan.controls)):
        excerpts.check(plan.examples)
    prepare(folder, plan)
    file, found = AnswerFile(folder / ANSWERS), Answers()
    for candidate in plan.candidates:
        with opener(candidate) as backend:
            found |= _of_candidate(file, plan, Asker(plan, candidate, backend, excerpts), candidate, watch)
    return found


def _of_candidate(file: AnswerFile, plan: Plan, asker: Asker, candidate: Candidate, watch: Watch) -> Answers:
    controls = candidate.controls(plan.controls)
    prints = {(one.id, control): asker.fingerprint(one, control) for control in controls for one in plan.examples}
    _ask(file, plan, asker, candidate, prints, watch)
    found = Answers()
    for control in controls:
        answers = (
            (example, file.last((example.id, candidate.name, control), prints[example.id, control]))
            for example in plan.examples
        )
        found[candidate.name, control] = tuple(Answered(e, a.completion, a.error) for e, a in answers if a is not None)
    return found


def _ask(
    file: AnswerFile,
    plan: Plan,
    asker: Asker,
    candidate: Candidate,
    prints: dict[tuple[str, Control], str],
    watch: Watch,
) -> None:
    """Adds what has no answer yet, one excerpt after another."""
    n_done = 0
    with file.appending() as pen:
        for control in candidate.controls(plan.controls):
            for examples in _by_excerpt(plan):
                missing = [
                    one
                    for one in examples
                    if file.get((one.id, candidate.name, control), prints[one.id, control]) is None
                ]
                n_done += len(examples) - len(missing)
                watch(Step(n_done, len(prints), candidate.name, control))
                for answer in asker.ask_all(missing, control):
                    pen.add(answer)
                    n_done += 1
                    watch(Step(n_done, len(prints), candidate.name, control))
    watch(Step(len(prints), len(prints), candidate.name, ""))


def _by_excerpt(plan: Plan) -> Iterator[list[Example]]:
    """Examples of one excerpt after another, so that it is decoded and heard once."""
    by_audio: dict[tuple[str, str, float, float], list[Example]] = {}
    for example in plan.examples:
        place = (example.audio, example.track, example.start_s or 0.0, example.end_s or 0.0)
        by_audio.setdefault(place, []).append(example)
    yield from by_audio.values()
