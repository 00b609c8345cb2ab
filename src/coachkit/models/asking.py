"""Asking hosted models for one document: in their order, each in the way it understands, until one has answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, cast

from coachkit.drafting.ports import PassedOver, Proposal, Task, Usage, Written
from coachkit.errors import BudgetExceeded
from coachkit.models.answer import Mode, StatementReader, answer_type, mode_of
from coachkit.models.bridge import LiteLLMClient, Trail, coarse, load_litellm
from coachkit.models.budget import Budget
from coachkit.models.chain import Access, provider_of
from coachkit.models.tokens import cost_of, count_tokens
from coachkit.telemetry import get_logger

__all__ = ["Asking"]

_log = get_logger("models.asking")

REASONING = 3
"""A model that thinks before it speaks gets so many times the tokens; what it thinks counts as output."""


@dataclass
class Asking:
    """One document's way through the models. Used once.

    :ivar models: in the order in which they are asked.
    :ivar tell: told each statement as it comes.
    :ivar mode: how the shape is told, where it is set; else each model as it is known to understand.
    """

    models: Sequence[str]
    task: Task
    access: Access
    budget: Budget
    deadline: float
    tell: Callable[[Proposal], None]
    mode: Mode | None = None
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._trail = Trail()
        self._problems: dict[str, str] = {}
        self._proposals: list[Proposal] = []
        self._texts: list[str] = []
        self._tokens = [0, 0]
        self._cost: float | None = 0.0
        self._first: float | None = None
        self._answered = ""

    async def run(self) -> Written:
        """Ask, until statements have come or nobody is left."""
        rest = self._allowed(self.models)
        while rest and not self._proposals and self._left > 0:
            try:
                async with asyncio.timeout(self._left):
                    rest = await self._round(rest)
            except TimeoutError:
                self._problems[self._last(rest)] = "out-of-time"
                break
        return self.so_far()

    def so_far(self) -> Written:
        """What has come until now."""
        last = self._answered or (self._trail.models[-1] if self._trail.models else self.models[0])
        problem = self._problems.get(last, "")
        return Written(
            proposals=tuple(self._proposals),
            raw="\n".join(self._texts),
            problems=(problem,) if problem else (),
            usage=Usage(
                model=last if self._proposals else "",
                requests=len(self._trail.models),
                tokens_in=self._tokens[0],
                tokens_out=self._tokens[1],
                cost=self._cost,
                seconds=round(time.monotonic() - self.began, 3),
                first_seconds=self._first,
            ),
            passed_over=tuple(
                PassedOver(model=name, problem=code) for name, code in self._problems.items() if name != last
            ),
        )

    def failure(self, model: str) -> BaseException | None:
        """How this model failed last, if its server said so."""
        return self._trail.errors.get(model)

    @property
    def _left(self) -> float:
        return self.deadline - time.monotonic()

    def _last(self, rest: Sequence[str]) -> str:
        return self._trail.models[-1] if self._trail.models else rest[0]

    async def _round(self, rest: Sequence[str]) -> list[str]:
        """Ask these models in turn, then the last one asked once more in plainer words, if it can have failed for the
        way it was asked; those that are left."""
        plainly = await self._ask(rest, streamed=True)
        last = self._last(rest)
        if plainly and not self._proposals and self._left > 1 and self._allowed([last]):
            await self._ask([last], streamed=False)
        left = list(rest[list(rest).index(last) + 1 :]) if last in rest else []
        return self._allowed(left) if not self._proposals else left

    async def _ask(self, models: Sequence[str], *, streamed: bool) -> bool:
        """One run over these models; whether asking the last one differently could help."""
        from pydantic_ai import Agent, capture_run_messages
        from pydantic_ai.exceptions import FallbackExceptionGroup, ModelAPIError, UnexpectedModelBehavior
        from pydantic_ai.models.fallback import FallbackModel
        from pydantic_ai.usage import UsageLimits

        reader = StatementReader()
        with capture_run_messages() as messages:
            try:
                async with AsyncExitStack() as stack:
                    made = [await self._model(stack, name, models, plain=not streamed) for name in models]
                    asked = made[0] if len(made) == 1 else FallbackModel(made[0], *made[1:], fallback_on=_move_on)
                    agent = Agent(
                        asked, output_type=answer_type(self.task), instructions=self.task.instructions, retries=0
                    )
                    await agent.run(
                        self.task.asked or _default_request(self.task),
                        usage_limits=UsageLimits(request_limit=1),
                        event_stream_handler=self._listener(reader) if streamed else None,
                    )
                self._answered = self._trail.models[-1]
                self._passed(models)
                return False
            except (FallbackExceptionGroup, ModelAPIError) as error:
                self._failed(models, error)
                return _refused(self._trail.errors.get(self._trail.models[-1])) if self._trail.models else False
            except (UnexpectedModelBehavior, _TooLong) as error:
                self._failed(models, error)
                return True
            finally:
                self._count(messages, reader, streamed)

    async def _model(self, stack: AsyncExitStack, name: str, models: Sequence[str], *, plain: bool) -> Any:
        from pydantic_ai.models.openai import OpenAIChatModel
        from pydantic_ai.profiles.openai import OpenAIModelProfile
        from pydantic_ai.providers.openai import OpenAIProvider
        from pydantic_ai.settings import ModelSettings

        share = self._left / (len(models) - list(models).index(name))
        client = LiteLLMClient(self._trail, deadline=time.monotonic() + share, **self.access.options(name))
        await stack.enter_async_context(client)
        mode: Mode = "prompted" if plain else self.mode or mode_of(name)
        settings: dict[str, Any] = {
            "temperature": float(self.task.settings.get("temperature", 0.2)),
            "max_tokens": self._most(name),
        }
        if name != models[-1]:
            settings["request_timeout"] = coarse(share)
        if _thinks(name):
            settings["openai_reasoning_effort"] = "low"
        return OpenAIChatModel(
            name,
            provider=OpenAIProvider(openai_client=client),
            profile=OpenAIModelProfile(
                supports_json_schema_output=True,
                supports_json_object_output=mode != "prompted",
                default_structured_output_mode=mode,
                openai_chat_supports_max_completion_tokens=False,
                supports_forced_tool_choice=provider_of(name) != "dashscope",
            ),
            settings=cast(ModelSettings, settings),  # one of them is OpenAI's own
        )

    def _listener(self, reader: StatementReader) -> Callable[[Any, AsyncIterable[Any]], Any]:
        """Reads what is streamed, of whichever kind of part it is."""

        async def listen(_context: Any, events: AsyncIterable[Any]) -> None:
            async for event in events:
                for proposal in reader.feed(_words(event)):
                    self._hear(proposal)
                if reader.too_long:
                    raise _TooLong

        return listen

    def _hear(self, proposal: Proposal) -> None:
        if self._first is None:
            self._first = round(time.monotonic() - self.began, 3)
        self._proposals.append(proposal)
        self.tell(proposal)

    def _passed(self, models: Sequence[str]) -> None:
        """Note those before the last one: each has failed, or was cut off where its share of the time ended."""
        asked = [name for name in models if name in self._trail.models]
        for name in asked[:-1]:
            self._note(name, self._trail.errors.get(name) or TimeoutError())

    def _failed(self, models: Sequence[str], error: BaseException) -> None:
        self._passed(models)
        last = self._last(models)
        told = getattr(error, "exceptions", (error,))[-1]
        self._note(last, self._trail.errors.get(last) or told)

    def _note(self, model: str, error: BaseException) -> None:
        self._problems[model] = _problem(error)
        _log.warning("the model did not write", model=model, error=type(error).__name__)

    def _count(self, messages: Sequence[Any], reader: StatementReader, streamed: bool) -> None:
        """What was said, and what it took; where no provider counted, counted here."""
        if not self._trail.models:
            return
        responses = [message for message in messages if message.kind == "response"]
        text = "\n".join(words for one in responses for words in map(_said, one.parts) if words) or reader.text
        if not streamed:
            for proposal in StatementReader().feed(text):
                self._hear(proposal)
        self._texts.append(text[:50_000])
        model = self._trail.models[-1]
        if self._proposals:
            self._answered = model
        given = sum(one.usage.input_tokens for one in responses) or self._asked_tokens()
        got = sum(one.usage.output_tokens for one in responses) or count_tokens(text[:50_000])
        self._tokens = [self._tokens[0] + given, self._tokens[1] + got]
        cost = cost_of(model, given, got)
        self._cost = None if cost is None or self._cost is None else round(self._cost + cost, 6)
        if self._proposals and self._problems.get(model) == "unusable":
            del self._problems[model]  # what came whole is taken, and what did not is missing

    def _asked_tokens(self) -> int:
        return count_tokens(f"{self.task.instructions}\n{self.task.asked}")

    def _most(self, model: str) -> int:
        """Tokens that the answer may have."""
        most = int(self.task.settings.get("max_tokens", 2400)) * (REASONING if _thinks(model) else 1)
        return min(most, self.budget.tokens_out)

    def _allowed(self, models: Sequence[str]) -> list[str]:
        """Those of them that the budget lets be asked."""
        allowed = []
        for name in models:
            try:
                self.budget.allow(name, self._asked_tokens(), self._most(name), self._cost or 0.0)
            except BudgetExceeded as error:
                self._problems.setdefault(name, error.subject)
            else:
                allowed.append(name)
        return allowed


class _TooLong(Exception):
    """The answer has no end."""


def _default_request(task: Task) -> str:
    return "Word every fact." if task.language == "en" else "请写出每一条事实。"


def _thinks(model: str) -> bool:
    return provider_of(model) in ("openai", "azure") and bool(load_litellm().supports_reasoning(model))


def _words(event: Any) -> str:
    """What an event of the stream adds to the answer: words, or the arguments of the function that is the answer."""
    if event.event_kind == "part_start":
        return _said(event.part)
    if event.event_kind == "part_delta":
        delta = event.delta
        added = {"text": "content_delta", "tool_call": "args_delta"}.get(delta.part_delta_kind)
        words = getattr(delta, added) if added else ""
        return words if isinstance(words, str) else ""
    return ""


def _said(part: Any) -> str:
    if part.part_kind == "text":
        return str(part.content)
    if part.part_kind == "tool-call":
        return part.args_as_json_str() if isinstance(part.args, dict) else part.args or ""
    return ""


def _move_on(error: Exception) -> bool:
    """To the next model, unless this one could be asked differently."""
    return not _refused(error) and type(error).__name__ not in ("UnexpectedModelBehavior", "_TooLong")


def _refused(error: BaseException | None) -> bool:
    """The request was understood by nobody: a schema, a function or a parameter that this server does not know."""
    return getattr(error, "status_code", None) in (400, 422)


def _problem(error: BaseException) -> str:
    name = type(error).__name__
    if isinstance(error, TimeoutError) or name in ("Timeout", "APITimeoutError", "ModelRequestTimeout"):
        return "out-of-time"
    return "unusable" if name in ("UnexpectedModelBehavior", "_TooLong", "IncompleteToolCall") else "unavailable"
