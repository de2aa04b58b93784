"""Words about a track in a real browser: the description, captions, the conversation, the choice of a model."""

from collections.abc import Callable
from typing import Any

from model.registry import MODELS
from musicflamingo_app.ui.serve import Running
from tests.ui.speaking import HEARING, THINKING

SHEETS = "document.querySelectorAll('[aria-label=\"Edit: Lyric sheet\"]').length"


def tab(page: Any, name: str) -> None:
    page.locator(".ma-details").get_by_role("tab", name=name).click()


def choose(page: Any, model_id: str) -> None:
    page.evaluate("id => fetch(`ma/models/${id}/choose`, {method: 'POST', body: '{}'})", model_id)


def test_the_description_reads_and_its_times_play(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page)
    tab(page, "In words")
    words = page.locator("#ma-panel-description")
    words.get_by_text("Measured. Every sentence follows").wait_for()
    assert "Harbour lights" in words.inner_text()
    door = words.locator(".ma-door").nth(1)
    minutes, seconds = door.inner_text().split(":")
    door.click()
    page.wait_for_function("window.__ma.state().playing")
    time_s = page.evaluate("window.__ma.state().time")
    assert 0 <= time_s - (60 * int(minutes) + int(seconds)) < 3


def test_a_caption_streams_is_checked_edited_and_preferred(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page)
    choose(page, HEARING)
    tab(page, "Captions")
    page.get_by_label("What to write").select_option("critic")
    page.get_by_role("button", name="Write it").click()
    note = page.locator(".ma-note", has_text="A critic’s view").first
    note.get_by_role("button", name="Edit: A critic’s view").wait_for()
    assert "Written by Scripted Flamingo" in note.inner_text()
    assert note.locator("h4").inner_text() == "Overview"
    assert "<img src=x" in note.inner_text() and "${window.pwned=8}" in note.inner_text()
    assert page.evaluate("window.pwned") is None and page.locator("img[src=x]").count() == 0
    claim = note.locator('.ma-claim[data-verdict="contradicts"]').first
    assert "Measured" in (claim.get_attribute("data-about") or "") or "measured" in (
        claim.get_attribute("data-about") or ""
    )
    assert note.locator("details.ma-thought p").text_content() == "I hear a <b>pulse</b>."
    note.get_by_role("button", name="Prefer: A critic’s view").click()
    page.locator('.ma-note[data-preferred="true"]').wait_for()
    note.get_by_role("button", name="Edit: A critic’s view").click()
    page.get_by_label("Text of A critic’s view").fill("My own words at 0:12.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("edited by you").wait_for()
    assert "My own words at 0:12." in page.locator(".ma-note").first.inner_text()


def test_a_stopped_caption_keeps_its_half(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page)
    choose(page, HEARING)
    tab(page, "Captions")
    page.get_by_label("What to write").select_option("custom")
    page.get_by_label("My own prompt").fill("Say it slowly.")
    page.get_by_role("button", name="Write it").click()
    page.locator(".ma-draft", has_text="A lively song").wait_for()
    page.reload()
    page.wait_for_function("window.__ma && window.__ma.ready")
    page.locator(".ma-draft", has_text="A lively song").wait_for()  # it went on, and is found again
    page.get_by_role("button", name="Stop writing").click()
    note = page.locator(".ma-note", has_text="stopped").first
    note.wait_for()
    assert "A lively song" in note.inner_text() and "second verse" not in note.inner_text()


def test_two_captions_side_by_side_and_one_deleted_with_undo(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page)
    choose(page, HEARING)
    tab(page, "Captions")
    page.get_by_label("What to write").select_option("lyrics")
    for n in (1, 2):
        page.get_by_role("button", name="Write it").click()
        page.wait_for_function(
            "n => document.querySelectorAll('[aria-label=\"Edit: Lyric sheet\"]').length === n", arg=n
        )
    for button in page.get_by_role("button", name="Compare: Lyric sheet").all():
        button.click()
    assert page.locator(".ma-pair .ma-note").count() == 2
    page.get_by_role("button", name="Delete: Lyric sheet").first.click()
    page.wait_for_function(f"{SHEETS} === 1")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function(f"{SHEETS} === 2")


def test_a_conversation_is_asked_kept_and_found_again(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page)
    choose(page, HEARING)
    tab(page, "Ask")
    starters = page.locator(".ma-starters .ma-chip")
    starters.first.wait_for()
    question = page.get_by_label("Your question")
    question.fill("Why is the moon in it?")
    question.press("Enter")
    page.locator('.ma-turn[data-role="assistant"]', has_text="second verse").wait_for()
    assert "Why is the moon in it?" in page.locator('.ma-turn[data-role="user"]').inner_text()
    assert not starters.first.is_visible()
    page.reload()
    page.wait_for_function("window.__ma && window.__ma.ready")
    page.locator('.ma-turn[data-role="assistant"]', has_text="second verse").wait_for()
    page.get_by_label("Find in conversations").fill("moon")
    page.locator(".ma-found li", has_text="Harbour lights").first.wait_for()
    with page.expect_download() as saved:
        page.get_by_label("Save the conversation as Markdown").click()
    assert "Why is the moon in it?" in saved.value.path().read_text("utf-8")


def test_a_model_that_thinks_may_be_asked_for_its_answer_at_once(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page, 2)
    first = page.locator("#ma-panel-chat").get_by_label("Think first")
    for model, thinks in ((HEARING, False), (MODELS[0].id, MODELS[0].thinks), (THINKING, True)):
        choose(page, model)
        page.reload()
        page.wait_for_function("window.__ma && window.__ma.ready")
        tab(page, "Ask")
        page.locator("#ma-panel-chat").get_by_text("Choose another model").wait_for()
        assert first.is_visible() is thinks
        assert first.is_checked() is (model != MODELS[0].id)  # unless chosen, what was measured answers for a tiny one
    answers, thoughts = ('.ma-turn[data-role="assistant"]', '.ma-turn[data-role="assistant"] details.ma-thought')
    for number, thinks in enumerate((True, False), start=1):
        first.set_checked(thinks)
        page.get_by_label("Your question").fill("Why is the moon in it?")
        page.get_by_label("Your question").press("Enter")
        page.wait_for_function(f"document.querySelectorAll('{answers}').length === {number}")
        page.locator(answers).nth(number - 1).get_by_text("second verse").wait_for()
        assert page.locator(thoughts).count() == 1
    page.reload()
    page.wait_for_function("window.__ma && window.__ma.ready")
    page.locator(thoughts).wait_for(state="attached")
    assert not first.is_checked()


def test_a_question_about_the_loop_names_it(page: Any, open_track: Callable[..., None]) -> None:
    open_track(page, 4)
    choose(page, HEARING)
    tab(page, "Ask")
    page.locator(".ma-starters .ma-chip").first.wait_for()
    assert not page.get_by_label("About the loop").is_visible()
    page.locator(".ma-stage").focus()
    page.keyboard.press("l")
    scope = page.locator("#ma-panel-chat").get_by_label("About the loop")
    scope.check()
    page.get_by_label("Your question").fill("What happens here, in the dark?")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.locator('.ma-turn[data-role="assistant"]').first.wait_for()
    assert "about 0:" in page.locator('.ma-turn[data-role="user"]').inner_text()


def test_models_say_what_they_are_and_ask_for_their_licence(page: Any, running: Running) -> None:
    page.goto(running.url)
    choose(page, "embedded")
    page.reload()
    page.get_by_role("tab", name="Settings").click()
    card = page.locator(".ma-model", has_text="Music Flamingo 2601").first
    card.wait_for()
    card.locator("summary").click()
    assert "NVIDIA OneWay Noncommercial License" in card.inner_text() and "bf16" in card.inner_text()
    download = card.get_by_role("button", name="Download: Music Flamingo 2601")
    assert download.is_disabled()
    card.get_by_label("I accept the NVIDIA OneWay Noncommercial License").check()
    page.wait_for_function("!document.querySelector('[aria-label=\"Download: Music Flamingo 2601\"]').disabled")
    card.get_by_role("radio", name="Music Flamingo 2601").check()
    page.locator('.ma-model[data-chosen="true"]', has_text="Music Flamingo 2601").wait_for()
