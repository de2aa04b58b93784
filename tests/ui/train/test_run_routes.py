"""Recipes, runs, reports and adapters over HTTP; nothing is trained here (the trainer's own tests do that)."""

import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.services.voicing import embedded_hears
from tests.ui.fake_studio import FakeStudio, wait_until
from tests.ui.server import GRADIO_NOISE
from tests.ui.speaking import HEARING, THINKING
from train.recipes.read import recipe_of
from train.runs.folder import METRICS, SAMPLES, Plan, append_line, create, runs_folder, write_json

pytestmark = GRADIO_NOISE
RUNS, ADAPTERS = "/ma/train/runs", "/ma/train/adapters"


@pytest.fixture
def run(studio: FakeStudio) -> Iterator[str]:
    """A run that was interrupted at step 3 of 9."""
    plan = Plan(recipe_of("sft"), studio.folder, studio.folder / "Lessons 1", HEARING, card={"data_hash": "ab"})
    folder = create(runs_folder(studio.paths.home), plan, name="first")
    write_json(
        folder / "state.json",
        {"pid": 1, "born": 0.0, "host": "", "heartbeat": 1.0, "step": 3, "steps": 9, "sentence": "Learning."},
    )
    for step in (1, 2, 3):
        append_line(folder / METRICS, {"step": step, "loss": 3.0 - step / 2, "learning_rate": 1e-4, "step_s": 2.0})
    append_line(folder / SAMPLES, {"step": 3, "example": "e", "question": "Key?", "expected": "C", "answer": "D"})
    yield "first"
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    if folder.exists():
        folder.rmdir()


def test_recipes_explain_every_line(client: httpx.Client) -> None:
    told = client.get("/ma/train/recipes.json").json()
    assert [row["stage"] for row in told["stages"]] == ["sft", "cot", "grpo"]
    for stage in told["stages"]:
        assert [size["size"] for size in stage["sizes"]] == ["small", "medium", "large"]
        assert all(line["help"] and line["cost"] for size in stage["sizes"] for line in size["lines"])
    rewarded = [line["name"] for line in told["stages"][2]["sizes"][0]["lines"]]
    assert {"grpo.group_size", "grpo.layout", "lora_rank"} < set(rewarded) and "epochs" not in rewarded


def test_models_that_hear_can_be_trained_also_the_one_that_comes_along(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = [(HEARING, False), (THINKING, False)]
    for hears, expected in ((False, large), (True, [("embedded", True), *large])):
        embedded_hears(monkeypatch, hears)
        bases = client.get("/ma/train/recipes.json").json()["bases"]
        assert [(base["id"], base["here"]) for base in bases] == expected


def test_an_interrupted_run_is_shown_with_curves_and_samples(client: httpx.Client, run: str) -> None:
    (row,) = client.get(f"{RUNS}.json").json()
    assert (row["name"], row["status"], row["step"], row["steps"]) == (run, "interrupted", 3, 9)
    one = client.get(f"{RUNS}/{run}.json").json()
    assert one["last"]["loss"] == 1.5 and one["samples"][0]["answer"] == "D" and one["about"]["data_hash"] == "ab"
    titles = [figure["title"] for figure in client.get(f"{RUNS}/curves.json?run={run}").json()]
    assert titles == ["Loss", "Learning rate", "Throughput"]
    same = client.get(f"{RUNS}/compare.json?first={run}&second={run}").json()
    assert same["same_data"] and same["settings"] == []
    assert client.post(f"{RUNS}/{run}/stop", json={}).status_code == 400
    assert client.post(f"{RUNS}/{run}/explode", json={}).status_code == 404
    assert client.post(f"{RUNS}/{run}/delete", json={}).status_code == 200
    assert client.get(f"{RUNS}/{run}.json").status_code == 404


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"dataset": "../../etc"}, "../../etc"),
        ({"dataset": "none", "model": "openai-server"}, "openai-server"),
        ({"dataset": "none", "model": "/etc"}, "/etc"),
        ({"dataset": "none", "model": HEARING}, "not here"),
        ({"dataset": "none", "model": HEARING, "size": "huge"}, "huge"),
        ({"dataset": "none", "model": HEARING, "changes": {"epochs": "-1"}}, "epochs"),
        ({"dataset": "none", "model": HEARING, "changes": {"epochz": "1"}}, "epochz"),
        ({"dataset": "none", "model": HEARING, "changes": [1]}, "not texts"),
        ({"stage": "grpo", "dataset": "none", "model": HEARING, "changes": {"grpo.clip": "0"}}, "grpo.clip is 0"),
        ({"stage": "grpo", "dataset": "none", "model": HEARING, "changes": {"grpo.layout": "x"}}, "grpo.layout is 'x'"),
        ({"dataset": 3}, "not a text"),
    ],
)
def test_a_run_that_cannot_be_is_refused_in_a_sentence(client: httpx.Client, values: dict, said: str) -> None:
    for path in (RUNS, "/ma/train/trial"):
        answer = client.post(path, json={"stage": "sft", "size": "small", **values})
        assert answer.status_code in (400, 404) and said in answer.json()["what"], answer.text


