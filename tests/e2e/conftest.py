"""A served office and a real browser."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from door_office import Office, opened_office
from doors import door_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Served:
    """An office behind a server on loopback."""

    office: Office
    url: str

    def path(self, who: str) -> str:
        return f"/people/{self.office.person(who).public_id}/brief"


@contextmanager
def _serving(folder: Path, **settings: object) -> Iterator[Served]:
    with opened_office(folder, **settings) as office:
        office.grant("hr", "admin")
        office.grant("ana", "admin")
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(door_of(office.app), log_level="critical", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield Served(office, f"http://127.0.0.1:{listener.getsockname()[1]}")
        finally:
            server.should_exit = True
            thread.join(10)
            listener.close()


@pytest.fixture(scope="session")
def serving() -> Callable[..., AbstractContextManager[Served]]:
    """``with serving(folder, **settings) as served``: a server with settings of its own."""
    return _serving


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """For tests that change nothing which another one reads."""
    with _serving(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def own_served(tmp_path: Path) -> Iterator[Served]:
    with _serving(tmp_path) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    if not CHROMIUM.exists():
        pytest.skip("Debian's chromium is not installed")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        yield launched
        launched.close()


class Problems(list[str]):
    """What a page complained about: console errors, exceptions, requests that left this machine."""


@pytest.fixture
def signed_in(browser: Browser) -> Iterator[Callable[..., tuple[Page, Problems]]]:
    """``signed_in(served, who, language=, theme=, width=)``: a page, and what it complains about."""
    contexts = []

    def sign_in(
        served: Served, who: str, *, language: str = "en", theme: str = "light", width: int = 1280, **options: Any
    ) -> tuple[Page, Problems]:
        context = browser.new_context(viewport={"width": width, "height": 844}, **options)
        contexts.append(context)
        session = served.office.app.sign_in.begin_session(served.office.person(who).id, served.office.app.now())
        context.add_cookies(
            [
                {"name": "coachkit_session", "value": session.token, "url": served.url, "httpOnly": True},
                {"name": "coachkit_language", "value": language, "url": served.url},
                {"name": "coachkit_theme", "value": theme, "url": served.url},
            ]
        )
        page, problems = context.new_page(), Problems()
        page.on("console", lambda m: problems.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda r: problems.append(r.url) if not r.url.startswith(served.url) else None)
        page.set_default_timeout(60_000)
        return page, problems

    yield sign_in
    for context in contexts:
        context.close()
