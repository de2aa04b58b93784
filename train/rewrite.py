"""Texts told anew by a language model, each sentence checked: one that the measurements contradict is not taken.

The model hears nothing; it is given a text that is true and asked for other words. What comes back is read for claims,
sentence by sentence, and must still tell most of what the text told.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from model.types import Backend, Delta, Message, Sampling, Text
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.scoring.claims.check import checked
from train.examples import Example
from train.quality.claims import repaired
from train.quality.words import leaks
from train.tasks.caption_score import analysis_of, told_by

LEAST_TOLD = 0.6  # of what the text told rightly
REQUEST = (
    "Write the following description of a recording in other words, as somebody who listens. Keep every fact, number, "
    "key, chord and time as it is; add nothing. Write the text alone."
)


@dataclass(frozen=True)
class Rewritten:
    """An example with its new text, or as it was with the reason why the new one was not taken."""

    example: Example
    reason: str = ""


def rewritten(examples: Iterable[Example], backend: Backend, *, seed: int = 0) -> Iterator[Rewritten]:
    """Captions told anew; other kinds, and key facts as JSON, pass as they are."""
    for example in examples:
        document = example.truth.get("document")
        if example.kind != "caption" or document is None or example.task == "caption_key_facts":
            yield Rewritten(example)
            continue
        text = _said(backend, example.answer, seed)
        yield taken(example, text, analysis_of(document))


def taken(example: Example, text: str, analysis: Analysis) -> Rewritten:
    """The example with a new text, its wrong sentences taken out, where enough of it is left and true."""
    mended = repaired(text, analysis)
    if not mended:
        return Rewritten(example, "The new text holds nothing that is true.")
    new = replace(example, answer=mended)
    leak = leaks(new)
    if leak:
        return Rewritten(example, leak)
    told, wanted = _told(mended, analysis), _told(example.answer, analysis)
    if len(told & wanted) < LEAST_TOLD * len(wanted):
        missing = ", ".join(sorted(wanted - told))
        return Rewritten(example, f"The new text leaves out too much: {missing}.")
    truth = {**example.truth, "words": len(mended.split()), "aspects": sorted(told)}
    return Rewritten(replace(new, truth=truth, sources=(*example.sources, "reworded by a language model")))


def _told(text: str, analysis: Analysis) -> set[str]:
    verdicts = checked(text, analysis)
    return {aspect for one in verdicts if one.verdict.result == "agrees" for aspect in told_by(one.claim)}


def _said(backend: Backend, text: str, seed: int) -> str:
    asked = Message("user", (Text(f"{REQUEST}\n\n{text}"),))
    room = 64 + 3 * len(text.split())
    stream = backend.stream([asked], Sampling(max_new_tokens=room, temperature=0.7, seed=seed))
    return "".join(one.text for one in stream if isinstance(one, Delta) and one.kind == "text").strip()
