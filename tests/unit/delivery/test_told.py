"""How sentences of insight are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachkit.delivery.told import Sentence, spaced


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Rui Falcoeira把Payments与客户成功连在一起。", "Rui Falcoeira 把 Payments 与客户成功连在一起。"),
        ("推进PAY-O1“上线Search索引”：3天", "推进 PAY-O1“上线Search索引”：3天"),
        ("Most of 风控 works with Mobile.", "Most of 风控 works with Mobile."),
    ],
)
def test_chinese_and_latin_letters_stand_apart_and_quotes_stay(text: str, written: str) -> None:
    assert spaced(text) == Sentence(text=text).text == written


@given(st.text(alphabet="aZé搜索 “”1，。", max_size=30))
def test_only_blanks_are_added_and_once(text: str) -> None:
    once = spaced(text)
    assert once.replace(" ", "") == text.replace(" ", "")
    assert spaced(once) == once
