"""A writer that says what a test wants; a character is a token to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from coachkit.drafting.ports import Heard, Proposal, Task, Usage, Written, unheard

__all__ = ["ScriptedWriter"]


@dataclass
class ScriptedWriter:
    """``say`` gives proposals for a task; they are told one by one, and brought back together."""

    say: Callable[[Task], list[Proposal]]
    model: str = "openai/scripted"
    prompt: str = "document"
    problems: tuple[str, ...] = ()
    tasks: list[Task] = field(default_factory=list)

    def count_tokens(self, text: str) -> int:
        return len(text)

    def write(self, task: Task, heard: Heard = unheard) -> Written:
        self.tasks.append(task)
        said = tuple(self.say(task))
        for one in said:
            heard(one)
        usage = Usage(model=self.model, requests=1, tokens_in=321, tokens_out=45, cost=0.012, seconds=0.5)
        return Written(proposals=said, raw="RAW OUTPUT", problems=self.problems, usage=usage)