def test_the_drawing_library_comes_from_this_machine(client: httpx.Client) -> None:
    first = client.get("/ma/train/plotly.js")
    assert first.status_code == 200 and len(first.content) > 1_000_000 and "javascript" in first.headers["content-type"]
    assert client.get("/ma/train/plotly.js", headers={"If-None-Match": first.headers["etag"]}).status_code == 304


@pytest.fixture
def adapter(studio: FakeStudio, client: httpx.Client) -> Iterator[dict]:
    folder = studio.speech.adapters.folder / "choro"
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text("{}")
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    (folder / "README.md").write_text("A card.")
    (folder / "card.json").write_text(json.dumps({"base": HEARING, "run": "r", "data": "d", "scores": {"loss": 1.25}}))
    (row,) = client.get(f"{ADAPTERS}.json").json()
    yield row
    client.post(f"{ADAPTERS}/{row['id']}/delete", json={})


def test_an_adapter_is_used_given_away_and_removed(client: httpx.Client, studio: FakeStudio, adapter: dict) -> None:
    path = f"{ADAPTERS}/{adapter['id']}"
    assert (adapter["base_model"], adapter["known"], adapter["scores"]) == (HEARING, True, {"loss": 1.25})
    assert client.post(f"{path}/use", json={}).status_code == 200
    assert client.get(f"{ADAPTERS}.json").json()[0]["in_use"]
    assert client.get("/ma/models.json").json()["chosen"] == HEARING
    client.post(f"{path}/set_aside", json={})
    assert not client.get(f"{ADAPTERS}.json").json()[0]["in_use"]
    client.post("/ma/models/embedded/choose", json={})
    packed = client.get(f"{path}/adapter.zip")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert "choro/adapter_model.safetensors" in archive.namelist()
    wait_until(lambda: not list(studio.paths.incoming.glob("*.zip")))
    assert client.post(f"{path}/delete", json={}).status_code == 200
    assert client.get(f"{ADAPTERS}.json").json() == [] and client.post(f"{path}/use", json={}).status_code == 404


def test_an_adapter_for_a_model_that_is_not_here_is_not_taken_in(client: httpx.Client, studio: FakeStudio) -> None:
    answer = client.post(f"{ADAPTERS}/import?name=x&model={HEARING}", content=b"no zip")
    assert answer.status_code == 400 and "not here" in answer.json()["what"]
    wait_until(lambda: not list(studio.paths.incoming.glob("*.zip")))  # it is deleted once it was sent


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"dataset": "none", "model": HEARING}, "none"),
        ({"dataset": "..", "model": HEARING}, ".."),
    ],
)
def test_an_evaluation_that_cannot_be_is_refused(client: httpx.Client, values: dict, said: str) -> None:
    answer = client.post("/ma/train/reports", json=values)
    assert answer.status_code == 404 and said in answer.json()["what"]
    assert client.get("/ma/train/reports.json").json() == []


def test_an_evaluation_that_fails_says_why(client: httpx.Client, studio: FakeStudio) -> None:
    """The command is started for real; the model's weights are not on this machine."""
    (studio.paths.home / "datasets" / "empty").mkdir(parents=True)
    name = client.post("/ma/train/reports", json={"dataset": "empty", "model": HEARING}).json()["name"]
    end_s = time.monotonic() + 120
    while (row := client.get(f"/ma/train/reports/{name}.json").json())["status"] == "running":
        assert time.monotonic() < end_s
        time.sleep(0.2)
    assert row["status"] == "failed" and "There is no dataset" in row["failed"]
    assert client.post(f"/ma/train/reports/{name}/stop", json={}).status_code == 400
    assert client.post(f"/ma/train/reports/{name}/delete", json={}).status_code == 200
    assert client.get("/ma/train/reports.json").json() == [] and Path(studio.paths.home).is_dir()
