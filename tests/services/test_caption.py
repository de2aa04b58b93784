"""Captions over fake back ends: kinds, regions, key facts, several beside one another."""

import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.values import CAPTION_KINDS, Track
from model.errors import ModelError, NoAbility
from model.registry import EMBEDDED
from model.types import Abilities, Delta, Facts, Sound, Text
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.facts.card import card_of
from musicflamingo_app.music.time import Interval
from musicflamingo_app.services.key_facts import checked_key_facts, faults_of
from musicflamingo_app.services.library import Library
from musicflamingo_app.services.measured import key_facts, measured_caption
from musicflamingo_app.services.prompts import KEY_FACTS_SCHEMA, PROMPTS, prompt
from musicflamingo_app.services.talk import Finished, Piece, Speaking
from tests.facts.making import cards, charted
from tests.facts.reader.songs import band, pop
from tests.services.voicing import HEARING, TINY, FakeBackend, MakeSpeech, Reading, make_speech, text_of, track

__all__ = ["make_speech", "track"]

GOOD = {
    "genre": "folk", "bpm": 120, "key": "C major", "metre": "4/4", "chords": ["C", "G"], "structure": [],
    "instruments": ["guitar"], "vocals": None, "mood": ["calm"], "production": None,
}  # fmt: skip


def test_every_kind_has_a_prompt_with_a_name_and_version() -> None:
    assert tuple(known.kind for known in PROMPTS) == CAPTION_KINDS
    assert all(known.name and known.version and known.title for known in PROMPTS)
    assert prompt("custom", " Sing! ").text == "Sing!"
    with pytest.raises(StudioError, match="empty"):
        prompt("custom", "  ")
    with pytest.raises(NotFound, match="“poem”"):
        prompt("poem")  # type: ignore[arg-type]


def test_a_caption_is_kept_with_what_was_asked(make_speech: MakeSpeech, track: Track) -> None:
    backend = FakeBackend("Flamingo", items=(Delta("thought", "Hm."), "A folk ", "song."), reason="length")
    speech = make_speech({HEARING: backend})
    events = list(speech.caption(track.id, "full", model_id=HEARING, region=Interval(2, 4)))
    last = events[-1]
    assert isinstance(last, Finished) and speech.captions(track.id) == (last.message,)
    kept = last.message
    assert (kept.text, kept.thought, kept.finish_reason, kept.voice) == ("A folk song.", "Hm.", "length", "model")
    assert (kept.prompt_name, kept.prompt_version, kept.prompt_text) == ("full", "1", prompt("full").text)
    assert (kept.region, kept.backend, kept.used_facts, kept.note) == (Interval(2, 4), "Flamingo", True, "")
    (message,) = backend.asked[0][0]
    assert [type(part) for part in message.parts] == [Sound, Facts, Text, Text]


def test_several_are_kept_one_preferred_and_edited(make_speech: MakeSpeech, track: Track) -> None:
    speech = make_speech({HEARING: FakeBackend()})
    for _ in range(3):
        list(speech.caption(track.id, "summary", model_id=HEARING))
    newest, middle, _ = speech.captions(track.id, "summary")
    assert speech.captions(track.id, "critic") == ()
    speech.prefer_caption(middle.id)
    speech.prefer_caption(newest.id)
    assert [caption.preferred for caption in speech.captions(track.id)] == [True, False, False]
    assert speech.edit_caption(newest.id, "Mine.").words == "Mine."
    assert speech.edit_caption(newest.id, None).words == "Hello world."
    with pytest.raises(StudioError, match="100001"):
        speech.edit_caption(newest.id, "a" * 100_001)
    speech.delete_caption(newest.id)
    assert len(speech.captions(track.id)) == 2
    for asking in (speech.delete_caption, speech.prefer_caption):
        with pytest.raises(NotFound):
            asking(newest.id)


