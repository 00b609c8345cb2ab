"""Answers for organisations whose outcome others know: loaded through their connector, asked as of each date.

Each organisation is a folder of a published data set. It is synced into a store of its own, as any source is, and the
tables of that store go to the engines. What was loaded is kept by the content of the folder, so seven tasks load once.
"""

from __future__ import annotations

import csv
import getpass
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from coachkit import __version__
from coachkit.bootstrap import open_app
from coachkit.errors import BadInput, CoachkitError, SourceError
from coachkit.insight.organisation.asking import Asked, Task
from coachkit.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from coachkit.insight.organisation.tables import Tables

__all__ = ["Answered", "default_cache", "load_tables", "organisations", "predict", "tasks"]

_SHAPE = "2"
"""Raised when a folder is loaded differently than before, so that nothing kept from before is used."""

_CONNECTOR = "dataset"
_CONNECTION = "organisation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of one organisation.

    :ivar skipped: why it gave no rows, or nothing.
    """

    org: str
    rows: int
    skipped: str = ""


Say = Callable[[str], None]


def tasks() -> Mapping[str, Task]:
    """Every task there is, by name."""
    from coachkit.insight.flow.answering import TASKS as FLOW
    from coachkit.insight.linking.answering import tasks as linking
    from coachkit.insight.organisation.answering import TASKS
    from coachkit.retrieval.tokenizer import query_words

    def terms(text: str) -> list[str]:
        return [term for _, parts in query_words(text) for term in parts]

    return {task.name: task for task in (*TASKS, *FLOW, *linking(terms))}


def default_cache() -> Path:
    """Where loaded organisations are kept unless a folder is given: for this person alone, while the machine runs."""
    return Path(tempfile.gettempdir()) / f"coachkit-predict-{getpass.getuser()}"


def predict(task: Task, root: Path, split: str, out: Path, *, cache: Path | None = None, say: Say) -> list[Answered]:
    """Write the rows of ``task`` for every organisation in ``root/split``.

    :param cache: where loaded organisations are kept.
    :raises BadInput: if there are no organisations there, or none of them can be read.
    """
    import polars as pl

    found = organisations(root, split)
    kept = cache or default_cache()
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    answered: list[Answered] = []
    parts: list[pl.DataFrame] = []
    for folder in found:
        try:
            rows = _ask(task, folder, root / "labels" / split / folder.name, kept, say)
        except SourceError as error:
            answered.append(Answered(org=folder.name, rows=0, skipped=error.message))
            continue
        answered.append(Answered(org=folder.name, rows=rows.height))
        parts.append(rows)
    if not parts:
        raise BadInput(
            f"no organisation in {root / split} can be read: {answered[0].skipped}",
            hint="Each needs a folder with events.parquet and people.csv.",
            chinese=(
                f"{root / split} 里没有一个组织读得出来：{answered[0].skipped}",
                "每个组织一个文件夹，内有 events.parquet 与 people.csv。",
            ),
        )
    _write(pl.concat(parts), out)
    return answered


def organisations(root: Path, split: str) -> Sequence[Path]:
    folder = root / split
    if not folder.is_dir():
        raise BadInput(
            f"there is no folder {folder}.",
            hint="ROOT holds one folder for each SPLIT, and that one a folder for each organisation.",
            chinese=(f"没有文件夹 {folder}。", "ROOT 下每个 SPLIT 一个文件夹，其中每个组织一个文件夹。"),
        )
    found = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not found:
        raise BadInput(
            f"{folder} has no folder of an organisation.",
            hint="Each organisation is a folder with events.parquet and people.csv.",
            chinese=(f"{folder} 里没有组织的文件夹。", "每个组织一个文件夹，内有 events.parquet 与 people.csv。"),
        )
    return found


def _ask(task: Task, folder: Path, labels: Path, cache: Path, say: Say) -> pl.DataFrame:
    import polars as pl

    tables = load_tables(folder, cache, say)
    asked = Asked(org=folder.name, tables=tables, keys=_keys(task, labels), sets=_sets(folder))
    rows = task.predict(asked)
    say(f"{folder.name}: {rows.height:,} rows")
    columns = [pl.lit(folder.name).alias("org")] if "org" in task.columns and "org" not in rows.columns else []
    return rows.with_columns(columns).select(task.columns)


def _write(rows: pl.DataFrame, out: Path) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        rows.write_csv(out)
    except OSError as error:
        raise BadInput(
            f"{out} cannot be written: {error.strerror or error}.",
            hint="Give another file.",
            chinese=(f"{out} 写不了：{error.strerror or error}。", "请换一个文件。"),
        ) from error


# --- what is asked ---------------------------------------------------------------------------------------------------


def _keys(task: Task, labels: Path) -> pl.DataFrame | None:
    """The columns that say of whom and when it is asked; what became of them is never read."""
    import polars as pl

    paths = [labels / f"{task.labels}{ending}" for ending in (".parquet", ".csv")] if task.labels else []
    for path in paths:
        if not path.is_file():
            continue
        try:
            scan = pl.scan_parquet(path) if path.suffix == ".parquet" else pl.scan_csv(path, infer_schema_length=None)
            there = scan.collect_schema().names()
            wanted = [name for name in task.asked if name in there]
            return scan.select(wanted).unique(maintain_order=True).collect() if wanted else None
        except (OSError, pl.exceptions.PolarsError):
            return None
    return None


def _sets(folder: Path) -> dict[str, str]:
    """Of goals and items, the set they belong to."""
    found: dict[str, str] = {}
    for name, key in (("goals", "goal_id"), ("items", "item_id")):
        path = folder / f"{name}.csv"
        if path.is_file():
            with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
                found |= {row[key]: row["set"] for row in csv.DictReader(file) if row.get("set") and row.get(key)}
    return found


# --- loading ---------------------------------------------------------------------------------------------------------


def load_tables(folder: Path, cache: Path, say: Say) -> Tables:
    """The tables of an organisation, loaded if they are not kept."""
    from coachkit.store.relational.reading_organisation import SqlOrganisationReader

    kept = cache / f"{folder.name}-{_digest(folder)}"
    with FileLock(f"{kept}.lock"):
        if not (kept / "loaded").is_file():
            shutil.rmtree(kept, ignore_errors=True)
            say(f"{folder.name}: loading")
            _load(folder, kept, say)
            (kept / "loaded").touch()
    with closing(open_app(_settings(kept))) as app:
        return SqlOrganisationReader(app.database).tables(None)


def _load(folder: Path, kept: Path, say: Say) -> None:
    with closing(open_app(_settings(kept))) as app:
        try:
            app.connections.add(_CONNECTION, _CONNECTOR, {"path": str(folder.resolve())}, now=app.now())
            report = app.sync(_CONNECTION)
        except CoachkitError as error:
            raise SourceError(error.message, subject=folder.name, hint=error.hint) from error
    if report.error is not None:
        raise SourceError(report.error.message, subject=folder.name, hint=report.error.hint) from report.error
    total = report.total
    say(f"{folder.name}: {total.written:,} records, {total.quarantined:,} kept aside")


def _settings(kept: Path) -> Settings:
    """Of a store for tables alone: no models, no vectors."""
    return Settings(data=kept, database_url="", timezone="UTC", model="none", embedder="none")


def _digest(folder: Path) -> str:
    running = hashlib.blake2b(f"{_SHAPE} {__version__}".encode(), digest_size=10)
    for path in _files(folder):
        running.update(f"\0{path.name}\0".encode())
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                running.update(chunk)
    return running.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".parquet"))
