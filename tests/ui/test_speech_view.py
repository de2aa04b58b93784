"""Captions and answers as the page reads them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from db.values import Caption, Utterance
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.key import Key
from musicflamingo_app.ui.speech_view import caption_row, utterance_row
from tests.facts.making import measured


def caption(**more: Any) -> Caption:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    values: dict[str, Any] = {name: None for name in Caption.__dataclass_fields__}
    return Caption(**(values | {"id": 1, "kind": "summary", "text": "It is in G major.", "created_at": now} | more))


@pytest.mark.parametrize(("edited", "is_measured", "backend"), [(None, True, "Measurements"), ("Mine.", False, "you")])
def test_what_a_person_wrote_over_is_not_called_measured(edited: str | None, is_measured: bool, backend: str) -> None:
    written = {"voice": "measured", "backend": "Measurements", "finish_reason": "stop", "thought": "", "note": ""}
    row = caption_row(caption(**written, edited_text=edited), None)
    assert (row["measured"], row["backend"], row["edited"]) == (is_measured, backend, edited is not None)


@pytest.mark.parametrize("voice", ["tiny", "nano", "model"])
def test_whoever_wrote_it_claims_are_checked_against_what_was_measured(voice: str) -> None:
    analysis = Analysis(8.0, key=measured(Key.parse("C major")))
    said = Utterance("assistant", "The key is G major.", voice, backend="Nano")  # type: ignore[arg-type]
    row = utterance_row(said, analysis)
    assert row["counts"]["contradicts"] == 1
    assert (row["tiny"], row["nano"], row["measured"]) == (voice == "tiny", voice == "nano", False)
