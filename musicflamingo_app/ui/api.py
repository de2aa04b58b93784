"""The named endpoints of the page, for programs: `gradio_client.Client(url).predict(1, "Which key?", api_name="/ask")`.

Each gives plain JSON; a StudioError reaches the caller as its two sentences. tests/ui/api_contract.json freezes names,
arguments and types.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from db.values import CAPTION_KINDS, TrackQuery
from musicflamingo_app.errors import StudioError
from musicflamingo_app.music.analysis_json import analysis_to_json
from musicflamingo_app.music.time import Interval
from musicflamingo_app.ui.contract import Studio
from musicflamingo_app.ui.model_desk import ModelDesk
from musicflamingo_app.ui.routes import track_row
from musicflamingo_app.ui.speech_view import caption_row, utterance_row

MOST_TRACKS = 500


def build_api(studio: Studio, models: ModelDesk) -> None:
    """Puts the endpoints into the surrounding Blocks."""
    import gradio as gr

    api = Api(studio, models)
    for endpoint in (api.tracks, api.analysis, api.description, api.caption, api.ask):
        gr.api(_told(endpoint), api_name=endpoint.__name__, queue=False)


class Api:
    """One method for each endpoint."""

    def __init__(self, studio: Studio, models: ModelDesk) -> None:
        self._studio, self._models = studio, models

    def tracks(self, text: str = "") -> list[dict[str, Any]]:
        """The tracks of the library that a search finds; all of them for an empty text."""
        page = self._studio.search(TrackQuery(text=text, limit=MOST_TRACKS))
        return [track_row(track, stale=False) for track in page.rows]

    def analysis(self, track_id: int) -> dict[str, Any]:
        """Everything measured in a track, as `musicflamingo show --json` prints it."""
        return analysis_to_json(self._studio.analysis(track_id))

    def description(self, track_id: int) -> str:
        """The track in words, as Markdown, written from the measurements alone."""
        return self._studio.description(track_id).as_markdown()

    def caption(
        self,
        track_id: int,
        kind: str = "full",
        prompt: str = "",
        start_s: float = -1.0,
        end_s: float = -1.0,
        use_facts: bool = True,
        model: str = "",
    ) -> dict[str, Any]:
        """Writes a caption and keeps it; times below 0 mean the whole track, an empty `model` the chosen one."""
        if kind not in CAPTION_KINDS:
            raise StudioError(f"“{kind}” is not a kind of caption.", f"Use one of {', '.join(CAPTION_KINDS)}.")
        talk = self._studio.speech.caption(
            track_id,
            kind,
            model_id=model or self._models.chosen,
            region=_region(start_s, end_s),
            use_facts=use_facts,
            custom_text=prompt,
        )
        kept = _last(talk)
        return _plain(caption_row(kept, self._studio.analysis(track_id)))

    def ask(
        self,
        track_id: int,
        question: str,
        conversation_id: int = 0,
        start_s: float = -1.0,
        end_s: float = -1.0,
        use_facts: bool = True,
        model: str = "",
        think: bool | None = None,
    ) -> dict[str, Any]:
        """Asks about a track and keeps question and answer; `conversation_id` 0 begins a conversation, a model
        that can think does so first if `think`, or if that is not said and helps it."""
        talk = self._studio.speech.ask(
            track_id,
            question,
            model_id=model or self._models.chosen,
            conversation_id=conversation_id or None,
            region=_region(start_s, end_s),
            use_facts=use_facts,
            think=think,
        )
        kept = _last(talk)
        answer = _plain(utterance_row(kept, self._studio.analysis(track_id)))
        return answer | {"text": kept.text, "conversation_id": kept.conversation_id}


def _last(talk: Iterator[Any]) -> Any:
    """What an answer left behind once it is all read. Raises StudioError when nothing was said."""
    kept = None
    for event in talk:
        kept = getattr(event, "message", kept)
    if kept is None:
        raise StudioError("Nothing was written.", "Ask again, or choose another model.")
    return kept


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what only the page draws, its checked claims as a list."""
    claims = [
        {"text": span["t"], "verdict": span["verdict"], "measured": span["about"]}
        for block in row["blocks"]
        for span in block["spans"]
        if "verdict" in span
    ]
    return {name: value for name, value in row.items() if name != "blocks"} | {"claims": claims}


def _region(start_s: float, end_s: float) -> Interval | None:
    if start_s < 0 and end_s < 0:
        return None
    try:
        return Interval(start_s, end_s)
    except ValueError as error:
        what = f"{start_s:g} to {end_s:g} is not a stretch of time."
        raise StudioError(what, "Give seconds from the start.") from error


def _told(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """The endpoint with its StudioErrors as Gradio's own, so that callers read the sentences."""
    import gradio as gr

    @wraps(endpoint)
    def answer(*arguments: Any, **named: Any) -> Any:
        try:
            return endpoint(*arguments, **named)
        except StudioError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return answer
