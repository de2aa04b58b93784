import gzip
import json
from urllib.parse import unquote

import httpx
import pytest

from musicflamingo_app.errors import StudioError
from musicflamingo_app.music.key import Key
from musicflamingo_app.ui.query import query_of
from tests.ui.fake_studio import HOSTILE_TITLE, FakeStudio, wait_until
from tests.ui.server import GRADIO_NOISE

pytestmark = GRADIO_NOISE
AUDIO = "/ma/tracks/1/audio"
VIEW = "/ma/tracks/1/view.json"


def test_the_view_is_json_with_a_tag(client: httpx.Client) -> None:
    answer = client.get(VIEW)
    assert answer.status_code == 200 and answer.json()["title"] == "Harbour lights"
    assert answer.headers["etag"] and answer.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("path", [VIEW, "/ma/tracks/1/peaks.bin", AUDIO])
def test_what_the_browser_has_is_not_sent_again(client: httpx.Client, path: str) -> None:
    tag = client.get(path).headers["etag"]
    again = client.get(path, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_tag_follows_the_content(client: httpx.Client, studio: FakeStudio) -> None:
    before = client.get("/ma/tracks/2/view.json").headers["etag"]
    studio.rename(2, "Eleven minutes", None)
    after = client.get("/ma/tracks/2/view.json", headers={"If-None-Match": before})
    studio.rename(2, "Ten minutes", "The Long Players")
    assert (after.status_code, after.json()["title"]) == (200, "Eleven minutes")


def test_the_view_is_compressed_when_the_browser_can(client: httpx.Client) -> None:
    with client.stream("GET", VIEW, headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed))["id"] == 1 and len(packed) < 6000
    plain = client.get(VIEW, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


def test_peaks_are_as_the_studio_has_them(client: httpx.Client, studio: FakeStudio) -> None:
    assert client.get("/ma/tracks/1/peaks.bin").content == studio.peaks(1)


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=0-99", 0, 100), ("bytes=500-", 500, None), ("bytes=-64", -64, None), ("bytes=10-10", 10, 11)],
)
def test_sound_comes_in_ranges(
    client: httpx.Client, studio: FakeStudio, asked: str, start: int, stop: int | None
) -> None:
    whole = studio.playback_path(1).read_bytes()
    answer = client.get(AUDIO, headers={"Range": asked})
    assert answer.status_code == 206 and answer.content == whole[start:stop]
    first = start % len(whole)
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(answer.content) - 1}/{len(whole)}"
    assert answer.headers["content-type"] == "audio/mp4" and answer.headers["accept-ranges"] == "bytes"


def test_a_range_beyond_the_end_is_refused(client: httpx.Client, studio: FakeStudio) -> None:
    size = studio.playback_path(1).stat().st_size
    answer = client.get(AUDIO, headers={"Range": f"bytes={size}-{size + 10}"})
    assert answer.status_code == 416 and answer.headers["content-range"] == f"bytes */{size}"


def test_a_range_of_an_older_file_gets_the_whole_new_one(client: httpx.Client, studio: FakeStudio) -> None:
    answer = client.get(AUDIO, headers={"Range": "bytes=0-9", "If-Range": '"older"'})
    assert answer.status_code == 200 and len(answer.content) == studio.playback_path(1).stat().st_size


@pytest.mark.parametrize("path", [AUDIO, VIEW, "/ma/jobs.json"])
def test_no_answer_repeats_the_headers_of_the_request(client: httpx.Client, path: str) -> None:
    secret = {"Cookie": "session=s3cret", "Authorization": "Bearer s3cret", "X-Mine": "s3cret", "Range": "bytes=0-9"}
    answer = client.get(path, headers=secret)
    assert "s3cret" not in str(answer.headers.raw)


