"""Any LiteLLM model, or several in turn, as a writer: a pydantic-ai agent with a typed answer whose ids are a closed
list."""

from __future__ import annotations

import asyncio
import atexit
import threading
import time
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import replace
from functools import cache
from importlib import import_module
from queue import Empty, Queue

from coachkit.drafting.ports import Heard, Proposal, Task, Written, unheard
from coachkit.models.answer import Mode
from coachkit.models.asking import Asking
from coachkit.models.bridge import load_litellm
from coachkit.models.budget import Budget
from coachkit.models.chain import Access
from coachkit.telemetry import get_logger

__all__ = ["LiteLLMWriter", "hosted_loop", "load_hosted"]

_log = get_logger("models.gateway")

GRACE_SECONDS = 2.0


class LiteLLMWriter:
    """Words facts with any model that LiteLLM reaches.

    :param models: LiteLLM model strings, ``openai/gpt-5`` …; where one fails, the next is asked.
    :param access: addresses and keys by provider; what is not there, LiteLLM takes from the environment.
    :param mode: how the shape of the answer is told; ``None`` leaves it to what is known of the model.
    """

    prompt = "document"

    def __init__(
        self,
        *models: str,
        access: Access | None = None,
        budget: Budget | None = None,
        mode: Mode | None = None,
    ) -> None:
        self.models = models
        self.model = ", ".join(models)
        self._access = access or Access()
        self._budget = budget or Budget()
        self._mode = mode

    def count_tokens(self, text: str) -> int:
        from coachkit.models.tokens import count_tokens

        return count_tokens(text)

    def write(self, task: Task, heard: Heard = unheard) -> Written:
        deadline = time.monotonic() + task.seconds
        come: Queue[Proposal | Written] = Queue()
        asking = Asking(self.models, task, self._access, self._budget, deadline, come.put, self._mode)
        load_hosted()
        running = asyncio.run_coroutine_threadsafe(asking.run(), hosted_loop())
        running.add_done_callback(lambda done: come.put(_ended(done, asking)))
        while True:
            try:
                one = come.get(timeout=max(0.1, deadline + GRACE_SECONDS - time.monotonic()))
            except Empty:
                running.cancel()
                return _late(asking.so_far())
            if isinstance(one, Written):
                return one
            heard(one)


def load_hosted() -> None:
    """Import what a hosted model needs: seconds, once in a process."""
    load_litellm()
    for name in ("pydantic_ai.models.fallback", "pydantic_ai.models.openai"):
        import_module(name)


@cache
def hosted_loop() -> asyncio.AbstractEventLoop:
    """One loop for all hosted models, in a thread of its own: LiteLLM keeps its connections by loop."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="hosted-models", daemon=True).start()
    atexit.register(_hang_up, loop)
    return loop


def _hang_up(loop: asyncio.AbstractEventLoop) -> None:
    from litellm.llms.custom_httpx.async_client_cleanup import close_litellm_async_clients

    with suppress(Exception):  # the process ends; what cannot be closed ends with it
        asyncio.run_coroutine_threadsafe(close_litellm_async_clients(), loop).result(timeout=2)


def _ended(done: Future[Written], asking: Asking) -> Written:
    """What came of it, whatever a provider did: it can fail in as many ways as there are providers."""
    error = CancelledError() if done.cancelled() else done.exception()
    if error is None:
        return done.result()
    _log.warning("the model did not write", model=asking.models[0], error=type(error).__name__)
    return _late(asking.so_far(), "unavailable")


def _late(written: Written, problem: str = "out-of-time") -> Written:
    return written if written.problems else replace(written, problems=(problem,))
