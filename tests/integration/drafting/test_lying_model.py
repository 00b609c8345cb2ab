"""Whatever a model answers, over the real path through LiteLLM: the brief arrives, without a lie, and says so."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from brief_office import NOW, Office
from model_server import KEY, ModelServer
from thinning import thinned

from coachkit.domain.drafts import Draft, DraftKind, Origin, Statement
from coachkit.drafting.documents import Documents
from coachkit.drafting.facts import Language
from coachkit.models.chain import Access
from coachkit.models.gateway import LiteLLMWriter

WORDED = ("wins", "explore", "across")


Ask = Callable[..., Draft]


@pytest.fixture
def ask(busy_office: Office, liar: ModelServer) -> Ask:
    """A brief worded by a model that lies in the given way."""

    def asked(lie: str, language: Language = "en", *, subject: str = "maria", seconds: float = 60.0) -> Draft:
        model = f"openai/{lie}"
        busy_office.writers[model] = LiteLLMWriter(model, access=Access(liar.urls, {"openai": KEY}))
        documents: Documents = busy_office.patient(seconds)
        manager = {"maria": "ana", "liwei": "chen"}[subject]
        return documents.prepare(
            DraftKind.BRIEF,
            busy_office.directory.viewer(busy_office.person(manager).id, NOW),
            busy_office.person(subject).id,
            language=language,
            model=model,
            now=NOW,
        )

    return asked


def said(draft: Draft) -> dict[str, Statement]:
    return {str(one.data["id"]): one for section in draft.sections for one in section.statements}


def words(draft: Draft) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    return {fact: (one.text, one.question, one.evidence) for fact, one in said(draft).items()}


def worded(draft: Draft) -> list[Statement]:
    return [one for section in draft.sections if section.name in WORDED for one in section.statements]


LIES = [
    "wrong-evidence",
    "no-evidence",
    "other-evidence",
    "numbers",
    "names",
    "rating",
    "opinion",
    "praise",
    "denial",
    "markup",
    "obey",
    "dates",
    "long",
    "other-fact",
    "repeated",
    "units",
    "wrong-language",
    "sex",
    "reason",
    "promise",
    "hidden",
    "private",
    "quotation",
    "extra-fields",
    "dates-swapped",
    "numbers-swapped",
]


@pytest.mark.parametrize("lie", thinned(LIES, "wrong-evidence", "numbers", "names", "praise", "obey", "hidden"))
def test_a_lie_is_refused_and_the_reader_is_told(ask: Ask, busy_office: Office, lie: str) -> None:
    truth, draft = busy_office.brief(), ask(lie)
    assert words(draft) == words(truth)
    assert "LIE" not in repr(draft.sections)
    assert any(one.origin is Origin.REPLACED for one in worded(draft))
    (note,) = draft.notes
    assert "did not hold against the records" in note


@pytest.mark.parametrize(
    "lie",
    thinned(
        [
            "zh-swap",
            "zh-numbers",
            "zh-praise",
            "zh-opinion",
            "zh-denial",
            "zh-added",
            "zh-obey",
            "zh-dates-swapped",
            "units",
        ],
        "zh-swap",
        "zh-opinion",
    ),
)
def test_the_same_in_chinese(ask: Ask, busy_office: Office, lie: str) -> None:
    truth = busy_office.brief("liwei", "chen", language="zh")
    draft = ask(lie, "zh", subject="liwei")
    assert words(draft) == words(truth)
    assert any(one.origin is Origin.REPLACED for one in worded(draft))
    assert "与记录对不上" in draft.notes[0]


@pytest.mark.parametrize("lie", thinned(["invented-facts", "nobody"], "invented-facts"))
def test_a_model_that_words_nothing_it_was_asked_for(ask: Ask, busy_office: Office, lie: str) -> None:
    draft = ask(lie)
    assert words(draft) == words(busy_office.brief())
    assert draft.notes == (
        f"The model openai/{lie} worded nothing that it was asked to; every sentence here is computed.",
    )


def test_a_lie_in_the_question_costs_the_question_alone(ask: Ask, busy_office: Office) -> None:
    truth, draft = busy_office.brief(), ask("question")
    asked = [one for one in worded(draft) if one.question]
    assert asked
    assert [one.question for one in asked] == [one.question for one in worded(truth) if one.question]
    assert "sick" not in repr(draft.sections)


def test_what_holds_is_shown_as_the_model_worded_it(ask: Ask, busy_office: Office) -> None:
    truth, draft = busy_office.brief(), ask("true")
    drafted = [one for one in worded(draft) if one.origin is Origin.DRAFTED]
    assert drafted
    for one in drafted:
        assert one.text != said(truth)[str(one.data["id"])].text
        assert all(check.passed for check in one.checks)
    assert draft.prompt.startswith("brief@")
    assert draft.raw_output


@pytest.mark.parametrize("broken", thinned(["not-json", "half-json", "other-shape", "empty"], "half-json"))
def test_an_answer_that_cannot_be_read(ask: Ask, busy_office: Office, broken: str) -> None:
    draft = ask(broken)
    assert words(draft) == words(busy_office.brief())
    assert draft.notes == (
        f"What the model openai/{broken} sent could not be used; computed sentences stand in its place.",
    )


@pytest.mark.parametrize(
    "broken",
    thinned(["error-500", "error-401", "error-429", "error-404", "not-http", "hangs-up"], "error-500", "hangs-up"),
)
def test_a_server_that_fails(ask: Ask, busy_office: Office, broken: str) -> None:
    draft = ask(broken)
    assert words(draft) == words(busy_office.brief())
    assert "LIE" not in repr(draft)
    (note,) = draft.notes
    assert "did not answer" in note


@pytest.mark.parametrize("slow", thinned(["silence", "drip"], "silence"))
def test_a_server_that_takes_too_long(ask: Ask, busy_office: Office, slow: str) -> None:
    begun = time.monotonic()
    draft = ask(slow, seconds=1.5)
    assert time.monotonic() - begun < 90
    assert words(draft) == words(busy_office.brief())
    assert "ran out of time" in draft.notes[0]


def test_an_answer_without_end(ask: Ask, busy_office: Office) -> None:
    begun = time.monotonic()
    draft = ask("endless")
    assert time.monotonic() - begun < 110
    assert words(draft) == words(busy_office.brief())
    assert draft.notes


def test_nobody_listens(busy_office: Office) -> None:
    busy_office.writers["openai/gone"] = LiteLLMWriter(
        "openai/gone", access=Access({"openai": "http://127.0.0.1:9/v1"}, {"openai": KEY})
    )
    draft = busy_office.brief(model="openai/gone")
    assert words(draft) == words(busy_office.brief())
    assert "did not answer" in draft.notes[0]


def test_the_model_is_given_no_hostile_words(ask: Ask, busy_office: Office) -> None:
    """A ticket that gives orders reaches the model by its key alone; and the source list marks it."""
    draft = ask("nothing")
    explanation = busy_office.documents.explanation(
        draft.id, replace(busy_office.directory.viewer(busy_office.person("ana").id, NOW), at=NOW)
    )
    assert "PWNED-7731" not in repr(explanation)
    assert "SRCH-66" in repr(explanation)
    assert any(source.suspicious for source in draft.sources)
    assert "PWNED-7731" not in repr(draft)
