"""The queue in the same database as everything else: SQLite, or PostgreSQL with ``SKIP LOCKED``."""

from __future__ import annotations

import builtins
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from coachkit.errors import NotFound
from coachkit.jobs.ports import Job, JobState, Schedule, Signal, Transaction
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database, upsert

__all__ = ["SqlJobs"]

_HELD = (JobState.RUNNING.value, JobState.CANCELLING.value)
_OVER = (JobState.DONE.value, JobState.FAILED.value, JobState.CANCELLED.value)
_CLAIM_TRIES = 3


class SqlJobs:
    """The :class:`~coachkit.jobs.ports.JobQueue` over the relational store. A transaction is a ``sa.Connection``.

    That at most one job of a lock runs is a unique index, so it holds whatever else goes wrong.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def enqueue(
        self,
        kind: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        now: datetime,
        lock: str | None = None,
        run_at: datetime | None = None,
        max_attempts: int = 5,
        once: bool = False,
        transaction: Transaction | None = None,
    ) -> str:
        job = Job(
            id=secrets.token_hex(8),
            kind=kind,
            arguments=dict(arguments or {}),
            lock=lock,
            run_at=run_at or now,
            max_attempts=max_attempts,
            created_at=now,
        )
        if transaction is not None:
            if not isinstance(transaction, sa.Connection):
                raise TypeError("a transaction of this store is a SQLAlchemy connection")
            return _put(transaction, job, once=once)
        with self._database.write() as connection:
            return _put(connection, job, once=once)

    def get(self, job_id: str) -> Job:
        with self._database.read() as connection:
            row = connection.execute(sa.select(t.jobs).where(t.jobs.c.id == job_id)).one_or_none()
        if row is None:
            raise NotFound("there is no such job.", subject=job_id)
        return _job(row)

    def list(
        self, *, states: Collection[JobState] | None = None, kind: str | None = None, limit: int = 100
    ) -> tuple[Job, ...]:
        statement = sa.select(t.jobs).order_by(t.jobs.c.created_at.desc(), t.jobs.c.id).limit(limit)
        if states is not None:
            statement = statement.where(t.jobs.c.state.in_([state.value for state in states]))
        if kind is not None:
            statement = statement.where(t.jobs.c.kind == kind)
        with self._database.read() as connection:
            return tuple(_job(row) for row in connection.execute(statement))

    def cancel(self, job_id: str, now: datetime) -> bool:
        c = t.jobs.c
        with self._database.write() as connection:
            waiting = connection.execute(
                sa.update(t.jobs)
                .where(c.id == job_id, c.state == JobState.WAITING.value)
                .values(state=JobState.CANCELLED.value, finished_at=now)
            ).rowcount
            running = connection.execute(
                sa.update(t.jobs).where(c.id == job_id, c.state.in_(_HELD)).values(state=JobState.CANCELLING.value)
            ).rowcount
        if not waiting and not running:
            self.get(job_id)
        return bool(waiting or running)

    def schedule(
        self, name: str, kind: str, arguments: Mapping[str, Any], *, every: timedelta, first_at: datetime
    ) -> None:
        seconds = int(every.total_seconds())
        if seconds < 1:
            raise ValueError("a schedule fires at most once a second")
        row = {"name": name, "kind": kind, "arguments": dict(arguments), "every_seconds": seconds}
        with self._database.write() as connection:
            stored = connection.execute(sa.select(t.schedules).where(t.schedules.c.name == name)).one_or_none()
            keep = stored is not None and stored.every_seconds == seconds
            next_at = stored.next_at if stored is not None and keep else first_at
            upsert(connection, t.schedules, [{**row, "next_at": next_at, "enabled": True}])

    def unschedule(self, name: str) -> None:
        with self._database.write() as connection:
            connection.execute(sa.delete(t.schedules).where(t.schedules.c.name == name))

    def schedules(self) -> tuple[Schedule, ...]:
        with self._database.read() as connection:
            rows = connection.execute(sa.select(t.schedules).order_by(t.schedules.c.name)).all()
        return tuple(
            Schedule(
                name=row.name,
                kind=row.kind,
                arguments=row.arguments,
                every=timedelta(seconds=row.every_seconds),
                next_at=row.next_at,
                enabled=row.enabled,
            )
            for row in rows
        )

    def forget(self, before: datetime, *, kind: str | None = None) -> int:
        statement = sa.delete(t.jobs).where(t.jobs.c.state.in_(_OVER), t.jobs.c.finished_at < before)
        if kind is not None:
            statement = statement.where(t.jobs.c.kind == kind)
        with self._database.write() as connection:
            return connection.execute(statement).rowcount

    def fire(self, now: datetime) -> int:
        due = sa.select(t.schedules).where(t.schedules.c.enabled, t.schedules.c.next_at <= now)
        with self._database.read() as connection:
            if not connection.execute(due).all():
                return 0
        fired = 0
        with self._database.write() as connection:
            for row in connection.execute(due).all():
                fired += _fire(connection, row, now)
        return fired

    def claim(self, worker: str, kinds: Collection[str], now: datetime, lease: timedelta) -> Job | None:
        if not kinds:
            return None
        for _ in range(_CLAIM_TRIES):
            with self._database.read() as connection:
                if connection.scalar(_claimable(kinds, now)) is None:
                    return None
            try:
                with self._database.write() as connection:
                    job = _take(connection, worker, kinds, now, lease)
            except sa.exc.IntegrityError:
                continue  # another worker has just begun a job of the same lock
            if job is not None:
                return job
        return None

    def renew(self, job: Job, now: datetime, lease: timedelta) -> Signal:
        with self._database.write() as connection:
            state = connection.scalar(
                _of_run(sa.update(t.jobs), job).values(lease_until=now + lease).returning(t.jobs.c.state)
            )
        if state is None:
            return Signal.LOST
        return Signal.CANCEL if state == JobState.CANCELLING.value else Signal.GO_ON

    def report(self, job: Job, progress: Mapping[str, Any]) -> None:
        self._end(job, progress=dict(progress))

    def finish(self, job: Job, now: datetime) -> bool:
        return self._end(job, state=JobState.DONE.value, finished_at=now, lease_until=None, error=None)

    def fail(self, job: Job, error: str, now: datetime, retry_at: datetime | None) -> bool:
        if retry_at is None:
            return self._end(job, state=JobState.FAILED.value, finished_at=now, lease_until=None, error=error)
        cancelled = t.jobs.c.state == JobState.CANCELLING.value
        return self._end(
            job,
            state=sa.case((cancelled, JobState.CANCELLED.value), else_=JobState.WAITING.value),
            finished_at=sa.case((cancelled, sa.bindparam("over", now, t.jobs.c.finished_at.type)), else_=None),
            run_at=retry_at,
            lease_until=None,
            worker=None,
            error=error,
        )

    def give_back(self, job: Job, now: datetime) -> bool:
        cancelled = t.jobs.c.state == JobState.CANCELLING.value
        return self._end(
            job,
            state=sa.case((cancelled, JobState.CANCELLED.value), else_=JobState.WAITING.value),
            finished_at=sa.case((cancelled, sa.bindparam("over", now, t.jobs.c.finished_at.type)), else_=None),
            attempts=job.attempts - 1,
            lease_until=None,
            worker=None,
        )

    def stop_cancelled(self, job: Job, now: datetime) -> bool:
        return self._end(job, state=JobState.CANCELLED.value, finished_at=now, lease_until=None)

    def workers(self) -> tuple[str, ...]:
        statement = sa.select(t.jobs.c.worker).where(t.jobs.c.state.in_(_HELD)).distinct()
        with self._database.read() as connection:
            return tuple(name for name in connection.scalars(statement) if name)

    def expire(self, worker: str, now: datetime) -> int:
        statement = sa.update(t.jobs).where(t.jobs.c.state.in_(_HELD), t.jobs.c.worker == worker)
        with self._database.write() as connection:
            return connection.execute(statement.values(lease_until=now)).rowcount

    def _end(self, job: Job, **values: Any) -> bool:
        with self._database.write() as connection:
            return bool(connection.execute(_of_run(sa.update(t.jobs), job).values(**values)).rowcount)


def _of_run(statement: sa.Update, job: Job) -> sa.Update:
    """Only while this very run has the job: a run that lost its lease changes nothing."""
    c = t.jobs.c
    return statement.where(c.id == job.id, c.worker == job.worker, c.attempts == job.attempts, c.state.in_(_HELD))


def _put(connection: sa.Connection, job: Job, *, once: bool) -> str:
    c = t.jobs.c
    if once:
        # Locked on PostgreSQL, so that the waiting job cannot begin before our transaction is there to be seen.
        waiting = connection.execute(
            sa.select(c.id, c.arguments)
            .where(c.kind == job.kind, c.state == JobState.WAITING.value, c.lock.is_not_distinct_from(job.lock))
            .with_for_update()
        ).all()
        for found in waiting:
            if found.arguments == dict(job.arguments):
                return str(found.id)
    connection.execute(sa.insert(t.jobs).values(_row(job)))
    return job.id


def _row(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "arguments": dict(job.arguments),
        "lock": job.lock,
        "state": job.state.value,
        "run_at": job.run_at,
        "attempts": job.attempts,
        "max_attempts": job.max_attempts,
        "created_at": job.created_at,
    }


def _fire(connection: sa.Connection, row: sa.Row[Any], now: datetime) -> int:
    """Move the schedule on; whoever moves it enqueues the job. None while its last one still waits to begin."""
    s, c = t.schedules.c, t.jobs.c
    every = timedelta(seconds=row.every_seconds)
    following = row.next_at + every * ((now - row.next_at) // every + 1)
    moved = connection.execute(
        sa.update(t.schedules).where(s.name == row.name, s.next_at == row.next_at).values(next_at=following)
    ).rowcount
    lock = f"schedule:{row.name}"
    waits = sa.select(c.id).where(c.lock == lock, c.state == JobState.WAITING.value)
    if not moved or connection.scalar(waits) is not None:
        return 0
    moment = row.next_at.strftime("%Y%m%dT%H%M%S%fZ")
    job = Job(id=f"{row.name}@{moment}", kind=row.kind, arguments=row.arguments, lock=lock, run_at=now, created_at=now)
    upsert(connection, t.jobs, [_row(job)], update=())
    return 1


def _claimable(kinds: Collection[str], now: datetime) -> sa.Select[str]:
    """The job that should begin next, as far as a glance can tell."""
    c, other = t.jobs.c, t.jobs.alias("other")
    waiting = sa.and_(c.state == JobState.WAITING.value, c.run_at <= now)
    abandoned = sa.and_(c.state.in_(_HELD), c.lease_until <= now)
    taken = sa.exists().where(other.c.lock == c.lock, other.c.state.in_(_HELD), other.c.id != c.id)
    return (
        sa.select(c.id)
        .where(c.kind.in_(sorted(kinds)), sa.or_(waiting, abandoned), ~taken)
        .order_by(c.run_at, c.created_at, c.id)
        .limit(1)
    )


def _take(
    connection: sa.Connection, worker: str, kinds: Collection[str], now: datetime, lease: timedelta
) -> Job | None:
    _bury(connection, now)
    c = t.jobs.c
    job_id = connection.scalar(_claimable(kinds, now).with_for_update(skip_locked=True, of=t.jobs))
    if job_id is None:
        return None
    row = connection.execute(
        sa.update(t.jobs)
        .where(c.id == job_id)
        .values(state=JobState.RUNNING.value, worker=worker, lease_until=now + lease, attempts=c.attempts + 1)
        .returning(*c)
    ).one()
    return _job(row)


def _bury(connection: sa.Connection, now: datetime) -> None:
    """End abandoned jobs that shall not begin again: cancelled ones, and those that took down every worker."""
    c = t.jobs.c
    abandoned = sa.and_(c.state.in_(_HELD), c.lease_until <= now)
    connection.execute(
        sa.update(t.jobs)
        .where(abandoned, c.state == JobState.CANCELLING.value)
        .values(state=JobState.CANCELLED.value, finished_at=now, lease_until=None)
    )
    connection.execute(
        sa.update(t.jobs)
        .where(abandoned, c.attempts >= c.max_attempts)
        .values(
            state=JobState.FAILED.value,
            finished_at=now,
            lease_until=None,
            error="its worker ended before the job did, each time it was tried",
        )
    )


def _job(row: sa.Row[Any]) -> Job:
    found: builtins.dict[str, Any] = dict(row._mapping)
    return Job(**{**found, "state": JobState(found["state"])})
