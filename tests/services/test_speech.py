"""The studio's speech as pages use it: models, sounds, and the real question reader."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from db.values import Track
from model.devices import Device
from model.errors import FetchError, ModelError
from model.registry import EMBEDDED, MODELS
from musicflamingo_app.audio import intake
from musicflamingo_app.errors import NotFound
from musicflamingo_app.music.time import Interval
from musicflamingo_app.paths import Paths
from musicflamingo_app.services import hearing
from musicflamingo_app.services.hearing import Hearing
from musicflamingo_app.services.library import Library, NewTrack
from musicflamingo_app.services.measured import read
from musicflamingo_app.services.studio import Setup, Studio
from musicflamingo_app.services.talk import Finished
from tests.services.voicing import HEARING, FakeBackend, MakeSpeech, make_speech, opener, text_of, track

__all__ = ["make_speech", "track"]


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    opened = Studio(Paths(tmp_path / "home"), Setup())
    yield opened
    opened.close()


def test_the_real_reader_answers_from_the_measurements(make_speech: MakeSpeech, track: Track) -> None:
    tiny = FakeBackend()
    speech = make_speech({EMBEDDED: tiny}, read)
    last = list(speech.ask(track.id, "What key is this song in?"))[-1]
    assert isinstance(last, Finished) and last.message.voice == "measured" and "C major" in last.message.text
    chords = list(speech.ask(track.id, "Which chord sounds at 0:03?"))
    assert "G" in text_of(chords) and tiny.asked == []
    found = chords[-1].evidence  # type: ignore[union-attr]
    assert found and all(0 <= one.start_s <= one.end_s <= 8 for one in found)
    assert read("Tell me a joke.", speech._parts.card(track), None) is None


def test_a_studio_offers_every_model(studio: Studio) -> None:
    offers = {offer.model.id: offer for offer in studio.speech.models()}
    assert list(offers) == [known.id for known in MODELS]
    assert offers[EMBEDDED].is_here and not offers[HEARING].is_here
    assert all(offer.status.state == "unloaded" for offer in offers.values())
    assert offers[HEARING].folder == studio.paths.home / "models" / HEARING
    card = [Device("cpu", "cpu", 8_000_000_000), Device("cuda", "card", 12_000_000_000)]
    assert studio.speech.fits(HEARING, card)["nf4"].verdict == "fits"
    assert studio.speech.fits(HEARING, card)["bf16"].verdict == "no"
    assert studio.speech.fits("openai-server", card) == {}


def test_models_are_loaded_and_unloaded_by_name(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(studio.speech.voices._openers, HEARING, opener(FakeBackend()))
    with pytest.raises(NotFound, match="no precision 'q9'"):
        studio.speech.load_model(HEARING, precision="q9")
    studio.speech.load_model(HEARING, precision="nf4")
    assert studio.speech.offer(HEARING).status.state == "ready"
    assert studio.speech.offer(HEARING).status.precision == "nf4"
    studio.speech.remove_model(HEARING)
    assert studio.speech.offer(HEARING).status.state == "unloaded"


def test_nothing_is_fetched_without_the_licence(studio: Studio) -> None:
    with pytest.raises(FetchError, match="not accepted"):
        studio.speech.fetch_model(HEARING, licence_accepted=False)
    assert not (studio.paths.home / "models").exists()
    with pytest.raises(NotFound):
        studio.speech.fetch_model("gpt", licence_accepted=True)


def test_a_server_must_be_named(studio: Studio) -> None:
    from model.openai_http.server import Server

    with pytest.raises(ModelError, match="No model server"):
        studio.speech.load_model("openai-server")
    studio.speech.server = Server("http://127.0.0.1:9/v1", "music")
    studio.speech.load_model("openai-server")
    assert studio.speech.voices.name("openai-server") == "music on 127.0.0.1:9"


def test_a_recording_is_decoded_once(library: Library, track: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    n_read: list[Path] = []

    def counting(path: Path, *, name: str | None = None) -> object:
        n_read.append(path)
        return intake.read_audio(path, name=name)

    monkeypatch.setattr(hearing, "read_audio", counting)
    ears = Hearing(library)
    whole, part = ears.sound(track), ears.sound(track, Interval(2.0, 3.0))
    assert len(n_read) == 1 and n_read[0].name.startswith("original")
    assert (whole.rate_hz, whole.samples.dtype, whole.duration_s) == (16_000, np.float32, pytest.approx(8.0, abs=0.01))
    assert part.duration_s == 1.0 and np.array_equal(part.samples, whole.samples[32_000:48_000])
    assert whole.key != part.key and ears.sound(track).key == whole.key


def test_a_lost_original_is_replaced_by_the_copy_that_is_played(
    library: Library, new: Callable[..., NewTrack], tmp_path: Path
) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, np.full(32_000, 0.25, np.float32), 16_000)
    kept = library.keep(new("tone.wav", playback_path=path, duration_s=2.0))
    library.original_path(kept.id).unlink()
    sound = Hearing(library, kept_bytes=0).sound(kept)
    assert sound.duration_s == pytest.approx(2.0, abs=0.01)
    assert sound.samples[16_000] == pytest.approx(0.25, abs=0.01)
    library.playback_path(kept.id).unlink()
    with pytest.raises(NotFound, match="missing"):
        Hearing(library).sound(kept)


def test_opening_a_studio_loads_no_model_code() -> None:
    code = (
        "import sys, musicflamingo_app.services.studio;"
        "print(sorted({'torch', 'transformers', 'httpx', 'huggingface_hub', 'llama_cpp'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
