"""Questions over fake back ends: what is kept, what is sent, who waits, and how answers end."""

import sqlite3
import threading
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.convert import storable
from db.values import Evidence, Track
from model.errors import ModelError, NoAbility, ServerError
from model.registry import EMBEDDED
from model.types import Abilities, Delta, Facts, Sound, Text
from musicflamingo_app.errors import NotFound, StorageError, StudioError
from musicflamingo_app.music.time import Interval
from musicflamingo_app.services.library import Library
from musicflamingo_app.services.talk import Finished, Loading, Piece, Speaking, Started, Waiting
from tests.services.voicing import HEARING, TINY, FakeBackend, Item, MakeSpeech, Reading, make_speech, text_of, track

__all__ = ["make_speech", "track"]


@dataclass(frozen=True)
class Statement:
    sentence: str
    interval: Interval


@dataclass(frozen=True)
class Answered:
    text: str
    evidence: tuple[Statement, ...] = ()
    measured: bool = True


def test_a_question_and_its_answer_are_kept(make_speech: MakeSpeech, track: Track) -> None:
    items = (Delta("thought", "Hm. "), "In ", "C major.")
    speech = make_speech({HEARING: FakeBackend("Flamingo", items=items)})
    events = list(speech.ask(track.id, "  Which key?  ", model_id=HEARING))
    started, last = events[0], events[-1]
    assert isinstance(started, Started) and isinstance(last, Finished)
    assert text_of(events) == "In C major." and Speaking("Flamingo", "model") in events
    conversation, (question, answer) = speech.conversation(started.conversation_id)
    assert conversation.title == "Which key?" and speech.conversations(track.id) == (conversation,)
    assert (question.id, question.role, question.text, question.voice) == (
        started.question_id,
        "user",
        "Which key?",
        "person",
    )
    assert answer == last.message
    assert (answer.text, answer.thought, answer.backend) == ("In C major.", "Hm. ", "Flamingo")
    assert (answer.finish_reason, answer.used_facts, answer.prompt_version) == ("stop", True, "question 2")


def test_sound_then_facts_then_words_and_the_history_once(make_speech: MakeSpeech, track: Track) -> None:
    backend = FakeBackend()
    speech = make_speech({HEARING: backend})
    started = next(iter(first := speech.ask(track.id, "Which key?", model_id=HEARING)))
    list(first)
    list(speech.ask(track.id, "And the tempo?", model_id=HEARING, conversation_id=started.conversation_id))
    messages, _ = backend.asked[-1]
    assert [message.role for message in messages] == ["user", "assistant", "user"]
    sound, facts, guide, question = messages[0].parts
    assert isinstance(sound, Sound) and sound.rate_hz == 16_000 and len(sound.samples) == 8 * 16_000
    assert sound.key == f"{track.audio_sha256}:0.000-8.000"
    assert isinstance(facts, Facts) and "key: C major" in facts.text and facts.card.title == track.title  # type: ignore[attr-defined]
    assert "<|im_end|>" not in facts.text, "a title is quoted data"
    assert isinstance(guide, Text) and question == Text("Which key?")
    assert messages[1].parts == (Text("Hello world."),) and messages[2].parts == (Text("And the tempo?"),)
    assert not any(isinstance(part, Sound) for message in messages[1:] for part in message.parts)
    assert backend.asked[0][0][0].parts[1:] == messages[0].parts[1:], "what a back end keeps must stay the same"


def test_a_region_is_cut_named_and_kept(make_speech: MakeSpeech, track: Track) -> None:
    backend = FakeBackend()
    speech = make_speech({HEARING: backend})
    events = list(speech.ask(track.id, "What happens?", model_id=HEARING, region=Interval(2.0, 4.0)))
    sound, facts, guide, _ = backend.asked[0][0][0].parts
    assert isinstance(sound, Sound) and sound.key.endswith(":2.000-4.000")
    assert sound.samples[0] == pytest.approx(0.2, abs=0.01) and sound.samples[-1] == pytest.approx(0.4, abs=0.01)
    assert isinstance(facts, Facts) and "chords 0:02-0:04" in facts.text
    assert isinstance(guide, Text) and "0:02 to 0:04" in guide.text
    assert isinstance(events[-1], Finished) and events[-1].message.region == Interval(2.0, 4.0)


