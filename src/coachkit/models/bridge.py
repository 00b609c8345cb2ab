"""The bridge from pydantic-ai to LiteLLM: an OpenAI client whose requests LiteLLM sends.

pydantic-ai knows how to talk to an ``AsyncOpenAI``; LiteLLM knows every provider. This class lets the one speak through
the other: arguments that were not given are dropped, and LiteLLM's answers become OpenAI's own classes, which
pydantic-ai insists on.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import AsyncIterator
from functools import cache, cached_property
from types import TracebackType
from typing import Any, cast

from openai import AsyncOpenAI, NotGiven, Omit
from openai.resources.chat import AsyncChat, AsyncCompletions
from openai.types.chat import ChatCompletion, ChatCompletionChunk

__all__ = ["LiteLLMClient", "load_litellm"]


@cache
def load_litellm() -> Any:
    """LiteLLM, imported when first needed (it takes seconds), kept from the network and from talking."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import litellm

        for made in (litellm.ModelResponse, litellm.ModelResponseStream):
            made()  # its schema is built at the first use, with warnings that are nobody's business
    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.drop_params = True
    return litellm


class LiteLLMClient(AsyncOpenAI):
    """An ``AsyncOpenAI`` that sends nothing itself.

    :param options: given to every request: ``api_base``, ``api_key``, ``timeout`` …
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(api_key="unused", base_url="http://litellm.invalid/v1")
        self._options = options

    @cached_property
    def chat(self) -> AsyncChat:
        return _Chat(self)


class _Chat(AsyncChat):
    @cached_property
    def completions(self) -> AsyncCompletions:
        return _Completions(self._client)


class _Completions(AsyncCompletions):
    async def create(self, **arguments: Any) -> Any:
        given = {
            name: value
            for name, value in arguments.items()
            if value is not None and not isinstance(value, NotGiven | Omit) and name not in ("timeout", "extra_headers")
        }
        options = cast(LiteLLMClient, self._client)._options
        answer = await load_litellm().acompletion(**{"num_retries": 0, "max_retries": 0, **given, **options})
        if given.get("stream"):
            return _Stream(answer)
        return ChatCompletion.model_validate(answer.model_dump())


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
