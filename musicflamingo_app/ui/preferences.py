"""The settings as the Settings page shows them: value, explanation and what may be chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args, get_origin

from pydantic import SecretStr

from musicflamingo_app.settings import Settings, load_settings, save_settings

ELSEWHERE = ("model", "precision")  # chosen in the list of models


@dataclass(frozen=True, slots=True)
class Preference:
    """One setting: its name, value, help sentence, and the values that may be chosen (empty: any of its kind)."""

    name: str
    value: Any
    help: str
    choices: tuple[str, ...] = ()
    is_secret: bool = False


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
            Preference(name, _shown(getattr(now, name)), field.description or "", *_kind(field.annotation))
            for name, field in Settings.model_fields.items()
            if name not in ELSEWHERE
        ]

    def save(self, values: Mapping[str, Any]) -> None:
        """Writes only what differs from what is in force, so that flags and defaults stay what they are."""
        now = load_settings()
        changed = {
            name: value
            for name, value in values.items()
            if getattr(now, name) != value and not (value == "" and isinstance(getattr(now, name), SecretStr))
        }
        if changed:
            save_settings(changed)


class StoredVoice:
    """The model that speaks, in the settings file."""

    def chosen(self) -> tuple[str, str]:
        settings = load_settings()
        return settings.model, settings.precision

    def choose(self, model_id: str, precision: str) -> None:
        """Keeps both. Raises StudioError."""
        save_settings({"model": model_id, "precision": precision})


def _shown(value: Any) -> Any:
    """A secret never reaches the page; an empty field leaves it as it is."""
    return "" if isinstance(value, SecretStr) else value


def _kind(annotation: Any) -> tuple[tuple[str, ...], bool]:
    """What may be chosen, and whether it is secret."""
    return get_args(annotation) if get_origin(annotation) is Literal else (), annotation is SecretStr
