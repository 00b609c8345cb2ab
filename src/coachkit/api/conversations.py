"""Key conversations: the cards that are suggested to you, what your manager is shown about you, answers, rules."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from coachkit.api.language import Language, language_of
from coachkit.api.problems import PROBLEMS
from coachkit.api.security import Asks, Installation
from coachkit.drafting.conversation_rows import AnswerRow, Card
from coachkit.drafting.own_rules import OwnRule
from coachkit.insight.conversations import Tuned

__all__ = ["router"]

router = APIRouter(tags=["conversations"], responses=PROBLEMS)

CardId = Annotated[str, Path(description="Id of a card.", examples=["3b38d8f3cc45b328"])]
Spoken = Annotated[Language | None, Query(description="Left out: that of the request.")]


class _Model(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Reason(_Model):
    """A dated fact behind a card."""

    text: str = Field(examples=["SRCH-91 has waited for PAY-17 of Payments since 8 May (12 days)."])
    evidence: list[str] = Field(description="Ids of its records; each opens at /api/evidence/{id}.")


class ConversationCard(_Model):
    """A suggested conversation: its facts are found anew each time it is read."""

    id: str
    rule: str = Field(examples=["blocked-unanswered"])
    version: str = Field(examples=["1.0"])
    type: str = Field(description="What kind of talk it is.", examples=["Free what is stuck"])
    subject: str = Field(description="Id of the person to talk with.")
    subject_name: str
    manager_name: str
    offered_on: date
    by: date
    talk: str = Field(description="Who, about what, by when.")
    why: list[Reason]
    maybe: str = Field(description="What else it may be.")
    ask: str = Field(description="A question to open with.")
    answer: str = Field(description="Your last word on it; empty, if there is none.")
    answer_id: str
    private: bool = Field(description="Shown to the person it is about, and to nobody else.")

    @classmethod
    def of(cls, card: Card) -> Self:
        return cls(
            **{name: getattr(card, name) for name in cls.model_fields if name not in ("type", "why")},
            type=card.rule_title,
            why=[Reason(text=one.text, evidence=list(one.evidence)) for one in card.why],
        )


class Held(_Model):
    """Something due that is not offered now."""

    rule: str
    subject: str = Field(description="Id of the person.")
    reason: str = Field(description="cap, rule-cap, pair, cooldown, snooze, not_relevant, wrong or prepared.")


class Conversations(_Model):
    """Your cards of the last seven days, and what your manager is shown about you."""

    cards: list[ConversationCard]
    about_you: list[ConversationCard]
    held_back: list[Held]


class AnswerRequest(BaseModel):
    """An answer to a card. The person it is about can say that it is wrong; the rest is the manager's."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"kind": "snooze", "until": "2026-06-01"}]}
    )

    kind: Literal["prepare", "snooze", "not_relevant", "wrong"]
    until: date | None = Field(None, strict=False, description="Of a snooze; left out: a week.")


class GivenAnswer(_Model):
    """An answer as it is kept."""

    id: str = Field(description="Take it back at /api/conversations/answers/{id}.")
    card: str
    kind: str
    at: datetime
    until: date | None

    @classmethod
    def of(cls, row: AnswerRow) -> Self:
        return cls(id=row.id, card=row.card, kind=row.kind, at=row.at, until=row.until)


class RuleSetting(_Model):
    """What somebody set by hand, and why."""

    at: datetime
    by: str
    reason: str


class RuleState(_Model):
    """A rule as it holds in a team."""

    id: str
    version: str
    title: str
    on: bool
    condition: str = Field(description="With the thresholds that hold.")
    why: str
    source: str = Field(description="Where the threshold comes from.")
    rests_on: str = Field(description="calendar: one fact of the calendar; two: two independent dated facts.")
    thresholds: dict[str, int]
    every: int = Field(description="At most one card for a manager in so many days.")
    cooldown: int = Field(description="Days before it speaks about the same two again.")
    sees: list[str]
    changed: bool = Field(description="It differs from the packaged rule.")
    steps: int = Field(description="How far answers have moved it.")
    balance: int = Field(description="What the answers of half a year add up to; every three are a step.")
    settings: list[RuleSetting]

    @classmethod
    def of(cls, tuned: Tuned, language: Language) -> Self:
        rule = tuned.rule
        return cls(
            id=rule.id,
            version=rule.version,
            title=rule.title.in_language(language),
            on=tuned.on,
            condition=tuned.condition(language),
            why=" ".join(rule.why.in_language(language).split()),
            source=rule.source.in_language(language),
            rests_on=rule.rests_on,
            thresholds=dict(tuned.thresholds),
            every=tuned.every,
            cooldown=tuned.cooldown,
            sees=list(rule.sees),
            changed=tuned.changed,
            steps=tuned.steps,
            balance=tuned.balance,
            settings=[RuleSetting(at=one.at, by=one.by, reason=one.reason) for one in tuned.set_by],
        )


