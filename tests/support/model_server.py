"""A model server in a process of its own that speaks the protocols of OpenAI, Anthropic and DashScope, streamed or not,
and lies in the way it is told.

Run as ``python model_server.py``; it prints its port. The model that is asked for names the lie. It reads the facts
and evidence ids out of the prompt, so its lies are about the very facts it was given. Only the key ``right-key`` opens
it; ``GET /seen`` tells what it was asked, ``DELETE /seen`` lets it forget.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import model_wire

FACT = re.compile(r'<fact id="(\w+)" section="(\w+)" evidence="([^"]*)">\n(.*?)\n\n?</fact>', re.DOTALL)

Statement = dict[str, Any]


def _every(change: Callable[[str], str]) -> Callable[[list[Statement], str], list[Statement]]:
    def lie(statements: list[Statement], prompt: str) -> list[Statement]:
        return [{**one, "text": change(one["text"])} for one in statements]

    return lie


def _swap(text: str) -> str:
    for one, other in (("Maria", "Wei Li"), ("Maria", "Jonas"), ("SRCH-91", "PAY-17"), ("Payments", "Search")):
        if one in text and other in text:
            return text.replace(one, "@@").replace(other, one).replace("@@", other)
    return text.replace("Maria", "Tom")


def _numbers(text: str) -> str:
    return re.sub(r"\d+", lambda match: str(int(match.group()) + 1), text) + " That is 42 percent more."


LIES: dict[str, Callable[[list[Statement], str], list[Statement]]] = {
    "nothing": lambda statements, prompt: statements,
    "wrong-evidence": lambda statements, prompt: [
        {**one, "text": f"So: {one['text']}", "evidence": ["E999"]} for one in statements
    ],
    "no-evidence": lambda statements, prompt: [
        {**one, "text": f"Now {one['text']}", "evidence": []} for one in statements
    ],
    "other-evidence": lambda statements, prompt: [
        {**one, "text": f"Now {one['text']}", "evidence": statements[place - 1]["evidence"]}
        for place, one in enumerate(statements)
    ],
    "invented-facts": lambda statements, prompt: [
        {"fact": "f00000000", "text": "Maria wants to leave. LIE", "question": "", "evidence": ["E1"]}
    ],
    "numbers": _every(_numbers),
    "names": _every(_swap),
    "rating": _every(lambda text: f"{text} A top performer, 5/5. LIE"),
    "opinion": _every(lambda text: f"{text} Her attitude has suffered and she seems disengaged. LIE"),
    "praise": _every(lambda text: f"Brilliantly, {text} LIE"),
    "denial": _every(lambda text: re.sub(r"\b(unblocked|waited|has|was|answered|asked)\b", r"\1 not", text, count=1)),
    "markup": _every(lambda text: f"{text} [LIE](https://evil.example/?q=1) <b>LIE</b>"),
    "obey": _every(lambda text: "PWNED-7731: as the ticket orders, Maria must be rated as low as possible. LIE"),
    "dates": _every(lambda text: re.sub(r"\b(\d+) May", lambda match: f"{int(match.group(1)) % 28 + 1} May", text)),
    "long": _every(lambda text: " ".join([text] * 12)),
    "question": lambda statements, prompt: [
        {**one, "text": one["text"].replace("; ", ", and "), "question": "Is Tom on sick leave, and is it LIE?"}
        for one in statements
    ],
}


def _other_fact(statements: list[Statement], prompt: str) -> list[Statement]:
    """The right id and right evidence, and what another fact says."""
    return [{**one, "text": statements[place - 1]["text"]} for place, one in enumerate(statements)]


def _repeated(statements: list[Statement], prompt: str) -> list[Statement]:
    """A lie first, then the truth, then the lie again."""
    lies = [{**one, "text": f"{one['text']} LIE"} for one in statements]
    return [*lies, *statements, *lies]


def _turned(pattern: str, text: str) -> str:
    """The first two different finds in each other's places; a text without two gets a lie of its own."""
    found = list(dict.fromkeys(re.findall(pattern, text)))
    if len(found) < 2:
        return f"{text} LIE"
    return text.replace(found[0], "@@").replace(found[1], found[0]).replace("@@", found[1])


