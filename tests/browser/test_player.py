"""The player in a real browser. Track 1 has 120 BPM in 4/4, bar 1 at 0.5 s: beat n is at 0.5 n seconds."""

from collections.abc import Callable
from typing import Any

import pytest

from musicflamingo_app.ui.serve import Running


def state(page: Any) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("window.__ma.state()")
    return found


def settled(page: Any, condition: str) -> None:
    """Waits until a condition on `s`, the player's state, holds."""
    page.wait_for_function(f"() => {{ const s = window.__ma?.state() ?? {{}}; return {condition}; }}")


def spot(page: Any, lane: str, t: float) -> tuple[float, float]:
    """Where a time lies in a lane, in pixels of the window."""
    box = page.locator(".ma-stage").bounding_box()
    s = state(page)
    x = (t - s["view"]["start"]) / s["view"]["span"] * box["width"]
    return box["x"] + x, box["y"] + s["lanes"][lane]["y"] + s["lanes"][lane]["h"] / 2


def drag(page: Any, lane: str, a: float, b: float) -> None:
    page.mouse.move(*spot(page, lane, a))
    page.mouse.down()
    page.mouse.move(*spot(page, lane, (a + b) / 2), steps=3)
    page.mouse.move(*spot(page, lane, b), steps=3)
    page.mouse.up()


def painted(page: Any, canvas: str) -> int:
    """How many pixels of a canvas are not empty."""
    found: int = page.evaluate(
        """(name) => { const c = document.querySelector(name);
        const { data } = c.getContext('2d').getImageData(0, 0, c.width, c.height);
        return data.filter((v, i) => i % 4 === 3 && v > 0).length }""",
        canvas,
    )
    return found


def test_the_address_opens_track_and_time(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page, 1, 14.2)
    s = state(page)
    assert (s["id"], s["time"], s["place"], s["chord"], s["next"]) == (1, 14.2, "7.4", "Am", "F")
    assert (s["section"], s["key"], s["playing"]) == ("Verse 1", "C major", False)
    assert page.title() == "Harbour lights – Music Flamingo"
    assert painted(page, ".ma-still") > 20_000 and painted(page, ".ma-moving") > 300
    assert page.locator(".ma-now-chord").inner_text() == "Am"
    assert page.locator(".ma-next b").first.inner_text() == "F"
    assert page.locator(".ma-now-where").inner_text().split() == [
        *("Bar", "7.4", "Section", "Verse", "1", "Key", "C", "major", "Time", "0:14.2", "/", "1:53"),
    ]


def test_a_refresh_keeps_the_track(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page, 1, 30)
    page.reload()
    settled(page, "s.open && s.id === 1 && s.time === 30")


def test_a_click_seeks_exactly(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page)
    x, y = spot(page, "wave", 11.37)
    page.mouse.click(round(x), y)
    s = state(page)
    box = page.locator(".ma-stage").bounding_box()
    want = s["view"]["start"] + (round(x) - box["x"]) / box["width"] * s["view"]["span"]
    assert s["time"] == pytest.approx(want, abs=1e-3)


def test_a_click_on_a_chord_or_section_goes_to_its_beginning(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page)
    page.mouse.click(*spot(page, "chords", 5.9))
    assert state(page)["time"] == 4.5
    page.mouse.click(*spot(page, "sections", 15.0))
    assert state(page)["time"] == 8.5


def test_the_overview_seeks_anywhere(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page)
    box = page.locator(".ma-overview").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + 20)
    s = state(page)
    assert s["time"] == pytest.approx(0.75 * 113, abs=0.2)
    assert s["view"]["start"] < s["time"] < s["view"]["start"] + s["view"]["span"]


def test_it_plays_and_the_clock_and_chords_follow(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page, 1, 3.9)
    page.keyboard.press("Space")
    settled(page, "s.playing && s.time > 4.6")
    assert page.locator(".ma-now-chord").inner_text() == "Fmaj7"
    page.keyboard.press("Space")
    settled(page, "!s.playing")


def test_the_page_turns_with_playback_and_not_when_told(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page, 1, 26)
    start = state(page)["view"]["start"]
    page.evaluate("window.__ma.view.set(0, 27)")
    page.keyboard.press("Space")
    settled(page, "s.view.start > 20")
    page.keyboard.press("f")
    page.evaluate("window.__ma.view.set(0, 10)")
    page.wait_for_timeout(400)
    assert state(page)["view"]["start"] == 0 != start


