"""Stops a process where it holds up nobody but itself."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from typing import Any

import psutil
import sqlalchemy as sa

from coachkit.store.relational.database import Database

__all__ = ["stop_between_transactions"]


def stop_between_transactions(process: subprocess.Popen[Any], database: Database) -> None:
    """Stop it in the middle of its work (SIGSTOP), where it keeps nobody from the database."""
    seen = psutil.Process(process.pid)
    while True:
        process.send_signal(signal.SIGSTOP)
        while seen.status() != psutil.STATUS_STOPPED:
            assert process.poll() is None, "it was over before it could be stopped"
            time.sleep(0.001)
        if _writable(database) if database.is_sqlite else _nobody_writes(database):
            return
        process.send_signal(signal.SIGCONT)
        time.sleep(0.001)


def _writable(database: Database) -> bool:
    with closing(sqlite3.connect(str(database.url.database), timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        connection.execute("ROLLBACK")
        return True


def _nobody_writes(database: Database) -> bool:
    with database.read() as connection:
        return not connection.execute(
            sa.text(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND backend_type = 'client backend'"
                " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
            )
        ).scalar()
