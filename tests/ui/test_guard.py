"""What the page must never do: read files for others, repeat secrets, obey other sites, call out."""

import re
from pathlib import Path

import httpx
import pytest

from musicflamingo_app.ui.assets import assets_folder
from musicflamingo_app.ui.guard import CONTENT_POLICY
from musicflamingo_app.ui.serve import Running
from tests.ui.server import GRADIO_NOISE

pytestmark = GRADIO_NOISE


def upload(client: httpx.Client, name: str, content: bytes) -> str:
    answer = client.post("/gradio_api/upload", files={"files": (name, content)})
    assert answer.status_code == 200
    path: str = answer.json()[0]
    return path


@pytest.mark.parametrize(
    "path", ["/", "/config", "/ma/jobs.json", "/ma-assets/js/page.js", "/gradio_api/info", "/none"]
)
def test_every_answer_carries_the_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"] == CONTENT_POLICY
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"


def test_gradio_does_not_read_files_for_callers(client: httpx.Client, tmp_path: Path) -> None:
    """The hole of mounted Gradio pages: a file input that names any path of the machine."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the-secret-text")
    config = client.get("/config").json()
    uploads = [row for row in config["dependencies"] if any(target[1] == "upload" for target in row["targets"])]
    assert uploads
    for row in uploads:
        data = [[{"path": str(secret), "orig_name": "a.wav", "meta": {"_type": "gradio.FileData"}}]]
        body = {"data": data, "fn_index": row["id"], "session_hash": "test"}
        answer = client.post("/gradio_api/run/predict", json=body)
        assert answer.status_code in (400, 403, 422, 500)
        assert "the-secret-text" not in answer.text and "/secret.txt" not in answer.text.replace(str(secret), "")
    assert client.get(f"/gradio_api/file={secret}").status_code == 403


def test_an_upload_event_that_names_a_foreign_path_adds_nothing(
    client: httpx.Client, running: Running, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(b"the-secret-sound")
    row = next(r for r in client.get("/config").json()["dependencies"] if any(t[1] == "upload" for t in r["targets"]))
    data = [[{"path": str(secret), "meta": {"_type": "gradio.FileData"}}]]
    joined = client.post("/gradio_api/queue/join", json={"data": data, "fn_index": row["id"], "session_hash": "thief"})
    heard = ""
    if joined.status_code == 200:
        with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": "thief"}) as events:
            for line in events.iter_lines():
                heard += line
                if "process_completed" in line or "close_stream" in line:
                    break
    assert '"success":true' not in heard.replace(" ", "")
    assert secret.name not in [job["name"] for job in client.get("/ma/jobs.json").json()]


def test_files_of_the_working_folder_are_not_served(client: httpx.Client) -> None:
    for path in ("pyproject.toml", str(Path("pyproject.toml").resolve()), "/etc/passwd"):
        assert client.get(f"/gradio_api/file={path}").status_code in (403, 404)


def test_uploaded_files_come_without_the_request_in_their_headers(client: httpx.Client) -> None:
    path = upload(client, "tone.wav", b"RIFF" + bytes(200))
    secret = {"Cookie": "session=s3cret", "Authorization": "Bearer s3cret", "X-Mine": "s3cret", "Range": "bytes=0-9"}
    answer = client.get(f"/gradio_api/file={path}", headers=secret)
    assert answer.status_code == 206 and len(answer.content) == 10
    assert "s3cret" not in str(answer.headers.raw)


def test_a_foreign_name_for_this_machine_is_refused(client: httpx.Client, running: Running) -> None:
    answer = client.get("/ma/library.json", headers={"Host": "evil.example:7860"})
    assert answer.status_code == 403 and "evil.example" in answer.json()["what"]
    port = running.url.rstrip("/").rsplit(":", 1)[1]
    assert client.get("/ma/library.json", headers={"Host": f"localhost:{port}"}).status_code == 200


@pytest.mark.parametrize("path", ["/ma/tracks/1/delete", "/ma/examples/waltz", "/gradio_api/upload"])
def test_other_sites_cannot_change_anything(client: httpx.Client, path: str) -> None:
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1"):
        answer = client.post(path, headers={"Origin": origin})
        assert answer.status_code == 403 and set(answer.json()) == {"what", "advice"}
    assert client.get("/ma/tracks/1/view.json").status_code == 200


def test_the_page_itself_may(client: httpx.Client, running: Running) -> None:
    answer = client.post("/ma/examples/jig", headers={"Origin": running.url.rstrip("/")})
    assert answer.status_code == 200


def test_monitoring_history_and_tools_are_off(client: httpx.Client) -> None:
    config = client.get("/config").json()
    assert not config.get("run_history") and not config.get("footer_links") and not config.get("mcp_server")
    assert client.get("/gradio_api/mcp/").status_code == 404


def test_no_handler_of_the_page_is_public_but_the_named_endpoints(client: httpx.Client) -> None:
    public = set(client.get("/gradio_api/info").json()["named_endpoints"])
    assert public == {"/analysis", "/ask", "/caption", "/description", "/tracks"}


def test_another_site_may_not_use_the_named_endpoints(client: httpx.Client) -> None:
    answer = client.post("/gradio_api/run/tracks", json={"data": [""]}, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403


def test_our_files_name_no_other_host() -> None:
    for folder in ("js", "css", "icons"):
        for path in (assets_folder() / folder).rglob("*.*"):
            found = re.findall(r"(?:https?:)?//[\w.-]+\.\w+", path.read_text("utf-8"))
            assert [url for url in found if url not in ("http://www.w3.org",)] == [], path


def test_scripts_never_build_markup() -> None:
    forbidden = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function")
    for path in (assets_folder() / "js").rglob("*.js"):
        assert not forbidden.search(path.read_text("utf-8")), path


def test_templates_hold_nothing_that_gradio_would_evaluate(client: httpx.Client) -> None:
    for part in client.get("/config").json()["components"]:
        if part["type"] == "html":
            assert not re.search(r"\$\{(?!value\})|\{\{", part["props"]["html_template"])


def test_asset_folders_do_not_leak_their_neighbours(client: httpx.Client) -> None:
    assert client.get("/ma-assets/js/page.js").status_code == 200
    for path in ("/ma-assets/weights/", "/ma-assets/js/..%2f__init__.py", "/ma-assets/songs/index.json"):
        assert client.get(path).status_code == 404
