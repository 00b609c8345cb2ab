"""A small source on loopback that remembers, with faults on demand.

A plugin subclasses it with its source's state and routes, in ``tests/stand_in.py``::

    class Tracker(StandIn):
        knows = frozenset({Fault.EMPTY_PAGE, Fault.FOREIGN_NEXT})
        strange_values = {"state": "quantum"}

        def __init__(self) -> None:
            super().__init__()
            self.issues = {"1": {"id": "1", "state": "open"}}

        def respond(self, request: Request) -> Response:
            if request.path == "/issues":
                return Response.of(list(self.issues.values()))
            return Response(404)

    @pytest.fixture
    def stand_in():
        with Tracker().running() as tracker:
            yield tracker
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, quote, unquote, urlsplit

__all__ = ["Fault", "Request", "Response", "StandIn"]

MOST_REQUESTS = 20_000
RETRY_AFTER = 3


class Fault(StrEnum):
    """What a source may do wrong. The last four are those of its pages, and need the help of a subclass."""

    LIMITED = "limited"
    """429 with ``Retry-After``."""
    UNAUTHORIZED = "unauthorized"
    """401."""
    FORBIDDEN = "forbidden"
    """403."""
    BROKEN = "broken"
    """500."""
    TRUNCATED = "truncated"
    """The body ends before its length."""
    SLOW = "slow"
    """The body drips and never ends."""
    FOREIGN_REDIRECT = "foreign-redirect"
    """302 to another host."""
    REPEATED_TOKEN = "repeated-token"  # noqa: S105 - no secret
    """The next page is this page again."""
    EMPTY_PAGE = "empty-page"
    """A page in the middle has nothing on it, and is not the last."""
    NO_LAST_MARK = "no-last-mark"
    """What marks the last page is missing."""
    FOREIGN_NEXT = "foreign-next"
    """The next page is said to lie at another host."""


PAGE_FAULTS = (Fault.REPEATED_TOKEN, Fault.EMPTY_PAGE, Fault.NO_LAST_MARK, Fault.FOREIGN_NEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked.

    :ivar path: decoded, without the query. :ivar query: the last value of each name; ``pairs`` has all.
    :ivar headers: by names in small letters. :ivar carried_secret: the credential was sent along.
    :ivar faults: what this answer gets wrong.
    """

    method: str
    path: str
    query: Mapping[str, str]
    pairs: tuple[tuple[str, str], ...]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    carried_secret: bool
    faults: frozenset[Fault] = frozenset()

    def json(self) -> Any:
        """The body."""
        return json.loads(self.body or b"null")

    def suffers(self, fault: Fault) -> bool:
        """Whether this answer is to go wrong so."""
        return fault in self.faults


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered; ``body`` is JSON text unless the headers say otherwise."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"{}"

    @classmethod
    def of(cls, value: Any, status: int = 200, **headers: str) -> Response:
        """``value`` as JSON; in names of headers ``_`` stands for ``-``."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(status, named, json.dumps(value, ensure_ascii=False).encode())


class StandIn:
    """Base of a stand-in: a server on a free port of loopback that answers one request after another.

    :ivar requests: what was asked, in order. :ivar foreign: what was asked of the other host.
    :ivar down: answer everything with 503.
    :ivar refused: refuse the credential with this status (401 or 403), whatever it is.
    :ivar unknown_fields: put unknown fields into every object of every answer.
    :ivar unknown_values: answer with ``strange_values``.
    :ivar most_requests: above this a connector has no end: ``endless`` is set, and all is answered with 500.
    :ivar on_answer: called after each answer was made and before it is sent, with how many there were.
    """

    token: ClassVar[str] = "canary-token-4d1c-for-this-host-only"  # noqa: S105 - exists in tests alone
    """The credential; it must be seen nowhere else."""
    knows: ClassVar[frozenset[Fault]] = frozenset()
    """Faults of pages that ``respond`` can show."""
    trades: ClassVar[frozenset[str]] = frozenset()
    """Paths at which a key is traded for a credential: there a refusal is final."""
    limits: ClassVar[tuple[tuple[Response, float], ...]] = ()
    """Other ways in which this source says that we ask too much, each with the seconds to wait."""
    strange_values: ClassVar[Mapping[str, Any]] = {}
    """By the name of a field, a value that its documentation does not know."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.foreign: list[Request] = []
        self.down = False
        self.refused: int | None = None
        self.unknown_fields = False
        self.unknown_values = False
        self.most_requests = MOST_REQUESTS
        self.endless = False
        self.on_answer: Callable[[int], object] | None = None
        self.lock = threading.RLock()
        self._faults: deque[tuple[int, Fault | Response]] = deque()
        self._always: tuple[int, Fault] | None = None
        self._over = threading.Event()
        self._ports = (0, 0)

    def respond(self, request: Request) -> Response:
        """What the source answers. Required. Called under ``lock``, after the credential was seen to be right."""
        raise NotImplementedError("write respond")

    def authorized(self, request: Request) -> bool:
        """Whether the request may be answered; by default, if it carries ``token``."""
        return request.carried_secret

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        return f"http://127.0.0.1:{self._ports[0]}"

    @property
    def foreign_url(self) -> str:
        """Another host, which keeps what it is asked in ``foreign``."""
        return f"http://127.0.0.1:{self._ports[1]}"

    def fail_next(self, fault: Fault | Response, times: int = 1, *, after: int = 0) -> None:
        """Go wrong so, ``times`` in a row; before that let ``after`` requests pass."""
        self._faults.extend([(after, fault), *[(0, fault)] * (times - 1)])

    def fail_always(self, fault: Fault, *, after: int = 0) -> None:
        """Go wrong so from now on, once ``after`` requests have passed."""
        self._always = (len(self.requests) + after, fault)

    def heal(self) -> None:
        """From now on nothing goes wrong."""
        self.down, self.refused, self.on_answer = False, None, None
        self.unknown_fields = self.unknown_values = False
        self._always = None
        self._faults.clear()

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Serve until the block ends."""
        servers = [_Server(self._take), _Server(self._take_foreign)]
        self._ports = (servers[0].server_address[1], servers[1].server_address[1])
        threads = [threading.Thread(target=server.serve_forever, args=(0.02,)) for server in servers]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._over.set()
            for server, thread in zip(servers, threads, strict=True):
                server.shutdown()
                thread.join()
                server.server_close()

    def _take(self, handler: _Handler) -> None:
        with self.lock:
            fault = self._next_fault()
            request = self._read(handler, frozenset({fault}) if isinstance(fault, Fault) else frozenset())
            self.requests.append(request)
            asked = len(self.requests)
            self.endless = self.endless or asked > self.most_requests
            response = Response(500) if self.endless else self._with(fault, request)
        if self.on_answer is not None:
            self.on_answer(asked)
        handler.send(response, fault, self._over)

    def _take_foreign(self, handler: _Handler) -> None:
        self.foreign.append(self._read(handler, frozenset()))
        handler.send(Response.of([]), None, self._over)

    def _next_fault(self) -> Fault | Response | None:
        wait, fault = self._faults.popleft() if self._faults else (1, None)
        if fault is not None and not wait:
            return fault
        if fault is not None:
            self._faults.appendleft((wait - 1, fault))
        began, always = self._always or (0, None)
        return always if len(self.requests) >= began else None

    def _read(self, handler: _Handler, faults: frozenset[Fault]) -> Request:
        parts = urlsplit(handler.path)
        pairs = tuple(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        body = handler.rfile.read(int(headers.get("content-length") or 0))
        return Request(
            method=handler.command,
            path=unquote(parts.path),
            query=dict(pairs),
            pairs=pairs,
            headers=headers,
            body=body,
            carried_secret=self.token in "\n".join([handler.path, *headers.values(), body.decode("utf-8", "replace")]),
            faults=faults,
        )

    def _with(self, fault: Fault | Response | None, request: Request) -> Response:
        if isinstance(fault, Response):
            return fault
        if self.down:
            return Response(503)
        if fault in _STATUS:
            return _STATUS[fault]
        if fault is Fault.FOREIGN_REDIRECT:
            return Response(302, {"Location": f"{self.foreign_url}{quote(request.path)}"})
        if self.refused is not None:
            return Response(self.refused)
        if not self.authorized(request):
            return Response(401)
        response = self.respond(request)
        return self._strange(response) if self.unknown_fields or self.unknown_values else response

    def _strange(self, response: Response) -> Response:
        try:
            value = json.loads(response.body)
        except ValueError:
            return response
        return replace(response, body=json.dumps(self.made_strange(value), ensure_ascii=False).encode())

    def made_strange(self, value: Any) -> Any:
        """``value`` with unknown fields and values, as the switches say, all the way down."""
        if isinstance(value, list):
            return [self.made_strange(one) for one in value]
        if not isinstance(value, dict):
            return value
        made = {key: self.made_strange(one) for key, one in value.items()}
        if self.unknown_values:
            made |= {key: strange for key, strange in self.strange_values.items() if key in made}
        if self.unknown_fields:
            made["xUnknown7f3d"] = {"deep": [1, None, {"deeper": "值"}]}
        return made


_STATUS: Mapping[object, Response] = {
    Fault.LIMITED: Response(429, {"Retry-After": str(RETRY_AFTER)}),
    Fault.UNAUTHORIZED: Response(401),
    Fault.FORBIDDEN: Response(403),
    Fault.BROKEN: Response(500),
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, take: Callable[[_Handler], None]) -> None:
        self.take = take
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is what some faults are for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: a client need not acknowledge the first before it sees the second
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        try:
            self.server.take(self)
        except Exception:
            self.close_connection = True
            raise

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the server looks methods up by these names

    def send(self, response: Response, fault: object, over: threading.Event) -> None:
        body = b"" if response.status in (204, 304) else response.body
        self.send_response(response.status)
        length = len(body) + (1_000_000 if fault in (Fault.TRUNCATED, Fault.SLOW) else 0)
        named = {"content-type": "application/json", "content-length": str(length)}
        for name, value in (named | {name.lower(): value for name, value in response.headers.items()}).items():
            self.send_header(name, value)
        self.end_headers()
        if fault is Fault.SLOW:
            while not over.wait(0.02):
                self.wfile.write(b" ")
                self.wfile.flush()
        elif fault is Fault.TRUNCATED:
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        else:
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nobody reads it."""
