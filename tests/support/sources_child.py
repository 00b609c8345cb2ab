"""A process that syncs real sources through their connectors. Arguments: data folder, database URL, connections."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from coachkit.bootstrap import open_app
from coachkit.errors import CoachkitError
from coachkit.ingest import sync
from coachkit.settings import load_settings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def main(data: str, url: str, names: list[str]) -> int:
    sync.FLUSH_ITEMS, sync.PART_ITEMS = 150, 400  # many transactions, so that a kill falls between them
    sync.FLUSH_SECONDS = 0.05
    with closing(open_app(load_settings(data=Path(data), database_url=url), now=lambda: NOW)) as app:
        sys.stdout.write("syncing\n")
        sys.stdout.flush()
        try:
            for name in names:
                report = app.sync(name)
                if report.error:
                    raise report.error
        except CoachkitError as error:
            sys.stderr.write(f"{error}\n")
            return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
