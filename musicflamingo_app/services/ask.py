"""Questions about a track: the question is kept first, the answer streams, and is kept however it ends."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from db import conversations
from db.values import Conversation, NewUtterance, Track, Utterance
from model.registry import EMBEDDED
from musicflamingo_app.errors import StudioError
from musicflamingo_app.music.time import Interval
from musicflamingo_app.services.labels import cleaned
from musicflamingo_app.services.measured import beyond, evidence_of
from musicflamingo_app.services.prompts import QUESTION_VERSION, asked, question_messages
from musicflamingo_app.services.speaking import Parts, Wish, measured_answer, refuse, region_in, sampling_of, speak
from musicflamingo_app.services.talk import Event, Finished, Said, Started, Stop, Talk

TITLE_LETTERS = 60


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks. Without a conversation a new one begins; `region` None is the whole track."""

    track_id: int
    text: str
    model_id: str = EMBEDDED
    conversation_id: int | None = None
    region: Interval | None = None
    use_facts: bool = True
    adapter: str | None = None  # its name; "" for the base alone, None for what is in use
    think: bool | None = None  # first, where a model can; None where that helps it


@dataclass(frozen=True, slots=True)
class _Begun:
    """A question that is kept, and what was said before it."""

    question: Question
    track: Track
    conversation: Conversation
    kept: Utterance
    history: tuple[Utterance, ...]


def ask(parts: Parts, question: Question) -> Talk:
    """Asks; the events are Started, Loading*, Speaking, Waiting*, Piece*, Finished.

    Raises at once what can be known at once: NotFound, NoAbility, StudioError for an empty question or a region outside
    the track. Reading raises StorageError, ModelError, AudioError; the question and the half answer are kept.
    """
    track = parts.library.get(question.track_id)
    region = region_in(track, question.region)
    checked = replace(question, text=asked(question.text), region=region)
    refuse(parts, question.model_id, track, region, use_facts=question.use_facts)
    if question.conversation_id is not None:
        _of_this_track(parts, question.conversation_id, track)
    return Talk(lambda stop: _events(parts, checked, track, stop))


def _events(parts: Parts, question: Question, track: Track, stop: Stop) -> Generator[Event, None, None]:
    begun, said = _begin(parts, question, track), Said()
    try:
        yield Started(begun.conversation.id, begun.kept.id)
        yield from _answer(parts, begun, stop, said)
    except (GeneratorExit, KeyboardInterrupt):
        said.reason = "cancelled"
        raise
    finally:
        message = _keep(parts, begun, said)
    yield Finished(message, message.evidence)


def _begin(parts: Parts, question: Question, track: Track) -> _Begun:
    """Keeps the question, in a new conversation when it belongs to none."""
    region = question.region
    start_s, end_s = (region.start_s, region.end_s) if region else (None, None)
    with parts.library.database.write() as session:
        if question.conversation_id is None:
            conversation = conversations.start(session, track.id, title_of(question.text), now=_now())
        else:
            conversation = conversations.get(session, question.conversation_id)
        history = conversations.utterances(session, conversation.id)
        new = NewUtterance("user", question.text, "person", start_s=start_s, end_s=end_s, used_facts=question.use_facts)
        kept = conversations.append(session, conversation.id, new, now=_now())
    return _Begun(question, track, conversation, kept, history)


def _answer(parts: Parts, begun: _Begun, stop: Stop, said: Said) -> Generator[Event, None, None]:
    question = begun.question
    card = parts.card(begun.track) if question.use_facts else None
    worn = parts.worn(question.model_id, question.adapter)
    wants_a_model = worn is not None or question.adapter is not None or _wants_thoughts(parts, question)
    if question.model_id == EMBEDDED and card is not None and not wants_a_model:
        answer = parts.reader(question.text, card, question.region)
        if answer is not None or not parts.voices.abilities(EMBEDDED).hears_audio:
            said.evidence = evidence_of(answer) if answer is not None else ()
            yield from measured_answer(answer.text if answer is not None else beyond(card), said)
            return
    wish = Wish(
        question.model_id,
        begun.track,
        question.region,
        card,
        lambda given: question_messages(question.text, begun.history, given),
        lambda abilities: sampling_of(question.model_id, abilities),
        worn,
        question.text,
        question.think,
    )
    yield from speak(parts, wish, stop, said)


def _wants_thoughts(parts: Parts, question: Question) -> bool:
    """Whether a person wants a model that can think to do so, which measurements do not."""
    return question.think is True and parts.voices.abilities(question.model_id).thinks


def _keep(parts: Parts, begun: _Begun, said: Said) -> Utterance:
    """Keeps what was said, be it nothing: a question never stands without an end."""
    new = NewUtterance(
        "assistant",
        said.text,
        said.voice,
        said.thought,
        begun.kept.start_s,
        begun.kept.end_s,
        QUESTION_VERSION,
        said.backend or parts.voices.name(begun.question.model_id),
        begun.question.use_facts,
        said.reason,
        said.evidence,
    )
    with parts.library.database.write() as session:
        return conversations.append(session, begun.conversation.id, new, now=_now())


def title_of(question: str) -> str:
    """What a new conversation is called: its first question on one line, cut between words."""
    line = cleaned(question) or "Conversation"
    return line if len(line) <= TITLE_LETTERS else f"{line[:TITLE_LETTERS].rsplit(' ', 1)[0]}…"


def _of_this_track(parts: Parts, conversation_id: int, track: Track) -> None:
    with parts.library.database.read() as session:
        conversation = conversations.get(session, conversation_id)
    if conversation.track_id != track.id:
        what = f"The conversation “{conversation.title}” is about another track."
        raise StudioError(what, "Begin a new one: models take one recording at a time.")


def _now() -> datetime:
    return datetime.now(UTC)
