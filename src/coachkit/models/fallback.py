"""Several writers of different kinds as one: hosted models first, then the packaged one; then nobody, and the composed
sentences stand."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from coachkit.drafting.ports import Heard, PassedOver, Task, Writer, Written, unheard

__all__ = ["FallbackWriter"]

LEAST_SECONDS = 5.0
"""Kept for those who come later in the chain."""


class FallbackWriter:
    """Asks each writer in turn until one has worded something.

    Among hosted models :class:`~coachkit.models.gateway.LiteLLMWriter` goes to the next; here it is those that
    work with another prompt.
    """

    prompt = "document"

    def __init__(self, model: str, writers: Sequence[Writer]) -> None:
        self.model = model
        self._writers = tuple(writers)

    def count_tokens(self, text: str) -> int:
        from coachkit.models.tokens import count_tokens

        return count_tokens(text)

    def write(self, task: Task, heard: Heard = unheard) -> Written:
        deadline = time.monotonic() + task.seconds
        passed: list[PassedOver] = []
        written = Written(problems=("unavailable",))
        for place, writer in enumerate(self._writers):
            later = LEAST_SECONDS * (len(self._writers) - place - 1)
            left = deadline - time.monotonic()
            share = max(left - later, left / 2)
            written = writer.write(replace(task, seconds=max(0.1, share)), heard)
            passed.extend(written.passed_over)
            if written.proposals or place == len(self._writers) - 1:
                return replace(
                    written,
                    prompt=writer.prompt,
                    usage=replace(
                        written.usage, model=written.usage.model or (writer.model if written.proposals else "")
                    ),
                    passed_over=tuple(passed),
                )
            last = written.problems[0] if written.problems else "silent"
            named = {one.model for one in written.passed_over}
            name = next((one for one in reversed(writer.model.split(", ")) if one not in named), writer.model)
            passed.append(PassedOver(model=name, problem=last))
        return written
