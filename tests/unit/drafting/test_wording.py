"""Every kind of fact, in every phrasing, in both languages, rich and bare: whole sentences that pass our own checks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from facts import BARE, RICH, fact, voice

from coachkit.domain.drafts import Statement
from coachkit.drafting.composing import compose
from coachkit.drafting.facts import Fact, Language, Measure, Party
from coachkit.drafting.verify import COMPOSED_CHECKS, Claim, Ground, verify
from coachkit.drafting.wording import _BOOKS, section_title

KINDS = sorted(RICH)
_LANGUAGES: tuple[Language, ...] = ("en", "zh")


def phrasings(kind: str, language: Language) -> Iterator[tuple[Fact, Statement]]:
    """Each phrasing of the kind at least once, with everything and with little."""
    for slots in (RICH[kind], BARE[kind]):
        seen: set[tuple[str, str]] = set()
        for place in range(40):
            one = fact(kind, slots, place=place)
            statement = compose(one, voice(language))
            if (statement.text, statement.question) not in seen:
                seen.add((statement.text, statement.question))
                yield one, statement


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_it_reads_as_a_sentence(kind: str, language: Language) -> None:
    for _, statement in phrasings(kind, language):
        text = f"{statement.text} {statement.question}".strip()
        assert not re.search(r"None|\{|\}|Quote|Party|\?\?|  | ,|,,|，，|。。|\(\)|（）|““|““|\bon on\b", text), text
        assert text.count("“") == text.count("”"), text
        assert text.count("（") == text.count("）")
        assert text.count("(") == text.count(")")
        assert not re.search(r"\b1 (days|weeks|times|changes|people)\b|\bone (days|changes|people|records)\b", text), (
            text
        )
        if language == "zh":
            assert not re.search(
                r"[\u3400-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u3400-\u9fff]", re.sub("“[^”]*”", "”", text)
            ), text
        else:
            assert statement.text[0] == statement.text[0].upper() or any(
                statement.text.startswith(name) for name in ("git-", "docs", "feishu", "index/", "ranking")
            ), text
        if statement.question:
            assert statement.question.endswith("？" if language == "zh" else "?")


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_our_own_checks_pass(kind: str, language: Language) -> None:
    """A phrasing that the wording rules refuse would be lost without anybody noticing: "最要紧" was."""
    for one, statement in phrasings(kind, language):
        ground = Ground(one, statement, dict.fromkeys(one.evidence), language)  # type: ignore[arg-type] - ids alone
        checks = verify(Claim(statement.text, statement.evidence, statement.question), ground, COMPOSED_CHECKS)
        assert all(check.passed for check in checks), (statement.text, statement.question, checks)


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_it_says_what_the_fact_holds(kind: str, language: Language) -> None:
    """Keys, names, numbers of the fact stand in the sentence; a number without its place in words would be lost."""
    for one, statement in phrasings(kind, language):
        text = f"{statement.text} {statement.question}"
        if kind.startswith("question."):
            continue
        for slot in ("key", "blocker", "part", "source"):
            if one.text(slot) and not (kind == "across.helped_by" and slot == "key"):
                assert one.text(slot) in text, (slot, text)
        for slot in ("new", "last", "target"):
            if isinstance(value := one.slots.get(slot), Measure):
                assert f"{value.value:g}" in text, (slot, text)
        for role, party in one.roles.items():
            if role in ("asker", "reviewer", "helper", "integrator") and party.who != 1:
                assert party.name in text or party.short in text, (role, text)


@pytest.mark.parametrize("language", _LANGUAGES)
def test_both_books_know_the_same_kinds(language: Language) -> None:
    known = {kind for kind in _BOOKS[language].says if not kind.startswith("contribution.")}  # held in their own tests
    assert known == set(KINDS)
    assert set(_BOOKS["en"].says) == set(_BOOKS["zh"].says)


@pytest.mark.parametrize("language", _LANGUAGES)
def test_the_same_fact_is_always_said_the_same_way(language: Language) -> None:
    one = fact("explore.wait", RICH["explore.wait"])
    assert compose(one, voice(language)) == compose(one, voice(language))


@pytest.mark.parametrize("act", sorted(["unblocked", "responded", "mentored", "answered", "documented", "reviewed",
    "approved", "tested", "co_authored", "committed", "merged", "served"]))  # fmt: skip
@pytest.mark.parametrize("language", _LANGUAGES)
def test_every_kind_of_help_can_be_said(act: str, language: Language) -> None:
    for kind in ("wins.unthanked", "across.helped", "across.helped_by"):
        for times in (1, 2, 5):
            text = compose(fact(kind, {**RICH[kind], "act": act, "times": times}), voice(language)).text
            assert "None" not in text
            assert "{" not in text


def test_giver_and_receiver_stand_where_they_belong() -> None:
    helped = compose(fact("across.helped", {**RICH["across.helped"], "act": "unblocked", "times": 1}), voice("en")).text
    assert helped.startswith("Unblocked 李薇 of 客户成功")
    by = compose(fact("across.helped_by", {**RICH["across.helped_by"], "act": "unblocked"}), voice("en")).text
    assert by.startswith("Wei Li of Payments unblocked Maria")
    waits = compose(fact("across.waited_for", RICH["across.waited_for"]), voice("en")).text
    assert waits == "Payments waits with PAY-4 for SRCH-91 (1 day)"


def test_the_reader_is_you_and_the_subject_keeps_their_name() -> None:
    text = compose(fact("actions.overdue", RICH["actions.overdue"]), voice("en")).text
    assert text.startswith("You: ")
    assert compose(fact("actions.open", RICH["actions.open"]), voice("en", viewer=1)).text.startswith("Maria: ")
    assert compose(fact("actions.overdue", RICH["actions.overdue"]), voice("zh")).text.startswith("你 — ")


@pytest.mark.parametrize(
    ("points", "title"),
    [([1, 2, 2], "Agenda: 1 of 3 points from Maria"), ([1], "Agenda: 1 of 1 point from Maria"), ([], "Agenda")],
)
def test_the_title_counts_points(points: list[int], title: str) -> None:
    facts = tuple(
        fact("agenda.point", {**RICH["agenda.point"], "author": Party(who, "X", "X")}, place=place)
        for place, who in enumerate(points)
    )
    assert section_title("agenda", voice("en"), facts) == title
