"""A conversation as a Markdown file: who said what about which track, with times; thoughts stay out.

What was said stands in quotation blocks with HTML, images and links broken, so that no text can pose as another part
of the file or fetch anything when it is shown.
"""

import re
from collections.abc import Sequence

from db.values import Conversation, Track, Utterance
from musicflamingo_app.music.time import clock

_SIGNS = re.compile(r"([\\`*_\[\]<>#|~!])")
_ENDINGS = {"length": "cut at its length", "cancelled": "stopped here", "failed": "broken off here", "stop": ""}
_VOICES = {
    "measured": "measured, no model", "tiny": "tiny language model", "nano": "tiny model that hears a little",
    "model": "model", "person": "",
}  # fmt: skip
_NAME = re.compile(r"[^\w\- ]+")


def markdown(conversation: Conversation, track: Track, utterances: Sequence[Utterance]) -> str:
    """The whole conversation; times are UTC."""
    name = f"{track.artist} – {track.title}" if track.artist else track.title
    rows = (
        f"Track: {_line(name)} ({clock(track.duration_s)})",
        f"Begun: {conversation.created_at:%Y-%m-%d %H:%M} UTC",
        f"Last answer: {conversation.updated_at:%Y-%m-%d %H:%M} UTC",
    )
    head = [f"# {_line(conversation.title)}", "  \n".join(rows)]
    return "\n\n".join([*head, *(_turn(said) for said in utterances)]) + "\n"


def file_name(conversation: Conversation) -> str:
    """A name for the file that every system takes."""
    words = " ".join(_NAME.sub(" ", conversation.title).split())[:60].strip()
    return f"{words or f'conversation {conversation.id}'}.md"


def _turn(said: Utterance) -> str:
    who = "You" if said.role == "user" else f"{_line(said.backend or 'Unknown')} ({_VOICES[said.voice]})"
    region = f", about {clock(said.region.start_s)}–{clock(said.region.end_s)}" if said.region else ""
    ending = _ENDINGS[said.finish_reason] if said.role == "assistant" else ""
    quoted = "\n".join(f"> {line}".rstrip() for line in _tamed(said.text).splitlines()) or "> –"
    last = f"\n>\n> *({ending})*" if ending else ""
    return f"**{who}**, {said.created_at:%H:%M}{region}:\n\n{quoted}{last}"


def _line(text: str) -> str:
    """A label on one line, with Markdown's own signs escaped."""
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))


def _tamed(text: str) -> str:
    """Markdown without HTML, links and images; lists, bold and code stay."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("[", "\\[")
