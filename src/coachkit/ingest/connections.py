"""Connections: configured sources, checked at the edge, so that nothing wrong is ever stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from coachkit.errors import BadInput, ConfigError, NotFound
from coachkit.ingest.ports import Connection, ConnectionStore
from coachkit.sdk import CheckReport, Configuration, Connector

__all__ = ["Connections"]

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Connections:
    """Adds, lists, checks and removes connections, and opens their connectors.

    :param connector_class: the class of a connector by its name; raises ``NotFound`` where no plugin brings it.
    :param on_schedule: told when a connection's interval is set, changed or ended (``every_minutes`` is ``None`` then).
    """

    def __init__(
        self,
        store: ConnectionStore,
        connector_class: Callable[[str], type[Connector]],
        on_schedule: Callable[[Connection, datetime], None] | None = None,
    ) -> None:
        self._store = store
        self._connector_class = connector_class
        self._on_schedule = on_schedule or (lambda _connection, _now: None)

    def add(
        self,
        name: str,
        connector: str,
        config: Mapping[str, Any],
        *,
        now: datetime,
        every_minutes: int | None = None,
    ) -> tuple[Connection, CheckReport]:
        """Check the configuration, try the source, and keep the connection.

        :raises BadInput: if the name is taken or cannot be one.
        :raises ConfigError: if the configuration is wrong, saying each field; or if the source cannot be read so.
        """
        if not _NAME.fullmatch(name):
            raise BadInput(
                f"{name!r} cannot be the name of a connection.",
                hint="Up to 64 of a-z, 0-9, dot, dash and underscore, beginning with a letter or digit.",
            )
        if self._store.find(name) is not None:
            raise BadInput(
                f"there is a connection {name} already.", hint="Take another name, or remove that one first."
            )
        _check_interval(every_minutes)
        made = Connection(
            name=name,
            connector=connector,
            config=self._validated(name, connector, config).model_dump(mode="json"),
            every_minutes=every_minutes,
            created_at=now,
        )
        report = self._try(made)
        if not report.ok:
            said = [finding.removeprefix(f"{name}: ") for finding in report.findings]
            raise ConfigError(" ".join(said) or "the source cannot be read as it is.", subject=name)
        self._store.save(made)
        self._on_schedule(made, now)
        return made, report

    def list(self) -> Sequence[Connection]:
        """Every connection, by name."""
        return self._store.all()

    def get(self, name: str) -> Connection:
        """
        :raises NotFound: naming the connections that there are.
        """
        found = self._store.find(name)
        if found is None:
            there = ", ".join(connection.name for connection in self._store.all()) or "none"
            raise NotFound(
                f"there is no connection {name}.",
                hint=f"There are: {there}.",
                chinese=(f"没有名为 {name} 的连接。", f"现有：{'无' if there == 'none' else there}。"),
            )
        return found

    def open(self, name: str) -> Connector:
        """The connector of a connection, ready for one sync; close it afterwards.

        :raises ConfigError: if what is stored no longer fits the plugin.
        """
        return self._open(self.get(name))

    def check(self, name: str) -> CheckReport:
        """Try the source without reading it."""
        return self._try(self.get(name))

    def schedule(self, name: str, every_minutes: int | None, *, now: datetime) -> Connection:
        """Sync it by itself every so many minutes; ``None``: only when asked."""
        _check_interval(every_minutes)
        changed = replace(self.get(name), every_minutes=every_minutes)
        self._store.save(changed)
        self._on_schedule(changed, now)
        return changed

    def enable(self, name: str, enabled: bool, *, now: datetime) -> Connection:
        """Let it be synced, or hold it without removing what it brought."""
        changed = replace(self.get(name), enabled=enabled)
        self._store.save(changed)
        self._on_schedule(changed, now)
        return changed

    def remove(self, name: str, *, now: datetime) -> int:
        """Remove a connection with all of its records; returns how many there were.

        :raises StoreBusy: while it is being synced.
        """
        found = self.get(name)
        removed = self._store.delete(name, now)
        self._on_schedule(replace(found, every_minutes=None, enabled=False), now)
        return removed

    def _try(self, connection: Connection) -> CheckReport:
        with closing(self._open(connection)) as connector:
            return connector.check()

    def _open(self, connection: Connection) -> Connector:
        config = self._validated(connection.name, connection.connector, connection.config)
        return self._connector_class(connection.connector)(connection.name, config)

    def _validated(self, name: str, connector: str, config: Mapping[str, Any]) -> Configuration:
        model = self._connector_class(connector).Config
        try:
            return model.model_validate(dict(config))
        except ValidationError as error:
            raise ConfigError(
                "; ".join(_finding(problem) for problem in error.errors(include_url=False)),
                subject=f"{name} ({connector})",
                hint=f"It takes: {', '.join(_fields(model)) or 'no configuration'}.",
            ) from None  # the error's own text would show the values, secrets among them


def _check_interval(every_minutes: int | None) -> None:
    if every_minutes is not None and every_minutes < 1:
        raise BadInput(f"every {every_minutes} minutes is no interval.", hint="1 or more; leave it out for never.")


def _finding(problem: Any) -> str:
    place = ".".join(map(str, problem["loc"])) or "configuration"
    if problem["type"] == "extra_forbidden":
        return f"{place} is not a setting of this connector"
    if problem["type"] == "missing":
        return f"{place} is missing"
    return f"{place}: {problem['msg'].removeprefix('Value error, ')}"


def _fields(model: type[Configuration]) -> Sequence[str]:
    return [name if field.is_required() else f"{name} (optional)" for name, field in model.model_fields.items()]
