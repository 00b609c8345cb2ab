"""What stands above the parts of a key-conversation card, in both languages."""

from __future__ import annotations

from coachkit.drafting.facts import Fact
from coachkit.drafting.voice import Voice

__all__ = ["card_title"]

_TITLES = {
    "talk": ("Key conversation", "关键对话"),
    "why": ("Why now", "为什么是现在"),
    "maybe": ("What else it may be", "另一种可能"),
    "ask": ("You could open with", "可以这样开头"),
    "rule": ("Rule", "规则"),
    "looked": ("Looked at", "看过哪些"),
    "unknowns": ("Not known", "未知"),
}


def card_title(section: str, voice: Voice, _facts: tuple[Fact, ...] = ()) -> str:
    """The title of a part of the card."""
    return _TITLES[section][voice.zh]
