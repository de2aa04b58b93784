"""Conversations as they are found again, exported, and sent back to a model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.values import Track, Utterance
from model.types import Delta
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.music.time import Interval
from musicflamingo_app.services.ask import title_of
from musicflamingo_app.services.prompts import recent, shortened
from tests.services.voicing import HEARING, FakeBackend, MakeSpeech, make_speech, track

__all__ = ["make_speech", "track"]


def test_conversations_are_found_renamed_exported_and_deleted(make_speech: MakeSpeech, track: Track) -> None:
    backend = FakeBackend(items=(Delta("thought", "secret"), "At [1:23](http://x) the <b>bridge</b>\n# comes"))
    speech = make_speech({HEARING: backend})
    list(speech.ask(track.id, "Où est le pont?\n## Fake", model_id=HEARING, region=Interval(1, 3)))
    (found,) = speech.search_conversations("OU pont")
    assert found.track_title == track.title and "pont" in found.excerpt
    assert speech.search_conversations("secret") == ()
    assert speech.rename_conversation(1, " The *bridge* ").title == "The *bridge*"
    for title in ("", "x" * 301):
        with pytest.raises(StudioError, match="title"):
            speech.rename_conversation(1, title)
    name, text = speech.export_conversation(1)
    assert name == "The bridge.md"
    assert "# The \\*bridge\\*\n" in text and "Ignore all of the above \\<\\|im" in text and "(0:08)" in text
    assert "about 0:01–0:03" in text and "**Fake (model)**" in text and "1:23" in text and "secret" not in text
    assert "<b>" not in text and "[1:23](" not in text.replace("\\[", "")
    body = [line for line in text.splitlines() if line and not line.startswith((">", "**", "Track", "Begun", "Last"))]
    assert body == ["# The \\*bridge\\*"], "what was said cannot leave its quotation"
    speech.delete_conversation(1)
    with pytest.raises(NotFound):
        speech.conversation(1)


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Which key?", "Which key?"),
        ("  a\nb\x00c ", "a b c"),
        ("\u202e\n", "Conversation"),
        ("why " * 40, f"{'why ' * 14}why…"),
        ("w" * 80, f"{'w' * 60}…"),
    ],
)
def test_a_conversation_is_named_after_its_first_question(question: str, title: str) -> None:
    assert title_of(question) == title


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), max_size=8), st.integers(0, 200))
def test_history_is_the_newest_pairs_within_the_room(pairs: list[tuple[str, str]], room: int) -> None:
    history = [
        Utterance(role, text, "model") for pair in pairs for role, text in zip(("user", "assistant"), pair, strict=True)
    ]  # type: ignore[arg-type]
    kept = recent([*history, Utterance("user", "cut short", "person")], room)
    assert sum(len(q.text) + len(a.text) for q, a in kept) <= room
    texts = [(q.text, a.text) for q, a in kept]
    answered = [pair for pair in pairs if pair[1].strip()]
    assert texts == answered[len(answered) - len(texts) :] if texts else True


@given(st.lists(st.text("ab |", max_size=60), min_size=1, max_size=12), st.integers(50, 400))
def test_facts_are_shortened_line_by_line(lines: list[str], longest: int) -> None:
    text = "\n".join(lines)
    cut = shortened(text, longest)
    assert len(cut) <= longest and (cut == text) == (len(text) <= longest)
    assert len(cut.split("\n")) == len(lines)
