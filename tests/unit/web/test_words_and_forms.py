"""Languages, days, addresses and names, as pages use them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from starlette.requests import HTTPConnection

from coachkit.api.language import language_of
from coachkit.api.searching import excerpt
from coachkit.errors import CoachkitError
from coachkit.web.assets import asset_url
from coachkit.web.formats import Formats
from coachkit.web.i18n import speech
from coachkit.web.pages.records import _marked
from coachkit.web.rendering import initials, local_path, web_only
from coachkit.web.words import title_of

NOW = datetime(2026, 5, 20, 23, 30, tzinfo=UTC)


def connection(**headers: str) -> HTTPConnection:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "http", "headers": raw})


@pytest.mark.parametrize(
    ("headers", "locale", "expected"),
    [
        ({}, None, "en"),
        ({"accept_language": "zh-CN,zh;q=0.9,en;q=0.8"}, None, "zh"),
        ({"accept_language": "fr, en;q=0.3, zh;q=0.7"}, None, "zh"),
        ({"accept_language": "zh;q=0, en;q=0.1"}, None, "en"),
        ({"accept_language": "en"}, "zh_CN", "zh"),
        ({"accept_language": "en", "cookie": "coachkit_language=zh"}, "en", "zh"),
        ({"accept_language": "zh;q=nonsense, de"}, None, "en"),
        ({"cookie": "coachkit_language=xx"}, None, "en"),
    ],
)
def test_language(headers: dict[str, str], locale: str | None, expected: str) -> None:
    assert language_of(connection(**headers), locale=locale) == expected


def test_days_and_times_are_those_of_the_organisation() -> None:
    zone, today = ZoneInfo("Asia/Shanghai"), date(2026, 5, 21)
    en, zh = Formats(speech()["en"], zone, today), Formats(speech()["zh"], zone, today)
    assert en.moment(NOW) == "Thu 21 May, 07:30"
    assert zh.moment(NOW) == "5月21日（周四）07:30"
    assert en.long_day(today) == "Thursday 21 May"
    assert zh.long_day(today) == "5月21日 星期四"
    assert en.day(date(2025, 12, 3)) == "3 Dec 2025"
    assert zh.day(date(2025, 12, 3)) == "2025年12月3日"
    assert en.span(date(2026, 5, 6), date(2026, 5, 6)) == "6 May"
    assert en.iso(NOW) == "2026-05-21T07:30+08:00"


@pytest.mark.parametrize(
    ("passed", "en", "zh"),
    [
        (timedelta(seconds=20), "just now", "刚刚"),
        (timedelta(minutes=1), "1 minute ago", "1 分钟前"),
        (timedelta(hours=5), "5 hours ago", "5 小时前"),
        (timedelta(days=3), "3 days ago", "3 天前"),
        (timedelta(days=30), "20 Apr", "4月20日"),
    ],
)
def test_how_long_ago(passed: timedelta, en: str, zh: str) -> None:
    zone, today = ZoneInfo("UTC"), date(2026, 5, 20)
    assert Formats(speech()["en"], zone, today).ago(NOW - passed, NOW) == en
    assert Formats(speech()["zh"], zone, today).ago(NOW - passed, NOW) == zh


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ("/me?offset=25", True),
        ("/people/x/brief#action-y", True),
        ("", False),
        ("me", False),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example/", False),
        ("/\t/evil.example", False),
        ("javascript:alert(1)", False),
    ],
)
def test_only_addresses_here_are_gone_back_to(wanted: str, kept: bool) -> None:
    assert local_path(wanted) == (wanted if kept else "")


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.example/x", True),
        ("http://a.example", True),
        ("javascript:alert(1)", False),
        ("git:/srv/repo#abc", False),
        ("//a.example", False),
        (None, False),
    ],
)
def test_only_addresses_of_the_web_become_links(url: str | None, kept: bool) -> None:
    assert web_only(url) == (url if kept else "")


@pytest.mark.parametrize(
    ("name", "short"), [("Lin Xiaowen", "LX"), ("陈静", "陈静"), ("欧阳小文", "小文"), ("Cher", "C"), ("", "")]
)
def test_initials(name: str, short: str) -> None:
    assert initials(name) == short


def test_a_record_without_a_title_is_called_by_its_kind() -> None:
    zh = speech()["zh"]
    assert title_of("issue", "PAY-17", "Page the export", zh) == "Page the export"
    assert title_of("check_in", "ci-1", "ci-1 · agenda", zh) == "一对一"
    assert title_of("unheard_of", "x", "x", zh) == "unheard of"
    assert title_of("interaction", "PAY-17", "PAY-17", zh, text="Which week?") == "Which week?"
    assert len(title_of("interaction", "PAY-17", "PAY-17", zh, text="词" * 99)) < 50


def test_an_excerpt_is_around_what_was_asked() -> None:
    text = "word " * 80 + "the ledger export timed out " + "word " * 80
    found = excerpt(text, "LEDGER")
    assert "ledger export" in found
    assert found.startswith("…")
    assert found.endswith("…")
    assert excerpt("short", "nothing") == "short"
    assert excerpt("short", "") == "short"
    chinese = "前文" * 60 + "导出超时，账本要分页" + "后文" * 100
    assert "账本要分页" in excerpt(chinese, "账本分页")


def test_the_words_of_the_question_are_marked() -> None:
    assert _marked("The Ledger export", "ledger") == [("The ", False), ("Ledger", True), (" export", False)]
    assert _marked("账本要分页", "账本分页") == [("账本", True), ("要", False), ("分页", True)]
    assert _marked("a <b> (x", "(x ) [") == [("a <b> (", False), ("x", True)]
    assert _marked("", "x") == []


def test_assets_are_named_by_their_content() -> None:
    assert asset_url("app.css").startswith("/assets/app.")
    with pytest.raises(KeyError):
        asset_url("../app.py")


def test_the_tree_of_errors_has_its_sentences() -> None:
    from coachkit.api.problems import sentence

    def codes(of: type[CoachkitError]) -> set[str]:
        return {of.code}.union(*map(codes, of.__subclasses__()))

    for code in codes(CoachkitError):
        assert sentence(code, "en") != sentence(code, "zh")
        if code != "error":
            assert sentence(code, "en") != sentence("error", "en"), code
