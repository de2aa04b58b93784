"""What a stage was begun with, in its run's folder: a line of `begun.jsonl` for each time that it was begun."""

import hashlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from musicflamingo_app.errors import NotFound
from train.runs.origin import origin

FILE = "begun.jsonl"


def begun(run: Path, data: Path, *sides: str) -> dict[str, Any]:
    """Adds the command, versions, commit and the hashes of the sides' clips as they are now."""
    row = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "command": sys.argv} | origin()
    row["data"] = {side: hash_of(data, side) for side in sides}
    run.mkdir(parents=True, exist_ok=True)
    with (run / FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    return row


def hash_of(data: Path, side: str) -> dict[str, Any]:
    """How many shards a side has, and one hash over what is heard, true and asked. Raises NotFound for no shards."""
    paths = sorted((data / side).glob("shard-*.npz"))
    if not paths:
        raise NotFound(f"There are no clips in {data / side}.", "Make them: python -m train.nano.make.")
    digest = hashlib.sha256()
    for path in paths:
        for one in (path, path.with_suffix(".jsonl")):
            with one.open("rb") as file:
                digest.update(f"{one.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return {"shards": len(paths), "sha256": digest.hexdigest()}
