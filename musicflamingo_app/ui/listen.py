"""The Listen page: drop zone, examples, running work, the player and its charts."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from musicflamingo_app.errors import StudioError
from musicflamingo_app.ui import words
from musicflamingo_app.ui.contract import Studio
from musicflamingo_app.ui.parts import part
from musicflamingo_app.ui.player import build_charts, build_player

MAX_NAME = 200
log = logging.getLogger(__name__)
# What the upload told goes on to the list of work.
_TELL = "(news) => import(new URL('ma-assets/js/jobs.js', document.baseURI)).then((jobs) => { jobs.report(news); })"


def build_listen(studio: Studio) -> None:
    """Puts the page into the surrounding Blocks."""
    import gradio as gr

    with gr.Column(elem_id="ma-home"):
        part("hero.js", _HERO, elem_id="ma-hero")
        drop = gr.File(
            file_count="multiple", show_label=False, label=words.DROP, elem_id="ma-drop", height=190, container=False
        )
        news = gr.JSON(visible=False)
    part("jobs.js", "<div></div>", elem_id="ma-jobs")
    with gr.Column(elem_id="ma-home-more"):
        part("home.js", "<div></div>", elem_id="ma-start")
    build_player()
    build_charts(studio)

    def take(files: Sequence[str] | None) -> tuple[None, dict[str, Any]]:
        return None, add_files(studio, [Path(file) for file in files or ()])

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
    drop.upload(take, drop, [drop, news], **quiet).then(None, news, None, js=_TELL, **quiet)


def add_files(studio: Studio, paths: Sequence[Path]) -> dict[str, Any]:
    """Adds each file; one that is refused does not stop the others. Gives job ids and refusals with their sentences."""
    started, refused = [], []
    for path in paths:
        name = path.name[:MAX_NAME]
        try:
            started.append(studio.add(path, name).id)
        except StudioError as error:
            log.info("Refused %r: %s", name, error)
            refused.append({"name": name, "what": error.what, "advice": error.advice})
    return {"started": started, "refused": refused}


_HERO = f"""
<div class="ma-hero">
  <h1>Hear what is in a song</h1>
  <p>Chords, beats, key and form, measured from the sound and locked to playback.
     Loop it, slow it down, play along, take the chart with you.</p>
  <p class="ma-quiet">{words.PROMISE}</p>
</div>
"""
