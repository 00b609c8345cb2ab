"""Running: what is in the cache is taken from there, the rest is made, within limits of money and time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Protocol

from coachkit.evaluation.caching import SampleCache
from coachkit.evaluation.matrix import Wanted
from coachkit.evaluation.record import Failure, Sample

__all__ = ["Limits", "Outcome", "Progress", "Task", "Workers", "run_tasks"]


@dataclass(frozen=True, slots=True)
class Task:
    """A sample to be had.

    :ivar key: hash of everything that decides what comes out.
    :ivar lane: one of :class:`coachkit.evaluation.subjects.Lane`.
    """

    key: str
    wanted: Wanted
    lane: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a run may take; what is not made then is missing in the record.

    :ivar cost: US dollars of what is newly made, as far as prices are known. :ivar seconds: from its start.
    """

    cost: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    :ivar seconds_left: at the pace so far; ``None`` before the first sample.
    """

    total: int
    done: int = 0
    cached: int = 0
    failed: int = 0
    cost: float = 0.0
    seconds_left: float | None = None


class Workers(Protocol):
    """Who makes samples, in one lane."""

    @property
    def width(self) -> int:
        """How many at once."""

    def submit(self, task: Task) -> Future[Sample]: ...

    def close(self) -> None:
        """Let go of what they hold; what is under way is put down."""


@dataclass(slots=True)
class Outcome:
    """What came of it.

    :ivar samples: by key; one that failed is among them.
    :ivar stopped: which limit ended it; empty if none did.
    """

    samples: dict[str, Sample] = field(default_factory=dict)
    cached: int = 0
    failed: int = 0
    cost: float = 0.0
    stopped: str = ""


def run_tasks(
    tasks: Sequence[Task],
    cache: SampleCache,
    hire: Callable[[str, int], Workers],
    *,
    limits: Limits | None = None,
    fresh: bool = False,
    tell: Callable[[Progress], None] = lambda _progress: None,
) -> Outcome:
    """Have every sample, lane after lane.

    A sample is in the cache before the next one is counted: whenever this is killed, what was made stays made.

    :param hire: makes the workers of a lane, for so many tasks.
    :param fresh: make all of them, whatever is in the cache.
    """
    run = _Run(tasks, cache, limits or Limits(), tell)
    if not fresh:
        run.serve()
    for lane in dict.fromkeys(task.lane for task in tasks):
        waiting = [task for task in tasks if task.lane == lane and task.key not in run.outcome.samples]
        if waiting and not run.outcome.stopped:
            run.make(waiting, partial(hire, lane, len(waiting)))
    return run.outcome


class _Run:
    def __init__(
        self, tasks: Sequence[Task], cache: SampleCache, limits: Limits, tell: Callable[[Progress], None]
    ) -> None:
        self.outcome = Outcome()
        self._tasks = {task.key: task for task in tasks}
        self._cache = cache
        self._limits = limits
        self._tell = tell
        self._began = monotonic()
        self._made = 0
        self._first: float | None = None
        self._suspected: set[str] = set()

    def serve(self) -> None:
        """Take what is in the cache; what the record says of the case is that of today."""
        for task in self._tasks.values():
            kept = self._cache.get(task.key)
            if kept is not None:
                self.outcome.samples[task.key] = _placed(kept, task)
                self.outcome.cached += 1
        self._tell(self._progress())

    def make(self, tasks: Sequence[Task], hire: Callable[[], Workers]) -> None:
        """Have these made. Where a worker dies, what was under way is tried again, one at a time: then it is known of
        which sample it died."""
        self._first = self._first or monotonic()
        waiting, suspects = deque(tasks), deque[Task]()
        under_way: dict[Future[Sample], Task] = {}
        workers = hire()
        try:
            while (waiting or suspects or under_way) and not self._over():
                careful = bool(suspects) or any(task.key in self._suspected for task in under_way.values())
                queue, most = (suspects, 1) if careful else (waiting, 2 * workers.width)
                while queue and len(under_way) < most:
                    under_way[workers.submit(queue[0])] = queue[0]
                    queue.popleft()
                done, _ = wait(under_way, timeout=1.0, return_when=FIRST_COMPLETED)
                for future in done:
                    self._take(under_way.pop(future), future, suspects)
                if any(isinstance(future.exception(), BrokenExecutor) for future in done):
                    for future, task in under_way.items():
                        self._take(task, future, suspects)  # all that was under way broke with it
                    under_way.clear()
                    workers.close()
                    workers = hire()
        finally:
            workers.close()

    def _take(self, task: Task, future: Future[Sample], suspects: deque[Task]) -> None:
        """Keep what came back."""
        error = future.exception()
        if isinstance(error, BrokenExecutor) and task.key not in self._suspected:
            self._suspected.add(task.key)
            suspects.append(task)
            return
        if error is None:
            sample = _placed(future.result(), task)
        else:
            code = "worker-died" if isinstance(error, BrokenExecutor) else type(error).__name__
            sample = _placed(Sample(key="", case="", cell=task.wanted.cell, error=Failure(code=code)), task)
        self._cache.put(sample)
        self.outcome.samples[task.key] = sample
        self.outcome.cost += sample.usage.cost or 0.0
        self.outcome.failed += sample.error is not None
        self._made += 1
        self._tell(self._progress())

    def _over(self) -> bool:
        spent, taken = self._limits.cost, self._limits.seconds
        if spent is not None and self.outcome.cost >= spent:
            self.outcome.stopped = f"cost: {self.outcome.cost:.4f} of {spent:g} US dollars are spent"
        elif taken is not None and monotonic() - self._began >= taken:
            self.outcome.stopped = f"seconds: {taken:g} are over"
        return bool(self.outcome.stopped)

    def _progress(self) -> Progress:
        done, total = len(self.outcome.samples), len(self._tasks)
        left = None
        if self._made and self._first is not None:
            left = (monotonic() - self._first) / self._made * (total - done)
        return Progress(
            total=total,
            done=done,
            cached=self.outcome.cached,
            failed=self.outcome.failed,
            cost=self.outcome.cost,
            seconds_left=left,
        )


def _placed(sample: Sample, task: Task) -> Sample:
    """The sample where it belongs now: labels of a case may have changed since it was made."""
    case = task.wanted.case
    where: Mapping[str, object] = {
        "key": task.key,
        "case": case.id,
        "organisation": case.organisation,
        "split": task.wanted.split,
        "slices": case.slices,
        "cell": task.wanted.cell,
    }
    return sample.model_copy(update=dict(where))
