"""Where the page's own files lie: scripts, styles and icons, installed with the package `assets`."""

from importlib.resources import files
from pathlib import Path


def assets_folder() -> Path:
    """The installed `assets` folder."""
    return Path(str(files("assets")))