@pytest.mark.parametrize("kind", ["summary", "key_facts", "full"])
@pytest.mark.parametrize("region", [None, Interval(2, 6)])
def test_the_embedded_voice_gives_what_was_measured(make_speech: MakeSpeech, track: Track, kind, region) -> None:
    tiny = FakeBackend("SmolLM2", abilities=TINY)
    speech = make_speech({EMBEDDED: tiny})
    events = list(speech.caption(track.id, kind, region=region))
    assert [type(event) for event in events] == [Speaking, Piece, Finished] and tiny.asked == []
    last = events[-1]
    assert isinstance(last, Finished) and (last.message.voice, last.message.finish_reason) == ("measured", "stop")
    assert "C major" in last.message.text and last.message.note == ""
    if kind == "key_facts":
        found = json.loads(last.message.text)
        assert list(faults_of(found, KEY_FACTS_SCHEMA, "it")) == []
        assert sorted(found["chords"]) == (["Am", "C", "F", "G"] if region is None else ["Am", "G"])


def test_the_embedded_voice_speaks_what_is_not_measured_and_is_called_tiny(
    make_speech: MakeSpeech, track: Track
) -> None:
    tiny = FakeBackend("SmolLM2", abilities=TINY)
    speech = make_speech({EMBEDDED: tiny})
    events = list(speech.caption(track.id, "custom", custom_text="Write a limerick."))
    assert Speaking("SmolLM2", "tiny") in events
    assert tiny.asked[0][0][0].parts[-1] == Text("Write a limerick.")
    assert [type(part) for part in tiny.asked[0][0][0].parts] == [Facts, Text, Text]
    with pytest.raises(NoAbility, match="too small to judge"):
        speech.caption(track.id, "critic")
    with pytest.raises(NoAbility, match="cannot write down the words"):
        speech.caption(track.id, "lyrics")
    with pytest.raises(NoAbility, match="switched off"):
        speech.caption(track.id, "summary", use_facts=False)


def test_key_facts_are_bound_to_the_schema_where_that_can_be(make_speech: MakeSpeech, track: Track) -> None:
    text = f"```json\n{json.dumps(GOOD)}\n```"
    bound = FakeBackend(abilities=Abilities(True, max_audio_s=99, writes_json=True), items=(text[:9], text[9:]))
    speech = make_speech({HEARING: bound})
    events = list(speech.caption(track.id, "key_facts", model_id=HEARING))
    assert bound.asked[0][1].json_schema == KEY_FACTS_SCHEMA
    last = events[-1]
    assert isinstance(last, Finished) and json.loads(last.message.text) == GOOD and last.message.note == ""
    bound.items, bound.abilities = ("It is in C major.",), Abilities(True, max_audio_s=99)
    last = list(speech.caption(track.id, "key_facts", model_id=HEARING))[-1]
    assert bound.asked[1][1].json_schema is None
    assert isinstance(last, Finished) and last.message.text == "It is in C major." and "not JSON" in last.message.note


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"bpm": "120"}, "“bpm” is no number or null"),
        ({"bpm": True}, "“bpm” is no number or null"),
        ({"chords": "C G"}, "“chords” is no array"),
        ({"mood": ["calm", 3]}, "an item of “mood” is no string"),
        ({"year": 1999}, "“year” was not asked for"),
    ],
)
def test_wrong_key_facts_stay_text_with_a_note(change: dict[str, object], note: str) -> None:
    text = json.dumps(GOOD | change)
    assert checked_key_facts(text) == (text, f"This is not the JSON that was asked for: {note}.")


def test_nothing_but_fences_is_repaired() -> None:
    missing = {key: value for key, value in GOOD.items() if key != "key"}
    assert "“key” is missing" in checked_key_facts(json.dumps(missing))[1]
    for text in ("{'genre': 'folk'}", "[" * 100_000, "NaN", "", f"Here: {json.dumps(GOOD)}", "1" * 5000):
        kept, note = checked_key_facts(text)
        assert kept == text and note


@given(st.text())
def test_any_text_is_kept_or_checked(text: str) -> None:
    kept, note = checked_key_facts(text)
    assert kept == text and note


