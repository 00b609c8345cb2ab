"""One fact of each kind that can be told, rich and bare, for tests of wording and checking."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import review_facts
import talk_facts

from coachkit.drafting.facts import Fact, Language, Measure, Party, Quote
from coachkit.drafting.voice import Voice

__all__ = ["BARE", "RICH", "TODAY", "fact", "voice"]

TODAY = date(2026, 5, 20)
MARIA = Party(1, "Maria Gomez", "Maria", "Search")
ANA = Party(2, "Ana Costa", "Ana", "Search")
WEI = Party(4, "Wei Li", "Wei", "Payments")
LIWEI = Party(6, "李薇", "李薇", "客户成功")
MAY = {day: date(2026, 5, day) for day in range(1, 32)}

_ITEM = {"key": "SRCH-91", "title": Quote("Nightly sales column")}
_GOAL = {"key": "KR-2", "title": Quote("p95 query latency"), "commitment": "committed"}
_MS = {"old": Measure(710, "ms"), "new": Measure(620, "ms"), "target": Measure(400, "ms")}
_SPAN = {"first": MAY[8], "last": MAY[15]}

_THEMES = """later newcomer share answer measure learnt next done first move hour ground date carry area open help
point"""

# fmt: off
RICH: dict[str, dict[str, Any]] = {
    "agenda.point": {"author": MARIA, "text": Quote("How long do we wait?"), "meeting": MAY[20]},
    "agenda.carried": {"author": ANA, "text": Quote("Plans for June"), "meeting": MAY[6]},
    "agenda.balance": {"other": ANA, "others": 3, "of": 4},
    "agenda.empty": {"meeting": MAY[20]},
    "actions.open": {"owner": MARIA, "title": Quote("Split SRCH-91"), "since": MAY[6], "due": MAY[27]},
    "actions.overdue": {"owner": ANA, "title": Quote("Ask for a date"), "since": MAY[6], "due": MAY[13], "late": 7},
    "actions.done": {"owner": MARIA, "title": Quote("Split SRCH-91"), "since": MAY[6], "done": MAY[12]},
    "wins.goal": {**_GOAL, "result": "KR-2", "old": Measure(710, "ms"), "new": Measure(400, "ms")},
    "wins.unthanked": {"act": "unblocked", "times": 3, "team": "Payments", "teams": ("Payments", "客户成功"),
                       "items": ("PAY-1", "PAY-2"), "said": Quote("The limit is forty now"), **_SPAN},
    "wins.incident": {"key": "INC-3", "title": Quote("Retries"), "closed": MAY[9], "said": Quote("I look at it")},
    "wins.unblocked": {"helped": WEI, **_ITEM, "went_on": MAY[12], "team": "Payments", "said": Quote("Try again")},
    "wins.praise": {"relation": "customer", "author_name": "Quinta Azul", "words": Quote("They told us"), **_ITEM},
    "wins.delivery": {**_ITEM, "goal": "KR-2", "begun": MAY[1]},
    "wins.took_in": {"changes": 4, "people": (WEI, LIWEI), "titles": (Quote("Pages"), Quote("Limits"))},
    "wins.area": {"area": "index/paging", "changes": 5, "titles": (Quote("Pages"), Quote("Limits")), **_SPAN},
    "goals.moved": {**_GOAL, **_MS, "due": date(2026, 6, 30), "updated": MAY[11]},
    "goals.reached": {**_GOAL, **_MS, "due": date(2026, 6, 30), "updated": MAY[11]},
    "goals.stale": {**_GOAL, "last": Measure(63, "%"), "target": Measure(90, "%"), "updated": MAY[1], "days": 42,
                    "owners": (LIWEI,), "teams": ("Search", "客户成功")},
    "goals.done": {**_GOAL, "due": date(2026, 6, 30)},
    "goals.missed": _GOAL,
    "explore.wait": {"owner": WEI, **_ITEM, "blocker": "PAY-17", "team": "Payments", "across": True, "since": MAY[2],
                     "days": 18, "reason": Quote("exports need pages"), "promised": MAY[14], "late": True},
    "explore.waited_for": {"owner": WEI, **_ITEM, "blocker": "PAY-17", "team": "Payments", "since": MAY[2],
                           "days": 18, "across": True},
    "explore.question": {"asker": MARIA, "whom": WEI, **_ITEM, "times": 3, **_SPAN, "words": Quote("When?")},
    "explore.asked": {"asker": LIWEI, "whom": MARIA, **_ITEM, "times": 3, **_SPAN, "words": Quote("什么时候可用")},
    "explore.dependency": {"part": "ranking", "changes": 9, "of": 10, "authors": 2, **_SPAN},
    "explore.reviewer": {"reviewer": WEI, "changes": 4, "of": 5, "start": MAY[6], "last": MAY[19]},
    "explore.reopened": {**_ITEM, "times": 2, "last": MAY[12], "reason": Quote("seen again")},
    "explore.newcomer": {"day": 60, "on": MAY[21], "started": date(2026, 3, 23)},
    "explore.gap": {"other": ANA, "last": date(2026, 4, 1), "days": 49, "every": 14, "cancelled": (MAY[1], MAY[8])},
    "explore.due": {**_ITEM, "due": MAY[10], "late": 10},
    "explore.one_door": {"integrator": WEI, "changes": 5, "start": MAY[6]},
    "explore.new_ground": {"area": "index/paging", "title": Quote("Answer in pages"), "first": MAY[9]},
    "across.helped": {"act": "answered", "team": "客户成功", "people": (LIWEI,), "times": 2, **_SPAN, "key": "CS-9",
                      "title": Quote("Fields")},
    "across.helped_by": {"helper": WEI, "helped": MARIA, "act": "reviewed", "team": "Payments", "people": (WEI,),
                         "times": 1, "first": MAY[9], "last": MAY[9], "title": Quote("Pages"), "commit": True},
    "across.waits": {"team": "Payments", "key": "SRCH-91", "blocker": "PAY-17", "days": 18},
    "across.waited_for": {"team": "Payments", "key": "PAY-4", "blocker": "SRCH-91", "days": 1},
    "unknowns.failing": {"source": "feishu", "since": MAY[15]},
    "unknowns.old": {"source": "git-mobile", "since": MAY[15]},
    "unknowns.thin": {"acts": 2, **_SPAN},
    "unknowns.without": {"sources": ("docs", "git-mobile")},
    "unknowns.missing": {"kinds": ("tickets", "code", "feedback")},
    "unknowns.capped": {},
    "unknowns.no_meeting": {"other": ANA},
    "unknowns.always": {},
    **{
        f"question.{theme}": {**_ITEM, "blocker": "PAY-17", "part": "ranking", "area": "paging", "team": "Payments"}
        for theme in _THEMES.split()
    },
}
# fmt: on
"""Slots and roles of each kind, with everything that can be there."""

_OPTIONAL = """title text said words reason promised late due goal begun result old new target went_on closed items
author owner whom helped owners teams every cancelled commitment author_name"""
_NEEDED = {"explore.new_ground": {"title"}, "goals.moved": {"new"}, "goals.reached": {"new", "target"}}


def _bare(kind: str, slots: dict[str, Any]) -> dict[str, Any]:
    left = set(_OPTIONAL.split()) - _NEEDED.get(kind, set())
    return {name: value for name, value in slots.items() if name not in left}


BARE: dict[str, dict[str, Any]] = {
    kind: _bare(kind, slots) if kind.split(".")[0] in ("wins", "explore", "across", "goals") else slots
    for kind, slots in RICH.items()
}
"""The same with as little as there can be."""

BARE |= {kind: review_facts.bare(kind) for kind in review_facts.RICH}
RICH |= review_facts.RICH

BARE |= {kind: talk_facts.bare(kind) for kind in talk_facts.RICH}
RICH |= talk_facts.RICH


def fact(kind: str, slots: dict[str, Any], *, place: int = 0) -> Fact:
    """A fact of a kind; another ``place`` is another fact, which may be said in another phrasing."""
    roles = {name: value for name, value in slots.items() if isinstance(value, Party)}
    evidence = (
        ()
        if kind.startswith(("unknowns.", "question.", "coverage."))
        or kind.endswith((".none", "changed.unmeasured", *talk_facts.UNCITED))
        else (f"ev{place}a", f"ev{place}b")
    )
    return Fact(
        kind=kind,
        section=kind.partition(".")[0],
        at=MAY[9],
        roles={"subject": MARIA, **roles},
        slots={name: value for name, value in slots.items() if name not in roles},
        evidence=evidence,
        counted=evidence,
        uncited=not evidence,
    )


def voice(language: Language, *, viewer: int = 2) -> Voice:
    """Read by Ana, about Maria, on 20 May 2026."""
    return Voice(language, TODAY, ZoneInfo("UTC"), viewer, MARIA)
