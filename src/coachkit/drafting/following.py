"""Following a document while it is worded: it stands in composed words from the first moment, and each sentence that
was verified takes its line. It is kept so in the store, where a page follows it, whichever process does the wording."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from coachkit.domain.drafts import Draft, Section, Statement

__all__ = ["Following", "is_under_way"]

WORDING = "wording"


def is_under_way(draft: Draft) -> bool:
    """Whether its sentences are still being worded, or that was broken off: no document to be opened yet."""
    return bool(draft.settings.get(WORDING))


class Following:
    """One document on its way.

    :param draft: laid out in composed words, under the id it will have in the end.
    :param keep: keeps it as it is now.
    :param tell: hears of each sentence too.
    """

    def __init__(self, draft: Draft, keep: Callable[[Draft], None], tell: Callable[[str, Statement], None]) -> None:
        self._draft = replace(draft, settings={**draft.settings, WORDING: True})
        self._keep, self._tell = keep, tell
        keep(self._draft)

    def told(self, fact: str, statement: Statement) -> None:
        """A sentence was verified. It takes its line with the citations that stand there: their numbers stay until all
        is done."""
        sections = tuple(_with(section, fact, statement) for section in self._draft.sections)
        if sections != self._draft.sections:
            self._draft = replace(self._draft, sections=sections)
            self._keep(self._draft)
        self._tell(fact, statement)


def _with(section: Section, fact: str, statement: Statement) -> Section:
    return replace(
        section,
        statements=tuple(
            replace(statement, evidence=one.evidence) if one.id == fact else one for one in section.statements
        ),
    )
