"""What cannot be used is refused with one sentence that names the file and the wrong value."""

import os
import socket
import struct
import sys
from pathlib import Path

import numpy as np
import pytest

from musicflamingo_app.audio import decode, probe
from musicflamingo_app.audio.container import MAX_SHOWN, label_of
from musicflamingo_app.audio.identity import audio_sha256
from musicflamingo_app.audio.intake import intake, read_audio
from musicflamingo_app.errors import AudioError
from tests.audio.signals import BY_NAME, FORMATS, Format, Samples, Watched, tone_with_click


def refusal(path: Path, name: str | None = None) -> AudioError:
    with pytest.raises(AudioError) as caught:
        read_audio(path, name=name)
    error = caught.value
    for sentence in (error.what, error.advice):
        assert sentence[-1] == "." and "\n" not in sentence and "Errno" not in sentence
    assert not path.is_absolute() or str(path.parent) not in str(error)
    return error


def wav_with_header(path: Path, n_channels: int = 2, rate_hz: int = 44_100, data: bytes = bytes(400_000)) -> Path:
    fmt = struct.pack("<HHIIHH", 1, n_channels, rate_hz, rate_hz * n_channels * 2, n_channels * 2, 16)
    head = b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + struct.pack("<I", 16) + fmt
    path.write_bytes(head + b"data" + struct.pack("<I", len(data)) + data)
    return path


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty: it has 0 bytes"),
        (b"Dear diary, today I wrote a song.\n" * 100, "it is text"),
        (b"#EXTM3U\nhttp://127.0.0.1/a.mp3\n", "it is a playlist"),
        (b"\xef\xbb\xbf#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n/etc/passwd\n", "it is a playlist"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "it is a playlist"),
        (b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=audio 5004 RTP/AVP 0\n", "it is a playlist"),
        (b"[playlist]\nFile1=http://127.0.0.1/a.mp3\n", "it is a playlist"),
        (b"MThd\x00\x00\x00\x06" + bytes(100), "it is a MIDI file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "it is a picture"),
        (b"%PDF-1.7\n" + bytes(100), "it is a PDF document"),
        (bytes(10_000), "of a kind that is not known"),
        (b"\xff" * 10_000, "of a kind that is not known"),
    ],
)
def test_what_is_no_sound(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(content)
    assert words in refusal(path).what
    assert "“song.mp3”" in refusal(path).what


@pytest.mark.parametrize("target", ["http://127.0.0.1:{port}/a.mp3", "tcp://127.0.0.1:{port}", "file:{secret}"])
@pytest.mark.parametrize("form", ["#EXTM3U\n#EXTINF:3,\n{0}\n", "ffconcat version 1.0\nfile {0}\n"])
def test_a_playlist_opens_nothing(target: str, form: str, tmp_path: Path) -> None:
    secret = BY_NAME["wav16"].write(tmp_path / "secret.wav", tone_with_click(44_100, 1), 44_100)
    before = secret.stat().st_atime_ns
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        path = tmp_path / "song.mp3"
        path.write_text(form.format(target.format(port=server.getsockname()[1], secret=secret)))
        refusal(path)
        with pytest.raises(TimeoutError):
            server.accept()
    assert secret.stat().st_atime_ns == before


def test_missing_folder_and_pipe(tmp_path: Path) -> None:
    assert "There is no file “gone.wav”" in refusal(tmp_path / "gone.wav").what
    assert "is a folder" in refusal(tmp_path).what
    with pytest.raises(AudioError, match="cannot be opened: its name is not valid"):
        read_audio(Path("null\0.wav"))
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe.wav")
        assert "a device or a pipe" in refusal(tmp_path / "pipe.wav").what


def test_a_file_that_may_not_be_read(wav: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert "cannot be opened: Permission denied" in refusal(wav).what


def test_a_disk_that_fails_while_reading(wav: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        def __init__(self, file: object) -> None:
            self.file, self.name = file, ""

        def read(self, n: int) -> bytes:
            raise OSError(5, "Input/output error")

        def seek(self, *where: int) -> int:
            return 0

        def tell(self) -> int:
            return 0

    monkeypatch.setattr("musicflamingo_app.audio.container._Seekable", Failing)
    assert "cannot be read" in refusal(wav).what


def test_impossible_headers(tmp_path: Path) -> None:
    assert "0 channels" in refusal(wav_with_header(tmp_path / "a.wav", n_channels=0)).what
    assert "900 channels" in refusal(wav_with_header(tmp_path / "b.wav", n_channels=900)).what
    assert "0 Hz" in refusal(wav_with_header(tmp_path / "c.wav", rate_hz=0)).what
    assert "7999 Hz" in refusal(wav_with_header(tmp_path / "d.wav", rate_hz=7_999)).what
    assert "192001 Hz" in refusal(wav_with_header(tmp_path / "e.wav", rate_hz=192_001)).what
    assert "0 samples" in refusal(wav_with_header(tmp_path / "f.wav", data=b"")).what


def test_too_short_and_just_long_enough(tmp_path: Path) -> None:
    short = BY_NAME["wav16"].write(tmp_path / "short.wav", np.zeros((1, 4_410), np.float32), 44_100)
    assert "lasts only 0.10 seconds" in refusal(short).what
    one = BY_NAME["wav16"].write(tmp_path / "one.wav", np.zeros((1, 44_100), np.float32), 44_100)
    assert read_audio(one).samples.shape == (1, 22_050)


def test_too_long_is_refused_before_decoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "blocks", None)
    hour = BY_NAME["flac16"].write(tmp_path / "hour.flac", np.zeros((1, 8_000 * 3_606), np.float32), 8_000)
    assert "lasts 1:00:06, longer than the limit of 1:00:00" in refusal(hour).what


def test_a_header_that_lies_about_the_length_is_caught_while_decoding(
    wav: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = probe.probe(wav)
    monkeypatch.setattr(decode, "MAX_DURATION_S", -4.0)
    monkeypatch.setattr(probe, "MAX_DURATION_S", -4.0)
    with pytest.raises(AudioError, match="longer than the limit"):
        list(decode.blocks(wav, about=about))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["wavfloat", "wavdouble"])
def test_samples_that_are_not_numbers(name: str, value: float, tmp_path: Path) -> None:
    samples = tone_with_click(44_100, 2).astype(np.float64)
    samples[1, 55_125] = value
    path = BY_NAME[name].write(tmp_path / "nan.wav", samples, 44_100)
    assert "not numbers (NaN or infinite), the first at 0:01.2" in refusal(path).what


def test_beyond_full_scale_is_fine(tmp_path: Path) -> None:
    path = BY_NAME["wavfloat"].write(tmp_path / "hot.wav", 30 * tone_with_click(44_100, 2), 44_100)
    assert np.abs(read_audio(path).samples).max() > 20


@pytest.mark.parametrize("name", ["wav16", "flac16", "aiff16", "mp3", "m4a", "alac"])
def test_a_cut_file(name: str, tmp_path: Path) -> None:
    kind = BY_NAME[name]
    noise = np.random.default_rng(3).uniform(-0.5, 0.5, (2, 44_100 * 8)).astype(np.float32)
    path = kind.write(tmp_path / f"cut{kind.suffix}", noise, 44_100)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 3])
    said = refusal(path).what
    assert "breaks off: it announces 0:08.0, but only 0:0" in said or "damaged or cut short" in said


