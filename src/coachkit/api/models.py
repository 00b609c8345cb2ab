"""What the API answers with. Ids are strings: JSON numbers lose digits above 2**53."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from coachkit.access import PersonEntry, ReadEntry
from coachkit.api.language import Language
from coachkit.delivery.action_items import ActionItemState
from coachkit.delivery.document import Document
from coachkit.delivery.personal import RecordAbout
from coachkit.domain.evidence import Evidence
from coachkit.domain.identity import public_id
from coachkit.domain.trails import Trail
from coachkit.drafting.cleaning import clean
from coachkit.drafting.suspicion import is_suspicious
from coachkit.ingest.coverage import ConnectionCoverage, CoverageReport
from coachkit.ingest.deliveries import DeliveryCounts
from coachkit.jobs import Job

__all__ = [
    "ActionItem",
    "ActionItemChange",
    "ActionItems",
    "Brief",
    "BriefRequest",
    "Connection",
    "Coverage",
    "EvidenceRecord",
    "Health",
    "JobState",
    "Me",
    "Meeting",
    "Meetings",
    "OpenPerson",
    "People",
    "Person",
    "Read",
    "Reads",
    "RecordLine",
    "RecordLines",
    "SearchHit",
    "SearchResults",
    "Stream",
]

_EXAMPLE_ID = "ae6q4bcf2y7cu"


class _Model(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Person(_Model):
    id: str = Field(examples=[_EXAMPLE_ID])
    name: str = Field(examples=["Maria Gomez"])
    title: str | None = Field(None, examples=["Backend engineer"])
    team: str | None = Field(None, examples=["Search"])

    @classmethod
    def of(cls, entry: PersonEntry) -> Self:
        return cls(id=entry.public_id, name=entry.name, title=entry.title, team=entry.team_name or entry.team)


class Me(_Model):
    """Who is asking, and what is set here."""

    person: Person
    manager: Person | None
    reports: list[Person]
    roles: list[str] = Field(examples=[["admin"]])
    timezone: str = Field(examples=["Asia/Shanghai"])
    models: list[str] = Field(description="Model settings that a brief may be prepared with.", examples=[["none"]])


class OpenPerson(Person):
    """Somebody whose brief you may open, and why."""

    relation: Literal["self", "report", "grant"] = Field(examples=["report"])
    reason: str = Field("", description="Of a grant.")


class People(_Model):
    people: list[OpenPerson]


class Meeting(_Model):
    """A check-in of yours."""

    id: str = Field(description="Opens the record at /api/evidence/{id}.", examples=[_EXAMPLE_ID])
    at: datetime
    state: str = Field(examples=["planned"])
    manager: Person
    report: Person = Field(description="Whom the brief for it is about: /api/people/{id}/brief.")
    points: int = Field(description="How many points of the agenda wait.", examples=[3])


class Meetings(_Model):
    meetings: list[Meeting]


class RecordLine(_Model):
    """A record that names you, in one line."""

    id: str = Field(description="Opens the record at /api/evidence/{id}.", examples=[_EXAMPLE_ID])
    kind: str = Field(examples=["issue"])
    key: str = Field(examples=["PAY-17"])
    title: str = Field(examples=["Page the ledger export"])
    connection: str = Field(examples=["tracker"])
    occurred_at: datetime

    @classmethod
    def of(cls, record: RecordAbout) -> Self:
        return cls(
            id=record.public_id,
            kind=record.kind,
            key=clean(record.key),
            title=clean(record.title),
            connection=record.connection,
            occurred_at=record.occurred_at,
        )


class RecordLines(_Model):
    """Records that name you, newest first. What you may not read yourself is not listed, and is in no brief."""

    records: list[RecordLine]
    next: str | None = Field(None, description="Address of the next page.")


class Source(_Model):
    number: int = Field(description="As it stands in the text: [1].", examples=[1])
    id: str = Field(description="Opens the record at /api/evidence/{id}.", examples=[_EXAMPLE_ID])
    key: str = Field(examples=["PAY-17"])
    label: str = Field(examples=["PAY-17"])
    title: str = Field(examples=["Page the ledger export"])
    kind: str = Field(examples=["Ticket"])
    connection: str = Field(examples=["tracker"])
    occurred_at: datetime
    url: str | None
    suspicious: bool = Field(description="Its text reads like instructions to a program; it was followed by nobody.")


class StatementAction(_Model):
    id: str = Field(description="Tick it at /api/action-items/{id}.", examples=[_EXAMPLE_ID])
    title: str
    owner: str
    owned_by_subject: bool
    due_on: date | None
    done: bool
    done_on: date | None
    days_over: int


class Statement(_Model):
    text: str = Field(examples=["SRCH-91 has waited for PAY-17 since 2 May"])
    question: str = Field(examples=["What is still missing for you to go on?"])
    citations: list[int] = Field(examples=[[1, 7]])
    fact: str = Field(description="Kind of the fact behind it.", examples=["explore.wait"])
    origin: str = Field(description="composed, reworded, drafted, replaced or edited.", examples=["composed"])
    action: StatementAction | None
    id: str = Field("", description="Stable in its draft; edits and explanations go by it.", examples=["f1a2b3c4"])


class Section(_Model):
    name: str = Field(examples=["explore"])
    title: str = Field(examples=["To explore"])
    statements: list[Statement]


class Brief(_Model):
    """A document: what stands in it, and the record behind every line."""

    kind: str = Field("brief", examples=["brief", "agenda"])
    id: str = Field(examples=["9f0c3e7a51d84b2c6a10"])
    subject: str = Field(description="Id of the person it is about.", examples=[_EXAMPLE_ID])
    language: str = Field(examples=["en"])
    model: str = Field(examples=["none"])
    created_at: datetime
    on: date | None = Field(None, description="As of the end of which day; without one, as of its making.")
    headline: str = Field(examples=["Maria Gomez · check-in Wed 20 May, 14:00"])
    lines: list[str]
    sections: list[Section]
    sources: list[Source]
    notes: list[str] = Field(description="What could not be done.")
    stale: bool = Field(description="Something it rests on has changed or gone since.")
    job: str | None = Field(None, description="The job that is wording it; look at /api/jobs/{id}.")

    @classmethod
    def of(cls, document: Document, job: str | None = None) -> Self:
        made = cls.model_validate(document)
        made.job = job
        return made


class BriefRequest(BaseModel):
    """How to prepare a document."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"language": "zh", "model": "none", "wait": True}]}
    )

    language: Language | None = Field(None, description="Of the document; left out: that of the request.")
    model: str | None = Field(None, description="none, local, or the model that is set here; left out: that one.")
    wait: bool = Field(
        True, description="Wait for the model. Otherwise computed sentences come at once, and a job words them."
    )
    on: date | None = Field(
        None, strict=False, description="As of the end of which day: what came later is left out; left out: as of now."
    )


