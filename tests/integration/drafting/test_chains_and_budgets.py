"""Several models in turn, what they may cost, and answers that are used again: over the real path, to the document."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from brief_office import NOW, Office
from model_server import KEY, ModelServer
from thinning import slow

from coachkit.domain.drafts import Draft, DraftKind, Origin
from coachkit.drafting.facts import Language
from coachkit.models.budget import Budget
from coachkit.models.chain import Access
from coachkit.models.writers import Writers
from coachkit.store.relational.drafts import SqlDraftStore
from coachkit.store.relational.schema import drafts

Ask = Callable[..., Draft]
PRICED = "openai/gpt-4o-mini"


@pytest.fixture
def ask(busy_office: Office, liar: ModelServer) -> Ask:
    """A brief worded by a chain, within a budget; nothing was asked or kept before."""
    liar.forget()
    with busy_office.database.write() as connection:
        connection.execute(sa.delete(drafts))
    access = Access(liar.urls, dict.fromkeys(("openai", "anthropic", "dashscope"), KEY))

    def asked(
        model: str, *, budget: Budget | None = None, seconds: float = 60.0, language: Language = "en", later: int = 0
    ) -> Draft:
        made = Writers(access=access, budget=budget)(model)
        assert made is not None
        busy_office.writers[model] = made
        return busy_office.patient(seconds).prepare(
            DraftKind.BRIEF,
            busy_office.directory.viewer(busy_office.person("ana").id, NOW),
            busy_office.person("maria").id,
            language=language,
            model=model,
            now=NOW + timedelta(seconds=later),
        )

    return asked


def words(draft: Draft) -> list[str]:
    return [one.text for section in draft.sections for one in section.statements]


def drafted(draft: Draft) -> int:
    return sum(one.origin is Origin.DRAFTED for section in draft.sections for one in section.statements)


def usage(draft: Draft) -> dict[str, object]:
    found = draft.settings["usage"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        slow("openai/error-401", "openai/error-401 did not answer; the next model was asked."),
        slow("openai/error-500", "openai/error-500 did not answer; the next model was asked."),
        ("dashscope/hangs-up", "dashscope/hangs-up did not answer; the next model was asked."),
        slow("anthropic/not-json", "anthropic/not-json sent nothing that can be used; the next model was asked."),
    ],
)
def test_the_next_one_answers_and_the_reader_is_told(ask: Ask, broken: str, why: str) -> None:
    draft = ask(f"{broken}, anthropic/true, none")
    assert draft.notes[:2] == (why, "anthropic/true worded this document.")
    assert drafted(draft)
    assert usage(draft)["model"] == "anthropic/true"


def test_a_silent_one_takes_no_more_than_its_share(ask: Ask) -> None:
    draft = ask("openai/silence, dashscope/true", seconds=8)
    assert draft.notes[0] == "openai/silence took too long; the next model was asked."
    assert usage(draft)["model"] == "dashscope/true"
    assert drafted(draft)


def test_when_all_fail_the_computed_sentences_stand(ask: Ask, busy_office: Office) -> None:
    draft = ask("openai/error-500, anthropic/error-401, dashscope/not-json, none")
    assert words(draft) == words(busy_office.brief())
    assert len(draft.notes) == 3
    assert "dashscope/not-json" in draft.notes[-1]


def test_the_packaged_model_comes_after_the_hosted_ones(ask: Ask, busy_office: Office) -> None:
    draft = ask("openai/error-500, local, none", language="zh")
    assert "openai/error-500 没有应答" in draft.notes[0]
    assert draft.notes[-1] in {
        "随附的小模型只会英文，中文文档按记录直接写成。",
        "没有安装随附的小模型（make setup 会下载）；这里的句子都是由记录直接写成的。",
    }
    assert words(draft) == words(busy_office.brief(language="zh"))


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        slow(Budget(tokens_in=100), "the evidence is longer than one document may send"),
        slow(Budget(cost_document=0.000001), "it could cost more than one document may"),
        (Budget(cost_day=1.0, spent_today=lambda: 0.9999), "what a day may cost is spent"),
    ],
)
def test_a_budget_ends_the_asking_and_not_the_document(
    ask: Ask, busy_office: Office, liar: ModelServer, budget: Budget, said: str
) -> None:
    draft = ask(PRICED, budget=budget)
    assert liar.seen() == []
    assert words(draft) == words(busy_office.brief())
    (note,) = draft.notes
    assert said in note
    assert PRICED in note


def test_a_dear_model_is_passed_over_for_a_cheap_one(ask: Ask, liar: ModelServer) -> None:
    draft = ask(f"openai/gpt-4, {PRICED}", budget=Budget(cost_document=0.01))
    assert [one["model"] for one in liar.seen()] == ["gpt-4o-mini"]
    assert draft.notes[0] == "openai/gpt-4 would have gone over a budget; the next model was asked."


def test_what_a_document_took_is_kept_and_counts_for_the_day(ask: Ask, busy_office: Office) -> None:
    draft = ask(PRICED)
    took = usage(draft)
    assert isinstance(took["cost"], float)
    assert took["cost"] > 0
    assert took["tokens_in"]
    assert took["tokens_out"]
    assert took["seconds"]
    store = SqlDraftStore(busy_office.database)
    assert store.spent(NOW - timedelta(days=1)) == pytest.approx(took["cost"])
    assert store.spent(NOW + timedelta(days=1)) == 0.0


def test_a_model_without_a_price_is_held_to_its_tokens(ask: Ask) -> None:
    draft = ask("openai/true", budget=Budget(cost_document=0.000001, tokens_out=500))
    assert usage(draft)["cost"] is None
    assert drafted(draft)


def test_the_same_question_is_asked_once_and_its_answer_verified_again(ask: Ask, liar: ModelServer) -> None:
    first, again = ask(PRICED), ask(PRICED, later=5)
    assert len(liar.seen()) == 1
    assert words(again) == words(first)
    assert drafted(again) == drafted(first) > 0
    assert again.id != first.id
    assert usage(again)["cached"] is True
    assert usage(again)["cost"] == 0.0
    assert again.prompt == first.prompt


def test_a_kept_lie_is_refused_again(ask: Ask, liar: ModelServer) -> None:
    first, again = ask("openai/praise"), ask("openai/praise", later=5)
    assert len(liar.seen()) == 1
    assert words(again) == words(first)
    assert "LIE" not in repr(again.sections)
    assert again.notes == first.notes


def test_another_model_or_language_is_another_question(ask: Ask, liar: ModelServer) -> None:
    ask(PRICED)
    ask("anthropic/true", later=1)
    ask(PRICED, language="zh", later=2)
    assert len(liar.seen()) == 3


def test_an_answer_goes_with_its_draft(ask: Ask, busy_office: Office, liar: ModelServer) -> None:
    first = ask(PRICED)
    with busy_office.database.write() as connection:
        connection.execute(sa.delete(drafts).where(drafts.c.id == first.id))
    ask(PRICED, later=5)
    assert len(liar.seen()) == 2


def test_a_failure_is_not_kept(ask: Ask, liar: ModelServer) -> None:
    ask("openai/error-401")
    ask("openai/error-401", later=5)
    assert len(liar.seen()) == 2
