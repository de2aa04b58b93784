"""What plays when on the page. Track 2 has eight instruments that come and go with its sections; track 1 has none."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_player import spot, state


def test_what_plays_is_a_lane_of_rows_that_are_doors(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page, 2, 20)
    s = state(page)
    assert s["plays"] == ["Bass", "Drums", "Voice"] and not s["folded"]
    x, y = spot(page, "instruments", 30)  # the middle of eight rows lies between the fourth and the fifth
    page.mouse.move(x, y - 8)
    tip = page.locator(".ma-tip")
    assert tip.inner_text().splitlines()[1] == "Electric guitar · 62 % sure · 0:24–0:40"
    page.mouse.click(x, y - 8)
    assert state(page)["time"] == 24.5
    page.mouse.click(spot(page, "instruments", 28)[0], y + 60)  # the last row rests there: to the very place
    assert state(page)["time"] == pytest.approx(28, abs=0.05)


def test_what_plays_folds_to_one_row_and_stays_so(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page, 2)
    button = page.get_by_role("button", name="What plays when (I)")
    assert button.get_attribute("aria-pressed") == "true"
    high = state(page)["lanes"]["instruments"]["h"]
    page.keyboard.press("i")
    assert state(page)["folded"] and state(page)["lanes"]["instruments"]["h"] < high / 4
    assert button.get_attribute("aria-pressed") == "false"
    open_track(page, 2)
    assert state(page)["folded"]
    page.mouse.move(*spot(page, "instruments", 10))
    assert page.locator(".ma-tip").inner_text().splitlines()[1] == "Bass, Drums, Voice"
    page.mouse.click(*spot(page, "instruments", 10))
    assert not state(page)["folded"] and state(page)["lanes"]["instruments"]["h"] == high
    button.click()
    assert state(page)["folded"]


def test_what_plays_is_told_as_text(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page, 2)
    page.get_by_role("tab", name="Table").click()
    first = page.locator(".ma-rows tbody tr").first
    assert first.locator('[data-name="plays"]').inner_text() == "Bass, Piano, Bells and mallets"
    page.get_by_role("tab", name="Measured").click()
    row = page.locator(".ma-players tr", has_text="Saxophone")
    assert row.locator("td").first.inner_text().endswith(" %")
    row.get_by_role("button").first.click()
    assert state(page)["time"] == 72.5


def test_a_track_without_what_plays_shows_nothing_of_it(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page, 1)
    assert "instruments" not in state(page)["lanes"]
    assert not page.get_by_role("button", name="What plays when (I)").is_visible()
    page.keyboard.press("i")
    assert not state(page)["folded"]
    page.get_by_role("tab", name="Table").click()
    assert "Plays" not in page.locator(".ma-rows thead").inner_text()
    page.get_by_role("tab", name="Measured").click()
    assert page.locator(".ma-players").count() == 0