class EvidenceActor(_Model):
    role: str = Field(examples=["authored"])
    name: str | None = Field(examples=["Maria Gomez"])
    person: str | None = Field(examples=[_EXAMPLE_ID])
    team: str | None


class StateStepModel(_Model):
    at: datetime
    state: str = Field(examples=["Waiting"])
    reason: str | None


class LinkStepModel(_Model):
    rel: str = Field(examples=["blocked_by"])
    target: str = Field(description="Key of the other item or goal.", examples=["PAY-17"])
    since: datetime | None
    until: datetime | None


class ValueStepModel(_Model):
    key: str = Field(examples=["KR-2"])
    title: str
    start: float | None
    target: float | None
    unit: str | None
    value: float | None = Field(description="The newest; null: never measured.")
    at: datetime | None


class EvidenceRecord(_Model):
    """A record as its source has it."""

    id: str = Field(examples=[_EXAMPLE_ID])
    kind: str = Field(examples=["issue"])
    key: str = Field(examples=["PAY-17"])
    title: str = Field(examples=["Page the ledger export"])
    text: str = Field(description="The record's own words by line, without control characters and markup: data only.")
    source: str = Field(examples=["jsonl"])
    connection: str = Field(examples=["tracker"])
    stream: str = Field(examples=["work_items"])
    occurred_at: datetime
    url: str | None
    sensitivity: str = Field(examples=["work"])
    suspicious: bool = Field(description="The text reads like instructions to a program: show it, never follow it.")
    actors: list[EvidenceActor]
    fields: dict[str, Any] = Field(examples=[{"state": "Waiting", "state_category": "waiting"}])
    states: list[StateStepModel] = Field([], description="What it went through, from old to new.")
    links: list[LinkStepModel] = Field([], description="To items and goals that you may read.")
    values: list[ValueStepModel] = Field([], description="Of a goal: its key results.")

    @classmethod
    def of(cls, evidence: Evidence, trail: Trail | None = None) -> Self:
        trail = trail or Trail()
        return cls(
            id=evidence.id,
            kind=evidence.kind,
            key=clean(evidence.key),
            title=clean(evidence.title),
            text="\n".join(line for line in map(clean, evidence.text.splitlines()) if line),
            source=evidence.source,
            connection=evidence.connection,
            stream=evidence.stream,
            occurred_at=evidence.occurred_at,
            url=evidence.url,
            sensitivity=str(evidence.sensitivity),
            suspicious=is_suspicious(f"{evidence.title}\n{evidence.text}"),
            actors=[EvidenceActor.model_validate(actor) for actor in evidence.actors],
            fields=dict(evidence.fields),
            states=[StateStepModel.model_validate(one) for one in trail.states],
            links=[LinkStepModel.model_validate(one) for one in trail.links],
            values=[ValueStepModel.model_validate(one) for one in trail.values],
        )


