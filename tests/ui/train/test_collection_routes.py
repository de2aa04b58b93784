"""Collections over HTTP."""

import httpx
import pytest

from tests.ui.server import GRADIO_NOISE

pytestmark = GRADIO_NOISE
ALL = "/ma/train/collections"


def post(client: httpx.Client, path: str, **values: object) -> httpx.Response:
    return client.post(path, json=values)


@pytest.fixture
def made(client: httpx.Client) -> dict[str, object]:
    answer = post(client, ALL, name="Mine", licence_note="CC0")
    assert answer.status_code == 200
    row = answer.json()
    yield row
    post(client, f"{ALL}/{row['id']}/delete")


def test_a_collection_is_filled_by_ticks_and_searches_and_emptied(client: httpx.Client, made: dict) -> None:
    path = f"{ALL}/{made['id']}"
    assert post(client, f"{path}/put", tracks=[1, 4]).json()["n_tracks"] == 2
    assert post(client, f"{path}/put_found", query={"text": "minutes"}).json()["n_tracks"] == 3
    assert post(client, f"{path}/take", tracks=[4]).json()["n_tracks"] == 2
    shown = client.get(f"{path}.json").json()
    assert [row["title"] for row in shown["tracks"]] == ["Harbour lights", "Ten minutes"]
    assert shown["outlook"]["n_tracks"] == 2 and shown["outlook"]["duration"] == shown["duration"] > 600
    assert [row["id"] for row in client.get(f"{ALL}.json").json()] == [made["id"]]


def test_it_is_described_and_names_clash(client: httpx.Client, made: dict) -> None:
    path = f"{ALL}/{made['id']}/describe"
    assert post(client, path, name="Ours", licence_note="").json()["name"] == "Ours"
    clash = post(client, ALL, name="OURS")
    assert clash.status_code == 400 and "already" in clash.json()["what"]


@pytest.mark.parametrize(
    ("action", "values", "status", "said"),
    [
        ("put", {"tracks": "1"}, 400, "not a list"),
        ("put", {"tracks": [True]}, 400, "not a list"),
        ("put", {"tracks": [99]}, 404, "track 99"),
        ("put_found", {"query": {"progression": "H-I"}}, 400, "“H”"),
        ("put_found", {"query": [1]}, 400, "not an object"),
        ("put_tagged", {"kind": "mood", "name": "odd"}, 400, "“odd”"),
        ("describe", {"name": " "}, 400, "empty"),
        ("explode", {}, 404, "nothing"),
    ],
)
def test_what_cannot_be_done_is_said(
    client: httpx.Client, made: dict, action: str, values: dict, status: int, said: str
) -> None:
    answer = post(client, f"{ALL}/{made['id']}/{action}", **values)
    assert answer.status_code == status and said in answer.json()["what"] and answer.json()["advice"]


def test_a_collection_that_is_not_there_is_not_found(client: httpx.Client) -> None:
    for number in (12345, 2**63):
        assert client.get(f"{ALL}/{number}.json").status_code == 404
