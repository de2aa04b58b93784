"""The whole road of one track: taken in over the page, heard by the default engines, found, played and taken away."""

import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from musicflamingo_app.analysis.ears import Choice
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Timeline
from musicflamingo_app.scoring.beats import beat_scores, downbeat_f
from musicflamingo_app.scoring.chords import chord_scores
from musicflamingo_app.scoring.key import key_score
from musicflamingo_app.services.studio import Studio
from musicflamingo_app.settings import load_settings
from musicflamingo_app.ui.desk import open_desk
from tests.ui.server import GRADIO_NOISE, served

pytestmark = GRADIO_NOISE
EXAMPLE = "paper-lanterns"
SONGS = Path(__file__).parents[2] / "assets" / "songs"
PATIENCE_S = 200.0


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("flow") / "home"
        patch.setenv("MUSICFLAMINGO_HOME", str(home))
        opened = open_desk(load_settings(workers=1)).start()
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def client(desk: Studio, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with (
        served(desk, tmp_path_factory.mktemp("gradio")) as page,
        httpx.Client(base_url=page.url, timeout=30) as opened,
    ):
        yield opened


@pytest.fixture(scope="module")
def track_id(client: httpx.Client) -> int:
    """The track of the example, asked for and awaited as the page does."""
    asked = client.post(f"/ma/examples/{EXAMPLE}", headers={"Origin": str(client.base_url).rstrip("/")})
    assert asked.status_code == 200, asked.text
    job_id, deadline = asked.json()["id"], time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        job = next(row for row in client.get("/ma/jobs.json").json() if row["id"] == job_id)
        if job["state"] not in ("queued", "running"):
            assert job["state"] == "done", job
            return int(job["track_id"])
        time.sleep(0.3)
    pytest.fail("The analysis did not end in time")


def truth() -> dict[str, Any]:
    return dict(json.loads((SONGS / f"{EXAMPLE}.json").read_text("utf-8")))


def timeline(rows: list[list[Any]]) -> Timeline[Chord]:
    return Timeline.of([(start_s, end_s, Chord.parse(name)) for start_s, end_s, name in rows])


def test_what_is_heard_is_what_was_played(desk: Studio, track_id: int) -> None:
    found, played = desk.analysis(track_id), truth()
    assert found.chords is not None and found.beats is not None and found.key is not None and found.tempo is not None
    assert found.failures == {}
    assert chord_scores(timeline(played["chords"]), found.chords.value).majmin >= 0.8
    assert beat_scores(played["beats"], [beat.time_s for beat in found.beats.value.beats]).f >= 0.8
    assert downbeat_f(played["downbeats"], found.beats.value.downbeats_s) >= 0.5
    assert key_score(Key.parse(played["key"]), found.key.value) == 1.0
    assert found.tempo.value == pytest.approx(played["tempo"], rel=0.04)
    assert found.sections is not None and found.tags is not None
    assert found.chords.provenance.engine != found.beats.provenance.engine


def test_the_page_gets_view_peaks_and_sound(client: httpx.Client, desk: Studio, track_id: int) -> None:
    view = client.get(f"/ma/tracks/{track_id}/view.json")
    assert view.status_code == 200 and "Paper Lanterns" in view.text
    assert (
        client.get(f"/ma/tracks/{track_id}/view.json", headers={"If-None-Match": view.headers["etag"]}).status_code
        == 304
    )
    assert client.get(f"/ma/tracks/{track_id}/peaks.bin").content == desk.peaks(track_id)
    whole = desk.playback_path(track_id).read_bytes()
    part = client.get(f"/ma/tracks/{track_id}/audio", headers={"Range": "bytes=100-1099"})
    assert part.status_code == 206 and part.content == whole[100:1100]
    assert part.headers["content-range"] == f"bytes 100-1099/{len(whole)}"


def test_the_library_finds_it_by_progression(client: httpx.Client, track_id: int) -> None:
    def found(**query: str) -> list[int]:
        return [row["id"] for row in client.get("/ma/library.json", params=query).json()["rows"]]

    assert found(progression="I-V-vi-IV") == found(progression="G-D-Em-C") == found(text="lanterns") == [track_id]
    assert found(key="G major") == [track_id] and found(bpm_min="105", bpm_max="118") == [track_id]
    assert found(progression="bII-V-bVI") == found(text="nothing") == found(key="C# minor") == []


def test_exports_come_as_files(client: httpx.Client, track_id: int) -> None:
    lab = client.get(f"/ma/tracks/{track_id}/export/lab")
    assert lab.status_code == 200 and "attachment" in lab.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(lab.content)) as files:
        assert files.testzip() is None
        chords = next(name for name in files.namelist() if name.endswith("chords.lab"))
        assert chords.startswith("Music Flamingo App - Paper Lanterns.")
        rows = [line.split() for line in files.read(chords).decode().splitlines()]
    heard = timeline([[float(start), float(end), name] for start, end, name in rows])
    assert chord_scores(timeline(truth()["chords"]), heard).majmin >= 0.8


def test_the_same_example_again_is_known_at_once(client: httpx.Client, desk: Studio, track_id: int) -> None:
    job = desk.add_example(EXAMPLE)
    assert (job.state, job.track_id) == ("done", track_id)
    assert len(client.get("/ma/library.json").json()["rows"]) == 1


def test_other_engines_make_it_stale(client: httpx.Client, desk: Studio, track_id: int) -> None:
    assert desk.stale() == set()
    desk.choose(Choice("best", "beatnet"))
    assert desk.stale() == {track_id}
    desk.choose(Choice())
    assert desk.stale() == set()
