"""The player's arithmetic, asked in the browser that does it."""

from typing import Any

import pytest

from musicflamingo_app.ui.serve import Running

SONG = """
const song = new Song({ beats: { t: [1, 2, 3, 4, 5, 6], pos: [4, 1, 2, 1, 2, 1], bar: [0, 1, 1, 2, 2, 3] },
  bars: [{ n: 0, s: 1, e: 2 }, { n: 1, s: 2, e: 4 }, { n: 2, s: 4, e: 6 }, { n: 3, s: 6, e: 8 }], duration: 9,
  chords: [{ s: 0, e: 2, name: 'C' }, { s: 2, e: 3, name: 'C' }, { s: 4, e: 6, name: 'F' }], keys: [], sections: [] });
const none = { bars: [], chords: [], keys: [], sections: [] };
const bare = new Song({ beats: { t: [], pos: [], bar: [] }, duration: 9, ...none });
"""


def asked(page: Any, running: Running, expression: str) -> Any:
    page.goto(f"{running.url}ma-assets/icons/flamingo.svg")
    return page.evaluate(f"""async () => {{
        const from = (name) => import('{running.url}ma-assets/js/' + name);
        const {{ View }} = await from('player/view.js');
        const {{ Song, Peaks, lastAt }} = await from('player/song.js');
        const {{ clock, percent }} = await from('format.js');
        {SONG}
        return {expression};
    }}""")


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("[0, 1, 1.5, 9].map((t) => lastAt([1, 2, 3], t))", [-1, 0, 0, 2]),
        ("[0, 2, 3.5, 4, 7].map((t) => song.at('chords', t))", [0, 1, -1, 2, -1]),
        ("[0, 2.5, 3.5, 4.5].map((t) => song.nextChord(t))", [2, 2, 2, -1]),
        ("[0.5, 1, 2, 3.99999, 8].map((t) => song.place(t))", ["", "0.4", "1.1", "2.1", "3.1"]),
        ("[0, 2.4, 2.6, 99].map((t) => song.snap(t))", [1, 2, 3, 6]),
        ("[song.step(2, 1), song.step(2, -1), song.step(2.1, -1), song.step(2.4, -1)]", [3, 1, 1, 2]),
        ("[song.step(2, 1, true), song.step(5, -1, true), song.step(0.5, -1), song.step(7, 1)]", [4, 4, 0, 9]),
        (
            "[bare.snap(3.3), bare.step(3, 1), bare.step(3, -1, true), bare.place(3), bare.nextChord(0)]",
            [3.3, 4, -1, "", -1],
        ),
        ("song.within('chords', 2.5, 5)", [1, 3]),
        ("[0, 59.96, 61, 3725.25].map((t) => clock(t))", ["0:00", "0:59", "1:01", "1:02:05"]),
        ("[0, 59.96, 0.3, 3725.25].map((t) => clock(t, true))", ["0:00.0", "0:59.9", "0:00.3", "1:02:05.2"]),
        ("[percent(0.815), percent(null)]", ["82 %", ""]),
    ],
)
def test_answers(page: Any, running: Running, expression: str, answer: Any) -> None:
    assert asked(page, running, expression) == answer


def test_the_view_stays_inside_the_track(page: Any, running: Running) -> None:
    found = asked(
        page,
        running,
        """(() => { const seen = []; let seed = 7; const rnd = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
        for (const duration of [0.4, 3, 100, 3600]) { const view = new View(duration, 800);
          for (let n = 0; n < 300; n += 1) {
            const t = rnd() * duration * 1.2 - 0.1 * duration;
            [() => view.zoom(0.2 + 3 * rnd(), Math.max(0, Math.min(duration, t))), () => view.pan(t - duration / 2),
             () => view.reveal(Math.max(0, Math.min(duration, t))), () => view.follow(Math.max(0, t)),
             () => view.set(t, rnd() * duration * 2)][Math.floor(rnd() * 5)]();
            const inside = view.start >= 0 && view.end <= duration + 1e-6 && view.span > 0;
            const third = view.start + view.span / 3;
            if (!inside || Math.abs(view.toTime(view.toX(third)) - third) > 1e-6) seen.push([n, view.start, view.span]);
          } } return seen; })()""",
    )
    assert found == []


def test_zooming_keeps_the_time_under_the_mouse(page: Any, running: Running) -> None:
    before, after = asked(
        page,
        running,
        """(() => { const view = new View(100, 800); view.set(20, 40);
        const before = view.toX(33); view.zoom(0.5, 33); return [before, view.toX(33)] })()""",
    )
    assert before == pytest.approx(after)


def test_the_page_turns_near_the_right_edge_only(page: Any, running: Running) -> None:
    found = asked(
        page,
        running,
        """(() => { const v = new View(100, 800); v.set(0, 10); const out = [];
        for (const t of [5, 9, 9.3]) { v.follow(t); out.push(Math.round(v.start * 10) / 10) }
        v.pan(50); v.follow(10); out.push(Math.round(v.start * 10) / 10); return out; })()""",
    )
    assert found == [0, 0, 8.5, 58.5]


def test_peaks_are_read_as_they_are_written(page: Any, running: Running) -> None:
    found = asked(
        page,
        running,
        """(() => { const b = new ArrayBuffer(8 + 6); const d = new DataView(b);
        d.setUint32(0, 2, true); d.setUint32(4, 1, true);
        [-10, 20, -127, 5, -127, 20].forEach((v, i) => d.setInt8(8 + i, v)); const p = new Peaks(b);
        return [[...p.fine], [...p.coarse], p.level(0.01)[0], p.level(1)[0]]; })()""",
    )
    assert found == [[-10, 20, -127, 5], [-127, 20], 50, 10]