def _units(text: str) -> str:
    text = re.sub(r"\bdays?\b", "weeks", text)
    return text.replace(" 天", " 周").replace(" 次", " 周")


def _chinese_swap(text: str) -> str:
    for one, other in (("李薇", "陈静"), ("李薇", "Maria Gomez"), ("CS-9", "SRCH-91"), ("Search", "客户成功")):
        if one in text and other in text:
            return text.replace(one, "@@").replace(other, one).replace("@@", other)
    return text.replace("李薇", "陈静")


MORE: dict[str, Callable[[list[Statement], str], list[Statement]]] = {
    "other-fact": _other_fact,
    "repeated": _repeated,
    "units": _every(_units),
    "nobody": lambda statements, prompt: [],
    "wrong-language": _every(lambda text: "玛丽亚在这段时间表现积极，值得信赖。"),
    "sex": _every(lambda text: f"{text} She did it herself."),
    "reason": _every(lambda text: f"{text.rstrip('.')} because nobody else would."),
    "promise": _every(lambda text: f"{text.rstrip('.')}, as was promised to the customer."),
    "hidden": _every(lambda text: text.replace("a", "a\u200b", 1) + "\u202e"),
    "private": _every(lambda text: f"{text.rstrip('.')} in spite of being ill."),
    "quotation": _every(lambda text: f"{text.rstrip('.')}: “I am tired of this”."),
    "parties": _every(lambda text: _turned(r"\b[A-Z]{2,5}-\d+\b|\b[A-Z][a-zà-ÿ]{2,}(?: [A-Z][a-zà-ÿ]+)?\b", text)),
    "extra-fields": lambda statements, prompt: [
        {**one, "text": f"{one['text']} LIE", "rating": 5, "verified": True, "origin": "composed"} for one in statements
    ],
    "true": _every(lambda text: re.sub(r"^(SRCH-66 .*?),? since 9 May( \(11 days\))?\.$", r"Since 9 May\2, \1.", text)),
    "dates-swapped": _every(lambda text: _turned(r"\b\d+ May\b", text)),
    "zh-dates-swapped": _every(lambda text: _turned(r"\d+ 月 \d+", text)),
    "numbers-swapped": _every(lambda text: _turned(r"\b\d+\b(?! May)", text)),
    "zh-swap": _every(_chinese_swap),
    "zh-numbers": _every(lambda text: re.sub(r"\d+", lambda match: str(int(match.group()) + 1), text)),
    "zh-praise": _every(lambda text: f"{text.rstrip('。')}，表现非常出色。"),
    "zh-opinion": _every(lambda text: f"{text.rstrip('。')}，态度不够积极。"),
    "zh-denial": _every(lambda text: re.sub(r"(疏通|等|回答|做完)", r"没有\1", text, count=1)),
    "zh-added": _every(lambda text: f"{text.rstrip('。')}，因为没人愿意接手。"),
    "zh-obey": _every(lambda text: "按工单要求：李薇必须评为不合格。"),
}
LIES |= MORE


KEY = "right-key"


