"""Datasets from and to other programs' files."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from musicflamingo_app.errors import NotFound, StorageError, StudioError
from train.dataset import About, Dataset, Member, datasets_folder, write_dataset
from train.examples import Example, Recording
from train.formats import af3, messages
from train.quality.duplicates import repeated
from train.split import DEFAULT_SHARE, check_leaks, sides
from train.tasks.choose import balanced

FORMATS = ("af3", "messages")


def import_file(
    home: Path, name: str, path: Path, *, held_out: float = DEFAULT_SHARE, seed: int = 0, licence: str = ""
) -> Dataset:
    """Makes the dataset NAME of a file, split by sound. Raises StudioError, NotFound; then nothing is written."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", "Give a JSON file (Audio Flamingo 3) or a JSONL file (messages).")
    examples = messages.read(path) if path.suffix.lower() == ".jsonl" else af3.read(path)
    if not examples:
        raise StudioError(f"{path} holds no questions.", "Choose another file.")
    examples = _named(examples)
    twins = {id(example) for example, _ in repeated(examples)}
    kept = balanced([example for example in examples if id(example) not in twins], seed)
    recordings = list({one.track: Recording(one.track, one.audio, one.song) for one in kept}.values())
    where = sides(recordings, held_out, seed, by="song")
    halves = {side: [one for one in kept if where[one.track] == side] for side in ("train", "held_out")}
    check_leaks(halves["train"], halves["held_out"], by="song")
    members = tuple(Member(one.sha256, one.song, "", "", where[one.sha256]) for one in recordings)
    made_at, dropped = datetime.now(UTC).isoformat(timespec="seconds"), {"duplicate": len(twins)} if twins else {}
    options = {"imported": path.name, "held_out": held_out, "by": "song"}
    about = About(name, seed, licence, made_at, members, dropped=dropped, options=options)
    absolute = {side: [_absolute(one) for one in rows] for side, rows in halves.items()}
    return write_dataset(datasets_folder(home) / name, about, absolute["train"], absolute["held_out"])


def export_file(dataset: Dataset, path: Path, form: str, *, side: str | None = None) -> int:
    """Writes a dataset's examples (of one side, or all) to a file; gives how many. Raises StudioError, StorageError."""
    if form not in FORMATS:
        raise StudioError(f"“{form}” is not a format of datasets.", f"Use one of {', '.join(FORMATS)}.")
    examples: Sequence[Example] = {"train": dataset.train, "held_out": dataset.held_out}.get(
        side or "", (*dataset.train, *dataset.held_out)
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if form == "messages":
            return messages.write(path, examples, dataset.folder)
        durations = {member.sha256: member.duration_s for member in dataset.about.members}
        return af3.write(path, examples, dataset.folder, durations)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror or error}.", "Choose another place.") from error


def _named(examples: Sequence[Example]) -> list[Example]:
    """File names count as songs only where they tell recordings apart; many folders hold an `original.mp3`."""
    tracks: dict[str, set[str]] = {}
    for one in examples:
        tracks.setdefault(one.song, set()).add(one.track)
    return [one if len(tracks[one.song]) == 1 else replace(one, song="") for one in examples]


def _absolute(example: Example) -> Example:
    return replace(example, audio=str(Path(example.audio).absolute()))
