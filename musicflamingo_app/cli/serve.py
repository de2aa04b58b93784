"""`musicflamingo serve | doctor`: the studio in the browser, and what this installation is."""

from typing import Annotated

import typer
from rich.table import Table

from musicflamingo_app.cli.speak import out
from musicflamingo_app.settings import load_settings
from musicflamingo_app.ui.desk import open_desk


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes any free one.")] = None,
    browser: Annotated[bool | None, typer.Option(help="Open the page in the browser.")] = None,
) -> None:
    """Open the studio in the browser. Ctrl-C ends it; work under way can be resumed."""
    from app import run

    run(load_settings(host=host, port=port, open_browser=browser))


def doctor() -> None:
    """Show what is installed, which devices there are, and where data lies."""
    from musicflamingo_app.services.about import about_rows

    studio = open_desk(load_settings())
    try:
        for heading, rows in about_rows(studio.paths, studio.choice):
            table = Table(title=heading, show_header=False, title_justify="left", title_style="bold")
            for label, text in rows:
                table.add_row(label, text)
            out.print(table)
    finally:
        studio.close()
