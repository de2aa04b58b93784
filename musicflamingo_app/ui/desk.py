"""Where settings meet the studio: opens it as they say, and lets changed ones count at once."""

from collections.abc import Mapping
from typing import Any

from model.openai_http.server import Server
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
        settings = load_settings()
        self._studio.choose(choice_of(settings))
        if self._studio.speech.server != server_of(settings):
            self._studio.speech.server = server_of(settings)
            self._studio.speech.unload_model("openai-server")


def choice_of(settings: Settings) -> Choice:
    """The engines that the settings name."""
    return Choice(settings.chord_engine, settings.beat_engine, settings.key_engine, settings.section_engine)


def server_of(settings: Settings) -> Server | None:
    """The model server that the settings name."""
    if not settings.server_url.strip():
        return None
    return Server(settings.server_url.strip(), settings.server_model.strip(), settings.server_key.get_secret_value())


def open_desk(settings: Settings) -> Studio:
    """The studio of this person's data folder, not started. Raises StorageError."""
    max_file_bytes = settings.max_file_mb * 1_000_000
    setup = Setup(
        choice_of(settings), settings.n_workers, max_file_bytes, settings.keep_deleted_days, server_of(settings)
    )
    studio = Studio(Paths(default_home()), setup)
    if settings.precision:
        studio.speech.voices.precisions[settings.model] = settings.precision
    return studio
