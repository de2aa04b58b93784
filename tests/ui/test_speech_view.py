"""Captions as the page reads them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from db.values import Caption
from musicflamingo_app.ui.speech_view import caption_row


def caption(**more: Any) -> Caption:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    values: dict[str, Any] = {name: None for name in Caption.__dataclass_fields__}
    return Caption(**(values | {"id": 1, "kind": "summary", "text": "It is in G major.", "created_at": now} | more))


@pytest.mark.parametrize(("edited", "measured", "backend"), [(None, True, "Measurements"), ("Mine.", False, "you")])
def test_what_a_person_wrote_over_is_not_called_measured(edited: str | None, measured: bool, backend: str) -> None:
    written = {"voice": "measured", "backend": "Measurements", "finish_reason": "stop", "thought": "", "note": ""}
    row = caption_row(caption(**written, edited_text=edited), None)
    assert (row["measured"], row["backend"], row["edited"]) == (measured, backend, edited is not None)
