"""Fetching weights, with a hub that lies in this file."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest

from model.errors import FetchError
from model.fetch import fetch, fetched, folder_of, remove
from model.registry import Model, model
from musicflamingo_app.errors import Cancelled, StorageError

FLAMINGO = model("music-flamingo-2601-hf")
FILES = {"config.json": b"{}", "model-1.safetensors": b"a" * 3000, "model-2.safetensors": b"b" * 1000}


@dataclass
class Info:
    commit_hash: str
    file_size: int | None
    filename: str
    will_download: bool


class Hub:
    """Does what `snapshot_download` does, with the bars it makes, out of a dict."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files, self.calls = files, list[dict[str, Any]]()
        self.fails: Callable[[], None] = lambda: None

    def __call__(self, repo_id: str, **asked: Any) -> Any:
        self.calls.append({"repo": repo_id, **asked})
        self.fails()
        folder: Path = asked["local_dir"]
        missing = {name: data for name, data in self.files.items() if not (folder / name).is_file()}
        if asked.get("dry_run"):
            return [Info("c0ffee", len(data), name, name in missing) for name, data in self.files.items()]
        with asked["tqdm_class"](total=0, desc="Reconstructing", unit="B") as bar:
            for name, data in missing.items():
                for start in range(0, len(data), 500):
                    bar.update(len(data[start : start + 500]))
                (folder / name).write_bytes(data)
        return str(folder)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    made = Hub(FILES)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", made)
    return made


def get(root: Path, **more: Any) -> Any:
    return fetch(FLAMINGO, root, **{"licence_accepted": True, **more})


def test_a_model_is_fetched_told_and_found_again(hub: Hub, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    done = get(tmp_path, on_progress=lambda here, total: told.append((here, total)))
    assert done == fetched(FLAMINGO, tmp_path)
    assert (done.revision, done.n_bytes, done.folder) == ("c0ffee", 4002, folder_of(FLAMINGO, tmp_path))
    assert told[-1] == (4002, 4002) and told == sorted(told)
    assert hub.calls[1]["revision"] == "c0ffee"  # the state that was looked at is the one that is fetched
    n_calls = len(hub.calls)
    assert get(tmp_path) == done and len(hub.calls) == n_calls


def test_stopping_keeps_what_is_here_and_goes_on(hub: Hub, tmp_path: Path) -> None:
    seen: list[int] = []
    with pytest.raises(Cancelled):
        get(
            tmp_path,
            on_progress=lambda here, total: seen.append(here),
            is_stopped=lambda: bool(seen and seen[-1] > 3002),
        )
    assert fetched(FLAMINGO, tmp_path) is None
    told: list[int] = []
    assert get(tmp_path, on_progress=lambda here, total: told.append(here)).n_bytes == 4002
    assert min(told) > 3002  # what was here counts from the beginning


def test_the_licence_comes_first(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="OneWay"):
        fetch(FLAMINGO, tmp_path, licence_accepted=False)
    assert hub.calls == [] and list(tmp_path.iterdir()) == []


def test_what_needs_no_fetching_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="nothing to fetch"):
        fetch(model("embedded"), tmp_path, licence_accepted=True)


def test_a_disk_too_small_is_said_before_fetching(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 500_001_000}))
    with pytest.raises(StorageError, match=r"0\.5 GB free"):
        get(tmp_path)
    assert len(hub.calls) == 1


def broken(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def test_each_failure_has_its_sentence(hub: Hub, tmp_path: Path) -> None:
    known = huggingface_hub.errors
    failures: list[tuple[BaseException, type, str]] = [
        (known.DryRunError("no way"), FetchError, "cannot be reached"),
        (known.OfflineModeIsEnabled("off"), FetchError, "cannot be reached"),
        (known.LocalEntryNotFoundError("no"), FetchError, "cannot be reached"),
        (ConnectionResetError("gone"), FetchError, "broke off"),
        (PermissionError(13, "Permission denied"), StorageError, "Permission denied"),
    ]
    for raised, kind, sentence in failures:
        hub.fails = broken(raised)
        with pytest.raises(kind, match=sentence):
            get(tmp_path)
    assert fetched(FLAMINGO, tmp_path) is None


def test_an_empty_repository_is_not_a_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(huggingface_hub, "snapshot_download", Hub({}))
    with pytest.raises(FetchError, match="none of the files"):
        get(tmp_path)


def test_a_file_that_went_missing_makes_it_not_fetched(hub: Hub, tmp_path: Path) -> None:
    get(tmp_path)
    (folder_of(FLAMINGO, tmp_path) / "model-1.safetensors").unlink()
    assert fetched(FLAMINGO, tmp_path) is None
    assert get(tmp_path).n_bytes == 4002


def test_another_repository_does_not_count(hub: Hub, tmp_path: Path) -> None:
    get(tmp_path)
    moved: Model = replace(FLAMINGO, repo="someone/else")
    assert fetched(moved, tmp_path) is None


def test_removing_frees_the_disk(hub: Hub, tmp_path: Path) -> None:
    get(tmp_path)
    assert remove(FLAMINGO, tmp_path) > 4002
    assert fetched(FLAMINGO, tmp_path) is None and not folder_of(FLAMINGO, tmp_path).exists()
    assert remove(FLAMINGO, tmp_path) == 0


def test_without_a_network_the_real_client_is_turned_into_a_sentence(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from model.errors import FetchError; from model.fetch import fetch;"
        "from model.registry import model\n"
        "try: fetch(model('music-flamingo-gguf'), pathlib.Path(sys.argv[1]), licence_accepted=True)\n"
        "except FetchError as error: sys.exit(0 if 'cannot be reached' in str(error) else str(error))\n"
        "sys.exit('nothing was raised')"
    )
    (tmp_path / "music-flamingo-gguf").mkdir()
    (tmp_path / "music-flamingo-gguf" / "half.gguf").write_bytes(b"not whole")  # must not pass for the model
    offline = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, env=offline, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
