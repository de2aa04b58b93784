"""Captions, utterances and events of an answer as the page reads them."""

import json
from typing import Any

from db.values import Caption, Conversation, FoundConversation, Utterance
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.time import clock
from musicflamingo_app.services.talk import Event, Finished, Loading, Piece, Speaking, Started, Waiting
from musicflamingo_app.ui.prose import told, verdict_counts

CAPTION_LABELS = {
    "summary": "Short summary",
    "key_facts": "Key facts",
    "full": "Full caption",
    "critic": "A critic’s view",
    "lyrics": "Lyric sheet",
    "custom": "My own prompt",
}


def caption_row(caption: Caption, analysis: Analysis | None) -> dict[str, Any]:
    """A caption with its words as blocks, every claim of a model checked."""
    measured = caption.voice == "measured"
    words = _line_by_line(caption.words) if caption.kind == "key_facts" else caption.words
    blocks = told(words, analysis, check=not measured or caption.edited_text is not None)
    blocks = [block for block in blocks if block["spans"][0]["t"] not in "{}"]
    return {
        "id": caption.id,
        "kind": caption.kind,
        "label": CAPTION_LABELS[caption.kind],
        "start": caption.start_s,
        "end": caption.end_s,
        "text": caption.words,
        "blocks": blocks,
        "counts": verdict_counts(blocks),
        "thought": caption.thought,
        "note": caption.note,
        "prompt": f"{caption.prompt_name} {caption.prompt_version}",
        "used_facts": caption.used_facts,
        "preferred": caption.preferred,
        "edited": caption.edited_text is not None,
        "created_at": caption.created_at.isoformat(timespec="seconds"),
    } | _author(caption)


def _author(caption: Caption) -> dict[str, Any]:
    """Who wrote a caption: over what was measured a person may write anything, and it is measured no more."""
    if caption.voice == "measured" and caption.edited_text is not None:
        return _speaker("person", "you", caption.finish_reason)
    return _speaker(caption.voice, caption.backend, caption.finish_reason)


def _line_by_line(text: str) -> str:
    """Key facts with one of them on each line; other texts as they are."""
    try:
        facts = json.loads(text)
    except ValueError:
        return text
    if not isinstance(facts, dict):
        return text
    lines = [f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in facts.items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def utterance_row(said: Utterance, analysis: Analysis | None) -> dict[str, Any]:
    """One turn of a conversation; what a person or the measurements say is not checked."""
    blocks = told(said.text, analysis, check=said.voice in ("tiny", "nano", "model"))
    doors = {round(row.start_s, 1): row for row in reversed(said.evidence)}
    return {
        "id": said.id,
        "role": said.role,
        "start": said.start_s,
        "end": said.end_s,
        "blocks": blocks,
        "counts": verdict_counts(blocks),
        "thought": said.thought,
        "evidence": [
            {"t": clock(row.start_s), "about": row.sentence, "seek": [row.start_s, row.end_s]}
            for _, row in sorted(doors.items())
        ],
        "created_at": said.created_at.isoformat(timespec="seconds"),
    } | _speaker(said.voice, said.backend, said.finish_reason)


def _speaker(voice: str, backend: str, finish: str) -> dict[str, Any]:
    kinds = {name: voice == name for name in ("measured", "tiny", "nano")}
    return kinds | {"backend": backend, "finish": finish}


def conversation_row(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": conversation.id,
        "track_id": conversation.track_id,
        "title": conversation.title,
        "updated_at": conversation.updated_at.isoformat(timespec="seconds"),
    }


def found_row(found: FoundConversation) -> dict[str, Any]:
    return conversation_row(found.conversation) | {"track_title": found.track_title, "excerpt": found.excerpt}


def event_row(event: Event) -> dict[str, Any] | None:
    """An event of an answer as the page hears it; None for what it need not hear."""
    match event:
        case Started():
            return {"type": "started", "conversation": event.conversation_id}
        case Loading():
            return {"type": "loading", "fraction": event.fraction, "sentence": event.sentence}
        case Waiting():
            return {"type": "waiting", "position": event.position}
        case Piece():
            return {"type": event.kind, "text": event.text}
        case Finished():
            return {"type": "done", "id": event.message.id, "finish": event.message.finish_reason}
        case Speaking():
            return {"type": "speaking", "backend": event.backend, "voice": event.voice}
