"""What a trace tells of drafting: one span a document, one a step, one a question to a model; ids and counts alone.

Names follow OpenTelemetry's conventions for generative AI: ``gen_ai.operation.name``, ``gen_ai.request.model`` …
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from coachkit.drafting.ports import Task, Written
from coachkit.telemetry import Traced, traced

__all__ = ["Steps", "asking", "document", "heard_back"]

_PROVIDERS = {
    "azure": "azure.ai.openai",
    "azure_ai": "azure.ai.inference",
    "bedrock": "aws.bedrock",
    "gemini": "gcp.gemini",
    "local": "coachkit",
    "mistral": "mistral_ai",
    "vertex_ai": "gcp.vertex_ai",
    "watsonx": "ibm.watsonx.ai",
    "xai": "x_ai",
}
"""LiteLLM's name of a provider → the conventions' own, where they differ."""


class Steps:
    """Times the steps of one document; each is a span as well."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        with traced(f"coachkit.{name}"):
            yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begun


@contextmanager
def document(kind: str, language: str, model: str) -> Iterator[Traced]:
    """The preparing of one document."""
    attributes = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": "coachkit",
        "gen_ai.agent.name": kind,
        "gen_ai.request.model": None if model == "none" else model,
        "coachkit.document.language": language,
        "coachkit.model": model,
    }
    with traced(f"invoke_agent {kind}", attributes) as work:
        yield work


@contextmanager
def asking(model: str, task: Task, prompt: str) -> Iterator[Traced]:
    """One question to a model, however many requests it takes.

    :param prompt: name of the prompt, with version and hash.
    """
    settings = task.sentence_settings if model == "local" else task.settings
    temperature, most = settings.get("temperature"), settings.get("max_tokens")
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": _provider(model),
        "gen_ai.request.model": _model(model),
        "gen_ai.request.temperature": float(temperature) if temperature is not None else None,
        "gen_ai.request.max_tokens": int(most) if most is not None else None,
        "gen_ai.output.type": "text" if model == "local" else "json",
        "coachkit.prompt": prompt,
        "coachkit.facts": len(task.assignments),
        "coachkit.evidence": len(task.evidence),
    }
    with traced(f"chat {_model(model)}", attributes, client=True) as work:
        yield work


def heard_back(work: Traced, written: Written, held: int, replaced: int) -> None:
    """What came of it.

    :param held: how many of its sentences are shown; ``replaced`` how many are not.
    """
    usage = written.usage
    work.set(
        {
            "gen_ai.response.model": _model(usage.model) if usage.model else None,
            "gen_ai.usage.input_tokens": usage.tokens_in,
            "gen_ai.usage.output_tokens": usage.tokens_out,
            "gen_ai.response.time_to_first_chunk": usage.first_seconds,
            "coachkit.cost_usd": usage.cost,
            "coachkit.requests": usage.requests,
            "coachkit.cached": usage.cached,
            "coachkit.sentences.held": held,
            "coachkit.sentences.replaced": replaced,
            "coachkit.passed_over": [one.model for one in written.passed_over] or None,
        }
    )
    if written.problems:
        work.failed(written.problems[0])


def _provider(model: str) -> str:
    name = model.split(",")[0].strip().partition("/")[0]
    return _PROVIDERS.get(name, name)


def _model(model: str) -> str:
    """Without the provider; of a chain, the first."""
    first = model.split(",")[0].strip()
    return first.partition("/")[2] or first
