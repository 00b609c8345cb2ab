"""A contribution summary in the browser: asked for, looked at first, written beside, taken back; without script."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from door_office import at, key

from coachkit.sdk import Audience, Feedback, FeedbackKind, Interaction, InteractionKind, Relation

if TYPE_CHECKING:
    from playwright.sync_api import Page

SignedIn = Callable[..., tuple["Page", list[str]]]

pytestmark = pytest.mark.browser


def helped(served: Any) -> None:
    served.office.put(
        "tracker",
        "interactions",
        "unblock-1",
        Interaction(
            kind=InteractionKind.UNBLOCKED,
            actor=key("wei"),
            at=at(14),
            target=key("maria"),
            item="SRCH-91",
            text="Paging is in; go on.",
        ),
        at(14),
    )
    served.office.put(
        "feedback",
        "feedback",
        "open-1",
        Feedback(
            subject=key("maria"),
            kind=FeedbackKind.PRAISE,
            relation=Relation.PEER,
            text="Your note on paging saved us a week.",
            at=at(15),
            author=key("wei"),
            item="SRCH-91",
        ),
        at(15),
        audience=Audience.org(),
    )


def no_violations(page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    assert found == [], [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def test_shown_first_written_beside_and_opened(own_served: Any, signed_in: SignedIn) -> None:
    helped(own_served)
    ana, problems = signed_in(own_served, "ana")
    ana.goto(f"{own_served.url}/contributions")
    no_violations(ana)
    ana.get_by_role("textbox", name="About", exact=True).fill("team:search")
    ana.get_by_role("button", name="Ask for it").click()
    ana.locator("h1", has_text="Search").wait_for()
    address = ana.url
    assert ana.get_by_text("Waiting for: Maria Gomez, Wei Li").is_visible()
    assert ana.locator(".statement", has_text="Maria Gomez").count() == 0
    no_violations(ana)

    maria, hers = signed_in(own_served, "maria", width=390, theme="dark")
    maria.goto(own_served.url)
    maria.locator("section", has_text="Shown to you first").get_by_role("link", name="Search").click()
    mine = maria.locator(".statement.mine").first
    assert mine.get_by_text("names you").is_visible()
    no_violations(maria)
    mine.get_by_text("Write beside it").click()
    mine.get_by_label("It stands beside the sentence, with your name").fill("Tom wrote the hard half.")
    mine.get_by_label("What it is").select_option("differs")
    mine.get_by_role("button", name="Write it").click()
    maria.get_by_text("Tom wrote the hard half.").wait_for()
    assert maria.evaluate("document.documentElement.scrollWidth <= innerWidth")

    wei, his = signed_in(own_served, "wei", java_script_enabled=False)
    wei.goto(address)
    assert wei.get_by_text("Tom wrote the hard half.").count() == 0
    wei.get_by_role("button", name="Nothing to add").click()

    ana.goto(address)
    assert ana.locator(".statement", has_text="Maria Gomez").first.is_visible()
    assert ana.get_by_text("seen differently").is_visible()
    assert ana.get_by_text("Tom wrote the hard half.").is_visible()
    ana.locator(".chip").first.click()
    ana.locator("#drawer-title").wait_for()
    ana.get_by_role("button", name="Close").click()

    maria.goto(address)
    maria.get_by_role("button", name="Take back: Tom wrote the hard half.").click()
    maria.locator("h1", has_text="Search").wait_for()
    assert maria.get_by_text("Tom wrote the hard half.").count() == 0
    assert problems == hers == his == []


def test_words_are_given_and_taken_back_for_quoting(own_served: Any, signed_in: SignedIn) -> None:
    helped(own_served)
    wei, problems = signed_in(own_served, "wei", java_script_enabled=False)
    wei.goto(f"{own_served.url}/contributions")
    quotes = wei.locator("section", has_text="Your words about others")
    assert quotes.get_by_text("not quoted").is_visible()
    wei.get_by_role("button", name="Let it be quoted: Your note on paging saved us a week.").click()
    assert quotes.get_by_text("may be quoted").is_visible()
    wei.get_by_role("button", name="Do not quote any more: Your note on paging saved us a week.").click()
    assert quotes.get_by_text("not quoted").is_visible()
    assert problems == []


def test_in_chinese_and_on_paper(own_served: Any, signed_in: SignedIn) -> None:
    helped(own_served)
    own_served.office.app.settings = own_served.office.app.settings.model_copy(update={"contribution_days": 0.0})
    page, problems = signed_in(own_served, "ana", language="zh", width=320)
    page.goto(f"{own_served.url}/contributions")
    page.locator("#about").fill("团队没有这个名字")
    page.get_by_role("button", name="生成", exact=True).click()
    assert page.get_by_role("alert").is_visible()
    page.locator("#about").fill("team:search")
    page.get_by_role("button", name="生成", exact=True).click()
    page.locator("h1", has_text="Search").wait_for()
    assert page.get_by_role("heading", name="看不到的").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.emulate_media(media="print")
    assert not page.get_by_text("在旁边批注").first.is_visible()
    assert [one for one in problems if "404" not in one and "409" not in one] == []
