"""The long connection: Feishu sends events on it, and hears of each one when it is kept."""

from __future__ import annotations

import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import (
    ConnectionClosed,
    ConnectionClosedOK,
    InvalidHandshake,
    InvalidStatus,
    WebSocketException,
)
from websockets.sync.client import ClientConnection, connect

from coachkit.sdk import (
    AuthFailed,
    Event,
    HttpSource,
    NoAuth,
    NotAllowed,
    PayloadRejected,
    Refused,
    SourceError,
    SourceUnavailable,
    clock,
)
from coachkit_feishu.config import FeishuConfig
from coachkit_feishu.events import event_of
from coachkit_feishu.frames import CONTROL, DATA, Frame, read_frame
from coachkit_feishu.limits import code_of, feishu_limits
from coachkit_feishu.raw import number, part, word

__all__ = ["LongConnection"]

ENDPOINT = "callback/ws/endpoint"

LARGEST = 16 * 1024 * 1024
MOST_PARTS = 1_000
MOST_WAITING = 50
"""Events of which parts are missing; the oldest are let go, and Feishu sends them again."""

_PING_SECONDS = 120.0
_REFUSED = frozenset({403, 514, 1000040344, 10003, 10014})

_quiet = logging.getLogger(f"{__name__}.quiet")
_quiet.addFilter(lambda _: False)
"""The library would log the address, which is a secret, and what people wrote. A filter: a program that sets up
its logging later, as web servers do, switches loggers on again that were only switched off."""


