"""Adapters that were kept: a PEFT folder each, with a card for programs (`card.json`) and one for people (README.md).

They lie in `adapters/NAME/` of the data folder. An adapter fits one base, told by its
fingerprint (model/fingerprint.py).
"""

import hashlib
import json
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from model.errors import ModelError
from musicflamingo_app.errors import NotFound, StorageError, StudioError
from train.runs.folder import NAME, drafted, now, read_json, write_json
from train.runs.read import Run

CARD, README = "card.json", "README.md"
CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
_MOST_BYTES = 4_000_000_000  # of one file in an archive that is brought in


@dataclass(frozen=True)
class Card:
    """What an adapter is. `scores` are held-out results by name; empty where nothing was measured."""

    name: str
    base: str  # the base's id, or its folder's name
    fingerprint: str  # of the base
    stage: str = ""
    data: str = ""
    data_hash: str = ""
    data_licence: str = ""
    licence: str = ""
    n_train: int = 0
    n_held_out: int = 0
    run: str = ""
    commit: str = ""
    made_at: str = ""
    weights_sha256: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Adapter:
    """A kept adapter: its folder, which any PEFT program loads, and its card."""

    folder: Path
    card: Card
    n_bytes: int

    @property
    def name(self) -> str:
        return self.folder.name


def register(adapters: Path, run: Run, *, name: str = "", scores: Mapping[str, float] | None = None) -> Adapter:
    """Keeps the adapter of a run that is done. Raises StudioError for another run or a name that is taken."""
    if run.adapter is None:
        what = f"The run {run.name} has no adapter: it is {run.status}."
        raise StudioError(what, "Resume it, and register it when it is done.")
    about, named = run.about, name or run.name
    known = about.get("card", {})
    measured = {key: run.curves[key][-1][1] for key in ("loss", "held_out_loss") if run.curves.get(key)}
    card = Card(
        named,
        about.get("model", ""),
        known.get("fingerprint", ""),
        stage=run.stage,
        run=run.name,
        commit=about.get("commit", ""),
        scores={**measured, **(scores or {})},
        recipe=run.settings,
        **{key: known[key] for key in _FROM_DATA if key in known},
    )
    return _kept(adapters, named, run.adapter, card)


def list_adapters(adapters: Path) -> tuple[Adapter, ...]:
    """All that are whole, by name."""
    if not adapters.is_dir():
        return ()
    folders = sorted(path for path in adapters.iterdir() if path.is_dir() and not path.name.startswith("."))
    return tuple(_opened(folder) for folder in folders if _is_whole(folder) and read_json(folder / CARD))


def find_adapter(adapters: Path, name: str) -> Adapter:
    """One adapter by name. Raises NotFound."""
    folder = adapters / name
    if not NAME.fullmatch(name) or not _is_whole(folder):
        known = ", ".join(one.name for one in list_adapters(adapters)) or "none yet"
        raise NotFound(f"There is no adapter {name!r}.", f"Known: {known}.")
    return _opened(folder)


def remove_adapter(adapters: Path, name: str) -> int:
    """Deletes an adapter for good and gives the bytes freed. Raises NotFound."""
    found = find_adapter(adapters, name)
    shutil.rmtree(found.folder)
    return found.n_bytes


