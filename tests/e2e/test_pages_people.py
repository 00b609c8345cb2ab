"""What different people find on their pages: HR with a grant, somebody without reports, eyes that prefer the dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from door_office import NOW, key

if TYPE_CHECKING:
    from playwright.sync_api import Page

SignedIn = Callable[..., tuple["Page", list[str]]]

pytestmark = pytest.mark.browser


def test_hr_finds_what_a_grant_opens_and_the_person_sees_it(own_served: Any, signed_in: SignedIn) -> None:
    from axe_playwright_python.sync_playwright import Axe

    hr = own_served.office.person("hr")
    own_served.office.app.grants.add(hr.id, "hr", f"subject:{key('maria')}", by="t", reason="case 14", now=NOW)
    page, problems = signed_in(own_served, "hr")
    page.goto(own_served.url)
    granted = page.locator("section", has_text="Open to you by a grant")
    assert granted.get_by_text("case 14").is_visible()
    assert Axe().run(page).response["violations"] == []
    granted.get_by_role("link", name="Maria Gomez").click()
    page.locator("h1", has_text="Maria Gomez").wait_for()
    assert page.locator(".who dt").all_inner_texts() == ["Period covered"], "check-ins HR may not read are not 'none'"
    assert page.get_by_role("checkbox").count() == 0
    maria, _ = signed_in(own_served, "maria")
    maria.goto(f"{own_served.url}/me")
    assert maria.locator("section", has_text="Who read my records").get_by_text("Ines Duarte").is_visible()
    assert problems == []


def test_who_leads_nobody_sees_their_own_page(served: Any, signed_in: SignedIn) -> None:
    page, problems = signed_in(served, "wei")
    page.goto(served.url)
    assert page.get_by_text("Who reports to you").count() == 0
    assert page.get_by_text("No check-in today.").is_visible()
    assert page.get_by_role("link", name="Identities").count() == 0
    page.get_by_role("link", name="The brief about you").click()
    page.locator("h1", has_text="Wei Li").wait_for()
    page.goto(f"{served.url}/identities")
    assert page.locator("h1").inner_text() == "This is not open to you."
    assert [text for text in problems if "403" not in text] == []


def test_what_a_source_calls_done_is_not_undone_by_a_slip(served: Any, signed_in: SignedIn) -> None:
    """ "Undo" stands only beside what was ticked here; what the source says is opened again on its box."""
    page, _ = signed_in(served, "ana")
    page.goto(served.url + served.path("maria"))
    for action in page.locator(".action").all():
        ticked_here = action.get_by_text("ticked here by").count()
        assert action.locator(".undo").count() == ticked_here


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_follows_the_system_and_can_be_told_otherwise(served: Any, signed_in: SignedIn, scheme: str) -> None:
    page, problems = signed_in(served, "ana", theme="system", color_scheme=scheme)
    page.goto(served.url)
    colour = "getComputedStyle(document.body).backgroundColor"
    light, dark = "rgb(244, 246, 248)", "rgb(16, 21, 28)"
    assert page.evaluate(colour) == {"light": light, "dark": dark}[scheme]
    page.locator(".menu summary").first.click()
    page.get_by_role("button", name="Light").click()
    assert page.evaluate(colour) == light
    page.locator(".menu summary").first.click()
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate(colour) == dark
    page.locator(".menu summary").first.click()
    assert page.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Follow the system").click()
    assert page.evaluate(colour) == {"light": light, "dark": dark}[scheme]
    assert problems == []
