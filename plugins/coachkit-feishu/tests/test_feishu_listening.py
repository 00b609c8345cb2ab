"""The long connection: frames, events in parts, answers, refusals, an end from outside."""

from __future__ import annotations

import json
import logging
import logging.config
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from queue import Queue
from typing import Any

import pytest
from feishu_deliveries import VERIFICATION_TOKEN, envelope
from feishu_stand_in import APP_SECRET, FeishuStandIn
from feishu_state import BO
from hypothesis import given
from hypothesis import strategies as some
from websockets.sync.server import ServerConnection, serve

from coachkit.sdk import AuthFailed, PayloadRejected, SourceError, SourceUnavailable
from coachkit.sdk.testing import Response
from coachkit_feishu.connector import Feishu
from coachkit_feishu.frames import CONTROL, DATA, Frame, read_frame

Connect = Callable[..., Feishu]
Talk = Callable[[ServerConnection], None]


def told(number: int, *, message: str = "m1", parts: int = 1) -> list[Frame]:
    """An event as frames."""
    body = json.dumps(envelope("contact.user.updated_v3", {"object": {"open_id": BO}}, number)).encode()
    size = -(-len(body) // parts)
    common = {"type": "event", "message_id": message, "trace_id": "t", "sum": str(parts)}
    return [
        Frame(7, DATA, {**common, "seq": str(place)}, body[place * size : (place + 1) * size], sequence=place, log=9)
        for place in range(parts)
    ]


@contextmanager
def speaking(feishu: FeishuStandIn, talk: Talk) -> Iterator[None]:
    """A server of long connections, to which the stand-in leads."""
    with serve(talk, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        port = server.socket.getsockname()[1]
        feishu.socket_url = f"ws://127.0.0.1:{port}/ws/v2?device_id=d1&service_id=7&access_key=k"
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def test_events_are_heard_and_answered_when_the_next_is_asked_for(
    feishu: FeishuStandIn, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    logging.config.dictConfig({"version": 1, "disable_existing_loggers": False})  # as a web server does when it starts
    caplog.set_level(logging.DEBUG)
    answers: Queue[Frame] = Queue()

    def talk(socket: ServerConnection) -> None:
        for frame in (*told(1), Frame(7, CONTROL, {"type": "pong"}, b'{"PingInterval": 90}'), *told(2, parts=3)):
            socket.send(frame.written())
        while answers.qsize() < 2:
            frame = read_frame(_bytes(socket.recv()))
            if frame.method == DATA:
                answers.put(frame)

    with speaking(feishu, talk), closing(connect(long_connection=True)) as connector:
        heard = connector.listen()
        first = next(heard)
        assert answers.empty(), "answered before it was kept"
        rest = list(heard)
    assert [first.id, *(event.id for event in rest)] == ["event-1", "event-2"]
    assert VERIFICATION_TOKEN not in json.dumps(first.payload)
    replies = [answers.get_nowait() for _ in range(2)]
    assert [json.loads(reply.payload)["code"] for reply in replies] == [200, 200]
    assert replies[0].headers["message_id"] == "m1"
    assert (replies[0].log, replies[0].service) == (9, 7)
    logged = "".join(one.getMessage() for one in caplog.records if one.name != "websockets.server")
    assert "access_key" not in logged
    assert "event-1" not in logged


def test_parts_come_in_any_order(feishu: FeishuStandIn, connect: Connect) -> None:
    frames = told(1, parts=4)

    def talk(socket: ServerConnection) -> None:
        for place in (2, 0, 3, 1):
            socket.send(frames[place].written())
        while read_frame(_bytes(socket.recv())).method != DATA:
            pass

    with speaking(feishu, talk), closing(connect(long_connection=True)) as connector:
        assert [event.id for event in connector.listen()] == ["event-1"]


def test_closing_from_outside_ends_it(feishu: FeishuStandIn, connect: Connect) -> None:
    connected = threading.Event()

    def talk(socket: ServerConnection) -> None:
        connected.set()
        for _ in socket:
            pass

    with speaking(feishu, talk):
        connector = connect(long_connection=True)
        heard: list[Any] = []
        thread = threading.Thread(target=lambda: heard.extend(connector.listen()))
        thread.start()
        assert connected.wait(60)
        connector.close()
        thread.join(60)
        assert not thread.is_alive()
        assert heard == []


def test_a_broken_connection_can_be_tried_again(feishu: FeishuStandIn, connect: Connect) -> None:
    def talk(socket: ServerConnection) -> None:
        socket.recv()
        socket.socket.close()

    with speaking(feishu, talk), closing(connect(long_connection=True)) as connector:
        with pytest.raises(SourceUnavailable) as caught:
            list(connector.listen())
        assert caught.value.retryable
        assert "access_key" not in str(caught.value)


def test_a_damaged_frame_leads_to_another_connection(feishu: FeishuStandIn, connect: Connect) -> None:
    def talk(socket: ServerConnection) -> None:
        socket.send(b"\xff\xff")
        for _ in socket:
            pass

    with (
        speaking(feishu, talk),
        closing(connect(long_connection=True)) as connector,
        pytest.raises(SourceUnavailable, match="damaged"),
    ):
        list(connector.listen())


def test_what_is_refused_is_said_so(feishu: FeishuStandIn, connect: Connect) -> None:
    feishu.fail_next(Response.of({"code": 1000040344, "msg": "no credential"}))
    with closing(connect(long_connection=True)) as connector, pytest.raises(AuthFailed, match="1000040344") as caught:
        list(connector.listen())
    assert APP_SECRET not in str(caught.value)


def test_it_is_not_led_to_a_foreign_host(feishu: FeishuStandIn, connect: Connect) -> None:
    for url in ("wss://evil.example/ws?service_id=1", "ws://localhost:1/x", "http://127.0.0.1/", "", "ws://[::1"):
        feishu.socket_url = url
        with closing(connect(long_connection=True)) as connector, pytest.raises(SourceError, match="another organi"):
            list(connector.listen())


def test_it_is_off_unless_somebody_wants_it(feishu: FeishuStandIn, connect: Connect) -> None:
    with closing(connect()) as connector, pytest.raises(SourceError, match="keeps no open connection"):
        list(connector.listen())
    assert feishu.requests == []


@given(
    some.builds(
        Frame,
        some.integers(0, 2**31 - 1),
        some.sampled_from([CONTROL, DATA]),
        some.dictionaries(some.text(max_size=20), some.text(max_size=200), max_size=4),
        some.binary(max_size=300),
        sequence=some.integers(0, 2**64 - 1),
        log=some.integers(0, 2**64 - 1),
        log_name=some.text(max_size=10),
    )
)
def test_frames_are_read_as_they_were_written(frame: Frame) -> None:
    assert read_frame(frame.written()) == frame


@given(some.binary(max_size=80))
def test_damaged_frames_are_refused_and_nothing_else(data: bytes) -> None:
    with suppress(PayloadRejected):
        read_frame(data)


def _bytes(data: str | bytes) -> bytes:
    return data if isinstance(data, bytes) else data.encode()
