"""The embedded model with ears: what it hears, how it is asked, what it may say, and that measurements come first."""

from dataclasses import replace
from pathlib import Path

import pytest

from db.values import Evidence, Track
from model.errors import NoAbility
from model.registry import EMBEDDED
from model.types import Delta, Facts, Sampling, Sound, Text
from musicflamingo_app.music.time import Interval
from musicflamingo_app.services import speaking
from musicflamingo_app.services.excerpts import Excerpt
from musicflamingo_app.services.prompts import THINKING_TAUGHT
from musicflamingo_app.services.speaking import Wish
from musicflamingo_app.services.speech import Speech
from musicflamingo_app.services.talk import Finished, Piece, Speaking
from musicflamingo_app.services.voices import Worn
from tests.services.test_ask import Answered
from tests.services.voicing import NANO, FakeBackend, MakeSpeech, embedded_hears, make_speech, text_of, track

__all__ = ["make_speech", "track"]

ITEMS = ("The drums enter at 0:", "01", " and leave at 0:0", "2.")


@pytest.fixture
def tiny() -> FakeBackend:
    return FakeBackend("Music Flamingo Nano", abilities=NANO, items=ITEMS)


@pytest.fixture
def speech(make_speech: MakeSpeech, tiny: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> Speech:
    def reader(question: str, card: object, region: object) -> Answered | None:
        return Answered("C major.", ()) if "key" in question else None

    embedded_hears(monkeypatch, True)
    return make_speech({EMBEDDED: tiny}, reader)


def heard(tiny: FakeBackend) -> Sound:
    (sound,) = (part for part in tiny.asked[-1][0][0].parts if isinstance(part, Sound))
    return sound


def test_measurements_answer_first_and_the_nano_what_they_cannot(
    speech: Speech, tiny: FakeBackend, track: Track
) -> None:
    measured = list(speech.ask(track.id, "Which key?"))[-1]
    assert isinstance(measured, Finished) and measured.message.voice == "measured" and tiny.asked == []
    events = list(speech.ask(track.id, "Who plays at 0:05?"))
    assert Speaking("Music Flamingo Nano (heard 0:04 to 0:06, which the question names)", "nano") in events
    assert heard(tiny).key.endswith(":4.000-6.000") and len(heard(tiny).samples) == 32_000
    last = events[-1]
    assert isinstance(last, Finished) and last.message.voice == "nano"
    assert last.evidence == (Evidence("Heard: 0:04 to 0:06, which the question names.", 4.0, 6.0),)
    assert speech.conversation(2)[1][1].evidence == last.evidence


def test_it_is_asked_as_it_was_taught_in_seconds_of_what_it_hears(
    speech: Speech, tiny: FakeBackend, track: Track
) -> None:
    events = list(speech.ask(track.id, "Who plays at 0:05?"))
    sound, facts, asked = tiny.asked[0][0][0].parts
    assert isinstance(sound, Sound) and asked == Text("Who plays at 0:01?")
    assert isinstance(facts, Facts) and facts.text == "key: C major\nchords: Am 0:00"
    assert track.title not in facts.text
    assert text_of(events) == "The drums enter at 0:05 and leave at 0:06."
    list(speech.ask(track.id, "Who plays at 0:05?", use_facts=False))
    assert [type(part) for part in tiny.asked[1][0][0].parts] == [Sound, Text]
    tiny.abilities = replace(NANO, thinks=True)
    tiny.items = (Delta("thought", "At 0:0"), Delta("text", "1 a voice"))
    events = list(speech.ask(track.id, "Who plays at 0:05?"))
    assert tiny.asked[2][0][0].parts[-1] == Text(f"Who plays at 0:01?\n{THINKING_TAUGHT}")
    assert isinstance(events[-1], Finished) and events[-1].message.thought == "At 0:0"
    assert events[-1].message.text == "1 a voice"
    list(speech.ask(track.id, "Who plays at 0:05?", think=False))
    assert tiny.asked[3][0][0].parts[-1] == Text("Who plays at 0:01?")
    assert tiny.asked[3][1].max_new_tokens < tiny.asked[2][1].max_new_tokens
    last = list(speech.ask(track.id, "Which key?", think=True))[-1]  # and then no measurement answers in its place
    assert isinstance(last, Finished) and last.message.voice == "nano" and "<think>" in str(tiny.asked[-1][0])
    for think, thinks in ((None, False), (True, True)):  # without facts only where a person wants it
        list(speech.ask(track.id, "Who plays at 0:05?", use_facts=False, think=think))
        assert ("<think>" in str(tiny.asked[-1][0])) is thinks


@pytest.mark.parametrize("think", [None, True, False])
def test_with_an_adapter_it_thinks_only_where_a_person_wants_it(
    speech: Speech, tiny: FakeBackend, track: Track, tmp_path: Path, think: bool | None
) -> None:
    adapter = Worn("1", "mine", tmp_path)
    card = speech._parts.card(track)
    alone = Wish(EMBEDDED, track, None, card, lambda given: (), lambda abilities: Sampling(), think=think)
    thinking = replace(NANO, thinks=True)
    assert speaking._thinks(thinking, alone) is (think is not False)
    assert speaking._thinks(thinking, replace(alone, worn=adapter)) is (think is True)


def test_it_is_told_nothing_of_what_was_said_before(speech: Speech, tiny: FakeBackend, track: Track) -> None:
    list(speech.ask(track.id, "Who plays at 0:05?"))
    list(speech.ask(track.id, "Who leaves at 0:05?", conversation_id=1))
    (message,) = tiny.asked[-1][0]
    assert message.parts[-1] == Text("Who leaves at 0:01?") and "enter" not in str(message)


def test_a_region_is_heard_in_part_and_a_short_one_whole(speech: Speech, tiny: FakeBackend, track: Track) -> None:
    list(speech.ask(track.id, "Who plays?", region=Interval(1.0, 7.5)))
    inside = heard(tiny).key.rpartition(":")[2].split("-")
    assert 1.0 <= float(inside[0]) < float(inside[1]) <= 7.5 and heard(tiny).duration_s == 2.0
    list(speech.ask(track.id, "Who plays?", region=Interval(1.25, 2.5)))
    assert heard(tiny).key.endswith(":1.250-2.500")


def test_captions_are_measured_unless_facts_are_off(speech: Speech, tiny: FakeBackend, track: Track) -> None:
    told = list(speech.caption(track.id, "summary"))[-1]
    assert isinstance(told, Finished) and told.message.voice == "measured" and tiny.asked == []
    told = list(speech.caption(track.id, "summary", use_facts=False))[-1]
    assert isinstance(told, Finished) and told.message.voice == "nano" and "(heard 0:0" in told.message.backend
    assert tiny.asked[0][0][0].parts[-1] == Text("Sum this recording up in a few sentences.")
    tiny.abilities = replace(NANO, thinks=True)
    list(speech.caption(track.id, "summary", use_facts=False))
    assert "<think>" not in str(tiny.asked[-1])
    told = list(speech.caption(track.id, "custom", custom_text="Who plays at 0:05?"))[-1]
    assert "<think>" in str(tiny.asked[-1])
    assert isinstance(told, Finished) and "(heard 0:04 to 0:06" in told.message.backend
    for kind, sentence in (("lyrics", "hears instruments and no words"), ("critic", "Nano .*too small to judge")):
        with pytest.raises(NoAbility, match=sentence):
            speech.caption(track.id, kind)  # type: ignore[arg-type]
    with pytest.raises(NoAbility, match="too small for a full description"):
        speech.caption(track.id, "full", use_facts=False)


def test_a_song_is_summed_up_by_an_excerpt_of_each_of_its_sections(
    speech: Speech, tiny: FakeBackend, track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = (Excerpt(Interval(1.0, 3.0), "section A"), Excerpt(Interval(5.0, 7.0), "section B"))
    monkeypatch.setattr(speaking, "excerpts_by_section", lambda *about, **more: two)
    tiny.items = ("It is heard at 0:01.",)
    talk = speech.caption(track.id, "summary", use_facts=False)
    told = list(talk)[-1]
    assert isinstance(told, Finished) and told.message.text == (
        "0:01 to 0:03, section A: It is heard at 0:02.\n\n0:05 to 0:07, section B: It is heard at 0:06."
    )
    assert [round(one.start_s) for one in told.evidence] == [1, 5]
    assert told.message.backend.endswith("(heard 0:01 to 0:03, section A; 0:05 to 0:07, section B)")
    stopped = speech.caption(track.id, "summary", use_facts=False)
    for event in stopped:
        if isinstance(event, Piece) and "is heard" in event.text:
            stopped.stop()
    assert len(tiny.asked) == 3  # nothing is asked about the second excerpt