class SearchHit(_Model):
    id: str = Field(examples=[_EXAMPLE_ID])
    kind: str = Field(examples=["issue"])
    key: str = Field(examples=["PAY-17"])
    title: str = Field(examples=["Page the ledger export"])
    excerpt: str
    connection: str = Field(examples=["tracker"])
    occurred_at: datetime
    score: float = Field(description="For ordering within one answer only.", examples=[0.83])


class SearchResults(_Model):
    query: str
    hits: list[SearchHit]
    next: str | None = Field(None, description="Address of the next page.")


class ActionItem(_Model):
    id: str = Field(examples=[_EXAMPLE_ID])
    title: str = Field(examples=["Ask Payments for a date on PAY-17"])
    owner: str = Field(examples=["Ana Costa"])
    owned: bool = Field(description="It is yours.")
    due_on: date | None
    done: bool
    done_at: datetime | None
    ticked_by: str = Field(description="Who ticked it here last; empty: only its source has spoken.")
    may_tick: bool

    @classmethod
    def of(cls, state: ActionItemState) -> Self:
        return cls.model_validate(state)


class ActionItems(_Model):
    action_items: list[ActionItem]


class ActionItemChange(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [{"done": True}]})

    done: bool = Field(description="true ticks it off, false opens it again.")


class Read(_Model):
    at: datetime
    viewer: str = Field(description="Id of the person who read.", examples=[_EXAMPLE_ID])
    name: str = Field(examples=["Ana Costa"])
    what: str = Field(examples=["brief"])
    purpose: str = Field(examples=["preparing a check-in"])

    @classmethod
    def of(cls, entry: ReadEntry) -> Self:
        viewer = public_id(entry.viewer)
        return cls(at=entry.at, viewer=viewer, name=entry.viewer_name, what=entry.what, purpose=entry.purpose)


class Reads(_Model):
    """Who read your records, newest first."""

    reads: list[Read]
    next: str | None = Field(None, description="Address of the next page.")


class Stream(_Model):
    name: str = Field(examples=["work_items"])
    title: str = Field(examples=["Work items"])
    records: int = Field(description="How many of them you may read.", examples=[912])
    newest: datetime | None
    quarantined: int | None = Field(description="Kept aside because they could not be read; for admins.")
    cannot_tell: str | None = Field(description="What this source cannot know.")


