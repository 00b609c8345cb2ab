"""Every reason that a planner gives can be read in Chinese too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import coachkit.drafting.plan as plan
from coachkit.drafting.plan.question import _THEMES
from coachkit.drafting.wording.reasons import part_name, reason_in

FOLDER = Path(plan.__file__).parent


def given() -> Iterator[str]:
    """What stands after ``reason=`` in the planners; a value inside it as a number."""
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for found in (word.value for word in getattr(node, "keywords", ()) if word.arg == "reason"):
                yield from _texts(found)
    yield from (reason for _, _, reason in _THEMES)


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Dict):
        for value in node.value.values:
            yield from _texts(value)


@pytest.mark.parametrize("reason", sorted(set(given())))
def test_a_reason_is_said_in_both_languages(reason: str) -> None:
    assert reason_in(reason, "en") == reason
    assert re.search(r"[\u3400-\u9fff]", reason_in(reason, "zh")), reason


def test_values_in_a_reason_stay() -> None:
    assert reason_in("waiting for 12 days", "zh") == "已等 12 天"
    assert reason_in("praise by a customer", "zh") == "来自客户的肯定"


def test_parts_of_a_fact_have_names() -> None:
    assert part_name("author_name", "en") == "author name"
    assert part_name("author_name", "zh") == "作者"
