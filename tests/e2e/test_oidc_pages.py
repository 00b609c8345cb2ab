"""Signing in through a real identity provider process, by the pages: button, redirects, policy and cookies."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from pydantic import SecretStr

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

CHILD = Path(__file__).parents[1] / "contract" / "oidc_child.py"


@pytest.fixture
def issuer() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, str(CHILD)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.kill()
    process.wait()
    process.stdout.close()


def test_by_the_button(issuer: str, tmp_path: Path, serving: Any, browser: Browser) -> None:
    secret = SecretStr("s3cret/+ with signs")
    with serving(tmp_path, oidc_issuer=issuer, oidc_client_id="coachkit", oidc_client_secret=secret) as served:
        served.office.app.now = lambda: datetime.now(UTC)
        claims = {"sub": "u1", "email": "maria@example.org", "email_verified": True}
        httpx2.post(
            f"{issuer}/control", json={"mischief": "", "claims": claims, "userinfo": {}}, timeout=60
        ).raise_for_status()
        context = browser.new_context(locale="en-GB")
        page = context.new_page()
        page.goto(f"{served.url}/me")
        page.get_by_role("button", name="Sign in with 127.0.0.1").click()
        page.wait_for_url(f"{served.url}/me")
        assert page.locator("[aria-label='Signed in as Maria Gomez']").is_visible()
        assert "coachkit_oidc" not in {cookie["name"] for cookie in context.cookies()}

        claims["email"] = "stranger@example.org"
        httpx2.post(
            f"{issuer}/control", json={"mischief": "", "claims": claims, "userinfo": {}}, timeout=60
        ).raise_for_status()
        other = browser.new_context(locale="zh-CN")
        page = other.new_page()
        page.goto(f"{served.url}/sign-in")
        page.get_by_role("button", name="通过 127.0.0.1 登录").click()
        page.get_by_text("你没有查看或操作的权限。").wait_for()
        page.goto(served.url)
        assert page.url == f"{served.url}/sign-in"
        context.close()
        other.close()