def export_adapter(adapter: Adapter, to: Path) -> Path:
    """Writes the adapter as a zip archive; no path of this machine is in it. Raises StorageError."""
    to = to / f"{adapter.name}.zip" if to.is_dir() else to
    part = to.with_name(f".{to.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
            for name in (CONFIG, WEIGHTS, CARD, README):
                archive.write(adapter.folder / name, f"{adapter.name}/{name}")
        part.replace(to)
    except OSError as error:
        raise StorageError(f"{to} cannot be written: {error.strerror or error}.", "Choose another place.") from error
    finally:
        part.unlink(missing_ok=True)
    return to


def import_adapter(adapters: Path, source: Path, *, base_fingerprint: str, base: str = "", name: str = "") -> Adapter:
    """Brings in a PEFT folder or an exported archive, for a base that is here.

    Raises NotFound, ModelError for an adapter of another base, StudioError for what is none.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = _unpacked(source, Path(scratch)) if source.is_file() else source
        if not _is_whole(folder):
            raise NotFound(f"{source} holds no adapter ({CONFIG} and {WEIGHTS}).", "Choose a PEFT folder or its zip.")
        check_base(folder, base_fingerprint, base)
        known = read_json(folder / CARD) or {}
        named = name or str(known.get("name") or source.stem)
        card = _card_of({"base": base, "fingerprint": base_fingerprint, **known}, named)
        return _kept(adapters, named, folder, card)


def check_base(folder: Path, base_fingerprint: str, base: str = "") -> None:
    """Refuses an adapter whose card names another base; one without a card is judged by its sizes when it is loaded."""
    card = read_json(folder / CARD)
    if card and card.get("fingerprint") and card["fingerprint"] != base_fingerprint:
        trained_on = card.get("base") or "unknown"
        other = f"another version of {base}" if base and base == trained_on else f"another base, {trained_on}"
        what = f"The adapter {folder.name} was trained on {other}."
        raise ModelError(what, "Choose the base that it was trained on, or train it anew.")


def merge_adapter(adapter: Path, base: Path, out: Path) -> Path:
    """Writes the base with the adapter's weights in it, as a checkpoint of its own in bf16 or fp32 as the base was.

    Raises StudioError when `out` is there, ModelError for an adapter of another base, OutOfMemory, StorageError.
    """
    from train.merge import merged

    if out.exists():
        raise StudioError(f"{out} is there already.", "Choose another folder.")
    return merged(adapter, base, out)


_FROM_DATA = ("data", "data_hash", "data_licence", "licence", "n_train", "n_held_out")


def _kept(adapters: Path, name: str, source: Path, card: Card) -> Adapter:
    if not NAME.fullmatch(name):
        raise StudioError(f"{name!r} is no name for an adapter.", "Use letters, digits, dots, dashes; at most 64.")
    if (adapters / name).exists():
        raise StudioError(f"There is an adapter named {name} already.", "Choose another name, or remove it first.")
    with drafted(adapters, name) as draft:
        shutil.copyfile(source / WEIGHTS, draft / WEIGHTS)
        config = {**json.loads((source / CONFIG).read_text("utf-8")), "base_model_name_or_path": card.base}
        write_json(draft / CONFIG, config)
        weights = hashlib.sha256((draft / WEIGHTS).read_bytes()).hexdigest()
        written = {**asdict(card), "name": name, "made_at": card.made_at or now(), "weights_sha256": weights}
        write_json(draft / CARD, written)
        (draft / README).write_text(readme(_card_of(written, name)), "utf-8")
    return _opened(adapters / name)


def _unpacked(archive: Path, into: Path) -> Path:
    """The files of an adapter out of a zip, by their own names, so that nothing lands elsewhere."""
    try:
        with zipfile.ZipFile(archive) as packed:
            for info in packed.infolist():
                name = info.filename.rpartition("/")[2]
                if name in (CONFIG, WEIGHTS, CARD, README) and info.file_size <= _MOST_BYTES:
                    with packed.open(info) as source, (into / name).open("wb") as out:
                        shutil.copyfileobj(source, out)
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError) as error:  # RuntimeError: it is encrypted
        raise StudioError(f"{archive.name} is no archive of an adapter ({error}).", "Export it again.") from error
    return into


def _is_whole(folder: Path) -> bool:
    return (folder / CONFIG).is_file() and (folder / WEIGHTS).is_file()


def _opened(folder: Path) -> Adapter:
    known = read_json(folder / CARD)
    n_bytes = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    return Adapter(folder, _card_of(known or {}, folder.name), n_bytes)


def _card_of(known: Mapping[str, Any], name: str) -> Card:
    """A card from a file; what it lacks or should not have is left out."""
    empty = Card(name, "", "")
    kept = {
        key: value
        for key, value in known.items()
        if hasattr(empty, key) and isinstance(value, type(getattr(empty, key)))
    }
    return Card(**{"base": "", "fingerprint": "", **kept, "name": name})


def readme(card: Card) -> str:
    """The card in words, headed as model hubs read it."""
    from train.bases import repo_of

    facts = [
        ("Base", card.base or "unknown"),
        ("Stage", card.stage),
        ("Learned from", f"{card.data}, {card.n_train} examples (hash {card.data_hash[:12]})" if card.data else ""),
        ("Held out", f"{card.n_held_out} examples" if card.n_held_out else ""),
        ("Licence of the base, and so of this", card.licence),
        ("Licence of the data", card.data_licence),
        ("Run", card.run),
        ("Made", card.made_at),
    ]
    head = ["---", "library_name: peft", f"base_model: {repo_of(card.base)}", "license: other", "---", ""]
    body = [f"# {card.name}", "", *(f"- {label}: {text}" for label, text in facts if text), ""]
    if card.scores:
        body += ["| measured | value |", "|---|---|", *(f"| {name} | {x:.4g} |" for name, x in card.scores.items()), ""]
    return "\n".join([*head, *body, "Load it with PEFT on its base, or import it in Music Flamingo App.", ""])
