"""Goals and the links to them, for one viewer: the map, its findings, the queue of questions, and the answers.

Permission comes first: everything is computed over what the viewer may read, so a hidden goal or item changes nothing.
An answer may be given by who made the item, who owns a goal that it may be for, and who leads a team of either.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from coachkit.access import Directory, Viewer
from coachkit.access.contributions import TargetDirectory, leads_team
from coachkit.domain.identity import stable_id
from coachkit.errors import AccessDenied, Ambiguous, BadInput, NotFound
from coachkit.insight.linking.answers import AnswerStore, GoalAnswer, Verdict
from coachkit.insight.linking.cards import ItemCard, item_cards
from coachkit.insight.linking.health import Finding, Surroundings, examine
from coachkit.insight.linking.mapping import GoalMapReader, MappedGoal
from coachkit.insight.linking.queue import Proposal, Proposals, lately, propose
from coachkit.insight.linking.slipping import Course, Worked, courses
from coachkit.insight.linking.words import Floats, Terms, likeness
from coachkit.insight.organisation.keeping import Memo
from coachkit.insight.organisation.tables import Tables, moment

__all__ = ["GoalLinks", "GoalView", "Overview"]

_KEPT = 8
"""Viewers whose proposals are kept until something changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All that a viewer may see of goals and their links at a moment.

    :ivar findings: by goal key, the gravest first. ``items``: record → item; ``teams``: key → name.
    """

    at: datetime
    goals: Sequence[MappedGoal]
    findings: Mapping[str, Sequence[Finding]]
    courses: Mapping[str, Course]
    proposals: Proposals
    items: Mapping[int, ItemCard]
    teams: Mapping[str, str]

    def goal(self, key: str) -> MappedGoal:
        """:raises NotFound: if there is none that the viewer may know of."""
        found = [goal for goal in self.goals if goal.key.lower() == key.lower()]
        if not found:
            raise NotFound(
                f"there is no goal {key}.",
                hint="`coachkit insight goals` lists them.",
                chinese=(f"没有目标 {key}。", "`coachkit insight goals` 列出全部目标。"),
            )
        return found[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalView:
    """One goal with its work: linked, and as proposed; newest first."""

    goal: MappedGoal
    findings: Sequence[Finding]
    course: Course
    linked: Sequence[tuple[ItemCard, GoalAnswer | None]]
    proposed: Sequence[tuple[ItemCard, float]]
    children: Sequence[MappedGoal]
    parents: Sequence[MappedGoal]


class GoalLinks:
    """:param tables: what could be known at a moment of what a viewer may read.
    :param changed: a mark that differs whenever records or answers have changed, so that nothing old is shown.
    """

    def __init__(
        self,
        *,
        tables: Callable[[Viewer, datetime], Tables],
        reader: GoalMapReader,
        answers: AnswerStore,
        directory: Directory,
        targets: TargetDirectory,
        terms: Terms,
        changed: Callable[[], str],
    ) -> None:
        self._tables = tables
        self._reader = reader
        self._answers = answers
        self._directory = directory
        self._targets = targets
        self._terms = terms
        self._changed = changed
        self._lock = Lock()
        self._kept: OrderedDict[object, Memo] = OrderedDict()

    # --- looking -----------------------------------------------------------------------------------------------------

    def overview(self, viewer: Viewer) -> Overview:
        """Made anew when anything has changed, or on another day; once, however many ask for it meanwhile."""
        mark = (viewer.scopes, viewer.at.date(), self._changed())
        with self._lock:
            memo = self._kept.setdefault(mark, Memo())
            self._kept.move_to_end(mark)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return memo.of("overview", lambda: self._look(viewer))

    def _look(self, viewer: Viewer) -> Overview:
        at = moment(viewer.at)
        tables = self._tables(viewer, viewer.at)
        goals = self._reader.goals(viewer.scopes, viewer.at)
        belongs_to = self._reader.belonging(viewer.scopes)
        found = propose(
            tables,
            self._terms,
            at,
            answers=self._answers.in_force(viewer.at),
            names={goal.key: tuple(result.key for result in goal.results) for goal in goals},
            belongs_to=belongs_to,
            likeness=self._likeness(viewer, tables, at),
        )
        ways = courses({goal.record: goal.key for goal in goals}, found.work, tables.states, at)
        findings: dict[str, list[Finding]] = defaultdict(list)
        for one in examine(Surroundings(goals=goals, courses=ways, at=viewer.at, terms=self._terms)):
            findings[one.goal.key].append(one)
        return Overview(
            at=viewer.at,
            goals=goals,
            findings=findings,
            courses=ways,
            proposals=found,
            teams=self._reader.team_names(viewer.scopes),
            items={item.record: item for item in item_cards(tables, lately(tables, at), belongs_to)},
        )

    def _likeness(self, viewer: Viewer, tables: Tables, at: int) -> Mapping[int, Floats]:
        """How near items are to goals in meaning, where both are embedded."""
        goals = tables.goals.sort("record")["record"].to_list()
        known = set(goals)
        vectors = self._reader.vectors(viewer.scopes, {*goals, *lately(tables, at).to_list()})
        of_items = {record: vector for record, vector in vectors.items() if record not in known}
        return likeness(of_items, [vectors.get(record) for record in goals])

    def goal(self, viewer: Viewer, key: str) -> GoalView:
        """:raises NotFound: if there is none that the viewer may know of."""
        seen = self.overview(viewer)
        goal = seen.goal(key)
        work = sorted(
            (one for one in seen.proposals.work if one.goal == goal.key), key=lambda one: (-one.at, one.record)
        )
        answers = self._of_items([one.record for one in work])
        return GoalView(
            goal=goal,
            findings=seen.findings.get(goal.key, ()),
            course=seen.courses[goal.key],
            linked=[(seen.items[one.record], answers.get(one.record)) for one in work if _linked(seen, one)],
            proposed=[(seen.items[one.record], one.confidence) for one in work if not _linked(seen, one)],
            children=[one for one in seen.goals if goal.key in one.parents],
            parents=[one for one in seen.goals if one.key in goal.parents],
        )

    def _of_items(self, records: Sequence[int]) -> Mapping[int, GoalAnswer]:
        found = self._answers.latest(items=records, limit=10_000) if records else ()
        return {one.item: one for one in reversed(found) if one.in_force}

    def questions(self, viewer: Viewer) -> Sequence[Proposal]:
        """What the viewer may answer, most worth an answer first; not what they were unsure of."""
        seen = self.overview(viewer)
        leads = self._led(viewer, seen)
        return [one for one in seen.proposals.open if self._may(viewer, seen, one.item, _keys(one), leads)]

    def latest(self, viewer: Viewer, limit: int = 20) -> Sequence[tuple[GoalAnswer, ItemCard]]:
        """The viewer's own last answers about items that they may still read."""
        items = self.overview(viewer).items
        given = self._answers.latest(by=viewer.person, limit=limit)
        return [(one, items[one.item]) for one in given if one.item in items]

    # --- answering ---------------------------------------------------------------------------------------------------

    def item(self, viewer: Viewer, text: str) -> ItemCard:
        """The item that people call so.

        :raises NotFound: if there is none that the viewer may know of.
        """
        found = [item for item in self.overview(viewer).items.values() if item.key.lower() == text.strip().lower()]
        if not found:
            raise NotFound(
                f"there is no item {text}.",
                hint="Give its key, such as PAY-17.",
                chinese=(f"没有事项 {text}。", "请给出它的编号，例如 PAY-17。"),
            )
        if len(found) > 1:
            raise Ambiguous(f"several items are called {text}.", [f"{one.key} · {one.title}" for one in found])
        return found[0]

    def answer(self, viewer: Viewer, item: ItemCard, verdict: Verdict, goal: str | None = None) -> GoalAnswer:
        """Keep what the viewer says. The next look has learned from it.

        :raises AccessDenied: unless they made the item, own a goal that it may be for, or lead a team of either.
        :raises BadInput: if the verdict needs a goal and there is none.
        """
        seen = self.overview(viewer)
        chosen = seen.goal(goal).key if verdict is Verdict.GOAL and goal else None
        if verdict is Verdict.GOAL and chosen is None:
            raise BadInput(
                "this answer needs a goal.", hint="Give its key.", chinese=("这个答复要有目标。", "请给出目标编号。")
            )
        proposal = next((one for one in seen.proposals.open if one.item.record == item.record), None)
        keys = {*(_keys(proposal) if proposal else ()), *([chosen] if chosen else [])}
        if not self._may(viewer, seen, item, keys, self._led(viewer, seen)):
            raise AccessDenied(
                "who made the item, who owns the goal and who leads a team of either may say what it is for.",
                subject=viewer.name,
                hint="Ask one of them.",
                chinese=(
                    "事项的作者、目标的负责人，以及两者所在团队的负责人，才能说明事项属于哪个目标。",
                    "请找其中一位。",
                ),
            )
        said = f"{item.record}|{viewer.person}|{viewer.at.isoformat()}|{verdict}|{chosen}"
        answer = GoalAnswer(
            id=f"{stable_id('goal-answer', said):016x}",
            item=item.record,
            verdict=verdict,
            by=viewer.person,
            at=viewer.at,
            goal=chosen,
            proposed=proposal.best.goal.key if proposal else None,
        )
        if self._answers.answer(answer.id) is None:
            self._answers.add(answer)
        return answer

    def undo(self, viewer: Viewer, answer_id: str | None = None) -> GoalAnswer:
        """Take back an answer of one's own; by default the last one that stands.

        :raises NotFound: if there is no such answer of theirs.
        """
        if answer_id is None:
            mine = [one for one in self._answers.latest(by=viewer.person, limit=100) if one.in_force]
            found = mine[0] if mine else None
        else:
            found = self._answers.answer(answer_id)
        if found is None or found.by != viewer.person or not found.in_force:
            raise NotFound(
                "there is no answer of yours to take back.",
                subject=viewer.name,
                chinese=("没有你可以撤销的答复。", ""),
            )
        self._answers.undo(found.id, viewer.person, viewer.at)
        return found

    # --- who may -----------------------------------------------------------------------------------------------------

    def _may(self, viewer: Viewer, seen: Overview, item: ItemCard, goals: set[str], leads: frozenset[str]) -> bool:
        if viewer.person in item.authors:
            return True
        concerned = [goal for goal in seen.goals if goal.key in goals]
        teams = {*item.teams, *(team for goal in concerned for team in goal.teams)}
        owners = {who for goal in concerned for who in goal.owners}
        owners |= {who for goal in concerned for result in goal.results for who in result.owners}
        return viewer.person in owners or bool(teams & leads)

    def _led(self, viewer: Viewer, seen: Overview) -> frozenset[str]:
        teams = {team for goal in seen.goals for team in goal.teams}
        teams |= {team for item in seen.items.values() for team in item.teams}
        return frozenset(team for team in teams if leads_team(self._targets, viewer, team))


def _linked(seen: Overview, one: Worked) -> bool:
    return one.goal in seen.proposals.linked.get(one.record, ())


def _keys(proposal: Proposal) -> set[str]:
    return {one.goal.key for one in proposal.candidates}
