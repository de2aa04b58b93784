"""`musicflamingo caption | ask | models` over a library of one track and a model that says what it is told."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from model.types import Delta
from musicflamingo_app.cli.main import app
from musicflamingo_app.cli.speech import kind_of, region_of, shown
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.music.time import Interval
from musicflamingo_app.services import openers
from tests.cli.conftest import Command
from tests.services.rendered import band_wav
from tests.services.voicing import NANO, TINY, FakeBackend, embedded_hears

HEARING = "music-flamingo-2601-hf"


@pytest.fixture(scope="module")
def band(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("music") / "band.wav"
    band_wav(path, seed=1)
    return path


@pytest.fixture(scope="module")
def filled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("filled") / "home"


@pytest.fixture
def filled(filled_home: Path, band: Path, home: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library with one track; the first test that asks fills it, by captioning the file."""
    monkeypatch.setenv("MUSICFLAMINGO_HOME", str(filled_home))
    if not filled_home.exists():
        said = command("caption", band)
        assert said.code == 0 and said.out.startswith("“band”"), said.err
        assert "Measurements (from the measurements):" in said.err
    return filled_home


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBackend]:
    """What every model is here."""
    made = FakeBackend("Fake")
    monkeypatch.setattr(openers, "_open", lambda model, root, server, opening: made)
    yield made


def test_a_file_is_added_once_and_a_track_described(command: Command, filled: Path, band: Path) -> None:
    again = command("caption", band, "--kind", "key_facts", "--json")
    assert again.code == 0, again.err
    document = json.loads(again.out)
    assert document["track"] == 1 and json.loads(document["text"])["chords"]
    assert (document["voice"], document["finish_reason"]) == ("measured", "stop")
    full = command("caption", "band", "--kind", "full", "--region", "0:01-0:04")
    assert full.code == 0 and full.out.startswith("This is 0:01 to 0:04 of the track")


def test_an_answer_streams_without_what_would_move_the_cursor(
    command: Command, filled: Path, backend: FakeBackend
) -> None:
    backend.items = (Delta("thought", "hidden"), "In C\x1b[2J ", "[major].")
    said = command("ask", "band", "Which key?", "--model", HEARING)
    assert (said.code, said.out) == (0, "In C\ufffd[2J [major].\n"), said.err
    assert "Fake (model):" in said.err and "Conversation " in said.err and "Traceback" not in said.err
    number = said.err.split("Conversation ")[1].split(".")[0]
    more = command("ask", "1", "And now?", "--model", HEARING, "--conversation", number, "--json", "--no-facts")
    document = json.loads(more.out)
    assert document["conversation"] == int(number) and document["text"] == "In C\x1b[2J [major]."
    assert not document["used_facts"] and document["thought"] == "hidden"
    assert "<think>" not in str(backend.asked[-1])
    backend.abilities = replace(backend.abilities, thinks=True)
    for option, thinks in (("--think", True), ("--no-think", False)):
        assert command("ask", "1", "And now?", "--model", HEARING, option).code == 0
        assert ("<think>" in str(backend.asked[-1])) is thinks


def test_the_embedded_model_is_called_tiny(command: Command, filled: Path, backend: FakeBackend) -> None:
    backend.abilities = TINY
    said = command("caption", "band", "--kind", "custom", "--prompt", "Write a limerick.")
    assert said.code == 0 and "tiny language model" in said.err and said.out == "Hello world.\n"


