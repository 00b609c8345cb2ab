"""A task as drafting gives it to a writer, without a store behind it."""

from __future__ import annotations

from coachkit.drafting.facts import Language
from coachkit.drafting.ports import Assignment, Task

FACTS = {
    "f1": ("SRCH-91 has waited for PAY-17 of Payments since 2 May (18 days).", "What would help it move?"),
    "f2": ("Maria unblocked Platform on 11 May: “The limit is 40 now”.", ""),
    "f3": ("Tom asked about SRCH-91 three times, 3–9 May.", ""),
}


def document_task(
    *, language: Language = "en", seconds: float = 60.0, settings: dict[str, float] | None = None
) -> Task:
    """Three facts to word; the prompt has the shape of those in ``prompts/``."""
    assignments = tuple(
        Assignment(fact=name, section="wins", composed=words, question=question, evidence=(f"E{place}",))
        for place, (name, (words, question)) in enumerate(FACTS.items(), 1)
    )
    facts = "\n".join(
        f'<fact id="{one.fact}" section="wins" evidence="{one.evidence[0]}">\n'
        f"{one.composed}{f' | {one.question}' if one.question else ''}\n\n</fact>"
        for one in assignments
    )
    return Task(
        document="brief",
        language=language,
        instructions="You word facts. Answer with JSON alone.",
        asked=f"# Facts\n{facts}",
        key="k1",
        assignments=assignments,
        evidence=(),
        seconds=seconds,
        settings=settings or {"temperature": 0.2, "max_tokens": 2400},
    )
