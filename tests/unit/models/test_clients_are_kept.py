"""LiteLLM keeps a client for each timeout: documents with a little more or less time left must share one."""

from __future__ import annotations

import pytest

from coachkit.models.bridge import coarse


@pytest.mark.parametrize(("left", "whole"), [(59.98, 60.0), (59.2, 60.0), (60.0, 60.0), (2.0, 2.0), (0.02, 0.1)])
def test_a_little_more_or_less_is_the_same(left: float, whole: float) -> None:
    assert coarse(left) == whole


def test_never_less_than_was_left_but_by_a_tenth() -> None:
    assert all(coarse(tenths / 97) >= tenths / 97 - 0.1 for tenths in range(1, 6_000))
    assert len({coarse(tenths / 100) for tenths in range(1, 6_001)}) < 90
