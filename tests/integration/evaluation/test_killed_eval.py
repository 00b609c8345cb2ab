"""A run of an evaluation that is killed: the next one goes on, and its record is that of a run nobody killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from tiny_suite import VARIABLE, tiny_suite

from coachkit.evaluation.record import RunRecord, without_times

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

KILLS = 4


def entries(folder: Path) -> int:
    """How many files and folders lie in it; those that vanish meanwhile, as the run's own, count for nothing."""
    return sum(len(folders) + len(files) for _, folders, files in os.walk(folder))


class Child:
    """``coachkit eval run`` in a process group of its own."""

    def __init__(self, evals: Path, data: Path, cache: Path, out: Path, jobs: int) -> None:
        words = ["run", "--evals", str(evals), "--cache", str(cache), "--out", str(out), "--jobs", str(jobs), "--json"]
        self.cache = cache
        self.process = subprocess.Popen(
            [sys.executable, "-m", "coachkit", "eval", *words],
            env={**os.environ, VARIABLE: str(data)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def kill_at(self, files: int) -> None:
        """Kill it, and nothing else, as soon as so many files lie in its cache; or let it end before."""
        while self.process.poll() is None:
            if entries(self.cache) >= files:
                self.children = psutil.Process(self.process.pid).children(recursive=True)
                self.process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.005)
        self.process.communicate()

    def end(self) -> None:
        _, said = self.process.communicate()
        assert self.process.returncode == 0, said


@pytest.mark.parametrize("jobs", [1, 2])
def test_whenever_it_is_killed_the_next_run_ends_with_the_same_record(tmp_path: Path, jobs: int) -> None:
    evals, data = tiny_suite(tmp_path)
    whole, resumed = tmp_path / "whole.jsonl", tmp_path / "resumed.jsonl"
    calm = Child(evals, data, tmp_path / "calm", whole, jobs)
    calm.end()
    most = entries(tmp_path / "calm")
    chance = random.Random(f"kills:{jobs}")
    seen = 0
    for _ in range(KILLS):
        child = Child(evals, data, tmp_path / "rough", resumed, jobs)
        seen = max(seen, entries(tmp_path / "rough"))
        child.kill_at(seen + chance.randrange(1, max(2, most // 3)))
        _, alive = psutil.wait_procs(getattr(child, "children", []), timeout=120)
        assert not alive, "workers went on after their parent was killed"
    last = Child(evals, data, tmp_path / "rough", resumed, jobs)
    last.end()
    assert without_times(RunRecord.load(resumed)) == without_times(RunRecord.load(whole))
    made = [path for path in (tmp_path / "rough" / "organisations").iterdir() if path.is_dir()]
    assert [path.name.startswith("tiny-") and ".part-" not in path.name for path in made] == [True]


def test_a_run_that_is_interrupted_by_the_keyboard_ends_and_leaves_no_workers(tmp_path: Path) -> None:
    evals, data = tiny_suite(tmp_path)
    child = Child(evals, data, tmp_path / "cache", tmp_path / "r.jsonl", 2)
    while not any(Path(place).parent.name == "samples" and files for place, _, files in os.walk(tmp_path / "cache")):
        assert child.process.poll() is None, "it ended before it could be interrupted"
        time.sleep(0.01)
    workers = psutil.Process(child.process.pid).children(recursive=True)
    child.process.send_signal(signal.SIGINT)
    _, said = child.process.communicate()
    assert child.process.returncode in (0, 130), said
    _, alive = psutil.wait_procs(workers, timeout=120)
    assert not alive
    again = Child(evals, data, tmp_path / "cache", tmp_path / "r.jsonl", 2)
    again.end()
    assert RunRecord.load(tmp_path / "r.jsonl").is_complete
