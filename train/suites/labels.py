"""Recordings with one label: NSynth's source and family, GTZAN's genre, Medley-solos-DB's instrument.

There is no official way to ask a language model; the label sets are told in the question, and the official accuracy is
that of the label itself.
"""

import re
from collections.abc import Iterator, Sequence

from train.evaluate.marks import one_by_one
from train.examples import Example, Score
from train.suites.choice import OURS, choice_rule, official_text
from train.suites.files import Files
from train.suites.suite import Suite
from train.tasks.answers import chosen, final_answer

SOURCES = ("acoustic", "electronic", "synthetic")
FAMILIES = (
    "bass", "brass", "flute", "guitar", "keyboard", "mallet", "organ", "reed", "string", "synth lead", "vocal",
)  # fmt: skip
GENRES = ("blues", "classical", "country", "disco", "hip-hop", "jazz", "metal", "pop", "reggae", "rock")
GTZAN_ITEMS = 290
OFFICIAL = "the answer is the label and nothing else; case, signs and spaces do not count (hip-hop, hiphop)."
_LISTED = re.compile(r"(?P<genre>[a-z-]+)/(?P<name>(?P<stem>[\w-]+\.\d{5})(?:\.\w+)?)")


def same_label(said: str, label: str) -> bool:
    """Whether an answer is a label: `hip-hop`, `HipHop`, `Hip Hop.`"""
    return _letters(said) == _letters(label) != ""


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


def _official(example: Example, completion: str) -> Score:
    said = official_text(completion)
    return Score(float(same_label(said, example.answer)), {"answered": float(bool(_letters(said)))})


def label_chosen(completion: str, labels: Sequence[str]) -> int | None:
    """The label that an answer names, in whatever spelling."""
    said = final_answer(completion)
    alone = [n for n, label in enumerate(labels) if same_label(said, label)]
    if alone:
        return alone[0]
    flat, spaced = _spaced(said), [_spaced(label) for label in labels]
    for label in spaced:
        flat = re.sub(rf"\b{label.replace(' ', '')}\b", label, flat)
    return chosen(flat, spaced)


def _spaced(text: str) -> str:
    return re.sub(r"(?<=\w)[-_](?=\w)", " ", text.lower())


RULES = (one_by_one("official", OFFICIAL, _official), choice_rule("ours", OURS, label_chosen))


def wording(example: Example) -> str:
    """The question and the labels to choose from."""
    return f"{example.question} Answer with one of: {', '.join(example.options)}."


def _example(id: str, song: str, audio: str, task: str, question: str, answer: str, options: Sequence[str]) -> Example:
    return Example(id, f"{task}:{song}", audio, task, task, "choice", question, answer, tuple(options))


def read_nsynth(files: Files, field: str, task: str, question: str, labels: Sequence[str]) -> Iterator[Example]:
    """The notes of an NSynth split; those of one instrument count as one song."""
    path, document = files.json("examples.json")
    if not isinstance(document, dict) or not document:
        raise files.wrong(f"{path} is not a list of notes by name.")
    for item in files.items(path, [{**row, "note_str": name} for name, row in document.items()]):
        name, answer = item.text("note_str"), item.text(field).replace("_", " ")
        if answer not in labels:
            raise item.wrong(f"has “{answer}” for “{field}”, which is none of {', '.join(labels)}")
        song = item.get("instrument_str") or name.rsplit("-", 2)[0]
        yield _example(f"{task}:{name}", song, files.audio(f"{name}.wav", name), task, question, answer, labels)


def read_nsynth_source(files: Files) -> Iterator[Example]:
    question = "What is the source of this musical note?"
    return read_nsynth(files, "instrument_source_str", "nsynth-source", question, SOURCES)


def read_nsynth_instrument(files: Files) -> Iterator[Example]:
    question = "What is the instrument of this musical note?"
    return read_nsynth(files, "instrument_family_str", "nsynth-instrument", question, FAMILIES)


def read_gtzan(files: Files) -> Iterator[Example]:
    """The recordings of a list such as `blues/blues.00012.wav`."""
    path, text = files.text("test_filtered.txt")
    genres, lines = {_letters(genre): genre for genre in GENRES}, [line.strip() for line in text.splitlines()]
    listed = [(number, line) for number, line in enumerate(lines, start=1) if line]
    for number, line in listed:
        found = _LISTED.fullmatch(line)
        if found is None or _letters(found["genre"]) not in genres:
            raise files.wrong(f"Line {number} of {path} is “{line}”, not a recording such as blues/blues.00012.wav.")
        audio = files.audio(found["stem"] + ".wav", found["stem"], found["stem"] + ".au")
        answer = genres[_letters(found["genre"])]
        yield _example(found["stem"], found["stem"], audio, "gtzan", "What is the genre of this music?", answer, GENRES)
    if len(listed) != GTZAN_ITEMS:
        files.notes.append(f"The list has {len(listed)} recordings; the fault-filtered test has {GTZAN_ITEMS}.")


def read_medley_solos(files: Files) -> Iterator[Example]:
    """The test subset of Medley-solos-DB; labels are those of the metadata."""
    items = files.csv_rows("Medley-solos-DB_metadata.csv")
    labels = sorted({item.text("instrument") for item in items})
    for item in items:
        if item.text("subset") != "test":
            continue
        uuid = item.text("uuid4")
        name = f"Medley-solos-DB_test-{item.text('instrument_id')}_{uuid}"
        audio = files.audio(f"{name}.wav", f"{name}.wav.wav", name)
        question = "Which instrument is playing?"
        yield _example(uuid, item.text("song_id"), audio, "medley-solos-db", question, item.text("instrument"), labels)


_ASKED = "The labels are told in the question; published numbers were had from models that were trained on them."
NSYNTH_FILES = "examples.json and the audio folder of nsynth-test"
NSYNTH_FROM = "https://magenta.tensorflow.org/datasets/nsynth"
NSYNTH_SOURCE = Suite(
    "nsynth-source", "NSynth, source (test)", NSYNTH_FILES, NSYNTH_FROM, "CC BY 4.0", read_nsynth_source, RULES,
    notes=(_ASKED,), wording=wording,
)  # fmt: skip
NSYNTH_INSTRUMENT = Suite(
    "nsynth-instrument", "NSynth, instrument (test)", NSYNTH_FILES, NSYNTH_FROM, "CC BY 4.0", read_nsynth_instrument,
    RULES, notes=(_ASKED, "The test split has no synth lead."), wording=wording,
)  # fmt: skip
GTZAN = Suite(
    "gtzan", "GTZAN (fault-filtered test)", "test_filtered.txt and the genres folder",
    "the fault-filtered split by Kereliuk, Sturm and Larsen (290 recordings); the recordings by Tzanetakis and Cook",
    "no licence is stated", read_gtzan, RULES,
    notes=(_ASKED, "The paper does not say which split it used; jazz.00054 is broken in the original."),
    wording=wording,
)  # fmt: skip
MEDLEY_SOLOS = Suite(
    "medley-solos-db", "Medley-solos-DB (test)", "Medley-solos-DB_metadata.csv and the audio folder",
    "https://zenodo.org/records/3464194", "CC BY 4.0", read_medley_solos, RULES, notes=(_ASKED,), wording=wording,
)  # fmt: skip
