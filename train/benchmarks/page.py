"""How soon the page answers: `python -m train.benchmarks.page`.

Starts the studio as a person does, in a data folder of its own with one bundled piece analysed, and drives Chromium:
from the address to the drop zone on the first view after launch, from a click in the library to a song that can be
played, and frames a second while it plays. Without Playwright or Chromium it says so and measures nothing.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

PIECE = "paper-lanterns.opus"
COMMAND = [sys.executable, "-m", "musicflamingo_app.cli.main"]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
START_S = 120.0
READY = "() => !!(window.__ma && window.__ma.ready)"


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if chromium is None:
        print("The page was not measured: Playwright or Chromium is not installed.")
        return
    with tempfile.TemporaryDirectory() as home, _studio(Path(home)) as (url, launch_s), sync_playwright() as api:
        browser = api.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        print(f"from the command to a server that answers: {launch_s:.1f} s")
        print(f"first page view after that: {_first_view(page, url):.2f} s (bar: 2)")
        print(f"opening an analysed song: {_open_song(page):.2f} s (bar: 1)")
        print(f"frames a second while it plays: {_frames(page):.0f} (bar: 60)")
        browser.close()


@contextmanager
def _studio(home: Path) -> Iterator[tuple[str, float]]:
    """A served studio with one analysed piece: its address and how long its start took."""
    environment = os.environ | {"MUSICFLAMINGO_HOME": str(home)}
    with as_file(files("assets") / "songs" / PIECE) as piece:
        subprocess.run([*COMMAND, "add", str(piece)], env=environment, check=True, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    start_s = time.perf_counter()
    command = [*COMMAND, "serve", "--port", str(port), "--no-browser"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _until_it_answers(f"http://127.0.0.1:{port}/ma/jobs.json")
            yield f"http://127.0.0.1:{port}/", time.perf_counter() - start_s
        finally:
            server.terminate()


def _until_it_answers(url: str) -> None:
    end_s = time.perf_counter() + START_S
    while time.perf_counter() < end_s:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"The studio did not answer within {START_S:.0f} s.")


def _first_view(page: Any, url: str) -> float:
    start_s = time.perf_counter()
    page.goto(url)
    page.wait_for_selector("#ma-drop input[type=file]", state="attached")
    return time.perf_counter() - start_s


def _open_song(page: Any) -> float:
    page.get_by_role("tab", name="Library").click()
    link = page.locator("#ma-library .ma-open").first
    link.wait_for()
    start_s = time.perf_counter()
    link.click()
    page.wait_for_function(READY, timeout=60_000)
    return time.perf_counter() - start_s


def _frames(page: Any) -> float:
    page.keyboard.press("Space")
    page.wait_for_timeout(4000)
    return float(page.evaluate("() => window.__ma.fps()"))


if __name__ == "__main__":
    main()