@given(cards(), st.booleans())
def test_measured_captions_never_break(card, has_region: bool) -> None:  # type: ignore[no-untyped-def]
    region = Interval(card.duration_s / 4, card.duration_s / 2) if has_region else None
    assert list(faults_of(key_facts(card, region), KEY_FACTS_SCHEMA, "it")) == []
    for kind in ("summary", "full"):
        assert measured_caption(kind, card, region).strip()  # type: ignore[arg-type]


def test_what_plays_is_told_of_a_region_and_stands_among_the_key_facts() -> None:
    text = measured_caption("summary", band(), Interval(30.0, 50.0))
    assert text.endswith("Drums, bass, electric guitar and voice play here.")
    facts = key_facts(band(), Interval(90.0, 110.0))
    assert facts["instruments"] == ["drums", "bass", "electric guitar", "saxophone or reeds"]
    assert key_facts(pop())["instruments"] == ["guitar", "drums", "piano"]  # by its tags


def test_a_measured_region_tells_its_sections_keys_and_chords() -> None:
    card = charted([("verse", "C | G | A:min F"), ("chorus", "F | G")], keys=((1, "C major"),))
    text = measured_caption("summary", card, Interval(2.0, 8.0))
    assert text == (
        "This is 0:02 to 0:08 of the track (bars 2 to 4). It touches the verse from 0:00 and the chorus from 0:06. "
        "The key is C major. The chords bar by bar are G, Am F, F."
    )


def test_half_a_caption_is_kept_and_nothing_is_not(make_speech: MakeSpeech, track: Track) -> None:
    backend = FakeBackend(items=("Half ", "whole"), gate=threading.Semaphore(1))
    speech = make_speech({HEARING: backend})
    talk = speech.caption(track.id, "full", model_id=HEARING)
    reading = Reading(talk)
    reading.until(Piece)
    talk.stop()
    last = reading.end()[-1]
    assert isinstance(last, Finished) and (last.message.text, last.message.finish_reason) == ("Half ", "cancelled")
    waiting = speech.caption(track.id, "full", model_id=HEARING)
    second = Reading(waiting)
    second.until(Speaking)
    waiting.stop()
    assert not any(isinstance(event, Finished) for event in second.end())
    backend.gate, backend.items = None, ("It ", ModelError("Broken.", "Mend it."))
    with pytest.raises(ModelError, match="Broken"):
        list(speech.caption(track.id, "full", model_id=HEARING))
    assert [(c.text, c.finish_reason) for c in speech.captions(track.id)] == [("It ", "failed"), ("Half ", "cancelled")]


def test_two_models_write_side_by_side(make_speech: MakeSpeech, track: Track) -> None:
    slow = FakeBackend("Slow", gate=threading.Semaphore(0))
    speech = make_speech({HEARING: slow, EMBEDDED: FakeBackend("Quick", abilities=TINY)})
    first = Reading(speech.caption(track.id, "critic", model_id=HEARING))
    first.until(Speaking)
    quick = speech.caption(track.id, "custom", custom_text="Write a limerick.")
    assert text_of(list(quick)) == "Hello world."
    assert slow.gate is not None
    slow.gate.release(9)
    first.end()
    assert [caption.backend for caption in speech.captions(track.id)] == ["Slow", "Quick"]


def test_captions_go_with_their_track(make_speech: MakeSpeech, track: Track, library: Library) -> None:
    speech = make_speech({EMBEDDED: FakeBackend(abilities=TINY)})
    list(speech.caption(track.id, "summary"))
    library.delete(track.id)
    with pytest.raises(NotFound):
        speech.captions(track.id)
    library.restore(track.id)
    assert len(speech.captions(track.id)) == 1
    library.delete(track.id)
    assert library.purge(older_than_days=-1) == 1
    with pytest.raises(NotFound):
        speech.edit_caption(1, "gone")


def test_a_card_without_measurements_says_so() -> None:
    from musicflamingo_app.music.analysis import Analysis

    bare = card_of(Analysis(10.0), title="Bare")
    assert "Neither" in measured_caption("summary", bare, Interval(1, 2))
    assert key_facts(bare)["key"] is None and key_facts(bare)["chords"] == []
