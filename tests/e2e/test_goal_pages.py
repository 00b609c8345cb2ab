"""The map of goals and the queue of links in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from door_office import at, key
from thinning import thinned

from coachkit.sdk import Interaction, InteractionKind, WorkItem, WorkItemKind

if TYPE_CHECKING:
    from playwright.sync_api import Page

SignedIn = Callable[..., tuple["Page", list[str]]]

pytestmark = pytest.mark.browser

VIEWS = [("en", "light", 1280), ("zh", "dark", 390), ("zh", "light", 1280), ("en", "dark", 390)]


@pytest.fixture
def served(own_served: Any) -> Any:
    for number in (100, 101):
        act = Interaction(kind=InteractionKind.AUTHORED, actor=key("tom"), at=at(15))
        item = WorkItem(
            kind=WorkItemKind.ISSUE,
            key=f"SRCH-{number}",
            title=f"Search answers with less query latency, part {number - 99}",
            created_at=at(15),
            interactions=(act,),
            team="search",
        )
        own_served.office.put("tracker", "work_items", item.key, item, at(15))
    return own_served


@pytest.mark.parametrize(("language", "theme", "width"), thinned(VIEWS, VIEWS[1]))
def test_nothing_stands_in_anyone_s_way(
    served: Any, signed_in: SignedIn, language: str, theme: str, width: int
) -> None:
    """axe finds nothing, the console is silent, nothing is wider than a phone; one key answers and one takes back."""
    from axe_playwright_python.sync_playwright import Axe

    page, problems = signed_in(served, "tom", language=language, theme=theme, width=width)
    found = []
    for path in ("/insight/goals", "/insight/goals/G-1", "/insight/links"):
        page.goto(served.url + path)
        found += [
            f"{path}: {violation['id']} {[node['html'][:120] for node in violation['nodes'][:3]]}"
            for violation in Axe().run(page).response["violations"]
        ]
        page.set_viewport_size({"width": 320, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        page.set_viewport_size({"width": width, "height": 844})
    assert found == []
    first = page.locator(".question h2").first.inner_text()
    page.keyboard.press("y")
    page.locator("[data-key=u]").wait_for()
    assert first not in page.locator(".questions").inner_text()
    page.keyboard.press("u")
    page.locator("[data-key=u]").wait_for(state="detached")
    assert page.locator(".question h2").first.inner_text() == first
    assert problems == []
