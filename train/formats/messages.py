"""JSONL with `{"messages": [{"role", "content"}, ...], "audios": [path]}`, as ms-swift, TRL and others read it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from musicflamingo_app.errors import StudioError
from train.examples import Example
from train.formats.conversations import Turn, example_of, pairs, text_of, turn_of

_ADVICE = "Each line has messages (role, content) and audios (one path)."


def read(path: Path) -> tuple[Example, ...]:
    """The examples of a file; relative paths are read from its folder. Raises StudioError that names the line."""
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise StudioError(f"{path} cannot be read: {error}.", "Choose another file.") from error
    found = []
    for n, line in enumerate(lines, start=1):
        if line.strip():
            where = f"Line {n} of {path.name}"
            found += [example_of(turn, path.parent, where) for turn in _turns(line, where)]
    return tuple(found)


def write(path: Path, examples: Iterable[Example], folder: Path) -> int:
    """Writes examples of a dataset's folder, one line each; gives how many."""
    lines = [json.dumps(_row(turn_of(example, folder)), ensure_ascii=False) for example in examples]
    path.write_text("".join(line + "\n" for line in lines), "utf-8")
    return len(lines)


def _row(turn: Turn) -> dict[str, Any]:
    asked = {"role": "user", "content": f"<audio>{turn.question}"}
    return {"messages": [asked, {"role": "assistant", "content": turn.answer}], "audios": [turn.sound], "id": turn.id}


def _turns(line: str, where: str) -> Iterator[Turn]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise StudioError(f"{where} is not JSON: {error.msg}.", _ADVICE) from error
    if not isinstance(row, Mapping) or not isinstance(row.get("messages"), list):
        raise StudioError(f"{where} has no messages.", _ADVICE)
    sounds = row.get("audios")
    if not isinstance(sounds, list) or len(sounds) != 1 or not isinstance(sounds[0], str):
        raise StudioError(f"{where} is not about exactly one sound.", _ADVICE)
    said = []
    for one in row["messages"]:
        if not isinstance(one, Mapping) or "role" not in one:
            raise StudioError(f"{where} has a message without role.", _ADVICE)
        said.append((str(one["role"]), text_of(one.get("content"), where)))
    for question, answer in pairs(said, where):
        yield Turn(str(row.get("id", where)), sounds[0], question, answer)
