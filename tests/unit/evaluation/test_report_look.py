"""A report is a file of its own, and looks like the pages: the tokens are written twice and may not part."""

from __future__ import annotations

import re
from importlib.resources import files


def _tokens(css: str) -> dict[str, str]:
    return dict(re.findall(r"(--[\w-]+):\s*([^;]+);", css.split("}", 1)[0]))


def test_its_tokens_are_those_of_the_pages() -> None:
    pages = _tokens((files("coachkit.web") / "static" / "app.css").read_text("utf-8"))
    report = _tokens((files("coachkit.evaluation.reporting") / "templates" / "page.css").read_text("utf-8"))
    assert len(report) > 10
    assert report == {name: pages.get(name) for name in report}
