"""Captions against a person's caption: the claims both make, and the words both use in the same order (ROUGE-L).

A claim that the reference does not make counts against precision even where it is true: a short reference bounds it.
"""

from collections.abc import Callable, Sequence

from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.key import Key
from musicflamingo_app.scoring.claims.find import find_claims
from musicflamingo_app.scoring.claims.values import ChordAt, Claim, Length, Presence, SectionAt, TempoRange
from train.evaluate.marks import Answered, Mark, Rule, one_by_one
from train.examples import Example, Score
from train.suites.edits import common_length
from train.suites.lyrics import words
from train.tasks.answers import final_answer

TEMPO_TOLERANCE = 0.04  # Gouyon et al. 2006
TIME_TOLERANCE_S = 3.0
PRECISION = (
    "of the claims in the answer (tempo, key, chords, sections, instruments), those that the reference makes too."
)
RECALL = "of the claims in the reference, those that the answer makes too."
ROUGE = "F1 of the longest common subsequence of words, as Lin (2004) defines it with beta 1."


def same_claim(one: Claim, other: Claim) -> bool:
    """Whether two texts claim the same; tempo within 4 %, chords and keys by sound, times within three seconds."""
    a, b = one.value, other.value
    if isinstance(a, TempoRange) and isinstance(b, TempoRange):
        return a.low_bpm * (1 - TEMPO_TOLERANCE) <= b.high_bpm and b.low_bpm * (1 - TEMPO_TOLERANCE) <= a.high_bpm
    if isinstance(a, Key) and isinstance(b, Key):
        return (a.tonic.pitch_class, a.mode) == (b.tonic.pitch_class, b.mode)
    if isinstance(a, ChordAt) and isinstance(b, ChordAt):
        return a.chord.pitch_classes == b.chord.pitch_classes and a.edge == b.edge
    if isinstance(a, Length) and isinstance(b, Length):
        return abs(a.duration_s - b.duration_s) <= max(a.tolerance_s, b.tolerance_s)
    if isinstance(a, SectionAt) and isinstance(b, SectionAt):
        return a.part == b.part and a.edge == b.edge and _near(a, b)
    return isinstance(a, type(b)) and isinstance(b, Metre | Presence | type(a)) and str(a) == str(b)


def _near(a: SectionAt, b: SectionAt) -> bool:
    starts = [getattr(one.when, "start_s", None) for one in (a, b)]
    if None in starts:
        return a.when == b.when
    return abs(starts[0] - starts[1]) <= TIME_TOLERANCE_S


def distinct(text: str) -> list[Claim]:
    """The claims of a text, each once."""
    kept: list[Claim] = []
    for claim in find_claims(text):
        if not any(same_claim(claim, other) for other in kept):
            kept.append(claim)
    return kept


def _share(name: str, about: str, sides: Callable[[list[Claim], list[Claim]], tuple[list[Claim], list[Claim]]]) -> Rule:
    """Of the first side's claims, the share that the second makes; texts without a claim on the first bear nothing."""

    def marks(answers: Sequence[Answered]) -> list[Mark]:
        found = []
        for one in answers:
            said = distinct(final_answer(one.completion))
            counted, others = sides(said, distinct(one.example.answer))
            if counted:
                n_same = sum(any(same_claim(claim, other) for other in others) for claim in counted)
                found.append(Mark(one.example, one.completion, n_same / len(counted), len(counted), bool(said)))
        return found

    return Rule(name, about, marks)


def rouge_l(truth: str, said: str) -> float:
    """ROUGE-L F1 in [0, 1] over lower-case words."""
    wanted, given = words(truth), words(said)
    common = common_length(wanted, given)
    return 2 * common / (len(wanted) + len(given)) if common else 0.0


def _rouge(example: Example, completion: str) -> Score:
    return Score(rouge_l(example.answer, final_answer(completion)))


ROUGE_RULE = one_by_one("ROUGE-L", ROUGE, _rouge)
CLAIM_RULES = (
    _share("claim precision", PRECISION, lambda said, truth: (said, truth)),
    _share("claim recall", RECALL, lambda said, truth: (truth, said)),
)
