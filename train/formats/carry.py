"""Datasets from and to other programs' files."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from musicflamingo_app.errors import NotFound, StorageError, StudioError
from train.dataset import About, Dataset, Member, datasets_folder, write_dataset
from train.examples import Example, Recording
from train.formats import af3, messages
from train.originals import audio_path, portable
from train.quality.duplicates import repeated
from train.split import DEFAULT_SHARE, check_leaks, sides
from train.stretches import RATE_HZ, samples_of
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
    folder = datasets_folder(home) / name
    placed = {side: [_placed(one, folder) for one in rows] for side, rows in halves.items()}
    return write_dataset(folder, about, placed["train"], placed["held_out"])


def export_file(dataset: Dataset, path: Path, form: str, *, side: str | None = None) -> int:
    """Writes a dataset's examples (of one side, or all) to a file; gives how many.

    Excerpts become sounds of their own in a folder beside the file. Raises StudioError, StorageError.
    """
    if form not in FORMATS:
        raise StudioError(f"“{form}” is not a format of datasets.", f"Use one of {', '.join(FORMATS)}.")
    examples: Sequence[Example] = {"train": dataset.train, "held_out": dataset.held_out}.get(
        side or "", (*dataset.train, *dataset.held_out)
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        examples = [_apart(one, dataset.folder, path.with_name(f"{path.stem}-sounds")) for one in examples]
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


def _placed(example: Example, folder: Path) -> Example:
    return replace(example, audio=portable(folder, str(Path(example.audio).absolute())))


def _apart(example: Example, folder: Path, place: Path) -> Example:
    """An excerpt as a sound of its own, for formats that name whole files alone. Raises AudioError, OSError."""
    import soundfile

    if example.start_s is None and example.end_s is None:
        return example
    stem = f"{example.track[:16]}-{example.start_s or 0:g}-{example.end_s or 'end'}"
    made = place / f"{stem}.flac"
    if not made.is_file():
        place.mkdir(parents=True, exist_ok=True)
        soundfile.write(made, samples_of(audio_path(folder, example), example.start_s, example.end_s), RATE_HZ)
    return replace(example, audio=str(made.absolute()), start_s=None, end_s=None)
