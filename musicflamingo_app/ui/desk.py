"""Where settings meet the studio: opens it as they say, and lets changed ones count at once."""

from collections.abc import Mapping
from typing import Any

from musicflamingo_app.analysis.ears import Choice
from musicflamingo_app.paths import Paths, default_home
from musicflamingo_app.services.studio import Setup, Studio
from musicflamingo_app.settings import Settings, load_settings
from musicflamingo_app.ui.preferences import StoredPreferences


class LivePreferences(StoredPreferences):
    """The settings file; changed engines count from the next job on."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def save(self, values: Mapping[str, Any]) -> None:
        """Keeps all of them or none. Raises StudioError naming the one that cannot be."""
        super().save(values)
        self._studio.choose(choice_of(load_settings()))


def choice_of(settings: Settings) -> Choice:
    """The engines that the settings name."""
    return Choice(settings.chord_engine, settings.beat_engine)


def open_desk(settings: Settings) -> Studio:
    """The studio of this person's data folder, not started. Raises StorageError."""
    max_file_bytes = settings.max_file_mb * 1_000_000
    setup = Setup(choice_of(settings), settings.n_workers, max_file_bytes, settings.keep_deleted_days)
    return Studio(Paths(default_home()), setup)
