"""The only place where parts are wired together.

:func:`open_app` opens an installation; each part of :class:`App` is made when it is first asked for, so a command that
needs only the directory never loads the vector index.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from coachkit.domain.identity import public_id, stable_id
from coachkit.settings import Settings
from coachkit.store.relational.database import Database
from coachkit.telemetry import get_logger

if TYPE_CHECKING:
    from coachkit.access import Directory, Grants, ReadLog, Viewer
    from coachkit.access.oidc import OidcProvider
    from coachkit.access.sign_in import SignIn
    from coachkit.delivery.action_items import ActionItems
    from coachkit.delivery.evidence import EvidenceDesk
    from coachkit.delivery.personal import PersonalReader
    from coachkit.domain.drafts import DraftKind
    from coachkit.drafting.agents import Agent
    from coachkit.drafting.documents import Documents
    from coachkit.drafting.facts import Language
    from coachkit.drafting.prompts import PromptLibrary
    from coachkit.drafting.self_reviews import SelfReviews
    from coachkit.drafting.showing import Showings
    from coachkit.host import PluginHost
    from coachkit.ingest.connections import Connections
    from coachkit.ingest.coverage import Coverage
    from coachkit.ingest.engine import SyncEngine
    from coachkit.ingest.identity_queue import IdentityQueue
    from coachkit.ingest.intake import Intake
    from coachkit.ingest.ports import Connection
    from coachkit.ingest.replay import ReplayReport
    from coachkit.ingest.reports import SyncProgress, SyncReport
    from coachkit.insights import Insights
    from coachkit.models.writers import Writers
    from coachkit.retrieval import Indexer, Retriever
    from coachkit.retrieval.keeping import IndexKeeper
    from coachkit.retrieval.ports import Embedder, VectorIndex
    from coachkit.sdk import Connector
    from coachkit.store.relational.connections import SqlConnectionStore
    from coachkit.store.relational.jobs import SqlJobs
    from coachkit.store.relational.reading import SqlFactReader
    from coachkit.store.relational.reviews import SqlReviewStore
    from coachkit.store.relational.showings import SqlShowingStore
    from coachkit.store.relational.syncs import SqlIngestStore
    from coachkit.store.relational.targets import SqlTargets
    from coachkit.talks import Talks

__all__ = ["App", "open_app", "replay_recorded", "utc_now"]

_log = get_logger("bootstrap")

SYNC_JOB, EMBED_JOB, SUGGEST_JOB, DRAFT_JOB = "sync", "embed", "suggest-identities", "draft"
"""Kinds of jobs that can be asked for; :mod:`coachkit.background` says what each does."""

SUGGEST_AFTER = timedelta(minutes=5)
"""How long identities wait for suggestions after webhooks, which come at any time."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class App:
    """An installation, opened: every part that the doors use, and how they hang together."""

    def __init__(self, settings: Settings, *, now: Callable[[], datetime] = utc_now) -> None:
        self.settings = settings
        self.now = now

    # --- stores ------------------------------------------------------------------------------------------------------

    @cached_property
    def database(self) -> Database:
        from coachkit.store.relational.migrating import migrate

        database = Database(self.settings.database)
        migrate(database)
        return database

    # --- access ------------------------------------------------------------------------------------------------------

    @cached_property
    def directory(self) -> Directory:
        from coachkit.store.relational.access import SqlDirectory

        return SqlDirectory(self.database, self.settings.timezone, self.now)

    @cached_property
    def reads(self) -> ReadLog:
        from coachkit.store.relational.access import SqlReadLog

        return SqlReadLog(self.database)

    @cached_property
    def grants(self) -> Grants:
        from coachkit.store.relational.grants import SqlGrants

        return SqlGrants(self.database)

    @cached_property
    def sign_in(self) -> SignIn:
        from coachkit.access.sign_in import SignIn
        from coachkit.store.relational.signin import SqlSignInStore

        return SignIn(SqlSignInStore(self.database, self.settings.timezone))

    @cached_property
    def oidc(self) -> OidcProvider | None:
        """The OpenID Connect provider, if one is set."""
        from coachkit.access.oidc import OidcProvider

        if not self.settings.oidc_issuer:
            return None
        secret = self.settings.oidc_client_secret
        return OidcProvider(
            self.settings.oidc_issuer, self.settings.oidc_client_id, secret.get_secret_value() if secret else None
        )

    @cached_property
    def secret_key(self) -> str:
        """Signs cookies; made once, and readable by the owner of the data folder alone."""
        if self.settings.secret_key is not None:
            return self.settings.secret_key.get_secret_value()
        path = self.settings.data / "secret.key"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48), "utf-8")
        return path.read_text("utf-8").strip()

    # --- sources -----------------------------------------------------------------------------------------------------

    @cached_property
    def plugins(self) -> PluginHost:
        from coachkit.host import PluginHost

        return PluginHost.load()

    @cached_property
    def connections_store(self) -> SqlConnectionStore:
        from coachkit.store.relational.connections import SqlConnectionStore

        return SqlConnectionStore(self.database)

    @cached_property
    def connections(self) -> Connections:
        from coachkit.ingest.connections import Connections

        return Connections(self.connections_store, self.plugins.connector_class, self._on_schedule)

    @cached_property
    def ingest_store(self) -> SqlIngestStore:
        from coachkit.store.relational.syncs import SqlIngestStore

        return SqlIngestStore(self.database)

    @cached_property
    def sync_engine(self) -> SyncEngine:
        from coachkit.ingest.engine import SyncEngine

        return SyncEngine(self.ingest_store)

    def sync(
        self,
        name: str,
        *,
        on_progress: Callable[[SyncProgress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        dry_run: bool = False,
        allow_removals: bool = False,
        restart: bool = False,
    ) -> SyncReport:
        """Sync one connection now; what it brought is embedded behind it, by whoever works in the background."""
        self.renew_postings()
        with closing(self.connections.open(name)) as connector:
            report = self.sync_engine.run(
                name,
                connector,
                clock=self.now,
                on_progress=on_progress,
                cancelled=cancelled,
                dry_run=dry_run,
                allow_removals=allow_removals,
                restart=restart,
            )
        if not dry_run and (report.total.written or report.total.removed):
            self.request_embedding()
        return report

    @cached_property
    def webhooks(self) -> Intake:
        """Webhooks and long connections."""
        from coachkit.ingest.intake import Intake
        from coachkit.store.relational.deliveries import SqlDeliveryStore
        from coachkit.store.relational.sync_lock import hold

        return Intake(
            SqlDeliveryStore(self.database),
            self.jobs,
            self.connections,
            self.connections_store,
            connector_classes=lambda: self.plugins.connectors,
            hold=lambda name: hold(self.database, f"listen:{name}"),
            clock=self.now,
            written=self._after_webhooks,
        )

    @cached_property
    def coverage(self) -> Coverage:
        from coachkit.ingest.coverage import Coverage
        from coachkit.store.relational.coverage import SqlCoverageReader

        return Coverage(SqlCoverageReader(self.database), self.plugins.connector_class)

    @cached_property
    def identities(self) -> IdentityQueue:
        from coachkit.ingest.identity_queue import IdentityQueue
        from coachkit.store.relational.identities import SqlIdentityStore

        return IdentityQueue(SqlIdentityStore(self.database, self.settings.timezone))

    # --- what people open --------------------------------------------------------------------------------------------

    @cached_property
    def evidence(self) -> EvidenceDesk:
        from coachkit.delivery.evidence import EvidenceDesk

        return EvidenceDesk(self.facts, self.reads)

    @cached_property
    def action_items(self) -> ActionItems:
        from coachkit.delivery.action_items import ActionItems
        from coachkit.store.relational.action_items import SqlActionItemStore

        return ActionItems(SqlActionItemStore(self.database))

    @cached_property
    def personal(self) -> PersonalReader:
        from coachkit.store.relational.personal import SqlPersonalReader

        return SqlPersonalReader(self.database)

    # --- search ------------------------------------------------------------------------------------------------------

    @cached_property
    def embedder(self) -> Embedder | None:
        from coachkit.models.embedder import embedder_for

        key = self.settings.embedder_key
        return embedder_for(
            self.settings.embedder, url=self.settings.embedder_url, key=key.get_secret_value() if key else ""
        )

    @cached_property
    def vector_index(self) -> VectorIndex | None:
        """Not opened yet: of an embedded one only the process that works in the background takes hold."""
        from coachkit.store.vector import EmbeddedIndex, ServerIndex

        if self.embedder is None:
            return None
        if self.settings.chroma_url:
            name = public_id(stable_id("installation", self.settings.database))
            return ServerIndex(self.settings.chroma_url, name, self.embedder.model)
        return EmbeddedIndex(self.settings.data / "vectors", self.embedder.model)

    @cached_property
    def retriever(self) -> Retriever:
        from coachkit.retrieval import Retriever
        from coachkit.store.relational.searching import RelationalSearch

        return Retriever(RelationalSearch(self.database), self.embedder, self.vector_index)

    @cached_property
    def indexer(self) -> Indexer:
        from coachkit.retrieval import Indexer
        from coachkit.store.relational.embeddings import SqlEmbeddingStore

        return Indexer(SqlEmbeddingStore(self.database), self.embedder, self.vector_index, clock=self.now)

    @cached_property
    def index_keeper(self) -> IndexKeeper:
        from coachkit.retrieval.keeping import IndexKeeper

        return IndexKeeper(self.indexer)

    # --- documents ---------------------------------------------------------------------------------------------------

    @cached_property
    def facts(self) -> SqlFactReader:
        from coachkit.store.relational.reading import SqlFactReader

        return SqlFactReader(self.database)

    @cached_property
    def writers(self) -> Writers:
        from coachkit.models.writers import writers_for
        from coachkit.store.relational.drafts import SqlDraftStore

        day = timedelta(days=1)
        return writers_for(self.settings, spent=lambda: SqlDraftStore(self.database).spent(self.now() - day))

    @cached_property
    def prompts(self) -> PromptLibrary:
        """The packaged prompts, with a team's own laid over them.

        :raises ConfigError: if one of theirs cannot stand for the packaged one.
        """
        from coachkit.drafting.prompts import PromptLibrary

        library = PromptLibrary(team=self.settings.prompts)
        library.hold()
        return library

    @cached_property
    def agents(self) -> tuple[Agent, ...]:
        """One for each kind of document."""
        from coachkit.drafting.agents.contribution import contribution_agent
        from coachkit.drafting.agents.self_review import self_review
        from coachkit.store.relational.reading_team import SqlTeamReader

        together = contribution_agent(self.targets, SqlTeamReader(self.database), self.directory.today, self.showings)
        return (*self.talks.agents, self_review(self.review_store), together)

    @cached_property
    def documents(self) -> Documents:
        from coachkit.drafting.documents import Documents
        from coachkit.store.relational.drafts import SqlDraftStore

        return Documents(
            self.agents,
            directory=self.directory,
            facts=self.facts,
            drafts=SqlDraftStore(self.database),
            reads=self.reads,
            writers=lambda model: self.writers(model),  # loading them takes a while, and without a model for nothing
            prompts=self.prompts,
            timezone=self.settings.timezone,
            seconds=self.settings.model_timeout,
        )

    @cached_property
    def talks(self) -> Talks:
        """What two people who talk share here."""
        from coachkit.talks import Talks

        return Talks(self.database, self.directory, self.facts, self.reads, self.settings.timezone)

    @cached_property
    def insights(self) -> Insights:
        """What is seen of the whole organisation."""
        from coachkit.insights import Insights

        return Insights(self.database, self.directory, self.reads, self.settings.timezone)

    @cached_property
    def targets(self) -> SqlTargets:
        """Goals, projects and teams, as contribution summaries are asked for about them."""
        from coachkit.store.relational.targets import SqlTargets

        return SqlTargets(self.database, self.directory)

    @cached_property
    def showing_store(self) -> SqlShowingStore:
        from coachkit.store.relational.showings import SqlShowingStore

        return SqlShowingStore(self.database)

    @cached_property
    def showings(self) -> Showings:
        from coachkit.drafting.showing import Showings

        days = self.settings.contribution_days
        return Showings(self.showing_store, self.targets, self.directory, self.reads, days=days)

    @cached_property
    def review_store(self) -> SqlReviewStore:
        from coachkit.store.relational.reviews import SqlReviewStore

        return SqlReviewStore(self.database)

    @cached_property
    def self_reviews(self) -> SelfReviews:
        from coachkit.drafting.self_reviews import SelfReviews

        return SelfReviews(
            documents=self.documents,
            directory=self.directory,
            facts=self.facts,
            store=self.review_store,
            reads=self.reads,
            timezone=self.settings.timezone,
        )

    # --- work in the background --------------------------------------------------------------------------------------

    @cached_property
    def jobs(self) -> SqlJobs:
        from coachkit.store.relational.jobs import SqlJobs

        return SqlJobs(self.database)

    def request_sync(self, name: str) -> str:
        """Let a connection be synced in the background; returns the job's id. Asked twice, it runs once."""
        self.connections.get(name)
        return self.jobs.enqueue(SYNC_JOB, {"connection": name}, lock=f"sync:{name}", once=True, now=self.now())

    def request_draft(
        self, kind: DraftKind, viewer: Viewer, subject: int, *, language: Language, model: str, on: date | None = None
    ) -> str:
        """Let a document be prepared in the background; returns the job's id. Asked twice while it waits, it runs
        once."""
        about = {"kind": str(kind), "viewer": viewer.person, "subject": subject}
        asked = {**about, "language": language, "model": model}
        if on is not None:
            asked["on"] = on.isoformat()
        lock = f"draft:{kind}:{viewer.person}:{subject}"
        return self.jobs.enqueue(DRAFT_JOB, asked, lock=lock, once=True, max_attempts=1, now=self.now())

    def _on_schedule(self, connection: Connection, now: datetime) -> None:
        name = f"sync:{connection.name}"
        if connection.enabled and connection.every_minutes:
            every = timedelta(minutes=connection.every_minutes)
            self.jobs.schedule(name, SYNC_JOB, {"connection": connection.name}, every=every, first_at=now)
        else:
            self.jobs.unschedule(name)

    def request_suggestions(self) -> None:
        """Let doubtful identities be looked at in the background."""
        self.jobs.enqueue(SUGGEST_JOB, lock=SUGGEST_JOB, once=True, now=self.now())

    def request_embedding(self) -> None:
        """Let what waits be embedded in the background."""
        self.jobs.enqueue(EMBED_JOB, lock=EMBED_JOB, once=True, now=self.now())

    def _after_webhooks(self) -> None:
        """Texts are new, and people may have new accounts: asked for by many deliveries, looked at once in a while."""
        now = self.now()
        self.request_embedding()
        asked = {"after": self.webhooks.job}
        self.jobs.enqueue(SUGGEST_JOB, asked, lock=SUGGEST_JOB, once=True, run_at=now + SUGGEST_AFTER, now=now)

    def renew_postings(self) -> None:
        """Write all postings again after a change of the tokenizer; otherwise one look at one row."""
        from coachkit.store.relational.postings import rebuild_postings

        if written := rebuild_postings(self.database):
            _log.info("wrote the postings again for another tokenizer", records=written)

    def close(self) -> None:
        """Put down what is running and let go of everything that was opened."""
        made = self.__dict__
        if "webhooks" in made:
            self.webhooks.stop()
        kept = "index_keeper" in made and not self.index_keeper.stop()
        if made.get("vector_index") is not None and not kept:  # else it closes itself when this process ends
            made["vector_index"].close()
        if "writers" in made:
            self.writers.close()
        if made.get("oidc") is not None:
            made["oidc"].close()
        if "database" in made:
            self.database.close()


def replay_recorded(
    connector: type[Connector], lines: Callable[[], Iterable[bytes]], stream: str | None, now: Callable[[], datetime]
) -> ReplayReport:
    """Feed recorded payloads to a connector, in a scratch store that is gone afterwards; no source is asked."""
    from coachkit.ingest.replay import Replay
    from coachkit.store.relational.scratch import scratch_store

    with scratch_store("recorded", connector.name, now()) as store:
        return Replay(store, connector, clock=now).run("recorded", lines, stream=stream)


def open_app(settings: Settings, *, now: Callable[[], datetime] = utc_now) -> App:
    """Open an installation; its data folder and its tables are made if they are not there yet.

    :raises ConfigError: if a team's own prompts are set and one of them is wrong.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    app = App(settings, now=now)
    if settings.prompts is not None:
        _ = app.prompts  # what is wrong with them is said now, and not with the first document
    return app
