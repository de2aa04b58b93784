"""A model server that turns out to hear nothing."""

import pytest

from db.values import Track
from model.errors import NoAudio
from model.types import Abilities, Sound, Text
from tests.services.voicing import HEARING, FakeBackend, MakeSpeech, make_speech, text_of, track

__all__ = ["make_speech", "track"]


class DeafServer(FakeBackend):
    """Refuses sound once, and from then on says that it hears none, as the HTTP back end does."""

    def stream(self, messages, sampling):  # type: ignore[no-untyped-def]
        heard = any(isinstance(part, Sound) for message in messages for part in message.parts)
        self.items = (NoAudio("No sound here.", "Use the facts."),) if heard else ("It is G major.",)
        if heard:
            self.abilities, self.name = Abilities(), f"{self.name}, which heard nothing"
        return super().stream(messages, sampling)


def test_a_server_found_deaf_is_told_the_facts(make_speech: MakeSpeech, track: Track) -> None:
    server = DeafServer()
    speech = make_speech({HEARING: server})
    assert text_of(list(speech.ask(track.id, "Which key?", model_id=HEARING))) == "It is G major."
    _, (_, answer) = speech.conversation(1)
    assert (answer.backend, answer.finish_reason) == ("Fake, which heard nothing", "stop")
    parts = [part for messages, _ in server.asked for message in messages for part in message.parts]
    assert len([part for part in parts if isinstance(part, Sound)]) == 1
    assert any("cannot hear" in part.text for part in parts if isinstance(part, Text))


def test_a_server_found_deaf_without_facts_says_so(make_speech: MakeSpeech, track: Track) -> None:
    speech = make_speech({HEARING: DeafServer()})
    with pytest.raises(NoAudio, match="No sound"):
        list(speech.ask(track.id, "Which key?", model_id=HEARING, use_facts=False))
