"""The rule of one's own rhythm in the browser: off, turned on by oneself, what it says, and off again; the manager."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from rhythm_office import with_rhythms
from thinning import thinned

if TYPE_CHECKING:
    from playwright.sync_api import Page

SignedIn = Callable[..., tuple["Page", list[str]]]
pytestmark = pytest.mark.browser

WORDS = {
    "en": ("Turn it on for me", "Turn it off for me", "You turned it off for yourself.", "Nobody else is shown this."),
    "zh": ("为我开启", "为我关闭", "你已为自己关闭。", "只有你自己看得到。"),
}
LOOKS = [
    ("en", "light", 1280, True),
    ("zh", "dark", 390, True),
    ("zh", "light", 1280, False),
    ("en", "dark", 390, False),
]


@pytest.mark.parametrize(("language", "theme", "width", "script"), thinned(LOOKS, LOOKS[1]))
def test_for_oneself_alone(
    own_served: Any, signed_in: SignedIn, language: str, theme: str, width: int, script: bool
) -> None:
    with_rhythms(own_served.office)
    on, off, is_off, alone = WORDS[language]
    look = {"language": language, "theme": theme, "width": width, "java_script_enabled": script}
    page, problems = signed_in(own_served, "lea", **look)
    page.goto(f"{own_served.url}/conversations")
    own = page.locator("#own-own-rhythm")
    assert own.locator(".statement").count() == 0
    own.get_by_role("button", name=on).click()
    own.get_by_role("button", name=off).wait_for()
    said = own.locator(".statement")
    assert said.count() == 2
    assert all(said.nth(n).locator(".chip").count() for n in range(2))
    assert own.get_by_text(alone).is_visible()
    assert own.locator(".ask").inner_text().rstrip('”’"').endswith(("?", "？"))
    assert "%" not in own.locator(".about-card").inner_text()
    assert page.locator("#about ~ .about-card").count() == 0, "it does not stand among what the manager is shown"
    assert page.evaluate("document.documentElement.scrollWidth") <= width if script else True
    if script:
        from axe_playwright_python.sync_playwright import Axe

        assert Axe().run(page).response["violations"] == []
        said.first.locator(".chip").first.click()
        page.locator("#drawer-title").wait_for()
        page.keyboard.press("Escape")

    manager, hers = signed_in(own_served, "ana", **look)
    for path in ("/conversations", "/", f"/people/{own_served.office.person('lea').public_id}/agenda"):
        manager.goto(own_served.url + path)
        assert manager.get_by_text("Lea Novak").count() or path != "/"
        assert manager.locator("main .about-card").count() == 0
        assert manager.get_by_text(alone).count() == 0

    own.get_by_role("button", name=off).click()
    own.get_by_text(is_off).wait_for()
    assert own.locator(".statement").count() == 0
    assert problems == hers == []
