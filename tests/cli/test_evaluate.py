"""`musicflamingo evaluate`: from datasets and official files to reports, and one sentence for what cannot be done."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from model import registry
from model.types import Abilities, Sound
from musicflamingo_app.services import speech
from tests.cli.conftest import Command
from tests.train.evaluate.answering import Answering, listens, pitch_examples
from tests.train.suites.official import OFFICIAL
from train.dataset import About, datasets_folder, write_dataset
from train.examples import write_examples

MODEL = "music-flamingo-2601-hf"


class Wearing(Answering):
    """Takes adapters; with one on it hears, without it says high."""

    worn = ""
    adapters = ()

    def use_adapter(self, name: str) -> None:
        self.worn = name

    def load_adapter(self, name: str, folder: Path) -> None:
        self.worn = name

    def unload_adapter(self, name: str) -> None:
        assert name == self.worn
        self.worn = ""


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Wearing:
    """What speaks for every model."""

    def say(words: str, sound: Sound | None) -> str:
        return listens(words, sound) if made.worn else "high"

    made = Wearing(say)
    monkeypatch.setattr(speech, "openers", lambda root, server: {MODEL: lambda o: made, "embedded": lambda o: made})
    return made


@pytest.fixture
def dataset(home: Path, tmp_path: Path) -> str:
    """A dataset of four tones: two on each side."""
    examples = [replace(one, audio=f"audio/{one.audio}") for one in pitch_examples(tmp_path / "audio")]
    about = About("tones", 0, "made here", datetime(2026, 1, 1, tzinfo=UTC).isoformat())
    folder = datasets_folder(home) / "tones"
    folder.parent.mkdir(parents=True)
    write_dataset(folder, about, examples[:4], examples[4:], audio=tmp_path / "audio")
    return "tones"


def test_a_dataset_is_evaluated_and_kept(command: Command, ear: Wearing, dataset: str, home: Path) -> None:
    said = command("evaluate", dataset, "--model", MODEL, "--controls")
    assert said.code == 0, said.err
    assert f"| {MODEL} | audio | score | all | 50.0 % |" in said.out and "## What hearing adds" in said.out
    folder = home / "evaluations" / f"tones_{MODEL}"
    assert str(folder) in said.err.replace("\n", "")
    state = json.loads((folder / "state.json").read_text())
    assert (state["n_done"], state["n_all"]) == (12, 12)
    n_asked = len(ear.asked)
    again = command("evaluate", dataset, "--model", MODEL, "--controls")
    assert again.out == said.out and len(ear.asked) == n_asked == 12


def test_an_adapter_is_put_on_and_compared_with_its_base(
    command: Command, ear: Wearing, dataset: str, home: Path
) -> None:
    tuned = home / "adapters/tuned"
    tuned.mkdir(parents=True)
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        (tuned / name).write_text("{}")
    (tuned / "card.json").write_text(json.dumps({"name": "tuned", "base": MODEL, "fingerprint": ""}))
    said = command("evaluate", dataset, "--model", MODEL, "--adapter", "tuned", "--with-base", "--json")
    assert said.code == 0, said.err
    report = json.loads(said.out)
    (change,) = [one for one in report["changes"] if one["group"] == "all"]
    assert (change["before"], change["after"], change["estimate"]["value"]) == (MODEL, f"{MODEL} + tuned", 0.5)
    assert ear.worn == ""
    for options in ((), ("--adapter", "tuned")):
        assert command("evaluate", dataset, "--model", MODEL, *options).code == 0
    compared = command("evaluate", "compare", f"tones_{MODEL}", f"tones_{MODEL}-+-tuned")
    assert compared.code == 0 and "| score | all | +50.0 % |" in compared.out, compared.err


def test_a_deaf_model_is_asked_without_sound_and_that_is_told(
    command: Command, ear: Wearing, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "MODELS", (registry.embedded(hears=False), *registry.MODELS[1:]))
    ear.abilities = Abilities(is_tiny=True)
    said = command("evaluate", dataset, "--limit", "3")
    assert said.code == 0, said.err
    assert "3 of 4 items" in said.out and "embedded hears no audio and was asked without." in said.out
    assert "| embedded | no audio | score | all |" in said.out
    assert {sound for _, sound, _ in ear.asked} == {None}


def test_a_suite_is_run_from_its_files(command: Command, ear: Wearing, tmp_path: Path) -> None:
    OFFICIAL["gtzan"][0](tmp_path)
    ear.say = lambda words, sound: "Definitely jazz"
    said = command("evaluate", "suite", "gtzan", "--files", tmp_path, "--model", MODEL)
    assert said.code == 0, said.err
    assert "| official | all | 0.0 % |" in said.out and "| ours | all | 50.0 % |" in said.out
    assert "| Music Flamingo | accuracy | 84.45 |" in said.out and "Guessing gives 10.0 %." in said.out


def test_suites_are_listed_with_their_licences(command: Command) -> None:
    said = command("evaluate", "suites")
    assert said.code == 0
    assert all(f"\n{name}  (" in said.out for name in OFFICIAL) and said.out.count("licence: ") == len(OFFICIAL)
    assert {row["name"] for row in json.loads(command("evaluate", "suites", "--json").out)} == set(OFFICIAL)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nothing",), "There is no dataset named “nothing”. There are: tones."),
        (("--limit", "0", "tones"), "The limit is 0. Use 1 or more."),
        (("tones", "--side", "middle"), "A dataset has no side “middle”. Use one of train, held_out."),
        (("tones", "--model", "gpt"), "There is no model named 'gpt'."),
        (("tones", "--adapter", "mine"), "There is no adapter 'mine'. Known: none yet."),
        (("tones", "--adapter", "../x"), "There is no adapter '../x'."),
        (("compare", "a", "b"), "There is no evaluation named “a”."),
        (("suite", "gtzan", "--files", "/nowhere"), "There is no folder /nowhere. Get GTZAN"),
        (("suite", "gtzan", "--files", "/", "--judge", "embedded"), "is not judged by a model. Leave --judge out."),
        (("suite", "mmlu", "--files", "/"), "There is no benchmark named “mmlu”. Choose one of mmau-music"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_sentence(
    command: Command, ear: Wearing, dataset: str, arguments: tuple[str, ...], sentence: str
) -> None:
    said = command("evaluate", *arguments)
    assert said.code == 1 and said.out == "" and "Traceback" not in said.err
    assert sentence in said.err.replace("\n", " "), said.err


def test_a_changed_dataset_is_refused(command: Command, ear: Wearing, dataset: str, home: Path, tmp_path: Path) -> None:
    write_examples(datasets_folder(home) / "tones" / "held_out.jsonl", pitch_examples(tmp_path)[:2])
    said = command("evaluate", dataset)
    assert said.code == 1 and "was changed after it was frozen" in said.err
