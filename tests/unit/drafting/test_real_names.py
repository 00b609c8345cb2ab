"""Names as they are in real organisations: lower case, ending in digits, of repositories, without a team; and "you"."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from facts import ANA, BARE, LIWEI, MAY, RICH, WEI, fact, voice

from coachkit.drafting.cleaning import quote
from coachkit.drafting.composing import compose
from coachkit.drafting.facts import Fact, Language, Party, Value
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording import section_title

GALLARDOT = Party(1, "Gallardot9", "Gallardot9", "deploy")
XIANG = Party(4, "xiangzihao2", "xiangzihao2", "dolphinscheduler-master")
_RENAMED = {
    "SRCH-91": "pay/core#9",
    "PAY-17": "pay/core#17",
    "index/paging": "apache/dolphinscheduler",
    "ranking": "git",
    "Payments": "dolphinscheduler-master",
}
_NAMES = ("Gallardot9", "xiangzihao2", "deploy", "dolphinscheduler-master", *_RENAMED.values())
_WRONG = {"Deploy", "Dolphinscheduler", "Apache/", "Git ", "Pay/", "Xiangzihao"}


def renamed(value: Value) -> Value:
    """The value with the names of such an organisation in it."""
    if isinstance(value, Party):
        return {1: GALLARDOT, 4: XIANG}.get(value.who, value)
    if isinstance(value, tuple):
        return tuple(renamed(part) for part in value)
    return _RENAMED.get(value, value) if isinstance(value, str) else value


def real(one: Fact) -> Fact:
    return replace(
        one,
        roles={role: found for role, party in one.roles.items() if isinstance(found := renamed(party), Party)},
        slots={name: renamed(value) for name, value in one.slots.items()},
    )


def spoken(language: Language, *, viewer: int = 2) -> Voice:
    return replace(voice(language, viewer=viewer), subject=GALLARDOT)


@pytest.mark.parametrize("slots", [RICH, BARE], ids=["rich", "bare"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_names_stay_as_they_are_written_and_stand_apart(slots: dict[str, dict[str, Value]], language: Language) -> None:
    """Neither ``Apache/dolphinscheduler`` nor ``Gallardot9 月 9 日``, of a change of 9 May by Gallardot."""
    for kind in sorted(slots):
        for place in range(12):
            statement = compose(real(fact(kind, slots[kind], place=place)), spoken(language))
            for text in (statement.text, statement.question):
                outside = re.sub("“[^”]*”", "”", text)
                assert not any(outside.startswith(wrong) for wrong in _WRONG), (kind, text)
                for name in _NAMES:
                    assert not re.search(rf"{re.escape(name)}[A-Za-z0-9]|[A-Za-z0-9]{re.escape(name)}", outside), (
                        kind,
                        text,
                    )
                if language == "zh":
                    assert not re.search(r"(?:Gallardot|xiangzihao|core#)\d \d+ 月", outside), (kind, text)


@pytest.mark.parametrize("act", ["co_authored", "committed", "mentored", "reviewed", "answered"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_reader_is_of_no_team(act: str, language: Language) -> None:
    slots = {"act": act, "team": "core", "times": 2, "first": MAY[8], "last": MAY[15]}
    for people in ((ANA,), (ANA, WEI), (WEI, ANA), (WEI, LIWEI, ANA)):
        text = compose(fact("across.helped", {**slots, "people": people}), voice(language)).text
        assert not re.search(r"的你|you of|of you\b|core 的你", text), text
        assert ("你" if language == "zh" else "you") in text
        assert "core" in text or people == (ANA,), "the others are of that team"
    text = compose(fact("across.helped_by", {**slots, "helper": ANA}), voice(language)).text
    assert not re.search("的你|you of|Ana", text), text


def test_the_reader_comes_first_and_the_others_keep_their_team() -> None:
    slots = {
        "act": "committed",
        "team": "core",
        "times": 3,
        "first": MAY[8],
        "last": MAY[8],
        "people": (WEI, LIWEI, ANA),
    }
    assert compose(fact("across.helped", slots), voice("en")).text == (
        "Took in changes by you and Wei and one other of core, 8 May"
    )
    assert (
        compose(fact("across.helped", slots), voice("zh")).text == "5 月 8 日，合入了你和 core 的 Wei Li 等 2 人的改动"
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_help_for_people_without_a_known_team_is_told_and_not_called_across(language: Language) -> None:
    slots = {"act": "reviewed", "times": 5, "first": MAY[8], "last": MAY[15], "people": (LIWEI,)}
    one = fact("across.helped", slots)
    text = compose(one, voice(language)).text
    assert "李薇" in text
    assert not re.search(r" of [,，]|^的|，的| of ,", text), text
    assert section_title("across", voice(language), (one,)) == {"en": "With others", "zh": "与他人"}[language]
    other = fact("across.helped", {**slots, "team": "core"})
    assert section_title("across", voice(language), (one, other)) == {"en": "Across teams", "zh": "跨团队"}[language]


@pytest.mark.parametrize(
    ("integrator", "language", "asked"),
    [
        (ANA, "en", "How should we plan for busy weeks?"),
        (WEI, "en", "How do you and Wei plan for busy weeks?"),
        (ANA, "zh", "我们都忙的那几周怎么安排？"),
        (WEI, "zh", "你和 Wei Li 都忙的那几周怎么安排？"),
    ],
)
def test_a_question_is_put_to_the_one_it_is_about(integrator: Party, language: Language, asked: str) -> None:
    """The manager asks: they are "we", and never "the two of you"."""
    slots = {**RICH["explore.one_door"], "integrator": integrator}
    questions = {compose(fact("explore.one_door", slots, place=place), voice(language)).question for place in range(20)}
    assert asked in questions
    assert not any(re.search("two of you|两个人", question) for question in questions)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_question_speaks_of_its_hearer_as_of_a_third_person(language: Language) -> None:
    for kind in sorted(RICH):
        for place in range(20):
            question = compose(fact(kind, RICH[kind], place=place), voice(language)).question
            assert "Maria" not in question, (kind, question)
            assert "需要你出面" not in question


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_change_is_merged_and_not_brought_to_an_end(language: Language) -> None:
    for place in range(20):
        merged = compose(
            fact("wins.delivery", {**RICH["wins.delivery"], "merged": True}, place=place), voice(language)
        ).text
        assert ("合入" if language == "zh" else "erged on 9 May") in merged
        assert not re.search("an end|done|做完", merged.lower()), merged
        closed = compose(fact("wins.delivery", RICH["wins.delivery"], place=place), voice(language)).text
        assert not re.search("erged|合入", closed)


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Merge branch 'sk/test-commit-body-helper'", "Merge branch 'sk/test-commit-body-helper'"),
        ("replace ‘lines’ with ‘metadata’", "replace ‘lines’ with ‘metadata’"),
        ("rename “lines” to “metadata”", "rename ‘lines’ to ‘metadata’"),
        ('call it "metadata"', "call it ‘metadata’"),
        ("'quoted as a whole'", "quoted as a whole"),
        ("把「行」改成「元数据」", "把「行」改成「元数据」"),
    ],
)
def test_a_title_keeps_the_quotation_mark_at_its_end(title: str, shown: str) -> None:
    found = quote(title, 60)
    assert found is not None
    assert found.text == shown


@pytest.mark.parametrize(
    ("language", "once", "often"),
    [
        ("en", "merged a change by Maria, “Pages”, 9 May", "merged changes by Maria, such as “Pages”, 9 May"),
        ("zh", "合并了 Maria Gomez 的改动“Pages”", "合并了 Maria Gomez 的改动，例如“Pages”"),
    ],
)
def test_one_change_is_no_example_of_itself(language: Language, once: str, often: str) -> None:
    slots = {**RICH["across.helped_by"], "act": "merged"}
    assert compose(fact("across.helped_by", slots), voice(language)).text.endswith(once)
    assert compose(fact("across.helped_by", {**slots, "times": 2}), voice(language)).text.endswith(often)
