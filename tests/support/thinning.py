"""Which cases of a matrix the default run keeps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

__all__ = ["slow", "thinned"]


def slow(*case: Any) -> Any:
    """A case for ``parametrize`` that the default run leaves to CI."""
    return pytest.param(*case, marks=pytest.mark.slow)


def thinned(cases: Iterable[Any], *kept: Any) -> list[Any]:
    """``cases`` for ``parametrize``, where all but those of ``kept`` are slow.

    A test that is one of a matrix finds most of what it can find in a few cases, chosen because they differ most. CI
    runs all of them.

    :raises ValueError: if a kept case is none of the cases.
    """
    given = list(cases)
    if lost := [case for case in kept if case not in given]:
        raise ValueError(f"no such cases: {lost}")
    return [case if case in kept else slow(*(case if isinstance(case, tuple) else (case,))) for case in given]
