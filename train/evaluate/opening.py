"""From a candidate's name to the back end that answers, with its adapter on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from model.errors import NoAbility
from model.types import Backend
from musicflamingo_app.errors import NotFound
from musicflamingo_app.services.speech import Speech
from train.evaluate.candidate import Candidate

Progress = Callable[[float, str], None]


def candidate_of(speech: Speech, model_id: str, adapter: str = "") -> Candidate:
    """A candidate with what is known of its model. Raises NotFound."""
    return Candidate(model_id, adapter, speech.voices.abilities(model_id).hears_audio)


class Opening:
    """Opens candidates among the studio's models; adapters lie in a folder, each under its name."""

    def __init__(self, speech: Speech, adapters: Path, on_progress: Progress = lambda fraction, text: None) -> None:
        self._speech, self._adapters, self._on_progress = speech, adapters, on_progress
        self._open = ""

    @contextmanager
    def __call__(self, candidate: Candidate) -> Iterator[Backend]:
        """Raises NotFound, NoAbility, ModelError, MissingPackage, OutOfMemory."""
        folder = self.folder(candidate.adapter) if candidate.adapter else None
        if self._open not in ("", candidate.model):
            self._speech.unload_model(self._open)  # two large models rarely fit beside each other
        self._open = candidate.model
        self._speech.load_model(candidate.model, on_progress=self._on_progress)
        backend = self._speech.voices.backend(candidate.model)
        if folder is None:
            yield backend
            return
        if not backend.abilities.takes_adapters:
            what = f"{backend.name} takes no adapters."
            raise NoAbility(what, "Choose a model that runs in transformers.")
        name = f"evaluated-{candidate.adapter}"  # apart from one that a person is using
        backend.load_adapter(name, folder)  # type: ignore[attr-defined]
        try:
            yield backend
        finally:
            backend.unload_adapter(name)  # type: ignore[attr-defined]

    def folder(self, adapter: str) -> Path:
        """The folder of an adapter. Raises NotFound that names those there are."""
        folder = self._adapters / adapter
        if adapter and Path(adapter).name == adapter and folder.is_dir():
            return folder
        here = sorted(path.name for path in self._adapters.glob("*/")) if self._adapters.is_dir() else []
        advice = f"There are: {', '.join(here)}." if here else "Train one first."
        raise NotFound(f"There is no adapter named “{adapter}”.", advice)
