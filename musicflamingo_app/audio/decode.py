"""One decoder for everything: any sound file as a stream of float32 blocks.

Time zero is the first sample that FFmpeg gives after the encoder's delay is cut (LAME and Opus headers, MP4 edit
lists), which is also Chromium's: measured with AAC, MP3 and FLAC they agree to the sample. The browser plays a copy
made from these very blocks (`playback.py`), so all times of the studio share this zero.
"""

import itertools
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from musicflamingo_app.audio.container import AGAIN, Opened, damaged, load_av, opened
from musicflamingo_app.audio.probe import MAX_DURATION_S, MAX_SLACK_S, Probe, check_duration, probe
from musicflamingo_app.errors import AudioError
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.time import clock

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame

BLOCK_FRAMES = 1 << 18  # six seconds at 44.1 kHz
SEEKABLE = frozenset({"wav", "w64", "flac", "aiff"})  # whose packets tell their place to the sample
MAX_BAD_PACKETS = 8  # players skip a few; more means damage
MISSING_S, MISSING_SHARE = 1.0, 0.01  # a file may be this much shorter than it announces


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A stretch of decoded sound: float32 `(channels, frames)`, its rate, and a speaker name for each channel."""

    samples: Floats
    rate_hz: int
    speakers: tuple[str, ...]


def blocks(path: Path, *, name: str | None = None, about: Probe | None = None) -> Generator[Block]:
    """Decodes a file at its own rate in blocks of at most `BLOCK_FRAMES` frames; every block has the first one's shape.

    Raises AudioError for what `probe` refuses (`about` saves probing twice), for samples that are no numbers, and for
    a file that breaks off or is damaged inside - that one possibly after most blocks were given.
    """
    about = probe(path, name=name) if about is None else about
    n_frames, rate_hz = 0, about.rate_hz
    with opened(path, name) as source:
        for block in _gathered(_decoded(source)):
            n_frames, rate_hz = n_frames + block.samples.shape[1], block.rate_hz
            _check_block(source.label, block, n_frames)
            yield block
        _check_end(source, n_frames / rate_hz, about)


def blocks_between(path: Path, start_s: float, end_s: float, *, about: Probe) -> Generator[Block]:
    """The blocks that hold `[start_s, end_s)` of a file: the first begins at `start_s` exactly, the last may go beyond.

    Where a format tells exactly where each of its packets lies nothing before the stretch is decoded; in others it is
    decoded and thrown away, for a seek would land a little elsewhere. Nothing comes where the file ends earlier.
    Raises AudioError as `blocks` does, but for faults that lie after the stretch.
    """
    first, n_wanted = round(start_s * about.rate_hz), round((end_s - start_s) * about.rate_hz)
    n_given = 0
    with opened(path) as source:
        frames, at = _from(source, start_s, about.rate_hz)
        for block in _gathered(frames):
            skipped = min(max(0, first - at), block.samples.shape[1])
            at += block.samples.shape[1]
            kept = Block(block.samples[:, skipped:], block.rate_hz, block.speakers)
            if not kept.samples.shape[1]:
                continue
            n_given += kept.samples.shape[1]
            _check_block(source.label, kept, at)
            yield kept
            if n_given >= n_wanted:
                return


def _from(source: Opened, start_s: float, rate_hz: int) -> "tuple[Iterator[AudioFrame], int]":
    """The decoder's frames from shortly before a time on, and where the first of them lies, in samples."""
    if source.demuxer not in SEEKABLE or start_s <= 0 or source.stream.time_base is None:
        return _decoded(source), 0
    source.container.seek(int(start_s / source.stream.time_base), stream=source.stream)
    frames = _decoded(source)
    first = next(frames, None)
    if first is None or first.pts is None or first.time_base is None:
        return iter(()), 0
    return itertools.chain((first,), frames), round(float(first.pts * first.time_base) * rate_hz)