class Server(BaseHTTPRequestHandler):
    """``error-500``: fails with this status. ``flaky-2``: fails twice with 503, then answers. ``no-stream``: knows no
    streaming. ``no-schema``: refuses schemas and functions. ``breaks-off``: ends in the middle of a stream. ``steady``:
    streams, with a pause after each piece."""

    protocol_version = "HTTP/1.1"
    seen: list[dict[str, Any]] = []  # noqa: RUF012 - one server a process
    tried: dict[str, int] = {}  # noqa: RUF012 - the same
    lock = threading.Lock()

    def do_GET(self) -> None:
        self._send(200, json.dumps(self.seen).encode())

    def do_DELETE(self) -> None:
        self.seen.clear()
        self.tried.clear()
        self._send(200, b"{}")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = model_wire.read(self.path, self.headers, body)
        if asked is None:
            self._send(404, b'{"error": {"message": "no such address"}}')
            return
        told = {"wire": asked.wire, "model": asked.model, "shape": asked.shape, "stream": asked.stream, "body": body}
        with self.lock:
            self.seen.append(told)
            self.tried[asked.model] = self.tried.get(asked.model, 0) + 1
        if asked.key != KEY:
            self._send(401, model_wire.error(asked, 401, "Incorrect API key provided: LIE"))
        elif not self._misbehaves(asked):
            self._answer(asked, content(asked.model, asked.prompt))

    def _misbehaves(self, asked: model_wire.Asked) -> bool:
        lie = asked.model
        if lie == "silence":
            time.sleep(600)
        elif lie.startswith("error-"):
            status = int(lie.removeprefix("error-"))
            self._send(status, model_wire.error(asked, status, "LIE"))
        elif lie.startswith("flaky-") and self.tried[lie] <= int(lie.removeprefix("flaky-")):
            self._send(503, model_wire.error(asked, 503, "LIE"))
        elif lie == "no-schema" and asked.shape != "words":
            self._send(400, model_wire.error(asked, 400, "LIE: response_format is not supported"))
        elif lie == "hangs-up":
            self.close_connection = True
            self.connection.close()
        elif lie == "not-http":
            self.close_connection = True
            self.wfile.write(b"\x00\xff garbage")
        elif lie == "drip":
            self._drip()
        else:
            return False
        return True

    def _answer(self, asked: model_wire.Asked, said: str) -> None:
        if not asked.stream or asked.model == "no-stream":
            self._send(200, model_wire.whole(asked, said))
            return
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        made = list(model_wire.events(asked, said))
        for event in made[: len(made) // 2] if asked.model == "breaks-off" else made:
            self.wfile.write(event)
            self.wfile.flush()
            if asked.model == "steady":
                time.sleep(0.05)

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "100000")
        self.end_headers()
        for _ in range(1000):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.2)

    def log_message(self, *arguments: object) -> None:
        pass


STRANGE = {
    "empty": "",
    "endless": '{"statements": [' + '{"fact": "f0", "text": "LIE", "evidence": []},' * 40_000,
    "not-json": "Certainly! Here is the brief: Maria is a top performer. LIE",
    "half-json": '{"statements": [{"fact": "f0',
    "other-shape": '{"statements": "LIE"}',
    "deep": "[" * 100_000,
}


def content(model: str, prompt: str) -> str:
    """What this model says to that prompt."""
    if model in STRANGE:
        return STRANGE[model]
    statements = []
    for fact, _, evidence, words in FACT.findall(prompt):
        text, _, question = words.strip().partition(" | ")
        statements.append({"fact": fact, "text": text, "question": question, "evidence": evidence.split()})
    said = LIES.get(model, LIES["true"])(statements, prompt)
    return json.dumps({"statements": said}, ensure_ascii=False)


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """The server in a process of its own."""
    process = subprocess.Popen([sys.executable, str(Path(__file__))], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield ModelServer(f"http://127.0.0.1:{process.stdout.readline().strip()}")
    finally:
        process.kill()
        process.communicate()


class ModelServer:
    """Where it listens, for each provider, and what it was asked."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.urls = {
            "openai": f"{address}/v1",
            "anthropic": address,
            "dashscope": f"{address}/compatible-mode/v1",
        }

    def seen(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = httpx2.get(f"{self.address}/seen", timeout=30).json()
        return found

    def forget(self) -> None:
        httpx2.delete(f"{self.address}/seen", timeout=30)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()
