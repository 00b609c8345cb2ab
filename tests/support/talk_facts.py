"""One fact of each kind that agendas and key-conversation cards tell, rich and bare."""

from __future__ import annotations

from datetime import date
from typing import Any

from coachkit.drafting.facts import Measure, Party, Quote

__all__ = ["RICH", "THEMES", "UNCITED", "bare"]

MARIA = Party(1, "Maria Gomez", "Maria", "Search")
ANA = Party(2, "Ana Costa", "Ana", "Search")
WEI = Party(4, "Wei Li", "Wei", "Payments")
MAY = {day: date(2026, 5, day) for day in range(1, 32)}
_ITEM = {"key": "SRCH-91", "title": Quote("Nightly sales column")}
_SPAN = {"first": MAY[8], "last": MAY[15]}
_RESULT = {"key": "KR-9", "title": Quote("Fresh prices")}

UNCITED = ("card.maybe", "card.opening", "card.rule", "card.none")

THEMES: dict[tuple[str, str], dict[str, Any]] = {
    ("return-to-work", ""): {},
    ("newcomer-day", ""): {"day": 60},
    ("blocked-unanswered", "wait"): {"key": "SRCH-91"},
    ("blocked-unanswered", "asked"): {"key": "PLAT-8"},
    ("overdue-action", ""): {"title": Quote("Ask for a date")},
    ("shared-result-stalled", "stale"): {"key": "KR-9", "teams": ("Search", "客户成功")},
    ("shared-result-stalled", "waits"): {"key": "KR-9"},
    ("goal-ended", "done"): {"goal": "SRCH-O3"},
    ("goal-ended", "missed"): {"goal": "SRCH-O3"},
    ("unrecognised-help", ""): {"team": "客户成功"},
    ("check-in-gap", ""): {},
    ("single-point", ""): {"part": "ranking"},
    ("own-rhythm", ""): {},
}
"""What every rule can be about, with what its card names."""

# fmt: off
RICH: dict[str, dict[str, Any]] = {
    "agenda.said": {"author": MARIA, "text": Quote("How long do we wait?")},
    "agenda.left": {"author": ANA, "text": Quote("Plans for June"), "since": MAY[6]},
    "agenda.nothing": {"meeting": MAY[20]},
    "agenda.one_sided": {"other": ANA, "others": 3, "of": 4},
    "plan.item": {**_ITEM, "begun": MAY[4], "due": MAY[29], "goal": "KR-2"},
    "plan.result": {**_RESULT, "last": Measure(63, "%"), "updated": MAY[1], "target": Measure(90, "%"),
                    "due": date(2026, 6, 30), "commitment": "committed"},
    "risk.wait": {"owner": WEI, **_ITEM, "blocker": "PAY-17", "team": "Payments", "across": True, "since": MAY[2],
                  "days": 18, "reason": Quote("exports need pages"), "promised": MAY[14], "late": True},
    "risk.waited_for": {"owner": WEI, **_ITEM, "blocker": "PAY-17", "team": "Payments", "since": MAY[2], "days": 18,
                        "across": True},
    "risk.question": {"asker": MARIA, "whom": WEI, **_ITEM, "times": 3, **_SPAN, "words": Quote("When?")},
    "risk.asked": {"asker": WEI, "whom": MARIA, **_ITEM, "times": 3, **_SPAN, "words": Quote("什么时候可用")},
    "risk.reopened": {**_ITEM, "times": 2, "last": MAY[12], "reason": Quote("seen again")},
    "risk.due": {**_ITEM, "due": MAY[10], "late": 10},
    "card.talk": {"rule": "blocked-unanswered", "theme": "wait", "key": "SRCH-91", "by": MAY[24]},
    "card.waits": {**_ITEM, "blocker": "PAY-17", "team": "Payments", "since": MAY[2], "days": 18},
    "card.asked": {"asker": MARIA, "whom": WEI, "key": "PAY-17", "times": 3, **_SPAN, "answered": MAY[16]},
    "card.asked-first": {"key": "PAY-17"},
    "card.open": {"key": "PAY-17", "since": MAY[2], "state": "todo"},
    "card.overdue": {"owner": ANA, "title": Quote("Ask for a date"), "since": MAY[6], "due": MAY[13], "late": 7},
    "card.promised": {"blocker": "PAY-17", "due": MAY[13], "late": 7},
    "card.stale": {**_RESULT, "value": Measure(63, "%"), "updated": MAY[1], "days": 42},
    "card.linked": {**_ITEM, "goal": "KR-9", "last": MAY[3], "days": 17},
    "card.due": {"key": "KR-9", "due": date(2026, 6, 30), "left": 41, "target": Measure(90, "%")},
    "card.value": {**_RESULT, "value": Measure(63, "%"), "updated": MAY[1], "target": Measure(90, "%")},
    "card.helped": {"whom": WEI, "act": "unblocked", "team": "Payments", "times": 3, "key": "PAY-4", "closes": True},
    "card.gap": {"last": date(2026, 4, 1), "days": 49, "every": 14},
    "card.cancelled": {"times": 2, **_SPAN},
    "card.newcomer": {"day": 60, "on": MAY[21], "started": date(2026, 3, 23)},
    "card.back": {"on": MAY[18], "team": "Search"},
    "card.ended": {"goal": "SRCH-O3", "title": Quote("Own synonyms"), "category": "done"},
    "card.measured": {"key": "KR-9", "start": Measure(10, "%"), "value": Measure(91, "%"), "target": Measure(90, "%")},
    "card.alone": {"part": "ranking", "changes": 9, "of": 10, "authors": 2, **_SPAN},
    "card.latest": {"part": "ranking", "last": MAY[15]},
    "card.met": {"people": 3, "started": date(2026, 3, 23), "last": MAY[15]},
    "card.days-now": {"days": 5, "first": MAY[1], "last": MAY[15]},
    "card.days-before": {"days": 31, "first": date(2026, 3, 6), "last": date(2026, 4, 30)},
    "card.maybe": {"rule": "blocked-unanswered", "theme": "wait", "key": "SRCH-91"},
    "card.opening": {"rule": "single-point", "theme": "", "part": "ranking"},
    "card.rule": {"source": "blocked-unanswered 1.0"},
    "card.none": {"rules": 9, **_SPAN},
    "card.seen_met": {"number": 3, "last": MAY[6]},
    "card.seen_actions": {"number": 2, "last": MAY[20]},
    "card.seen_waiting": {"number": 1, "last": MAY[20]},
    "card.seen_goals": {"number": 1, "last": MAY[20]},
}
# fmt: on
"""Slots and roles of each kind, with everything that can be there."""

_WORDS = """title text reason promised late words whom owner begun due goal commitment answered closes every start
target team teams meeting"""
_OPTIONAL = frozenset(_WORDS.split())
_NEEDED = {
    "plan.result": {"target", "due"},
    "card.overdue": {"due", "late"},
    "card.promised": {"due", "late"},
    "card.due": {"due"},
    "card.linked": {"goal"},
    "card.ended": {"goal"},
    "card.helped": {"team"},
    "card.back": {"team"},
    "risk.waited_for": {"owner"},
    "risk.due": {"due", "late"},
    "risk.asked": {"whom"},
}


def bare(kind: str) -> dict[str, Any]:
    """The same with as little as there can be."""
    left = _OPTIONAL - _NEEDED.get(kind, set())
    return {name: value for name, value in RICH[kind].items() if name not in left}