def test_without_facts_none_go_in(make_speech: MakeSpeech, track: Track) -> None:
    backend = FakeBackend()
    speech = make_speech({HEARING: backend})
    events = list(speech.ask(track.id, "Which key?", model_id=HEARING, use_facts=False))
    assert [type(part) for part in backend.asked[0][0][0].parts] == [Sound, Text]
    assert isinstance(events[-1], Finished) and not events[-1].message.used_facts


def test_measured_questions_are_answered_without_a_model(make_speech: MakeSpeech, track: Track) -> None:
    def reader(question: str, card: object, region: object) -> Answered | None:
        found = Statement("C from the start.", Interval(0, 2))
        return Answered("The key is C major.", (found,)) if "key" in question else None

    tiny = FakeBackend("SmolLM2", abilities=TINY)
    speech = make_speech({EMBEDDED: tiny, HEARING: FakeBackend()}, reader)
    events = list(speech.ask(track.id, "Which key?"))
    assert [type(event) for event in events] == [Started, Speaking, Piece, Finished]
    last = events[-1]
    assert isinstance(last, Finished) and last.evidence == (Evidence("C from the start.", 0, 2),)
    assert (last.message.voice, last.message.text, last.message.finish_reason) == (
        "measured",
        "The key is C major.",
        "stop",
    )
    assert speech.conversation(1)[1][1].evidence == last.evidence
    assert tiny.asked == [] and speech.voices.status(EMBEDDED).state == "unloaded"
    other = list(speech.ask(track.id, "Do you like it?"))[-1]
    assert isinstance(other, Finished) and other.message.voice == "measured" and other.evidence == ()
    assert other.message.text.startswith("I can only tell what was measured")
    assert "I can answer, for example: “" in other.message.text
    assert tiny.asked == [], "what heard nothing could only invent"
    assert text_of(list(speech.ask(track.id, "Which key?", model_id=HEARING))) == "Hello world."


def test_what_cannot_be_asked_is_refused_before_anything_is_kept(make_speech: MakeSpeech, track: Track) -> None:
    brief = FakeBackend(abilities=Abilities(hears_audio=True, max_audio_s=5.0))
    speech = make_speech({EMBEDDED: FakeBackend(abilities=TINY), HEARING: brief})
    speech.load_model(HEARING)
    with pytest.raises(NoAbility, match="hears no audio, and the measured facts are switched off"):
        speech.ask(track.id, "Which key?", use_facts=False)
    with pytest.raises(NoAbility, match="The track lasts 0:08, and Fake hears at most 0:05"):
        speech.ask(track.id, "Which key?", model_id=HEARING)
    with pytest.raises(StudioError, match="empty"):
        speech.ask(track.id, " \n ")
    with pytest.raises(StudioError, match="4001 characters"):
        speech.ask(track.id, "a" * 4001)
    for region in (Interval(9.0, 10.0), Interval(1.0, 20.0), Interval(1.0, 1.0)):
        with pytest.raises(StudioError, match="region"):
            speech.ask(track.id, "Which key?", region=region)
    with pytest.raises(NotFound):
        speech.ask(99, "Which key?")
    with pytest.raises(NotFound, match="'gpt'"):
        speech.ask(track.id, "Which key?", model_id="gpt")
    with pytest.raises(NotFound):
        speech.ask(track.id, "Which key?", conversation_id=2**70)
    assert speech.conversations(track.id) == ()
    assert text_of(list(speech.ask(track.id, "Now?", model_id=HEARING, region=Interval(0, 4)))) == "Hello world."


def test_a_conversation_stays_with_its_track(make_speech: MakeSpeech, track: Track, library: Library, new) -> None:
    speech = make_speech({HEARING: FakeBackend()})
    list(speech.ask(track.id, "Which key?", model_id=HEARING))
    other = library.keep(new("other.mp3"))
    with pytest.raises(StudioError, match="another track"):
        speech.ask(other.id, "And here?", model_id=HEARING, conversation_id=1)


