"""Adapters: found, put on in the chat, packed, taken in and removed."""

import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from db.values import Track
from model.errors import NoAbility
from model.registry import EMBEDDED
from model.transformers_hf.backend import TransformersBackend
from model.transformers_hf.load import Checkpoint, load
from model.types import Abilities
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.services.speech import Speech
from musicflamingo_app.services.talk import Speaking
from tests.model.tiny import write_flamingo, write_lora
from tests.services.voicing import HEARING, FakeBackend, MakeSpeech, make_speech, text_of, track

__all__ = ["make_speech", "track"]
CARD = {"base_model": HEARING, "run": "r1", "dataset": "choros", "scores": {"key": 0.7}}


@dataclass
class Dressed(FakeBackend):
    """Says which adapter it wears."""

    abilities: Abilities = field(default_factory=lambda: Abilities(True, True, False, 1200.0))
    adapters: tuple[str, ...] = ()
    adapter: str = ""

    def load_adapter(self, name: str, folder: Path) -> None:
        assert (folder / "adapter_config.json").is_file() and name not in self.adapters and "." not in name
        self.adapters = (*self.adapters, name)
        self.use_adapter(name)

    def use_adapter(self, name: str) -> None:
        assert name in ("", *self.adapters)
        self.adapter, self.items = name, (f"I wear {name or 'nothing'}.",)

    def unload_adapter(self, name: str) -> None:
        self.adapters = tuple(known for known in self.adapters if known != name)
        self.use_adapter("")


def write_adapter(folder: Path, card: dict[str, object] | None = CARD, base: str = HEARING) -> Path:
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": base}))
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    if card is not None:
        (folder / "card.json").write_text(json.dumps(card))
    return folder


