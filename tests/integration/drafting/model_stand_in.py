"""A model server of its own process that speaks OpenAI's protocol, and lies in the way it is told.

Run as ``python model_stand_in.py LIE``; it prints its port. It reads the facts and evidence ids out of the prompt, so
its lies are about the very facts it was given.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

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


class Server(BaseHTTPRequestHandler):
    lie = ""

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        prompt = "\n".join(str(message["content"]) for message in request["messages"])
        if self.lie == "silence":
            time.sleep(600)
        elif self.lie == "error":
            self._send(500, b'{"error": {"message": "no"}}')
        elif self.lie == "not-http":
            self.wfile.write(b"\x00\xff garbage")
        elif self.lie == "drip":
            self._drip()
        else:
            self._send(200, json.dumps(_completion(self._content(prompt))).encode())

    def _content(self, prompt: str) -> str:
        if self.lie == "not-json":
            return "Certainly! Here is the brief: Maria is a top performer. LIE"
        if self.lie == "half-json":
            return '{"statements": [{"fact": "f0'
        if self.lie == "other-shape":
            return '{"statements": "LIE"}'
        statements = []
        for fact, _, evidence, words in FACT.findall(prompt):
            text, _, question = words.strip().partition(" | ")
            statements.append({"fact": fact, "text": text, "question": question, "evidence": evidence.split()})
        return json.dumps({"statements": LIES[self.lie](statements, prompt)}, ensure_ascii=False)

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
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


def _completion(content: str) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "stand-in",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


if __name__ == "__main__":
    Server.lie = sys.argv[1]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()