def test_two_questions_to_one_model_wait_in_turn(make_speech: MakeSpeech, track: Track) -> None:
    backend = FakeBackend(gate=threading.Semaphore(0))
    speech = make_speech({HEARING: backend})
    first = Reading(speech.ask(track.id, "First?", model_id=HEARING))
    backend_gate = backend.gate
    assert backend_gate is not None
    backend_gate.release()
    first.until(Piece)
    second = Reading(speech.ask(track.id, "Second?", model_id=HEARING))
    assert second.until(Waiting) == Waiting(1)
    third = Reading(speech.ask(track.id, "Third?", model_id=HEARING))
    assert third.until(Waiting) == Waiting(2)
    backend_gate.release(2)
    assert third.until(Waiting, 2) == Waiting(1)
    backend_gate.release(20)
    assert text_of(third.end()) == text_of(second.end()) == text_of(first.end()) == "Hello world."
    assert backend.most_open == 1
    asked = [messages[-1].parts[-1] for messages, _ in backend.asked]
    assert asked == [Text("First?"), Text("Second?"), Text("Third?")]


def test_stopping_while_waiting_gives_the_place_up(make_speech: MakeSpeech, track: Track) -> None:
    backend = FakeBackend(gate=threading.Semaphore(1))
    speech = make_speech({HEARING: backend})
    first = Reading(speech.ask(track.id, "First?", model_id=HEARING))
    first.until(Piece)
    waiting = speech.ask(track.id, "Second?", model_id=HEARING)
    second = Reading(waiting)
    second.until(Waiting)
    waiting.stop()
    last = second.end()[-1]
    assert isinstance(last, Finished) and (last.message.text, last.message.finish_reason) == ("", "cancelled")
    assert speech.voices.status(HEARING).n_waiting == 1 and len(backend.asked) == 1
    first.talk.stop()
    assert isinstance(first.end()[-1], Finished)


@pytest.mark.parametrize("how", ["stop", "close"])
def test_half_an_answer_is_kept_when_a_person_stops(make_speech: MakeSpeech, track: Track, how: str) -> None:
    backend = FakeBackend(items=("One ", "two ", "three"), gate=threading.Semaphore(2))
    speech = make_speech({HEARING: backend})
    talk = speech.ask(track.id, "Count.", model_id=HEARING)
    reading = Reading(talk)
    reading.until(Piece, 2)
    getattr(talk, how)()
    getattr(talk, how)()
    reading.end()
    _, (_, answer) = speech.conversation(1)
    assert (answer.text, answer.finish_reason) == ("One two ", "cancelled")
    assert backend.n_open == 0 and speech.voices.status(HEARING).n_waiting == 0


def test_a_reader_who_goes_away_leaves_the_half(make_speech: MakeSpeech, track: Track) -> None:
    backend = FakeBackend(items=("One ", "two"))
    speech = make_speech({HEARING: backend})
    talk = speech.ask(track.id, "Count.", model_id=HEARING)
    next(event for event in talk if isinstance(event, Piece))
    talk.close()
    assert list(talk) == []
    _, (_, answer) = speech.conversation(1)
    assert (answer.text, answer.finish_reason) == ("One ", "cancelled") and backend.n_open == 0


def test_a_failing_back_end_leaves_the_half_and_its_sentence(make_speech: MakeSpeech, track: Track) -> None:
    broken = FakeBackend(items=("It is ", ServerError("The server broke off.", "Try again.")))
    speech = make_speech({HEARING: broken})
    with pytest.raises(ServerError, match="broke off"):
        list(speech.ask(track.id, "Which key?", model_id=HEARING))
    _, (_, answer) = speech.conversation(1)
    assert (answer.text, answer.finish_reason, answer.backend) == ("It is ", "failed", "Fake")
    assert speech.voices.status(HEARING).n_waiting == 0 and broken.n_open == 0


def test_ctrl_c_inside_the_stream_keeps_the_half(make_speech: MakeSpeech, track: Track) -> None:
    backend = FakeBackend(items=("One ", KeyboardInterrupt()))
    speech = make_speech({HEARING: backend})
    with pytest.raises(KeyboardInterrupt):
        list(speech.ask(track.id, "Count.", model_id=HEARING))
    _, (_, answer) = speech.conversation(1)
    assert (answer.text, answer.finish_reason) == ("One ", "cancelled") and backend.n_open == 0


