"""The pages in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from thinning import thinned

from coachkit.bootstrap import DRAFT_JOB
from coachkit.domain.drafts import DraftKind
from coachkit.store.relational import schema as t
from coachkit.web.rendering import initials

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SignedIn = Callable[..., tuple["Page", list[str]]]

pytestmark = pytest.mark.browser

PAGES = {
    "home": lambda served: "/",
    "brief": lambda served: served.path("maria"),
    "thin brief": lambda served: served.path("tom"),
    "search": lambda served: "/search",
    "results": lambda served: "/search?q=ledger+export",
    "me": lambda served: "/me",
    "sources": lambda served: "/sources",
    "identities": lambda served: "/identities",
}


def evidence_path(page: Page) -> str:
    href = page.locator("a.chip").first.get_attribute("href")
    assert href
    return href


SMALL = """() => [...document.querySelectorAll("main *, header *, nav *")]
    .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .filter((e) => parseFloat(getComputedStyle(e).fontSize) < 14).map((e) => e.outerHTML.slice(0, 90))"""
"""Elements with text of less than 14 pixels."""
EVERYWHERE = [(theme, width, tuple(PAGES)) for theme in ("light", "dark") for width in (1280, 390)]
ONCE = [("light", 1280, tuple(PAGES)[::2]), ("dark", 390, tuple(PAGES)[1::2])]


@pytest.mark.parametrize(("theme", "width", "pages"), thinned([*ONCE, *EVERYWHERE], *ONCE))
def test_nothing_stands_in_anyone_s_way(
    served: Any, signed_in: SignedIn, theme: str, width: int, pages: tuple[str, ...]
) -> None:
    """On no page: what axe finds, small text, more width than a small phone has, words on the console, or anything
    from elsewhere. The default run looks at each page once, half of them in the dark, small and in Chinese."""
    from axe_playwright_python.sync_playwright import Axe

    language = "zh" if theme == "dark" else "en"
    page, problems = signed_in(served, "ana", language=language, theme=theme, width=width)
    axe = Axe()
    found: list[str] = []

    def check(name: str) -> None:
        for violation in axe.run(page).response["violations"]:
            nodes = [node["html"][:120] for node in violation["nodes"][:3]]
            found.append(f"{name}: {violation['id']} {nodes}")
        found.extend(f"{name}: small text in {element}" for element in page.evaluate(SMALL))

    for name in pages:
        page.goto(served.url + PAGES[name](served))
        check(name)
        page.set_viewport_size({"width": 320, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
        page.set_viewport_size({"width": width, "height": 844})
    page.goto(served.url + served.path("maria"))
    page.locator("a.chip").first.click()
    page.locator("dialog[open] #drawer-title").wait_for()
    check("drawer")
    page.goto(served.url + evidence_path(page))
    check("evidence")
    page.locator(".menu summary").first.click()
    check("menu")
    page.context.clear_cookies(name="coachkit_session")
    page.goto(f"{served.url}/sign-in")
    check("sign-in")
    assert found == []
    assert problems == []


def test_errors_are_pages_that_say_what_to_do(served: Any, signed_in: SignedIn) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for language, said in (("en", "This brief is not open to you."), ("zh", "这份简报不对你开放。")):
        page, _ = signed_in(served, "tom", language=language)
        answer = page.goto(served.url + served.path("maria"))
        assert answer is not None
        assert answer.status == 403
        assert page.locator("h1").inner_text() == said
        assert Axe().run(page).response["violations"] == []
        unknown = page.goto(f"{served.url}/people/aaaaaaaaaaaaa/brief")
        assert unknown is not None
        assert unknown.status == 404
        page.get_by_role("link", name={"en": "To today’s page", "zh": "回到今日"}[language]).click()
        assert page.url == f"{served.url}/"


def test_the_drawer_fits_a_small_phone(served: Any, signed_in: SignedIn) -> None:
    page, _ = signed_in(served, "ana", width=320)
    page.goto(served.url + served.path("maria"))
    page.locator("a.chip").first.click()
    page.locator("dialog[open] #drawer-title").wait_for()
    box = page.locator("dialog").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["width"] <= 320


def test_the_drawer_with_the_keyboard(served: Any, signed_in: SignedIn) -> None:
    page, problems = signed_in(served, "ana")
    page.goto(served.url + served.path("maria"))
    chip = page.locator("a.chip").nth(3)
    chip.focus()
    page.keyboard.press("Enter")
    page.locator("dialog[open] #drawer-title").wait_for()
    assert page.evaluate("document.activeElement.id") == "drawer-title"
    for _ in range(6):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || drawer.contains(document.activeElement)")
    page.keyboard.press("Escape")
    page.wait_for_function("!document.querySelector('dialog').open")
    assert chip.evaluate("e => e === document.activeElement")
    assert page.locator("#drawer-body").inner_html() == ""
    assert problems == []


def test_the_drawer_asks_for_permission_when_it_opens(own_served: Any, signed_in: SignedIn) -> None:
    page, _ = signed_in(own_served, "ana")
    page.goto(own_served.url + own_served.path("maria"))
    database = own_served.office.app.database
    with database.write() as connection:
        nobody = connection.scalar(sa.select(t.scopes.c.id).where(t.scopes.c.kind == "people"))
        connection.execute(sa.delete(t.scope_members).where(t.scope_members.c.scope_id == nobody))
        connection.execute(sa.update(t.records).values(scope_id=nobody))
    page.locator("a.chip").first.click()
    page.locator("dialog[open] h1").wait_for()
    assert page.locator("dialog h1").inner_text() == "There is nothing here."


def test_ticking_and_undoing(own_served: Any, signed_in: SignedIn) -> None:
    page, problems = signed_in(own_served, "ana")
    page.goto(own_served.url + own_served.path("maria"))
    box = page.get_by_role("checkbox", name="Split SRCH-91 into two releases")
    assert box.get_attribute("aria-checked") == "false"
    box.focus()
    page.keyboard.press("Space")
    page.locator(".action-title.done").wait_for()
    assert page.locator("#toast").inner_text() == "Marked as done: Split SRCH-91 into two releases"
    assert page.evaluate("document.activeElement.getAttribute('aria-checked')") == "true"
    assert page.get_by_text("ticked here by Ana Costa").is_visible()
    page.get_by_role("button", name="Undo: Split SRCH-91 into two releases").click()
    page.locator(".action-title.done").wait_for(state="detached")
    assert page.locator("#toast").inner_text() == "Open again: Split SRCH-91 into two releases"
    assert box.evaluate("e => e === document.activeElement")
    assert problems == []


def test_everything_works_without_a_script(own_served: Any, browser: Browser) -> None:
    """Signing in, opening evidence, ticking, undoing, choosing language and theme, preparing anew, signing out."""
    office = own_served.office
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{own_served.url}{own_served.path('maria')}")
    assert page.url.startswith(f"{own_served.url}/sign-in?next=")
    page.get_by_label("Your sign-in link").fill(f"{own_served.url}/sign-in/{office.link('ana')}")
    page.get_by_role("button", name="Continue").click()
    assert page.url == own_served.url + own_served.path("maria")
    page.get_by_role("checkbox", name="Split SRCH-91 into two releases").click()
    assert page.locator(".action-title.done").inner_text() == "Split SRCH-91 into two releases"
    page.get_by_role("button", name="Undo: Split SRCH-91 into two releases").click()
    assert page.locator(".action-title.done").count() == 0
    page.locator("a.chip").nth(5).click()
    assert "/evidence/" in page.url
    assert page.get_by_text("Cited for").is_visible()
    page.get_by_role("link", name="Back to the document").click()
    page.get_by_label("Language").select_option("zh")
    page.get_by_role("button", name="Prepare anew").click()
    assert "language=zh" in page.url
    assert page.locator(".columns").get_attribute("lang") == "zh-CN"
    page.get_by_role("button", name="中文").click()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.locator("details.menu summary").first.click()
    page.get_by_role("button", name="深色").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.locator("details.menu summary").last.click()
    page.get_by_role("button", name="退出登录").click()
    page.goto(own_served.url)
    assert page.url == f"{own_served.url}/sign-in"
    context.close()


def test_a_link_is_asked_before_it_is_used_up(own_served: Any, browser: Browser) -> None:
    link = own_served.office.link("ana")
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    for _ in range(2):
        page.goto(f"{own_served.url}/sign-in/{link}")
    page.get_by_role("button", name="继续").click()
    assert page.url == f"{own_served.url}/"
    context.close()
    other = browser.new_context(locale="en-GB")
    page = other.new_page()
    page.goto(f"{own_served.url}/sign-in/{link}")
    page.get_by_role("button", name="Continue").click()
    assert page.get_by_text("This link does not open anything any more.").is_visible()
    other.close()


def words_of_data(served: Any) -> set[str]:
    """Every word that came from a record, a person or a setting."""
    found: set[str] = set()
    with served.office.app.database.read() as connection:
        for table in (
            t.records,
            t.people,
            t.teams,
            t.work_items,
            t.identities,
            t.connections,
            t.quarantine,
            t.feedback,
            t.key_results,
        ):
            for row in connection.execute(sa.select(table)):
                found |= set(re.findall(r"[A-Za-z]{2,}", " ".join(map(str, row))))
    return found


def test_no_english_is_left_on_a_chinese_page(served: Any, signed_in: SignedIn) -> None:
    """Apart from data, and from what is marked as English because a source said it so."""
    page, _ = signed_in(served, "ana", language="zh")
    own = {"coachkit", "English", "Markdown", "PAY", "UTC", "JSON", "Lines", "KR"} | words_of_data(served)
    own |= {initials(person.name) for person in served.office.app.directory.people()}
    own |= {plugin.name for plugin in served.office.app.plugins.statuses()}
    own |= {word for name in served.office.app.plugins.connectors for word in name.split("-")}
    own = {word.lower() for word in own}
    script = """() => { document.querySelectorAll("main [lang=en]").forEach((e) => e.remove());
        return [document.body.innerText, ...[...document.querySelectorAll("*")].flatMap((e) =>
        ["aria-label", "placeholder", "title", "alt", "data-announce"].map((n) => e.getAttribute(n) ?? "")),
        ...Object.values(document.getElementById("words").dataset)].join(" "); }"""
    for name, path in PAGES.items():
        page.goto(served.url + path(served))
        left = {word for word in re.findall(r"[A-Za-z]{2,}", page.evaluate(script)) if word.lower() not in own}
        assert left == set(), name
    page.goto(served.url + served.path("maria"))
    page.goto(served.url + evidence_path(page))
    left = {word for word in re.findall(r"[A-Za-z]{2,}", page.evaluate(script)) if word.lower() not in own}
    assert left == set(), "evidence"


def test_paper_takes_two_pages_with_the_sources_as_footnotes(served: Any, signed_in: SignedIn) -> None:
    page, _ = signed_in(served, "ana", theme="dark")
    page.goto(served.url + served.path("maria"))
    pdf = page.pdf(prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page[^s]", pdf)) <= 2
    page.emulate_media(media="print")
    assert page.locator(".source-list").is_visible()
    assert page.locator(".top").is_hidden()
    assert page.locator(".regenerate").is_hidden()
    assert page.locator(".lasting").is_hidden()
    assert page.get_by_text("Prepared ").is_visible()
    assert page.locator(".chip-key").first.is_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(24, 33, 44)"


def test_answering_with_one_key_and_taking_it_back(own_served: Any, signed_in: SignedIn) -> None:
    page, problems = signed_in(own_served, "hr")
    page.goto(f"{own_served.url}/identities")
    assert page.get_by_text("same name: Maria Gomez").is_visible()
    page.keyboard.press("1")
    page.get_by_text("No open questions.").wait_for()
    mgomez = own_served.office.app.identities.decisions()[0]
    assert (mgomez.key, mgomez.verdict, mgomez.decided_by) == ("github:mgomez", "is", "Ines Duarte")
    page.keyboard.press("u")
    page.get_by_text("undone by Ines Duarte").wait_for()
    page.get_by_role("button", name=re.compile("It is Maria Gomez")).wait_for()
    page.keyboard.press("0")
    page.get_by_text("is nobody here").wait_for()
    assert problems == []


def test_a_sync_is_watched_while_it_runs(own_served: Any, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its numbers come over one stream, from the jobs' own table; without a worker here, the test reports them."""
    from datetime import timedelta

    monkeypatch.setattr("coachkit.web.progress._LEAST_SECONDS", 0.0)
    app = own_served.office.app
    page, problems = signed_in(own_served, "ana")
    page.goto(f"{own_served.url}/sources")
    page.get_by_role("button", name="Sync tracker").click()
    page.locator("#progress-tracker").get_by_text("waiting to begin").wait_for()
    job = app.jobs.claim("test", ["sync"], app.now(), timedelta(minutes=5))
    assert job is not None
    app.jobs.report(job, {"done": 1200, "total": 4800, "note": "work_items"})
    page.locator("#progress-tracker").get_by_text("1,200 of 4,800").wait_for()
    app.jobs.report(job, {"done": 2400, "total": 4800, "note": "work_items"})
    page.locator("#progress-tracker").get_by_text(re.compile(r"2,400 of 4,800 · \d+ seconds? left")).wait_for()
    app.jobs.finish(job, app.now())
    page.locator("#progress-tracker progress").wait_for(state="detached")
    assert page.get_by_role("button", name="Sync tracker").is_enabled()
    assert page.locator("#toast").inner_text() == "tracker: in order"
    assert problems == []


