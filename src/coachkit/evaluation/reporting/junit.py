"""A run as JUnit XML: a CI shows each case as a test, which fails by a hard score or is an error where none was made.

The shape is that of the Jenkins plugin's schema ``junit-10.xsd``, which GitLab, GitHub's and other readers follow:
``testsuites`` of ``testsuite`` (a document, prompt and model each) of ``testcase`` (a case in a language).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from coachkit.evaluation.reporting.figures import shown
from coachkit.evaluation.reporting.viewing import Column, Ranked, Report, column_of

__all__ = ["junit"]

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""

GATE = "gate"


def junit(report: Report) -> str:
    """The XML, with its declaration. Where there is a verdict, the gate is a test of its own and comes first."""
    root = Element("testsuites", name=_held(f"coachkit eval {report.record.run.suite}"))
    if report.verdict is not None:
        root.append(_gate(report))
    groups: dict[Column, list[Ranked]] = {}
    for one in report.ranked:
        groups.setdefault(column_of(one.sample), []).append(one)
    for column, ranked in groups.items():
        root.append(_suite(report, column, ranked))
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    root.set("time", f"{sum(one.sample.seconds for one in report.ranked):.3f}")
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _gate(report: Report) -> Element:
    assert report.verdict is not None
    stopped = report.verdict.name == "stopped"
    suite = Element(
        "testsuite", name=GATE, tests="1", failures=str(int(stopped)), errors="0", skipped="0", time="0.000"
    )
    case = SubElement(suite, "testcase", name=GATE, classname=GATE, time="0.000")
    reasons = "\n".join(report.verdict.reasons)
    if stopped:
        failure = SubElement(case, "failure", type=GATE, message=_held(report.verdict.reasons[0] if reasons else ""))
        failure.text = _held(reasons)
    elif reasons:
        SubElement(case, "system-out").text = _held(reasons)
    return suite


def _suite(report: Report, column: Column, ranked: Sequence[Ranked]) -> Element:
    name = ".".join(filter(None, [column.document, column.prompt.replace(".", "_"), column.model.replace(".", "_")]))
    suite = Element(
        "testsuite",
        name=_held(name),
        tests=str(len(ranked)),
        failures=str(sum(one.sample.error is None and bool(one.hard) for one in ranked)),
        errors=str(sum(one.sample.error is not None for one in ranked)),
        skipped="0",
        timestamp=report.record.run.started_at.strftime("%Y-%m-%dT%H:%M:%S"),
        time=f"{sum(one.sample.seconds for one in ranked):.3f}",
    )
    order = sorted(ranked, key=lambda one: (one.sample.case, one.sample.cell.language, one.sample.cell.repeat))
    for one in order:
        suite.append(_case(report, name, one))
    return suite


def _case(report: Report, suite: str, one: Ranked) -> Element:
    cell = one.sample.cell
    name = " ".join(
        filter(
            None,
            [one.sample.case, cell.language and f"[{cell.language}]", f"#{cell.repeat}" if cell.repeat > 1 else ""],
        )
    )
    case = Element("testcase", name=_held(name), classname=_held(suite), time=f"{one.sample.seconds:.3f}")
    if one.sample.error is not None:
        error = SubElement(
            case, "error", type=_held(one.sample.error.code), message=_held(one.sample.error.message[:300])
        )
        error.text = _held(one.sample.error.message)
    elif one.hard:
        first = one.hard[0]
        failure = SubElement(
            case, "failure", type=_held(first.scorer), message=_held(f"{first.scorer}: {first.reason}"[:300])
        )
        failure.text = _held("\n".join(f"{score.scorer}: {score.reason}" for score in one.hard))
    SubElement(case, "system-out").text = _held(
        "\n".join(
            f"{score.scorer}: {shown(float(score.value), report.record.scorers[score.scorer].unit)}"
            for score in one.scores
            if score.scorer in report.record.scorers
        )
    )
    return case


def _held(text: str) -> str:
    return _NOT_XML.sub("�", text)
