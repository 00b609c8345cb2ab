"""The tables' history, one file a step, run by :func:`coachkit.store.relational.migrating.migrate`.

After a change of the tables, write the next step with ``python -m coachkit.store.relational.migrating "what changes"``
and read it; then name it in :data:`HEAD`.
"""

from __future__ import annotations

__all__ = ["HEAD"]

HEAD = "0009"
"""The newest step. Known without loading Alembic, so that opening an up-to-date database costs one query."""
