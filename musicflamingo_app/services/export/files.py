"""Taking an analysis away: `exports(analysis, track, "lab")` gives the files of a format.

Conventions: a file is named by what it holds (`chords.lab`), and `file_name` puts a safe form of the track's title
before it; times are seconds from the first decoded sample; chords are written in Harte's syntax.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from typing import Literal, get_args

from db.values import Track
from musicflamingo_app.errors import StudioError
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.services.export.audacity import audacity_files
from musicflamingo_app.services.export.jams_file import jams_files
from musicflamingo_app.services.export.lab import lab_files
from musicflamingo_app.services.export.table import csv_files

ExportFormat = Literal["jams", "lab", "csv", "audacity"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)
MAX_STEM_BYTES = 120  # file systems take 255 bytes for a whole name
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")  # devices of Windows, whatever the ending
_UNSAFE = re.compile(r'[<>:"/\\|?*]+')
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the same files always give the same bytes
_WRITERS: dict[ExportFormat, Callable[[Analysis, Track], dict[str, bytes]]] = {
    "jams": jams_files,
    "lab": lab_files,
    "csv": csv_files,
    "audacity": audacity_files,
}


def exports(analysis: Analysis, track: Track, export_format: ExportFormat) -> dict[str, bytes]:
    """The files of a format, by the ending of their names. What was not measured has no file.

    Raises StudioError when nothing was measured that the format holds, MissingPackage when JAMS is not installed.
    """
    if export_format not in _WRITERS:
        raise StudioError(f"“{export_format}” is not an export format.", f"Use one of {', '.join(EXPORT_FORMATS)}.")
    files = _WRITERS[export_format](analysis, track)
    if not files:
        what = f"Nothing that {export_format} holds was measured in “{track.title}”."
        raise StudioError(what, "Analyse the track again.")
    return files


def file_name(track: Track, ending: str) -> str:
    """A name that every file system takes: `Artist - Title.chords.lab`."""
    said = f"{track.artist} - {track.title}" if track.artist else track.title
    plain = _UNSAFE.sub("_", unicodedata.normalize("NFC", said))
    plain = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in plain)
    stem = " ".join(plain.split()).strip(". ").encode()[:MAX_STEM_BYTES].decode(errors="ignore").rstrip(". ")
    if not stem or _RESERVED.match(stem):
        stem = f"track {track.id} {stem}".rstrip()
    return f"{stem}.{ending}"


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """The files in one archive, in the order given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