def zipped(file: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file


GOOD = {
    "adapter_config.json": json.dumps({"base_model_name_or_path": HEARING}).encode(),
    "adapter_model.safetensors": b"w",
}


def said(speech: Speech, track: Track, adapter: str | None, model_id: str = HEARING) -> tuple[str, str]:
    events = list(speech.ask(track.id, "Which key?", model_id=model_id, adapter=adapter))
    return next(event.backend for event in events if isinstance(event, Speaking)), text_of(events)


def test_what_training_wrote_is_taken_up_and_what_went_is_forgotten(make_speech: MakeSpeech) -> None:
    ours = make_speech({HEARING: Dressed()}).adapters
    assert ours.every() == ()
    write_adapter(ours.folder / "choro")
    write_adapter(ours.folder / "half", card=None)  # still being written
    (found,) = ours.every()
    assert (found.name, found.base_model, found.run, found.dataset) == ("choro", HEARING, "r1", "choros")
    assert found.about["scores"] == {"key": 0.7} and not found.imported
    ours.folder_of(found).rename(ours.folder / "samba")
    assert [row.name for row in ours.every()] == ["samba"]


def test_base_and_tuned_answer_the_same_question(make_speech: MakeSpeech, track: Track) -> None:
    backend = Dressed("Flamingo")
    speech = make_speech({HEARING: backend})
    write_adapter(speech.adapters.folder / "choro")
    (found,) = speech.adapters.every()
    assert said(speech, track, None) == ("Flamingo", "I wear nothing.")
    assert said(speech, track, "choro") == ("Flamingo with choro", f"I wear adapter-{found.id}.")
    assert said(speech, track, "") == ("Flamingo", "I wear nothing.")
    speech.adapters.use(found.id)
    assert said(speech, track, None)[0] == "Flamingo with choro"
    events = list(speech.caption(track.id, "full", model_id=HEARING))
    assert text_of(events) == f"I wear adapter-{found.id}."
    speech.adapters.set_aside(found.id)
    assert said(speech, track, None) == ("Flamingo", "I wear nothing.")


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
def test_a_real_adapter_changes_what_a_real_model_says(make_speech: MakeSpeech, track: Track, tmp_path: Path) -> None:
    checkpoint = write_flamingo(tmp_path / "base")
    speech = make_speech({HEARING: lambda opening: TransformersBackend(load(Checkpoint(str(checkpoint))), "Flamingo")})
    speech.adapters.folder.mkdir()
    folder = write_lora(speech.adapters.folder / "choro", checkpoint)
    (folder / "card.json").write_text(json.dumps(CARD))
    base, tuned = said(speech, track, ""), said(speech, track, "choro")
    assert (base[0], tuned[0]) == ("Flamingo", "Flamingo with choro") and base[1] != tuned[1]
    assert said(speech, track, "") == base


def test_an_adapter_of_the_tiny_model_speaks_itself_instead_of_the_measurements(
    make_speech: MakeSpeech, track: Track
) -> None:
    backend = Dressed("Tiny", abilities=Abilities(takes_adapters=True, is_tiny=True))
    speech = make_speech({EMBEDDED: backend})
    write_adapter(speech.adapters.folder / "small", {"base_model": EMBEDDED})
    (found,) = speech.adapters.every()
    said(speech, track, None, EMBEDDED)
    assert not backend.asked
    assert said(speech, track, "small", EMBEDDED) == ("Tiny with small", f"I wear adapter-{found.id}.")
    assert said(speech, track, "", EMBEDDED) == ("Tiny", "I wear nothing.")


def test_what_cannot_wear_an_adapter_says_so(make_speech: MakeSpeech, track: Track) -> None:
    speech = make_speech({HEARING: FakeBackend("Deaf to adapters")})
    write_adapter(speech.adapters.folder / "choro")
    write_adapter(speech.adapters.folder / "other", {"base_model": "someone/else"}, "someone/else")
    other, choro = sorted(speech.adapters.every(), key=lambda row: row.name, reverse=True)
    with pytest.raises(NoAbility, match="takes no adapters"):
        said(speech, track, "choro")
    with pytest.raises(NotFound, match="“nobody”"):
        said(speech, track, "nobody")
    with pytest.raises(StudioError, match="trained on someone/else"):
        said(speech, track, "other")
    with pytest.raises(StudioError, match="no model of this studio"):
        speech.adapters.use(other.id)
    assert choro.name == "choro"


def test_a_removed_adapter_leaves_the_model_and_the_disk(make_speech: MakeSpeech, track: Track) -> None:
    backend = Dressed()
    speech = make_speech({HEARING: backend})
    folder = write_adapter(speech.adapters.folder / "choro")
    (found,) = speech.adapters.every()
    said(speech, track, "choro")
    speech.adapters.remove(found.id)
    assert backend.adapters == () and not folder.exists() and speech.adapters.every() == ()
    with pytest.raises(NotFound):
        speech.adapters.remove(found.id)


def test_an_exported_adapter_comes_back_under_another_name(make_speech: MakeSpeech, tmp_path: Path) -> None:
    ours = make_speech({HEARING: Dressed()}).adapters
    write_adapter(ours.folder / "choro")
    (ours.folder / "choro" / "optimizer.pt").write_bytes(b"not to be given away")
    (found,) = ours.every()
    ours.pack(found.id, tmp_path / "choro.zip")
    brought = ours.bring(tmp_path / "choro.zip", " Choro 2 ")
    assert (brought.name, brought.base_model, brought.dataset, brought.imported) == ("Choro 2", HEARING, "choros", True)
    held = {path.name for path in ours.folder_of(brought).iterdir()}
    assert held == {"adapter_config.json", "adapter_model.safetensors", "card.json"}
    assert {row.name for row in ours.every()} == {"choro", "Choro 2"}


def test_a_plain_peft_folder_is_taken_in(make_speech: MakeSpeech, tmp_path: Path) -> None:
    ours = make_speech({HEARING: Dressed()}).adapters
    config = json.dumps({"base_model_name_or_path": f"nvidia/{HEARING}"}).encode()
    file = zipped(
        tmp_path / "a.zip", {"mine/": b"", "mine/adapter_config.json": config, "mine/adapter_model.safetensors": b"w"}
    )
    assert ours.bring(file, "mine").base_model == HEARING
    with pytest.raises(StudioError, match="“mine” already"):
        ours.bring(file, "mine")


@pytest.mark.parametrize(
    ("files", "match"),
    [
        ({}, "no file named adapter_config.json"),
        ({"adapter_config.json": b"{}", "adapter_model.bin": b"pickle"}, "no file named adapter_model.safetensors"),
        (GOOD | {"adapter_config.json": b"{}"}, "Nothing says"),
        (GOOD | {"adapter_config.json": b"[1"}, "cannot be read"),
        (GOOD | {"card.json": b"[1]"}, "not a JSON object"),
        (GOOD | {"x/adapter_config.json": b"{}"}, "several files"),
        (GOOD | {"card.json": b" " * 2_000_001}, "larger than 2 MB"),
        ({f"../../{name}": content for name, content in GOOD.items()}, None),
    ],
)  # fmt: skip
def test_a_zip_is_taken_in_with_suspicion(
    make_speech: MakeSpeech, tmp_path: Path, files: dict[str, bytes], match: str | None
) -> None:
    ours = make_speech({HEARING: Dressed()}).adapters
    file = zipped(tmp_path / "a.zip", files)
    if match is None:
        assert ours.bring(file, "up").folder == "up"  # only names count, never the folders before them
        assert sorted(path.name for path in ours.folder.iterdir()) == ["up"]
        return
    with pytest.raises(StudioError, match=match):
        ours.bring(file, "bad")
    assert list(ours.folder.iterdir()) == [] and ours.every() == ()


@pytest.mark.parametrize("name", ["", "  ", "../up", "a/b", ".hidden", "x" * 61, "dot.", "å", "a\nb"])
def test_names_are_good_on_any_system(make_speech: MakeSpeech, tmp_path: Path, name: str) -> None:
    with pytest.raises(StudioError, match="name of an adapter"):
        make_speech({HEARING: Dressed()}).adapters.bring(zipped(tmp_path / "a.zip", GOOD), name)


def test_what_is_no_zip_is_refused(make_speech: MakeSpeech, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(StudioError, match="not a zip"):
        make_speech({HEARING: Dressed()}).adapters.bring(tmp_path / "a.zip", "bad")
