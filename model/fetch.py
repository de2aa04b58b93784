"""Fetches weights from the Hugging Face hub, once and only when a person asks for it; and removes them.

A folder counts as fetched when its last file, written at the end, is there. What was cut short goes on where it was.
"""

import importlib
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.errors import FetchError
from model.registry import Model
from musicflamingo_app.errors import Cancelled, MissingPackage, StorageError

_MARK = "fetched.json"
_SPARE_BYTES = 500_000_000
Progress = Callable[[int, int], None]  # bytes that are here, bytes in all


@dataclass(frozen=True, slots=True)
class Fetched:
    """A model on this machine."""

    id: str
    folder: Path
    revision: str
    n_bytes: int


def folder_of(model: Model, root: Path) -> Path:
    """Where a model's files lie under the folder for models."""
    return root / model.id


def fetched(model: Model, root: Path) -> Fetched | None:
    """What is here of a model, None unless it is whole."""
    folder = folder_of(model, root)
    try:
        mark = json.loads((folder / _MARK).read_text("utf-8"))
        files = {folder / name: n_bytes for name, n_bytes in mark["files"].items()}
        if mark["repo"] != model.repo or any(path.stat().st_size != n_bytes for path, n_bytes in files.items()):
            return None
        return Fetched(model.id, folder, str(mark["revision"]), sum(files.values()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def fetch(
    model: Model,
    root: Path,
    *,
    licence_accepted: bool,
    on_progress: Progress = lambda here, total: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Fetched:
    """Fetches what is missing. Raises FetchError, StorageError, Cancelled, MissingPackage."""
    _may(model, licence_accepted)
    whole = fetched(model, root)
    if whole is not None:
        return whole
    hub = _hub()
    folder = folder_of(model, root)
    with _Said(model, hub):
        folder.mkdir(parents=True, exist_ok=True)
        wanted: dict[str, Any] = {"local_dir": folder, "cache_dir": root / ".hub", "allow_patterns": list(model.files)}
        silent = _bar(lambda n_bytes: None, is_stopped)
        files = hub.snapshot_download(model.repo, revision=model.revision, dry_run=True, tqdm_class=silent, **wanted)
        revision = _check(model, files, root)
        total = sum(file.file_size or 0 for file in files)
        here = total - sum(file.file_size or 0 for file in files if file.will_download)
        bar = _bar(lambda n_bytes: on_progress(min(total, here + n_bytes), total), is_stopped)
        hub.snapshot_download(model.repo, revision=revision, tqdm_class=bar, max_workers=2, **wanted)
        _mark(model, folder, revision, [file.filename for file in files])
    on_progress(total, total)
    done = fetched(model, root)
    if done is None:
        raise FetchError(f"The files of {model.name} are not whole after fetching.", "Fetch it again.")
    return done


def _may(model: Model, licence_accepted: bool) -> None:
    if not model.needs_fetching:
        raise FetchError(f"{model.name} has nothing to fetch.", "It can be used as it is.")
    if not licence_accepted:
        licence = model.licence.name if model.licence else "its licence"
        raise FetchError(f"The licence of {model.name} ({licence}) was not accepted.", "Read it and accept it first.")


def remove(model: Model, root: Path) -> int:
    """Deletes a model's folder, half-fetched ones too; returns the bytes it freed. Raises StorageError."""
    folder = folder_of(model, root)
    if not folder.is_dir():
        return 0
    n_bytes = sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
    try:
        (folder / _MARK).unlink(missing_ok=True)  # first, so that what is left never counts as whole
        shutil.rmtree(folder)
    except OSError as error:
        what = f"The folder of {model.name} could not be deleted ({error.strerror or error})."
        raise StorageError(what, "Unload the model, close programs that use it, and try again.") from error
    return n_bytes


def _check(model: Model, files: list[Any], root: Path) -> str:
    """The revision all files are of, once they would fit on the disk."""
    if not files:
        raise FetchError(f"The repository {model.repo} holds none of the files we need.", "Look for a newer version.")
    missing = sum(file.file_size or 0 for file in files if file.will_download)
    free = shutil.disk_usage(root).free
    if missing + _SPARE_BYTES > free:
        what = f"{model.name} needs {missing / 1e9:.1f} GB more, and the disk has {free / 1e9:.1f} GB free."
        raise StorageError(what, "Free space, or move the data folder to a bigger disk.")
    return str(files[0].commit_hash)


def _mark(model: Model, folder: Path, revision: str, names: list[str]) -> None:
    sizes = {name: (folder / name).stat().st_size for name in names}
    text = json.dumps({"repo": model.repo, "revision": revision, "files": sizes}, indent=1)
    half = folder / f"{_MARK}.part"
    half.write_text(text, "utf-8")
    half.replace(folder / _MARK)


def _hub() -> Any:
    try:
        import huggingface_hub
        import huggingface_hub.errors
    except ImportError as error:
        advice = "Install it with: pip install huggingface_hub"
        raise MissingPackage("Fetching models needs the package huggingface_hub.", advice) from error
    return huggingface_hub


def _bar(tell: Callable[[int], None], is_stopped: Callable[[], bool]) -> type:
    """A progress bar that draws nothing: it tells the bytes and stops the download by raising Cancelled."""
    tqdm: Any = importlib.import_module("tqdm").tqdm

    class Bar(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **more: Any) -> None:
            self._counts_bytes = more.get("unit") == "B"
            super().__init__(*args, **{**more, "file": io.StringIO(), "disable": False})

        def update(self, n: float | None = 1) -> None:
            if is_stopped():
                raise Cancelled("Fetching was stopped.", "What is here is kept, and goes on from there next time.")
            super().update(n)
            if self._counts_bytes:
                tell(int(self.n))

    return Bar


class _Said:
    """Turns what the hub's client raises into sentences."""

    def __init__(self, model: Model, hub: Any) -> None:
        self._model, self._errors = model, hub.errors

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        known = self._errors
        name, repo = self._model.name, self._model.repo
        if isinstance(error, known.GatedRepoError):
            what = f"The repository {repo} asks for an account that has accepted its terms."
            raise FetchError(what, f"Accept them at https://huggingface.co/{repo}, then set HF_TOKEN.") from error
        if isinstance(error, known.RepositoryNotFoundError | known.RevisionNotFoundError):
            raise FetchError(f"The repository {repo} does not exist any more.", "Choose another model.") from error
        if isinstance(error, known.DryRunError | known.OfflineModeIsEnabled | known.LocalEntryNotFoundError):
            what = f"{name} could not be fetched: huggingface.co cannot be reached."
            raise FetchError(what, "Connect to the internet and try again; what is here is kept.") from error
        if isinstance(error, known.HfHubHTTPError) or type(error).__module__.startswith(("httpx", "httpcore")):
            what = f"Fetching {name} broke off ({type(error).__name__})."
            raise FetchError(what, "Try again; it goes on where it stopped.") from error
        if isinstance(error, OSError) and not isinstance(error, ConnectionError):
            what = f"{name} could not be written to the disk ({error.strerror or type(error).__name__})."
            raise StorageError(what, "Check the free space and whether the folder may be written.") from error
        if isinstance(error, ConnectionError):
            what = f"Fetching {name} broke off ({type(error).__name__})."
            raise FetchError(what, "Try again; it goes on where it stopped.") from error
