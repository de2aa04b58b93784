"""Scores an answer against the truth of its example: the one judge of the trainer, for rewards and evaluation alike.

`truth["type"]` says how to read the answer; what else stands in `truth` is the value. Scores lie in [0, 1]; an answer
that is read and near misses in the ways that listeners do (half tempo, relative key) counts in part.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from train.examples import Example, Score
from train.tasks import answers
from train.tasks.caption_score import score_caption

TOLERANCE = 0.04  # of a tempo, Gouyon et al. 2006
OCTAVES = (2.0, 0.5, 3.0, 1 / 3)
LEAST_S = 1.0  # a time may be off by this or by a bar
Judge = Callable[[str, Mapping[str, Any]], float | None]


def judge(example: Example, completion: str) -> Score | None:
    """How right a completion is; None when the example has no truth to judge by.

    Parts: `answered` (1 when something could be read), `right` (1 for full marks); captions have parts of their own.
    """
    answer = answers.final_answer(completion)
    if example.options:
        index = answers.chosen(answer, example.options)
        right = index is not None and example.options[index] == example.answer
        return _score(float(right), index is not None)
    kind = example.truth.get("type")
    if kind == "caption":
        return score_caption(answer, example.truth)
    if kind in _JUDGES:
        value = _JUDGES[kind](answer, example.truth)
        return _score(value or 0.0, value is not None)
    if example.kind == "caption" or not example.answer:
        return None
    value = word_value(answer, {"accept": [example.answer]})  # an imported question: its text is all there is
    return _score(value or 0.0, bool(answer))


def _score(value: float, answered: bool) -> Score:
    return Score(value, {"answered": float(answered), "right": float(value >= 1.0)})


def tempo_value(answer: str, truth: Mapping[str, Any]) -> float | None:
    """1 within 4 %; a half for the double, triple, half or third."""
    bpm, true = answers.said_bpm(answer), float(truth["bpm"])
    if bpm is None:
        return None
    if _near(bpm, true):
        return 1.0
    return 0.5 if any(_near(bpm, true * ratio) for ratio in OCTAVES) else 0.0


def _near(bpm: float, true: float) -> bool:
    return abs(bpm - true) <= TOLERANCE * true


def key_value(answer: str, truth: Mapping[str, Any]) -> float | None:
    """As MIREX weighs: 1 the same, 0.5 a fifth above the truth, 0.3 relative, 0.2 parallel; spelling does not count."""
    key, true = answers.said_key(answer), Key.parse(truth["key"])
    if key is None:
        return None
    step = (key.tonic.pitch_class - true.tonic.pitch_class) % 12
    if step == 0:
        return 1.0 if key.is_minor == true.is_minor else 0.2
    if key.is_minor == true.is_minor:
        return 0.5 if step == 7 else 0.0
    return 0.3 if step == (9 if key.is_minor else 3) else 0.0


def metre_value(answer: str, truth: Mapping[str, Any]) -> float | None:
    """1 the same signature; a half for bars of half or double the length."""
    metre, true = answers.said_metre(answer), Metre.parse(truth["metre"])
    if metre is None:
        return None
    if metre == true:
        return 1.0
    return 0.5 if metre.is_compound == true.is_compound and metre.felt_beats / true.felt_beats in (0.5, 2.0) else 0.0


def chord_value(answer: str, truth: Mapping[str, Any]) -> float | None:
    """1 the same tones, 0.75 the same triad, 0.25 the same root; the bass does not count."""
    chord, true = answers.said_chord(answer), Chord.parse(truth["chord"])
    return None if chord is None else chord_likeness(chord, true)


def chord_likeness(chord: Chord, true: Chord) -> float:
    """How alike two chords are by ear, in [0, 1]."""
    if answers.sounds(chord) == answers.sounds(true):
        return 1.0
    if answers.sounds(chord.triad) == answers.sounds(true.triad):
        return 0.75
    return 0.25 if answers.sounds(chord)[1] == answers.sounds(true)[1] else 0.0


def time_value(answer: str, truth: Mapping[str, Any]) -> float | None:
    """1 within a second or a bar, then falling to 0 at three times that."""
    when = answers.said_time(answer)
    if when is None:
        return None
    if when.bar is not None:
        off = abs(when.bar - truth["bar"]) if truth.get("bar") is not None else 3
        return 1.0 if off <= 1 else 0.5 if off == 2 else 0.0
    tolerance_s = max(LEAST_S, float(truth.get("bar_s") or 0.0))
    off_s = abs((when.time_s or 0.0) - float(truth["time_s"]))
    return 1.0 if off_s <= tolerance_s else max(0.0, 1.0 - (off_s - tolerance_s) / (2 * tolerance_s))


def seconds_value(answer: str, truth: Mapping[str, Any]) -> float | None:
    """1 within a share of the length, then falling to 0 at three times that."""
    when = answers.said_time(answer)
    if when is None or when.time_s is None:
        return None
    off = abs(when.time_s / truth["seconds"] - 1)
    return 1.0 if off <= truth["share"] else max(0.0, 1.0 - (off - truth["share"]) / (2 * truth["share"]))


def count_value(answer: str, truth: Mapping[str, Any]) -> float | None:
    """1 the same number; a quarter for one beside it."""
    number = answers.said_number(answer)
    if number is None and answers.normal(answer) in ("none", "no", "never"):
        number = 0.0
    if number is None:
        return None
    off = abs(number - truth["count"])
    return 1.0 if off == 0 else 0.25 if off == 1 else 0.0


def word_value(answer: str, truth: Mapping[str, Any]) -> float | None:
    """1 when one of the `accept` is said and none of the `reject` (those inside an accepted text do not count)."""
    said = answers.chosen(answer, [*truth["accept"], *truth.get("reject", ())]) if answer else None
    if said is not None:
        return float(said < len(truth["accept"]))
    return 0.0 if answer else None


def list_value(answer: str, truth: Mapping[str, Any]) -> float | None:
    """F1 of the items said among those that are known (`known` names everything that counts as an item)."""
    flat = f" {answers.normal(answer)} "
    said = {item for item in truth["known"] if f" {answers.normal(item)} " in flat.replace(",", " ")}
    true = set(truth["items"])
    if not said:
        return None
    hits = len(said & true)
    return 2 * hits / (len(said) + len(true))


def chords_value(answer: str, truth: Mapping[str, Any]) -> float | None:
    """How much of a row of chords is right and in order: 1 minus the edits per chord."""
    said, true = answers.said_chords(answer), [Chord.parse(text) for text in truth["chords"]]
    return _in_order(said, true, chord_likeness) if said else None


def numerals_value(answer: str, truth: Mapping[str, Any]) -> float | None:
    """The same for Roman numerals."""
    said = answers.said_numerals(answer)
    return _in_order(said, truth["numerals"], lambda a, b: float(a == b)) if said else None


def _in_order(said: Sequence[Any], true: Sequence[Any], likeness: Callable[[Any, Any], float]) -> float:
    """1 - edit distance / longer length, where exchanging two that are half alike costs a half."""
    row = [float(n) for n in range(len(true) + 1)]
    for i, one in enumerate(said, start=1):
        before, row = row, [float(i)]
        for j, other in enumerate(true, start=1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + 1 - likeness(one, other)))
    return max(0.0, 1.0 - row[-1] / max(len(said), len(true)))


_JUDGES: dict[str, Judge] = {
    "tempo": tempo_value, "key": key_value, "metre": metre_value, "chord": chord_value, "time": time_value,
    "seconds": seconds_value, "count": count_value, "words": word_value,
    "list": list_value, "chords": chords_value, "numerals": numerals_value,
}  # fmt: skip
