"""Running: what is kept is not made again, limits hold, and whoever dies is known by name."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from coachkit.evaluation.caching import SampleCache
from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.matrix import Wanted
from coachkit.evaluation.record import Cell, Failure, Sample, Usage
from coachkit.evaluation.running import Limits, Progress, Task, run_tasks
from coachkit.evaluation.subjects import Lane


def task(number: int, lane: str = Lane.PROCESSES) -> Task:
    case = EvalCase(id=f"c{number}", document="brief", organisation="o", subject="x", slices=("s",))
    return Task(key=f"{number:020}", wanted=Wanted(case, Cell(document="brief", language="en"), "dev"), lane=lane)


class Crew:
    """Workers that make samples at once, and say what they were asked."""

    def __init__(self, make: Callable[[Task], Sample | Exception], width: int = 2) -> None:
        self.width = width
        self.asked: list[str] = []
        self.hired = 0
        self._make = make

    def hire(self, _lane: str, _tasks: int) -> Crew:
        self.hired += 1
        return self

    def submit(self, one: Task) -> Future[Sample]:
        self.asked.append(one.wanted.case.id)
        future: Future[Sample] = Future()
        made = self._make(one)
        if isinstance(made, Exception):
            future.set_exception(made)
        else:
            future.set_result(made)
        return future

    def close(self) -> None:
        pass


def made(one: Task, cost: float = 0.0, error: Failure | None = None) -> Sample:
    return Sample(key="", case="", cell=one.wanted.cell, usage=Usage(cost=cost), error=error)


def test_what_was_made_is_served_and_what_failed_is_tried_again(tmp_path: Path) -> None:
    cache, tasks = SampleCache(tmp_path), [task(n) for n in range(6)]
    failing = Crew(lambda one: made(one, error=Failure(code="x") if one.wanted.case.id == "c3" else None))
    first = run_tasks(tasks, cache, failing.hire)
    assert (len(first.samples), first.cached, first.failed) == (6, 0, 1)
    second = Crew(made)
    again = run_tasks(tasks, cache, second.hire)
    assert second.asked == ["c3"]
    assert (again.cached, again.failed) == (5, 0)
    sample = again.samples[tasks[0].key]
    assert (sample.key, sample.case, sample.split, sample.slices) == (tasks[0].key, "c0", "dev", ("s",))
    assert len(run_tasks(tasks, cache, Crew(made).hire, fresh=True).samples) == 6


def test_a_half_written_sample_counts_as_none(tmp_path: Path) -> None:
    cache, tasks = SampleCache(tmp_path), [task(n) for n in range(3)]
    run_tasks(tasks, cache, Crew(made).hire)
    place = next(path for path in tmp_path.rglob("*.json") if path.stem == tasks[1].key)
    place.write_bytes(place.read_bytes()[:40])
    crew = Crew(made)
    run_tasks(tasks, cache, crew.hire)
    assert crew.asked == ["c1"]


def test_cost_ends_a_run_and_the_next_goes_on(tmp_path: Path) -> None:
    cache, tasks = SampleCache(tmp_path), [task(n) for n in range(10)]
    crew = Crew(lambda one: made(one, cost=0.3), width=1)
    outcome = run_tasks(tasks, cache, crew.hire, limits=Limits(cost=1.0))
    assert "cost" in outcome.stopped
    assert 4 <= len(outcome.samples) <= 6
    assert outcome.cost == pytest.approx(0.3 * len(outcome.samples))
    rest = Crew(lambda one: made(one, cost=0.0))
    whole = run_tasks(tasks, cache, rest.hire)
    assert (len(whole.samples), whole.cached, whole.stopped) == (10, len(outcome.samples), "")


def test_no_time_makes_nothing_and_later_lanes_are_not_hired(tmp_path: Path) -> None:
    crew = Crew(made)
    tasks = [task(0), task(1, Lane.ALONE)]
    outcome = run_tasks(tasks, SampleCache(tmp_path), crew.hire, limits=Limits(seconds=0))
    assert "seconds" in outcome.stopped
    assert (outcome.samples, crew.asked, crew.hired) == ({}, [], 1)


def test_the_sample_of_which_a_worker_dies_is_known_and_the_others_are_made(tmp_path: Path) -> None:
    dead = BrokenProcessPool("gone")
    state = {"broken": False}

    def die(one: Task) -> Sample | Exception:
        """Like a pool: of one death all that is under way is lost, until another is hired."""
        if one.wanted.case.id == "c2":
            state["broken"] = True
        return dead if state["broken"] else made(one)

    crew = Crew(die)

    def hire(_lane: str, _tasks: int) -> Crew:
        state["broken"] = False
        crew.hired += 1
        return crew

    outcome = run_tasks([task(n) for n in range(7)], SampleCache(tmp_path), hire)
    failed = {one.case: one.error.code for one in outcome.samples.values() if one.error}
    assert failed == {"c2": "worker-died"}
    assert len(outcome.samples) == 7
    assert crew.hired == 3


def test_who_watches_hears_of_each_sample(tmp_path: Path) -> None:
    heard: list[Progress] = []
    run_tasks([task(n) for n in range(4)], SampleCache(tmp_path), Crew(made).hire, tell=heard.append)
    assert [one.done for one in heard] == [0, 1, 2, 3, 4]
    assert heard[0].seconds_left is None
    assert heard[-1].seconds_left == 0
