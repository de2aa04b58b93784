"""Answers as they come: one JSON line each, appended and flushed, so that a killed evaluation goes on where it was.

A line is keyed by example, candidate and control, and names what was asked by a fingerprint: when the question, the
excerpt or the sampling changed, the old answer does not count.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from musicflamingo_app.errors import StorageError, StudioError

Key = tuple[str, str, str]  # example id, candidate, control


@dataclass(frozen=True, slots=True)
class Answer:
    """What a candidate said. `error` is the sentence of an example that could not be asked; it is tried again."""

    example: str
    candidate: str
    control: str
    asked: str  # fingerprint of what was asked
    text: str = ""
    thought: str = ""
    reason: str = ""  # stop or length
    n_new_tokens: int = 0
    seconds: float = 0.0
    error: str = ""
    raw: str = ""  # as the model wrote it, tags and what stands between them included

    @property
    def key(self) -> Key:
        return self.example, self.candidate, self.control

    @property
    def completion(self) -> str:
        """Thought and text as the model wrote them; of an answer from a back end that keeps no tags, put together."""
        if self.raw.strip():
            return self.raw.strip()
        return f"<think>{self.thought}</think>\n{self.text}" if self.thought else self.text


class AnswerFile:
    """`answers.jsonl` of an evaluation."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._kept = {answer.key: answer for answer in _read(path)}

    def get(self, key: Key, asked: str) -> Answer | None:
        """The answer to exactly that question; None when there is none, or it failed."""
        answer = self._kept.get(key)
        return answer if answer is not None and answer.asked == asked and not answer.error else None

    def last(self, key: Key, asked: str) -> Answer | None:
        """The same, a failed one too."""
        answer = self._kept.get(key)
        return answer if answer is not None and answer.asked == asked else None

    def any(self, key: Key) -> Answer | None:
        """The last answer under a key, whatever was asked."""
        return self._kept.get(key)

    @contextmanager
    def appending(self) -> Iterator["Pen"]:
        """For adding answers. A line that was cut short is taken off first. Raises StorageError."""
        try:
            _mend(self.path)
            file = self.path.open("a", encoding="utf-8")
        except OSError as error:
            raise _refused(self.path, error) from error
        with file:
            yield Pen(file, self.path, self._kept)


class Pen:
    """Adds answers to an open file."""

    def __init__(self, file: TextIO, path: Path, kept: dict[Key, Answer]) -> None:
        self._file, self._path, self._kept = file, path, kept

    def add(self, answer: Answer) -> None:
        """Raises StorageError."""
        try:
            self._file.write(json.dumps(asdict(answer), ensure_ascii=False) + "\n")
            self._file.flush()
        except OSError as error:
            raise _refused(self._path, error) from error
        self._kept[answer.key] = answer


def _refused(path: Path, error: OSError) -> StorageError:
    what = f"{path} cannot be written: {error.strerror or error}."
    return StorageError(what, "Free or unlock the disk, then run the same command again.")


def _read(path: Path) -> Iterator[Answer]:
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}.", "Unlock the file.") from error
    for number, line in enumerate(lines[:-1], start=1):  # the process died while it wrote what follows the last line
        if not line.strip():
            continue
        try:
            yield Answer(**json.loads(line))
        except (ValueError, TypeError) as error:
            what = f"Line {number} of {path} is no answer: {error}."
            raise StudioError(what, "Take the line out; its question is asked again.") from error


def _mend(path: Path) -> None:
    """Cuts off a last line without its end."""
    if not path.is_file():
        return
    with path.open("rb+") as file:
        content = file.read()
        if content and not content.endswith(b"\n"):
            file.truncate(content.rfind(b"\n") + 1)
