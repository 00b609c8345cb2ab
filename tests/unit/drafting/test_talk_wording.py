"""Cards: what every rule can be about, in both languages, within what our own checks allow."""

from __future__ import annotations

from dataclasses import replace

import pytest
from facts import fact, voice
from talk_facts import MAY, THEMES

from coachkit.drafting.composing import compose
from coachkit.drafting.facts import Language
from coachkit.drafting.verify import COMPOSED_CHECKS, Claim, Ground, verify
from coachkit.insight.conversations import packaged_rules

_LANGUAGES: tuple[Language, ...] = ("en", "zh")


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize(("rule", "theme"), sorted(THEMES))
def test_every_rule_says_whom_about_what_and_how_to_open(rule: str, theme: str, language: Language) -> None:
    for kind in ("card.talk", "card.maybe", "card.opening"):
        one = fact(kind, {"rule": rule, "theme": theme, "by": MAY[24], **THEMES[rule, theme]})
        statement = compose(one, voice(language))
        assert not any(mark in statement.text for mark in ("{", "None", "  ", "？？"))
        ground = Ground(one, statement, dict.fromkeys(one.evidence), language)  # type: ignore[arg-type] - ids alone
        checks = verify(Claim(statement.text, statement.evidence), ground, COMPOSED_CHECKS)
        assert all(check.passed for check in checks), (statement.text, checks)
        if kind == "card.talk":
            assert "Maria" in statement.text
            assert ("24 May" if language == "en" else "5 月 24 日") in statement.text
        if kind == "card.opening":
            assert statement.text.rstrip("”").endswith(("?", "？"))


def test_every_rule_has_words() -> None:
    assert {rule for rule, _ in THEMES} == {rule.id for rule in packaged_rules().rules}


def test_the_manager_is_you_for_the_manager_alone() -> None:
    from talk_facts import RICH

    one = fact("card.overdue", RICH["card.overdue"])
    assert compose(one, voice("en")).text.startswith("You: ")
    assert compose(one, voice("en", viewer=1)).text.startswith("Ana: ")


def test_what_is_due_today_says_so() -> None:
    one = fact("card.talk", {"rule": "check-in-gap", "theme": "", "by": MAY[20]})
    assert compose(one, voice("en")).text == "Meet Maria again, today"
    assert (
        compose(replace(one, slots={**one.slots, "by": MAY[21]}), voice("zh")).text
        == "5 月 21 日前和 Maria Gomez 恢复一对一"
    )
