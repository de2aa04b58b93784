"""The player and the charts under it."""

import logging
from typing import TYPE_CHECKING, Any

from musicflamingo_app.errors import StudioError
from musicflamingo_app.ui.contract import Studio
from musicflamingo_app.ui.parts import part

if TYPE_CHECKING:
    import gradio as gr

CHARTS = ("Tempo", "Loudness", "Notes and key", "Chords", "Self-similarity")
log = logging.getLogger(__name__)


def build_player() -> "gr.HTML":
    """The player; it opens what the page's address or the library asks for."""
    return part("player/index.js", "<div></div>", elem_id="ma-player")


def build_charts(studio: Studio) -> None:
    """Plots in a fold that is closed at first; nothing is drawn or loaded before it opens."""
    import gradio as gr

    with gr.Column(elem_id="ma-charts"):
        conductor = part("charts.js", "<div></div>", elem_id="ma-charts-conductor", events=("track",))
        is_open = gr.State(False)
        with gr.Accordion("Charts", open=False) as fold, gr.Tabs():
            plots = []
            for name in CHARTS:
                with gr.Tab(name):
                    plots.append(gr.Plot(show_label=False, container=False, elem_classes=["ma-chart-plot"]))
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}

    def opened(chosen: dict[str, Any] | None) -> list[Any]:
        return [True, *_drawn(studio, chosen)]

    def changed(chosen: dict[str, Any] | None, shown: bool) -> list[Any]:
        return list(_drawn(studio, chosen)) if shown else [gr.skip()] * len(CHARTS)

    fold.expand(opened, [conductor], [is_open, *plots], **quiet)
    fold.collapse(lambda: False, None, is_open, **quiet)
    conductor.track(changed, [conductor, is_open], plots, **quiet)


def _drawn(studio: Studio, chosen: dict[str, Any] | None) -> list[Any]:
    """The five figures of the chosen track; none when there is none."""
    track_id = chosen.get("id") if isinstance(chosen, dict) else None
    if not isinstance(track_id, int):
        return [None] * len(CHARTS)
    from musicflamingo_app.ui import charts

    try:
        analysis, curves = studio.analysis(track_id), studio.curves(track_id)
    except StudioError as error:
        log.warning("No charts of track %s: %s", track_id, error)
        return [None] * len(CHARTS)
    return [
        charts.tempo_figure(analysis),
        charts.loudness_figure(curves),
        charts.chroma_figure(analysis, curves),
        charts.chord_figure(analysis),
        charts.similarity_figure(analysis, curves),
    ]