def test_a_brief_changes_by_itself_when_its_wording_is_ready(own_served: Any, signed_in: SignedIn) -> None:
    from datetime import timedelta

    app = own_served.office.app
    page, problems = signed_in(own_served, "ana")
    page.goto(own_served.url + own_served.path("maria") + "?model=local")
    assert page.locator("#working").is_visible()
    assert page.locator(".statement").count() > 3, "computed sentences are there at once"
    job = app.jobs.claim("test", [DRAFT_JOB], app.now(), timedelta(minutes=5))
    assert job is not None
    viewer = app.directory.viewer(job.arguments["viewer"], app.now())
    made = app.documents.prepare(
        DraftKind.BRIEF,
        viewer,
        job.arguments["subject"],
        language="en",
        model="none",
        now=app.now() + timedelta(seconds=9),
    )
    with app.database.write() as connection:
        connection.execute(sa.update(t.drafts).where(t.drafts.c.id == made.id).values(model="local"))
    app.jobs.finish(job, app.now())
    page.locator("#working").wait_for(state="detached")
    assert page.locator("#toast").inner_text() == "The wording is ready."
    assert page.get_by_role("link", name="Lasting address").get_attribute("href") == f"/drafts/{made.id}"
    assert problems == []


def test_what_is_known_about_me_and_who_read_it(own_served: Any, signed_in: SignedIn) -> None:
    manager, _ = signed_in(own_served, "ana")
    manager.goto(own_served.url + own_served.path("maria"))
    page, _ = signed_in(own_served, "maria")
    page.goto(f"{own_served.url}/me")
    assert page.get_by_role("link", name="Reindex with paging").is_visible()
    assert page.locator("section", has_text="Who read my records").get_by_text("Ana Costa").is_visible()
    assert page.get_by_text("Not for everyone").count() == 0
    page.goto(own_served.url + own_served.path("maria"))
    assert page.get_by_text("This is what Ana Costa sees about you").is_visible()


def test_saving_as_markdown(served: Any, signed_in: SignedIn) -> None:
    page, _ = signed_in(served, "ana")
    page.goto(served.url + served.path("maria"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Markdown").click()
    text = download.value.path().read_text("utf-8")
    assert download.value.suggested_filename.startswith("Maria Gomez")
    assert text.startswith("# Maria Gomez")
    assert "PAY-17" in text


def test_the_policy_holds(served: Any, signed_in: SignedIn) -> None:
    page, problems = signed_in(served, "ana")
    answer = page.goto(served.url + served.path("maria"))
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    for part in ("default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'", "base-uri 'none'"):
        assert part in policy
    assert answer.headers["cache-control"] == "no-store"
    assert page.locator("[style]").count() == 0
    assert page.locator("script:not([src])").count() == 0
    with pytest.raises(Exception, match="TrustedHTML"):
        page.evaluate("() => { document.body.innerHTML = '<p>x</p>'; }")
    problems.clear()
    asset = page.request.get(served.url + page.locator("link[rel=stylesheet]").get_attribute("href"))
    assert "immutable" in asset.headers["cache-control"]
