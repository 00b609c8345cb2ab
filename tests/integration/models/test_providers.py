"""Every provider's wire format over the whole way: setting → LiteLLM → HTTP → statements."""

from __future__ import annotations

import itertools
import time

import pytest
from model_server import KEY, ModelServer
from model_tasks import FACTS, document_task
from thinning import thinned

from coachkit.drafting.ports import Proposal, Writer, Written
from coachkit.models.answer import Mode
from coachkit.models.chain import Access
from coachkit.models.gateway import LiteLLMWriter
from coachkit.models.writers import writers_for
from coachkit.settings import Settings

PROVIDERS = ("openai", "anthropic", "dashscope")


def writer(server: ModelServer, *models: str, mode: Mode | None = None) -> LiteLLMWriter:
    return LiteLLMWriter(*models, access=Access(server.urls, dict.fromkeys(PROVIDERS, KEY)), mode=mode)


def facts(written: Written) -> list[str]:
    return [one.fact for one in written.proposals]


@pytest.mark.parametrize(
    ("provider", "mode"),
    thinned(
        itertools.product(PROVIDERS, ("native", "tool", "prompted")),
        ("openai", "native"),
        ("anthropic", "tool"),
        ("dashscope", "prompted"),
    ),
)
def test_each_provider_in_each_shape(server: ModelServer, provider: str, mode: Mode) -> None:
    heard: list[Proposal] = []
    written = writer(server, f"{provider}/nothing", mode=mode).write(document_task(), heard.append)
    assert facts(written) == list(FACTS)
    assert [one.text for one in written.proposals] == [words for words, _ in FACTS.values()]
    assert written.proposals[0].question == FACTS["f1"][1]
    assert written.proposals[0].evidence == ("E1",)
    assert heard == list(written.proposals)
    assert written.problems == ()
    (asked,) = server.seen()
    assert asked["wire"] == provider
    assert asked["stream"] is True
    assert written.usage.tokens_in > 20
    assert written.usage.tokens_out > 20
    assert written.usage.model == f"{provider}/nothing"
    assert written.usage.first_seconds is not None
    expected = {"native": {"schema", "tool"}, "tool": {"tool"}, "prompted": {"words"}}[mode]
    assert asked["shape"] in expected


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        ("openai/gpt-4o-mini", "schema"),
        ("anthropic/claude-haiku-4-5", "schema"),
        ("dashscope/qwen-plus", "tool"),
        ("openai/own-model", "schema"),
    ],
)
def test_the_shape_is_told_as_the_model_understands_it(server: ModelServer, model: str, shape: str) -> None:
    written = writer(server, model).write(document_task())
    assert facts(written) == list(FACTS)
    (asked,) = server.seen()
    assert asked["shape"] == shape
    assert written.usage.cost is None if model.endswith("own-model") else written.usage.cost


@pytest.mark.parametrize("provider", thinned(PROVIDERS, "dashscope"))
def test_keys_and_addresses_come_from_settings(server: ModelServer, provider: str, tmp_path: object) -> None:
    settings = Settings(
        model=f"{provider}/nothing, none",
        model_url=server.urls[provider],
        model_key=KEY,  # type: ignore[arg-type] - as a variable has it
    )
    made = writers_for(settings, spent=lambda: 0.0)(settings.model)
    assert made is not None
    assert facts(made.write(document_task())) == list(FACTS)


@pytest.mark.parametrize("provider", thinned(PROVIDERS, "anthropic"))
def test_keys_and_addresses_come_from_the_providers_own_variables(
    server: ModelServer, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{provider.upper()}_API_KEY", KEY)
    monkeypatch.setenv(f"{provider.upper()}_API_BASE", server.urls[provider])
    assert facts(LiteLLMWriter(f"{provider}/nothing").write(document_task())) == list(FACTS)


def test_a_key_goes_to_its_own_provider_alone(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    access = Access.of("openai/nothing, anthropic/nothing", url=server.urls["openai"], key=KEY)
    assert access.options("openai/other") == {"api_base": server.urls["openai"], "api_key": KEY}
    assert access.options("anthropic/nothing") == {}
    assert KEY not in repr(access)


@pytest.mark.parametrize("provider", thinned(PROVIDERS, "anthropic"))
def test_a_wrong_key_is_asked_once(server: ModelServer, provider: str) -> None:
    wrong: Writer = LiteLLMWriter(f"{provider}/nothing", access=Access(server.urls, {provider: "wrong"}))
    written = wrong.write(document_task())
    assert written.problems == ("unavailable",)
    assert len(server.seen()) == 1


@pytest.mark.parametrize("provider", thinned(PROVIDERS, "openai"))
def test_what_passes_by_itself_is_tried_again(server: ModelServer, provider: str) -> None:
    written = writer(server, f"{provider}/flaky-2").write(document_task())
    assert facts(written) == list(FACTS)
    assert written.problems == ()
    assert written.usage.requests == 3
    assert len(server.seen()) == 3


def test_trying_again_ends_with_the_time(server: ModelServer) -> None:
    begun = time.monotonic()
    written = writer(server, "openai/flaky-9").write(document_task(seconds=1.2))
    assert written.problems
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize("provider", ["openai", "dashscope"])
def test_a_server_without_schemas_is_asked_in_words(server: ModelServer, provider: str) -> None:
    written = writer(server, f"{provider}/no-schema").write(document_task())
    assert facts(written) == list(FACTS)
    assert [one["shape"] for one in server.seen()][-1] == "words"


def test_a_server_without_streaming_is_asked_at_once(server: ModelServer) -> None:
    written = writer(server, "openai/no-stream").write(document_task())
    assert facts(written) == list(FACTS)
    assert [one["stream"] for one in server.seen()] == [True, False]


def test_what_came_before_a_stream_broke_off_is_kept(server: ModelServer) -> None:
    written = writer(server, "openai/breaks-off").write(document_task())
    assert facts(written)[:1] == ["f1"]


def test_statements_are_told_while_the_rest_still_comes(server: ModelServer) -> None:
    came: list[float] = []
    begun = time.monotonic()
    written = writer(server, "openai/steady").write(document_task(), lambda _: came.append(time.monotonic() - begun))
    assert len(came) == len(FACTS)
    assert came[0] < came[1] < came[2] < time.monotonic() - begun
    assert written.usage.first_seconds is not None
    assert written.usage.first_seconds < written.usage.seconds
