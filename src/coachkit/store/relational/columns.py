"""What a statement gives as a frame, column by column: the driver's own rows, without an object of ours for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ROWS_AT_ONCE", "frame_of"]

ROWS_AT_ONCE = 100_000


def frame_of(reading: sa.Connection, query: sa.Executable, columns: dict[str, Any]) -> pl.DataFrame:
    """The rows of ``query`` with these columns and types, of what drivers give as it is: numbers and text.

    Only so many rows are Python objects at a time.
    """
    import polars as pl

    parts = [pl.DataFrame(rows, schema=columns, orient="row") for rows in _batches(reading, query)]
    return pl.concat(parts) if parts else pl.DataFrame(schema=columns)


def _batches(reading: sa.Connection, query: sa.Executable) -> Iterator[Sequence[tuple[Any, ...]]]:
    if reading.dialect.name == "sqlite":
        with reading.execute(query) as found:
            cursor: Any = found.cursor  # reads on as it is asked, and gives plain tuples
            while rows := cursor.fetchmany(ROWS_AT_ONCE):
                yield rows
        return
    with reading.execution_options(yield_per=ROWS_AT_ONCE).execute(query) as found:
        for several in found.partitions(ROWS_AT_ONCE):
            yield [tuple(row) for row in several]
