"""Other programs' files: what is written is read again; what is wrong is named by its place."""

import json
from pathlib import Path

import pytest

from musicflamingo_app.errors import NotFound, StudioError
from tests.train import shelf
from train.build import Options, freeze, propose
from train.dataset import open_dataset
from train.formats import af3, messages
from train.formats.carry import export_file, import_file
from train.prompts import THINK


def af3_item(**change: object) -> dict[str, object]:
    asked = {"from": "human", "value": "<sound>\nWhich key? Choose the correct option from the following options:\n"
             "(A) C major\n(B) A minor"}  # fmt: skip
    said = {"from": "gpt", "value": "(B) A minor"}
    return {"id": "1", "sound": "a.wav", "duration": 3.0, "conversations": [asked, said], **change}


def read_af3(folder: Path, *items: object) -> tuple:  # type: ignore[type-arg]
    shelf.wav(folder / "a.wav", 1.0)
    (folder / "x.json").write_text(json.dumps(list(items)), "utf-8")
    return af3.read(folder / "x.json")


def read_messages(folder: Path, *rows: object) -> tuple:  # type: ignore[type-arg]
    shelf.wav(folder / "a.wav", 1.0)
    (folder / "x.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return messages.read(folder / "x.jsonl")


def test_af3_items_become_examples(tmp_path: Path) -> None:
    caption = {"from": "gpt", "value": "A slow waltz for piano, played softly in a small and empty room."}
    talk = [*af3_item()["conversations"], {"from": "human", "value": "Describe it."}, caption]  # type: ignore[misc]
    key, told = read_af3(tmp_path, af3_item(conversations=talk))
    assert (key.kind, key.question, key.options, key.answer) == (
        "choice",
        "Which key?",
        ("C major", "A minor"),
        "A minor",
    )
    assert told.kind == "caption" and told.question == "Describe it." and Path(told.audio).is_file()


def test_messages_become_examples_with_thoughts(tmp_path: Path) -> None:
    said = "<think>It rests on Am.</think> Hence, the final answer is: <answer>A minor</answer>"
    asked = [{"type": "audio"}, {"type": "text", "text": f"Which key?\n{THINK}"}]
    row = {"messages": [{"role": "system", "content": "x"}, {"role": "user", "content": asked},
                        {"role": "assistant", "content": said}], "audios": ["a.wav"]}  # fmt: skip
    (found,) = read_messages(tmp_path, row)
    assert (found.question, found.answer, found.thought) == ("Which key?", "A minor", "It rests on Am.")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"conversations": None}, "Item 1 of x.json has no conversations"),
        ({"sound": ["a.wav", "b.wav"]}, "no sound, or several"),
        ({"sound": "b.wav"}, "b.wav is not there"),
        ({"conversations": [{"from": "human", "value": "Which?"}]}, "ends with a question"),
        ({"conversations": [{"from": "dog", "value": "Wuff"}]}, "nobody known"),
        ({"conversations": [{"from": "human", "value": "Q?\n(A) one\n(B) two"}, {"from": "gpt", "value": "three"}]},
         "none of its options"),
    ],
)  # fmt: skip
def test_a_wrong_item_is_named(tmp_path: Path, change: dict[str, object], sentence: str) -> None:
    with pytest.raises(StudioError, match=sentence):
        read_af3(tmp_path, af3_item(**change))


@pytest.mark.parametrize(
    ("row", "sentence"),
    [({"audios": ["a.wav"]}, "no messages"), ({"messages": [], "audios": []}, "exactly one sound"),
     ({"messages": [{"role": "user", "content": 3}], "audios": ["a.wav"]}, "without text"),
     ({"messages": [{"role": "assistant", "content": "x"}], "audios": ["a.wav"]}, "stands where it cannot")],
)  # fmt: skip
def test_a_wrong_line_is_named(tmp_path: Path, row: object, sentence: str) -> None:
    with pytest.raises(StudioError, match=sentence):
        read_messages(tmp_path, row)


@pytest.mark.parametrize(("form", "ending"), [("af3", "json"), ("messages", "jsonl")])
def test_a_dataset_goes_out_and_comes_back(tmp_path: Path, form: str, ending: str) -> None:
    made = freeze(tmp_path, "mine", propose(shelf.gathered(3, tmp_path / "songs"), Options(0.34, think=True)))
    path = tmp_path / f"out.{ending}"
    assert export_file(made, path, form) == len(made.train) + len(made.held_out)
    again = import_file(tmp_path, "again", path, held_out=0.34, licence="mine")
    assert open_dataset(again.folder).about.licence == "mine" and again.held_out
    out = {(one.question, frozenset(one.options), one.answer, one.thought) for one in (*made.train, *made.held_out)}
    back = {(one.question, frozenset(one.options), one.answer, one.thought) for one in (*again.train, *again.held_out)}
    assert back <= out and len(back) >= 0.95 * len(out)
    assert not {one.track for one in again.train} & {one.track for one in again.held_out}
    assert export_file(made, path, form, side="held_out") == len(made.held_out)
    with pytest.raises(StudioError, match="not a format"):
        export_file(made, path, "csv")


def test_a_file_that_is_not_there_or_empty_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no file"):
        import_file(tmp_path, "x", tmp_path / "none.json")
    (tmp_path / "empty.json").write_text("[]", "utf-8")
    with pytest.raises(StudioError, match="no questions"):
        import_file(tmp_path, "x", tmp_path / "empty.json")
    (tmp_path / "broken.json").write_text("[{", "utf-8")
    with pytest.raises(StudioError, match="not JSON"):
        import_file(tmp_path, "x", tmp_path / "broken.json")
    assert not (tmp_path / "datasets").exists()
