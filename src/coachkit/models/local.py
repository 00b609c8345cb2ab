"""The packaged model as a writer: it rewords one composed statement at a time, in a process of its own.

It writes English only, and is small: most of what it says is a copy or does not hold. What holds is shown, the rest
costs nothing but time, and time has an end.
"""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from coachkit.drafting.ports import Assignment, Heard, Proposal, Task, Usage, Written, unheard
from coachkit.telemetry import get_logger

__all__ = ["LONGEST_SECONDS", "LocalWriter"]

_log = get_logger("models.local")

LONGEST_SECONDS = 25.0
"""For one document, whatever the setting allows: a reader waits at most half a minute."""
_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
"""Names in a script that the model cannot spell: it lost the name in each of the sentences tried."""
IDLE_SECONDS = 300.0
"""Without a document for so long, the process is ended and its 300 MB are given back."""


class LocalWriter:
    """Words with the packaged model. One document at a time: a second one waits, and the wait counts as its time.

    :param longest: seconds for one document; an evaluation that should say the same on a busy machine gives more.
    """

    model = "local"
    prompt = "reword"

    def __init__(self, weights: Path | None, *, longest: float = LONGEST_SECONDS) -> None:
        self._weights = weights
        self._longest = longest
        self._turn = threading.Lock()
        self._process: _Process | None = None
        self._idle: threading.Timer | None = None

    def count_tokens(self, text: str) -> int:
        from coachkit.models.tokens import count_tokens

        return count_tokens(text)

    def write(self, task: Task, heard: Heard = unheard) -> Written:
        if task.language != "en":
            return Written(problems=("english-only",))
        if self._weights is None:
            return Written(problems=("missing-model",))
        deadline = time.monotonic() + min(task.seconds, self._longest)
        if not self._turn.acquire(timeout=max(0.0, deadline - time.monotonic())):
            return Written(problems=("out-of-time",))
        try:
            return self._write(task, deadline, heard)
        finally:
            self._turn.release()

    def close(self) -> None:
        """End the process."""
        with self._turn:
            self._end()

    def _write(self, task: Task, deadline: float, heard: Heard) -> Written:
        if self._idle is not None:
            self._idle.cancel()
        proposals: list[Proposal] = []
        problems: tuple[str, ...] = ()
        took = _Took()
        readable = [one for one in task.assignments if not _CHINESE.search(_masked(one.composed)[0])]
        if not readable:
            problems = ("english-only",)
        for assignment in readable:
            try:
                answer = self._ask(assignment, task, deadline, took)
            except TimeoutError:
                problems = ("out-of-time",)
                if not took.requests:
                    self._end()  # it hangs; one that is only slow keeps what it has read
                break
            except (OSError, ValueError) as error:
                _log.warning("the local model ended", error=type(error).__name__)
                problems = ("unavailable",)
                self._end()
                break
            if answer:
                proposal = Proposal(
                    fact=assignment.fact, text=answer, question=assignment.question, evidence=assignment.evidence
                )
                proposals.append(proposal)
                took.heard()
                heard(proposal)
        self._sleep_later()
        raw = json.dumps({one.fact: one.text for one in proposals}, ensure_ascii=False)
        return Written(proposals=tuple(proposals), raw=raw, problems=problems, usage=took.usage())

    def _ask(self, assignment: Assignment, task: Task, deadline: float, took: _Took) -> str:
        if self._process is None:
            assert self._weights is not None
            self._process = _Process(self._weights)
            self._process.answer(deadline)
        words = len(assignment.composed.split())
        *before, (role, sentence) = assignment.turns
        sentence, quotes = _masked(sentence)
        settings = task.sentence_settings or task.settings
        self._process.send(
            {
                "messages": [{"role": who, "content": said} for who, said in (*before, (role, sentence))],
                "max_tokens": min(int(settings.get("max_tokens", 96)), 3 * words + 16),
                "temperature": float(settings.get("temperature", 0.0)),
            }
        )
        answer = self._process.answer(deadline)
        took.asked(answer)
        return "" if "error" in answer else _unmasked(" ".join(str(answer.get("text", "")).split()), quotes)

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None

    def _sleep_later(self) -> None:
        self._idle = threading.Timer(IDLE_SECONDS, self.close)
        self._idle.daemon = True
        self._idle.start()


@dataclass
class _Took:
    """What a document took, as the model itself counts it."""

    began: float = field(default_factory=time.monotonic)
    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    first: float | None = None

    def asked(self, answer: dict[str, Any]) -> None:
        self.requests += 1
        self.tokens_in += int(answer.get("tokens_in", 0))
        self.tokens_out += int(answer.get("tokens_out", 0))

    def heard(self) -> None:
        if self.first is None:
            self.first = round(time.monotonic() - self.began, 3)

    def usage(self) -> Usage:
        return Usage(
            model="local" if self.first is not None else "",
            requests=self.requests,
            tokens_in=self.tokens_in,
            tokens_out=self.tokens_out,
            seconds=round(time.monotonic() - self.began, 3),
            first_seconds=self.first,
        )


def _masked(sentence: str) -> tuple[str, list[str]]:
    """Quotations as “Q1”, “Q2”: what a record says is none of a small model's business, and shorter is faster."""
    quotes = re.findall(r"“[^”]*”", sentence)
    numbers = itertools.count(1)
    return re.sub(r"“[^”]*”", lambda _: f"“Q{next(numbers)}”", sentence), quotes


def _unmasked(sentence: str, quotes: list[str]) -> str:
    for number, quoted in enumerate(quotes, 1):
        for mark in (f"“Q{number}”", f'"Q{number}"'):
            sentence = sentence.replace(mark, quoted)
    return sentence


class _Process:
    """The child and a thread that reads its answers, so that waiting for one can end in time."""

    def __init__(self, weights: Path) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "coachkit.models.local_worker", str(weights)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        self._answers: Queue[str | None] = Queue()
        self._sent = 0
        threading.Thread(target=self._read, name="local-model-answers", daemon=True).start()

    def send(self, request: dict[str, Any]) -> None:
        assert self._child.stdin is not None
        self._sent += 1
        self._child.stdin.write(json.dumps({**request, "number": self._sent}) + "\n")
        self._child.stdin.flush()

    def answer(self, deadline: float) -> dict[str, Any]:
        """The answer to what was sent last; one that nobody waits for any more is thrown away.

        :raises TimeoutError: when the deadline has passed. :raises OSError: when the process has ended."""
        while True:
            try:
                line = self._answers.get(timeout=max(0.01, deadline - time.monotonic()))
            except Empty:
                raise TimeoutError from None
            if line is None:
                raise OSError("the process of the local model has ended")
            answer: dict[str, Any] = json.loads(line)
            if answer.get("number", self._sent) == self._sent:
                return answer

    def kill(self) -> None:
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()

    def _read(self) -> None:
        assert self._child.stdout is not None
        try:
            for line in self._child.stdout:
                self._answers.put(line)
        except ValueError:  # closed while reading: it was killed
            pass
        self._answers.put(None)