def test_the_embedded_model_that_hears_says_what_it_heard(
    command: Command, filled: Path, backend: FakeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded_hears(monkeypatch, True)
    backend.abilities, backend.name = NANO, "Nano"
    said = command("ask", "band", "Could one dance at a wedding at 0:02?")
    assert said.code == 0 and "Nano (heard 0:01 to 0:03, which the question names)" in " ".join(said.err.split())
    assert "taught on synthetic music" in " ".join(said.err.split()) and said.out == "Hello world.\n"


def test_the_settings_name_the_model_and_its_server(
    command: Command, filled: Path, backend: FakeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSICFLAMINGO_MODEL", HEARING)
    said = command("ask", "band", "Which key?")
    assert said.code == 0 and "Fake (model):" in said.err
    monkeypatch.setenv("MUSICFLAMINGO_MODEL", "gpt")
    assert "no model named 'gpt'" in command("ask", "band", "Which key?").err


def test_ctrl_c_keeps_the_half(command: Command, filled: Path, backend: FakeBackend) -> None:
    backend.items = ("Half ", KeyboardInterrupt())
    said = command("caption", "band", "--kind", "critic", "--model", HEARING)
    assert said.code == 130 and said.out == "Half \n" and "is kept" in said.err and "Traceback" not in said.err
    from musicflamingo_app.settings import load_settings
    from musicflamingo_app.ui.desk import open_desk

    studio = open_desk(load_settings())
    kept = studio.speech.captions(1, "critic")[0]
    studio.close()
    assert (kept.text, kept.finish_reason) == ("Half ", "cancelled")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("caption", "band", "--kind", "poem"), "no caption of the kind “poem”"),
        (("caption", "band", "--kind", "lyrics"), "hears no audio"),
        (("caption", "band", "--kind", "custom"), "empty"),
        (("caption", "band", "--region", "later"), "“later” is not a region"),
        (("caption", "band", "--region", "5:00-6:00"), "not in the track"),
        (("caption", "nowhere.wav"), "No tracks match"),
        (("ask", "band", " "), "empty"),
        (("ask", "band", "Why?", "--model", "gpt"), "There is no model named 'gpt'"),
        (("ask", "band", "Why?", "--model", HEARING), "weights"),
        (("ask", "band", "Why?", "--model", "openai-server"), "No model server"),
        (("ask", "band", "Why?", "--model", "openai-server", "--server", "ftp://x"), "must begin with http"),
        (("ask", "band", "Why?", "--no-facts"), "switched off"),
        (("ask", "band", "Why?", "--conversation", "99"), "no conversation 99"),
        (("models", "fetch", HEARING), "was not accepted"),
        (("models", "fetch", "embedded"), "nothing to fetch"),
        (("models", "fetch", "gpt"), "There is no model named 'gpt'"),
        (("models", "remove", "gpt"), "There is no model named 'gpt'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    command: Command, filled: Path, words: tuple[str, ...], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded_hears(monkeypatch, False)
    monkeypatch.setattr(openers, "missing_packages", lambda wanted: ())
    said = command(*words)
    assert said.code == 1 and told in said.err and "Traceback" not in said.err and not said.out.strip()
    assert len([line for line in said.err.splitlines() if line.startswith("Error: ")]) == 1


def test_models_are_listed_with_sizes_licence_and_whether_they_fit(command: Command) -> None:
    said = command("models", "list", "--json")
    rows = {row["id"]: row for row in json.loads(said.out)}
    assert rows["embedded"]["is_here"] and not rows[HEARING]["is_here"]
    assert rows[HEARING]["sizes"]["nf4"]["memory"] < rows[HEARING]["sizes"]["bf16"]["memory"]
    assert "Noncommercial" in rows[HEARING]["licence"] and any("bf16: " in fit for fit in rows[HEARING]["fits"])
    table = command("models", "list")
    assert table.code == 0 and "embedded" in table.out


def test_a_licence_is_shown_before_it_is_accepted(
    command: Command, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    said = command("models", "fetch", HEARING)
    assert "NVIDIA OneWay" in said.err and "https://huggingface.co/nvidia" in said.err
    assert not (home / "models").exists()
    folder = home / "models" / HEARING
    folder.mkdir(parents=True)
    (folder / "half.safetensors").write_bytes(b"x" * 100)
    removed = command("models", "remove", HEARING)
    assert removed.code == 0 and "freed" in removed.out and not folder.exists()
    assert "Nothing of" in command("models", "remove", HEARING).out


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", None),
        ("0:30-1:00", Interval(30, 60)),
        (" 1:02:03 – 1:02:04.5 ", Interval(3723, 3724.5)),
        ("5-7.25", Interval(5, 7.25)),
    ],
)
def test_regions_are_read(text: str, wanted: Interval | None) -> None:
    assert region_of(text) == wanted


@pytest.mark.parametrize("text", ["1:00-0:30", "1:00", "a-b", "0:30-0:30", "1-2-3", "-5", "-"])
def test_regions_that_are_none(text: str) -> None:
    with pytest.raises(StudioError, match="is not a region"):
        region_of(text)


def test_kinds_are_read_as_people_write_them() -> None:
    assert kind_of(" Key-Facts ") == "key_facts"
    with pytest.raises(NotFound):
        kind_of("")


def test_terminals_get_plain_text() -> None:
    assert shown("F\\# \\*x\\*\tC:\\dir\n") == "F# *x*\tC:\\dir\n"
    assert shown("a\x07b\x9bc\u202ed") == "a\ufffdb\ufffdc\ufffdd"


def test_the_commands_are_registered() -> None:
    assert {"caption", "ask"} <= {known.name for known in app.registered_commands}
    assert "models" in {group.name for group in app.registered_groups}
