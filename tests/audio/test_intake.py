"""One pass over a file: sound, picture, loudness and playback copy agree, or nothing is left."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from musicflamingo_app.audio.decode import blocks
from musicflamingo_app.audio.intake import MonoTape, intake, read_audio
from musicflamingo_app.audio.playback import playback_rate_hz
from musicflamingo_app.audio.probe import probe
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from musicflamingo_app.errors import AudioError, Cancelled, StorageError
from tests.audio.signals import BY_NAME, Format, Samples, Watched, tone_with_click


def noise(rate_hz: int, n_channels: int = 2, seconds: float = 3.0) -> Samples:
    """Noise below 3 kHz, so that every codec keeps its shape."""
    from scipy.signal import butter, sosfilt

    white = np.random.default_rng(5).standard_normal((n_channels, round(seconds * rate_hz)))
    return (0.1 * sosfilt(butter(6, 3_000, output="sos", fs=rate_hz), white)).astype(np.float32)


def lag_s(one: Samples, other: Samples, rate_hz: int) -> float:
    """How much later `other` comes than `one`."""
    n = 1 << (len(one) + len(other)).bit_length()
    product = np.fft.irfft(np.fft.rfft(other, n) * np.conj(np.fft.rfft(one, n)), n)
    at = int(np.argmax(product))
    return (at if at < n // 2 else at - n) / rate_hz


@pytest.mark.parametrize("name", ["wav16", "flac16", "vorbis", "mp3", "m4a", "adts", "opus"])
def test_the_playback_copy_starts_where_the_analysis_starts(name: str, tmp_path: Path, watched: Watched) -> None:
    kind: Format = BY_NAME[name]
    path = kind.write(tmp_path / f"a{kind.suffix}", noise(48_000), 48_000)
    made = intake(path, tmp_path / "copy.m4a", watched)
    copy = read_audio(tmp_path / "copy.m4a")
    assert abs(lag_s(made.audio.mono, copy.mono, ANALYSIS_HZ)) < 0.001
    assert copy.duration_s == pytest.approx(made.audio.duration_s, abs=0.03)
    head = (tmp_path / "copy.m4a").read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")  # a browser can start before all of it is there


@pytest.mark.parametrize(
    ("rate_hz", "copy_hz"), [(8_000, 48_000), (11_025, 44_100), (44_100, 44_100), (96_000, 48_000), (88_200, 44_100)]
)
def test_the_copy_has_a_rate_that_every_browser_plays(
    rate_hz: int, copy_hz: int, tmp_path: Path, watched: Watched
) -> None:
    assert playback_rate_hz(rate_hz) == copy_hz
    path = BY_NAME["wav24"].write(tmp_path / "a.wav", noise(rate_hz, 1), rate_hz)
    made = intake(path, tmp_path / "copy.m4a", watched)
    about = probe(tmp_path / "copy.m4a")
    assert (about.container, about.codec, about.rate_hz, about.channels) == ("MP4", "aac", copy_hz, 1)
    assert abs(lag_s(made.audio.mono, read_audio(tmp_path / "copy.m4a").mono, ANALYSIS_HZ)) < 0.001


def test_surround_becomes_stereo_with_sides_kept(tmp_path: Path, watched: Watched) -> None:
    sound = np.zeros((6, 96_000), np.float32)
    sound[0, :48_000] = 0.5 * np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000)  # front left, then surround right
    sound[5, 48_000:] = sound[0, :48_000]
    path = BY_NAME["wav24"].write(tmp_path / "six.wav", sound, 48_000)
    intake(path, tmp_path / "copy.m4a", watched)
    copy = np.concatenate([block.samples for block in blocks(tmp_path / "copy.m4a")], axis=1)
    level = lambda samples: float(np.sqrt(np.mean(samples**2)))  # noqa: E731
    left, right = copy[:, 5_000:43_000], copy[:, 53_000:91_000]
    assert level(left[0]) > 100 * level(left[1])
    assert level(right[1]) > 100 * level(right[0])


def test_what_is_too_loud_is_clipped_in_the_copy_only(tmp_path: Path, watched: Watched) -> None:
    path = BY_NAME["wavfloat"].write(tmp_path / "hot.wav", 40 * tone_with_click(44_100, 2), 44_100)
    made = intake(path, tmp_path / "copy.m4a", watched)
    assert np.abs(made.audio.samples).max() > 20
    assert made.loudness.peak_dbfs == pytest.approx(20 * np.log10(32), abs=0.1)
    assert np.abs(read_audio(tmp_path / "copy.m4a").samples).max() < 2
    assert made.peaks.fine.max() == 127 and made.peaks.fine.min() == -127


def test_intake_and_read_audio_give_the_same_samples(wav: Path, tmp_path: Path, watched: Watched) -> None:
    assert np.array_equal(intake(wav, tmp_path / "copy.m4a", watched).audio.samples, read_audio(wav).samples)


def test_progress_rises_to_one_and_names_the_file(tmp_path: Path, watched: Watched) -> None:
    path = BY_NAME["flac16"].write(tmp_path / "a.flac", noise(44_100, 2, 30), 44_100)
    intake(path, tmp_path / "copy.m4a", watched, name="Mein Lied.flac")
    fractions = [fraction for fraction, _ in watched.calls]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0 and fractions[-1] == 1 and len(fractions) >= 5
    assert {sentence for _, sentence in watched.calls} == {"Reading “Mein Lied.flac”"}


@pytest.mark.parametrize("call", [0, 1, 3, 6])
def test_cancelling_leaves_nothing(call: int, tmp_path: Path) -> None:
    path = BY_NAME["flac16"].write(tmp_path / "a.flac", noise(44_100, 2, 30), 44_100)
    with pytest.raises(Cancelled):
        intake(path, tmp_path / "copy.m4a", Watched(stop_at=call))
    assert list(tmp_path.iterdir()) == [path]


def test_damage_leaves_nothing_and_keeps_the_old_copy(wav: Path, tmp_path: Path, watched: Watched) -> None:
    old = tmp_path / "copy.m4a"
    old.write_bytes(b"old")
    wav.write_bytes(wav.read_bytes()[:100_000])
    with pytest.raises(AudioError, match="breaks off"):
        intake(wav, old, watched)
    assert sorted(tmp_path.iterdir()) == sorted([old, wav])
    assert old.read_bytes() == b"old"


def test_a_folder_that_is_not_there(wav: Path, tmp_path: Path, watched: Watched) -> None:
    with pytest.raises(StorageError, match="could not be written"):
        intake(wav, tmp_path / "gone" / "copy.m4a", watched)


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from musicflamingo_app.audio.intake import intake
from musicflamingo_app.errors import StorageError
class Watch:
    def progress(self, fraction, sentence=""): pass
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    intake(Path(sys.argv[1]), Path(sys.argv[2]), Watch())
except StorageError as error:
    print(error)
    sys.exit(7)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX limits")
def test_a_disk_that_refuses(tmp_path: Path) -> None:
    path = BY_NAME["wav16"].write(tmp_path / "a.wav", noise(44_100, 2, 20), 44_100)
    ran = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path), str(tmp_path / "copy.m4a")], capture_output=True, text=True
    )
    assert ran.returncode == 7, ran.stderr
    assert ran.stdout.startswith("The playback copy could not be written: ")
    assert list(tmp_path.iterdir()) == [path]


def test_a_tape_that_runs_longer_than_expected() -> None:
    tape = MonoTape(ANALYSIS_HZ, 0.5)
    sound = noise(ANALYSIS_HZ, 2, 4)
    for start in range(0, sound.shape[1], 10_000):
        tape.add(sound[:, start : start + 10_000])
    assert np.allclose(tape.audio().samples[0], sound.mean(axis=0))


MEMORY = """
import re, sys
from pathlib import Path
from musicflamingo_app.audio.intake import intake
class Watch:
    def progress(self, fraction, sentence=""): pass
made = intake(Path(sys.argv[1]), Path(sys.argv[2]), Watch())
peak_kb = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1))
print(peak_kb // 1024, made.audio.samples.nbytes // 2**20)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the process's peak memory as Linux tells it")
def test_memory_of_a_long_file(tmp_path: Path) -> None:
    import soundfile

    path = tmp_path / "long.flac"
    minute = noise(44_100, 2, 60).T
    with soundfile.SoundFile(path, "w", 44_100, 2) as file:
        for _ in range(10):
            file.write(minute)
    ran = subprocess.run(
        [sys.executable, "-c", MEMORY, str(path), str(tmp_path / "copy.m4a")],
        capture_output=True,
        text=True,
        check=True,
    )
    peak_mb, _ = map(int, ran.stdout.split())
    assert peak_mb < 160  # whatever the length: the sound of these ten minutes is 50 MB of it
