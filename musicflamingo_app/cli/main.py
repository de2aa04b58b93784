"""The command line: `musicflamingo analyse | add | list | show | export | caption | ask | models | dataset | train |
runs | adapters | evaluate | serve | doctor`.

Results go to standard output, progress and errors to standard error. Exit codes: 0 all done, 1 something could not be
done (one sentence says what), 2 wrong usage, 130 interrupted.
"""

import logging
import sys
import warnings

import typer

from musicflamingo_app.cli import adapters, analyse, dataset, evaluate, library, serve, speech, train
from musicflamingo_app.cli.speak import sentence
from musicflamingo_app.errors import StudioError

app = typer.Typer(
    name="musicflamingo",
    help="Measures music: chords, beats, key, sections, instruments; describes it and answers questions about it; "
    "keeps a library; opens the studio in the browser.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("analyse")(analyse.analyse)
app.command("serve")(serve.serve)
app.command("add")(library.add)
app.command("list")(library.list_tracks)
app.command("show")(library.show)
app.command("export")(library.export)
app.command("caption")(speech.caption)
app.command("ask")(speech.ask)
app.add_typer(speech.models, name="models")
app.command("train")(train.train)
app.add_typer(train.runs, name="runs")
app.add_typer(adapters.adapters, name="adapters")
app.add_typer(evaluate.evaluate, name="evaluate")
app.add_typer(dataset.dataset, name="dataset")
app.command("doctor")(serve.doctor)


def main() -> None:
    """Runs a command; an error a person can act on is one sentence and exit code 1."""
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("musicflamingo_app").setLevel(logging.CRITICAL)  # failures are told in sentences
    warnings.simplefilter("ignore")  # third-party warnings are no use to a person
    try:
        app()
    except StudioError as error:
        sentence(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
