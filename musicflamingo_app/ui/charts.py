"""Charts of one recording, as plotly figures. Pure: Analysis and Curves in, Figure out.

Grounds are transparent and texts grey, so that one figure stands in light and dark; the page sets ink and grid. Figures
whose x axis is time in seconds carry `layout.meta.time`, by which the page knows where to draw the playback cursor.
"""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.arrays import Curves
from musicflamingo_app.music.pitch import FLAT_NAMES, Pitch
from musicflamingo_app.music.theory import spelled
from musicflamingo_app.music.time import clock
from musicflamingo_app.ui.view import section_names

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MAX_COLUMNS = 1200  # of a heat map over time
MAX_POINTS = 3000  # of a curve
MAX_SIDE = 400  # of the self-similarity
MAX_CHORDS = 24
ACCENT = "#e0526a"
INK = "#85808c"
GRID = "rgba(133,128,140,0.25)"
_HEAT = [[0.0, "rgba(224,82,106,0)"], [0.5, "rgba(224,82,106,0.35)"], [1.0, "rgba(216,62,92,1)"]]


def tempo_figure(analysis: Analysis) -> "Figure":
    """Local tempo in beats a minute over time."""
    figure = _figure("Beats a minute", duration_s=analysis.duration_s)
    curve = analysis.beats.value.tempo_curve() if analysis.beats else ()
    if not curve:
        return _nothing(figure, "No beats were found, so there is no tempo to draw.")
    step = max(1, len(curve) // MAX_POINTS)
    points = curve[::step]
    bpm = [round(point.bpm, 2) for point in points]
    figure.add_scatter(x=[point.time_s for point in points], y=bpm, mode="lines", line={"color": ACCENT, "width": 2})
    low, high = min(bpm), max(bpm)
    margin = max(4.0, (high - low) * 0.2)
    figure.update_yaxes(range=[low - margin, high + margin])
    return _hover(figure, "%{y:.1f} BPM")


def loudness_figure(curves: Curves) -> "Figure":
    """Short-term loudness in LUFS over time."""
    n_frames = curves.loudness_lufs.size
    figure = _figure("LUFS", duration_s=n_frames / curves.loudness_hz)
    if n_frames == 0:
        return _nothing(figure, "Loudness was not measured.")
    values, hz = _pooled(curves.loudness_lufs[None, :], curves.loudness_hz, MAX_POINTS)
    line = {"color": ACCENT, "width": 1.5}
    floor = float(max(-70.0, min(-40.0, values.min())))
    x = np.arange(values.shape[1]) / hz
    y = np.round(values[0], 1).clip(floor)
    figure.add_scatter(x=x, y=np.full(x.size, floor), mode="lines", line={"width": 0}, hoverinfo="skip")
    figure.add_scatter(x=x, y=y, mode="lines", line=line, fill="tonexty", fillcolor="rgba(224,82,106,0.18)")
    return _hover(figure, "%{y:.1f} LUFS")


def chroma_figure(analysis: Analysis, curves: Curves) -> "Figure":
    """How strongly each pitch class sounds over time, with the key regions marked."""
    n_frames = curves.chroma.shape[1]
    figure = _figure("", duration_s=analysis.duration_s)
    if n_frames == 0:
        return _nothing(figure, "The chroma was not measured.")
    values, hz = _pooled(curves.chroma, curves.chroma_hz, MAX_COLUMNS)
    key = analysis.key.value if analysis.key else None
    names = [(key.spell(pc) if key else Pitch.parse(FLAT_NAMES[pc])).pretty for pc in range(12)]
    x = (np.arange(values.shape[1]) + 0.5) / hz
    z = np.round(values * 255).clip(0, 255).astype(np.uint8)
    figure.add_heatmap(x=x, y=list(range(12)), z=z, colorscale=_HEAT, showscale=False)
    figure.update_yaxes(tickvals=list(range(12)), ticktext=names, showgrid=False)
    for segment in analysis.key_regions.value if analysis.key_regions else ():
        _mark(figure, segment.start_s, segment.label.pretty)
    return _hover(figure, "%{y}")


def chord_figure(analysis: Analysis) -> "Figure":
    """Seconds that each chord sounds, the longest first."""
    figure = _figure("Seconds", duration_s=None)
    totals: dict[str, float] = defaultdict(float)
    key = analysis.key.value if analysis.key else None
    for segment in analysis.chords.value if analysis.chords else ():
        if segment.label.is_chord:
            totals[spelled(segment.label, key).pretty] += segment.duration_s
    if not totals:
        return _nothing(figure, "No chords were found.")
    longest = sorted(totals.items(), key=lambda row: -row[1])[:MAX_CHORDS]
    names, lengths_s = [name for name, _ in longest], [round(length_s, 2) for _, length_s in longest]
    figure.add_bar(x=names, y=lengths_s, marker={"color": ACCENT})
    figure.update_xaxes(type="category")
    return _hover(figure, "%{x}: %{y:.1f} s")


def similarity_figure(analysis: Analysis, curves: Curves) -> "Figure":
    """Which stretches of the recording are alike, with the sections marked."""
    figure = _figure("", duration_s=analysis.duration_s)
    if curves.similarity.size == 0:
        return _nothing(figure, "The self-similarity was not measured.")
    step = -(-curves.similarity.shape[0] // MAX_SIDE)
    z, edges_s = curves.similarity[::step, ::step], curves.similarity_edges_s[:-1][::step]
    edges_s = np.append(edges_s, curves.similarity_edges_s[-1])
    figure.add_heatmap(x=edges_s, y=edges_s, z=z, colorscale=_HEAT, showscale=False)
    figure.update_yaxes(autorange="reversed", showgrid=False, **_clock_ticks(analysis.duration_s))
    if analysis.sections:
        segments = analysis.sections.value.segments
        names = section_names([segment.label for segment in segments])
        for segment, name in zip(segments, names, strict=True):
            _mark(figure, segment.start_s, name, across=True)
    figure.update_layout(height=520)
    return _hover(figure, "")


def _pooled(values: NDArray[Any], hz: float, most: int) -> tuple[NDArray[np.float32], float]:
    """Neighbouring columns of (rows, frames) averaged until there are at most `most`; and their new rate."""
    width = max(1, -(-values.shape[1] // most))
    if width == 1:
        return values.astype(np.float32), hz
    whole = values[:, : values.shape[1] // width * width]
    return whole.reshape(values.shape[0], -1, width).mean(2, dtype=np.float32), hz / width


def _figure(y_title: str, *, duration_s: float | None) -> "Figure":
    try:
        from plotly.graph_objects import Figure, Layout
    except ImportError as error:
        raise MissingPackage("The charts need plotly, which is not installed.", "Run: pip install plotly") from error
    axis = {"gridcolor": GRID, "linecolor": GRID, "zerolinecolor": GRID, "fixedrange": True}
    layout = Layout(
        template="none",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": INK, "family": "system-ui, sans-serif", "size": 12},
        margin={"l": 52, "r": 12, "t": 24, "b": 36, "autoexpand": False},
        height=280,
        showlegend=False,
        dragmode=False,
        hovermode="closest",
        meta={"time": duration_s is not None},
        xaxis=axis,
        yaxis=axis | {"title": {"text": y_title}},
    )
    figure = Figure(layout=layout)
    if duration_s is not None:
        figure.update_xaxes(range=[0, max(duration_s, 0.1)], showgrid=False, **_clock_ticks(duration_s))
    return figure


def _clock_ticks(duration_s: float) -> dict[str, Any]:
    every_s = next((n for n in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600) if duration_s / n <= 9), 1200)
    ticks = [float(t) for t in range(0, int(duration_s) + 1, every_s)]
    return {"tickvals": ticks, "ticktext": [clock(t) for t in ticks]}


def _mark(figure: "Figure", time_s: float, text: str, *, across: bool = False) -> None:
    line = {"color": INK, "width": 1, "dash": "dot"}
    figure.add_vline(x=time_s, line=line)
    if across:
        figure.add_hline(y=time_s, line=line)
    font = {"size": 11, "color": INK}
    figure.add_annotation(
        x=time_s, y=1, yref="paper", yanchor="bottom", xanchor="left", text=text, showarrow=False, font=font
    )


def _hover(figure: "Figure", text: str) -> "Figure":
    figure.update_traces(hovertemplate=f"{text}<extra></extra>", selector=lambda trace: trace.hoverinfo != "skip")
    return figure


def _nothing(figure: "Figure", sentence: str) -> "Figure":
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.add_annotation(x=0.5, y=0.5, xref="paper", yref="paper", text=sentence, showarrow=False, font={"size": 14})
    figure.update_layout(meta={"time": False}, height=140)
    return figure
