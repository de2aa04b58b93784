"""The settings as the Settings page shows them: value, explanation and what may be chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args, get_origin

from musicflamingo_app.settings import Settings, load_settings, save_settings


@dataclass(frozen=True, slots=True)
class Preference:
    """One setting: its name, value, help sentence, and the values that may be chosen (empty: any of its kind)."""

    name: str
    value: Any
    help: str
    choices: tuple[str, ...] = ()


class Preferences(Protocol):
    """Where the page reads settings and keeps what a person changed."""

    def rows(self) -> Sequence[Preference]: ...

    def save(self, values: Mapping[str, Any]) -> None:
        """Keeps all of them or none. Raises StudioError naming the one that cannot be."""
        ...


class StoredPreferences:
    """The settings file of the data folder."""

    def rows(self) -> Sequence[Preference]:
        now = load_settings()
        return [
            Preference(name, getattr(now, name), field.description or "", _choices(field.annotation))
            for name, field in Settings.model_fields.items()
        ]

    def save(self, values: Mapping[str, Any]) -> None:
        """Writes only what differs from what is in force, so that flags and defaults stay what they are."""
        now = load_settings()
        changed = {name: value for name, value in values.items() if getattr(now, name) != value}
        if changed:
            save_settings(changed)


def _choices(annotation: Any) -> tuple[str, ...]:
    return get_args(annotation) if get_origin(annotation) is Literal else ()
