"""``coachkit demo`` as somebody new runs it: a brief, an address, a link; and again, in seconds."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def run(tmp_path: Path) -> object:
    """Runs a command on one data folder as a process of its own."""
    given = {"COACHKIT_DATA": str(tmp_path / "data"), "COACHKIT_MODEL": "none", "COACHKIT_PORT": "0"}
    given |= {"COACHKIT_EMBEDDER": "none", "PYTHONUTF8": "1"}

    def runs(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "coachkit", *words]
        done = subprocess.run(
            command, env={**os.environ, **given}, cwd=tmp_path, capture_output=True, text=True, timeout=900, check=False
        )
        assert done.returncode == code, done.stderr
        return done

    yield runs
    runs("stop")


def test_the_demo_from_nothing_and_again(run: object) -> None:
    assert callable(run)
    first = run("demo")
    assert re.search(r"14 connections synced: [\d,]{5,} records written, 0 kept aside", first.stdout)
    for heading in ("Worth saying", "To explore", "One question", "Sources"):
        assert f"\n{heading}\n" in first.stdout
    assert not [line for line in first.stdout.splitlines() if line != line.rstrip()]
    link = re.search(r"http://127\.0\.0\.1:\d+/sign-in/ck-link-\S+", first.stdout)
    assert link is not None
    with httpx2.Client(headers={"Sec-Fetch-Site": "same-origin"}, timeout=60) as browser:
        assert browser.post(link[0]).status_code == 303
        home = browser.get(link[0].partition("/sign-in")[0] + "/")
        assert "沈佳宁" in home.text
    again = run("demo", "--lang", "zh")
    assert "14 个连接已同步：新写入 0 条记录" in again.stdout
    assert "服务已启动" in again.stdout
    assert "值得当面说" in again.stdout
    told = json.loads(run("demo", "--json").stdout)
    brief = run("brief", told["report"]["id"], "--json")
    assert json.loads(brief.stdout)["subject"] == told["report"]["id"]
    assert "a server runs on this demo" in run("demo", "--fresh", code=75).stderr
