"""MuChoMusic, 1,187 questions with four options.

Source: mulab-mir/muchomusic d3c9a42. Its scorer looks for capital letters anywhere: “Drums” is D, “Classical” is C, so
an option said in words is often misread; letters are not. Options are mixed without a seed there; here each question
has its own.
"""

import ast
from collections.abc import Iterator, Sequence

from train.evaluate.wording import lettered
from train.examples import Example
from train.suites.choice import choice_rule, official_text, ours_rule, shuffled
from train.suites.files import Files, Item
from train.suites.suite import Suite

PREFIX = "The correct answer is:"
FIELDS = ("correct_answer", "distractor_1_answer", "distractor_2_answer", "distractor_3_answer")
_LETTERS = "ABCD"
OFFICIAL = "the official reader: the only capital A to D anywhere in the answer, else the first option it contains."


def official_chosen(said: str, options: Sequence[str]) -> int | None:
    """The option that the official scorer reads; None is its -1, not answered."""
    output = said.rpartition(PREFIX)[2].strip()
    capitals = set(_LETTERS) & set(output)
    if len(capitals) == 1:
        return _LETTERS.index(capitals.pop())
    plain = output.lower()
    return next((n for n, option in enumerate(options) if option.lower().strip() in plain), None)


def _official(completion: str, options: Sequence[str]) -> int | None:
    index = official_chosen(official_text(completion), options)
    return index if index is not None and index < len(options) else None


def wording(example: Example) -> str:
    """The form of the official prompt, without its example of another question."""
    options = lettered(tuple(f"{option.rstrip('.')}." for option in example.options))
    return f"Question: {example.question} Options: {options} {PREFIX}"


def read_muchomusic(files: Files) -> Iterator[Example]:
    """The rows of `muchomusic.csv`; options mixed by the number of the row and the recording."""
    for item in files.csv_rows("muchomusic.csv"):
        options = tuple(item.text(name).strip() for name in FIELDS)
        source, identifier = item.text("dataset"), item.text("dataset_identifier").removesuffix(".json")
        names = _recording_names(source, identifier)
        skills = [f"knowledge: {one}" for one in _list(item, "music_knowledge")]
        skills += [f"reasoning: {one}" for one in _list(item, "music_reasoning")]
        yield Example(
            id=f"muchomusic-{item.number}",
            track=f"{source}:{identifier}",
            audio=files.audio(*names),
            task=f"muchomusic ({source})",
            skill=skills[0] if skills else "none",
            kind="choice",
            question=item.text("question"),
            answer=options[0],
            options=shuffled(options, f"{item.number}:{identifier}"),
            truth={"skills": skills} if skills else {},
        )


def _recording_names(source: str, identifier: str) -> tuple[str, ...]:
    """File names that the recording may have: the Song Describer's own; MusicCaps' by its video."""
    if source != "musiccaps":
        return f"{identifier}.2min.mp3", f"{identifier}.2min", identifier
    video = identifier.rpartition("_")[0] or identifier
    return f"{video}.wav", video, identifier, f"[{video}]"


def _list(item: Item, name: str) -> tuple[str, ...]:
    """A field that holds a Python list as text."""
    text = item.get(name).strip()
    if not text:
        return ()
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError) as error:
        raise item.wrong(f"has “{text}” for “{name}”, which is no list") from error
    if not isinstance(value, list):
        raise item.wrong(f"has “{text}” for “{name}”, which is no list")
    return tuple(map(str, value))


MUCHOMUSIC = Suite(
    "muchomusic", "MuChoMusic", "muchomusic.csv, and recordings of the Song Describer Dataset and MusicCaps",
    "https://zenodo.org/records/12709974 (recordings: Song Describer, Zenodo 10072001; MusicCaps, YouTube)",
    "questions CC BY-SA 4.0, code MIT; the recordings keep their own", read_muchomusic,
    (choice_rule("official", OFFICIAL, _official), ours_rule()),
    notes=(
        "The official prompt begins with an example of another question; it is left out here.",
        "Many language models pass half of these questions without any sound: look at the controls.",
    ),
    wording=wording, judged="choice",
)  # fmt: skip
