"""Opens the studio: `python app.py`, or `musicflamingo serve`."""

import logging
import logging.handlers
import sys

from musicflamingo_app.errors import StudioError
from musicflamingo_app.settings import Settings, load_settings
from musicflamingo_app.ui.desk import LivePreferences, open_desk
from musicflamingo_app.ui.serve import serve


def run(settings: Settings) -> None:
    """Serves the page until it is stopped; failures go to the log in the data folder."""
    desk = open_desk(settings)
    handler = logging.handlers.RotatingFileHandler(desk.paths.log, maxBytes=2_000_000, backupCount=2, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    desk.start()
    try:
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


if __name__ == "__main__":
    try:
        run(load_settings())
    except StudioError as error:
        sys.exit(f"Error: {error}")
