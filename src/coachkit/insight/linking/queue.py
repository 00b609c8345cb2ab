"""The queue of questions about goals: which items are asked about, in which order, and why a goal is proposed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coachkit.insight.linking.answers import GoalAnswer, Verdict
from coachkit.insight.linking.cards import ItemCard, goal_cards, item_cards
from coachkit.insight.linking.linker import Candidate, Linker
from coachkit.insight.linking.slipping import SURE, Worked
from coachkit.insight.linking.words import Floats, Terms
from coachkit.insight.organisation.tables import DAY, Tables

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ASKED_DAYS", "MOST_LEARNED", "MOST_LOOKED", "Proposal", "Proposals", "lately", "propose"]

ASKED_DAYS = 120
"""Items older than this are not asked about: who remembers."""

KNOWN_DAYS = 730
"""Items older than this, and linked to nothing, are not looked at; words have changed since."""

MOST_LEARNED = 3_000
"""The newest linked items that the linker learns from: what was confirmed long ago says little of today."""

MOST_SEEN = 50_000
"""The newest items whose words are counted: how common a word is shows in a part of them."""

MOST_LOOKED = 20_000
"""The newest items without a link that are looked at, some milliseconds each: beyond, one waits too long for a page."""

LEAST = 0.01
"""Below this confidence a goal is not worth a question."""

LEAST_OTHER = 0.01
"""So likely must a further goal be to be offered beside the best."""

CHOICES = 3

INHERITED = 0.95
"""What fixes, or is a part of, an item that is linked is not asked about: one answer is enough for both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Goals proposed for an item, and how sure the linker is.

    :ivar any_goal: how likely it has a goal at all. ``worth``: how much the answer is worth, which only sorts.
    :ivar words: by goal key, the words that the item shares with the goal, in the item's own spelling.
    :ivar near: by goal key, the record of the most similar item that is linked to it.
    """

    item: ItemCard
    any_goal: float
    candidates: tuple[Candidate, ...]
    worth: float
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    near: Mapping[str, int] = field(default_factory=dict)

    @property
    def best(self) -> Candidate:
        return self.candidates[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """What the linker knows and proposes as of a moment.

    :ivar open: items without an answer, those most worth one first.
    :ivar work: work on goals: linked by a source or a person, and as proposed.
    :ivar linked: item → keys of its goals, by a source or a person.
    :ivar passed_over: older items that were not looked at, because there are more than :data:`MOST_LOOKED`.
    """

    open: tuple[Proposal, ...]
    work: tuple[Worked, ...]
    linked: Mapping[int, frozenset[str]]
    passed_over: int = 0


def propose(
    tables: Tables,
    terms: Terms,
    at: int,
    *,
    answers: Sequence[GoalAnswer] = (),
    names: Mapping[str, tuple[str, ...]] | None = None,
    belongs_to: Mapping[int, frozenset[str]] | None = None,
    likeness: Mapping[int, Floats] | None = None,
) -> Proposals:
    """Learn from all that is linked and answered, in the order of time, and propose goals for the rest.

    :param tables: as of the moment ``at`` (milliseconds): its links hold those of sources and confirmed ones.
    :param answers: in force at that moment, the oldest first.
    :param names: further names of goals, by key: those of their key results.
    """
    cards = goal_cards(tables, names)
    linker = Linker(cards, terms, likeness=likeness)
    goals_of: dict[int, set[str]] = defaultdict(set)
    since: dict[int, int] = {}
    for record, goal, moment in tables.links.select("record", "target", "since").iter_rows():
        goals_of[record].add(goal)
        since[record] = min(moment, since.get(record, moment))
    known = {card.key for card in cards}
    said = {one.item: one for one in answers if one.in_force and (one.goal is None or one.goal in known)}
    items = {item.record: item for item in item_cards(tables, lately(tables, at), belongs_to)}
    _teach(linker, items, goals_of, since, said)
    work = [
        Worked(goal=goal, record=record, at=_happened(items[record], since[record]))
        for record, goals in goals_of.items()
        if record in items
        for goal in sorted(goals)
    ]
    recent = Counter(one.goal for one in work if one.at > at - 90 * DAY)
    found: list[Proposal] = []
    unlinked = [item for item in items.values() if item.record not in goals_of and item.record not in said]
    unlinked = [item for item in unlinked if (item.at or 0) >= at - ASKED_DAYS * DAY]
    for item in unlinked[-MOST_LOOKED:]:
        record = item.record
        inherited = item.belongs_to & known
        if inherited:
            work += [
                Worked(goal=goal, record=record, at=item.at or 0, confidence=INHERITED) for goal in sorted(inherited)
            ]
            continue
        proposal = _proposal(linker, item, recent)
        if proposal is None:
            continue
        found.append(proposal)
        best = proposal.best
        if best.confidence >= SURE:
            work.append(Worked(goal=best.goal.key, record=record, at=item.at or 0, confidence=best.confidence))
    found.sort(key=lambda one: (-one.worth, one.item.record))
    return Proposals(
        open=tuple(found),
        work=tuple(work),
        linked={record: frozenset(goals) for record, goals in goals_of.items()},
        passed_over=max(0, len(unlinked) - MOST_LOOKED),
    )


def _teach(
    linker: Linker,
    items: Mapping[int, ItemCard],
    goals_of: Mapping[int, set[str]],
    since: Mapping[int, int],
    said: Mapping[int, GoalAnswer],
) -> None:
    """What is linked and answered, in the order of time."""
    for item in list(items.values())[-MOST_SEEN:]:
        linker.see(item)
    lessons = [(since[record], record) for record in goals_of if record in items]
    if items:
        linker.expect(len(lessons) / len(items))
    lessons += [(int(one.at.timestamp() * 1000), one.item) for one in said.values() if one.verdict is Verdict.NONE]
    for _, record in sorted(lessons)[-MOST_LEARNED:]:
        if record in items:
            linker.learn(items[record], goals_of.get(record, ()), asked=record in said)


def lately(tables: Tables, at: int) -> pl.Series:
    """Records of items that matter now: of the last two years, or linked to a goal."""
    import polars as pl

    recent = pl.coalesce("created_at", "known_at") > at - KNOWN_DAYS * DAY
    linked = pl.col("record").is_in(tables.links["record"].unique().implode())
    return tables.items.filter(recent | linked)["record"]


def _happened(item: ItemCard, since: int) -> int:
    """When the work was there: the item, or its link where nobody dates the item."""
    return item.at if item.at is not None else since


def _proposal(linker: Linker, item: ItemCard, recent: Mapping[str, int]) -> Proposal | None:
    look = linker.look(item)
    linker.suppose(look)
    ranked = linker.candidates(look, CHOICES)
    if not ranked or ranked[0].confidence < LEAST:
        return None
    best = ranked[0]
    candidates = (best, *(one for one in ranked[1:] if one.confidence >= LEAST_OTHER))
    told = [(one.goal.key, linker.shared(look, one.goal)) for one in candidates]
    near = [(one.goal.key, linker.nearest(look, one.goal)) for one in candidates]
    return Proposal(
        item=item,
        any_goal=look.any_goal,
        candidates=candidates,
        worth=best.confidence * (1 + 1 / (1 + recent.get(best.goal.key, 0))),
        words={key: tuple(words[:5]) for key, words in told},
        near={key: record for key, record in near if record is not None},
    )
