"""What stands above the parts of a check-in agenda, in both languages: everybody by name, nobody as "you"."""

from __future__ import annotations

from coachkit.drafting.facts import Fact
from coachkit.drafting.voice import Voice

__all__ = ["agenda_title"]

_TITLES = {
    "carried": ("Carried over", "上次留下的"),
    "actions": ("Agreed with each other", "双方的待办"),
    "progress": ("Progress", "进展"),
    "plan": ("Plan", "计划"),
    "risk": ("Risks", "风险"),
    "unknowns": ("Not known", "未知"),
}


def agenda_title(section: str, voice: Voice, facts: tuple[Fact, ...] = ()) -> str:
    """The title of a part of the agenda; of the points, whose they are."""
    if section == "theirs":
        return voice.spaced(f"{voice.subject.name}的议题") if voice.zh else f"{voice.subject.short}’s points"
    if section == "others":
        party = next((fact.roles[role] for fact in facts for role in ("other", "author") if role in fact.roles), None)
        name = voice.name(party)
        return voice.spaced(f"{name}的议题") if voice.zh else f"{name}’s points"
    return _TITLES[section][voice.zh]
