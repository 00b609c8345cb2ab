"""Kept answers: the very same question to the very same model is not asked, and not paid for, twice.

An answer is kept with the draft it was given for and goes with it. It is found again only by the same reader about the
same subject, and by all that was sent: prompt, settings, facts and quoted records. It is verified anew each time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from coachkit.domain.identity import content_hash
from coachkit.drafting.ports import Heard, Proposal, Task, Usage, Writer, Written, unheard

__all__ = ["Remembering", "recalled"]

Recall = Callable[[str], Mapping[str, Any] | None]
"""By the hash of what is asked, what was kept of the step in which a model answered it."""


@dataclass(frozen=True, slots=True)
class Remembering:
    """A writer that looks first whether an answer is kept."""

    writer: Writer
    recall: Recall

    @property
    def model(self) -> str:
        return self.writer.model

    @property
    def prompt(self) -> str:
        return self.writer.prompt

    def count_tokens(self, text: str) -> int:
        return self.writer.count_tokens(text)

    def write(self, task: Task, heard: Heard = unheard) -> Written:
        asked = _hash(self.writer.model, task)
        kept = self.recall(asked)
        written = recalled(kept) if kept else None
        if written is None:
            written = self.writer.write(task, heard)
            return replace(written, usage=replace(written.usage, asked=asked))
        for proposal in written.proposals:
            heard(proposal)
        return written


def _hash(model: str, task: Task) -> str:
    """Of all that the answer depends on; not of the random frame around quotations, which is new for each request."""
    told = [(one.fact, one.composed, one.question, one.evidence, one.turns) for one in task.assignments]
    settings = sorted({**task.sentence_settings, **task.settings}.items())
    quoted = [asdict(one) for one in task.evidence]
    words = (model, task.document, task.language, task.key, repr(told), repr(settings), repr(quoted))
    return content_hash(*words)


def recalled(kept: Mapping[str, Any]) -> Written | None:
    """The answer as it was kept; ``None``, if it was none, or not a whole one."""
    proposals = kept.get("proposals") or ()
    usage = kept.get("usage") or {}
    if not proposals or kept.get("problems"):
        return None
    return Written(
        proposals=tuple(
            Proposal(
                fact=one["fact"], text=one["text"], question=one.get("question", ""), evidence=tuple(one["evidence"])
            )
            for one in proposals
        ),
        raw=str(kept.get("raw", "")),
        prompt=str(kept.get("worked_with", "")),
        usage=Usage(model=usage.get("model", ""), cached=True, asked=usage.get("asked", "")),
    )
