"""The map of goals, what is linked to them and what people answer, over the API; pages and commands ask here too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from coachkit.access import Viewer
from coachkit.api.language import Language, language_of
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.domain.identity import public_id, unpublic_id
from coachkit.insight.linking.answers import GoalAnswer, Verdict
from coachkit.insight.linking.cards import ItemCard
from coachkit.insight.linking.health import Finding
from coachkit.insight.linking.mapping import MappedGoal, progress
from coachkit.insight.linking.queue import Proposal
from coachkit.insight.linking.service import Overview
from coachkit.insight.linking.wording import (
    confidence_word,
    reasons,
    say_cannot_see,
    say_finding,
    say_rule,
    say_source,
)

__all__ = [
    "GoalNames",
    "found",
    "goal_detail",
    "goal_map",
    "item_called",
    "names_of",
    "question_of",
    "questions_of",
    "router",
    "told",
]

router = APIRouter()

Spoken = Annotated[Language | None, Query(description="Left out: that of the request.")]
GoalKey = Annotated[str, Path(description="Key of a goal.", examples=["SRCH-O1"], max_length=200)]


class FindingAnswer(BaseModel):
    """A rule holds for a goal: a fact about the goal, never about its owners."""

    rule: str = Field(examples=["stalled"])
    name: str = Field(examples=["Stalled"])
    grave: int = Field(description="2: it may be missed; 1: worth a look; 0: good to know.")
    text: str = Field(examples=["Nothing linked to it since 2 Oct 2026 (54 days)."])
    source: str = Field(description="The rule in words, and where it comes from.")
    cannot_see: str
    others: list[str] = Field(description="Keys of other goals that it is about.")
    evidence: list[str] = Field(description="Ids of records; each opens at /api/evidence/{id}.")


class ResultAnswer(BaseModel):
    """A key result and how far it has come."""

    key: str
    title: str
    start: float | None
    target: float | None
    value: float | None = Field(description="The newest; null: never measured.")
    measured_at: datetime | None
    unit: str | None
    due_on: date | None
    progress: float | None = Field(description="From start to target, 0 to 1; null: unknown, which is not zero.")
    owners: list[str]


class GoalAnswerModel(BaseModel):
    """A goal on the map."""

    id: str
    key: str
    title: str
    level: str | None
    commitment: str | None = Field(description="committed or aspirational; the two are never mixed.")
    team: str | None
    other_teams: list[str]
    parents: list[str]
    owners: list[str]
    starts_on: date | None
    due_on: date | None
    state: str | None
    category: str | None
    results: list[ResultAnswer]
    linked: int = Field(description="Items linked to it, by a source or a person.")
    last_work: datetime | None
    findings: list[FindingAnswer]


class WorkAnswer(BaseModel):
    """An item that is linked to a goal, or proposed for it."""

    id: str
    key: str
    title: str
    at: datetime | None
    confidence: float | None = Field(description="Of a proposal; null: it is linked.")
    answered_by: str | None = Field(description="Who confirmed it; null: its source says so.")


class StateAnswer(BaseModel):
    at: datetime
    state: str
    category: str | None
    reason: str | None


class GoalDetail(BaseModel):
    """One goal with its work and the history of its state."""

    goal: GoalAnswerModel
    text: str
    work: list[WorkAnswer]
    children: list[str]
    history: list[StateAnswer]


class CandidateAnswer(BaseModel):
    """A goal that an item may be for."""

    goal: str
    title: str
    confidence: float = Field(description="How likely that a person would confirm it, 0 to 1.")
    word: str = Field(examples=["likely"])
    reasons: list[str]
    like: str | None = Field(None, description="Key of the item that is linked to it and most like this one.")
    like_id: str | None = Field(None, description="Id of that item's record; opens at /api/evidence/{id}.")


class QuestionAnswer(BaseModel):
    """An item whose goal is asked for."""

    item: str = Field(description="Id of its record.")
    key: str
    title: str
    team: str | None
    at: datetime | None
    candidates: list[CandidateAnswer]


class LinkAnswerRequest(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"verdict": "goal", "goal": "SRCH-O1"}]}
    )

    verdict: Literal["goal", "none", "unsure"]
    goal: str | None = Field(None, max_length=200, description="Key, with the verdict goal.")


class GivenLink(BaseModel):
    """An answer as it is kept."""

    id: str = Field(description="Take it back at /api/insight/goal-links/answers/{id}.")
    item: str
    verdict: str
    goal: str | None
    at: datetime

    @classmethod
    def of(cls, answer: GoalAnswer) -> GivenLink:
        return cls(
            id=answer.id,
            item=public_id(answer.item),
            verdict=str(answer.verdict),
            goal=answer.goal,
            at=answer.at,
        )


@dataclass(frozen=True, slots=True)
class GoalNames:
    """What people call whatever is told about goals, in one language."""

    people: Mapping[int, str]
    teams: Mapping[str, str]
    zh: bool

    def owners(self, whos: frozenset[int]) -> list[str]:
        """By name; accounts that are nobody's are left out."""
        return sorted(self.people[who] for who in whos if who in self.people)

    def team(self, key: str | None) -> str | None:
        return None if key is None else self.teams.get(key, key)


