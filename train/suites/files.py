"""Reading the official files of a benchmark: one sentence for each thing that can be wrong, and where to get it."""

import csv
import io
import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from musicflamingo_app.errors import NotFound, StudioError

AUDIO = (".wav", ".mp3", ".flac", ".ogg", ".opus", ".m4a", ".aac", ".aiff", ".mp4")


class Files:
    """The folder that a person named. `notes` gathers what a reader leaves out."""

    def __init__(self, folder: Path, title: str, source: str) -> None:
        self.folder, self.title, self.source = folder, title, source
        self.notes: list[str] = []
        if not folder.is_dir():
            raise NotFound(f"There is no folder {folder}.", self._get)

    @property
    def _get(self) -> str:
        return f"Get {self.title} from {self.source}."

    def wrong(self, what: str) -> StudioError:
        """The error for a file that is not the official one."""
        return StudioError(what, self._get)

    def text(self, *names: str) -> tuple[Path, str]:
        """Path and text of the first of these files that is there, at any depth. Raises NotFound, StudioError."""
        for name in names:
            found = sorted(self.folder.rglob(name), key=lambda path: (len(path.parts), path))
            if found:
                return found[0], self.read(found[0])
        raise NotFound(f"{self.folder} holds no {' or '.join(names)}.", self._get)

    def read(self, path: Path) -> str:
        """The text of a file. Raises StudioError."""
        try:
            return path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise self.wrong(f"{path} cannot be read: {error}.") from error

    def has(self, name: str) -> bool:
        return next(self.folder.rglob(name), None) is not None

    def json(self, *names: str) -> tuple[Path, Any]:
        """A JSON document."""
        path, text = self.text(*names)
        try:
            return path, json.loads(text)
        except ValueError as error:
            raise self.wrong(f"{path} is not JSON: {error}.") from error

    def json_rows(self, *names: str) -> list["Item"]:
        """The objects of a JSON list, or of a file with one a line."""
        path, text = self.text(*names)
        try:
            rows = json.loads(text) if text.lstrip().startswith("[") else _lines(text)
        except ValueError as error:
            raise self.wrong(f"{path} is not JSON: {error}.") from error
        return self.items(path, rows)

    def csv_rows(self, *names: str) -> list["Item"]:
        """The rows of a CSV file with a head."""
        path, text = self.text(*names)
        return self.items(path, list(csv.DictReader(io.StringIO(text, newline=""))))

    def items(self, path: Path, rows: Any) -> list["Item"]:
        """Rows that know their file and number. Raises StudioError where one is no object."""
        if not isinstance(rows, list) or not rows:
            raise self.wrong(f"{path} is not a list of items.")
        if not all(isinstance(row, dict) for row in rows):
            raise self.wrong(f"{path} is not a list of objects.")
        return [Item(self, path, number, row) for number, row in enumerate(rows, start=1)]

    @cached_property
    def _recordings(self) -> dict[str, str]:
        """Path from the folder by name with and without ending, by `folder/name`, and by `[id]` where it begins so."""
        found: dict[str, str] = {}
        for path in sorted(self.folder.rglob("*")):
            if path.suffix.lower() in AUDIO:
                place = path.relative_to(self.folder).as_posix()
                video, closed, _ = path.name.partition("]")
                for key in (
                    path.name,
                    path.stem,
                    f"{path.parent.name}/{path.name}",
                    *([f"{video}]"] if closed and video.startswith("[") else []),
                ):
                    found.setdefault(key, place)
        return found

    def audio(self, *names: str) -> str:
        """The recording's path from the folder, by any of its names; the first name where none is there."""
        for name in names:
            if (self.folder / name).is_file():
                return Path(name).as_posix()
            found = self._recordings.get(Path(name).name)
            if found:
                return found
        return Path(names[0]).as_posix()

    def audio_at(self, *names: str) -> str:
        """The same, but a path counts as it is written: files of one name in several folders are told apart."""
        for name in names:
            found = name if (self.folder / name).is_file() else self._recordings.get(name)
            if found:
                return found
        return names[0]


class Item:
    """One object of an official file."""

    def __init__(self, files: Files, path: Path, number: int, row: Mapping[str, Any]) -> None:
        self._files, self._path, self.number, self.row = files, path, number, row

    def wrong(self, what: str) -> StudioError:
        return self._files.wrong(f"Item {self.number} of {self._path} {what}.")

    def text(self, name: str) -> str:
        """A field that is a text and not empty. Raises StudioError."""
        value = self.row.get(name)
        if not isinstance(value, str | int) or isinstance(value, bool) or not str(value).strip():
            raise self.wrong(f"has no “{name}”")
        return str(value)

    def get(self, name: str, default: str = "") -> str:
        value = self.row.get(name)
        return default if value is None else str(value)

    def number_of(self, name: str) -> float:
        """A field that is a number. Raises StudioError."""
        try:
            return float(self.text(name))
        except ValueError as error:
            raise self.wrong(f"has “{self.text(name)}” for “{name}”, which is no number") from error

    def texts(self, name: str) -> tuple[str, ...]:
        """A field that is a list of texts. Raises StudioError."""
        value = self.row.get(name)
        if not isinstance(value, list) or not all(isinstance(one, str | int | float) for one in value):
            raise self.wrong(f"has no list “{name}”")
        return tuple(map(str, value))

    def options(self, name: str, answer: str) -> tuple[str, ...]:
        """A list of choices that holds the answer. Raises StudioError."""
        options = self.texts(name)
        if len(options) < 2 or answer not in options:
            raise self.wrong(f"has choices that do not hold its answer “{answer}”")
        return options


def _lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines() if line.strip()]
