"""From a collection over examples and decisions to a frozen dataset, over HTTP."""

import time

import httpx
import pytest

from tests.ui.fake_studio import FakeStudio
from tests.ui.server import GRADIO_NOISE
from train.dataset import datasets_folder, open_dataset

pytestmark = GRADIO_NOISE
DATASETS = "/ma/train/datasets"


def post(client: httpx.Client, path: str, **values: object) -> dict:
    answer = client.post(path, json=values)
    assert answer.status_code == 200, answer.text
    return answer.json()


def worked(client: httpx.Client, path: str) -> dict:
    """Waits until nothing is under way, and gives what the page would read."""
    for _ in range(600):
        told = client.get(f"{path}/proposal.json").json()
        if told["work"] and not told["work"]["busy"]:
            return told
        time.sleep(0.05)
    raise AssertionError("the work never ended")


@pytest.fixture
def path(client: httpx.Client) -> str:
    made = post(client, "/ma/train/collections", name="Lessons", licence_note="My own.")
    path = f"/ma/train/collections/{made['id']}"
    post(client, f"{path}/put", tracks=[1, 4])
    yield path
    client.post(f"{path}/delete")


def decided(client: httpx.Client, path: str) -> list[dict]:
    """Rejects one question of the learned side, edits the next and approves a third; gives them in this order."""
    rows = client.get(f"{path}/examples.json?limit=200&side=train").json()["rows"]
    chosen = [row for row in rows if row["kind"] != "caption"][:3]
    texts = {"edited": {"question": "Mine?", "answer": "My answer"}}
    for row, state in zip(chosen, ("rejected", "edited", "approved"), strict=True):
        post(client, f"{path}/review", example=row["id"], sha=row["sha"], state=state, **texts.get(state, {}))
    states = {row["id"]: row["state"] for row in client.get(f"{path}/examples.json?limit=200").json()["rows"]}
    assert [states[row["id"]] for row in chosen] == ["rejected", "edited", "approved"]
    return chosen


def test_decisions_go_into_the_frozen_dataset(client: httpx.Client, studio: FakeStudio, path: str) -> None:
    post(client, f"{path}/propose", questions=8)
    told = worked(client, path)
    assert told["work"]["failed"] == "" and not told["stale"]
    assert told["proposal"]["n_train"] > 5 and told["proposal"]["n_held_out"] > 5
    gone, edited, approved = decided(client, path)
    post(client, f"{path}/freeze", name="Lessons 1", questions=8)
    assert worked(client, path)["work"]["made"] == "Lessons 1"
    frozen = open_dataset(datasets_folder(studio.paths.home) / "Lessons 1")
    kept = {one.id: one for one in frozen.train}
    assert gone["id"] not in kept and kept[approved["id"]].state == "approved"
    assert (kept[edited["id"]].question, kept[edited["id"]].answer) == ("Mine?", "My answer")
    (row,) = client.get(f"{DATASETS}.json").json()
    assert (row["name"], row["hash"], row["licence"]) == ("Lessons 1", frozen.hash, "My own.")
    page = client.get(f"{DATASETS}/Lessons 1/examples.json?text=Mine?").json()
    assert page["total"] == 1 and client.get(f"/ma/train/sounds/{edited['sha']}").status_code == 200
    post(client, f"{DATASETS}/Lessons 1/delete")
    assert client.get(f"{DATASETS}.json").json() == []


def test_a_decision_is_taken_back_and_filters_find_it(client: httpx.Client, path: str) -> None:
    post(client, f"{path}/propose", questions=4)
    assert worked(client, path)["work"]["failed"] == ""
    row = client.get(f"{path}/examples.json?limit=1&kind=caption").json()["rows"][0]
    post(client, f"{path}/review", example=row["id"], sha=row["sha"], state="rejected")
    assert client.get(f"{path}/examples.json?state=rejected").json()["total"] == 1
    post(client, f"{path}/review", example=row["id"], sha=row["sha"], state="proposed")
    assert client.get(f"{path}/examples.json?state=rejected").json()["total"] == 0
    post(client, f"{path}/take", tracks=[4])
    assert client.get(f"{path}/proposal.json").json()["stale"]


def test_one_song_alone_cannot_be_held_out_and_that_is_said(client: httpx.Client, path: str) -> None:
    post(client, f"{path}/take", tracks=[4])
    post(client, f"{path}/propose")
    assert "One song alone" in worked(client, path)["work"]["failed"]


@pytest.mark.parametrize(
    ("action", "values", "said"),
    [
        ("propose", {"questions": "many"}, "questions"),
        ("propose", {"questions": 0}, "0 questions"),
        ("propose", {"think": 1}, "think"),
        ("freeze", {"name": "a/b"}, "a/b"),
        ("freeze", {"name": ""}, "cannot name"),
        ("review", {"example": "x", "sha": "y", "state": "loved"}, "loved"),
        ("review", {"example": "x", "sha": "y", "state": "approved"}, "not in the collection"),
    ],
)
def test_what_cannot_be_is_said(client: httpx.Client, path: str, action: str, values: dict, said: str) -> None:
    answer = client.post(f"{path}/{action}", json=values)
    assert answer.status_code in (400, 404) and said in answer.json()["what"]


@pytest.mark.parametrize("name", ["..", "%2e%2e%2fspeech", ".hidden", "nothing"])
def test_names_lead_nowhere_else(client: httpx.Client, name: str) -> None:
    assert client.post(f"{DATASETS}/{name}/delete", json={}).status_code in (400, 404, 405, 503)
    assert client.get(f"/ma/train/sounds/{name}").status_code == 404
