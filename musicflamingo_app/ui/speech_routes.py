"""The routes of words: the description, captions, conversations, answers under way, and models."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from db.values import CAPTION_KINDS
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.facts.card import card_of
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.time import Interval
from musicflamingo_app.ui import answers
from musicflamingo_app.ui.answers import Body
from musicflamingo_app.ui.contract import Studio
from musicflamingo_app.ui.model_desk import ModelDesk
from musicflamingo_app.ui.prose import described
from musicflamingo_app.ui.speech_view import (
    CAPTION_LABELS,
    caption_row,
    conversation_row,
    event_row,
    found_row,
    utterance_row,
)  # fmt: skip
from musicflamingo_app.ui.talks import Talks

N_STARTERS = 6


def speech_routes(studio: Studio, models: ModelDesk) -> list[BaseRoute]:
    """All of them, to stand before the route that answers for what is not there."""
    pages = _Speech(studio, models)
    reading = {
        "/ma/tracks/{id:int}/description.json": pages.description,
        "/ma/tracks/{id:int}/starters.json": pages.starters,
        "/ma/tracks/{id:int}/captions.json": pages.captions,
        "/ma/tracks/{id:int}/talks.json": pages.talks_of_track,
        "/ma/tracks/{id:int}/conversations.json": pages.conversations,
        "/ma/conversations.json": pages.found,
        "/ma/conversations/{id:int}.json": pages.conversation,
        "/ma/conversations/{id:int}/export.md": pages.exported,
        "/ma/talks/{id:int}.json": pages.talk,
        "/ma/models.json": pages.models,
    }
    doing = {
        "/ma/tracks/{id:int}/caption": pages.write_caption,
        "/ma/tracks/{id:int}/ask": pages.ask,
        "/ma/captions/{id:int}/{action}": pages.change_caption,
        "/ma/conversations/{id:int}/{action}": pages.change_conversation,
        "/ma/talks/{id:int}/stop": pages.stop,
        "/ma/models/{model}/{action}": pages.change_model,
    }
    read = [Route(path, answers.answered(page), methods=["GET"]) for path, page in reading.items()]
    return [*read, *(Route(path, answers.with_body(page), methods=["POST"]) for path, page in doing.items())]


class _Speech:
    """One method for each route."""

    def __init__(self, studio: Studio, models: ModelDesk) -> None:
        self._studio, self._speech, self._models = studio, studio.speech, models
        self._talks = Talks()

    # Reading

    def description(self, request: Request) -> Response:
        track_id = _id(request)
        return answers.tagged_json(request, {"blocks": described(self._studio.description(track_id))})

    def starters(self, request: Request) -> Response:
        from musicflamingo_app.facts.reader.starters import starter_questions

        track_id = _id(request)
        track, analysis = self._studio.track(track_id), self._studio.analysis(track_id)
        card = card_of(analysis, title=track.title, artist=track.artist)
        return answers.fresh_json(list(starter_questions(card, n=N_STARTERS)))

    def captions(self, request: Request) -> Response:
        track_id = _id(request)
        rows, analysis = self._speech.captions(track_id), self._analysis(track_id)
        return answers.fresh_json([caption_row(row, analysis) for row in rows])

    def talks_of_track(self, request: Request) -> Response:
        return answers.fresh_json(self._talks.of_track(_id(request)))

    def conversations(self, request: Request) -> Response:
        return answers.fresh_json([conversation_row(row) for row in self._speech.conversations(_id(request))])

    def found(self, request: Request) -> Response:
        rows = self._speech.search_conversations(request.query_params.get("text", ""))
        return answers.fresh_json([found_row(row) for row in rows])

    def conversation(self, request: Request) -> Response:
        conversation, said = self._speech.conversation(_id(request))
        analysis = self._analysis(conversation.track_id)
        return answers.fresh_json([utterance_row(row, analysis) for row in said])

    def exported(self, request: Request) -> Response:
        name, text = self._speech.export_conversation(_id(request))
        return answers.download(name, text.encode())

    def talk(self, request: Request) -> Response:
        at = request.query_params.get("from", "0")
        return answers.fresh_json(self._talks.read(_id(request), int(at) if at.isdecimal() and len(at) < 9 else 0))

    def models(self, _request: Request) -> Response:
        return answers.fresh_json(self._models.view())

    def _analysis(self, track_id: int) -> Analysis | None:
        """None for a track that is not analysed: its texts are shown all the same."""
        try:
            return self._studio.analysis(track_id)
        except NotFound:
            return None

    # Doing

    def write_caption(self, request: Request, body: Body) -> Response:
        track_id, kind = _id(request), body.get("kind", "summary")
        if kind not in CAPTION_KINDS:
            raise StudioError(f"“{kind}” is not a kind of caption.", f"Use one of {', '.join(CAPTION_KINDS)}.")
        talk = self._speech.caption(
            track_id,
            kind,
            model_id=self._models.chosen,
            region=region_of(body),
            use_facts=bool(body.get("facts", True)),
            custom_text=text_of(body, "prompt"),
        )
        label = CAPTION_LABELS[kind]
        number = self._talks.begin(talk, event_row, kind="caption", track=track_id, label=label)
        return answers.fresh_json({"talk": number})

    def ask(self, request: Request, body: Body) -> Response:
        track_id, conversation_id = _id(request), body.get("conversation")
        talk = self._speech.ask(
            track_id,
            text_of(body, "question"),
            model_id=text_of(body, "model") or self._models.chosen,
            conversation_id=conversation_id if isinstance(conversation_id, int) else None,
            region=region_of(body),
            use_facts=bool(body.get("facts", True)),
            adapter=text_of(body, "adapter") if "adapter" in body else None,
            think=think if isinstance(think := body.get("think"), bool) else None,
        )
        about = {"kind": "answer", "track": track_id, "conversation": conversation_id}
        return answers.fresh_json(
            {"talk": self._talks.begin(talk, event_row, **about), "conversation": conversation_id}
        )

    def change_caption(self, request: Request, body: Body) -> Response:
        caption_id, action = _id(request), request.path_params["action"]
        if action == "edit":
            self._speech.edit_caption(caption_id, text_of(body, "text"))
        elif action == "prefer":
            self._speech.prefer_caption(caption_id, bool(body.get("preferred", True)))
        elif action == "delete":
            self._speech.delete_caption(caption_id)
        else:
            raise _nothing(request)
        return answers.fresh_json({"id": caption_id})

    def change_conversation(self, request: Request, body: Body) -> Response:
        conversation_id, action = _id(request), request.path_params["action"]
        if action == "rename":
            self._speech.rename_conversation(conversation_id, text_of(body, "title"))
        elif action == "delete":
            self._speech.delete_conversation(conversation_id)
        else:
            raise _nothing(request)
        return answers.fresh_json({"id": conversation_id})

    def stop(self, request: Request, _body: Body) -> Response:
        self._talks.stop(_id(request))
        return answers.fresh_json({"id": _id(request)})

    def change_model(self, request: Request, body: Body) -> Response:
        self._models.act(request.path_params["model"], request.path_params["action"], body)
        return answers.fresh_json({"id": request.path_params["model"]})


def _id(request: Request) -> int:
    number: int = request.path_params["id"]
    if number >= 2**63:
        raise NotFound(f"Nothing has the number {number}.", "Open the Library and choose from there.")
    return number


def _nothing(request: Request) -> NotFound:
    return NotFound(f"There is nothing at {request.url.path}.", "Open the studio's first page.")


def text_of(body: Body, name: str) -> str:
    """A text of the body. Raises StudioError for anything else."""
    value: Any = body.get(name, "")
    if not isinstance(value, str):
        raise StudioError(f"The {name} is not a text.", "Send it as a JSON string.")
    return value


def region_of(body: Body) -> Interval | None:
    """The region that a body names by `start` and `end`. Raises StudioError for one that is no stretch of time."""
    start, end = body.get("start"), body.get("end")
    if start is None and end is None:
        return None
    try:
        return Interval(float(start), float(end))
    except (TypeError, ValueError) as error:
        what = f"{start!r} to {end!r} is not a stretch of time."
        raise StudioError(what, "Send start and end in seconds.") from error
