"""A tone's pitch, a click's time and the duration survive every format, rate and number of channels."""

from pathlib import Path

import numpy as np
import pytest

from musicflamingo_app.audio.decode import blocks
from musicflamingo_app.audio.encode import write_opus
from musicflamingo_app.audio.intake import read_audio
from musicflamingo_app.audio.probe import probe
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from tests.audio.signals import BY_NAME, FORMATS, Format, Samples, tone_with_click


def pitch_hz(mono: Samples, rate_hz: int) -> float:
    piece = mono[: round(0.8 * rate_hz)]
    spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece)), 1 << 18))
    return float(np.argmax(spectrum)) * rate_hz / (1 << 18)


def click_s(mono: Samples, rate_hz: int) -> float:
    """Where the sound first exceeds half of its highest value."""
    return float(np.argmax(np.abs(mono) > 0.5 * np.abs(mono).max())) / rate_hz


def assert_survived(path: Path, seconds: float = 2.0, lossy: bool = False) -> None:
    audio = read_audio(path)
    assert audio.samples.dtype == np.float32
    assert audio.samples.shape[0] == 1 and audio.rate_hz == ANALYSIS_HZ
    assert pitch_hz(audio.mono, ANALYSIS_HZ) == pytest.approx(1000, abs=1)
    assert click_s(audio.mono, ANALYSIS_HZ) == pytest.approx(1.0, abs=0.005)
    assert audio.duration_s == pytest.approx(seconds, abs=0.05 if lossy else 0.001)
    assert probe(path).duration_s == pytest.approx(seconds, abs=0.06 if lossy else 0.001)


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("n_channels", [1, 2])
def test_tone_click_and_duration_survive(kind: Format, n_channels: int, tmp_path: Path) -> None:
    path = kind.write(tmp_path / f"tone{kind.suffix}", tone_with_click(44_100, n_channels), 44_100)
    # An ADTS file has no place to say how long the encoder's delay of 1024 frames is.
    if kind.name == "adts":
        assert click_s(read_audio(path).mono, ANALYSIS_HZ) == pytest.approx(1.0 + 1024 / 44_100, abs=0.005)
        return
    assert_survived(path, lossy=kind.lossy)
    assert probe(path).channels == n_channels


@pytest.mark.parametrize("name", ["wav16", "flac24", "vorbis", "opus", "m4a", "alac", "aiff24"])
def test_surround_is_heard(name: str, tmp_path: Path) -> None:
    kind = BY_NAME[name]
    path = kind.write(tmp_path / f"six{kind.suffix}", tone_with_click(48_000, 6), 48_000)
    assert probe(path).channels == 6
    assert_survived(path, lossy=kind.lossy)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000])
@pytest.mark.parametrize("name", ["wav24", "flac16", "aiff16"])
def test_every_rate(name: str, rate_hz: int, tmp_path: Path) -> None:
    kind = BY_NAME[name]
    path = kind.write(tmp_path / f"rate{kind.suffix}", tone_with_click(rate_hz, 1), rate_hz)
    assert probe(path).rate_hz == rate_hz
    assert_survived(path)


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 32_000, 48_000])
@pytest.mark.parametrize("name", ["mp3", "m4a", "vorbis"])
def test_lossy_rates(name: str, rate_hz: int, tmp_path: Path) -> None:
    kind = BY_NAME[name]
    path = kind.write(tmp_path / f"rate{kind.suffix}", tone_with_click(rate_hz, 2), rate_hz)
    assert_survived(path, lossy=True)


@pytest.mark.parametrize(
    "name", ["wav8", "wav16", "wav24", "wav32", "wavfloat", "wavdouble", "flac16", "flac24", "aiff24"]
)
def test_decoding_is_exact(name: str, tmp_path: Path) -> None:
    import soundfile

    kind = BY_NAME[name]
    noise = np.random.default_rng(7).uniform(-1, 0.99, (2, 30_000)).astype(np.float32)
    path = kind.write(tmp_path / f"exact{kind.suffix}", noise, 44_100)
    decoded = np.concatenate([block.samples for block in blocks(path)], axis=1)
    oracle, _ = soundfile.read(path, dtype="float32", always_2d=True)
    assert np.array_equal(decoded, oracle.T)


def test_long_sound_comes_in_several_blocks_without_a_seam(tmp_path: Path) -> None:
    ramp = np.linspace(-1, 1, 1_000_000, dtype=np.float32)[None]
    path = BY_NAME["wavfloat"].write(tmp_path / "ramp.wav", ramp, 96_000)
    made = list(blocks(path))
    assert len(made) > 2
    assert {block.rate_hz for block in made} == {96_000}
    assert np.array_equal(np.concatenate([block.samples for block in made], axis=1), ramp)


def test_sixteen_channels(tmp_path: Path) -> None:
    path = BY_NAME["wav16"].write(tmp_path / "sixteen.wav", tone_with_click(44_100, 16), 44_100)
    assert_survived(path)


def test_a_wav_written_to_a_pipe_has_no_length(tmp_path: Path, wav: Path) -> None:
    data = bytearray(wav.read_bytes())
    at = data.index(b"data")
    data[4:8] = data[at + 4 : at + 8] = b"\xff\xff\xff\xff"
    wav.write_bytes(data)
    assert_survived(wav)


def test_an_mp3_behind_a_large_tag_and_without_a_length(tmp_path: Path) -> None:
    path = BY_NAME["mp3"].write(tmp_path / "tone.mp3", tone_with_click(44_100, 2), 44_100)
    assert_survived(path, lossy=True)
    data = path.read_bytes()
    first = data.index(b"\xff\xfb")
    second = data.index(b"\xff\xfb", first + 4)
    padding = b"ID3\x04\x00\x00" + bytes([0, 8, 0, 0]) + bytes(8 << 14)
    bare = tmp_path / "bare.mp3"  # without its Xing frame, so the encoder's delay of 25 ms stays
    bare.write_bytes(padding + data[second:])
    assert click_s(read_audio(bare).mono, ANALYSIS_HZ) == pytest.approx(1.025, abs=0.005)
    assert probe(bare).duration_s == pytest.approx(2.05, abs=0.05)


@pytest.mark.parametrize("n_channels", [1, 2])
def test_opus_that_we_write_keeps_time_and_tags(n_channels: int, tmp_path: Path) -> None:
    sound = tone_with_click(44_100, n_channels)
    for name in ("one.opus", "two.opus"):
        write_opus(tmp_path / name, sound, 44_100, {"title": "Tone"})
    assert_survived(tmp_path / "one.opus", lossy=True)
    assert probe(tmp_path / "one.opus").tags.title == "Tone"
    assert (tmp_path / "one.opus").read_bytes() == (tmp_path / "two.opus").read_bytes()
