"""Proposals and datasets: what a collection would give, looked at example by example, and frozen.

A proposal is made in the background and kept in memory; decisions about examples are rows of the database, so nothing
is lost when the studio ends.
"""

import logging
import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicflamingo_app.errors import StorageError, StudioError
from musicflamingo_app.ui.contract import Studio
from musicflamingo_app.ui.train.names import named

if TYPE_CHECKING:
    from train.build import Options, Proposal
    from train.dataset import Dataset

log = logging.getLogger(__name__)
REJECTED = "rejected"
Progress = Callable[[float, str], None]


@dataclass
class Work:
    """Something under way in the background: how far it is, and how it ended."""

    fraction: float = 0.0
    sentence: str = ""
    busy: bool = True
    failed: str = ""
    made: str = ""  # the name of the dataset that came of it
    stopped: bool = False


@dataclass
class _Proposed:
    """A proposal, what it was made with, and the decisions that it took into account."""

    proposal: "Proposal"
    updated_at: Any
    decided: Mapping[str, Any] = field(default_factory=dict)


class DatasetDesk:
    """Safe to use from many threads. One proposal or freezing at a time for each collection."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._work: dict[int, Work] = {}
        self._proposed: dict[int, _Proposed] = {}
        self._lock = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where datasets lie."""
        from train.dataset import datasets_folder

        return datasets_folder(self._studio.paths.home)

    # Proposals

    def propose(self, collection_id: int, values: Mapping[str, Any]) -> None:
        """Begins to ask about every track. Raises NotFound, StudioError for options that cannot be."""
        found = self._studio.collections.get(collection_id)
        options = options_of(values, found.licence_note)

        def run(work: Work) -> None:
            proposal = self._made(collection_id, options, work, with_rejected=True)
            self._proposed[collection_id] = _Proposed(proposal, found.updated_at)

        self._begin(collection_id, run)

    def freeze(self, collection_id: int, name: str, values: Mapping[str, Any]) -> None:
        """Begins to write a dataset of what people left in. Raises NotFound, StudioError for no good name."""
        from train.build import checked_name, freeze, stopping

        found = self._studio.collections.get(collection_id)
        options, good = options_of(values, found.licence_note), checked_name(name.strip())
        if (self.folder / good).exists():
            raise StudioError(f"There is a dataset {good} already.", "Choose another name, or delete it first.")

        def run(work: Work) -> None:
            proposal = self._made(collection_id, options, work, with_rejected=False)
            progress = stopping(_teller(work), lambda: work.stopped)
            work.made = freeze(self._studio.paths.home, good, proposal, progress=progress).name

        self._begin(collection_id, run)

    def stop(self, collection_id: int) -> None:
        """Ends what is under way."""
        work = self._work.get(collection_id)
        if work is not None:
            work.stopped = True

    def proposal(self, collection_id: int) -> tuple["Proposal | None", Work | None, bool]:
        """The proposal, what is under way, and whether the collection was changed since. Raises NotFound."""
        found = self._studio.collections.get(collection_id)
        kept = self._proposed.get(collection_id)
        stale = kept is not None and kept.updated_at != found.updated_at
        return (kept.proposal if kept else None), self._work.get(collection_id), stale

    def _made(self, collection_id: int, options: "Options", work: Work, *, with_rejected: bool) -> "Proposal":
        """A proposal; with `with_rejected` it shows what a person took out, so that it can be brought back."""
        from train.build import propose, stopping
        from train.gather import gather

        collections = self._studio.collections
        reviews = {
            key: review
            for key, review in collections.reviews(collection_id).items()
            if not (with_rejected and review.state == REJECTED)
        }
        gathered = gather(self._studio.library, [track.id for track in collections.tracks(collection_id)])
        return propose(gathered, options, reviews=reviews, progress=stopping(_teller(work), lambda: work.stopped))

    def _begin(self, collection_id: int, run: Callable[[Work], None]) -> None:
        with self._lock:
            before = self._work.get(collection_id)
            if before is not None and before.busy:
                raise StudioError("This collection is being worked on already.", "Wait for it, or stop it.")
            work = self._work[collection_id] = Work(sentence="Reading the songs.")
        threading.Thread(target=_run, args=(run, work), name=f"collection {collection_id}", daemon=True).start()

    # Datasets

    def every(self) -> list[tuple[str, "Dataset | StudioError"]]:
        """All datasets by name, newest first; one that cannot be read is told by its error."""
        from train.dataset import ABOUT, open_dataset

        if not self.folder.is_dir():
            return []
        found: list[tuple[str, Dataset | StudioError]] = []
        for path in sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True):
            if (path / ABOUT).is_file() and not path.name.startswith("."):
                try:
                    found.append((path.name, open_dataset(path)))
                except StudioError as error:
                    found.append((path.name, error))
        return found

    def one(self, name: str) -> "Dataset":
        """A dataset. Raises NotFound, StudioError for one that was changed."""
        from train.dataset import open_dataset

        return open_dataset(self.folder / named(name, "dataset"))

    def remove(self, name: str) -> None:
        """Deletes a dataset for good; runs that learned from it stay. Raises NotFound, StorageError."""
        folder = self.folder / named(name, "dataset")
        try:
            shutil.rmtree(folder)
        except OSError as error:
            what = f"The dataset {name} cannot be removed: {error.strerror or error}."
            raise StorageError(what, "Look whether it is there and can be written.") from error


def options_of(values: Mapping[str, Any], licence: str) -> "Options":
    """How a dataset is to be made, from what the page sends. Raises StudioError for what is no such value."""
    from train.build import Options

    defaults = Options()
    asked: dict[str, Any] = {}
    kinds: dict[str, tuple[type, ...]] = {
        "held_out": (int, float), "by": (str,), "questions": (int,), "captions": (bool,), "augment": (int,),
        "crops": (int,), "think": (bool,), "seed": (int,),
    }  # fmt: skip
    for name, allowed in kinds.items():
        value = values.get(name, getattr(defaults, name))
        if type(value) not in allowed:
            raise StudioError(f"{value!r} is no value for “{name.replace('_', ' ')}”.", "Choose one on the page.")
        asked[name] = value
    if not 1 <= asked["questions"] <= 100 or not 0 <= asked["augment"] <= 20:
        what = f"{asked['questions']} questions and {asked['augment']} variants of each song cannot be made."
        raise StudioError(what, "Use 1 to 100 questions and 0 to 20 variants.")
    if not 0 <= asked["crops"] <= 40:
        raise StudioError(f"{asked['crops']} excerpts of each song cannot be made.", "Use 0 (whole songs) to 40.")
    return Options(licence=licence, **asked)


def _teller(work: Work) -> Progress:
    def tell(fraction: float, sentence: str) -> None:
        work.fraction, work.sentence = min(1.0, max(0.0, fraction)), sentence

    return tell


def _run(run: Callable[[Work], None], work: Work) -> None:
    try:
        run(work)
    except StudioError as error:
        work.failed = str(error)
    except Exception:
        work.failed = "It ended by a fault; the studio's log has the rest."
        log.exception("A proposal failed")
        raise
    finally:
        work.busy = False
