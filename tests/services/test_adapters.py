"""Adapters: found, put on in the chat, packed, taken in and removed."""

import json
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
from tests.model.tiny import greedy, write_flamingo, write_lora
from tests.services.voicing import HEARING, FakeBackend, MakeSpeech, make_speech, text_of, track

__all__ = ["make_speech", "track"]
CARD = {"base": HEARING, "run": "r1", "data": "choros", "scores": {"key": 0.7}}


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
def test_a_real_adapter_changes_what_a_real_model_says(
    make_speech: MakeSpeech, track: Track, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicflamingo_app.services.ask.sampling_of", lambda model_id, abilities: greedy())
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
    write_adapter(speech.adapters.folder / "small", {"base": EMBEDDED})
    (found,) = speech.adapters.every()
    said(speech, track, None, EMBEDDED)
    assert not backend.asked
    assert said(speech, track, "small", EMBEDDED) == ("Tiny with small", f"I wear adapter-{found.id}.")
    assert said(speech, track, "", EMBEDDED) == ("Tiny", "I wear nothing.")


def test_what_cannot_wear_an_adapter_says_so(make_speech: MakeSpeech, track: Track) -> None:
    speech = make_speech({HEARING: FakeBackend("Deaf to adapters")})
    write_adapter(speech.adapters.folder / "choro")
    write_adapter(speech.adapters.folder / "other", {"base": "someone/else"}, "someone/else")
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


@pytest.mark.parametrize(
    ("card", "base", "model_id"),
    [
        ({"base": HEARING}, "", HEARING),
        ({}, f"nvidia/{HEARING}", HEARING),
        ({"base": "my-own"}, "/home/ana/my-own", "my-own"),
    ],
)
def test_the_base_is_told_by_card_or_configuration(
    make_speech: MakeSpeech, card: dict[str, object], base: str, model_id: str
) -> None:
    ours = make_speech({HEARING: Dressed()}).adapters
    write_adapter(ours.folder / "choro", card, base)
    (found,) = ours.every()
    assert (found.base_model, found.imported) == (model_id, True)


@pytest.mark.parametrize(("card", "base"), [("[1]", HEARING), ("{", HEARING), ("{}", "")])
def test_what_nobody_can_read_is_left_out(make_speech: MakeSpeech, card: str, base: str) -> None:
    ours = make_speech({HEARING: Dressed()}).adapters
    folder = write_adapter(ours.folder / "odd", {}, base)
    (folder / "card.json").write_text(card)
    write_adapter(ours.folder / "good")
    assert [row.name for row in ours.every()] == ["good"]
