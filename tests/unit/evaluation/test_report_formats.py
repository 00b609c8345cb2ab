"""Markdown, JUnit and Inspect's log: each holds what its readers expect, and no text of a record breaks out of it."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from reported_runs import HARM, WORST, made_record

from coachkit.evaluation.comparing import compare
from coachkit.evaluation.reporting.inspect_log import inspect_logs
from coachkit.evaluation.reporting.junit import junit
from coachkit.evaluation.reporting.markdown import markdown_summary
from coachkit.evaluation.reporting.viewing import Report, Verdict, report


@pytest.fixture(scope="module")
def compared() -> Report:
    before, after = made_record(), made_record(worse=True)
    verdict = Verdict(name="stopped", reasons=(f"forbidden: {HARM}", "evidence_recall is worse"))
    return report(after, [compare(before, after, common=True)], verdict)


def test_markdown_is_short_and_says_what_counts(compared: Report) -> None:
    text = markdown_summary(compared, "en", links="https://ci.example.org/report.html")
    lines = text.splitlines()
    assert len(lines) < 40
    assert lines[0] == "## Evaluation report: suite"
    assert "**▼ The change is stopped**" in text
    table = [line for line in lines if line.startswith("|")]
    assert len({line.count("|") - line.count("\\|") for line in table}) == 1, "every row has as many cells"
    assert any("evidence recall (primary)" in line for line in table)
    assert not any("latency" in line for line in table), "what neither counts nor changed is left out"
    assert f"`{WORST}`" in text
    assert "[The whole report](<https://ci.example.org/report.html>)" in text
    assert "20260508-090000-base" in text
    assert "](<" not in markdown_summary(compared, "en", links="javascript:alert(1)")


def test_no_text_is_markup_in_markdown(compared: Report) -> None:
    text = markdown_summary(compared, "zh")
    assert not re.search(r"(?<!\\)<(script|img)", text)
    assert not re.search(r"(?<!\\)\]\(javascript", text)
    assert "\x1b" not in text
    assert "不可合入" in text


def test_junit_follows_the_schema(compared: Report) -> None:
    """Names, attributes and order as in ``junit-10.xsd`` of the Jenkins plugin; every count is right."""
    root = fromstring(junit(compared))
    assert root.tag == "testsuites"
    assert set(root.attrib) <= {"name", "time", "tests", "failures", "disabled", "errors"}
    allowed = {"name", "tests", "failures", "errors", "time", "disabled", "skipped", "timestamp", "hostname", "id"}
    for suite in root:
        assert suite.tag == "testsuite"
        assert set(suite.attrib) <= allowed
        cases = suite.findall("testcase")
        assert len(cases) == len(suite) == int(suite.get("tests", ""))
        assert sum(one.find("failure") is not None for one in cases) == int(suite.get("failures", ""))
        assert sum(one.find("error") is not None for one in cases) == int(suite.get("errors", ""))
        for case in cases:
            assert set(case.attrib) == {"name", "classname", "time"}
            assert {one.tag for one in case} <= {"skipped", "error", "failure", "system-out", "system-err"}
            assert all(set(one.attrib) <= {"type", "message"} for one in case)
            float(case.get("time", ""))
    names = [(one.get("classname"), one.get("name")) for one in root.iter("testcase")]
    assert len(names) == len(set(names))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("49", "5", "2")


def test_what_xml_cannot_hold_does_not_break_it(compared: Report) -> None:
    text = junit(compared)
    assert "\x1b" not in text
    failed = [one for one in fromstring(text).iter("failure") if one.get("type") == "forbidden"]
    assert len(failed) == 4
    assert all("<script>alert(1)</script>" in (one.text or "") for one in failed)


def test_inspect_logs_hold_every_sample_and_score(compared: Report) -> None:
    logs = inspect_logs(compared.record)
    assert len(logs) == 2, "one for each model"
    found: list[dict[str, Any]] = [json.loads(text) for text in logs.values()]
    assert all(re.fullmatch(r"[\d-]+T[\d-]+\+00-00_brief_\w+\.json", name) for name in logs)
    assert sum(len(one["samples"]) for one in found) == len(compared.record.samples)
    for log in found:
        assert (log["version"], log["status"]) == (2, "success")
        assert log["eval"]["created"].endswith("+00:00")
        assert log["eval"]["revision"] == {"type": "git", "origin": "", "commit": "5d2b99e", "dirty": True}
        done = [one for one in log["samples"] if "error" not in one]
        assert log["results"]["completed_samples"] == len(done)
        scores = {one["name"]: one for one in log["results"]["scores"]}
        held = [one["scores"]["evidence_recall"]["value"] for one in done]
        assert scores["evidence_recall"]["metrics"]["mean"]["value"] == pytest.approx(sum(held) / len(held))
        assert len({(one["id"], one["epoch"]) for one in log["samples"]}) == len(log["samples"])
    usage = [one["stats"]["model_usage"] for one in found]
    assert usage[0] == {}
    assert usage[1]["local"]["total_tokens"] == 22 * 890
