"""What stands above the parts of a contribution summary, in both languages."""

from __future__ import annotations

from coachkit.drafting.facts import Fact
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording import chinese_contribution, english_contribution

__all__ = ["contribution_title"]


def contribution_title(section: str, voice: Voice, _facts: tuple[Fact, ...] = ()) -> str:
    """The title of a part of the summary."""
    return (chinese_contribution.TITLES if voice.zh else english_contribution.TITLES)[section]
