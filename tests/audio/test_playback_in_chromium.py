"""The browser hears the playback copy at the times of the analysis: from zero, and after every seek."""

import base64
from pathlib import Path

import numpy as np
import pytest

from musicflamingo_app.audio.intake import intake
from tests.audio.signals import BY_NAME, Samples, Watched

CHROMIUM = Path("/usr/bin/chromium")
RATE_HZ = 44_100
SEEKS_S = (0.0, 0.5, 3.217, 7.7)
LISTEN = """
async ([coded, seeks]) => {
  const bytes = Uint8Array.from(atob(coded), letter => letter.charCodeAt(0));
  const text = floats => {
    const raw = new Uint8Array(floats.buffer);
    let out = '';
    for (let at = 0; at < raw.length; at += 8192) out += String.fromCharCode(...raw.subarray(at, at + 8192));
    return btoa(out);
  };
  const pause = ms => new Promise(done => setTimeout(done, ms));
  const context = new AudioContext({sampleRate: 44100});
  const decoded = (await context.decodeAudioData(bytes.buffer.slice(0))).getChannelData(0).slice(0, 60000);
  const player = new Audio(URL.createObjectURL(new Blob([bytes], {type: 'audio/mp4'})));
  await new Promise(done => player.oncanplaythrough = done);
  const tap = context.createScriptProcessor(4096, 1, 1);
  context.createMediaElementSource(player).connect(tap);
  tap.connect(context.destination);
  await context.resume();
  const heard = [];
  for (const time of seeks) {
    player.pause();
    await pause(200);
    player.currentTime = time;
    if (player.seeking) await new Promise(done => player.onseeked = done);
    await pause(200);
    const pieces = [];
    tap.onaudioprocess = event => pieces.push(event.inputBuffer.getChannelData(0).slice());
    await player.play();
    await pause(800);
    tap.onaudioprocess = null;
    const all = new Float32Array(pieces.length * 4096);
    pieces.forEach((piece, index) => all.set(piece, index * 4096));
    heard.push(text(all));
  }
  return {decoded: text(decoded), duration: player.duration, heard};
}
"""


def floats(text: str) -> Samples:
    return np.frombuffer(base64.b64decode(text), np.float32)


def place_s(piece: Samples, whole: Samples) -> float:
    """Where in `whole` the piece comes from."""
    n = 1 << (len(piece) + len(whole)).bit_length()
    product = np.fft.irfft(np.fft.rfft(whole, n) * np.conj(np.fft.rfft(piece, n)), n)
    return float(np.argmax(product[: len(whole)])) / RATE_HZ


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium")
@pytest.mark.parametrize("name", ["wav16", "mp3"])
def test_chromium_plays_the_copy_at_the_times_of_the_analysis(name: str, tmp_path: Path, watched: Watched) -> None:
    from playwright.sync_api import sync_playwright
    from scipy.signal import butter, sosfilt

    white = np.random.default_rng(9).standard_normal(RATE_HZ * 12)
    noise = (0.1 * sosfilt(butter(6, 5_000, output="sos", fs=RATE_HZ), white)).astype(np.float32)
    kind = BY_NAME[name]
    path = kind.write(tmp_path / f"noise{kind.suffix}", np.stack([noise, noise]), RATE_HZ)
    made = intake(path, tmp_path / "copy.m4a", watched)
    analysed = made.audio.at(RATE_HZ)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required", "--mute-audio"],
        )
        page = browser.new_page()
        coded = base64.b64encode((tmp_path / "copy.m4a").read_bytes()).decode()
        said = page.evaluate(LISTEN, [coded, SEEKS_S])
        browser.close()
    assert said["duration"] == pytest.approx(made.audio.duration_s, abs=0.03)
    assert place_s(floats(said["decoded"])[20_000:40_000], analysed) == pytest.approx(20_000 / RATE_HZ, abs=0.001)
    for seek_s, text in zip(SEEKS_S, said["heard"], strict=True):
        heard = floats(text)
        start = int(np.argmax(np.abs(heard) > 1e-3))
        assert place_s(heard[start + 2_000 : start + 12_000], analysed) - 2_000 / RATE_HZ == pytest.approx(
            seek_s, abs=0.006
        )
