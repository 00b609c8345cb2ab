"""How many examples a property is tried with."""

from __future__ import annotations

import hypothesis

__all__ = ["examples"]


def examples(thorough: int) -> int:
    """``thorough`` in CI and wherever a profile was asked for; a quarter of it, at least two, in the default run."""
    named = hypothesis.settings.get_current_profile_name()
    return max(2, thorough // 4) if named == "same" else thorough
