"""Opens the studio: `python app.py`, or `musicflamingo serve`."""

import logging
import logging.handlers
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from musicflamingo_app.errors import StudioError
from musicflamingo_app.services.studio import Studio
from musicflamingo_app.settings import Settings, load_settings
from musicflamingo_app.ui.desk import LivePreferences, open_desk
from musicflamingo_app.ui.serve import serve


def run(settings: Settings) -> None:
    """Serves the page until it is stopped; failures go to the log in the data folder, uploads into that folder."""
    desk = open_desk(settings)
    # Gradio's own place outlives the studio; files in this one are taken over as they are added.
    os.environ.setdefault("GRADIO_TEMP_DIR", str(desk.paths.incoming / "uploads"))
    with _logging_to(desk.paths.log):
        _run(desk, settings)


def _run(desk: Studio, settings: Settings) -> None:
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: work under way can be resumed
    try:
        desk.start()
        running = serve(
            desk,
            host=settings.host,
            port=settings.port,
            open_browser=settings.open_browser,
            block=False,
            max_file_mb=settings.max_file_mb,
            theme=settings.theme,
            preferences=LivePreferences(desk),
        )
        sys.stdout.write(f"The studio is open at {running.url}\nData lies in {desk.paths.home}. Ctrl-C ends it.\n")
        sys.stdout.flush()
        running.wait()
    except KeyboardInterrupt:
        pass
    finally:
        desk.close()
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _logging_to(path: Path) -> Iterator[None]:
    """Failures go into a file instead of the terminal, whatever the command line had set."""
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=2_000_000, backupCount=2, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root, ours = logging.getLogger(), logging.getLogger("musicflamingo_app")
    handlers, level = root.handlers, ours.level
    root.handlers = [handler]
    ours.setLevel(logging.WARNING)
    try:
        yield
    finally:
        root.handlers = handlers
        ours.setLevel(level)
        handler.close()


if __name__ == "__main__":
    try:
        run(load_settings())
    except StudioError as error:
        sys.exit(f"Error: {error}")
