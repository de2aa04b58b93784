"""What a file says of itself."""

import shutil
from pathlib import Path

import pytest

from musicflamingo_app.audio.identity import audio_sha256
from musicflamingo_app.audio.probe import MAX_TAG_CHARACTERS, Probe, Tags, probe
from tests.audio.signals import BY_NAME, coded, tone_with_click

MUXERS = [
    ("mp3", "libmp3lame", "MP3", "mp3"),
    ("ipod", "aac", "MP4", "aac"),
    ("flac", "flac", "FLAC", "flac"),
    ("ogg", "libopus", "Ogg", "opus"),
    ("wav", "pcm_s16le", "WAV", "pcm_s16le"),
    ("matroska", "libopus", "Matroska", "opus"),
]
TAGS = {"title": "Ça va – 夜曲", "artist": "Æther", "album": "Two", "date": "1987-05-01", "genre": "Soul"}


@pytest.mark.parametrize(("muxer", "encoder", "container", "codec"), MUXERS)
def test_tags_and_shape(muxer: str, encoder: str, container: str, codec: str, tmp_path: Path) -> None:
    path = coded(tmp_path / "a.bin", tone_with_click(48_000, 2), 48_000, muxer, encoder, TAGS)
    about = probe(path)
    assert about == Probe(
        container, codec, about.duration_s, 48_000, 2, Tags("Ça va – 夜曲", "Æther", "Two", 1987, "Soul")
    )
    assert about.duration_s == pytest.approx(2, abs=0.03)


def test_no_tags(wav: Path) -> None:
    assert probe(wav).tags == Tags()


def test_tags_are_not_trusted(tmp_path: Path) -> None:
    wild = {"title": "a\x1b[2J\n b" + "x" * 1000, "artist": "\x07\x08", "date": "soon", "album": "=cmd|' /C calc'!A0"}
    tags = probe(coded(tmp_path / "a.mp3", tone_with_click(48_000, 2), 48_000, "mp3", "libmp3lame", wild)).tags
    assert tags.title is not None and tags.title.startswith("a[2J bxx") and len(tags.title) == MAX_TAG_CHARACTERS
    assert tags.artist is None
    assert tags.year is None
    assert tags.album == "=cmd|' /C calc'!A0"


def test_damaged_tags_do_not_refuse_the_sound(tmp_path: Path) -> None:
    path = coded(tmp_path / "a.mp3", tone_with_click(48_000, 2), 48_000, "mp3", "libmp3lame", {"title": "Song"})
    data = path.read_bytes().replace(b"TIT2\x00\x00\x00", b"TIT2\xff\xff\x7f")
    path.write_bytes(data)
    assert probe(path).duration_s == pytest.approx(2, abs=0.05)


@pytest.mark.parametrize(("muxer", "encoder", "container", "codec"), MUXERS[:5])
def test_identity_ignores_tags(muxer: str, encoder: str, container: str, codec: str, tmp_path: Path) -> None:
    sound = tone_with_click(48_000, 2)
    bare = audio_sha256(coded(tmp_path / "bare", sound, 48_000, muxer, encoder))
    tagged = audio_sha256(coded(tmp_path / "tagged", sound, 48_000, muxer, encoder, {**TAGS, "comment": "c" * 5000}))
    other = audio_sha256(coded(tmp_path / "other", sound * 0.9, 48_000, muxer, encoder))
    assert bare == tagged != other
    assert len(bare) == 64


def test_identity_ignores_tags_in_vorbis_and_at_an_mp3_s_end(tmp_path: Path) -> None:
    import soundfile

    sound = tone_with_click(44_100, 2)
    hashes = set()
    for title in ("one", "another title"):
        path = tmp_path / f"{title}.ogg"
        with soundfile.SoundFile(path, "w", 44_100, 2, "VORBIS") as file:
            file.title = title
            file.write(sound.T)
        hashes.add(audio_sha256(path))
    assert len(hashes) == 1
    mp3 = BY_NAME["mp3"].write(tmp_path / "a.mp3", sound, 44_100)
    before = audio_sha256(mp3)
    mp3.write_bytes(mp3.read_bytes() + b"TAG" + b"Title".ljust(125, b"\0"))
    assert audio_sha256(mp3) == before


def test_identity_ignores_name_and_place(wav: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(wav, tmp_path / "other.mp3"))
    assert audio_sha256(copy) == audio_sha256(wav)


def test_identity_tells_channels_apart(tmp_path: Path) -> None:
    sound = tone_with_click(44_100, 2)
    stereo = BY_NAME["wav16"].write(tmp_path / "s.wav", sound, 44_100)
    mono = BY_NAME["wav16"].write(tmp_path / "m.wav", sound.T.reshape(1, -1), 44_100)
    assert stereo.read_bytes()[44:] == mono.read_bytes()[44:]
    assert audio_sha256(stereo) != audio_sha256(mono)
