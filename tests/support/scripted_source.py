"""A source on loopback that answers as told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["CANARY", "Scripted", "scripted_source"]

CANARY = "canary-7f3d-not-for-anybody"


@dataclass
class Scripted:
    """Answers in turn with what it is told; then with the last again."""

    port: int
    answers: list[Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def say(self, status: int = 200, body: bytes = b"{}", **headers: str) -> Scripted:
        """Answer so next; header names with ``_`` for ``-``."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response_only(status)
            named = {"Content-Type": "application/json", "Content-Length": str(len(body))}
            named |= {name.replace("_", "-"): value for name, value in headers.items()}
            for name, value in named.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(body)

        return self.do(answer)

    def do(self, answer: Callable[[BaseHTTPRequestHandler], None]) -> Scripted:
        self.answers.append(answer)
        return self


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is what some tests want."""


@contextmanager
def scripted_source() -> Iterator[Scripted]:
    """Serves on a free port until the block ends."""
    script = Scripted(0)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            script.asked.append((self.command, self.path, headers, body))
            answer = script.answers.pop(0) if len(script.answers) > 1 else script.answers[0]
            try:
                answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_POST = do_GET  # noqa: N815 - the server looks methods up by this name

        def log_message(self, *args: object) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    script.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
