"""How the command line speaks: tables and summaries on standard output, progress and errors on standard error."""

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from db.values import Track
from musicflamingo_app.errors import StudioError
from musicflamingo_app.facts.swing import swing_in_words
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.theory import spelled
from musicflamingo_app.music.time import clock

MAX_CHORDS_SHOWN = 16
# Titles and file names are told as they are: “[Live]” is no markup and “:cat:” no picture.
out = Console(highlight=False, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, markup=False, emoji=False)


def sentence(error: StudioError, *, about: str = "") -> None:
    """Prints an error: what happened, and what to do."""
    err.print(f"{about or 'Error'}: ", style="bold red", end="", soft_wrap=True)
    err.print(str(error), soft_wrap=True)


def progress_bar() -> Progress:
    """A bar for each track, with the stage's name."""
    return Progress(
        TextColumn("{task.fields[name]}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=err,
        transient=True,
    )


def summary(name: str, analysis: Analysis) -> Table:
    """What was measured, in a dozen lines for people."""
    table = Table(title=name, show_header=False, title_justify="left", title_style="bold")
    for label, text in summary_rows(analysis):
        table.add_row(label, text)
    return table


def summary_rows(analysis: Analysis) -> list[tuple[str, str]]:
    """Label and text of each aspect; what was not measured is left out, what failed says why."""
    failed = [
        (f"No {aspect}", failure.sentence)
        for aspect, failure in analysis.failures.items()
        if getattr(analysis, aspect) is None
    ]
    return [("Duration", clock(analysis.duration_s)), *_pitch_rows(analysis), *_time_rows(analysis), *failed]


def _pitch_rows(analysis: Analysis) -> list[tuple[str, str]]:
    rows, key = [], analysis.key.value if analysis.key else None
    if analysis.key:
        rows.append(
            ("Key", f"{analysis.key.value.pretty} ({analysis.key.value.camelot}){_sure(analysis.key.confidence)}")
        )
    if analysis.chords:
        names = [spelled(s.label, key).pretty for s in analysis.chords.value if s.label.is_chord]
        more = " …" if len(names) > MAX_CHORDS_SHOWN else ""
        rows.append(("Chords", " | ".join(names[:MAX_CHORDS_SHOWN]) + more))
    if analysis.tuning:
        rows.append(("Tuning", f"{analysis.tuning.value:+.0f} cents"))
    return rows


def _time_rows(analysis: Analysis) -> list[tuple[str, str]]:
    rows = []
    if analysis.tempo:
        rows.append(("Tempo", f"{analysis.tempo.value:.1f} BPM{_sure(analysis.tempo.confidence)}"))
    if analysis.beats:
        grid = analysis.beats.value
        bars = f"{grid.metre}, {len(grid.downbeats_s)} bars{_sure(analysis.beats.confidence)}"
        rows.append(("Metre", bars if grid.beats else "free time: no steady beat to follow"))
    swing = analysis.swing and swing_in_words(analysis.swing.value, analysis.swing.confidence)
    if analysis.swing and swing:
        rows.append(("Eighths", f"{swing}{_sure(analysis.swing.confidence)}"))
    if analysis.sections:
        rows.append(("Sections", ", ".join(f"{clock(s.start_s)} {s.label}" for s in analysis.sections.value)))
    if analysis.instruments:
        longest = sorted(analysis.instruments.value, key=lambda one: -one.duration_s)
        shares = [f"{one.name} {min(1.0, one.duration_s / analysis.duration_s):.0%}" for one in longest]
        rows.append(("Plays", (", ".join(shares) or "nothing") + _sure(analysis.instruments.confidence)))
    if analysis.tags:
        rows.append(("Heard", ", ".join(tag.name for tag in analysis.tags.value[:8])))
    if analysis.loudness:
        rows.append(("Loudness", f"{analysis.loudness.value.integrated_lufs:.1f} LUFS"))
    return rows


def track_table(tracks: Sequence[Track]) -> Table:
    """The library's table."""
    table = Table("id", "title", "artist", "time", "BPM", "key", "Camelot", "metre", "chords", "added")
    for track in tracks:
        table.add_row(
            str(track.id),
            track.title,
            track.artist or "",
            clock(track.duration_s),
            f"{track.tempo_bpm:.0f}" if track.tempo_bpm else "",
            track.key or "",
            track.camelot or "",
            track.metre or "",
            track.chord_text or "",
            track.added_at.strftime("%Y-%m-%d"),
        )
    return table


def _sure(confidence: float) -> str:
    return f", {confidence:.0%} sure"
