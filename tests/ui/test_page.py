import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from musicflamingo_app.errors import StudioError
from musicflamingo_app.ui.listen import add_files
from musicflamingo_app.ui.preferences import StoredPreferences
from musicflamingo_app.ui.serve import Running, serve
from tests.ui.fake_studio import FakePreferences, FakeStudio
from tests.ui.server import GRADIO_NOISE

pytestmark = GRADIO_NOISE


@pytest.mark.parametrize("module", ["page", "serve", "routes", "charts", "view", "player"])
def test_importing_the_page_loads_nothing_heavy(module: str) -> None:
    heavy = "{'torch', 'librosa', 'plotly', 'scipy', 'av', 'gradio', 'sqlmodel'}"
    code = f"import sys, musicflamingo_app.ui.{module}; print(*({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_each_file_is_added_and_one_refusal_does_not_stop_the_others(
    studio: FakeStudio, song: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.mp3"
    empty.touch()
    news = add_files(studio, [empty, song, tmp_path / "gone.wav"])
    assert len(news["started"]) == 1
    assert [row["name"] for row in news["refused"]] == ["empty.mp3", "gone.wav"]
    assert news["refused"][0]["what"] == "“empty.mp3” is empty."
    studio.cancel(news["started"][0])


def test_the_page_is_served_with_its_name_and_icon(client: httpx.Client, running: Running) -> None:
    page = client.get("/")
    assert (page.status_code == 200 and "<title>" in page.text) or "Music Flamingo" in page.text
    icon = client.get("/favicon.ico")
    assert icon.status_code == 200 and b"<svg" in icon.content


def test_settings_show_what_the_studio_has(client: httpx.Client) -> None:
    parts = client.get("/config").json()["components"]
    labels = {part["props"].get("label"): part["type"] for part in parts}
    kinds = {"Tracks at once": "number", "Chord engine": "dropdown", "Open browser": "checkbox", "Address": "textbox"}
    assert {name: labels.get(name) for name in kinds} == kinds


def test_settings_are_read_from_and_kept_in_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICFLAMINGO_HOME", str(tmp_path))
    stored = StoredPreferences()
    rows = {row.name: row for row in stored.rows()}
    assert rows["theme"].choices == ("system", "light", "dark") and all(row.help for row in rows.values())
    values = {name: row.value for name, row in rows.items()}
    stored.save(values)
    assert list(tmp_path.iterdir()) == []  # nothing changed, nothing written
    stored.save(values | {"theme": "dark", "workers": 3})
    assert {row.name: row.value for row in stored.rows()} == values | {"theme": "dark", "workers": 3}
    with pytest.raises(StudioError, match="workers"):
        stored.save(values | {"workers": -1})


def test_a_port_that_is_taken_is_told_in_words(running: Running, studio: FakeStudio) -> None:
    port = int(running.url.rstrip("/").rsplit(":", 1)[1])
    with pytest.raises(StudioError, match=f"port {port}"):
        serve(studio, port=port, block=False, preferences=FakePreferences())
