"""Recorded answers and deliveries: each line is read, or refused with a reason.

The files in ``recorded/`` are ours, in the shape of real ones. With COACHKIT_PAYLOADS, a folder of real ones is read
too.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from coachkit.sdk import Failure, Item, PayloadRejected, Tombstone, Upsert
from coachkit_jira.connector import Jira
from coachkit_jira.streams import STREAMS

OWN = Path(__file__).with_name("recorded")


def connector(**more: Any) -> Jira:
    base = {"base_url": "https://acme.example.net", "token": "env:NOT_SET", "email": "r@example.org"}
    return Jira("tracker", Jira.Config.model_validate({**base, **more}))


def lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file)


def read(path: Path, **more: Any) -> tuple[list[Item], Counter[tuple[str, str]]]:
    """What a file brings, and a table: stream or "refused", and why not."""
    reader, items, table = connector(**more), list[Item](), Counter[tuple[str, str]]()
    for line in lines(path):
        try:
            found = list(reader.recorded(line, None))
        except PayloadRejected as error:
            table["refused", str(error)] += 1
            continue
        assert found, f"dropped without a reason: {str(line)[:200]}"
        items += found
        table.update((getattr(one, "stream", ""), getattr(one, "reason", "")) for one in found)
    return items, table


def test_our_answers() -> None:
    items, table = read(OWN / "answers.jsonl")
    assert table == {
        ("issues", ""): 2,
        ("issues", "it does not say when it was created or changed"): 1,
        ("comments", ""): 2,
        ("accounts", ""): 4,
        ("projects", ""): 1,
        ("sprints", ""): 1,
        ("refused", "states are no records of their own; they say what an issue's state means."): 1,
        ("refused", "types of issues are no records of their own."): 1,
        ("refused", "changes are part of their issue's record, and come with it."): 1,
        ("refused", "its address is none of Jira's that is read here."): 1,
    }
    (issue,) = [one for one in items if isinstance(one, Upsert) and one.native_id == "20001"]
    record: Any = issue.record
    assert record.title == "退款失败 after split payment"
    assert record.body == "Steps\n- pay\n- refund POST /refunds\n\n@5f0000000002 please look"
    assert [step.state for step in record.history] == ["Open", "In Progress", "已完成"]
    assert record.closed_at == record.history[-1].at
    assert {(link.rel, link.target) for link in record.links} == {
        ("blocked_by", "OPS-3"),
        ("epic", "PAY-1"),
        ("sprint", "sprint:7"),
    }
    assert issue.url == "https://acme.example.net/browse/PAY-7"
    with_issue, alone = [one for one in items if isinstance(one, Upsert) and one.stream == "comments"]
    assert (with_issue.record.item, with_issue.audience.key) == ("PAY-7", "group:jira:tracker:10003")  # type: ignore[union-attr]
    assert (alone.record.item, alone.audience.key, alone.url) == (None, "nobody", None)  # type: ignore[union-attr]


def test_our_deliveries() -> None:
    items, table = read(OWN / "deliveries.jsonl")
    assert table == {
        ("issues", ""): 2,
        ("comments", ""): 2,
        ("accounts", ""): 3,
        ("projects", ""): 1,
        ("sprints", ""): 1,
        ("refused", "a link is part of two issues' records; only reading them anew tells it."): 1,
        ("refused", "work logged is not read; worklogs=true would."): 1,
        ("refused", "the event 'board_created' is of no stream."): 1,
        ("refused", "the event 'jira:version_released' is of no stream."): 1,
    }
    assert [(one.stream, one.native_id) for one in items if isinstance(one, Tombstone)] == [
        ("issues", "20002"),
        ("comments", "30001"),
    ]


def test_a_worklog_without_its_issue_is_refused() -> None:
    """Jira names the issue by number only; what people call it, and who may read it, is not in the delivery."""
    _, table = read(OWN / "deliveries.jsonl", worklogs=True)
    assert table["refused", "the worklog does not hold its issue; which it is, only reading it anew tells."] == 1


@pytest.mark.parametrize("name", [stream.name for stream in STREAMS] + [None, "nonsense"])
@pytest.mark.parametrize("data", [None, 3, "x", [], {}, [None], [[]], {"issues": "x"}, {"id": []}, {"values": [{}]}])
def test_odd_data_never_raises_anything_else(name: str | None, data: Any) -> None:
    for url in (None, "", "https://x/rest/api/3/issue/1", "https://x/rest/api/2/project", "https://x/rest/api/2/user"):
        for line in (
            {"url": url, "data": data},
            {"event": url, "payload": data},
            {"event": name, "payload": {"x": data}},
        ):
            found: list[Item] = []
            with suppress(PayloadRejected):
                found = list(connector().recorded(line, name))
            assert all(isinstance(one, Failure) for one in found)


@pytest.mark.skipif("COACHKIT_PAYLOADS" not in os.environ, reason="COACHKIT_PAYLOADS names no folder")
def test_real_payloads() -> None:
    files = sorted(Path(os.environ["COACHKIT_PAYLOADS"]).rglob("*jira*.jsonl"))
    assert files, "the folder has no recorded Jira files"
    for path in files:
        items, table = read(path)
        for (stream, reason), count in sorted(table.items()):
            print(f"{path.name}: {stream}: {count} {reason}")
        assert not [one for one in items if isinstance(one, Failure)]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"base_url": "http://jira.example.org"}, "use https"),
        ({"base_url": "https://acme.atlassian.net", "email": ""}, "e-mail address"),
        ({"email": "a@example.org", "user": "a"}, "not both"),
        ({"streams": "isues"}, "isues"),
        ({"states": "In Review"}, "name=value"),
        ({"states": "In Review=sleeping"}, "waiting"),
        ({"token": "not-a-reference"}, "by reference"),
    ],
)
def test_a_wrong_configuration_says_what_is_wrong(given: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        connector(**given)


def test_settings_as_words_of_a_command_line() -> None:
    config = connector(states="Ready for test=waiting, Parked=dropped", goals="PAY-1=O-2", projects="PAY").config
    assert config.states == {"Ready for test": "waiting", "Parked": "dropped"}
    assert (config.goals, config.projects) == ({"PAY-1": "O-2"}, ("PAY",))


def test_links_lead_to_where_people_look() -> None:
    items, _ = read(
        OWN / "answers.jsonl", base_url="https://api.example.net/ex/jira/1", web="https://acme.example.net/"
    )
    (issue,) = [one for one in items if isinstance(one, Upsert) and one.native_id == "20001"]
    assert issue.url == "https://acme.example.net/browse/PAY-7"
