"""Any LiteLLM model as a writer: a pydantic-ai agent with a typed answer whose ids are a closed list."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Annotated, Any

from pydantic import BaseModel, Field, WithJsonSchema, create_model

from coachkit.drafting.ports import Heard, Proposal, Task, Written, unheard
from coachkit.telemetry import get_logger

__all__ = ["LiteLLMWriter"]

_log = get_logger("models.gateway")

MOST_REQUESTS = 2
"""The first, and one more when its answer had the wrong shape."""
GRACE_SECONDS = 2.0


class LiteLLMWriter:
    """Words facts with any model that LiteLLM reaches.

    :param model: a LiteLLM model string, ``openai/gpt-5``, ``dashscope/qwen-max`` …
    :param url: of a self-hosted server that speaks OpenAI's protocol; empty for the provider's own.
    :param key: for that server; empty leaves it to the provider's environment variable.
    """

    prompt = "brief"

    def __init__(self, model: str, *, url: str = "", key: str = "") -> None:
        self.model = model
        self._options: dict[str, Any] = {name: value for name, value in (("api_base", url), ("api_key", key)) if value}

    def write(self, task: Task, heard: Heard = unheard) -> Written:
        deadline = time.monotonic() + task.seconds
        done: Future[Written] = Future()
        seen: list[str] = []
        threading.Thread(target=self._run, args=(task, deadline, done, seen), name="litellm", daemon=True).start()
        try:
            return done.result(timeout=task.seconds + GRACE_SECONDS)
        except FutureTimeout:
            return Written(raw="\n".join(seen), problems=("out-of-time",))

    def _run(self, task: Task, deadline: float, done: Future[Written], seen: list[str]) -> None:
        try:
            done.set_result(asyncio.run(self._ask(task, deadline, seen)))
        except TimeoutError:
            done.set_result(Written(raw="\n".join(seen), problems=("out-of-time",)))
        except Exception as error:  # a provider can fail in as many ways as there are providers
            problem = "unusable" if type(error).__name__ == "UnexpectedModelBehavior" else "unavailable"
            _log.warning("the model did not write", model=self.model, error=type(error).__name__)
            done.set_result(Written(raw="\n".join(seen), problems=(problem,)))

    async def _ask(self, task: Task, deadline: float, seen: list[str]) -> Written:
        from pydantic_ai import Agent, NativeOutput
        from pydantic_ai.models.openai import OpenAIChatModel
        from pydantic_ai.profiles.openai import OpenAIModelProfile
        from pydantic_ai.providers.openai import OpenAIProvider
        from pydantic_ai.settings import ModelSettings
        from pydantic_ai.usage import UsageLimits

        from coachkit.models.bridge import LiteLLMClient

        left = max(0.1, deadline - time.monotonic())
        async with LiteLLMClient(timeout=left, **self._options) as client:
            model = OpenAIChatModel(
                self.model,
                provider=OpenAIProvider(openai_client=client),
                profile=OpenAIModelProfile(supports_json_schema_output=True, supports_json_object_output=True),
            )
            agent = Agent(
                model,
                output_type=NativeOutput(_answer(task), name="statements", strict=False),
                instructions=task.instructions,
                retries=MOST_REQUESTS - 1,
                model_settings=ModelSettings(
                    temperature=float(task.settings.get("temperature", 0.2)),
                    max_tokens=int(task.settings.get("max_tokens", 2400)),
                ),
            )
            asked = task.asked or ("Word every fact." if task.language == "en" else "请写出每一条事实。")
            async with asyncio.timeout(left):
                result = await agent.run(asked, usage_limits=UsageLimits(request_limit=MOST_REQUESTS))
            seen.extend(_texts(result.all_messages()))
            return Written(proposals=_proposals(result.output), raw="\n".join(seen))


def _answer(task: Task) -> type[BaseModel]:
    """The shape of the answer. Ids are a closed list to the provider, and plain text to us, and so are lengths: one
    wrong id or endless sentence is refused by the checks and must not cost the other statements."""
    facts = [one.fact for one in task.assignments]
    evidence = sorted({short for one in task.assignments for short in one.evidence})
    fact_id = Annotated[str, WithJsonSchema({"type": "string", "enum": facts})]
    evidence_id = Annotated[str, WithJsonSchema({"type": "string", "enum": evidence or ["none"]})]
    words = Annotated[str, WithJsonSchema({"type": "string", "maxLength": 1200})]
    statement = create_model(
        "Statement",
        fact=(fact_id, Field(description="id of the fact")),
        text=(words, Field()),
        question=(words, Field("", description="an open question, or empty")),
        evidence=(list[evidence_id], Field(default_factory=list, max_length=12)),
    )
    return create_model("Statements", statements=(list[statement], Field(max_length=60)))


def _proposals(output: Any) -> tuple[Proposal, ...]:
    return tuple(
        Proposal(fact=one.fact, text=one.text, question=one.question, evidence=tuple(one.evidence))
        for one in output.statements
    )


def _texts(messages: list[Any]) -> list[str]:
    """What the model said, as it came."""
    return [
        part.content
        for message in messages
        if message.kind == "response"
        for part in message.parts
        if part.part_kind == "text"
    ]