class OwnRuleState(_Model):
    """A rule that can be opted into, as it stands for you. Nobody else can ask for this."""

    id: str
    version: str
    title: str
    condition: str
    on: bool = Field(description="It speaks to you, or will from speaks_from on.")
    chosen: bool | None = Field(description="What you chose for yourself; null: nothing, so your team's setting holds.")
    told_at: datetime | None = Field(description="When you were told that it can speak to you.")
    speaks_from: datetime | None
    possible: bool = Field(description="Your team has five people or more.")

    @classmethod
    def of(cls, one: OwnRule, language: Language) -> Self:
        return cls(
            id=one.rule.id,
            version=one.rule.version,
            title=one.rule.title.in_language(language),
            condition=one.condition(language),
            on=one.on,
            chosen=one.chosen,
            told_at=one.told_at,
            speaks_from=one.speaks_from,
            possible=one.possible,
        )


class OwnRuleChoice(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [{"on": True}]})

    on: bool


class Rules(_Model):
    team: str
    rules: list[RuleState]


@router.get("/conversations", summary="Conversations suggested to you")
def read_conversations(request: Request, app: Installation, viewer: Asks, language: Spoken = None) -> Conversations:
    """At most two new cards in any seven days, chosen by the rules' order. Nobody but the two who would talk reads a
    card; the person it is about reads its facts here too."""
    spoken = language or language_of(request, default=app.settings.language)
    known = app.talks.conversations
    return Conversations(
        cards=[ConversationCard.of(card) for card in known.cards(viewer, language=spoken)],
        about_you=[ConversationCard.of(card) for card in known.about_me(viewer, language=spoken)],
        held_back=[Held.model_validate(one) for one in known.held_back(viewer)],
    )


@router.post("/conversations/{card}/answers", summary="Answer a card", status_code=201)
def write_answer(app: Installation, viewer: Asks, card: CardId, asked: AnswerRequest) -> GivenAnswer:
    """Prepare it, put it off, or say that it is not relevant or wrong. Answers tune the rule for the team."""
    return GivenAnswer.of(app.talks.conversations.answer(viewer, card, asked.kind, until=asked.until))


@router.delete("/conversations/answers/{answer_id}", summary="Take an answer back", status_code=204)
def remove_answer(app: Installation, viewer: Asks, answer_id: str) -> None:
    """What the answer moved moves back with it."""
    app.talks.conversations.undo(viewer, answer_id)


@router.get("/conversations/rules", summary="The rules as they hold in a team")
def read_rules(
    request: Request,
    app: Installation,
    viewer: Asks,
    team: Annotated[str | None, Query(max_length=120, description="Key of a team; left out: yours.")] = None,
    language: Spoken = None,
) -> Rules:
    """What each rule says, where its thresholds come from, and what moved them in this team."""
    spoken = language or language_of(request, default=app.settings.language)
    wanted = team if team is not None else (app.directory.person(viewer.person).team or "")
    return Rules(
        team=wanted,
        rules=[RuleState.of(one, spoken) for one in app.talks.conversations.tuned(wanted, viewer.at)],
    )


@router.get("/conversations/own-rules", summary="Rules that speak to you alone")
def read_own_rules(request: Request, app: Installation, viewer: Asks, language: Spoken = None) -> list[OwnRuleState]:
    """Each as it stands for you: off until your team turns it on and two weeks have passed, or you do."""
    spoken = language or language_of(request, default=app.settings.language)
    person = app.directory.person(viewer.person)
    return [OwnRuleState.of(one, spoken) for one in app.talks.conversations.own.standing(person, viewer.at)]


@router.put("/conversations/own-rules/{rule}", summary="Turn a rule on or off for yourself")
def choose_own_rule(
    request: Request,
    app: Installation,
    viewer: Asks,
    rule: Annotated[str, Path(max_length=80, examples=["own-rhythm"])],
    choice: OwnRuleChoice,
    language: Spoken = None,
) -> OwnRuleState:
    """Your choice counts before what your team says; nobody else learns of it. Turned on, it speaks at once."""
    spoken = language or language_of(request, default=app.settings.language)
    return OwnRuleState.of(app.talks.conversations.own.choose(viewer, rule, choice.on), spoken)
