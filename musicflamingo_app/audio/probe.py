"""What a sound file is, before any of it is decoded: format, length, rate, channels, tags.

Every limit of the studio on what it takes in is checked here, each with its own sentence.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

from musicflamingo_app.audio import sniff
from musicflamingo_app.audio.container import (
    AGAIN,
    FORMATS,
    Opened,
    cleaned,
    damaged,
    label_of,
    load_av,
    open_file,
    opened,
)
from musicflamingo_app.errors import AudioError, MissingPackage
from musicflamingo_app.music.time import clock

MAX_DURATION_S = 3600.0
MAX_SLACK_S = 5.0  # an hour-long file may be a breath longer
MIN_DURATION_S = 0.5
MIN_RATE_HZ, MAX_RATE_HZ = 8_000, 192_000
MAX_CHANNELS = 16
MAX_TAG_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Tags:
    """What the file says of itself: cleaned text of at most 500 characters, None where it says nothing."""

    title: str | None = None
    artist: str | None = None
    album: str | None = None
    year: int | None = None
    genre: str | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """A sound file before decoding. `duration_s` is what it announces (counted from its packets where it does not)."""

    container: str  # MP3, WAV, FLAC, Ogg, MP4, AAC, AIFF, Matroska, Wave64
    codec: str  # FFmpeg's name: mp3, pcm_s16le, flac, vorbis, opus, aac, alac, ...
    duration_s: float
    rate_hz: int
    channels: int
    tags: Tags


def probe(path: Path, *, name: str | None = None) -> Probe:
    """Looks at a file without decoding it; `name` is how sentences call it.

    Raises AudioError for what cannot be used: no sound, damaged, too long, too short, absurd rate or channels.
    """
    label = label_of(path, name)
    announced_s = _wav_duration_s(path, label)
    with opened(path, name) as source:
        context = source.stream.codec_context
        _check_shape(label, context.rate, context.layout.nb_channels)
        header_s = announced_s if announced_s is not None else _header_duration_s(source)
        container, codec = FORMATS[source.demuxer], context.codec.canonical_name
        rate_hz, channels = context.rate, context.layout.nb_channels
        own = {**source.container.metadata, **source.stream.metadata}
    duration_s = _trusted_s(path, label, name, container, header_s)
    check_duration(label, duration_s)
    return Probe(container, codec, duration_s, rate_hz, channels, _tags(path, own))


def check_duration(label: str, duration_s: float) -> None:
    """Raises AudioError when a file lasts no time, less than half a second or more than an hour."""
    if duration_s <= 0:
        raise AudioError(f"{label} holds no sound: it has 0 samples.", AGAIN)
    if duration_s < MIN_DURATION_S:
        raise AudioError(
            f"{label} lasts only {duration_s:.2f} seconds.", f"Choose a file of at least {MIN_DURATION_S:g} seconds."
        )
    if duration_s > MAX_DURATION_S + MAX_SLACK_S:
        raise AudioError(
            f"{label} lasts {clock(duration_s)}, longer than the limit of {clock(MAX_DURATION_S)}.",
            "Cut it into shorter files first.",
        )


def _check_shape(label: str, rate_hz: int, n_channels: int) -> None:
    if not 1 <= n_channels <= MAX_CHANNELS:
        raise AudioError(
            f"{label} says that it has {n_channels} channels.", f"Files with 1 to {MAX_CHANNELS} channels can be read."
        )
    if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise AudioError(
            f"{label} has a sample rate of {rate_hz} Hz.",
            f"Rates from {MIN_RATE_HZ} to {MAX_RATE_HZ} Hz can be read; convert the file first.",
        )


def _wav_duration_s(path: Path, label: str) -> float | None:
    """What a WAV header announces, which FFmpeg hides for a cut file. Raises AudioError for an impossible header."""
    with open_file(path, label) as file:
        if file.read(4) != b"RIFF" or (header := sniff.wav_header(file)) is None:
            return None
        _check_shape(label, header.rate_hz, header.n_channels)
        if header.data_bytes is None or header.bytes_per_s == 0:
            return None
        return header.data_bytes / header.bytes_per_s


def _header_duration_s(source: Opened) -> float | None:
    """What the container announces for the audio track; None where it says nothing that can be trusted."""
    stream, container = source.stream, source.container
    if source.demuxer == "aac":  # FFmpeg's guess from the bit rate
        return None
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    if container.duration is not None and len(container.streams) == 1:
        return container.duration / 1_000_000
    return None


def _trusted_s(path: Path, label: str, name: str | None, container: str, header_s: float | None) -> float:
    if container == "MP3":
        with open_file(path, label) as file:
            header_s = header_s if sniff.has_mp3_length(file) else None
    return header_s if header_s is not None else _counted_s(path, name)


def _counted_s(path: Path, name: str | None) -> float:
    """The length by adding up the packets: reads the whole file but decodes nothing."""
    av = load_av()
    with opened(path, name) as source:
        base = source.stream.time_base
        ticks = 0
        try:
            for packet in source.container.demux(source.stream):
                ticks += packet.duration or 0
        except (av.FFmpegError, OSError) as error:
            raise damaged(source.label, source.demuxer) from error
        return float(ticks * base) if base is not None else 0.0


def _tags(path: Path, own: dict[str, str]) -> Tags:
    """Tags by tinytag, and by the container's own metadata (lower-case keys) where tinytag knows none."""
    try:
        from tinytag import TinyTag, TinyTagException
    except ImportError as error:
        raise MissingPackage(
            "Reading tags needs the package tinytag.", "Install it with: pip install tinytag"
        ) from error
    found: dict[str, str | None] = {}
    try:
        with path.open("rb") as file:
            read = TinyTag.get(file_obj=file, duration=False)
        found = {key: getattr(read, key) for key in ("title", "artist", "album", "year", "genre")}
    except (TinyTagException, OSError, ValueError, LookupError, TypeError, ArithmeticError, struct.error):
        found = {}  # a damaged tag is no reason to refuse the sound
    own = {key.lower(): value for key, value in own.items()}
    texts = {key: _text(found.get(key) or own.get(key)) for key in ("title", "artist", "album", "genre")}
    return Tags(**texts, year=_year(found.get("year") or own.get("date")))


def _text(value: str | None) -> str | None:
    return cleaned(str(value))[:MAX_TAG_CHARACTERS].strip() or None if value else None


def _year(value: str | None) -> int | None:
    digits = cleaned(str(value))[:4] if value else ""
    return int(digits) if digits.isascii() and digits.isdigit() and int(digits) > 0 else None
