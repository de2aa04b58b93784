"""`musicflamingo adapters`: what training made, kept, carried out and in, merged, removed."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from model.fingerprint import fingerprint
from musicflamingo_app.cli.speak import out
from musicflamingo_app.paths import default_home
from train.adapters import (
    export_adapter,
    find_adapter,
    import_adapter,
    list_adapters,
    merge_adapter,
    register,
    remove_adapter,
)
from train.bases import base_of
from train.plan import Place
from train.runs.read import read_run

adapters = typer.Typer(help="Adapters: what training made. Keep, list, export, import, merge, remove.")
NameArgument = Annotated[str, typer.Argument(help="An adapter's name.")]
BaseOption = Annotated[str, typer.Option("--model", help="Its base: an id of “models list”, or a folder.")]


@adapters.command("list")
def list_all(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the adapters, their bases and what they learned from."""
    found = list_adapters(Place(default_home()).adapters)
    if as_json:
        sys.stdout.write(json.dumps([asdict(one.card) for one in found], ensure_ascii=False, indent=2) + "\n")
        return
    table = Table("name", "base", "stage", "data", "licence", "MB", "made")
    for one in found:
        card = one.card
        size = f"{one.n_bytes / 1e6:.1f}"
        table.add_row(one.name, card.base, card.stage, card.data, card.licence, size, card.made_at[:16])
    out.print(table)


@adapters.command("add")
def add(
    run: Annotated[str, typer.Argument(help="A run that is done.")],
    name: Annotated[str, typer.Option("--name", help="The adapter's name; else the run's.")] = "",
) -> None:
    """Keep the adapter of a run."""
    place = Place(default_home())
    kept = register(place.adapters, read_run(place.runs / run), name=name)
    out.print(f"{kept.name} is in {kept.folder}", soft_wrap=True)


@adapters.command("export")
def export(
    name: NameArgument,
    to: Annotated[Path, typer.Option("--out", help="A folder, or the zip to write.")] = Path(),
) -> None:
    """Write an adapter as a zip: a PEFT folder with its card."""
    written = export_adapter(find_adapter(Place(default_home()).adapters, name), to)
    out.print(str(written), soft_wrap=True)


@adapters.command("import")
def bring_in(
    source: Annotated[Path, typer.Argument(help="A PEFT folder, or the zip of one.")],
    model: BaseOption = "music-flamingo-2601-hf",
    name: Annotated[str, typer.Option("--name", help="Its name here.")] = "",
) -> None:
    """Bring in an adapter for a base that is on this machine."""
    place = Place(default_home())
    folder, model_id = base_of(model, place.models)
    kept = import_adapter(
        place.adapters, source, base_fingerprint=fingerprint(folder), base=model_id or folder.name, name=name
    )
    out.print(f"{kept.name} is in {kept.folder}", soft_wrap=True)


@adapters.command("merge")
def merge(
    name: NameArgument,
    to: Annotated[Path, typer.Option("--out", help="The folder to write.")],
    model: BaseOption = "music-flamingo-2601-hf",
) -> None:
    """Write the base with the adapter's weights in it, a checkpoint of its own."""
    place = Place(default_home())
    folder, _ = base_of(model, place.models)
    merge_adapter(find_adapter(place.adapters, name).folder, folder, to)
    out.print(f"{to} holds {model} with {name}.", soft_wrap=True)


@adapters.command("remove")
def remove(name: NameArgument) -> None:
    """Delete an adapter for good."""
    n_bytes = remove_adapter(Place(default_home()).adapters, name)
    out.print(f"{n_bytes / 1e6:.1f} MB freed.")
