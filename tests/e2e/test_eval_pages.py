"""Evaluation reports in a real browser: the static file and the pages, in both languages, themes and widths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from reported_runs import WORST, made_record

from coachkit.evaluation.reporting.held import held_against, verdict_of
from coachkit.evaluation.reporting.html import html_report
from coachkit.evaluation.reporting.viewing import report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SignedIn = Callable[..., tuple["Page", list[str]]]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RUN = "20260508-090000-worse"
SMALL = """() => [...document.querySelectorAll("main *")]
    .filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .filter((e) => parseFloat(getComputedStyle(e).fontSize) < 14).map((e) => e.outerHTML.slice(0, 90))"""
VIEWS = [("en", "light", 1280), ("zh", "dark", 390), ("en", "dark", 1280), ("zh", "light", 390)]


def faults(page: Page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = [
        f"{one['id']} {[node['html'][:120] for node in one['nodes'][:3]]}"
        for one in Axe().run(page).response["violations"]
    ]
    found += [f"small: {one}" for one in page.evaluate(SMALL)]
    width = page.viewport_size["width"] if page.viewport_size else 0
    page.set_viewport_size({"width": 320, "height": 844})
    found += ["wider than a phone"] if page.evaluate("document.documentElement.scrollWidth") > 320 else []
    page.set_viewport_size({"width": width, "height": 844})
    return found


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The static report as a file, by language."""
    folder, run = tmp_path_factory.mktemp("reports"), made_record(worse=True)
    held = held_against(run, [made_record()])
    found = {}
    for language in ("en", "zh"):
        path = folder / f"{language}.html"
        view = report(run, held.comparisons, verdict_of(held.gate, language))  # type: ignore[arg-type]  # one of two
        path.write_text(html_report(view, language), "utf-8")  # type: ignore[arg-type]
        found[language] = path.as_uri()
    return found


@pytest.mark.parametrize(("language", "theme", "width"), VIEWS)
def test_the_file_opens_without_a_server(
    browser: Browser, files: dict[str, str], language: str, theme: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(90_000)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
    page.on("request", lambda one: said.append(one.url) if not one.url.startswith("file:") else None)
    page.goto(files[language])
    assert faults(page) == []
    first = page.locator("ol.worst a", has_text=WORST).first
    first.click()
    opened = page.locator(f".case-body:target:has(h3:text('{WORST}'))")
    opened.wait_for()
    assert opened.locator(".sentence").first.is_visible(), "the worst case is one click from the top"
    assert opened.locator(".sentence .record").first.is_visible()
    assert opened.locator("ins, del").count() > 0
    assert faults(page) == []
    assert said == []
    context.close()


@pytest.fixture(scope="module")
def run_served(tmp_path_factory: pytest.TempPathFactory, serving: Any) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("evals")
    made_record().save(folder / "brief" / "baseline.jsonl")
    made_record(worse=True).save(folder / "runs" / "worse.jsonl")
    with serving(tmp_path_factory.mktemp("served"), evals=folder) as found:
        yield found


@pytest.mark.parametrize(("language", "theme", "width"), VIEWS)
def test_the_pages(run_served: Any, signed_in: SignedIn, language: str, theme: str, width: int) -> None:
    page, problems = signed_in(run_served, "ana", language=language, theme=theme, width=width)
    page.goto(f"{run_served.url}/sources")
    page.locator('a[href="/evals"]').click()
    assert faults(page) == []
    page.locator("a.row-link", has_text=RUN).click()
    page.locator("ol.worst").wait_for()
    assert faults(page) == []
    page.locator("ol.worst a", has_text=WORST).first.click()
    page.locator(".sentence .record").first.wait_for()
    assert page.locator("h1").inner_text() == WORST
    assert faults(page) == []
    assert problems == []


def test_somebody_else_is_told_that_it_is_not_for_them(run_served: Any, signed_in: SignedIn) -> None:
    page, _ = signed_in(run_served, "tom")
    answer = page.goto(f"{run_served.url}/evals/{RUN}")
    assert answer is not None
    assert answer.status == 403
    page.goto(f"{run_served.url}/sources")
    assert page.locator('a[href="/evals"]').count() == 0
