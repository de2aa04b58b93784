"""Opening a sound file safely: one known demuxer, known decoders, no other file and no network."""

import errno
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, BinaryIO, cast

from musicflamingo_app.audio import sniff
from musicflamingo_app.errors import AudioError, MissingPackage

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

FORMATS = {
    "mp3": "MP3",
    "wav": "WAV",
    "w64": "Wave64",
    "flac": "FLAC",
    "ogg": "Ogg",
    "mov": "MP4",
    "aac": "AAC",
    "aiff": "AIFF",
    "matroska": "Matroska",
}
CODECS = (
    "aac,alac,flac,mp1float,mp2,mp2float,mp3,mp3float,opus,vorbis,ac3,eac3,adpcm_ima_wav,adpcm_ms,"
    "pcm_alaw,pcm_mulaw,pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,"
    "pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be"
)
READABLE = "Choose an MP3, WAV, FLAC, Ogg, M4A, AAC, AIFF or WebM file."
AGAIN = "Get a complete copy of the file, or save it anew from a program that can still play it."
MAX_SHOWN = 80  # characters of a file name in a sentence


@dataclass(frozen=True, slots=True)
class Opened:
    """An open sound file: FFmpeg's container and its audio stream, our name for its format, and how to call it."""

    container: "InputContainer"
    stream: "AudioStream"
    demuxer: str
    label: str


def label_of(path: Path, name: str | None = None) -> str:
    """A file's name as a sentence shows it: in quotes, without control characters, at most 80 characters."""
    text = cleaned(path.name if name is None else name) or "unnamed"
    if len(text) > MAX_SHOWN:
        text = f"{text[: MAX_SHOWN - 16]}…{text[-15:]}"
    return f"“{text}”"


def cleaned(text: str) -> str:
    """Text without control characters, lone surrogates and direction marks, its white space single."""
    kept = (
        " " if letter.isspace() else letter
        for letter in text
        if letter.isspace() or (unicodedata.category(letter) not in ("Cc", "Cs") and letter not in _DIRECTIONS)
    )
    return " ".join("".join(kept).split())


_DIRECTIONS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


@contextmanager
def opened(path: Path, name: str | None = None) -> Iterator[Opened]:
    """Opens a sound file for reading.

    FFmpeg gets an already open file, the one demuxer that its first bytes call for and a list of decoders; it may
    open nothing else. Raises AudioError for what is no readable sound file, MissingPackage without PyAV.
    """
    label = label_of(path, name)
    with open_file(path, label) as file:
        demuxer = checked_demuxer(file, label)
        av = load_av()
        file.seek(0)
        try:
            container = av.open(
                _Seekable(file),
                format=demuxer,
                metadata_errors="replace",
                buffer_size=262_144,
                container_options={"protocol_whitelist": "none", "codec_whitelist": CODECS},
            )
        except (av.FFmpegError, OSError, OverflowError) as error:
            raise damaged(label, demuxer) from error
        with container:
            yield Opened(container, _audio_stream(container, label), demuxer, label)


class _Seekable:
    """A file as FFmpeg wants it: an impossible seek, which damaged headers ask for, is answered and not raised."""

    def __init__(self, file: BinaryIO) -> None:
        self.name = ""  # nothing for FFmpeg to guess from
        self.read = file.read
        self.tell = file.tell
        self._seek = file.seek

    def seek(self, offset: int, whence: int = 0) -> int:
        try:
            return self._seek(offset, whence)
        except (OSError, ValueError, OverflowError):
            return -errno.EINVAL


def open_file(path: Path, label: str) -> BinaryIO:
    """The file, open for reading. Raises AudioError when it is missing, no plain file, or may not be read."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise AudioError(f"{label} is a folder, not a sound file.", "Choose the files inside it.")
        if not stat.S_ISREG(mode):
            raise AudioError(f"{label} is a device or a pipe, not a sound file.", READABLE)
        return path.open("rb")
    except FileNotFoundError as error:
        raise AudioError(f"There is no file {label}.", "Check the name and whether it was moved.") from error
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        reason = getattr(error, "strerror", None) or "its name is not valid"
        raise AudioError(f"{label} cannot be opened: {reason}.", "Check that you may read this file.") from error


def checked_demuxer(file: BinaryIO, label: str) -> str:
    """FFmpeg's name for the file's format. Raises AudioError for an empty file and for what is no sound."""
    head = file.read(sniff.HEAD_BYTES)
    if not head:
        raise AudioError(f"{label} is empty: it has 0 bytes.", AGAIN)
    demuxer = sniff.demuxer_of(file)
    if demuxer is None:
        raise AudioError(f"{label} is no sound file that can be read: it is {sniff.described(head)}.", READABLE)
    return demuxer


def damaged(label: str, demuxer: str) -> AudioError:
    return AudioError(f"{label} cannot be read: its {FORMATS[demuxer]} data is damaged or cut short.", AGAIN)


def load_av() -> ModuleType:
    """PyAV, which brings FFmpeg. Raises MissingPackage."""
    try:
        import av
    except ImportError as error:
        raise MissingPackage("Reading sound needs the package av.", "Install it with: pip install av") from error
    return av


def _audio_stream(container: "InputContainer", label: str) -> "AudioStream":
    stream = container.streams.best("audio")
    if stream is None:
        raise AudioError(f"{label} holds no audio track.", "Choose a file with sound in it.")
    context = stream.codec_context
    if context is None or context.codec.name not in CODECS.split(","):
        codec = "an unknown format" if context is None else context.codec.canonical_name
        raise AudioError(f"The sound in {label} is coded as {codec}, which is not read here.", READABLE)
    return cast("AudioStream", stream)
