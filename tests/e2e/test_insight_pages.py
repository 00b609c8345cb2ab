"""Insight in the browser: hub, network, heat map and flow; evidence in the drawer; every language, theme and size."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from door_office import Office
from network_office import opened_network_office

from coachkit.web.app import create_app

if TYPE_CHECKING:
    from playwright.sync_api import Page

SignedIn = Callable[..., tuple["Page", list[str]]]
pytestmark = pytest.mark.browser
PATHS = (
    "/insight",
    "/insight/network",
    "/insight/teams",
    "/insight/flow",
    "/insight/contribution",
    "/insight/contribution/me",
    "/insight/contribution/teams",
    "/insight/map",
    "/insight/pilot",
)


@dataclass
class Served:
    office: Office
    url: str


@pytest.fixture(scope="module")
def teams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Three teams of six behind a server on loopback."""
    with opened_network_office(tmp_path_factory.mktemp("teams")) as office:
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(create_app(office.app), log_level="critical", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield Served(office, f"http://127.0.0.1:{listener.getsockname()[1]}")
        finally:
            server.should_exit = True
            thread.join(10)
            listener.close()


def no_violations(page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    assert found == [], [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found]


def opens_in_the_drawer(page: Page, chip: Any) -> None:
    """By keyboard, and the focus comes back."""
    chip.focus()
    page.keyboard.press("Enter")
    page.locator("#drawer-title").wait_for()
    page.keyboard.press("Escape")
    page.locator("#drawer-title").wait_for(state="detached")
    assert chip.evaluate("chip => chip === document.activeElement")


def test_from_the_hub_to_the_network(teams: Served, signed_in: SignedIn) -> None:
    page, problems = signed_in(teams, "search3")
    page.goto(teams.url)
    page.get_by_role("link", name="Insight").click()
    page.get_by_role("link", name="Who works with whom").click()
    page.get_by_role("heading", name="Who works with whom").wait_for()
    numbers = page.locator(".network.wide .key-number").all_text_contents()
    listed = page.locator(".key-people > li").evaluate_all("items => items.map(item => String(item.value))")
    assert sorted(numbers) == sorted(listed)
    assert len(numbers) >= 2
    sentences = page.locator(".key-people p")
    assert all(sentences.nth(n).locator(".chip").count() for n in range(sentences.count()))
    opens_in_the_drawer(page, page.locator(".key-people .chip").first)
    no_violations(page)
    assert problems == []


def test_a_cell_of_the_heat_map_opens_what_shows_it(teams: Served, signed_in: SignedIn) -> None:
    page, problems = signed_in(teams, "search3")
    page.goto(f"{teams.url}/insight/teams")
    assert page.locator("table.heat-map td.hatched").count() == 3
    page.get_by_role("link", name="Search → 支付").first.click()
    page.locator("#drawer-title", has_text="Search → 支付").wait_for()
    page.locator("#drawer .chip").first.click()
    page.locator("#drawer .evidence .facts").first.wait_for()
    page.get_by_role("button", name="Close").click()
    page.get_by_label("Team", exact=True).select_option("risk")
    page.get_by_role("button", name="Show").click()
    page.get_by_text("is helped by").wait_for()
    no_violations(page)
    assert problems == []


def test_flow_tells_what_waits_and_where_it_is_slow(teams: Served, signed_in: SignedIn) -> None:
    page, problems = signed_in(teams, "search3", java_script_enabled=False)
    page.goto(f"{teams.url}/insight/flow")
    assert page.locator("#now ~ ul", has_text="PAY-90").is_visible()
    assert page.get_by_text("▲ slower").first.is_visible()
    assert page.locator(".states svg.bar").count() >= 9
    page.locator("#now ~ ul .chip").first.click()
    page.get_by_role("heading", name="Issue PAY-90").wait_for()
    assert problems == []


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_view_in_every_look(teams: Served, signed_in: SignedIn, language: str, width: int, theme: str) -> None:
    page, problems = signed_in(teams, "search3", language=language, theme=theme, width=width)
    for path in PATHS:
        page.goto(teams.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        no_violations(page)
        if width > 320:
            boxes = page.locator(f".network.{'wide' if width > 820 else 'narrow'} .team-name").evaluate_all(
                "names => names.map(name => name.getBoundingClientRect()).map(b => [b.left, b.top, b.right, b.bottom])"
            )
            for number, one in enumerate(boxes):
                for other in boxes[:number]:
                    assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    assert problems == []


@pytest.mark.slow
def test_the_map_prints_on_one_sheet_and_a_note_can_be_taken_back(teams: Served, signed_in: SignedIn) -> None:
    page, problems = signed_in(teams, "search3")
    page.goto(f"{teams.url}/insight/map")
    assert len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(prefer_css_page_size=True))) == 1
    page.goto(f"{teams.url}/insight/contribution/me")
    opens_in_the_drawer(page, page.locator(".statements .chip").first)
    page.get_by_label("What did you do that no system saw?").fill("Stood in for the lead.")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("button", name="Take back: Stood in for the lead.").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Take back: Stood in for the lead.").wait_for()
    page.get_by_text("I see it differently").first.click()
    page.get_by_label("How do you see it?").first.fill("It was another.")
    page.get_by_role("button", name="Put it beside the sentence").first.click()
    page.get_by_text("contested").first.wait_for()
    no_violations(page)
    assert problems == []


_OBSERVE = """
const toast = document.getElementById("toast");
new MutationObserver((_, seen) => {
  if (!toast.classList.contains("busy")) return;
  seen.disconnect();
  window.told(toast.innerText);
}).observe(toast, { attributes: true });
"""


def test_a_page_that_takes_long_says_so_until_it_is_there(teams: Served, signed_in: SignedIn) -> None:
    for language, words in (("en", "Working it out"), ("zh", "正在计算")):
        page, problems = signed_in(teams, "search3", language=language)
        page.goto(f"{teams.url}/insight")
        held, said = _held(page, "**/insight/teams")
        page.evaluate(_OBSERVE)
        page.locator("main a[href='/insight/teams']").first.click(no_wait_after=True)
        page.locator("table").first.wait_for()
        assert (len(held), len(said)) == (1, 1)
        assert words in said[0]
        assert page.locator("#toast.busy").count() == 0
        assert problems == []


def _held(page: Page, pattern: str) -> tuple[list[Any], list[str]]:
    """Requests that wait until the page has told something."""
    held: list[Any] = []
    said: list[str] = []

    def hold(route: Any) -> None:
        held.append(route)

    def told(text: str) -> None:
        said.append(text)
        held[0].continue_()

    page.route(pattern, hold)
    page.expose_function("told", told)
    return held, said
