"""`musicflamingo analyse`: measures files without a library."""

import json
import queue
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from musicflamingo_app.analysis.ears import Choice
from musicflamingo_app.cli.speak import out, progress_bar, sentence, summary
from musicflamingo_app.errors import StorageError, StudioError
from musicflamingo_app.music.analysis_json import analysis_to_json
from musicflamingo_app.services.measure import Measurement
from musicflamingo_app.services.workers import Ended, Progress, Task, Worker, WorkerDied
from musicflamingo_app.settings import load_settings
from musicflamingo_app.ui.desk import choice_of


@dataclass(frozen=True, eq=False)
class Told:
    """News of one of the files."""

    number: int
    event: Progress | Ended


def analyse(
    tracks: Annotated[list[Path], typer.Argument(help="Sound files.", metavar="SONG...")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: one document, or one a line for many.")] = False,
    to: Annotated[
        Path | None, typer.Option("--out", help="Write JSON: a file for one SONG, or a folder with NAME.json each.")
    ] = None,
    best: Annotated[
        bool, typer.Option("--best", help="Five chord networks instead of one; four times slower.")
    ] = False,
    workers: Annotated[int | None, typer.Option(help="Files measured at the same time.", min=1)] = None,
) -> None:
    """Measure files: chords, beats, tempo, key, sections, instruments. Nothing is kept in the library."""
    settings = load_settings(workers=workers)
    choice = replace(choice_of(settings), chords="best") if best else choice_of(settings)
    targets = _targets(tracks, to)
    n_failed = 0
    for number, ended in _measured(tracks, choice, min(settings.n_workers, len(tracks))):
        if ended.measurement is None:
            sentence(ended.error or StudioError("The analysis ended without a result."), about=str(tracks[number]))
            n_failed += 1
            continue
        document = document_of(tracks[number], ended.measurement)
        if targets is not None:
            _write(targets[number], document)
        if as_json:
            sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2 if len(tracks) == 1 else None) + "\n")
        elif targets is None:
            out.print(summary(tracks[number].name, ended.measurement.analysis))
    if n_failed:
        raise typer.Exit(1)


def document_of(path: Path, found: Measurement) -> dict[str, Any]:
    """The JSON of one file: the analysis, with the file's name, tags and content hash before it."""
    tags = found.probe.tags
    about = {"file": str(path), "title": tags.title, "artist": tags.artist, "audio_sha256": found.audio_sha256}
    return {**about, **analysis_to_json(found.analysis)}


def _measured(tracks: Sequence[Path], choice: Choice, n_workers: int) -> Iterator[tuple[int, Ended]]:
    """The end of each file, in the order given, while bars show where each is."""
    news: queue.Queue[Told] = queue.Queue()
    todo: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(len(tracks)):
        todo.put(number)
    with tempfile.TemporaryDirectory(prefix="musicflamingo-") as folder, progress_bar() as bars:
        shown = [bars.add_task("waiting", name=path.name, total=1.0) for path in tracks]
        for _ in range(n_workers):
            arguments = (tracks, choice, Path(folder), todo, news)
            threading.Thread(target=_work, args=arguments, daemon=True).start()
        ended: dict[int, Ended] = {}
        for number in range(len(tracks)):
            while number not in ended:
                told = news.get()
                if isinstance(told.event, Ended):
                    ended[told.number] = told.event
                    bars.update(shown[told.number], visible=False)
                else:
                    bars.update(shown[told.number], completed=told.event.fraction, description=told.event.sentence)
            yield number, ended.pop(number)


def _work(
    tracks: Sequence[Path],
    choice: Choice,
    folder: Path,
    todo: "queue.SimpleQueue[int]",
    news: "queue.Queue[Told]",
) -> None:
    """One worker's thread: takes files until none is left."""
    worker = Worker()
    while True:
        try:
            number = todo.get_nowait()
        except queue.Empty:
            worker.close()
            return
        path, playback = tracks[number], folder / f"{number}.m4a"
        try:
            for event in worker.run(Task(path, playback, path.name, choice)):
                news.put(Told(number, event))
        except WorkerDied as error:
            news.put(Told(number, Ended(error=StudioError(error.what, "Run the command again for this file alone."))))
        playback.unlink(missing_ok=True)


def _targets(tracks: Sequence[Path], to: Path | None) -> list[Path] | None:
    """The JSON file of each track; names that meet are numbered. Raises StorageError when the folder cannot be made."""
    if to is None:
        return None
    if to.suffix.lower() == ".json":
        if len(tracks) > 1:
            raise StudioError(f"{to} is one file, but {len(tracks)} were given.", "Give a folder as --out.")
        return [to]
    try:
        to.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"{to} cannot be made: {error.strerror or error}.", "Give another folder as --out."
        ) from error
    targets: list[Path] = []
    for path in tracks:
        target, count = to / f"{path.stem}.json", 1
        while target in targets:
            count += 1
            target = to / f"{path.stem}-{count}.json"
        targets.append(target)
    return targets


def _write(target: Path, document: dict[str, Any]) -> None:
    draft = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise StorageError(f"{target} cannot be written: {error.strerror or error}.", "Free some space.") from error