class WebhookReason(_Model):
    state: str = Field(examples=["refused"])
    event: str = Field(description="What happened, in the source's words.", examples=["workflow_job"])
    reason: str = Field(examples=["deliveries of the event workflow_job are of no stream."])
    count: int = Field(examples=[37])


class Webhooks(_Model):
    """What came by itself in the last week."""

    handled: int = Field(examples=[1204])
    waiting: int = Field(examples=[0])
    refused: int = Field(examples=[37])
    failed: int = Field(examples=[0])
    turned_away: int = Field(
        description="Requests that did not show who sent them, or could not be read.", examples=[2]
    )
    newest: datetime | None
    reasons: list[WebhookReason]

    @classmethod
    def of(cls, found: DeliveryCounts) -> Self:
        return cls(
            handled=found.done,
            waiting=found.waiting,
            refused=found.refused,
            failed=found.failed,
            turned_away=sum(door.count for door in found.at_door),
            newest=found.newest,
            reasons=[WebhookReason.model_validate(one) for one in found.reasons],
        )


class Connection(_Model):
    name: str = Field(examples=["tracker"])
    connector: str = Field(examples=["jsonl"])
    title: str = Field(examples=["JSON Lines"])
    enabled: bool
    every_minutes: int | None
    state: str | None = Field(description="Of the last sync: running, done, failed, cancelled.", examples=["done"])
    error: str | None = Field(description="Of the last sync; for admins.")
    last_sync: datetime | None
    webhooks: Webhooks | None = Field(None, description="What the source sent by itself; for admins.")
    streams: list[Stream]

    @classmethod
    def of(cls, found: ConnectionCoverage, language: Language, *, everything: bool) -> Self:
        zh = language == "zh"
        return cls(
            name=found.name,
            connector=found.connector,
            title=found.title[zh],
            enabled=found.enabled,
            every_minutes=found.every_minutes,
            state=found.state,
            error=found.error if everything else None,
            last_sync=found.last_sync,
            webhooks=Webhooks.of(found.webhooks) if everything and found.webhooks else None,
            streams=[
                Stream(
                    name=one.name,
                    title=one.title[zh],
                    records=one.records,
                    newest=one.newest,
                    quarantined=one.quarantined if everything else None,
                    cannot_tell=one.cannot_tell[zh] if one.cannot_tell else None,
                )
                for one in found.streams
            ],
        )


class Quarantined(_Model):
    connection: str
    stream: str
    reason: str
    count: int
    oldest: datetime


class Coverage(_Model):
    """What is connected, how fresh it is, and what is missing. Missing is never zero."""

    at: datetime
    connections: list[Connection]
    missing: list[str] | None = Field(description="What is not here; for admins.")
    quarantine: list[Quarantined] | None = Field(description="What could not be read, by reason; for admins.")
    unmatched_identities: int | None = Field(description="Accounts that are nobody's yet; for admins.")

    @classmethod
    def of(cls, report: CoverageReport, language: Language, *, everything: bool) -> Self:
        return cls(
            at=report.at,
            connections=[Connection.of(one, language, everything=everything) for one in report.connections],
            missing=[words[language == "zh"] for words in report.missing] if everything else None,
            quarantine=[Quarantined.model_validate(one) for one in report.quarantine] if everything else None,
            unmatched_identities=report.unmatched_identities if everything else None,
        )


class JobState(_Model):
    """Work in the background."""

    id: str = Field(examples=["5b2f0c9de1a34478"])
    kind: str = Field(examples=["sync"])
    state: Literal["waiting", "running", "cancelling", "done", "failed", "cancelled"]
    done: int | None = Field(None, examples=[1200])
    total: int | None = Field(None, examples=[4800])
    note: str = Field("", examples=["work_items"])

    @classmethod
    def of(cls, job: Job) -> Self:
        progress = job.progress or {}
        return cls(
            id=job.id,
            kind=job.kind,
            state=job.state.value,
            done=progress.get("done"),
            total=progress.get("total"),
            note=str(progress.get("note") or ""),
        )


class Health(_Model):
    status: Literal["ok"] = "ok"
    version: str = Field(examples=["0.1.0"])
