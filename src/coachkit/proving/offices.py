"""Organisations as cases find them: synced through their connectors once, kept, and opened as copies.

A kept store is never written to again. Who evaluates works on a copy of its own, so that one case cannot change what
another finds, and a killed run leaves nothing behind but a folder that the next one sweeps.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path

from filelock import FileLock

from coachkit.bootstrap import App, open_app
from coachkit.errors import CoachkitError, SourceError
from coachkit.evaluation.hashing import code_hash, folder_hash, hash_of
from coachkit.evaluation.organisations import Organisations, OrganisationSpec
from coachkit.models.writers import writers_for
from coachkit.proving.plan import Plan
from coachkit.telemetry import get_logger

__all__ = ["Office", "Offices"]

_log = get_logger("proving.offices")

MORNING = time(6, 0)
"""When it is in an organisation, in UTC: after everything that happened in it."""

WRITING = ("sdk", "domain", "ingest", "host", "jobs", "access", "errors", "settings", "bootstrap")
"""Parts of coachkit whose code decides what a sync leaves in a store; of the store itself see :func:`_store_code`."""

_STORE = "coachkit.db"


@dataclass
class Office:
    """An organisation, opened on a copy of its store."""

    spec: OrganisationSpec
    app: App

    @property
    def now(self) -> datetime:
        return self.app.now()

    def day(self, day: date | None) -> date | None:
        """As :meth:`coachkit.drafting.documents.Documents.prepare` takes it: ``None`` for today."""
        return None if day is None or day == self.app.directory.today(self.now) else day


class Offices:
    """Makes organisations and opens them. Safe for several processes at once; a kill leaves a whole store or none.

    :param specs: how each is made.
    :param hashes: of those whose hash is known: one run has one, though somebody changes code meanwhile.
    """

    def __init__(self, plan: Plan, specs: Organisations, hashes: Mapping[str, str] | None = None) -> None:
        self._plan = plan
        self._specs = specs
        self._hashes: dict[str, str] = dict(hashes or {})
        self._open: dict[str, Office] = {}

    @cached_property
    def _desk(self) -> Path:
        """Where this process keeps its copies; those of processes that are gone are swept."""
        desks = self._plan.cache / "desks"
        desks.mkdir(parents=True, exist_ok=True)
        for path in desks.iterdir():
            pid = path.name.partition("-")[0]
            if pid.isdigit() and not Path(f"/proc/{pid}").exists() and sys.platform == "linux":
                shutil.rmtree(path, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=desks))

    def hash(self, name: str) -> str:
        """Of everything that makes it: the seed and variant or the data, and the code that writes it down."""
        if name not in self._hashes:
            self._hashes[name] = _hash(self._specs.get(name))
        return self._hashes[name]

    def hashes(self, names: Iterable[str]) -> Mapping[str, str]:
        """Name → hash, for those who work on the same run elsewhere."""
        return {name: self.hash(name) for name in names}

    def source(self, name: str) -> str:
        """Of seed and variant, or data, whatever code makes it: whether two runs are about the same organisation."""
        return hash_of(_made_from(self._specs.get(name)))

    def is_there(self, name: str) -> bool:
        """Whether it was synced before, in this very state."""
        return (self._place(name) / _STORE).is_file()

    def ready(self, name: str) -> Path:
        """The folder of its kept store; synced now, if it was not before.

        :raises CoachkitError: if it cannot be synced.
        """
        place = self._place(name)
        if self.is_there(name):
            return place
        place.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(place.with_suffix(".lock")):
            if not self.is_there(name):
                for left in place.parent.glob(f"{place.name}.part-*"):
                    shutil.rmtree(left, ignore_errors=True)  # of a run that was killed
                part = place.with_name(f"{place.name}.part-{os.getpid()}")
                self._sync(self._specs.get(name), part)
                part.rename(place)
        return place

    def open(self, name: str) -> Office:
        """It, opened on a copy of its store; the same one until :meth:`close`."""
        if name not in self._open:
            place, spec = self.ready(name), self._specs.get(name)
            folder = self._desk / name
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy2(place / _STORE, folder / _STORE)
            self._open[name] = Office(spec, self._app(spec, folder))
        return self._open[name]

    def close(self) -> None:
        for office in self._open.values():
            office.app.close()
        self._open.clear()
        if "_desk" in self.__dict__:
            shutil.rmtree(self._desk, ignore_errors=True)
            del self.__dict__["_desk"]

    def _place(self, name: str) -> Path:
        return self._plan.cache / "organisations" / f"{name}-{self.hash(name)}"

    def _app(self, spec: OrganisationSpec, data: Path) -> App:
        plan = self._plan
        settings = plan.settings.model_copy(
            update={
                "data": data,
                "database_url": "",
                "chroma_url": "",
                "timezone": spec.timezone,
                "prompts": plan.prompts or plan.settings.prompts,
                "model_timeout": plan.model_seconds,
            }
        )
        now = datetime.combine(spec.today, MORNING, UTC)
        app = open_app(settings, now=lambda: now)
        # what a day may cost is the run's to say, and what it costs is not kept here
        app.__dict__["writers"] = writers_for(settings, spent=lambda: 0.0, local_seconds=plan.model_seconds)
        return app

    def _sync(self, spec: OrganisationSpec, folder: Path) -> None:
        """Make its sources, connect and sync them like any installation's, and leave the store alone in the folder."""
        if spec.absent:
            raise SourceError(f"it cannot be had here: {spec.absent}.", subject=spec.name)
        source = folder / "source"
        app = self._app(spec, folder / "data")
        try:
            for name, connector, config in _connections(spec, source):
                app.connections.add(name, connector, config, now=app.now())
                report = app.sync(name)
                if report.error is not None:
                    raise report.error
        except CoachkitError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        finally:
            app.close()
        with closing(sqlite3.connect(folder / "data" / _STORE)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode=DELETE")
        (folder / "data" / _STORE).rename(folder / _STORE)
        shutil.rmtree(folder / "data", ignore_errors=True)
        if source.is_dir():
            truth = source / "truth.json"
            if truth.is_file():
                truth.rename(folder / truth.name)
            shutil.rmtree(source, ignore_errors=True)
        _log.info("synced an organisation for evaluation", organisation=spec.name)


def _connections(spec: OrganisationSpec, folder: Path) -> list[tuple[str, str, dict[str, object]]]:
    if spec.sample is None:
        return [(one.name, one.connector, dict(one.config)) for one in spec.filled()]
    from coachkit.sample import simulate, write
    from coachkit.sample.variants import vary

    organisation = vary(simulate(spec.sample.seed, today=spec.today), spec.sample.variant)
    return [(one.name, one.connector, one.config) for one in write(organisation, folder)]


def _hash(spec: OrganisationSpec) -> str:
    parts = WRITING if spec.sample is None else (*WRITING, "sample")
    return hash_of([*_made_from(spec), code_hash(parts), _store_code(), _plugin_code()])


def _made_from(spec: OrganisationSpec) -> list[object]:
    made = spec.model_dump(mode="json", exclude={"split", "note", "name"})
    data = [folder_hash(Path(str(one.config["path"]))) for one in spec.filled() if "path" in one.config]
    if spec.folder is not None:  # the same data in another place is the same
        made["connections"] = [one.model_dump(mode="json") for one in spec.connections]
    return [made, data]


def _store_code() -> str:
    """Of the store: what only reads decides nothing about what is written."""
    import coachkit.store.relational

    folder = Path(coachkit.store.relational.__path__[0])
    files = [path for path in sorted(folder.rglob("*.py")) if not path.name.startswith(("reading", "searching"))]
    return hash_of([(path.relative_to(folder).as_posix(), folder_hash(path)) for path in files])


def _plugin_code() -> str:
    """Of every package that brings a connector."""
    from coachkit.host import PluginHost

    names = {one.__module__.partition(".")[0] for one in PluginHost.load().connectors.values()}
    places = [Path(str(sys.modules[name].__file__)).parent for name in sorted(names) if sys.modules[name].__file__]
    return hash_of([folder_hash(place) for place in places])
