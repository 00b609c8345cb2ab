"""A bad draft of production becomes a case: nothing of the original is left, and the same facts are found again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from door_office import HOSTILE, STAFF, TEAMS, Office, at, key, opened_office
from typer.testing import CliRunner

from coachkit.bootstrap import open_app
from coachkit.cli.app import app as command
from coachkit.domain.drafts import Draft, DraftKind
from coachkit.errors import BadInput, NotFound
from coachkit.evaluation.cases import load_cases
from coachkit.evaluation.freezing.writing import write_frozen
from coachkit.evaluation.organisations import load_organisations
from coachkit.proving.freezing import freeze
from coachkit.sdk import Interaction, InteractionKind
from coachkit.settings import load_settings
from coachkit.store.relational import schema as t


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with opened_office(tmp_path_factory.mktemp("office")) as found:
        found.put(
            "tracker",
            "interactions",
            "thanks",
            Interaction(
                kind=InteractionKind.UNBLOCKED,
                actor=key("wei"),
                at=at(14),
                target=key("maria"),
                item="SRCH-91",
                text="Ask Maria or 陈静 (小陈), wei@example.org, branch maria-gomez/fix, see https://x.example.org/PAY-17.",
            ),
            at(14),
        )
        yield found


@pytest.fixture(scope="module")
def draft(office: Office) -> Draft:
    return office.app.documents.prepare(
        DraftKind.BRIEF,
        office.viewer("ana"),
        office.person("maria").id,
        language="en",
        model="none",
        now=office.app.now(),
    )


def originals(office: Office) -> set[str]:
    """Every name, part of a name, mail, account, team and key of work that the office knows."""
    found = {part for name, *_ in STAFF.values() for part in (name, *name.split())}
    found |= {f"{who}@example.org" for who in STAFF} | {f"hris:{who}" for who in STAFF} | {"小陈", "maria-gomez"}
    found |= {name for name in TEAMS.values() if name not in ("People",)} | {"search-engine"}
    with office.app.database.read() as connection:
        found |= {row.key for row in connection.execute(sa.select(t.identities.c.key))}
        found |= {
            row.key
            for row in connection.execute(sa.select(t.records.c.key).where(t.records.c.kind.in_(["issue", "goal"])))
            if re.search(r"[-#]", row.key)
        }
    return {one for one in found if len(one) > 1}


def test_nothing_of_the_original_is_left(office: Office, draft: Draft, tmp_path: Path) -> None:
    frozen, said = freeze(
        office.app,
        draft.id,
        office.viewer("ana"),
        why="Maria waits for PAY-17 and it was not told",
        gold=["PAY-17"],
        must_not=["Maria is exceptional"],
    )
    paths = write_frozen(frozen, tmp_path)
    assert len(frozen.lines) > 10
    whole = "\n".join(path.read_text("utf-8") for path in paths)
    left = {
        one
        for one in originals(office)
        if re.search(rf"(?<![A-Za-z0-9]){re.escape(one)}(?![A-Za-z0-9])", whole, re.IGNORECASE)
    }
    assert left - {"Li"} == set()
    assert not re.search(r"\bLi\b", whole)
    assert "example.org" not in whole
    assert draft.id not in whole
    assert said.leftovers(whole) == []
    assert "陈" not in whole


def test_what_stands_for_a_name_is_the_same_everywhere(office: Office, draft: Draft) -> None:
    frozen, said = freeze(office.app, draft.id, office.viewer("ana"), gold=["PAY-17"])
    case = frozen.case
    people = {one["record"]["identity"]: one["record"] for one in frozen.lines if "identity" in one["record"]}
    by_mail = {one["emails"][0]: one["name"] for one in people.values() if one.get("emails")}
    maria = by_mail[case.subject]
    assert maria == said.said("Maria Gomez")
    assert said.said("MARIA") == maria.split()[0].upper()
    assert re.fullmatch(r"[一-鿿]{2,3}", said.said("陈静")), "a Chinese name stays Chinese"
    work = {one["record"]["key"]: one["record"] for one in frozen.lines if one["record"]["noun"] == "work_item"}
    assert case.gold[0] in work
    waiting = next(one for one in work.values() if one.get("links"))
    assert waiting["links"][0]["target"] == case.gold[0], "links still meet"
    assert {one["actor"] for item in work.values() for one in item["interactions"]} <= people.keys()


def test_the_case_is_run_like_the_others(office: Office, draft: Draft, tmp_path: Path) -> None:
    """Its organisation is synced through the connector jsonl, and the brief finds what the draft found."""
    frozen, said = freeze(office.app, draft.id, office.viewer("ana"), must_not=["exceptional"])
    write_frozen(frozen, tmp_path)
    case = load_cases(tmp_path)[0].cases[0]
    assert case == frozen.case
    spec = load_organisations(tmp_path).get(case.organisation)
    assert spec.absent == ""
    connected = spec.filled()[0]
    now = at(spec.today.day, 6)
    app = open_app(
        load_settings(data=tmp_path / "data", timezone=spec.timezone, worker=False, log_level="error"), now=lambda: now
    )
    try:
        app.connections.add(connected.name, connected.connector, connected.config, now=now)
        report = app.sync(connected.name)
        assert report.error is None
        assert sum(stream.quarantined for stream in report.streams.values()) == 0
        reader = app.directory.find_person(case.viewer or "")
        again = app.documents.prepare(
            case.document,
            app.directory.viewer(reader.id, now),
            app.directory.find_person(case.subject).id,
            language="en",
            model="none",
            now=now,
            on=case.day,
        )
    finally:
        app.close()
    text = "\n".join(one.text for section in again.sections for one in section.statements)
    assert "Maria" not in text
    told = {one.fact for section in draft.sections for one in section.statements if one.evidence}
    found = {one.fact for section in again.sections for one in section.statements if one.evidence}
    assert told <= found | {"unknown.identities"}, told - found
    assert said.said("Paging") == "Paging"


def test_others_drafts_and_stale_ones_are_not_frozen(office: Office, draft: Draft) -> None:
    with pytest.raises(NotFound):
        freeze(office.app, draft.id, office.viewer("tom"))
    with pytest.raises(NotFound):
        freeze(office.app, "nothing", office.viewer("ana"))


def test_it_is_shown_before_it_is_written(office: Office, draft: Draft, tmp_path: Path) -> None:
    def told(*more: str) -> str:
        data = str(office.app.settings.data)
        words = ["--data", data, "eval", "new", "--from-draft", draft.id, "--as", "Ana Costa", "--evals", str(tmp_path)]
        ran = CliRunner().invoke(command, [*words, *more], catch_exceptions=False)
        assert ran.exit_code == 0, ran.output
        return ran.output

    first = told("--replace", "ledger=notebook")
    assert "Maria Gomez → " in first
    assert "Nothing is written yet" in first
    assert "notebook export" in first
    assert list(tmp_path.iterdir()) == []
    second = told("--yes", "--id", "brief-mine")
    assert "brief-mine.yaml" in second
    assert yaml.safe_load((tmp_path / "brief/cases/brief-mine.yaml").read_text("utf-8"))["document"] == "brief"
    assert "frozen-brief-mine" in (tmp_path / "organisations.yaml").read_text("utf-8")
    with pytest.raises(BadInput, match="already"):
        told("--yes", "--id", "brief-mine")


def test_a_scaffold_is_a_case(tmp_path: Path) -> None:
    ran = CliRunner().invoke(
        command, ["eval", "new", "agenda", "--subject", "ana@guidu.example", "--yes", "--evals", str(tmp_path)]
    )
    assert ran.exit_code == 0, ran.output
    case = load_cases(tmp_path)[0].cases[0]
    assert (case.document, case.subject) == ("agenda", "ana@guidu.example")
    assert HOSTILE not in case.provenance
    assert case.day is None or case.day + timedelta(days=1)
