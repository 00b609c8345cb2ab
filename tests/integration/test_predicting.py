"""The scoring door: organisations of a published data set, loaded through their connector and asked about."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from coachkit.cli.app import app
from coachkit.errors import BadInput
from coachkit.predicting import predict, tasks

DAY = 86_400
T0 = 1_577_836_800  # 1 January 2020
SCHEMA = {
    "event_id": pl.String, "org": pl.String, "repo": pl.String, "type": pl.String, "actor_id": pl.String,
    "target_id": pl.String, "ts": pl.Int64, "known_at": pl.Int64, "ref": pl.String, "pr": pl.Int64,
    "nfiles": pl.Int64, "areas": pl.String, "roster_edit": pl.Boolean, "text": pl.String,
}  # fmt: skip


def table(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def event(number: int, type_: str, actor: str, day: float, target: str = "") -> dict[str, Any]:
    ts = T0 + int(day * DAY)
    row: dict[str, Any] = {
        "event_id": f"o-e{number}",
        "org": "o",
        "repo": "a/b",
        "type": type_,
        "actor_id": f"o-{actor}",
    }
    row |= {"target_id": target and f"o-{target}", "ts": ts, "known_at": ts, "ref": f"{number:012x}", "pr": None}
    return row | {"nfiles": 1, "areas": "src", "roster_edit": False, "text": "Change it"}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One organisation of two years: Ana commits, Wei reviews her, Tom came and went."""
    root = tmp_path_factory.mktemp("root")
    rows = [event(n, "commit", "ana", 5 * n) for n in range(146)]
    rows += [event(500 + n, "review", "wei", 10 * n, "ana") for n in range(70)]
    rows += [event(900 + n, "commit", "tom", 400 + n) for n in range(3)]
    folder = root / "dev" / "o"
    folder.mkdir(parents=True)
    pl.DataFrame(rows, schema=SCHEMA).write_parquet(folder / "events.parquet")
    table(folder / "people.csv", [{"person_id": f"o-{who}", "first_ts": T0} for who in ("ana", "wei", "tom")])
    (root / "dev" / "empty").mkdir()
    return root


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def answers(name: str, root: Path, cache: Path, out: Path, said: list[str] | None = None) -> pl.DataFrame:
    predict(tasks()[name], root, "dev", out, cache=cache, say=(said if said is not None else []).append)
    return pl.read_csv(out)


def test_every_task_of_people_answers_with_the_columns_of_the_scorer(root: Path, cache: Path, tmp_path: Path) -> None:
    columns = {
        "keynodes": ["org", "year", "person_id", "score"],
        "newcomers": ["org", "person_id", "score"],
        "disengage": ["org", "person_id", "cut", "score"],
        "exits": ["org", "person_id", "cut", "score"],
    }
    for name, expected in columns.items():
        rows = answers(name, root, cache, tmp_path / "out.csv")
        assert rows.columns == expected
        assert rows.height > 0
        assert set(rows["org"]) == {"o"}


def test_what_was_loaded_is_kept_and_a_folder_that_is_none_is_left_out(root: Path, cache: Path, tmp_path: Path) -> None:
    answers("keynodes", root, cache, tmp_path / "out.csv")
    said: list[str] = []
    found = predict(tasks()["keynodes"], root, "dev", tmp_path / "out.csv", cache=cache, say=said.append)
    assert not [words for words in said if words.startswith("o: loading")]
    assert {one.org: bool(one.skipped) for one in found} == {"empty": True, "o": False}


def test_only_those_asked_about_are_answered_for_and_what_became_of_them_is_not_read(
    root: Path, cache: Path, tmp_path: Path
) -> None:
    labels = root / "labels" / "dev" / "o" / "key_candidates.csv"
    found = []
    for outcome in (0, 1):
        rows = [{"org": "o", "year": 2021, "label": "lead", "person_id": who, "is_key": outcome} for who in ("o-wei",)]
        table(labels, rows)
        found.append(answers("keynodes", root, cache, tmp_path / "out.csv"))
    labels.unlink()
    assert found[0].equals(found[1])
    assert found[0].select("year", "person_id").rows() == [(2021, "o-wei")]


def test_no_organisation_at_all_says_what_is_missing(root: Path, cache: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no folder"):
        answers("exits", tmp_path, cache, tmp_path / "out.csv")
    (tmp_path / "dev").mkdir()
    with pytest.raises(BadInput, match="no folder of an organisation"):
        answers("exits", tmp_path, cache, tmp_path / "out.csv")
    (tmp_path / "dev" / "x").mkdir()
    with pytest.raises(BadInput, match="can be read"):
        answers("exits", tmp_path, cache, tmp_path / "out.csv")


def test_the_command_counts_its_rows_and_knows_its_tasks(root: Path, cache: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    out = tmp_path / "out.csv"
    done = runner.invoke(app, ["insight", "predict", "exits", str(root), "dev", str(out), "--cache", str(cache)])
    assert done.exit_code == 0, done.output
    assert f"exits: {pl.read_csv(out).height} rows" in done.output
    wrong = runner.invoke(app, ["insight", "predict", "wishes", str(root), "dev", str(out)])
    assert isinstance(wrong.exception, BadInput)
    assert "keynodes" in wrong.exception.hint