def test_a_model_unloaded_under_its_answer(make_speech: MakeSpeech, track: Track) -> None:
    backend = FakeBackend(gate=threading.Semaphore(1))
    speech = make_speech({HEARING: backend})
    reading = Reading(speech.ask(track.id, "Which key?", model_id=HEARING))
    reading.until(Piece)
    speech.unload_model(HEARING)
    reading.end()
    assert isinstance(reading.error, ModelError) and "unloaded while it answered" in reading.error.what
    _, (_, answer) = speech.conversation(1)
    assert (answer.text, answer.finish_reason) == ("Hello ", "failed")


def test_loading_is_told_and_can_be_left(make_speech: MakeSpeech, track: Track) -> None:
    go = threading.Event()

    def open_slowly(opening) -> FakeBackend:  # type: ignore[no-untyped-def]
        opening.on_progress(0.3, "Reading weights.")
        go.wait(5)
        return FakeBackend()

    speech = make_speech({HEARING: open_slowly})
    talk = speech.ask(track.id, "Which key?", model_id=HEARING)
    reading = Reading(talk)
    reading.until(Loading)
    talk.stop()
    last = reading.end()[-1]
    assert isinstance(last, Finished) and last.message.finish_reason == "cancelled"
    assert last.message.backend == "Music Flamingo 2601"
    go.set()
    assert text_of(list(speech.ask(track.id, "Again?", model_id=HEARING))) == "Hello world."


def test_a_model_that_does_not_load_leaves_a_failed_answer(make_speech: MakeSpeech, track: Track) -> None:
    def refuse(opening: object) -> FakeBackend:
        raise ModelError("No weights.", "Fetch them.")

    speech = make_speech({HEARING: refuse})
    with pytest.raises(ModelError, match="No weights"):
        list(speech.ask(track.id, "Which key?", model_id=HEARING))
    assert speech.conversation(1)[1][1].finish_reason == "failed"


def test_a_locked_library_is_a_sentence(make_speech: MakeSpeech, track: Track, library: Library) -> None:
    backend = FakeBackend(gate=threading.Semaphore(0))
    speech = make_speech({HEARING: backend})
    path = library.database.url.removeprefix("sqlite:///")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="locked"):
        list(speech.ask(track.id, "Which key?", model_id=HEARING))
    assert backend.asked == []
    other.execute("ROLLBACK")
    reading = Reading(speech.ask(track.id, "Which key?", model_id=HEARING))
    reading.until(Speaking)
    other.execute("BEGIN IMMEDIATE")
    assert backend.gate is not None
    backend.gate.release(5)
    reading.end()
    other.execute("ROLLBACK")
    other.close()
    assert isinstance(reading.error, StorageError) and text_of(reading.events) == "Hello world."
    assert speech.voices.status(HEARING).n_waiting == 0


@given(
    st.lists(st.tuples(st.sampled_from(["text", "thought"]), st.text(max_size=9)), max_size=6),
    st.sampled_from(["stop", "length", "error", "close", "gone"]),
    st.integers(0, 5),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_what_was_shown_is_what_is_kept(
    make_speech: MakeSpeech, track: Track, pieces: list[tuple[str, str]], ending: str, n_read: int
) -> None:
    items: list[Item] = [Delta(kind, text) for kind, text in pieces]  # type: ignore[arg-type]
    broken = [ServerError("It broke off.", "Try again.")] if ending == "error" else []
    reason = ending if ending in ("stop", "length") else "stop"
    backend = FakeBackend(items=(*items, *broken), reason=reason)
    speech = make_speech({HEARING: backend})
    talk = speech.ask(track.id, "Say.", model_id=HEARING)
    shown: list[Piece] = []
    number = next(event.conversation_id for event in talk if isinstance(event, Started))
    try:
        for event in talk:
            shown += [event] if isinstance(event, Piece) else []
            if ending in ("close", "gone") and len(shown) > n_read:
                break
        if ending == "close":
            talk.close()
    except ServerError:
        assert ending == "error"
    del talk
    _, (_, answer) = speech.conversation(number)
    assert answer.text == storable("".join(piece.text for piece in shown if piece.kind == "text"))
    assert answer.thought == storable("".join(piece.text for piece in shown if piece.kind == "thought"))
    cut = ending in ("close", "gone") and len(shown) > n_read
    assert answer.finish_reason == ("failed" if ending == "error" else "cancelled" if cut else reason)
    assert backend.n_open == 0 and speech.voices.status(HEARING).n_waiting == 0
