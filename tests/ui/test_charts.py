import json

import numpy as np
import pytest

from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.arrays import Curves
from musicflamingo_app.ui import charts
from tests.ui.synthetic import song_analysis, song_curves


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return song_analysis(56)


@pytest.fixture(scope="module")
def curves(analysis: Analysis) -> Curves:
    return song_curves(analysis)


def test_tempo_is_drawn_where_it_is(analysis: Analysis) -> None:
    figure = charts.tempo_figure(analysis)
    assert np.allclose(figure.data[0].y, 120.0)
    assert figure.data[0].x[0] == 0.5
    assert tuple(figure.layout.xaxis.range) == (0, analysis.duration_s)


def test_loudness_keeps_its_values(curves: Curves) -> None:
    figure = charts.loudness_figure(curves)
    assert np.allclose(figure.data[1].y[40:50], curves.loudness_lufs[40:50], atol=0.06)


def test_chroma_shows_notes_and_keys(analysis: Analysis, curves: Curves) -> None:
    figure = charts.chroma_figure(analysis, curves)
    z = np.asarray(figure.data[0].z)
    assert z.shape[0] == 12 and z[9, 14] > 200 > z[10, 14]  # bar 2 is Am7: A sounds, B flat does not
    assert [note.text for note in figure.layout.annotations] == ["C major", "D major"]
    assert figure.layout.yaxis.ticktext[0] == "C"


def test_chords_are_counted_in_seconds(analysis: Analysis) -> None:
    figure = charts.chord_figure(analysis)
    shown = dict(zip(figure.data[0].x, figure.data[0].y, strict=True))
    assert analysis.chords is not None
    want = sum(s.duration_s for s in analysis.chords.value if str(s.label) == "E:min7")
    assert shown["Em7"] == pytest.approx(want)
    assert "N.C." not in shown
    assert list(figure.data[0].y) == sorted(figure.data[0].y, reverse=True)


def test_similarity_is_square_with_the_sections_marked(analysis: Analysis, curves: Curves) -> None:
    figure = charts.similarity_figure(analysis, curves)
    assert np.asarray(figure.data[0].z).shape == (60, 60)
    assert [note.text for note in figure.layout.annotations][:3] == ["Intro", "Verse 1", "Chorus 1"]


def test_long_curves_are_thinned() -> None:
    n_frames = 50_000
    chroma = np.random.default_rng(0).random((12, n_frames), np.float32)
    side = 1300
    curves = Curves(10.0, np.zeros(n_frames, np.float32) - 20, 10.0, chroma,
                    np.arange(side + 1, dtype=np.float32), np.zeros((side, side), np.uint8))  # fmt: skip
    analysis = Analysis(n_frames / 10)
    assert len(charts.loudness_figure(curves).data[1].x) <= charts.MAX_POINTS
    z = np.asarray(charts.chroma_figure(analysis, curves).data[0].z)
    assert z.shape[1] <= charts.MAX_COLUMNS
    assert abs(z.mean() / 255 - 0.5) < 0.01
    assert len(charts.similarity_figure(analysis, curves).data[0].z) <= charts.MAX_SIDE


@pytest.mark.parametrize(
    "figure",
    [
        charts.tempo_figure(Analysis(3.0)),
        charts.loudness_figure(Curves.empty()),
        charts.chroma_figure(Analysis(3.0), Curves.empty()),
        charts.chord_figure(Analysis(3.0)),
        charts.similarity_figure(Analysis(3.0), Curves.empty()),
    ],
)
def test_what_was_not_measured_says_so(figure: object) -> None:
    (note,) = figure.layout.annotations  # type: ignore[attr-defined]
    assert note.text.endswith(".")
    assert figure.layout.meta == {"time": False}  # type: ignore[attr-defined]


def test_figures_stand_on_any_ground_and_name_no_other_host(analysis: Analysis, curves: Curves) -> None:
    for figure in (charts.tempo_figure(analysis), charts.similarity_figure(analysis, curves)):
        text = figure.to_json()
        assert "http" not in text
        layout = json.loads(text)["layout"]
        assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
        assert layout["meta"] == {"time": True}
