"""What people wrote in Jira as plain text: Atlassian Document Format (Cloud v3) and wiki markup (everything else)."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Written", "tidy"]

_SPACES = re.compile(r"[ \t]+\n")
_BLANKS = re.compile(r"\n{3,}")
_ADDRESS = re.compile(r"\w+://\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A text without its markup.

    :ivar mentions: accounts it names (Cloud account ids, Data Center user names), each once, in order.
    :ivar prose: the text without code and quotations: what the author says in their own words.
    """

    text: str = ""
    mentions: tuple[str, ...] = ()
    prose: str = ""

    @property
    def asks(self) -> bool:
        """The author asks something."""
        return any(mark in _ADDRESS.sub(" ", self.prose) for mark in ("?", "？"))


def tidy(text: str) -> str:
    """At most one blank line between paragraphs, and no spaces at ends of lines."""
    return _BLANKS.sub("\n\n", _SPACES.sub("\n", text)).strip()
