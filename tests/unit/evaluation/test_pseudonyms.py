"""Names that are replaced: the same everywhere, in their own script, and none of the originals left."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachkit.evaluation.freezing.pseudonyms import Pseudonyms, Somebody

PEOPLE = (
    Somebody(
        name="Maria Gomez",
        mails=("maria.gomez@acme.example",),
        keys=("hris:1001", "github:mgomez", "email:maria.gomez@acme.example"),
    ),
    Somebody(name="陈静", other_names=("Chen Jing", "Jing Chen"), mails=("jing@acme.example",), keys=("jira:5f1:x9",)),
    Somebody(name="欧阳明日", keys=("feishu:ou_77",)),
    Somebody(name="Will Mark", keys=("hris:1004",)),
    Somebody(name="Alex Ash", keys=("hris:1005",)),
)


@pytest.fixture
def said() -> Pseudonyms:
    return Pseudonyms(PEOPLE, ["Payments Core", "PAY", "支付组", "search-engine"], {"Acme": "Customer"})


@pytest.mark.parametrize(
    "text",
    [
        "Maria, MARIA and maria.gomez@acme.example",
        "branch maria-gomez/fix, maria_gomez, mariagomez, @mgomez",
        "问了陈静两次，小陈和陈老师都不在；明日再问",
        "Jing Chen asked Chen in PAY-17 and PAY-18; see https://acme.example/PAY-17?who=maria.",
        "欧阳明日（feishu:ou_77）",
        "call +49 151 2345 6789, commit 9f3c2ab8d1",
        "Acme wants it from Payments Core and 支付组, in search-engine#482",
    ],
)
def test_nothing_known_is_left(said: Pseudonyms, text: str) -> None:
    found = said.said(text)
    assert said.leftovers(found) == []
    for original in (
        "maria",
        "gomez",
        "陈",
        "欧阳",
        "jing",
        "acme",
        "payments core",
        "支付组",
        "search-engine",
        "2345",
        "9f3c",
    ):
        assert original not in found.casefold(), found
    assert "PAY-17" not in found


def test_the_same_is_the_same_and_others_are_others(said: Pseudonyms) -> None:
    first = said.said("Maria Gomez").split()
    assert said.said("Maria").split() == first[:1]
    assert said.said("ask Gomez") == f"ask {first[1]}"
    assert said.said("PAY-17 blocks PAY-18, PAY-17") == "QB-1 blocks QB-2, QB-1" or re.fullmatch(
        r"(Q\w+)-1 blocks \1-2, \1-1", said.said("PAY-17 blocks PAY-18, PAY-17")
    )
    assert said.key("github:mgomez") == "github:person1"
    assert said.key("nobody:77") != said.key("nobody:78")
    names = [said.said(one.name) for one in PEOPLE]
    assert len(set(names)) == len(names)
    assert "Alex" not in " ".join(names).split(), "nothing stands for a name that somebody here has"
    for stands, one in zip(names, PEOPLE, strict=True):
        assert bool(re.search(r"[㐀-鿿]", stands)) == bool(re.search(r"[㐀-鿿]", one.name))


def test_names_that_are_words_stay_words_in_lower_case(said: Pseudonyms) -> None:
    assert said.said("it will be done, mark it") == "it will be done, mark it"
    assert "Will" not in said.said("Ask Will Mark, then Will")
    assert said.said("13912345678, 021 5555 1234") == "00000000000, 000 0000 0000"
    assert said.said("2026-05-08, 17 days, 3.5 %, v1.2.3") == "2026-05-08, 17 days, 3.5 %, v1.2.3"


def test_what_may_be_a_name_is_listed() -> None:
    found = Pseudonyms.doubtful(["we sold it to Globex and met at Globex", "Then the Reindex began", "in Lisbon"])
    assert found[0] == "Globex"
    assert "Lisbon" in found
    assert "Then" not in found


WORDS = st.sampled_from(
    [
        "Maria",
        "Gomez",
        "Maria Gomez",
        "陈静",
        "小陈",
        "maria.gomez@acme.example",
        "@mgomez",
        "PAY-17",
        "Acme",
        " ",
        ", ",
        "/",
        "请",
        "the export",
    ]
)


@given(st.lists(WORDS, min_size=1, max_size=12).map("".join))
def test_whatever_stands_beside_whatever(text: str) -> None:
    said = Pseudonyms(PEOPLE, ["PAY"], {"Acme": "Customer"})
    found = said.said(text)
    assert said.leftovers(found) == []
    assert "陈静" not in found
    assert "@acme" not in found
    assert not re.search(r"(?<![A-Za-z0-9])(Maria|Gomez)(?![A-Za-z0-9])", found)