@pytest.mark.parametrize(
    "path",
    [
        "/ma/tracks/999/view.json", "/ma/tracks/999/audio", "/ma/tracks/999/peaks.bin", "/ma/tracks/999/export/json",
        "/ma/tracks/abc/view.json", "/ma/tracks/-1/view.json", f"/ma/tracks/{10**30}/view.json",
        "/ma/tracks/1/export/exe", "/ma/nothing", "/ma/tracks/1/..%2f..%2fetc%2fpasswd",
    ],
)  # fmt: skip
def test_what_is_not_there_is_told_in_one_sentence(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    said = answer.json()
    assert answer.status_code == 404
    assert said["what"].endswith(".") and said["advice"].endswith(".")


def test_a_bug_shows_no_trace(client: httpx.Client, studio: FakeStudio, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("secret inner detail")

    monkeypatch.setattr(studio, "jobs", broken)
    answer = client.get("/ma/jobs.json")
    assert answer.status_code == 500
    assert set(answer.json()) == {"what", "advice"} and "secret" not in answer.text


def test_exports_are_saved_under_the_name_of_the_track(client: httpx.Client) -> None:
    answer = client.get("/ma/tracks/3/export/json")
    said = answer.headers["content-disposition"]
    assert said.startswith('attachment; filename="')
    assert unquote(said.split("filename*=UTF-8''")[1]) == f"{HOSTILE_TITLE}.json"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.json()["format"] == "musicflamingo-analysis"


def test_the_library_is_searched(client: httpx.Client) -> None:
    found = client.get("/ma/library.json", params={"text": "harbour"}).json()
    assert [row["title"] for row in found["rows"]] == ["Harbour lights"] and found["total"] == 1
    in_order = client.get("/ma/library.json", params={"sort": "bpm", "descending": "0"}).json()["rows"]
    assert [row["bpm"] for row in in_order] == sorted(row["bpm"] for row in in_order)
    assert {row["id"] for row in in_order if row["stale"]} == {4}
    page = client.get("/ma/library.json", params={"limit": "2", "offset": "1"}).json()
    assert len(page["rows"]) == 2 and page["total"] >= 4


@pytest.mark.parametrize(
    ("params", "word"),
    [
        ({"bpm_min": "fast"}, "fast"), ({"bpm_max": "nan"}, "nan"), ({"key": "H major"}, "H major"),
        ({"progression": "C-hello"}, "hello"), ({"sort": "title; drop table"}, "drop table"),
    ],
)  # fmt: skip
def test_a_search_that_cannot_be_read_says_why(client: httpx.Client, params: dict[str, str], word: str) -> None:
    answer = client.get("/ma/library.json", params=params)
    assert answer.status_code == 400 and word in answer.json()["what"] and answer.json()["advice"]


def test_queries_are_read() -> None:
    query = query_of(
        {"text": "x", "key": "F# minor", "compatible": "1", "bpm_min": "89,5", "limit": "9999", "offset": "-3"}
    )
    assert query.key == Key.parse("F# minor") and query.key_compatible and query.bpm_min == 89.5
    assert (query.limit, query.offset, query.sort, query.descending) == (500, 0, "added_at", True)
    with pytest.raises(StudioError):
        query_of({"bpm_max": "inf"})


def test_a_job_is_started_watched_and_put_away(client: httpx.Client) -> None:
    job = client.post("/ma/examples/waltz").json()
    assert (job["state"], job["name"]) == ("running", "Paper lanterns")

    def now() -> dict[str, object]:
        return next(row for row in client.get("/ma/jobs.json").json() if row["id"] == job["id"])

    assert 0 <= float(str(now()["fraction"])) <= 1 and now()["stage"]
    wait_until(lambda: now()["state"] == "done")
    assert client.get(f"/ma/tracks/{now()['track_id']}/view.json").status_code == 200
    client.post(f"/ma/jobs/{job['id']}/dismiss")
    assert job["id"] not in [row["id"] for row in client.get("/ma/jobs.json").json()]


def test_unknown_work_cannot_be_started_or_stopped(client: httpx.Client) -> None:
    for path in ("/ma/examples/nothing", "/ma/jobs/12345/cancel", "/ma/jobs/1/explode", "/ma/tracks/1/explode"):
        assert client.post(path).status_code == 404


def test_a_track_is_renamed_deleted_and_brought_back(client: httpx.Client) -> None:
    renamed = client.post("/ma/tracks/4/rename", params={"title": " New <b>name</b> ", "artist": ""}).json()
    assert (renamed["title"], renamed["artist"]) == ("New <b>name</b>", None)
    assert client.post("/ma/tracks/4/rename", params={"title": " "}).status_code == 400
    assert client.post("/ma/tracks/4/delete").status_code == 200
    assert client.get("/ma/tracks/4/view.json").status_code == 404
    assert client.post("/ma/tracks/4/restore").json()["title"] == "New <b>name</b>"
    client.post("/ma/tracks/4/rename", params={"title": "Old measure"})


def test_reading_never_changes_anything(client: httpx.Client) -> None:
    assert client.get("/ma/tracks/1/delete").status_code == 404
    assert client.get("/ma/tracks/1/view.json").status_code == 200


def test_the_page_speaks_of_itself(client: httpx.Client) -> None:
    headings = [group["heading"] for group in client.get("/ma/about.json").json()]
    assert headings == ["Engines", "Credits", "This computer"]
    assert [row["id"] for row in client.get("/ma/examples.json").json()] == ["waltz", "band", "jig"]
