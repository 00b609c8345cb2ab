"""Brings a database to the tables that this version of coachkit knows.

``python -m coachkit.store.relational.migrating "what changes"`` writes the next step after a change of the tables.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from coachkit.errors import StoreError
from coachkit.store.relational.database import Database
from coachkit.store.relational.migrations import HEAD

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["alembic_config", "migrate", "revision_of", "write_step"]

_LOCK = 0x636F616368  # "coach": one process migrates, the others wait and find it done


def revision_of(connection: sa.Connection) -> str | None:
    """The last migration that ran on this database; ``None`` if none did."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return found


def alembic_config(connection: sa.Connection) -> Config:
    """Alembic's configuration, without a file: our migrations, on ``connection``."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def migrate(database: Database) -> None:
    """Make or update the tables; nothing happens when they are up to date. Safe from several processes at once.

    :raises StoreError: if the database was written by a newer coachkit, or holds tables that are not ours.
    """
    with database.read() as connection:
        if revision_of(connection) == HEAD:
            return
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        _upgrade(connection, database.url.render_as_string())


def _upgrade(connection: sa.Connection, subject: str) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    config = alembic_config(connection)
    found = revision_of(connection)
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(
            f"the database was written by a newer coachkit (tables {found}; this one knows up to {HEAD}).",
            subject=subject,
            hint="Install that version or a newer one; nothing was changed.",
        )
    try:
        command.upgrade(config, "head")
    except (sa.exc.OperationalError, sa.exc.ProgrammingError) as error:
        raise StoreError(
            f"the tables could not be brought from {found or 'nothing'} to {HEAD}: {error.orig}",
            subject=subject,
            hint="Nothing was changed. If other programs keep tables here, give coachkit a database of its own.",
        ) from error


def write_step(message: str) -> None:
    """Write a migration: what separates the tables that the last one makes from those of the code."""
    from alembic import command
    from alembic.script import ScriptDirectory

    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'empty.db'}")
        with database.write() as connection:
            config = alembic_config(connection)
            command.upgrade(config, "head")
            number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
            command.revision(config, message=message, rev_id=f"{number:04}", autogenerate=True)
        database.close()


if __name__ == "__main__":
    write_step(" ".join(sys.argv[1:]))
