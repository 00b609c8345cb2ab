"""The self-review in a real browser: writing it, handing it over, taking it back; by keyboard, on a phone, in the dark,
on paper and without the script."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from thinning import thinned

if TYPE_CHECKING:
    from playwright.sync_api import Page

SignedIn = Callable[..., tuple["Page", list[str]]]

pytestmark = pytest.mark.browser


def answer(page: Page, question: str) -> Any:
    return page.locator("section.answer", has=page.get_by_role("heading", name=question))


def test_a_sentence_is_changed_removed_and_put_back_where_it_stands(own_served: Any, signed_in: SignedIn) -> None:
    page, problems = signed_in(own_served, "maria")
    page.goto(f"{own_served.url}/self-review")
    moved = answer(page, "What did you move for your goals?")
    first = moved.locator(".statement").first
    first.get_by_text("Edit").click()
    first.get_by_role("textbox").fill("We halved the wait together.")
    first.get_by_role("button", name="Save").click()
    moved.get_by_text("We halved the wait together.").first.wait_for()
    assert moved.get_by_text("changed by you").is_visible()
    count = moved.locator(".statement").count()
    moved.get_by_role("button", name=re.compile("^Remove: We halved")).click()
    moved.get_by_text("1 sentence removed").wait_for()
    assert moved.locator(".statement").count() == count - 1
    moved.get_by_text("1 sentence removed").click()
    moved.get_by_role("button", name=re.compile("^Put back")).click()
    moved.locator(".statement").nth(count - 1).wait_for()
    assert problems == []


def test_own_words_are_marked_handed_over_read_and_taken_back(own_served: Any, signed_in: SignedIn) -> None:
    page, problems = signed_in(own_served, "maria")
    manager, _ = signed_in(own_served, "ana")
    person = own_served.office.person("maria").public_id
    page.goto(f"{own_served.url}/self-review")
    support = answer(page, "What support do you need?")
    support.locator("summary", has_text="Add in your own words").click()
    support.get_by_label("What no system saw").fill("A second reviewer for the index")
    support.get_by_role("button", name="Add").click()
    support.get_by_text("In my own words: “A second reviewer for the index”").first.wait_for()
    manager.goto(f"{own_served.url}/people/{person}/self-review")
    assert "A second reviewer" not in manager.content()
    page.get_by_role("link", name="Preview as Ana Costa").click()
    page.get_by_text("This is what Ana Costa will read").wait_for()
    assert page.locator(".ask").count() == 0, "what only she can answer is asked of nobody else"
    shown = page.locator(".rest").inner_text()
    page.get_by_role("button", name="Submit to Ana Costa").click()
    page.get_by_text("Submitted on").wait_for()
    manager.goto(own_served.url)
    manager.locator("section", has_text="Self-reviews submitted to you").get_by_role("link", name="Maria Gomez").click()
    manager.get_by_text("Written and submitted by the person").wait_for()
    assert manager.locator(".rest").inner_text() == shown
    page.goto(f"{own_served.url}/me")
    assert page.locator("section", has_text="Who read my records").get_by_text("self-review").first.is_visible()
    page.goto(f"{own_served.url}/self-review")
    page.get_by_role("button", name="Take it back").click()
    page.get_by_text("Only you can see this page").wait_for()
    manager.reload()
    assert "A second reviewer" not in manager.content()
    assert problems == []


def test_what_is_left_out_is_drafted_no_more(own_served: Any, signed_in: SignedIn) -> None:
    page, problems = signed_in(own_served, "maria")
    page.goto(f"{own_served.url}/self-review/evidence")
    page.get_by_role("checkbox", name=re.compile("Leave out: Retry budget for the indexer, part 1")).check()
    page.get_by_role("button", name="Save the choice").click()
    page.get_by_text("1 left out").wait_for()
    assert "search#482" not in page.locator(".answers-list").inner_text()
    assert problems == []


@pytest.mark.parametrize(
    ("width", "theme", "language"), thinned([(1280, "light", "en"), (390, "dark", "zh")], (1280, "light", "en"))
)
def test_every_page_of_it_can_be_read_by_everybody(
    own_served: Any, signed_in: SignedIn, width: int, theme: str, language: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page, problems = signed_in(own_served, "maria", width=width, theme=theme, language=language)
    for path in ("", "/evidence", "/preview"):
        page.goto(f"{own_served.url}/self-review{path}")
        for details in page.locator("main details").all():
            details.evaluate("(element) => { element.open = true; }")
        found = Axe().run(page).response["violations"]
        assert found == [], (path, [one["id"] for one in found])
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} px too wide"
    assert problems == []


def test_it_works_without_the_script(own_served: Any, signed_in: SignedIn) -> None:
    page, _ = signed_in(own_served, "maria", java_script_enabled=False)
    page.goto(f"{own_served.url}/self-review?language=en")
    moved = answer(page, "What did you move for your goals?")
    before = moved.locator(".statement").count()
    moved.get_by_role("button", name=re.compile("^Remove:")).first.click()
    page.wait_for_url("**/self-review?language=en#answer-moved")
    assert answer(page, "What did you move for your goals?").locator(".statement").count() == before - 1
    page.goto(f"{own_served.url}/self-review/preview?language=en")
    page.get_by_role("button", name="Submit to Ana Costa").click()
    assert page.get_by_text("Submitted on").is_visible()


def test_it_can_be_written_by_keyboard_alone(own_served: Any, signed_in: SignedIn) -> None:
    page, problems = signed_in(own_served, "maria")
    page.goto(f"{own_served.url}/self-review")
    moved = answer(page, "What did you move for your goals?")
    edit = moved.locator("summary", has_text="Edit").first
    edit.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.press("Control+A")
    page.keyboard.type("Said by keyboard.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    moved.get_by_text("Said by keyboard.").first.wait_for()
    page.locator("#answer-moved:focus").wait_for()
    assert problems == []


def test_it_prints_without_its_tools(own_served: Any, signed_in: SignedIn) -> None:
    page, _ = signed_in(own_served, "maria")
    page.goto(f"{own_served.url}/self-review")
    page.emulate_media(media="print")
    for hidden in (".sentence-tools", ".add", ".regenerate", ".answer .ask"):
        assert not any(one.is_visible() for one in page.locator(hidden).all()), hidden
    assert answer(page, "What support do you need?").is_visible()
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf())) <= 3
