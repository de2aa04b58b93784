"""The named endpoints: their frozen contract, and what they answer to a program."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from musicflamingo_app.ui.serve import Running
from tests.ui.server import GRADIO_NOISE
from tests.ui.speaking import HEARING

pytestmark = GRADIO_NOISE
CONTRACT = Path(__file__).with_name("api_contract.json")


def call(running: Running, name: str, *data: Any) -> tuple[int, Any]:
    """Status and answer of an endpoint, as a program without Gradio's client would ask it; defaults are filled in."""
    arguments = json.loads(CONTRACT.read_text("utf-8"))[f"/{name}"]["arguments"]
    filled = [*data, *(default for _, _, default in arguments[len(data) :])]
    answer = httpx.post(f"{running.url}gradio_api/run/{name}", json={"data": filled}, timeout=60)
    return answer.status_code, answer.json()


def contract_of(running: Running) -> dict[str, Any]:
    """Names, arguments with defaults and types, and results of every public endpoint."""
    info = httpx.get(f"{running.url}gradio_api/info", timeout=60).json()["named_endpoints"]
    return {
        name: {
            "arguments": [
                [row["parameter_name"], row["python_type"]["type"], row.get("parameter_default")]
                for row in endpoint["parameters"]
            ],
            "results": [row["python_type"]["type"] for row in endpoint["returns"]],
        }
        for name, endpoint in sorted(info.items())
    }


def test_the_contract_is_frozen(running: Running) -> None:
    assert contract_of(running) == json.loads(CONTRACT.read_text("utf-8"))


def test_tracks_and_their_measurements_can_be_read(running: Running) -> None:
    status, answer = call(running, "tracks", "harbour")
    assert status == 200 and [row["title"] for row in answer["data"][0]] == ["Harbour lights"]
    assert call(running, "analysis", 1)[1]["data"][0]["duration"] > 60
    assert call(running, "description", 1)[1]["data"][0].startswith("### Overview")


def test_a_caption_comes_with_its_claims_checked(running: Running) -> None:
    status, answer = call(running, "caption", 1, "critic", "", 5.0, 20.0, True, HEARING)
    caption = answer["data"][0]
    assert status == 200 and caption["text"].startswith("## Overview") and caption["start"] == 5.0
    assert {claim["verdict"] for claim in caption["claims"]} <= {"agrees", "contradicts", "unchecked"}
    assert caption["claims"] and not caption["measured"]


def test_a_question_goes_on_in_its_conversation(running: Running) -> None:
    first = call(running, "ask", 1, "Why is the sea in it?", 0, -1.0, -1.0, True, HEARING)[1]["data"][0]
    second = call(running, "ask", 1, "And the moon?", first["conversation_id"], -1.0, -1.0, True, HEARING)[1]["data"][0]
    assert first["conversation_id"] == second["conversation_id"] > 0
    assert "second verse" in second["text"]


def test_what_was_measured_is_answered_by_the_measurements(running: Running) -> None:
    answer = call(running, "ask", 1, "What is the tempo?", 0, -1.0, -1.0, True, "embedded")[1]["data"][0]
    assert answer["measured"] and "beats a minute" in answer["text"]


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("analysis", [999], "track"),
        ("caption", [1, "poem"], "not a kind of caption"),
        ("ask", [1, "  "], "empty"),
        ("ask", [1, "Key?", 0, 9.0, 4.0], "not a stretch of time"),
    ],
)
def test_a_refusal_is_a_sentence(running: Running, name: str, data: list[Any], sentence: str) -> None:
    status, answer = call(running, name, *data)
    assert status >= 400 or answer.get("error")
    assert sentence in json.dumps(answer) and "Traceback" not in json.dumps(answer)