def _check_block(label: str, block: Block, n_frames: int) -> None:
    finite = np.isfinite(block.samples)
    if not finite.all():
        first = int(np.argmin(finite.all(axis=0)))
        at_s = (n_frames - block.samples.shape[1] + first) / block.rate_hz
        raise AudioError(
            f"{label} holds samples that are not numbers (NaN or infinite), the first at {clock(at_s, tenths=True)}.",
            "Export the file again from the program that made it.",
        )
    if n_frames / block.rate_hz > MAX_DURATION_S + MAX_SLACK_S:
        check_duration(label, n_frames / block.rate_hz)


def _check_end(source: Opened, read_s: float, about: Probe) -> None:
    missing_s = about.duration_s - read_s
    if missing_s > MISSING_S and missing_s > MISSING_SHARE * about.duration_s:
        raise AudioError(
            f"{source.label} breaks off: it announces {clock(about.duration_s, tenths=True)}, "
            f"but only {clock(read_s, tenths=True)} could be read.",
            AGAIN,
        )
    check_duration(source.label, read_s)


def _gathered(frames: "Iterator[AudioFrame]") -> Iterator[Block]:
    """Frames collected into blocks, so that nothing later pays a price for each small frame."""
    rows: list[Floats] = []  # (frames, channels)
    n_waiting = 0
    first: AudioFrame | None = None
    for frame in _as_floats(frames):
        first = frame if first is None else first
        rows.append(np.asarray(frame.to_ndarray(), np.float32).reshape(frame.samples, -1))
        n_waiting += frame.samples
        if n_waiting >= BLOCK_FRAMES:
            yield _block(rows, first)
            rows, n_waiting = [], 0
    if first is not None and rows:
        yield _block(rows, first)


def _block(rows: list[Floats], first: "AudioFrame") -> Block:
    samples = np.ascontiguousarray(np.concatenate(rows).T)
    return Block(samples, first.rate, tuple(channel.name for channel in first.layout.channels))


def _as_floats(frames: "Iterator[AudioFrame]") -> "Iterator[AudioFrame]":
    """Frames as float32, all of the first frame's rate and layout (chained Ogg files may change both).

    Samples stay interleaved: PyAV 18 crashes on more than eight planes.
    """
    av = load_av()
    first: AudioFrame | None = None
    shape: tuple[int, str, str] | None = None
    convert = None
    for frame in frames:
        first = frame if first is None else first
        frame.pts = None
        if convert is None or shape != (frame.rate, frame.layout.name, frame.format.name):
            if convert is not None:
                yield from convert.resample(None)
            shape = (frame.rate, frame.layout.name, frame.format.name)
            convert = av.AudioResampler("flt", first.layout, first.rate)
        yield from convert.resample(frame)
    if convert is not None:
        yield from convert.resample(None)


def _decoded(source: Opened) -> "Iterator[AudioFrame]":
    """The decoder's frames. A few packets that cannot be decoded are passed over, as players do."""
    av = load_av()
    n_bad, n_waiting, n_frames = 0, 0, 0
    try:
        for packet in source.container.demux(source.stream):
            try:
                frames = packet.decode()
            except av.FFmpegError:
                n_waiting += 1  # counts only when sound follows: junk at either end is common
                continue
            if frames and n_frames:
                n_bad += n_waiting
            n_waiting = 0 if frames else n_waiting
            if n_bad > MAX_BAD_PACKETS:
                raise _damaged_inside(source, n_frames)
            for frame in frames:
                n_frames += frame.samples
                yield frame
    except (av.FFmpegError, OSError) as error:
        if n_frames == 0:
            raise damaged(source.label, source.demuxer) from error
        raise _damaged_inside(source, n_frames) from error
    if n_frames == 0 and n_waiting:
        raise damaged(source.label, source.demuxer)


def _damaged_inside(source: Opened, n_frames: int) -> AudioError:
    read_s = n_frames / source.stream.codec_context.rate
    return AudioError(f"{source.label} is damaged inside: only {clock(read_s, tenths=True)} could be read.", AGAIN)