def names_of(app: App, seen: Overview, language: Language) -> GoalNames:
    people = {one.id: one.name for one in app.directory.people(left=True)}
    return GoalNames(people, seen.teams, language == "zh")


def goal_map(app: App, viewer: Viewer, language: Language, team: str | None = None) -> list[GoalAnswerModel]:
    """All goals that the viewer may read, by level, team and key."""
    seen = app.insights.goals.overview(viewer)
    names = names_of(app, seen, language)
    wanted = (team or "").casefold()
    return [
        told(goal, seen, names)
        for goal in seen.goals
        if not wanted or any(wanted in (key.casefold(), (names.team(key) or "").casefold()) for key in goal.teams)
    ]


def told(goal: MappedGoal, seen: Overview, names: GoalNames) -> GoalAnswerModel:
    """A goal as every door tells it."""
    course = seen.courses[goal.key]
    linked = sum(1 for keys in seen.proposals.linked.values() if goal.key in keys)
    return GoalAnswerModel(
        id=public_id(goal.record),
        key=goal.key,
        title=goal.title,
        level=goal.level,
        commitment=goal.commitment,
        team=names.team(goal.team),
        other_teams=[names.team(key) or key for key in goal.other_teams],
        parents=list(goal.parents),
        owners=names.owners(goal.owners),
        starts_on=goal.starts_on,
        due_on=goal.due_on,
        state=goal.state,
        category=goal.category,
        results=[
            ResultAnswer(
                key=one.key,
                title=one.title,
                start=one.start,
                target=one.target,
                value=one.measurements[-1].value if one.measurements else None,
                measured_at=one.measurements[-1].at if one.measurements else None,
                unit=one.unit,
                due_on=one.due_on,
                progress=progress(one),
                owners=names.owners(one.owners),
            )
            for one in goal.results
        ],
        linked=linked,
        last_work=_instant(course.last_work, seen),
        findings=[found(one, names) for one in seen.findings.get(goal.key, ())],
    )


def found(finding: Finding, names: GoalNames) -> FindingAnswer:
    rule = finding.rule
    return FindingAnswer(
        rule=rule.id,
        name=say_rule(rule, names.zh),
        grave=rule.grave,
        text=say_finding(finding, names.zh, names.teams),
        source=say_source(rule, names.zh),
        cannot_see=say_cannot_see(rule, names.zh),
        others=list(finding.others),
        evidence=[public_id(record) for record in finding.records],
    )


def _instant(ms: int | None, seen: Overview) -> datetime | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, seen.at.tzinfo)


def goal_detail(app: App, viewer: Viewer, key: str, language: Language) -> GoalDetail:
    """:raises NotFound: if there is no such goal that the viewer may know of."""
    seen = app.insights.goals.overview(viewer)
    view = app.insights.goals.goal(viewer, key)
    names = names_of(app, seen, language)

    def work(item: ItemCard, confidence: float | None, answer: GoalAnswer | None) -> WorkAnswer:
        return WorkAnswer(
            id=public_id(item.record),
            key=item.key,
            title=item.title,
            at=_instant(item.at, seen),
            confidence=confidence,
            answered_by=names.people.get(answer.by) if answer else None,
        )

    return GoalDetail(
        goal=told(view.goal, seen, names),
        text=_own_words(view.goal),
        work=[
            *(work(item, None, answer) for item, answer in view.linked),
            *(work(item, round(confidence, 2), None) for item, confidence in view.proposed),
        ],
        children=[one.key for one in view.children],
        history=[StateAnswer(at=s.at, state=s.state, category=s.category, reason=s.reason) for s in view.goal.history],
    )


