"""One fact of each kind that a self-review can tell, rich and bare."""

from __future__ import annotations

from datetime import date
from typing import Any

from coachkit.drafting.facts import Measure, Party, Quote

__all__ = ["OPTIONAL", "RICH", "bare"]

WEI = Party(4, "Wei Li", "Wei", "Payments")
LIWEI = Party(6, "李薇", "李薇", "客户成功")
MAY = {day: date(2026, 5, day) for day in range(1, 32)}

_ITEM = {"key": "SRCH-91", "title": Quote("Nightly sales column")}
_GOAL = {"goal": "KR-7", "goal_title": Quote("Faster month-end")}
_SPAN = {"first": MAY[8], "last": MAY[15]}
_MS = {"old": Measure(710, "ms"), "new": Measure(620, "ms"), "target": Measure(400, "ms"), "due": date(2026, 6, 30)}

# fmt: off
RICH: dict[str, dict[str, Any]] = {
    "moved.result": {"key": "KR-2", "title": Quote("p95 query latency"), "goal": "G-1", **_MS, "updated": MAY[11],
                     "commitment": "committed", "owners": (WEI,), "items": ("SRCH-91", "SRCH-95"), "more": True,
                     "hand": "did", "reached": True},
    "moved.goal": {"key": "G-1", "goal": "G-1", "title": Quote("Fast search"), "result": "KR-2",
                   "old": Measure(710, "ms"), "new": Measure(400, "ms"), "owners": (WEI,), "items": ("SRCH-91",)},
    "moved.team": {"key": "KR-2", "title": Quote("p95 query latency"), **_GOAL, **_MS, "updated": MAY[11],
                   "owners": (WEI,)},
    "moved.decided": {"title": Quote("One ledger for both channels"), "with_others": (WEI, LIWEI), "hand": "with"},
    "moved.action": {"title": Quote("Ask for a date"), "since": MAY[2], "due": MAY[10]},
    "moved.delivery": {**_ITEM, **_GOAL, "asker": WEI, "begun": MAY[1], "due": MAY[10], "in_time": True, "hand": "did",
                       "stood_from": MAY[2], "stood_to": MAY[6], "reason": Quote("exports need pages")},
    "moved.area": {"area": "index/paging", "titles": (Quote("Pages"), Quote("Limits")), **_SPAN, "more": True,
                   "new": True, "hand": "did"},
    "moved.unmeasured": {"all": True},
    "moved.none": _SPAN,
    "helped.unblocked": {"helped": WEI, **_ITEM, **_GOAL, "said": Quote("Try again"), "went_on": MAY[12],
                         "stood_from": MAY[2], "reason": Quote("exports need pages"), "goal_owners": (LIWEI,)},
    "helped.aid": {"act": "answered", "times": 3, "team": "客户成功", "people": (LIWEI,), **_SPAN, **_ITEM, **_GOAL,
                   "goal_owners": (LIWEI,)},
    "helped.unmeasured": {"all": True, "linked": "none"},
    "helped.none": _SPAN,
    "changed.said": {"relation": "customer", "author_name": "Quinta Azul", "words": Quote("They told us"), **_ITEM,
                     "mine": True},
    "changed.incident": {"key": "INC-3", "title": Quote("Retries"), "closed": MAY[9], "said": Quote("I look at it"),
                         "with_others": (WEI,)},
    "changed.served": {**_SPAN, "times": 3, "items": ("CS-1", "CS-2"), "said": Quote("They tried it at once")},
    "changed.unmeasured": {},
    "changed.none": _SPAN,
    "missed.goal": {"key": "G-3", "title": Quote("Automatic reports"), "result": "KR-5", "new": Measure(63, "%"),
                    "target": Measure(90, "%"), "shared": True},
    "missed.stale": {"key": "KR-5", "title": Quote("Automatic reports"), "last": Measure(63, "%"),
                     "target": Measure(90, "%"), "updated": MAY[1], "days": 42},
    "missed.reopened": {**_ITEM, "times": 2, "last": MAY[12], "reason": Quote("seen again")},
    "missed.late": {**_ITEM, "due": MAY[2], "late": 7},
    "missed.open": {**_ITEM, "due": MAY[10], "late": 10},
    "missed.action": {"title": Quote("Ask for a date"), "since": MAY[2], "due": MAY[10], "late": 10},
    "missed.none": {**_SPAN, "unread": ("tickets", "goals")},
    "support.wait": {"owner": WEI, **_ITEM, "blocker": "PAY-17", "team": "Payments", "since": MAY[2], "days": 18,
                     "reason": Quote("exports need pages"), "promised": MAY[14]},
    "support.question": {"whom": WEI, **_ITEM, "times": 3, **_SPAN},
    "support.reviewer": {"reviewer": WEI, "changes": 4, "of": 5, "start": MAY[6], "last": MAY[19]},
    "support.none": {**_SPAN, "unread": ("tickets",)},
    "coverage.months": {"months": (date(2026, 4, 1), MAY[1]), "dots": (-1, 2), "records": (0, 7), "begins": MAY[2]},
}
# fmt: on
"""Slots and roles of each kind, with everything that can be there."""

_OPTIONAL = """goal goal_title goal_owners asker begun due in_time stood_from stood_to reason said went_on author
author_name closed with_others items more reached new owners commitment result old target shared promised owner team
whom mine own_goal linked begins unread"""
OPTIONAL = frozenset(_OPTIONAL.split())
"""What a fact may be without; of a measured one the value itself is always there."""

KEPT = {
    "moved.result": {"new"},
    "moved.team": {"new", "goal"},
    "missed.late": {"due"},
    "missed.open": {"due"},
    "missed.action": {"due"},
}


def bare(kind: str) -> dict[str, Any]:
    """The same kind with as little as there can be."""
    return {name: value for name, value in RICH[kind].items() if name not in OPTIONAL - KEPT.get(kind, set())}
