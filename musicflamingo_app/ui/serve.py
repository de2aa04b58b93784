"""Starts the page: Gradio's own `launch`, with the studio's routes and guard in front.

Never `mount_gradio_app`: in Gradio 6.31 a mounted page lets anyone read any file of the machine.
"""

import os
import socket
import webbrowser
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.middleware import Middleware

from musicflamingo_app.errors import MissingPackage, StudioError
from musicflamingo_app.ui import answers
from musicflamingo_app.ui.assets import assets_folder
from musicflamingo_app.ui.contract import Studio
from musicflamingo_app.ui.guard import LOOPBACK, Guard
from musicflamingo_app.ui.model_desk import ModelDesk, VoiceChoice
from musicflamingo_app.ui.page import build
from musicflamingo_app.ui.preferences import Preferences, StoredPreferences, StoredVoice
from musicflamingo_app.ui.routes import routes
from musicflamingo_app.ui.theme import studio_theme

if TYPE_CHECKING:
    import gradio as gr

MAX_FILE_MB = 500
STYLES = (
    "base.css", "gradio.css", "listen.css", "player.css", "details.css", "library.css", "speech.css", "train.css",
)  # fmt: skip
# Nothing that leaves the machine, tells about it, or that this page does not need.
LAUNCH: dict[str, Any] = {
    "prevent_thread_lock": True,
    "quiet": True,
    "share": False,
    "footer_links": [],
    "run_history": False,
    "enable_monitoring": False,
    "mcp_server": False,
    "ssr_mode": False,
    "pwa": False,
    "show_error": False,
    "state_session_capacity": 200,
}


@dataclass(frozen=True, slots=True)
class Running:
    """A page that is being served: its address and how to stop it."""

    url: str
    page: "gr.Blocks"

    def wait(self) -> None:
        """Until somebody presses Ctrl+C."""
        self.page.block_thread()

    def close(self) -> None:
        self.page.close(verbose=False)


def serve(
    studio: Studio,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    open_browser: bool = False,
    block: bool = True,
    max_file_mb: int = MAX_FILE_MB,
    theme: str = "system",
    preferences: Preferences | None = None,
    voice: VoiceChoice | None = None,
) -> Running:
    """Serves the page; with `block` until it is stopped. Port 0 takes any free one.

    `theme` is `system`, `light` or `dark`; a choice made on the page outranks it. Without `preferences` the Settings
    page changes the settings file of the data folder.

    Raises StudioError when the port is taken and MissingPackage without Gradio.
    """
    port = _free_port(host, port)
    models = ModelDesk(studio.speech, voice or StoredVoice())
    page = _built(studio, preferences or StoredPreferences(), models)
    _, url, _ = page.launch(
        server_name=host,
        server_port=port,
        theme=studio_theme(),
        head=_head(theme),
        favicon_path=str(assets_folder() / "icons" / "flamingo.svg"),
        max_file_size=max_file_mb * 1_000_000,
        app_kwargs=_server(studio, host, models),
        **LAUNCH,
    )
    running = Running(url, page)
    if open_browser:
        webbrowser.open(url)
    if block:
        running.wait()
    return running


def _built(studio: Studio, preferences: Preferences, models: ModelDesk) -> "gr.Blocks":
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when Gradio is imported
    try:
        return build(studio, preferences, models)
    except ModuleNotFoundError as error:
        what = f"The page needs {error.name}, which is not installed."
        raise MissingPackage(what, "Run: pip install gradio") from error


def _server(studio: Studio, host: str, models: ModelDesk) -> dict[str, Any]:
    """What FastAPI is made with: our guard and routes stand there before the first request can come."""
    guard = Middleware(Guard, hosts=LOOPBACK if host in ("127.0.0.1", "localhost", "::1") else ())
    return {
        "middleware": [guard],
        "routes": routes(studio, models),
        "exception_handlers": {Exception: answers.unexpected},
    }


def _free_port(host: str, port: int) -> int:
    """The port when it is free, any free one for 0. Raises StudioError when it is taken."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return int(probe.getsockname()[1])
    except OSError as error:
        what = f"The page cannot be served at {host}, port {port}: {error.strerror or error}."
        raise StudioError(what, "Choose another port, or close the studio that already runs there.") from error


def _head(theme: str) -> str:
    links = "".join(f'<link rel="stylesheet" href="ma-assets/css/{name}">' for name in STYLES)
    return f'{links}<meta name="color-scheme" content="light dark"><meta name="ma-theme" content="{theme}">'
