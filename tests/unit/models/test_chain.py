"""Reading the model setting; reading an answer while it comes; counting without a network."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_tasks import document_task

from coachkit.drafting.ports import Heard, Proposal, Task, Usage, Written, unheard
from coachkit.errors import BadInput
from coachkit.models.answer import StatementReader
from coachkit.models.chain import Access, read_chain
from coachkit.models.fallback import FallbackWriter
from coachkit.models.gateway import LiteLLMWriter
from coachkit.models.tokens import count_tokens
from coachkit.models.writers import Writers
from coachkit.settings import Settings


@pytest.mark.parametrize(
    ("setting", "chain"),
    [
        ("none", ("none",)),
        ("local", ("local",)),
        ("openai/a", ("openai/a",)),
        ("openai/a, anthropic/b,local , none", ("openai/a", "anthropic/b", "local")),
        ("openai/a, none, anthropic/b", ("openai/a",)),
        ("none, openai/a", ("none",)),
        ("openrouter/meta/llama-3", ("openrouter/meta/llama-3",)),
    ],
)
def test_a_setting_and_its_chain(setting: str, chain: tuple[str, ...]) -> None:
    assert read_chain(setting) == chain


@pytest.mark.parametrize("setting", ["", ",", "openai/a,", "openai/a, openai/a", "gpt-5", "open ai/x", "local, gpt"])
def test_what_is_no_setting(setting: str) -> None:
    with pytest.raises(BadInput):
        read_chain(setting)


def test_hosted_models_in_a_row_are_one_writer() -> None:
    made = Writers()("openai/a, anthropic/b, none")
    assert isinstance(made, LiteLLMWriter)
    assert made.models == ("openai/a", "anthropic/b")
    mixed = Writers()("openai/a, local")
    assert isinstance(mixed, FallbackWriter)
    assert mixed.model == "openai/a, local"


def test_a_list_and_tables_in_settings() -> None:
    settings = Settings(
        model=["openai/a", "local"],  # type: ignore[arg-type] - as TOML has it
        model_keys={"openai": "sk-1234"},  # type: ignore[dict-item] - the same
    )
    assert settings.model == "openai/a, local"
    assert "sk-1234" not in repr(settings)


def test_what_belongs_to_the_first_provider_goes_to_nobody_else() -> None:
    access = Access.of("local, openai/a, anthropic/b", url="http://one", key="k", keys={"anthropic": "other"})
    assert access.options("openai/x") == {"api_base": "http://one", "api_key": "k"}
    assert access.options("anthropic/b") == {"api_key": "other"}
    assert access.options("groq/c") == {}


words = st.text(max_size=40)
statement = st.fixed_dictionaries(
    {"fact": words, "text": words, "question": words, "evidence": st.lists(words, max_size=3)}
)


@given(st.lists(statement, max_size=6), st.integers(1, 30), st.sampled_from(["", "Sure:\n```json\n", "[1] "]))
def test_however_it_is_cut_every_statement_is_read_once(said: list[dict[str, object]], size: int, before: str) -> None:
    text = before + json.dumps({"statements": said}, ensure_ascii=False) + "\n```"
    reader = StatementReader()
    found = [one for at in range(0, len(text), size) for one in reader.feed(text[at : at + size])]
    assert [(one.fact, one.text, one.question, list(one.evidence)) for one in found] == [
        (one["fact"], one["text"], one["question"], one["evidence"]) for one in said
    ]


@given(st.text(alphabet='{}[]",:\\ statemnfcx1\n', max_size=300))
def test_nonsense_is_read_as_nothing_or_statements(text: str) -> None:
    for one in StatementReader().feed(text):
        assert isinstance(one, Proposal)


@pytest.mark.parametrize(
    "text",
    ['{"statements": [{"fact": 1, "text": "x"}]}', '{"statements": ["x"]}', '{"statements": [{"fact": "f"}]}', "["],
)
def test_what_is_no_statement(text: str) -> None:
    assert list(StatementReader().feed(text)) == []


def test_tokens_of_both_languages_are_counted_without_a_network() -> None:
    assert 1 < count_tokens("Maria unblocked Platform.") < 12
    assert 4 < count_tokens("李薇疏通了平台组的发布。") < 30
    assert count_tokens("<|endoftext|>") > 1


class Says:
    """A writer that says what it is told to."""

    prompt = "document"

    def __init__(self, model: str, *texts: str, problem: str = "") -> None:
        self.model, self._texts, self._problem = model, texts, problem
        self.seconds = 0.0

    def count_tokens(self, text: str) -> int:
        return len(text)

    def write(self, task: Task, heard: Heard = unheard) -> Written:
        self.seconds = task.seconds
        proposals = tuple(Proposal(fact="f1", text=text) for text in self._texts)
        for one in proposals:
            heard(one)
        return Written(
            proposals=proposals, problems=(self._problem,) if self._problem else (), usage=Usage(model=self.model)
        )


def test_the_first_that_words_anything_is_the_last() -> None:
    first, second, third = Says("a/1", problem="unavailable"), Says("local", "x"), Says("c/3", "y")
    heard: list[Proposal] = []
    written = FallbackWriter("a/1, local, c/3", [first, second, third]).write(document_task(), heard.append)
    assert [one.text for one in written.proposals] == ["x"] == [one.text for one in heard]
    assert [(one.model, one.problem) for one in written.passed_over] == [("a/1", "unavailable")]
    assert written.usage.model == "local"
    assert third.seconds == 0.0
    assert first.seconds < document_task().seconds


def test_one_that_says_nothing_is_passed_over_too() -> None:
    written = FallbackWriter("a/1, b/2", [Says("a/1"), Says("b/2", problem="out-of-time")]).write(document_task())
    assert [(one.model, one.problem) for one in written.passed_over] == [("a/1", "silent")]
    assert written.problems == ("out-of-time",)
