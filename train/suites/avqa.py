"""Music-AVQA, the questions about sound alone; answers are single words such as `two` and `yes`."""

import json
import re
from collections.abc import Iterator

from musicflamingo_app.scoring.claims.numbers import number
from train.evaluate.marks import one_by_one
from train.examples import Example, Score
from train.suites.choice import official_text
from train.suites.files import Files, Item
from train.suites.suite import Suite
from train.tasks.answers import final_answer, normal, said_number

_PLACE = re.compile(r"<\w+>")
_YES_NO = re.compile(r"\b(yes|no)\b")
OFFICIAL = "the answer is the word and nothing else; the official models choose among 42 words."
OURS = "our reader: the number that is named, in digits or words; the first yes or no; else the word, said alone."


def _official(example: Example, completion: str) -> Score:
    said = normal(official_text(completion))
    return Score(float(said == normal(example.answer)), {"answered": float(bool(said))})


def _ours(example: Example, completion: str) -> Score:
    said, gold = normal(final_answer(completion)), normal(example.answer)
    if gold in ("yes", "no"):
        found = _YES_NO.search(said)
        return Score(float(found is not None and found[1] == gold), {"answered": float(found is not None)})
    counted = number(gold)
    if counted is not None:
        value = said_number(said)
        return Score(float(value == counted and "more than" not in said), {"answered": float(value is not None)})
    return Score(float(re.search(rf"\b{re.escape(gold)}\b", said) is not None), {"answered": float(bool(said))})


def read_avqa(files: Files) -> Iterator[Example]:
    """The items of `avqa-test.json` whose first type is Audio. The answer's field is called `anser` in the file."""
    for item in files.json_rows("avqa-test.json"):
        kinds = _list(item, "type")
        if kinds[:1] != ["Audio"]:
            continue
        video = item.text("video_id")
        yield Example(
            id=item.text("question_id"),
            track=f"avqa:{video}",
            audio=files.audio(f"{video}.wav", f"{video}.mp4", video),
            task="music-avqa",
            skill=kinds[1].lower() if len(kinds) > 1 else "audio",
            kind="count" if "Counting" in kinds else "open",
            question=_question(item),
            answer=item.get("anser") or item.text("answer"),
        )


def _question(item: Item) -> str:
    """The question with its places filled in."""
    question, values = item.text("question_content").strip(), _list(item, "templ_values")
    if len(_PLACE.findall(question)) != len(values):
        raise item.wrong(f"has {len(values)} values for the places of “{question}”")
    for value in values:
        question = _PLACE.sub(value.replace("\\", ""), question, count=1)
    return f"{question.rstrip('?')}? Answer with one word."


def _list(item: Item, name: str) -> list[str]:
    """A field that holds a JSON list as text."""
    try:
        value = json.loads(item.get(name) or "[]")
    except ValueError as error:
        raise item.wrong(f"has “{item.get(name)}” for “{name}”, which is no list") from error
    if not isinstance(value, list):
        raise item.wrong(f"has “{item.get(name)}” for “{name}”, which is no list")
    return [str(one) for one in value]


MUSIC_AVQA = Suite(
    "music-avqa", "Music-AVQA (audio questions)", "avqa-test.json and the sound of each video, VIDEO_ID.wav or .mp4",
    "https://gewu-lab.github.io/MUSIC-AVQA/", "for research; the videos from YouTube keep their own", read_avqa,
    (one_by_one("official", OFFICIAL, _official), one_by_one("ours", OURS, _ours)),
)  # fmt: skip
