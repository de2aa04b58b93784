"""What a file is by its first bytes, so that only a known demuxer ever opens it.

A name proves nothing and FFmpeg's own guessing would open playlists, which point at other files. The tables here are
the allow-list: what is not in them is refused before a decoder sees it.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

HEAD_BYTES = 65_536  # how far an mp3's first frame may lie behind its tag
FRAMES_TO_BELIEVE = 3  # consecutive MPEG frames that make a file an mp3

_MPEG1_KBPS = {
    3: (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
_MPEG2_KBPS = {
    3: (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    1: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_W64 = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"
_PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"v=0", b"[playlist]", b"<asx", b"<?wpl")
_OTHERS = (
    (b"MThd", "a MIDI file, which holds notes and no sound"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3", "a database"),
    (b"0&\xb2u\x8ef\xcf\x11", "a Windows Media file, a format that is not read here"),
)


@dataclass(frozen=True, slots=True)
class WavHeader:
    """What the head of a WAV file claims; `data_bytes` is None where it leaves the length open."""

    n_channels: int
    rate_hz: int
    bytes_per_s: int
    data_bytes: int | None
    data_at: int


def demuxer_of(file: BinaryIO) -> str | None:
    """FFmpeg's name of the one demuxer that may open the file, None when it is no known sound file."""
    start = _after_id3(file)
    file.seek(start)
    head = file.read(HEAD_BYTES)
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return "wav"
    if head.startswith(_W64):
        return "w64"
    if head.startswith(b"fLaC"):
        return "flac"
    if head.startswith(b"OggS"):
        return "ogg"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide"):
        return "mov"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if _is_adts(head):
        return "aac"
    return "mp3" if _mpeg_start(head) is not None else None


def described(head: bytes) -> str:
    """What a refused file seems to be, as the end of the sentence "it is ..."."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if any(text[:16].lower().startswith(mark.lower()) for mark in _PLAYLISTS):
        return "a playlist, which only points at other files"
    for mark, words in _OTHERS:
        if head.startswith(mark):
            return words
    if text and _is_text(head[:512]):
        return "text"
    return "of a kind that is not known here"


def _is_text(head: bytes) -> bool:
    if any(byte < 9 or 13 < byte < 32 for byte in head):
        return False
    return sum(byte > 127 for byte in head) * 4 < len(head) or "\ufffd" not in head.decode("utf-8", "replace")[:-1]


def has_mp3_length(file: BinaryIO) -> bool:
    """Whether an mp3 says in its first frame how long it is (Xing, Info or VBRI header)."""
    file.seek(_after_id3(file))
    head = file.read(HEAD_BYTES)
    start = _mpeg_start(head)
    first = b"" if start is None else head[start : start + 200]
    return any(mark in first for mark in (b"Xing", b"Info", b"VBRI"))


def wav_header(file: BinaryIO) -> WavHeader | None:
    """The `fmt` and `data` chunks of a RIFF WAV; None when one is missing. RF64 leaves the length open here."""
    file.seek(12)
    fmt: bytes | None = None
    while len(chunk := file.read(8)) == 8:
        kind, n_bytes = struct.unpack("<4sI", chunk)
        if kind == b"data":
            if fmt is None or len(fmt) < 16:
                return None
            _, n_channels, rate_hz, bytes_per_s = struct.unpack("<HHII", fmt[:12])
            # Programs that write to a pipe leave 0 or a huge number there.
            known = 0 < n_bytes < 0x7FFF_0000
            return WavHeader(n_channels, rate_hz, bytes_per_s, n_bytes if known else None, file.tell())
        if kind == b"fmt ":
            fmt = file.read(min(n_bytes, 64))
            file.seek(n_bytes - len(fmt) + n_bytes % 2, 1)
        else:
            file.seek(n_bytes + n_bytes % 2, 1)
    return None


def _after_id3(file: BinaryIO) -> int:
    """Where the file goes on behind its ID3v2 tags (some programs write two)."""
    start = 0
    for _ in range(4):
        file.seek(start)
        head = file.read(10)
        if len(head) < 10 or head[:3] != b"ID3" or max(head[6:10]) > 127:
            break
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        start += 10 + size + (10 if head[5] & 0x10 else 0)
    return start


def _is_adts(head: bytes) -> bool:
    """Whether AAC frames follow one another from the first byte on."""
    at, n_frames = 0, 0
    while n_frames < FRAMES_TO_BELIEVE and len(head) >= at + 7:
        if head[at] != 0xFF or head[at + 1] & 0xF6 != 0xF0:
            return False
        n_bytes = (head[at + 3] & 3) << 11 | head[at + 4] << 3 | head[at + 5] >> 5
        if n_bytes < 7:
            return False
        at, n_frames = at + n_bytes, n_frames + 1
    return n_frames > 0


def _mpeg_start(head: bytes) -> int | None:
    """Where the first run of MPEG audio frames begins."""
    at = head.find(0xFF)
    while at >= 0:
        next_at, n_frames = at, 0
        while n_frames < FRAMES_TO_BELIEVE and (n_bytes := _mpeg_frame_bytes(head[next_at : next_at + 4])):
            next_at, n_frames = next_at + n_bytes, n_frames + 1
        if n_frames == FRAMES_TO_BELIEVE:
            return at
        at = head.find(0xFF, at + 1)
    return None


def _mpeg_frame_bytes(header: bytes) -> int:
    """The length of the MPEG audio frame that a four-byte header starts, 0 when it is none (ISO 11172-3, 2.4.2.3)."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    kbps_index, rate_index = header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or layer == 0 or kbps_index in (0, 15) or rate_index == 3:
        return 0
    kbps = (_MPEG1_KBPS if version == 3 else _MPEG2_KBPS)[layer][kbps_index - 1]
    rate_hz = _RATES_HZ[version][rate_index]
    padding = header[2] >> 1 & 1
    if layer == 3:
        return (12_000 * kbps // rate_hz + padding) * 4
    samples_over_8 = 72 if layer == 1 and version != 3 else 144
    return samples_over_8 * 1000 * kbps // rate_hz + padding
