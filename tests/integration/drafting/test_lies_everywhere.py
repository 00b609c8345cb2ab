"""Every kind of document, worded by a model that lies or fails, in both languages: each arrives, without a lie, and
says what could not be done. On the sample organisation, over the real path through LiteLLM."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from model_server import KEY, ModelServer
from sample_office import SampleOffice, opened_sample

from coachkit.access import Viewer
from coachkit.domain.drafts import Draft, DraftKind, Origin
from coachkit.drafting.facts import Language
from coachkit.models.chain import Access
from coachkit.models.writers import Writers

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200), pytest.mark.xdist_group("planted-7")]

TODAY = date(2026, 11, 24)
LIES = [
    "wrong-evidence",
    "no-evidence",
    "other-evidence",
    "invented-facts",
    "nobody",
    "numbers",
    "parties",
    "rating",
    "opinion",
    "praise",
    "markup",
    "obey",
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
    "numbers-swapped",
]
CHINESE_LIES = ["zh-numbers", "zh-praise", "zh-opinion", "zh-added", "zh-obey", "zh-dates-swapped"]
FAILURES = ["not-json", "half-json", "other-shape", "empty", "deep", "endless", "error-500", "error-401", "hangs-up"]

Ask = Callable[[DraftKind, Language, str], Draft]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory, liar: ModelServer) -> Iterator[Ask]:
    """A document of a kind, in a language, with a model."""
    with opened_sample(tmp_path_factory.mktemp("sample"), 7, TODAY) as office:
        app = office.app
        app.settings = app.settings.model_copy(update={"contribution_days": 0.0, "model_timeout": 20.0})
        app.__dict__["writers"] = Writers(access=Access(liar.urls, {"openai": KEY}))
        asked = {kind: _subject(office, kind) for kind in app.documents.kinds}

        def made(kind: DraftKind, language: Language, model: str) -> Draft:
            viewer, subject = asked[kind]
            return app.documents.prepare(kind, viewer, subject, language=language, model=model, now=app.now())

        yield made


def _subject(office: SampleOffice, kind: DraftKind) -> tuple[Viewer, int]:
    """For whom and about whom: the first with enough to say that a model words some of it."""
    app, now = office.app, office.app.now()
    if kind is DraftKind.CONTRIBUTION_SUMMARY:
        target = app.targets.find("goal:PAY-O1", None).target
        return app.directory.viewer(app.targets.leads(target)[0].id, now), target.id
    most: tuple[int, Viewer, int] | None = None
    for person in app.directory.people()[:12]:
        manager = app.directory.manager_of(person.id)
        if manager is None:
            continue
        viewer = app.directory.viewer(person.id if kind is DraftKind.SELF_REVIEW else manager.id, now)
        draft = app.documents.prepare(kind, viewer, person.id, language="en", model="none", now=now)
        worded = app.documents.agent(kind).reworded
        size = sum(len(section.statements) for section in draft.sections if section.name in worded)
        if most is None or size > most[0]:
            most = (size, viewer, person.id)
    assert most is not None
    return most[1], most[2]


def words(draft: Draft) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    return {one.id: (one.text, one.question, one.evidence) for part in draft.sections for one in part.statements}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", list(DraftKind))
def test_no_lie_reaches_a_document(ask: Ask, liar: ModelServer, kind: DraftKind, language: Language) -> None:
    truth = ask(kind, language, "none")
    refused, leaked = [], {}
    for lie in [*LIES, *(CHINESE_LIES if language == "zh" else [])]:
        draft = ask(kind, language, f"openai/{lie}")
        different = {fact: said for fact, said in words(draft).items() if said != words(truth).get(fact)}
        if different or words(draft).keys() != words(truth).keys() or "LIE" in repr(draft.sections):
            leaked[lie] = different
        if any(one.origin is Origin.REPLACED for part in draft.sections for one in part.statements):
            refused.append(lie)
            assert draft.notes, lie
    assert leaked == {}
    assert len(refused) > 15, refused  # else the model was hardly asked


@pytest.mark.parametrize("kind", list(DraftKind))
def test_a_question_is_no_way_in(ask: Ask, kind: DraftKind) -> None:
    assert "sick" not in repr(ask(kind, "en", "openai/question").sections)


@pytest.mark.parametrize("kind", list(DraftKind))
def test_whatever_fails_the_document_arrives_and_says_so(ask: Ask, kind: DraftKind) -> None:
    for language in ("en", "zh"):
        spoken: Language = "zh" if language == "zh" else "en"
        truth = words(ask(kind, spoken, "none"))
        for failure in FAILURES:
            draft = ask(kind, spoken, f"openai/{failure}")
            assert words(draft) == truth, failure
            assert draft.notes, failure
            assert "LIE" not in repr(draft.sections) + repr(draft.notes), failure


@pytest.mark.parametrize("kind", list(DraftKind))
def test_silence_ends_with_the_time(ask: Ask, kind: DraftKind) -> None:
    draft = ask(kind, "en", "openai/silence")
    assert words(draft) == words(ask(kind, "en", "none"))
    assert "ran out of time" in draft.notes[0]
