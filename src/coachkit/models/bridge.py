"""The bridge from pydantic-ai to LiteLLM: an OpenAI client whose requests LiteLLM sends.

pydantic-ai knows how to talk to an ``AsyncOpenAI``; LiteLLM knows every provider. This class lets the one speak through
the other: arguments that were not given are dropped, what can help is asked again, and LiteLLM's answers become
OpenAI's own classes, which pydantic-ai insists on.
"""

from __future__ import annotations

import math
import os
import time
import warnings
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from types import TracebackType
from typing import Any, cast

from openai import AsyncOpenAI, NotGiven, Omit
from openai.resources.chat import AsyncChat, AsyncCompletions
from openai.types.chat import ChatCompletion, ChatCompletionChunk

__all__ = ["LiteLLMClient", "Trail", "coarse", "load_litellm"]

_LOCAL_TABLES = (
    "LITELLM_LOCAL_MODEL_COST_MAP",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS",
    "LITELLM_LOCAL_BLOG_POSTS",
    "LITELLM_LOCAL_POLICY_TEMPLATES",
)
"""Without these, LiteLLM fetches tables from a public site, some at import and some at the first request."""
ATTEMPTS = 3
"""Of one request, where what failed can pass by itself."""
LONGEST_WAIT = 8.0
"""Seconds; a provider that asks for more is not waited for."""


@cache
def load_litellm() -> Any:
    """LiteLLM, imported when first needed (it takes seconds), kept from the network and from talking."""
    for name in _LOCAL_TABLES:
        os.environ.setdefault(name, "True")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import litellm

        for made in (litellm.ModelResponse, litellm.ModelResponseStream):
            made()  # its schema is built at the first use, with warnings that are nobody's business
    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.drop_params = True
    return litellm


@dataclass(slots=True)
class Trail:
    """What was asked of whom, in order, and how it ended; written by the bridge, read by whoever wants to tell of it.

    :ivar models: one a request that was sent, the same again for each attempt.
    :ivar errors: how the last attempt of a model failed, unless a later one got through.
    """

    models: list[str] = field(default_factory=list)
    errors: dict[str, BaseException] = field(default_factory=dict)


class LiteLLMClient(AsyncOpenAI):
    """An ``AsyncOpenAI`` that sends nothing itself.

    :param deadline: on the monotonic clock; nothing is tried again past it.
    :param options: given to every request: ``api_base``, ``api_key`` …
    """

    def __init__(self, trail: Trail | None = None, *, deadline: float | None = None, **options: Any) -> None:
        super().__init__(api_key="unused", base_url="http://litellm.invalid/v1")
        self.trail = trail or Trail()
        self.deadline = deadline or time.monotonic() + 60.0
        self.options = options

    @cached_property
    def chat(self) -> AsyncChat:
        return _Chat(self)


class _Chat(AsyncChat):
    @cached_property
    def completions(self) -> AsyncCompletions:
        return _Completions(self._client)


class _Completions(AsyncCompletions):
    async def create(self, **arguments: Any) -> Any:
        import stamina

        given = {
            name: value
            for name, value in arguments.items()
            if value is not None and not isinstance(value, NotGiven | Omit) and name not in ("timeout", "extra_headers")
        }
        client = cast(LiteLLMClient, self._client)
        tries = stamina.retry_context(
            on=lambda error: error.wait if isinstance(error, _Passing) else False,
            attempts=ATTEMPTS,
            timeout=max(0.1, client.deadline - time.monotonic()),
            wait_initial=0.2,
            wait_max=2.0,
            wait_jitter=0.2,
        )
        try:
            async for attempt in tries:
                with attempt:
                    answer = await self._once(client, given)
        except _Passing:
            raise client.trail.errors[given["model"]] from None
        if given.get("stream"):
            return _Stream(answer)
        return ChatCompletion.model_validate(answer.model_dump())

    async def _once(self, client: LiteLLMClient, given: dict[str, Any]) -> Any:
        """One request. What can pass by itself is raised without the provider's words: they could repeat the prompt,
        and whoever tries again logs what for."""
        trail, model = client.trail, given["model"]
        trail.models.append(model)
        left = max(0.1, client.deadline - time.monotonic())
        fixed = {"num_retries": 0, "max_retries": 0, "timeout": coarse(left), "_skip_mcp_handler": True}
        try:
            answer = await load_litellm().acompletion(**{**fixed, **given, **client.options})
        except Exception as error:
            trail.errors[model] = error
            wait = _worth_another(error, client.deadline)
            if wait is False:
                raise
            raise _Passing(type(error).__name__, wait) from None
        trail.errors.pop(model, None)
        return answer


def coarse(seconds: float) -> float:
    """``seconds`` as a whole number of them, or of tenths below two: LiteLLM opens a client of its own for each timeout
    that it has not seen, and lets go of old ones without closing them."""
    return float(math.ceil(seconds)) if seconds >= 2 else max(0.1, round(seconds, 1))


class _Passing(Exception):
    """Something that may go better the next time.

    :param wait: seconds that the provider asked for; ``True``: as usual.
    """

    def __init__(self, kind: str, wait: bool | float) -> None:
        super().__init__(kind)
        self.wait = wait


def _worth_another(error: Exception, deadline: float) -> bool | float:
    """Whether what failed can pass by itself: a busy or broken server, a lost connection, a limit with a short wait.

    A wrong key, an unknown model, a refused request stay what they are."""
    status = getattr(error, "status_code", None)
    passing = status in (408, 409, 425, 429) or (isinstance(status, int) and status >= 500)
    left = deadline - time.monotonic()
    if not passing or type(error).__name__ in ("Timeout", "APITimeoutError") or left < 1.0:
        return False
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        asked = float(headers.get("retry-after", ""))
    except ValueError:
        return True
    return asked if asked < min(LONGEST_WAIT, left) else False


class _Stream:
    """LiteLLM's stream as pydantic-ai reads one: an async context manager and an iterator of OpenAI's chunks."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    async def __aenter__(self) -> _Stream:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def __aiter__(self) -> AsyncIterator[ChatCompletionChunk]:
        async for chunk in self._answer:
            yield ChatCompletionChunk.model_validate(chunk.model_dump())

    async def close(self) -> None:
        if hasattr(self._answer, "aclose"):
            await self._answer.aclose()