def test_a_drag_makes_a_loop_on_the_beats(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page)
    drag(page, "wave", 4.58, 8.41)
    assert state(page)["loop"] == {"start": 4.5, "end": 8.5}
    assert page.locator(".ma-loop-text").inner_text() == "bars 3.1–4.4 · 0:04.5–0:08.5"
    page.keyboard.press("Escape")
    assert state(page)["loop"] is None


def test_a_loop_edge_can_be_dragged(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page)
    drag(page, "wave", 4.5, 8.5)
    drag(page, "wave", 8.5, 12.4)
    assert state(page)["loop"] == {"start": 4.5, "end": 12.5}


def test_without_snapping_a_loop_is_where_it_was_drawn(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page)
    page.get_by_role("button", name="Snap loops to beats").click()
    drag(page, "wave", 4.7, 8.3)
    loop = state(page)["loop"]
    assert loop["start"] == pytest.approx(4.7, abs=0.05) and loop["end"] == pytest.approx(8.3, abs=0.05)


def test_playback_stays_in_the_loop(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page, 1, 2.5)
    page.keyboard.press("[")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("]")
    assert state(page)["loop"] == {"start": 2.5, "end": 3.5}
    page.evaluate("""() => { window.latest = 0; window.turns = 0; let before = 0;
        document.addEventListener('ma:time', ({ detail }) => { window.latest = Math.max(window.latest, detail.t);
        if (detail.t < before - 0.3) window.turns += 1; before = detail.t; }) }""")
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    page.wait_for_function("window.turns >= 2")
    assert 3.4 < page.evaluate("window.latest") < 3.62


def test_l_loops_the_section_and_double_click_too(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page, 1, 10)
    page.keyboard.press("l")
    assert state(page)["loop"] == {"start": 8.5, "end": 24.5}
    page.mouse.dblclick(*spot(page, "sections", 27))
    assert state(page)["loop"] == {"start": 24.5, "end": 40.5}


def test_keys_step_zoom_and_change_speed(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page, 1, 10)
    times = []
    for key in ("ArrowRight", "Shift+ArrowRight", "ArrowLeft", "Shift+ArrowLeft", "End", "Home"):
        page.keyboard.press(key)
        times.append(state(page)["time"])
    assert times == [10.5, 12.5, 12.0, 10.5, 113, 0]
    page.keyboard.press(",")
    page.keyboard.press(",")
    assert state(page)["rate"] == pytest.approx(0.9)
    assert page.evaluate("[window.__ma.audio.playbackRate, window.__ma.audio.preservesPitch]") == [0.9, True]
    page.keyboard.press(".")
    assert state(page)["rate"] == pytest.approx(0.95)
    before = state(page)["view"]["span"]
    page.keyboard.press("+")
    assert state(page)["view"]["span"] == pytest.approx(before / 1.5)
    page.keyboard.press("0")
    assert state(page)["view"]["span"] == 113


def test_keys_are_left_to_fields_and_dialogs(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page)
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Keys and gestures").is_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible() and state(page)["time"] == 0
    page.get_by_role("tab", name="Library").click()
    page.get_by_placeholder("Title, artist, album …").fill("a")
    page.get_by_placeholder("Title, artist, album …").press("Space")
    assert not state(page)["playing"]


def test_the_space_bar_plays_after_a_click_on_a_tab_or_bar(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page)
    page.get_by_role("tab", name="Table").click()
    page.keyboard.press("Space")
    settled(page, "s.playing")
    page.get_by_role("tab", name="Listen").click()
    page.keyboard.press("Space")
    settled(page, "!s.playing")
    page.get_by_role("button", name="Zoom in (+)").click()
    page.keyboard.press("Space")
    settled(page, "s.playing")


def test_the_wheel_zooms_where_the_mouse_is(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page)
    page.mouse.move(*spot(page, "wave", 20))
    page.keyboard.down("Control")
    page.mouse.wheel(0, -60)
    page.keyboard.up("Control")
    settled(page, "s.view.span < 20")
    s = state(page)
    box = page.locator(".ma-stage").bounding_box()
    under = s["view"]["start"] + 20 / 30 * s["view"]["span"]
    assert under == pytest.approx(20, abs=s["view"]["span"] / box["width"] * 3)


