"""Preparing together, private notes, key conversations and their rules, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from thinning import thinned

if TYPE_CHECKING:
    from playwright.sync_api import Page

SignedIn = Callable[..., tuple["Page", list[str]]]

pytestmark = pytest.mark.browser


def agenda_of(served: Any, who: str) -> str:
    return f"{served.url}/people/{served.office.person(who).public_id}/agenda"


@pytest.mark.parametrize(("theme", "width"), thinned([("light", 1280), ("dark", 390)], ("dark", 390)))
def test_nothing_stands_in_anyone_s_way(own_served: Any, signed_in: SignedIn, theme: str, width: int) -> None:
    """axe finds nothing, the console stays silent, nothing comes from elsewhere, nothing is wider than a phone."""
    from axe_playwright_python.sync_playwright import Axe

    language = "zh" if theme == "dark" else "en"
    page, problems = signed_in(own_served, "ana", language=language, theme=theme, width=width)
    found = []
    for path in (
        agenda_of(own_served, "maria"),
        f"{own_served.url}/conversations",
        f"{own_served.url}/conversations/rules",
    ):
        page.goto(path)
        found += [
            f"{path}: {violation['id']} {[node['html'][:120] for node in violation['nodes'][:3]]}"
            for violation in Axe().run(page).response["violations"]
        ]
        page.set_viewport_size({"width": 320, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        page.set_viewport_size({"width": width, "height": 844})
    assert found == []
    assert problems == []


def test_two_prepare_the_same_agenda(own_served: Any, signed_in: SignedIn) -> None:
    """A point of one is there for the other at once; it is moved, ticked, taken back, and put back."""
    maria, _ = signed_in(own_served, "maria")
    maria.goto(agenda_of(own_served, "maria"))
    maria.get_by_label("A point of yours").fill("May we cut the release in two?")
    maria.get_by_role("button", name="Add").click()
    ana, _ = signed_in(own_served, "ana")
    ana.goto(agenda_of(own_served, "maria"))
    point = ana.locator("#section-theirs + .points > li", has_text="cut the release")
    assert point.count() == 1
    assert "put down here" in point.inner_text()
    ana.get_by_role("button", name="Move up: May we cut").click()
    ana.get_by_role("button", name="Move up: May we cut").click()
    assert "cut the release" in ana.locator("#section-theirs + .points > li").first.inner_text()
    assert ana.get_by_role("button", name="Take back: May we cut").count() == 0
    maria.reload()
    assert "cut the release" in maria.locator("#section-theirs + .points > li").first.inner_text()
    maria.get_by_role("button", name="Take back: May we cut").click()
    assert maria.get_by_text("May we cut the release").count() == 0
    maria.get_by_role("button", name="Undo").click()
    assert maria.get_by_text("May we cut the release").count() == 1
    maria.locator("li", has_text="cut the release").get_by_role("checkbox").click()
    assert (
        maria.locator("li", has_text="cut the release").get_by_role("checkbox").get_attribute("aria-checked") == "true"
    )


def test_a_private_note_is_its_author_s_alone(own_served: Any, signed_in: SignedIn) -> None:
    page, _ = signed_in(own_served, "ana")
    page.goto(agenda_of(own_served, "maria"))
    page.get_by_label("A note for yourself").fill("Heliotrope: ask how the talk went.")
    page.get_by_role("button", name="Keep").click()
    assert page.get_by_text("Heliotrope").count() == 1
    other, _ = signed_in(own_served, "maria")
    for path in (agenda_of(own_served, "maria"), f"{own_served.url}/me", f"{own_served.url}/search?q=Heliotrope"):
        other.goto(path)
        assert "ask how the talk went" not in other.content()
    page.get_by_role("button", name="Remove the note").click()
    assert page.get_by_text("Heliotrope").count() == 0
    page.get_by_role("button", name="Undo").click()
    assert page.get_by_text("Heliotrope").count() == 1
    page.emulate_media(media="print")
    assert not page.get_by_text("Heliotrope").is_visible()


def test_a_card_is_answered_and_its_facts_are_seen_by_the_other(own_served: Any, signed_in: SignedIn) -> None:
    page, _ = signed_in(own_served, "ana")
    page.goto(f"{own_served.url}/conversations")
    card = page.locator("article.talk-card").first
    assert "Maria" in card.inner_text()
    assert card.locator("a.chip").count() >= 2
    card.locator("a.chip").first.click()
    page.locator("dialog[open] #drawer-title").wait_for()
    page.keyboard.press("Escape")
    other, _ = signed_in(own_served, "maria")
    other.goto(f"{own_served.url}/conversations")
    about = other.locator("article.about-card").first
    assert "PAY-17" in about.inner_text()
    shown = page.locator("article.talk-card").count()
    card.get_by_role("button", name="Not relevant").click()
    assert page.locator("article.talk-card").count() == shown - 1
    page.get_by_role("button", name="Undo", exact=True).click()
    assert page.locator("article.talk-card").count() == shown
    page.locator("article.talk-card").first.get_by_role("button", name="Wrong").click()
    page.goto(f"{own_served.url}/conversations")
    answers = page.locator("section", has_text="Your answers")
    assert "wrong" in answers.inner_text()
    answers.get_by_role("button", name="Undo: ").click()
    assert page.locator("article.talk-card").count() == shown


def test_nobody_else_opens_an_agenda(own_served: Any, signed_in: SignedIn) -> None:
    for who in ("tom", "hr"):
        page, _ = signed_in(own_served, who)
        answer = page.goto(agenda_of(own_served, "maria"))
        assert answer is not None
        assert answer.status == 403
        assert page.get_by_text("This agenda is not open to you.").is_visible()


def test_it_works_without_javascript(own_served: Any, signed_in: SignedIn) -> None:
    page, _ = signed_in(own_served, "maria", java_script_enabled=False)
    page.goto(agenda_of(own_served, "maria"))
    page.locator("#new-point").fill("Without a script")
    page.locator(".add-point button").click()
    assert "Without a script" in page.content()
