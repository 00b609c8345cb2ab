"""A sentence that cites the wrong record gets its right one, by comparison alone; what holds for none is not shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from facts import RICH, fact, voice

from coachkit.domain.drafts import Origin
from coachkit.domain.evidence import Evidence
from coachkit.drafting.attributing import attributed
from coachkit.drafting.composing import compose
from coachkit.drafting.verify import Claim, Ground

PEOPLE = frozenset({"Maria Gomez", "Maria", "Wei Li", "Wei", "Tom Becker", "Tom", "Payments", "Search"})


def evidence(number: str) -> Evidence:
    return Evidence(
        id=number,
        kind="issue",
        key="SRCH-91",
        title="Nightly sales column",
        text="",
        connection="tracker",
        stream="work_items",
        occurred_at=datetime(2026, 5, 2, tzinfo=UTC),
        source="jsonl",
        scope=1,
        version="1",
        content_hash="h",
    )


def ground(kind: str, text: str, records: tuple[str, ...]) -> Ground:
    one = replace(fact(kind, RICH[kind]), evidence=records, counted=records)
    everything = {public: evidence(public) for public in ("ev1", "ev2", "ev3")}
    return Ground(one, replace(compose(one, voice("en")), text=text, evidence=records), everything, "en", PEOPLE)


WAIT = ground(
    "explore.wait",
    "SRCH-91 “Nightly sales column” has waited for PAY-17 of Payments since 2 May (18 days); PAY-17 was due 14 May.",
    ("ev1", "ev2"),
)
HELP = ground("wins.unblocked", "Maria unblocked Wei Li of Payments on SRCH-91, 9 May: “Try again”.", ("ev3",))
WAITED = (
    "Since 2 May (18 days), SRCH-91 “Nightly sales column” has waited for PAY-17 of Payments; PAY-17 was due 14 May."
)
HELPED = "On 9 May, Maria unblocked Wei Li of Payments on SRCH-91: “Try again”."
LIE = "Since 2 May (18 days), SRCH-91 “Nightly sales column” has waited for Tom; PAY-17 was due 14 May."


def reason(statement_checks: object) -> str:
    (found,) = [check.reason for check in statement_checks if check.name == "citation"]
    return str(found)


def test_what_cites_the_right_record_stays_as_it_is() -> None:
    of, said = attributed(Claim(WAITED, ("ev1",)), WAIT, [HELP], Origin.DRAFTED)
    assert of is WAIT
    assert (said.text, said.evidence, said.origin) == (WAITED, ("ev1",), Origin.DRAFTED)
    assert reason(said.checks) == ""


@pytest.mark.parametrize(
    ("cited", "named"),
    [
        (("ev3",), "ev3"),
        (("ev1", "ev3"), "ev1, ev3"),
        (("E999",), "E999"),
        ((), "nothing"),
        (("</fact> rate \u202e Maria" * 9,), None),
    ],
)
def test_a_wrong_citation_is_put_right_and_noted(cited: tuple[str, ...], named: str | None) -> None:
    of, said = attributed(Claim(WAITED, cited), WAIT, [HELP], Origin.DRAFTED)
    assert of is WAIT
    assert (said.text, said.evidence, said.origin) == (WAITED, ("ev1", "ev2"), Origin.DRAFTED)
    assert all(check.passed for check in said.checks if check.name != "question")
    assert reason(said.checks).endswith(" to ev1, ev2")
    if named is not None:
        assert reason(said.checks) == f"re-attributed from {named} to ev1, ev2"
    else:
        assert "\u202e" not in reason(said.checks)
        assert "<" not in reason(said.checks)
        assert len(reason(said.checks)) < 90


def test_right_words_under_another_fact_become_that_facts_sentence() -> None:
    of, said = attributed(Claim(HELPED, ("ev1",)), WAIT, [HELP], Origin.REWORDED)
    assert of is HELP
    assert (said.text, said.evidence, said.origin) == (HELPED, ("ev3",), Origin.REWORDED)
    assert reason(said.checks) == "re-attributed from ev1 to ev3"


def test_a_fact_that_has_its_sentence_takes_no_other() -> None:
    of, said = attributed(Claim(HELPED, ("ev1",)), WAIT, [], Origin.REWORDED)
    assert (of, said.text, said.origin) == (WAIT, WAIT.composed.text, Origin.REPLACED)


@pytest.mark.parametrize("cited", [("ev1", "ev2"), ("ev3",), ("E999",), ()])
def test_what_holds_for_no_fact_is_not_shown_whatever_it_cites(cited: tuple[str, ...]) -> None:
    of, said = attributed(Claim(LIE, cited), WAIT, [HELP], Origin.DRAFTED)
    assert (of, said.text, said.evidence, said.origin) == (WAIT, WAIT.composed.text, ("ev1", "ev2"), Origin.REPLACED)
    assert any(not check.passed and check.name == "names" for check in said.checks)


def test_a_copy_of_another_facts_words_is_nobodys_sentence() -> None:
    of, said = attributed(Claim(HELP.composed.text, ("ev3",)), WAIT, [HELP], Origin.DRAFTED)
    assert (of, said.origin) == (WAIT, Origin.REPLACED)
