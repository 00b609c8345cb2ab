"""A small office in a real store, written through the ingest writer; what happens there is told by each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from coachkit.access import PersonEntry
from coachkit.domain.drafts import Draft, DraftKind, Statement
from coachkit.drafting.agents.brief import BRIEF
from coachkit.drafting.documents import Documents
from coachkit.drafting.ports import Writer
from coachkit.drafting.prompts import PromptLibrary
from coachkit.ingest.ports import Source, Storable
from coachkit.sdk import (
    ActionItem,
    AgendaPoint,
    Audience,
    CheckIn,
    CheckInState,
    Feedback,
    FeedbackKind,
    Goal,
    Interaction,
    InteractionKind,
    Link,
    Membership,
    PersonProfile,
    Record,
    Relation,
    ReportingLine,
    StateChange,
    Team,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit.store.relational.access import SqlDirectory, SqlReadLog
from coachkit.store.relational.database import Database
from coachkit.store.relational.drafts import SqlDraftStore
from coachkit.store.relational.reading import SqlFactReader
from coachkit.store.relational.writing import write_items

AGENTS = (BRIEF,)
NOW = datetime(2026, 5, 20, 6, 0, tzinfo=UTC)
TEAMS = {"search": "Search", "payments": "Payments", "platform": "Platform", "cs": "客户成功"}
STAFF = {
    "ana": ("Ana Costa", "search", None, "Engineering manager"),
    "maria": ("Maria Gomez", "search", "ana", "Backend engineer"),
    "tom": ("Tom Becker", "search", "ana", "Backend engineer"),
    "wei": ("Wei Li", "payments", None, "Staff engineer"),
    "jonas": ("Jonas Weber", "platform", None, "Site reliability engineer"),
    "liwei": ("李薇", "cs", "chen", "客户成功经理"),
    "chen": ("陈静", "cs", None, "客户成功主管"),
}


def at(day: int, hour: int = 9, *, month: int = 5) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def key(who: str) -> str:
    return f"hris:{who}"


@dataclass
class Office:
    """The store and the services over it, with short ways to write what happened."""

    database: Database
    directory: SqlDirectory
    documents: Documents
    reads: SqlReadLog
    reader: SqlFactReader
    writers: dict[str, Writer] = field(default_factory=dict)

    def patient(self, seconds: float) -> Documents:
        """The same documents, with so much time for a model."""
        return Documents(
            AGENTS,
            directory=self.directory,
            facts=self.reader,
            drafts=SqlDraftStore(self.database),
            reads=self.reads,
            writers=self.writers.get,
            prompts=PromptLibrary(),
            timezone="UTC",
            seconds=seconds,
        )

    def write(self, connection: str, *items: Storable) -> None:
        write_items(
            self.database, Source(connection=connection, connector="jsonl"), items, now=NOW, retry=False, dry_run=False
        )

    def put(
        self,
        connection: str,
        native_id: str,
        record: Record,
        when: datetime,
        *,
        audience: Audience | None = None,
        stream: str = "records",
    ) -> None:
        self.write(
            connection,
            Upsert(
                stream=stream,
                native_id=native_id,
                record=record,
                occurred_at=when,
                audience=audience or Audience.org(),
            ),
        )

    def person(self, who: str) -> PersonEntry:
        return self.directory.find_person(key(who))

    def issue(
        self,
        name: str,
        title: str,
        owner: str,
        *,
        team: str = "search",
        created: datetime | None = None,
        history: tuple[StateChange, ...] = (),
        links: tuple[Link, ...] = (),
        state: str = "doing",
        due: date | None = None,
        body: str | None = None,
        closed: datetime | None = None,
        audience: Audience | None = None,
    ) -> None:
        made = created or at(1)
        self.put(
            "tracker",
            name,
            WorkItem(
                kind=WorkItemKind.ISSUE,
                key=name,
                title=title,
                body=body,
                container=name.split("-")[0],
                team=team,
                state=state,
                state_category=state,
                created_at=made,
                closed_at=closed,
                due_on=due,
                interactions=(
                    Interaction(kind=InteractionKind.AUTHORED, actor=key(owner), at=made),
                    Interaction(kind=InteractionKind.ASSIGNED, actor=key(owner), at=made),
                ),
                history=history,
                links=links,
            ),
            history[-1].at if history else made,
            audience=audience,
        )

    def act(
        self,
        kind: InteractionKind,
        who: str,
        when: datetime,
        *,
        target: str | None = None,
        item: str | None = None,
        text: str = "",
    ) -> None:
        name = f"{kind}-{who}-{when.isoformat()}"
        self.put(
            "tracker",
            name,
            Interaction(
                kind=kind,
                actor=key(who),
                at=when,
                target=key(target) if target else None,
                item=item,
                text=text or f"{kind} on {item}",
            ),
            when,
        )

    def change(
        self,
        name: str,
        title: str,
        author: str,
        when: datetime,
        *,
        reviewers: tuple[str, ...] = (),
        area: str = "index",
        kind: WorkItemKind = WorkItemKind.CHANGE_REQUEST,
    ) -> None:
        self.put(
            "reviews",
            name,
            WorkItem(
                kind=kind,
                key=name,
                title=title,
                container="search-engine",
                areas=(area,),
                state="merged",
                state_category="done",
                created_at=when,
                closed_at=when + timedelta(hours=5),
                interactions=(
                    Interaction(kind=InteractionKind.AUTHORED, actor=key(author), at=when),
                    *(
                        Interaction(
                            kind=InteractionKind.REVIEWED,
                            actor=key(reviewer),
                            at=when + timedelta(hours=3),
                            target=key(author),
                        )
                        for reviewer in reviewers
                    ),
                ),
            ),
            when,
        )

    def check_in(
        self,
        when: datetime,
        *,
        report: str = "maria",
        manager: str = "ana",
        state: CheckInState = CheckInState.HELD,
        agenda: tuple[tuple[str, str], ...] = (),
        every: int | None = 14,
    ) -> str:
        name = f"ci-{report}-{when.date()}"
        self.put(
            "checkins",
            name,
            CheckIn(
                manager=key(manager),
                report=key(report),
                scheduled_at=when,
                state=state,
                every_days=every,
                agenda=tuple(
                    AgendaPoint(author=key(who), text=text, added_at=when - timedelta(days=1)) for who, text in agenda
                ),
            ),
            when,
            audience=Audience.people(key(manager), key(report)),
        )
        return name

    def action(
        self,
        title: str,
        owner: str,
        check_in: str | None,
        *,
        created: datetime,
        due: date | None = None,
        done: datetime | None = None,
        audience: Audience | None = None,
    ) -> None:
        self.put(
            "checkins",
            f"action-{title}",
            ActionItem(title=title, owner=key(owner), created_at=created, due_on=due, done_at=done, check_in=check_in),
            created,
            audience=audience or Audience.people(key("ana"), key("maria")),
        )

    def praise(
        self,
        subject: str,
        text: str,
        when: datetime,
        *,
        author: str | None = None,
        relation: Relation = Relation.PEER,
        item: str | None = None,
        author_name: str | None = None,
        audience: Audience | None = None,
    ) -> None:
        self.put(
            "feedback",
            f"feedback-{subject}-{when.isoformat()}-{author or author_name}",
            Feedback(
                subject=key(subject),
                kind=FeedbackKind.PRAISE,
                relation=relation,
                text=text,
                at=when,
                author=key(author) if author else None,
                author_name=author_name,
                item=item,
            ),
            when,
            audience=audience or Audience.subject(key(subject)),
        )

    def goal(self, goal: Goal, when: datetime) -> None:
        self.put("okr", goal.key, goal, when)

    def brief(
        self,
        subject: str = "maria",
        viewer: str = "ana",
        *,
        language: str = "en",
        model: str = "none",
        now: datetime = NOW,
        since: datetime | None = None,
        on: date | None = None,
    ) -> Draft:
        person = self.person(viewer)
        return self.documents.prepare(
            DraftKind.BRIEF,
            self.directory.viewer(person.id, now),
            self.person(subject).id,
            language="zh" if language == "zh" else "en",
            model=model,
            now=now,
            since=since,
            on=on,
        )


def statements(draft: Draft, section: str) -> list[Statement]:
    return [one for part in draft.sections if part.name == section for one in part.statements]


def texts(draft: Draft, section: str) -> str:
    return "\n".join(f"{one.text} {one.question}".strip() for one in statements(draft, section))


@contextmanager
def opened(database: Database) -> Iterator[Office]:
    directory = SqlDirectory(database, "UTC", lambda: NOW)
    reads, reader = SqlReadLog(database), SqlFactReader(database)
    writers: dict[str, Writer] = {}
    documents = Documents(
        AGENTS,
        directory=directory,
        facts=reader,
        drafts=SqlDraftStore(database),
        reads=reads,
        writers=writers.get,
        prompts=PromptLibrary(),
        timezone="UTC",
        seconds=20,
    )
    office = Office(database, directory, documents, reads, reader, writers)
    start = date(2024, 1, 8)
    for team, name in TEAMS.items():
        office.put("hr", f"team-{team}", Team(key=team, name=name), at(1, month=1), stream="teams")
    for who, (name, team, manager, title) in STAFF.items():
        office.put(
            "hr",
            who,
            PersonProfile(identity=key(who), name=name, title=title, started_on=start),
            at(1, month=1),
            stream="people",
        )
        office.put(
            "hr",
            f"{who}@{team}",
            Membership(team=team, person=key(who), starts_on=start),
            at(1, month=1),
            stream="memberships",
        )
        if manager:
            office.put(
                "hr",
                f"{who}>{manager}",
                ReportingLine(person=key(who), manager=key(manager), starts_on=start),
                at(1, month=1),
                stream="reporting_lines",
            )
    yield office
