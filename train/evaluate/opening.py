"""From a candidate's name to the back end that answers, with its adapter on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from model.errors import ModelError, NoAbility
from model.fingerprint import fingerprint
from model.types import Backend
from musicflamingo_app.errors import NotFound
from musicflamingo_app.services.speech import Speech
from musicflamingo_app.services.voices import Wearer
from train.adapters import Adapter, check_base, find_adapter
from train.bases import base_of
from train.evaluate.candidate import Candidate
from train.plan import Place

Progress = Callable[[float, str], None]
CONFIG = "config.json"


def candidate_of(speech: Speech, named: str, adapter: str = "", *, thinks: bool | None = None) -> Candidate:
    """A candidate by its id in the registry, or by the folder of a Music Flamingo. Raises NotFound, ModelError."""
    folder = Path(named).expanduser()
    if (folder / CONFIG).is_file():
        base_of(named, folder)  # refuses what does not hear
        return Candidate(folder.absolute().name, adapter, True, thinks, str(folder.absolute()))
    return Candidate(named, adapter, speech.voices.abilities(named).hears_audio, thinks)


class Opening:
    """Opens candidates among the studio's models and adapters, one model at a time."""

    def __init__(self, speech: Speech, place: Place, on_progress: Progress = lambda fraction, text: None) -> None:
        self._speech, self._place, self._on_progress = speech, place, on_progress
        self._open = Candidate("")
        self._own: Backend | None = None  # that of a folder

    @contextmanager
    def __call__(self, candidate: Candidate) -> Iterator[Backend]:
        """Raises NotFound, NoAbility, ModelError, MissingPackage, OutOfMemory."""
        adapter = self.adapter(candidate) if candidate.adapter else None
        backend = self._backend(candidate)
        if adapter is None:
            yield backend
            return
        if not (backend.abilities.takes_adapters and isinstance(backend, Wearer)):
            raise NoAbility(f"{backend.name} takes no adapters.", "Choose the model that it was trained on.")
        name = f"evaluated-{adapter.name}"  # apart from one that a person is using
        backend.load_adapter(name, adapter.folder)
        try:
            yield backend
        finally:
            backend.unload_adapter(name)

    def close(self) -> None:
        """Frees the model that is open."""
        if self._own is not None:
            self._own.close()
            self._own = None
        elif self._open.model:
            self._speech.unload_model(self._open.model)
        self._open = Candidate("")

    def adapter(self, candidate: Candidate) -> Adapter:
        """A candidate's adapter. Raises NotFound, and ModelError for one of another base."""
        found = find_adapter(self._place.adapters, candidate.adapter)
        try:
            folder, _ = base_of(candidate.folder or candidate.model, self._place.models)
        except (NotFound, ModelError):  # nothing to compare with; loading says what is the matter
            return found
        check_base(found.folder, fingerprint(folder), candidate.model)
        return found

    def _backend(self, candidate: Candidate) -> Backend:
        bare = replace(candidate, adapter="", thinks=None)
        if self._open != bare:
            self.close()  # two large models rarely fit beside each other
            if candidate.folder:
                self._own = _of_folder(candidate, self._on_progress)
            else:
                self._speech.load_model(candidate.model, on_progress=self._on_progress)
            self._open = bare
        return self._own if self._own is not None else self._speech.voices.backend(candidate.model)


def _of_folder(candidate: Candidate, on_progress: Progress) -> Backend:
    """A checkpoint that is no model of the registry: in bf16 where that is computed in, else in fp32."""
    from model.devices import computes_bf16, devices
    from model.transformers_hf.backend import TransformersBackend
    from model.transformers_hf.load import Checkpoint, load

    cards = [device.kind for device in devices() if device.kind != "cpu"]
    device = cards[0] if cards else "cpu"
    precision = "bf16" if cards or computes_bf16() else "fp32"
    loaded = load(Checkpoint(candidate.folder, precision=precision, device=device), on_progress)
    return TransformersBackend(loaded, candidate.model)
