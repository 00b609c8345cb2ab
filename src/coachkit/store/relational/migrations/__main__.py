"""Writes the next migration: what separates the last one from the tables as they are now."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from coachkit.store.relational.database import Database
from coachkit.store.relational.migrating import alembic_config

with tempfile.TemporaryDirectory() as folder:
    database = Database(f"sqlite:///{Path(folder) / 'empty.db'}")
    with database.engine.connect().execution_options(coachkit_write=True) as connection, connection.begin():
        config = alembic_config(connection)
        command.upgrade(config, "head")
        number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
        command.revision(config, message=sys.argv[1], rev_id=f"{number:04}", autogenerate=True)
    database.close()
