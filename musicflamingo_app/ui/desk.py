"""The studio as the pages see it: the use-cases, with the person's settings beside them."""

from collections.abc import Mapping, Sequence
from typing import Any

from musicflamingo_app.analysis.ears import Choice
from musicflamingo_app.paths import Paths, default_home
from musicflamingo_app.services.studio import Setup, Studio
from musicflamingo_app.settings import Settings, load_settings, save_settings


class Desk(Studio):
    """A studio whose settings can be read and changed. Changed engines count from the next job on."""

    def settings(self) -> Sequence[tuple[str, Any, str]]:
        """Name, value and help sentence of each setting."""
        now = load_settings()
        fields = Settings.model_fields.items()
        return [(name, getattr(now, name), field.description or "") for name, field in fields]

    def save_settings(self, values: Mapping[str, Any]) -> None:
        """Stores changed settings. Raises StudioError naming the one that is wrong."""
        now = {name: value for name, value, _ in self.settings()}
        changed = {name: value for name, value in values.items() if value != now.get(name)}
        if changed:
            self.choose(choice_of(save_settings(changed)))


def choice_of(settings: Settings) -> Choice:
    """The engines that the settings name."""
    return Choice(settings.chord_engine, settings.beat_engine)


def setup_of(settings: Settings) -> Setup:
    """What a studio is made with, out of the settings."""
    return Setup(choice_of(settings), settings.n_workers, settings.max_file_mb * 1_000_000, settings.keep_deleted_days)


def open_desk(settings: Settings) -> Desk:
    """The studio of this person's data folder, not started. Raises StorageError."""
    return Desk(Paths(default_home()), setup_of(settings))
