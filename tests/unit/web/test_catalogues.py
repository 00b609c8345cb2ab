"""Every word that a page shows stands in both catalogues."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import coachkit.web
from coachkit.api.language import LANGUAGES, Language
from coachkit.api.problems import SENTENCES
from coachkit.web import catalogues
from coachkit.web.i18n import speech

TEMPLATES = Path(coachkit.web.__file__).parent / "templates"
CJK = re.compile("[\u4e00-\u9fff]")
OWN_NAMES = {"coachkit", "English"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing_empty_fuzzy_or_left_over(language: Language) -> None:
    assert catalogues.findings(language) == []


def test_what_is_wrong_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    template = catalogues.extracted()
    template.add("A message that nobody has translated")
    monkeypatch.setattr(catalogues, "extracted", lambda: template)
    assert catalogues.findings("zh") == ["missing: 'A message that nobody has translated'"]
    read = catalogues.read("zh")
    template.delete("A message that nobody has translated")
    read["Sign in"].string = ""
    read["Sources"].flags.add("fuzzy")
    monkeypatch.setattr(catalogues, "read", lambda _language: read)
    assert catalogues.findings("zh") == ["empty: 'Sign in'", "fuzzy: 'Sources'"]


def test_chinese_is_chinese() -> None:
    catalogue = catalogues.read("zh")
    plain = [
        m.id
        for m in catalogue
        if m.id and not CJK.search(str(m.string)) and re.search("[a-z]", re.sub(r"%.*?s", "", str(m.id)))
    ]
    assert plain == []


def test_templates_hold_no_words_outside_the_catalogues() -> None:
    found = []
    for path in TEMPLATES.glob("*.html"):
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", " ", path.read_text("utf-8"), flags=re.DOTALL)
        text = re.sub(r"<code>.*?</code>|<option[^>]* lang=.*?</option>|<button[^>]* lang=.*?</button>", " ", text)
        text = re.sub(r"<[^>]*>", " ", text)
        found += [(path.name, word) for word in re.findall(r"[A-Za-z]{2,}", text) if word not in OWN_NAMES]
    assert found == []


def test_speech_puts_values_in_and_counts() -> None:
    en, zh = speech()["en"], speech()["zh"]
    assert en("due %(day)s", day="12 Oct") == "due 12 Oct"
    assert zh("due %(day)s", day="10月12日") == "10月12日截止"
    assert en.several("%(num)s day over", "%(num)s days over", 1) == "1 day over"
    assert en.several("%(num)s day over", "%(num)s days over", 1200) == "1,200 days over"
    assert zh.several("%(num)s day over", "%(num)s days over", 1) == "逾期 1 天"


def test_every_problem_has_a_sentence_in_both_languages() -> None:
    for english, chinese in SENTENCES.values():
        assert not CJK.search("".join(english))
        assert CJK.search(chinese[0])
        assert CJK.search(chinese[1])
