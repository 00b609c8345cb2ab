"""``coachkit model check``: what it says of models that work, that half work, and that do not."""

from __future__ import annotations

import json

import pytest
from model_server import KEY, ModelServer
from thinning import slow, thinned
from typer.testing import CliRunner

from coachkit.cli.app import app as cli
from coachkit.models.budget import Budget
from coachkit.models.chain import Access
from coachkit.models.checking import ModelReport, check_model
from coachkit.models.writers import Writers


def checked(server: ModelServer, model: str, *, language: str = "en", key: str = KEY) -> ModelReport:
    access = Access(server.urls, dict.fromkeys(("openai", "anthropic", "dashscope"), key))
    spoken = "zh" if language == "zh" else "en"
    (report,) = check_model(model, Writers(access=access), access=access, budget=Budget(), language=spoken)
    return report


def said(report: ModelReport) -> dict[str, tuple[bool | None, str]]:
    return {one.name: (one.ok, one.said) for one in report.findings}


@pytest.mark.parametrize(
    "model",
    thinned(["openai/gpt-4o-mini", "anthropic/claude-haiku-4-5", "dashscope/qwen-plus"], "anthropic/claude-haiku-4-5"),
)
def test_a_model_that_works(server: ModelServer, model: str) -> None:
    report = checked(server, model)
    assert report.works
    assert all(one.ok is not False and not one.to_do for one in report.findings)
    assert {one.name for one in report.findings} >= {"key", "structured", "streaming", "latency", "tokens", "price"}
    assert said(report)["languages"] == (True, "English, Chinese")
    assert report.cost


@pytest.mark.parametrize(
    ("model", "key", "found"),
    [
        ("openai/nothing", "wrong-secret", "the key was refused"),
        slow("openai/error-404", KEY, "there is no such model or address"),
        slow("openai/error-500", KEY, "the server failed"),
        ("openai/not-json", KEY, "it answered, and not in the asked shape"),
        slow("anthropic/error-429", KEY, "a limit or quota is reached"),
    ],
)
def test_a_model_that_does_not(server: ModelServer, model: str, key: str, found: str) -> None:
    report = checked(server, model, key=key)
    assert not report.works
    assert said(report)["answer"] == (False, found)
    assert all(one.to_do for one in report.findings if one.ok is False)
    assert "wrong-secret" not in repr(report)
    assert "LIE" not in repr(report)


def test_nobody_listens(server: ModelServer) -> None:
    access = Access({"openai": "http://user:secret@127.0.0.1:9/v1?key=secret"}, {"openai": KEY})
    (report,) = check_model("openai/gone", Writers(access=access), access=access, budget=Budget(), language="en")
    assert said(report)["answer"] == (False, "no answer from its address")
    assert "secret" not in repr(report)


def test_what_half_works_says_so(server: ModelServer) -> None:
    assert said(checked(server, "openai/no-stream"))["streaming"][0] is None
    lost = checked(server, "openai/numbers")
    assert lost.works
    assert said(lost)["languages"][0] is False


def test_none_and_local(server: ModelServer) -> None:
    assert checked(server, "none").works
    report = checked(server, "local")
    assert said(report)["privacy"][0] is True
    assert report.works == (said(report)["weights"][0] is True)


@pytest.fixture
def environment(server: ModelServer, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACHKIT_DATA", str(tmp_path))
    monkeypatch.setenv("COACHKIT_MODEL_URLS", json.dumps(server.urls))
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)


@pytest.mark.usefixtures("environment")
def test_the_command_in_chinese() -> None:
    answer = CliRunner().invoke(cli, ["model", "check", "dashscope/qwen-plus, none", "--lang", "zh"])
    assert answer.exit_code == 0, answer.output
    assert "结构化输出" in answer.output
    assert "在 DASHSCOPE_API_KEY 中找到" in answer.output
    assert KEY not in answer.output


@pytest.mark.usefixtures("environment")
def test_the_command_for_scripts() -> None:
    answer = CliRunner().invoke(cli, ["model", "check", "dashscope/error-500, openai/nothing", "--json"])
    assert answer.exit_code == 75
    value = json.loads(answer.stdout)
    assert value["works"] is False
    assert [one["model"] for one in value["models"]] == ["dashscope/error-500", "openai/nothing"]
    keys = [f for one in value["models"] for f in one["findings"] if f["name"] == "key"]
    assert [one["ok"] for one in keys] == [True, None]
    assert KEY not in answer.output
