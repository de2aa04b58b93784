"""Audio Flamingo 3's JSON: a list of `{"id", "sound", "duration", "conversations": [{"from", "value"}, ...]}`."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from musicflamingo_app.errors import StudioError
from train.examples import Example
from train.formats.conversations import Turn, example_of, pairs, turn_of

_WHO = {"human": "user", "gpt": "assistant", "system": "system"}


def read(path: Path) -> tuple[Example, ...]:
    """The examples of a file; relative sounds are read from its folder. Raises StudioError that names the item."""
    try:
        rows = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise StudioError(f"{path} is not JSON: {error}.", "Audio Flamingo 3's files are one list of items.") from error
    if not isinstance(rows, list):
        raise StudioError(f"{path} is no list of items.", "Audio Flamingo 3's files are one list of items.")
    return tuple(
        example_of(turn, path.parent, where)
        for n, row in enumerate(rows, start=1)
        for where in [f"Item {n} of {path.name}"]
        for turn in _turns(row, where)
    )


def write(path: Path, examples: Iterable[Example], folder: Path, durations_s: Mapping[str, float]) -> int:
    """Writes examples of a dataset's folder, one item each; gives how many. `durations_s` by SHA-256."""
    rows = [_row(turn_of(one, folder), durations_s.get(one.track, 0.0)) for one in examples]
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return len(rows)


def _row(turn: Turn, duration_s: float) -> dict[str, Any]:
    asked = {"from": "human", "value": f"<sound>\n{turn.question}"}
    said = {"from": "gpt", "value": turn.answer}
    return {"id": turn.id, "sound": turn.sound, "duration": duration_s, "conversations": [asked, said]}


def _turns(row: Any, where: str) -> Iterator[Turn]:
    if not isinstance(row, Mapping) or not isinstance(row.get("conversations"), list):
        raise StudioError(f"{where} has no conversations.", "Each item has id, sound, duration and conversations.")
    sound = row.get("sound")
    if isinstance(sound, list) and len(sound) == 1:
        sound = sound[0]
    if not isinstance(sound, str) or not sound:
        raise StudioError(f"{where} has no sound, or several.", "Each item is about one sound.")
    said = []
    for one in row["conversations"]:
        who = _WHO.get(str(one.get("from"))) if isinstance(one, Mapping) else None
        if who is None or not isinstance(one.get("value"), str):
            raise StudioError(f"{where} has a turn by nobody known.", "Turns are from human or gpt, with a value.")
        said.append((who, one["value"]))
    for question, answer in pairs(said, where):
        yield Turn(str(row.get("id", where)), sound, question, answer)
