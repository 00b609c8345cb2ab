"""Every sentence and every figure on every page of insight opens what shows it, for manager, employee and HR.

Over the sample organisation, behind a server, in a real browser.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from sample_office import SampleOffice, opened_sample

from coachkit.access import PersonEntry
from coachkit.api.insight_pilot import start_pilot
from coachkit.bootstrap import App
from coachkit.web.app import create_app

if TYPE_CHECKING:
    from playwright.sync_api import Page

SignedIn = Callable[..., tuple["Page", list[str]]]
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("insight_evidence")]

SAYS = (
    ".statement",
    ".key-people p",
    ".goal",
    ".goal-finding",
    ".goal-results > li",
    ".result-list > li",
    ".record-list > li",
    ".plain > li",
    ".lengths tbody tr",
    ".states td:has(svg)",
    "td.heat:not(:has(> span))",
    ".flows tbody tr",
    ".towards tbody tr",
    ".candidates > li",
    ".as-table tbody tr",
)
"""What says something: sentences, rows and figures. Cells without a record, and withheld ones, say so."""

FRAME = (
    "header, nav, form, footer, a, h2, h3, summary, svg, .small, .why-rule, .legend, .choose, .goal-counts, .ask",
    "td.heat",
)
"""Headings, forms, how to read it, what is a link itself; and of cards the question that somebody may ask."""

PATHS = (
    "/insight",
    "/insight/network",
    "/insight/network?months=12&team=SRCH",
    "/insight/teams",
    "/insight/flow",
    "/insight/flow?team=SRCH",
    "/insight/goals",
    "/insight/goals/SRCH-O1",
    "/insight/links",
    "/insight/map",
    "/insight/contribution",
    "/insight/contribution/me",
    "/insight/contribution/teams",
    "/insight/contribution?about=project:PAY&months=3",
    "/insight/contribution?about=goal:SRCH-O1",
    "/insight/contribution?about=team:PAY&other=SRCH",
    "/insight/pilot",
    "/conversations",
)


@dataclass
class Place:
    """As :class:`door_office.Office` is asked by those who sign in."""

    app: App

    def person(self, who: str) -> PersonEntry:
        return next(one for one in self.app.directory.people() if one.name == who)


@dataclass
class Served:
    office: Place
    url: str


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleOffice]:
    with opened_sample(tmp_path_factory.mktemp("sample"), 7, date(2026, 11, 24)) as office:
        yield office


@pytest.fixture(scope="module")
def served(sample: SampleOffice) -> Iterator[Served]:
    """With a pilot of the manager's team that began two months ago."""
    place = Place(sample.app)
    manager = place.person(MANAGER)
    start_pilot(sample.app, sample.app.directory.viewer(manager.id, sample.app.now() - timedelta(days=60)), ["SRCH"])
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(sample.app), log_level="critical", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield Served(place, f"http://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


MANAGER, EMPLOYEE, HR = "沈佳宁", "Tomasz Wierzba", "Annika Sollberg"

WALK = """says => [...document.querySelectorAll("main " + says.join(", main "))].map(one => ({
    text: one.textContent.replace(/\\s+/g, " ").trim(),
    opens: [...one.querySelectorAll("a[href^='/evidence/'], a[href^='/insight/'], a[href^='/conversations/rules#']")]
        .map(link => [link.getAttribute("href"), (link.querySelector(".chip-key") ?? link).textContent.trim()])
}))"""
REST = """without => {
    const rest = document.querySelector("main").cloneNode(true)
    for (const one of rest.querySelectorAll(without)) one.remove()
    return rest.textContent.replace(/\\s+/g, " ").trim()
}"""


@pytest.mark.parametrize(
    ("who", "language", "theme", "width"),
    [(MANAGER, "en", "light", 1280), (EMPLOYEE, "zh", "dark", 390), (HR, "zh", "light", 1280)],
)
def test_every_sentence_opens_its_evidence(
    served: Served, signed_in: SignedIn, who: str, language: str, theme: str, width: int
) -> None:
    page, problems = signed_in(served, who, language=language, theme=theme, width=width)
    opened: dict[str, str] = {}
    said = 0
    for path in PATHS:
        answer = page.goto(served.url + path)
        assert answer is not None
        assert answer.status == 200, path
        found: list[dict[str, Any]] = page.evaluate(WALK, list(SAYS))
        said += len(found)
        assert [one["text"] for one in found if one["text"] and not one["opens"]] == [], path
        left = page.evaluate(REST, ", ".join((*SAYS, *FRAME)))
        assert re.findall(r".{0,40}\d.{0,40}", left) == [], f"{path}: a figure that opens nothing"
        for one in found:
            for href, label in one["opens"][: None if who == MANAGER else 1]:
                opened.setdefault(href, label)
        _first_opens_by_hand(page)
    assert said > 200
    _all_open(page, served, opened)
    assert problems == []


def _first_opens_by_hand(page: Page) -> None:
    """With the mouse into the drawer, which shows what was cited; and back."""
    chips = page.locator("main .chip:visible, main td.heat a[data-drawer]:visible")
    if not chips.count():
        return
    label = chips.first.locator(".chip-key")
    shown = label.inner_text() if label.count() else ""
    chips.first.click()
    page.locator("#drawer-title").wait_for()
    assert _cited(shown, page.locator("#drawer").inner_text())
    page.keyboard.press("Escape")
    page.locator("#drawer-title").wait_for(state="detached")


def _all_open(page: Page, served: Served, opened: dict[str, str]) -> None:
    for href, label in opened.items():
        answer = page.context.request.get(served.url + href.partition("#")[0], headers={"X-Fragment": "1"})
        assert answer.status == 200, href
        if href.startswith("/evidence/"):
            assert _cited(label, re.sub(r"<[^>]+>", " ", answer.text())), (href, label)


def _cited(label: str, text: str) -> bool:
    """The drawer shows the record by the key that its chip has, of a change request by its number."""
    key = re.fullmatch(r"[A-Z]+-[\w-]+|[0-9a-f]{12}|.+#(\d+)", label)
    return key is None or label in text or bool(key[1] and key[1] in text)


def test_an_employee_sees_adds_and_contests_and_the_manager_does_not_write(served: Served, signed_in: SignedIn) -> None:
    page, problems = signed_in(served, EMPLOYEE, width=390)
    page.goto(f"{served.url}/insight/contribution/me")
    page.get_by_text("I see it differently").first.click()
    page.get_by_label("How do you see it?").first.fill("Inês did the half of it.")
    page.get_by_role("button", name="Put it beside the sentence").first.click()
    page.get_by_text("contested").first.wait_for()
    page.get_by_label("What did you do that no system saw?").fill("Took the calls of the launch night.")
    page.get_by_role("button", name="Add").click()
    page.get_by_text("Took the calls of the launch night.").wait_for()

    other, theirs = signed_in(served, MANAGER)
    other.goto(f"{served.url}/insight/contribution")
    other.get_by_text("Choose from a list").click()
    other.get_by_role("link", name=EMPLOYEE).click()
    other.get_by_text("Took the calls of the launch night.").wait_for()
    other.get_by_text("Inês did the half of it.").first.wait_for()
    assert other.get_by_role("button", name="Add").count() == 0
    assert other.get_by_text("I see it differently").count() == 0
    assert problems == theirs == []
