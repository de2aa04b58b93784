"""The pages around the player in a real browser: adding, work, library, settings, themes, phones, hostile texts."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from musicflamingo_app.ui.serve import Running
from tests.ui.fake_studio import HOSTILE_ARTIST, HOSTILE_TITLE, FakePreferences, FakeStudio

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

UNNAMED = """() => [...document.querySelectorAll('button, a[href], input, select, [role=slider], [role=tab], summary')]
    .filter((n) => n.checkVisibility() && !(n.getAttribute('aria-label') || n.textContent.trim() || n.title
        || (n.labels && [...n.labels].some((l) => l.textContent.trim())) || n.placeholder)).map((n) => n.outerHTML)"""
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"


def add(page: Any, *paths: Path) -> None:
    page.get_by_role("button", name="Drop songs here").wait_for()
    page.locator("#ma-drop input[type=file]").set_input_files([str(path) for path in paths])


def file(folder: Path, name: str, content: bytes = b"sound") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_dropped_song_is_worked_on_and_opens(page: Any, running: Running, tmp_path: Path) -> None:
    page.goto(running.url)
    add(page, file(tmp_path, "evening song.wav"))
    card = page.locator(".ma-job")
    card.wait_for()
    assert "evening song.wav" in card.inner_text() and "%" in card.inner_text()
    assert page.get_by_role("progressbar", name="Analysis of evening song.wav").get_attribute("aria-valuenow")
    page.wait_for_function("window.__ma.ready && window.__ma.state().open")
    assert page.locator(".ma-title h1").inner_text() == "evening song"
    page.wait_for_selector(".ma-job", state="detached")


def test_work_survives_a_refresh_and_can_be_cancelled(page: Any, running: Running, tmp_path: Path) -> None:
    page.goto(running.url)
    add(page, file(tmp_path, "slow song.mp3"))
    page.locator(".ma-job", has_text="slow song.mp3").wait_for()
    page.reload()
    page.locator(".ma-job", has_text="slow song.mp3").wait_for()
    page.get_by_role("button", name="Cancel: slow song.mp3").click()
    page.locator('.ma-job[data-state="cancelled"]').wait_for()
    page.get_by_role("button", name="Dismiss: slow song.mp3").click()
    page.wait_for_selector(".ma-job", state="detached")


def test_what_fails_says_why_and_can_be_tried_again(page: Any, running: Running, tmp_path: Path) -> None:
    page.goto(running.url)
    add(page, file(tmp_path, "broken song.mp3"), file(tmp_path, "empty.mp3", b""))
    page.get_by_text("“empty.mp3” is empty. Choose a file with sound in it.").wait_for()
    page.get_by_text("is not sound that can be read. Save it as WAV or FLAC").wait_for()
    page.get_by_role("button", name="Try again: broken song.mp3").click()
    page.locator('.ma-job[data-state="running"]').wait_for()
    page.get_by_role("button", name="Dismiss: empty.mp3").click()
    page.get_by_text("is not sound that can be read.").wait_for()
    page.get_by_role("button", name="Dismiss: broken song.mp3").click()
    page.wait_for_selector(".ma-job", state="detached")


def test_files_may_be_dropped_anywhere(page: Any, running: Running, open_track: Callable[..., None]) -> None:
    open_track(page)
    page.evaluate("""() => { const d = new DataTransfer(); d.items.add(new File(['x'], 'slow drop.wav'));
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: d, bubbles: true, cancelable: true })) }""")
    page.get_by_text("1 being analysed").wait_for()
    assert page.locator("#ma-jobs").bounding_box()["height"] < 60  # the open song stays where it is
    page.get_by_text("1 being analysed").click()
    page.get_by_role("button", name="Cancel: slow drop.wav").click()
    page.get_by_role("button", name="Dismiss: slow drop.wav").click()


def test_an_example_is_tried_with_one_click(page: Any, running: Running) -> None:
    page.goto(running.url)
    page.locator(".ma-examples").get_by_role("button", name="Late tram").click()
    page.wait_for_function("window.__ma.ready && window.__ma.state().open")
    assert page.locator(".ma-title h1").inner_text() == "Late tram"


def library(page: Any, running: Running) -> Any:
    page.goto(running.url)
    page.get_by_role("tab", name="Library").click()
    page.locator(".ma-tracks tbody tr").first.wait_for()
    return page.locator(".ma-tracks tbody tr")


def test_the_library_searches_filters_and_sorts(page: Any, running: Running, watch: Any) -> None:
    rows = library(page, running)
    page.get_by_role("searchbox").fill("harbour")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("Harbour lights")
    page.get_by_role("searchbox").fill("")
    page.get_by_role("textbox", name="Fastest").fill("100")
    expect(rows.first).to_contain_text("Old measure")
    expect(rows.first).to_contain_text("older engines")
    page.get_by_role("textbox", name="Fastest").fill("quick")
    page.get_by_role("alert").filter(has_text="“quick” is not a number").wait_for()
    page.get_by_role("button", name="Clear the search").first.click()
    page.get_by_label("Progression").fill("i-bVI-bIII-bVII-i-i")
    page.get_by_text("No track fits all of that").wait_for()
    page.get_by_label("Progression").fill("IV-V-iii-vi")
    expect(rows).not_to_have_count(0)
    page.get_by_role("button", name="Clear the search").first.click()
    page.get_by_role("combobox", name="Key").select_option("F major")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Clear the search").first.click()
    page.get_by_role("columnheader", name="BPM").get_by_role("button").click()
    expect(rows.first).to_contain_text("Old measure")
    assert page.get_by_role("columnheader", name="BPM").get_attribute("aria-sort") == "ascending"
    watch.forgive("400")


def test_a_track_is_renamed_deleted_and_brought_back(page: Any, running: Running, studio: FakeStudio) -> None:
    library(page, running)
    page.locator("summary[aria-label='More for Old measure']").click()
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("dialog").get_by_label("Title").fill("Newer <i>measure</i>")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Newer <i>measure</i>", exact=True).wait_for()
    page.locator("summary[aria-label='More for Newer <i>measure</i>']").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_text("“Newer <i>measure</i>” is deleted.").wait_for()
    page.get_by_role("button", name="Newer <i>measure</i>", exact=True).wait_for(state="detached")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Newer <i>measure</i>", exact=True).wait_for()
    studio.rename(4, "Old measure", None)


def test_hostile_texts_are_only_texts(page: Any, running: Running, open_track: Callable[..., None]) -> None:
    library(page, running)
    assert page.get_by_role("button", name=HOSTILE_TITLE, exact=True).inner_text() == HOSTILE_TITLE
    assert page.locator(".ma-tracks").get_by_text(HOSTILE_ARTIST).is_visible()
    open_track(page, 3)
    assert page.locator(".ma-title h1").inner_text() == HOSTILE_TITLE
    page.get_by_role("tab", name="Table").click()
    page.get_by_role("button", name="Charts").click()
    page.wait_for_selector("#ma-charts .js-plotly-plot")
    page.locator(".ma-home-link").click()
    page.get_by_role("button", name=HOSTILE_TITLE).wait_for()
    assert page.evaluate("window.pwned") is None
    assert page.locator("img[src=x], script:text('pwned')").count() == 0


def test_a_hostile_file_name_is_only_a_name(page: Any, running: Running, tmp_path: Path) -> None:
    name = "slow <img src=x onerror=window.pwned=5> ${window.pwned=6}.wav"
    page.goto(running.url)
    add(page, file(tmp_path, name))
    page.locator(".ma-job").wait_for()
    assert "pwned" in page.locator(".ma-job-name").inner_text()
    assert page.evaluate("window.pwned") is None and page.locator("img[src=x]").count() == 0
    page.locator(".ma-job").get_by_role("button").click()
    page.locator(".ma-job").get_by_role("button", name="Dismiss").click()


def test_settings_are_kept_and_refused_in_words(page: Any, running: Running, preferences: FakePreferences) -> None:
    page.goto(running.url)
    page.get_by_role("tab", name="Settings").click()
    page.get_by_text("weights under CC BY 4.0").wait_for()
    said = page.locator("#ma-settings-said").get_by_role("textbox")
    page.get_by_label("Tracks at once").fill("0")
    page.get_by_role("button", name="Save").click()
    expect(said).to_have_value("0 workers is too few. Use one or more.")
    page.get_by_label("Tracks at once").fill("3")
    page.get_by_role("button", name="Save").click()
    expect(said).to_have_value(re.compile("^Saved"))
    assert preferences.saved["workers"] == 3 and preferences.saved["open_browser"] is True
    page.reload()
    page.get_by_role("tab", name="Settings").click()
    expect(page.get_by_label("Tracks at once")).to_have_value("3")


def test_dark_and_light_reach_the_canvas(window: Any, open_track: Callable[..., None]) -> None:
    page = window(color_scheme="dark")
    open_track(page, 1, 5)
    lane = """() => { const canvas = document.querySelector('.ma-still');
        const y = (window.__ma.state().lanes.wave.y + 2) * devicePixelRatio;
        return [...canvas.getContext('2d').getImageData(300, y, 1, 1).data].slice(0, 3) }"""
    assert max(page.evaluate(lane)) < 60
    page.get_by_role("button", name="Light theme").click()
    page.wait_for_timeout(200)
    assert min(page.evaluate(lane)) > 200
    page.reload()
    page.wait_for_function("window.__ma && window.__ma.ready")
    page.wait_for_timeout(200)
    assert min(page.evaluate(lane)) > 200  # the choice is remembered


def test_a_phone_shows_everything_without_scrolling_sideways(
    window: Any, running: Running, open_track: Callable[..., None]
) -> None:
    page = window(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, device_scale_factor=3)
    page.goto(running.url)
    page.get_by_role("button", name="Late tram").first.wait_for()
    assert page.evaluate(OVERFLOW) == 0
    for name in ("Library", "Settings"):
        page.get_by_role("tab", name=name).click()
        page.wait_for_timeout(400)
        assert page.evaluate(OVERFLOW) == 0
    open_track(page, 1, 3)
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate("document.querySelector('.ma-still').width") >= 3 * 300  # sharp on a dense screen
    box = page.locator(".ma-stage").bounding_box()
    s = page.evaluate("window.__ma.state()")
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + s["lanes"]["wave"]["y"] + 30)
    want = s["view"]["start"] + s["view"]["span"] / 2
    page.wait_for_function(f"Math.abs(window.__ma.state().time - {want}) < 0.1")
    assert page.get_by_role("button", name="Play (Space)").is_visible()


def test_everything_has_a_name(page: Any, running: Running, open_track: Callable[..., None]) -> None:
    open_track(page, 1)
    for name in ("Table", "Measured", "Chord chart"):
        page.get_by_role("tab", name=name).click()
        assert page.evaluate(UNNAMED) == []
    for name in ("Library", "Settings"):
        page.get_by_role("tab", name=name).click()
        page.wait_for_timeout(400)
        assert page.evaluate(UNNAMED) == []
    page.get_by_role("tab", name="Listen").click()
    page.locator(".ma-home-link").click()
    assert page.evaluate(UNNAMED) == []


def test_a_screen_reader_is_told_where_playback_is(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page, 1)
    slider = page.get_by_role("slider", name="Position in the track")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "0:01, bar 1.3, C major seventh"
    assert slider.get_attribute("aria-valuenow") == "1.5" and slider.get_attribute("aria-valuemax") == "113.0"
    assert page.locator(".ma-now [aria-live=polite]").inner_text() == "C major seventh"


def test_the_keyboard_alone_reaches_and_plays_a_track(page: Any, running: Running) -> None:
    library(page, running)
    page.get_by_role("searchbox").fill("harbour")
    expect(page.locator(".ma-tracks tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Harbour lights", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_function("window.__ma.ready && window.__ma.state().id === 1 && window.__ma.audio.readyState >= 2")
    page.keyboard.press("Space")
    page.wait_for_function("window.__ma.state().time > 0.2")


def test_much_work_folds_into_one_line_and_goes_at_once(page: Any, running: Running, tmp_path: Path) -> None:
    page.goto(running.url)
    add(page, *(file(tmp_path, f"slow {index}.mp3") for index in range(4)))
    page.get_by_text("4 being analysed").click()
    for index in range(4):
        page.get_by_role("button", name=f"Cancel: slow {index}.mp3").click()
    page.get_by_text("4 cancelled").wait_for()
    page.get_by_role("button", name="Dismiss all that ended").click()
    page.wait_for_selector(".ma-job", state="detached")


def test_why_a_file_was_refused_is_not_folded_away(page: Any, running: Running, tmp_path: Path) -> None:
    page.goto(running.url)
    add(page, *(file(tmp_path, f"empty {index}.mp3", b"") for index in range(5)))
    page.get_by_text("“empty 4.mp3” is empty.").wait_for()
    page.get_by_role("button", name="Dismiss all that ended").click()
    page.wait_for_selector(".ma-job", state="detached")
