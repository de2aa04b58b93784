"""`musicflamingo dataset build | list | show | check | import | export`: what a model learns from."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from db.values import TrackQuery
from model.types import Backend
from musicflamingo_app.cli.library import find_track
from musicflamingo_app.cli.speak import err, out, progress_bar
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.services.studio import Studio
from musicflamingo_app.settings import load_settings
from musicflamingo_app.ui.desk import open_desk
from train.build import Options, Proposal, checked_name, freeze, propose, propose_collection
from train.dataset import Dataset, datasets_folder, open_dataset
from train.examples import Example
from train.formats.carry import export_file, import_file
from train.gather import every_track, gather, tagged
from train.prompts import prompt_text, target_text
from train.quality.guessing import Guesser, by_backend
from train.quality.report import findings

dataset = typer.Typer(help="Make, look at and exchange what a model learns from.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The dataset's name.")]


@dataset.command("build")
def build(
    name: Name,
    tracks: Annotated[str, typer.Option(help="Ids or titles, separated by commas.")] = "",
    search: Annotated[str, typer.Option(help="Words of title, artist, album or genre.")] = "",
    tag: Annotated[str, typer.Option(help="A tag, such as guitar or jazz.")] = "",
    collection: Annotated[str, typer.Option(help="A collection's name, as the Train page shows it.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Every track of the library.")] = False,
    held_out: Annotated[float, typer.Option(help="Share of songs held out for testing.")] = 0.15,
    by: Annotated[str, typer.Option(help="Hold out whole artists and albums (artist), or songs (song).")] = "artist",
    n_questions: Annotated[int, typer.Option("--questions", min=1, max=60, help="Questions a song.")] = 16,
    augment: Annotated[bool, typer.Option(help="Add variants in other keys and tempi of the songs learned.")] = False,
    variants: Annotated[int, typer.Option(min=1, max=6, help="Variants a song, with --augment.")] = 2,
    crops: Annotated[
        int, typer.Option(min=0, max=40, help="Ask about so many excerpts of 15-20 s of each song, not the whole.")
    ] = 0,
    captions: Annotated[bool, typer.Option(help="Ask for captions too.")] = True,
    think: Annotated[bool, typer.Option(help="Add chains of thought.")] = False,
    harden: Annotated[
        bool, typer.Option(help="Drop questions that the embedded model guesses unheard (slow).")
    ] = False,
    reword: Annotated[str, typer.Option(help="A model that tells captions in other words; each is checked.")] = "",
    licence: Annotated[str, typer.Option(help="A note on what may be done with the recordings.")] = "",
    seed: Annotated[int, typer.Option(help="Another seed draws other songs and questions.")] = 0,
    dry_run: Annotated[bool, typer.Option(help="Say what it would give, and write nothing.")] = False,
) -> None:
    """Make a dataset from tracks of the library."""
    checked_name(name)
    options = Options(
        held_out, by, n_questions, variants if augment else 0, think, seed, licence, crops, captions=captions
    )
    studio = open_desk(load_settings())
    try:
        with progress_bar() as bars:
            task = bars.add_task("", name=name, total=1.0)

            def tell(fraction: float, sentence: str) -> None:
                bars.update(task, completed=fraction, description=sentence)

            models = _Help(
                by_backend(_speaking(studio, "embedded", tell)) if harden else None,
                _speaking(studio, reword, tell) if reword else None,
            )
            proposal = _proposed(studio, (tracks, search, tag, collection, everything), options, models, tell)
            made = None if dry_run else freeze(studio.paths.home, name, proposal, progress=tell)
    finally:
        studio.close()
    _tell(proposal)
    if made:
        out.print(f"Frozen as {made.name} (hash {made.hash[:12]}) in {made.folder}.", soft_wrap=True)


def _proposed(
    studio: Studio,
    chosen: tuple[str, str, str, str, bool],
    options: Options,
    models: "_Help",
    tell: Callable[[float, str], None],
) -> Proposal:
    """What the tracks that were chosen would give. Raises StudioError when none or several ways were used."""
    tracks, search, tag, collection, _ = chosen
    if sum(map(bool, chosen)) != 1:
        raise StudioError(
            f"Tracks were chosen in {sum(map(bool, chosen))} ways.",
            "Use one of --tracks, --search, --tag, --collection and --all.",
        )
    if collection:
        known = {one.name: one.id for one in studio.collections.every()}
        if collection not in known:
            there = f"There are: {', '.join(known)}." if known else "Make one on the Train page."
            raise NotFound(f"There is no collection “{collection}”.", there)
        return propose_collection(
            studio.library, studio.collections, known[collection], options, guesser=models.guesser,
            writer=models.writer, progress=tell,
        )  # fmt: skip
    if tracks:
        ids = [find_track(studio, wanted.strip()).id for wanted in tracks.split(",") if wanted.strip()]
    else:
        ids = tagged(studio.library, tag) if tag else every_track(studio.library, TrackQuery(text=search))
    return propose(gather(studio.library, ids), options, guesser=models.guesser, writer=models.writer, progress=tell)


@dataclass(frozen=True)
class _Help:
    """The models that take part: one that guesses unheard, one that tells captions in other words."""

    guesser: Guesser | None = None
    writer: Backend | None = None


def _speaking(studio: Studio, model_id: str, tell: Callable[[float, str], None]) -> Backend:
    """A model of the studio, loaded. Raises NotFound, ModelError."""
    studio.speech.voices.load(model_id, tell)
    return studio.speech.voices.backend(model_id)


def _tell(proposal: Proposal) -> None:
    for line in proposal.lines():
        out.print(line, soft_wrap=True)
    for title, why in proposal.missing:
        err.print(f"Not used: “{title}”. {why}", soft_wrap=True)
    for source in proposal.sources:
        for doubt in source.doubts:
            err.print(f"“{source.title}”: {doubt}", soft_wrap=True)


@dataset.command("list")
def list_datasets() -> None:
    """List the datasets."""
    root = datasets_folder(_home())
    names = sorted(path.name for path in root.glob("*/") if not path.name.startswith(".")) if root.is_dir() else []
    for name in names:
        try:
            found = open_dataset(root / name)
            n_songs = len(found.about.members)
            out.print(f"{name}: {n_songs} songs, {found.about.n_train} + {found.about.n_held_out} examples")
        except StudioError as error:
            out.print(f"{name}: {error}", soft_wrap=True)
    if not names:
        err.print("There are no datasets. Make one with “musicflamingo dataset build NAME --all”.")


@dataset.command("show")
def show(
    name: Name, n_shown: Annotated[int, typer.Option("--examples", min=0, help="Examples shown.")] = 5
) -> None:  # fmt: skip
    """Show what a dataset holds, with some examples."""
    found = _open(name)
    about = found.about
    out.print(f"{about.name}, made {about.made_at}, hash {about.hash[:12]}, seed {about.seed}.", soft_wrap=True)
    out.print(f"Licence: {about.licence or 'nothing was noted'}.", soft_wrap=True)
    for side, examples in (("learned", found.train), ("held out", found.held_out)):
        kinds = Counter(example.kind for example in examples)
        n_songs = len({example.track for example in examples})
        told = ", ".join(f"{n} {kind}" for kind, n in kinds.most_common())
        out.print(f"{side}: {len(examples)} examples about {n_songs} songs ({told or 'none'})", soft_wrap=True)
    for reason, count in sorted(about.dropped.items()):
        out.print(f"left out: {count} ({reason})")
    step = max(1, len(found.train) // max(1, n_shown))
    for example in found.train[::step][:n_shown]:
        _show(example)


def _show(example: Example) -> None:
    out.print(f"\n[{example.task}] {example.song}", style="bold")
    out.print(prompt_text(example), soft_wrap=True)
    out.print(f"→ {target_text(example, thinks=bool(example.thought))}", soft_wrap=True)


@dataset.command("check")
def check(name: Name) -> None:
    """Check a dataset: whole, fair, answerable; exit code 1 where it is not."""
    faults = 0
    for found in findings(_open(name)):
        faults += found.is_fault
        out.print(f"{'Fault: ' if found.is_fault else ''}{found.sentence}", soft_wrap=True)
    out.print("No faults." if not faults else f"{faults} faults.")
    if faults:
        raise typer.Exit(1)


@dataset.command("import")
def import_dataset(
    name: Name,
    file: Annotated[Path, typer.Argument(help="JSON of Audio Flamingo 3, or JSONL with messages and audios.")],
    held_out: Annotated[float, typer.Option(help="Share of recordings held out for testing.")] = 0.15,
    licence: Annotated[str, typer.Option(help="A note on what may be done with it.")] = "",
    seed: Annotated[int, typer.Option()] = 0,
) -> None:
    """Make a dataset of another program's file."""
    checked_name(name)
    made = import_file(_home(), name, file, held_out=held_out, seed=seed, licence=licence)
    out.print(f"{made.about.n_train} examples to learn from, {made.about.n_held_out} held out.")


@dataset.command("export")
def export(
    name: Name,
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    form: Annotated[str, typer.Option("--format", help="af3 or messages.")] = "af3",
    side: Annotated[str | None, typer.Option(help="train or held_out; both without.")] = None,
) -> None:
    """Write a dataset as a file for other programs."""
    out.print(f"{export_file(_open(name), file, form, side=side)} examples in {file}.", soft_wrap=True)


def _open(name: str) -> Dataset:
    return open_dataset(datasets_folder(_home()) / checked_name(name))


def _home() -> Path:
    from musicflamingo_app.paths import default_home

    return default_home()
