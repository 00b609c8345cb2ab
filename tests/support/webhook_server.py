"""A real server process with a signed source, and a sender that behaves as sources do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import httpx2
import signed_source
from signed_source import signed

from coachkit.bootstrap import App, open_app
from coachkit.settings import Settings

__all__ = ["Sent", "Server", "send_paced"]

START_SECONDS = 120


class Server:
    """``coachkit serve`` on a data folder of its own. Start it as often as you like; kill it when you like.

    :param embedder: ``none``, so that what is measured is the webhooks: embedding runs behind them, some twenty records
        a second, for as long as it takes.
    """

    def __init__(self, folder: Path, *, database_url: str = "", embedder: str = "none") -> None:
        self.folder, self.site = folder, folder / "site"
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""
        signed_source.install(self.site)
        (folder / "secret").write_text(signed_source.SECRET, "utf-8")
        self.settings = Settings(
            data=folder / "data",
            database_url=database_url,
            model="none",
            embedder=embedder,
            log_level="error",
            timezone="UTC",
        )
        # imported by name here too, so that this process knows the plugin as the server does
        sys.path.insert(0, str(self.site))
        try:
            self.app: App = open_app(self.settings)
            self.app.connections.add("post", "signed", {"secret": f"file:{folder / 'secret'}"}, now=self.app.now())
        finally:
            sys.path.remove(str(self.site))

    def start(self) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.site),
            "COACHKIT_MODEL": "none",
            "COACHKIT_EMBEDDER": self.settings.embedder,
            "COACHKIT_LOG_LEVEL": "error",
            "COACHKIT_DATABASE_URL": self.settings.database_url,
        }
        state = self.settings.data / "server.json"
        state.unlink(missing_ok=True)
        command = [sys.executable, "-m", "coachkit", "--data", str(self.settings.data), "serve", "--port", "0"]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=self.folder)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.url = json.loads(state.read_text("utf-8"))["address"]
                if httpx2.get(f"{self.url}/api/health", timeout=2).status_code == 200:
                    return
            except (OSError, ValueError, KeyError, httpx2.HTTPError):
                time.sleep(0.02)
        raise AssertionError((self.folder / "server.log").read_text("utf-8")[-2_000:])

    def kill(self) -> None:
        """As a power cut would: no handler runs."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(60)

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.app.close()

    def settled(self, seconds: float) -> float:
        """Wait until nothing waits to be handled; how long that took."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            counts = self.app.webhooks.store.counts().get("post")
            if counts is None or counts.waiting == 0:
                return time.monotonic() - began
            time.sleep(0.02)
        raise AssertionError(f"still waiting after {seconds} s: {self.app.webhooks.store.counts()}")


@dataclass
class Sent:
    """What a sender saw. :ivar seconds: from sending each delivery to the answer that took it."""

    taken: int = 0
    again: int = 0
    seconds: list[float] = field(default_factory=list)
    elapsed: float = 0.0
    other: list[Any] = field(default_factory=list)


def send_paced(
    address: Callable[[], str],
    payloads: Sequence[dict[str, Any]],
    *,
    rate: float,
    senders: int = 8,
    patience: float = 180.0,
    prefix: str = "delivery",
    on_sent: Callable[[int], object] = lambda _count: None,
) -> Sent:
    """Send each payload at its time, and again until it is taken: so many a second, from several connections."""
    sent, guard, turns = Sent(), threading.Lock(), SimpleQueue[int]()
    for number in range(len(payloads)):
        turns.put(number)
    began = time.monotonic()

    def work() -> None:
        with httpx2.Client(timeout=30) as client:
            while True:
                try:
                    number = turns.get_nowait()
                except Empty:
                    return
                due = began + number / rate
                time.sleep(max(0.0, due - time.monotonic()))
                _send(client, number, time.monotonic())

    def _send(client: httpx2.Client, number: int, at: float) -> None:
        body, headers = signed("note", payloads[number], f"{prefix}-{number}")
        while time.monotonic() - at < patience:
            try:
                answer = client.post(f"{address()}/api/webhooks/post", content=body, headers=headers)
            except httpx2.HTTPError:
                answer = None
            with guard:
                if answer is not None and answer.status_code == 202:
                    sent.taken += 1
                    sent.again += answer.json()["taken"] == "duplicate"
                    sent.seconds.append(time.monotonic() - at)
                    on_sent(sent.taken)
                    return
                sent.other.append(None if answer is None else answer.status_code)
            time.sleep(0.1)

    threads = [threading.Thread(target=work) for _ in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent.elapsed = time.monotonic() - began
    return sent
