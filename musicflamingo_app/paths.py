"""Where a person's data lies: one folder, moved whole by `MUSICFLAMINGO_HOME`. Never the repository."""

import os
from dataclasses import dataclass
from pathlib import Path

from musicflamingo_app.errors import StorageError

HOME_VARIABLE = "MUSICFLAMINGO_HOME"


@dataclass(frozen=True, slots=True)
class Paths:
    """The data folder and what lies in it."""

    home: Path

    @property
    def database(self) -> Path:
        return self.home / "library.sqlite"

    @property
    def store(self) -> Path:
        """Tracks by content: originals, playback copies, peaks."""
        return self.home / "store"

    @property
    def incoming(self) -> Path:
        """Uploads that are not analysed yet; emptied as jobs end."""
        return self.home / "incoming"

    @property
    def settings(self) -> Path:
        return self.home / "settings.toml"

    @property
    def log(self) -> Path:
        return self.home / "studio.log"

    def make(self) -> "Paths":
        """Makes the folders. Raises StorageError when the disk refuses."""
        try:
            for folder in (self.home, self.store, self.incoming):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"The data folder {self.home} cannot be used: {error.strerror or error}.",
                f"Make it writable, or set {HOME_VARIABLE} to a folder that is.",
            ) from error
        return self


def default_home() -> Path:
    """`MUSICFLAMINGO_HOME`, or the system's place for a person's application data."""
    named = os.environ.get(HOME_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("musicflamingo", appauthor=False)
