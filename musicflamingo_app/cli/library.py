"""`musicflamingo add | list | show | export`: the library from the command line."""

import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from db.values import Job, Track, TrackQuery
from musicflamingo_app.cli.speak import err, out, progress_bar, sentence, summary, track_table
from musicflamingo_app.errors import NotFound, StorageError, StudioError
from musicflamingo_app.music.key import Key
from musicflamingo_app.services.studio import Studio
from musicflamingo_app.settings import load_settings
from musicflamingo_app.ui.desk import open_desk

SOUND_SUFFIXES = {
    ".mp3", ".wav", ".flac", ".ogg", ".oga", ".opus", ".m4a", ".mp4", ".aac", ".aif", ".aiff", ".aifc", ".mka", ".webm",
}  # fmt: skip


def add(
    places: Annotated[list[Path], typer.Argument(help="Folders (searched through) and sound files.", metavar="DIR...")],
    workers: Annotated[int | None, typer.Option(help="Files analysed at the same time.", min=1)] = None,
) -> None:
    """Add files to the library and analyse them; those it has already are skipped."""
    studio = open_desk(load_settings(workers=workers)).start()
    try:
        paths = list(sound_files(places))
        jobs, n_failed = [], 0
        for path in paths:
            try:
                jobs.append(studio.add(path, path.name))
            except StudioError as error:
                sentence(error, about=str(path))
                n_failed += 1
        n_failed += await_jobs(studio, [job for job in jobs if job.is_active])
        n_known = sum(not job.is_active for job in jobs)
        n_added = len(paths) - n_known - n_failed
        err.print(f"{n_added} added, {n_known} in the library already, {n_failed} failed.")
    finally:
        studio.close()
    if n_failed:
        raise typer.Exit(1)


def sound_files(places: Iterable[Path]) -> Iterable[Path]:
    """Files as they are named; folders are searched for names that look like sound. Raises NotFound."""
    for place in places:
        if place.is_dir():
            yield from sorted(p for p in place.rglob("*") if p.suffix.lower() in SOUND_SUFFIXES and p.is_file())
        elif place.exists():
            yield place
        else:
            raise NotFound(f"There is no {place}.", "Give a folder or a sound file.")


def await_jobs(studio: Studio, waiting: list[Job]) -> int:
    """Shows bars until all jobs have ended; returns how many failed."""
    n_failed = 0
    with progress_bar() as bars:
        shown = {job.id: bars.add_task("waiting", name=job.name, total=1.0) for job in waiting}
        while shown:
            time.sleep(0.3)
            for job in [studio.job(job_id) for job_id in shown]:
                bars.update(shown[job.id], completed=job.fraction, description=job.stage)
                if job.is_active:
                    continue
                bars.update(shown.pop(job.id), visible=False)
                if job.state != "done":
                    sentence(StudioError(job.what or f"The analysis was {job.state}.", job.advice), about=job.name)
                    n_failed += 1
                studio.dismiss(job.id)
    return n_failed


def list_tracks(
    text: Annotated[str, typer.Argument(help="Words of title, artist, album or genre.")] = "",
    key: Annotated[str | None, typer.Option(help="Such as “A minor”.")] = None,
    bpm: Annotated[str | None, typer.Option(help="A range, such as 90-120.")] = None,
    progression: Annotated[str, typer.Option(help="Such as I-V-vi-IV, in any key.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500)] = 100,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """List the tracks of the library."""
    low, high = _range(bpm)
    query = TrackQuery(
        text=text, key=Key.parse(key) if key else None, bpm_min=low, bpm_max=high, progression=progression, limit=limit
    )
    studio = open_desk(load_settings())
    try:
        page = studio.search(query)
    finally:
        studio.close()
    if as_json:
        sys.stdout.write(json.dumps([_row(track) for track in page.rows], ensure_ascii=False, indent=2) + "\n")
        return
    out.print(track_table(page.rows))
    err.print(f"{page.total} tracks." if page.total == len(page.rows) else f"{len(page.rows)} of {page.total} tracks.")


def show(
    track: Annotated[str, typer.Argument(help="A track's id, or words of its title.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole analysis as JSON.")] = False,
) -> None:
    """Show what was measured in a track."""
    studio = open_desk(load_settings())
    try:
        found = find_track(studio, track)
        if as_json:
            sys.stdout.write(studio.library.document(found.id).text + "\n")
        else:
            name = f"{found.artist} – {found.title}" if found.artist else found.title
            out.print(summary(name, studio.analysis(found.id)))
    finally:
        studio.close()


def export(
    track: Annotated[str, typer.Argument(help="A track's id, or words of its title.")],
    format_name: Annotated[str, typer.Option("--format", help="jams, lab, csv, audacity or json.")],
    to: Annotated[Path, typer.Option("--out", help="Folder to write into.")] = Path(),
) -> None:
    """Write a track's analysis in a format other programs read."""
    studio = open_desk(load_settings())
    try:
        made = studio.export_files(find_track(studio, track).id, format_name)
    finally:
        studio.close()
    for name, content in made.items():
        target = to / name
        try:
            to.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        except OSError as error:
            raise StorageError(
                f"{target} cannot be written: {error.strerror or error}.", "Choose another --out."
            ) from error
        out.print(str(target), markup=False, soft_wrap=True)


def find_track(studio: Studio, wanted: str) -> Track:
    """The track with an id, or the only one that words find. Raises NotFound."""
    if wanted.isdecimal():
        return studio.track(int(wanted))
    page = studio.search(TrackQuery(text=wanted, limit=2))
    if page.total != 1:
        advice = "Write its id; “musicflamingo list” shows them."
        raise NotFound(f"{page.total or 'No'} tracks match “{wanted}”.", advice)
    return page.rows[0]


def _range(text: str | None) -> tuple[float | None, float | None]:
    if not text:
        return None, None
    low, _, high = text.partition("-")
    try:
        return float(low), float(high or low)
    except ValueError as error:
        raise StudioError(f"“{text}” is not a range of tempi.", "Write it as 90-120.") from error


def _row(track: Track) -> dict[str, object]:
    return {
        "id": track.id,
        "title": track.title,
        "artist": track.artist,
        "duration": track.duration_s,
        "tempo": track.tempo_bpm,
        "key": track.key,
        "camelot": track.camelot,
        "metre": track.metre,
        "chords": track.chord_text,
        "added": track.added_at.isoformat(),
    }