class LongConnection:
    """One connection. :meth:`close` may be called from another thread, and ends it."""

    def __init__(self, connection: str, config: FeishuConfig) -> None:
        self._connection = connection
        self._config = config
        self._socket: ClientConnection | None = None
        self._closed = threading.Event()
        self._waiting: OrderedDict[str, dict[int, bytes]] = OrderedDict()
        self._ping = _PING_SECONDS

    def events(self) -> Iterator[Event]:
        """Each event, until Feishu ends the connection. It is answered when the next one is asked for.

        :raises SourceError: if there is no connection to be had, or it breaks.
        """
        url = self._place()
        named = parse_qs(urlsplit(url).query).get("service_id", [""])[0]
        service = int(named) if named.isascii() and named.isdecimal() else 0
        # a proxy stands between us and other machines only
        proxy: Literal[True] | None = None if url.startswith("ws:") else True
        patience = clock().patience(10.0)
        try:
            with connect(url, max_size=LARGEST, open_timeout=patience, proxy=proxy, logger=_quiet) as socket:
                self._socket = socket
                if self._closed.is_set():
                    return
                yield from self._hear(socket, service)
        except ConnectionClosedOK:
            return
        except InvalidStatus as error:
            raise self._not_taken(error) from None
        except PayloadRejected as error:
            raise SourceUnavailable(error.message, subject=self._connection, hint="It is connected anew.") from None
        except (ConnectionClosed, InvalidHandshake, WebSocketException, OSError) as error:
            if self._closed.is_set():
                return
            raise SourceUnavailable(
                f"the long connection broke ({type(error).__name__}).",
                subject=self._connection,
                hint="It is tried again; syncs go on meanwhile.",
            ) from None

    def close(self) -> None:
        """End it."""
        self._closed.set()
        if self._socket is not None:
            self._socket.close()

    def _hear(self, socket: ClientConnection, service: int) -> Iterator[Event]:
        ping_at = clock().seconds()
        while True:
            wait = ping_at - clock().seconds()
            if wait <= 0:
                socket.send(Frame(service, CONTROL, {"type": "ping"}).written())
                ping_at = clock().seconds() + self._ping
                continue
            try:
                data = socket.recv(timeout=wait)
            except TimeoutError:
                continue
            yield from self._taken(socket, data if isinstance(data, bytes) else data.encode())

    def _taken(self, socket: ClientConnection, data: bytes) -> Iterator[Event]:
        frame = read_frame(data)
        if frame.method == CONTROL:
            self._configure(frame)
        elif frame.method == DATA and frame.headers.get("type") == "event":
            body = self._whole(frame)
            if body is None:
                return
            code = 200
            try:
                event = event_of(_object(body), self._connection)
            except PayloadRejected:
                code = 500  # whatever it is, Feishu sends it again
            else:
                yield event
            socket.send(replace(frame, payload=json.dumps({"code": code}).encode()).written())

    def _whole(self, frame: Frame) -> bytes | None:
        """The payload, put together where it comes in parts; none while some are missing."""
        many, place = _count(frame, "sum"), _count(frame, "seq")
        if many <= 1:
            return frame.payload
        name = frame.headers.get("message_id", "")
        if many > MOST_PARTS or not 0 <= place < many:
            raise PayloadRejected("an event comes in parts that make no whole.", subject=self._connection)
        parts = self._waiting.setdefault(name, {})
        parts[place] = frame.payload
        if sum(map(len, parts.values())) > LARGEST:
            del self._waiting[name]
            raise PayloadRejected("an event is too large.", subject=self._connection)
        if len(parts) < many:
            while len(self._waiting) > MOST_WAITING:
                self._waiting.popitem(last=False)
            return None
        del self._waiting[name]
        return b"".join(parts[one] for one in range(many))

    def _configure(self, frame: Frame) -> None:
        if frame.payload:
            try:
                said = json.loads(frame.payload)
            except ValueError:
                return
            seconds = number(said, "PingInterval") if isinstance(said, dict) else None
            self._ping = min(max(seconds or _PING_SECONDS, 1.0), 600.0)

    def _place(self) -> str:
        """Where to connect. The address is a secret: it lets in whoever has it."""
        source = HttpSource(self._connection, self._config.host, auth=NoAuth(), limits=feishu_limits)
        try:
            asked = {"AppID": self._config.app_id, "AppSecret": self._config.app_secret.read()}
            answer = source.post(ENDPOINT, asked, headers={"locale": "en"})
            said: Any = answer.json()
            code = code_of(answer)
        except (Refused, NotAllowed) as error:
            said, code = {}, code_of(error.answer) or error.status
        finally:
            source.close()
        if code:
            raise self._refusal(code)
        data = part(said, "data") if isinstance(said, dict) else {}
        self._ping = number(part(data, "ClientConfig"), "PingInterval") or _PING_SECONDS
        url = word(data, "URL")
        if not self._is_ours(url):
            raise SourceError(
                "the long connection would lead to another organisation's host; nothing is sent there.",
                subject=self._connection,
                hint="Use events by webhook instead, and report it.",
            )
        return url

    def _is_ours(self, url: str) -> bool:
        """Encrypted, and below the domain of the API; on loopback only if the API is there too."""
        try:
            there, here = urlsplit(url), urlsplit(self._config.host)
            host, own = there.hostname or "", here.hostname or ""
        except ValueError:
            return False
        if here.scheme == "http":
            return there.scheme in ("ws", "wss") and host == own
        domain = ".".join(own.split(".")[-2:])
        return there.scheme == "wss" and (host == domain or host.endswith(f".{domain}"))

    def _not_taken(self, error: InvalidStatus) -> SourceError:
        status = error.response.headers.get("handshake-status", "")
        return self._refusal(int(status) if status.isdecimal() else error.response.status_code)

    def _refusal(self, code: int) -> SourceError:
        if code in _REFUSED:
            where = self._config.app_secret.reference
            return AuthFailed(
                f"the long connection was refused (code {code}).",
                subject=self._connection,
                hint=f"Is the App Secret the one at {where}, and the subscription mode 'long connection'?",
            )
        return SourceUnavailable(
            f"no long connection is to be had (code {code}).",
            subject=self._connection,
            hint="There may be too many of this app; it is tried again.",
        )


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise PayloadRejected("an event of the long connection is no JSON object.")
    return said


def _count(frame: Frame, name: str) -> int:
    text = frame.headers.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