def test_a_flac_with_a_hole(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).uniform(-0.5, 0.5, (2, 44_100 * 20)).astype(np.float32)
    path = BY_NAME["flac16"].write(tmp_path / "hole.flac", noise, 44_100)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + len(data) // 5] = bytes(len(data) // 5)
    path.write_bytes(data)
    assert "0:1" in refusal(path).what


def test_video_without_sound(tmp_path: Path) -> None:
    import av

    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert "holds no audio track" in refusal(path).what


def test_a_codec_that_is_not_on_the_list(tmp_path: Path) -> None:
    import av

    path = tmp_path / "old.wav"
    with av.open(str(path), "w", format="wav") as container:
        stream = container.add_stream("adpcm_yamaha", rate=44_100, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 44_100), np.int16), format="s16", layout="mono")
        frame.sample_rate = 44_100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert "coded as adpcm_yamaha" in refusal(path).what


HOSTILE = [
    "a; rm -rf ~.wav",
    "..\\x.wav",
    "${x}.wav",
    "-i.wav",
    "🎸 naïve – 音楽.wav",
    "concat:a|b.wav",
    "x" * 200 + ".wav",
    "<img src=x onerror=1>.wav",
    "%d%s%n.wav",
    "line\nbreak.wav",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_names(
    name: str, wav: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watched: Watched
) -> None:
    monkeypatch.chdir(tmp_path)
    path = wav.rename(tmp_path / name)
    for way in (path, Path(name)):
        made = intake(way, tmp_path / "copy.m4a", watched)
        assert made.audio.samples.shape == (1, 44_100)
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([name, "copy.m4a"])
    path.write_bytes(b"")
    shown = refusal(Path(name)).what
    assert len(shown) < 150
    assert "“" in shown


def test_a_name_in_a_sentence() -> None:
    assert label_of(Path("/secret/a.wav"), "My\x1b[31m so\u202eng\n.wav") == "“My[31m song .wav”"
    assert label_of(Path("\x00\x01")) == "“unnamed”"
    long = label_of(Path("x" * 190 + "last.wav"))
    assert len(long) == MAX_SHOWN + 2 and long.endswith("last.wav”")


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
def test_random_damage_never_raises_anything_else(kind: Format, tmp_path: Path) -> None:
    good = kind.write(tmp_path / f"good{kind.suffix}", tone_with_click(22_050 if not kind.muxer else 48_000, 2), 48_000)
    random = np.random.default_rng(11)
    whole = good.read_bytes()
    for turn in range(12):
        data = bytearray(whole)
        for at in random.integers(0, [64, 4096, len(data)][turn % 3], 1 << (turn % 7)):
            data[min(at, len(data) - 1)] = random.integers(0, 256)
        if turn % 4 == 3:
            del data[random.integers(0, len(data)) :]
        good.write_bytes(data)
        for read in (read_audio, audio_sha256):
            try:
                read(good)
            except AudioError as error:
                assert error.advice


def test_silence_is_no_error(tmp_path: Path) -> None:
    silence: Samples = np.zeros((2, 44_100), np.float32)
    assert not read_audio(BY_NAME["flac16"].write(tmp_path / "s.flac", silence, 44_100)).samples.any()