def test_ten_minutes_run_smoothly(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page, 2)
    page.keyboard.press("Space")
    settled(page, "s.playing && s.time > 0.3")
    page.evaluate("""() => { let n = 0; const pan = () => {
        if (n++ >= 90) { window.panned = true; return; }
        window.__ma.view.pan(0.3);
        requestAnimationFrame(pan); }; pan() }""")
    page.wait_for_function("window.panned")
    assert page.evaluate("window.__ma.fps()") > 30  # 60 on a free machine; tests share theirs
    page.keyboard.press("0")
    settled(page, "s.view.span > 600")
    assert state(page)["redrawMs"] < 60
    assert page.evaluate("document.querySelectorAll('.ma-timeline canvas').length") == 4


def test_the_parts_speak_through_the_document(page: Any, open_track: Callable[..., None]) -> None:
    page.add_init_script("""window.heard = []; for (const name of ['ma:track', 'ma:loop'])
        document.addEventListener(name, ({ detail }) => window.heard.push([name, detail]))""")
    open_track(page)
    page.evaluate("document.dispatchEvent(new CustomEvent('ma:seek', { detail: { t: 62.5 } }))")
    assert state(page)["time"] == 62.5
    page.keyboard.press("l")
    heard = page.evaluate("window.heard")
    assert ["ma:track", {"id": 1, "title": "Harbour lights", "duration": 113}] in heard
    assert heard[-1] == ["ma:loop", {"start": 56.5, "end": 72.5}]


def test_chart_and_table_are_doors(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page)
    page.get_by_role("button", name="Bar 17: F major", exact=True).click()
    assert state(page)["time"] == 32.5
    page.wait_for_selector('.ma-bars button[aria-current="true"] >> text=17')
    page.get_by_role("tab", name="Table").click()
    rows = page.locator(".ma-rows tbody tr")
    assert rows.count() == 56
    assert rows.nth(8).inner_text().split() == ["9", "0:16.5", "Verse", "1", "C", "major", "C", "I", "41", "%"]
    rows.nth(8).click()
    assert state(page)["time"] == 16.5
    page.get_by_role("button", name="Go to 0:02.5").press("Enter")
    assert state(page)["time"] == 2.5


def test_what_was_measured_is_told_with_credit(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page)
    page.get_by_role("tab", name="Measured").click()
    text = page.locator(".ma-measured").inner_text()
    assert "or 60 BPM (8 %)" in text and "BeatNet (Heydari et al.), CC BY 4.0" in text
    assert "Instruments and tags could not be measured." in text


def test_exports_are_saved(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page)
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="JAMS").click()
    assert saved.value.suggested_filename == "Harbour lights.jams"


def test_an_unknown_track_says_so_and_offers_a_way_out(page: Any, running: Running, watch: Any) -> None:
    page.goto(f"{running.url}?track=4321")
    page.wait_for_selector(".ma-failed")
    assert "There is no track 4321 in the library." in page.locator(".ma-failed").inner_text()
    page.get_by_role("button", name="Close", exact=True).click()
    assert page.get_by_role("heading", name="Hear what is in a song").is_visible()
    assert "track" not in page.url
    watch.forgive("404")


def test_back_and_forward_go_between_tracks(page: Any, running: Running, open_track: Callable[..., None]) -> None:
    open_track(page, 1)
    page.get_by_role("tab", name="Library").click()
    page.get_by_role("button", name="Old measure", exact=True).click()
    settled(page, "s.open && s.id === 4")
    assert page.url == f"{running.url}?track=4"
    page.go_back()
    settled(page, "s.open && s.id === 1")
    page.locator(".ma-home-link").click()
    settled(page, "!s.open")


def test_charts_open_on_demand_and_follow(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page, 1, 56.5)
    assert page.evaluate("window.Plotly === undefined")
    page.get_by_role("button", name="Charts").click()
    page.wait_for_selector("#ma-charts .js-plotly-plot .ma-chart-cursor")

    def cursor() -> float:
        line, plot = (page.locator(name).first.bounding_box() for name in (".ma-chart-cursor", "#ma-charts .nsewdrag"))
        return float((line["x"] + 1 - plot["x"]) / plot["width"])

    assert cursor() == pytest.approx(0.5, abs=0.01)
    page.keyboard.press("Home")
    page.wait_for_timeout(100)
    assert cursor() == pytest.approx(0.0, abs=0.01)
    page.locator("#ma-charts .nsewdrag").first.scroll_into_view_if_needed()
    box = page.locator("#ma-charts .nsewdrag").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + 40)
    assert state(page)["time"] == pytest.approx(113 / 4, abs=0.3)
    page.get_by_role("tab", name="Chords", exact=True).click()
    page.wait_for_function("document.querySelectorAll('#ma-charts .js-plotly-plot .bars .point').length > 5")