def _own_words(goal: MappedGoal) -> str:
    """What the goal says of itself: its text without the titles of its key results, which stand beside it."""
    titles = {result.title for result in goal.results}
    return "\n".join(line for line in goal.text.splitlines() if line not in titles).strip()


def questions_of(app: App, viewer: Viewer, language: Language, limit: int) -> list[QuestionAnswer]:
    """What the viewer may answer, those most worth an answer first."""
    seen = app.insights.goals.overview(viewer)
    names = names_of(app, seen, language)
    return [question_of(one, seen, names) for one in app.insights.goals.questions(viewer)[:limit]]


def question_of(proposal: Proposal, seen: Overview, names: GoalNames) -> QuestionAnswer:
    asked = proposal.item
    teams = sorted(names.team(team) or team for team in asked.teams)

    def near(key: str) -> ItemCard | None:
        record = proposal.near.get(key)
        return None if record is None else seen.items.get(record)

    like = {one.goal.key: near(one.goal.key) for one in proposal.candidates}
    return QuestionAnswer(
        item=public_id(asked.record),
        key=asked.key,
        title=asked.title,
        team=", ".join(teams) or None,
        at=_instant(asked.at, seen),
        candidates=[
            CandidateAnswer(
                goal=one.goal.key,
                title=one.goal.title,
                confidence=round(one.confidence, 2),
                word=confidence_word(one.confidence, names.zh),
                reasons=reasons(proposal, one, names.zh, item.key if item else ""),
                like=item.key if item else None,
                like_id=public_id(item.record) if item else None,
            )
            for one in proposal.candidates
            for item in (like[one.goal.key],)
        ],
    )


@router.get("/goals")
def list_goals(
    request: Request,
    app: Installation,
    viewer: Asks,
    team: Annotated[str | None, Query(max_length=200, description="Key or name of a team.")] = None,
    language: Spoken = None,
) -> list[GoalAnswerModel]:
    """The map of goals that you may read, with what the rules find. Findings are about goals, never about people."""
    return goal_map(app, viewer, language or language_of(request, default=app.settings.language), team)


@router.get("/goals/{key}")
def show_goal(request: Request, app: Installation, viewer: Asks, key: GoalKey, language: Spoken = None) -> GoalDetail:
    """One goal: its work, linked and proposed, its findings, and the history of its state."""
    return goal_detail(app, viewer, key, language or language_of(request, default=app.settings.language))


@router.get("/goal-links")
def list_questions(
    request: Request,
    app: Installation,
    viewer: Asks,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    language: Spoken = None,
) -> list[QuestionAnswer]:
    """Items whose goal you may say, with proposals and their reasons; those most worth an answer first."""
    return questions_of(app, viewer, language or language_of(request, default=app.settings.language), limit)


@router.post("/goal-links/{item}")
def answer_question(
    app: Installation,
    viewer: Asks,
    item: Annotated[str, Path(description="Id of the item's record, or its key.", max_length=200)],
    answer: LinkAnswerRequest,
) -> GivenLink:
    """Say which goal an item is for, that it is for none, or that you are not sure. The next proposals have learned."""
    found = item_called(app, viewer, item)
    return GivenLink.of(app.insights.goals.answer(viewer, found, Verdict(answer.verdict), answer.goal))


@router.delete("/goal-links/answers/{answer_id}")
def undo_answer(app: Installation, viewer: Asks, answer_id: Annotated[str, Path(max_length=40)]) -> GivenLink:
    """Take back an answer of yours; what it had replaced counts again."""
    return GivenLink.of(app.insights.goals.undo(viewer, answer_id))


def item_called(app: App, viewer: Viewer, text: str) -> ItemCard:
    """By the id of its record or by its key.

    :raises NotFound: if there is none that the viewer may know of.
    """
    seen = app.insights.goals.overview(viewer)
    try:
        number = unpublic_id(text)
    except ValueError:
        number = 0
    return seen.items.get(number) or app.insights.goals.item(viewer, text)
