"""Feishu's own client reads our stand-in, opens our deliveries and our frames; it sees what we see.

It lives in an environment of its own: it wants an older library of web sockets than ours.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from feishu_deliveries import ENCRYPT_KEY, VERIFICATION_TOKEN, delivery, encrypted, envelope
from feishu_stand_in import APP_ID, APP_SECRET, FeishuStandIn
from feishu_state import BO, CHAT

from coachkit.sdk import Account, AuthFailed, Delivery, Event, Goal, Reply, WorkItem
from coachkit.sdk.testing import ReferenceSink
from coachkit_feishu.connector import Feishu
from coachkit_feishu.events import decrypted
from coachkit_feishu.frames import DATA, Frame, read_frame

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CLIENT = "lark-oapi==1.7.5"
Connect = Callable[..., Feishu]


def ask_their_client(asked: dict[str, Any]) -> dict[str, Any]:
    """What their client says; skipped where it cannot be had, unless this is CI."""
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    assert uv, "uv is one of the tools of development"
    command = [uv, "run", "--quiet", "--isolated", "--no-project", "--no-config", "--with", CLIENT, "python"]
    there = subprocess.run([*command, "-c", "import lark_oapi"], capture_output=True, text=True, check=False)
    if there.returncode and not os.environ.get("CI"):
        pytest.skip(f"{CLIENT} cannot be had: {there.stderr.strip()[-200:]}")
    script = Path(__file__).with_name("feishu_peer.py")
    done = subprocess.run(
        [*command, str(script)], input=json.dumps(asked), capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def deliveries() -> list[Delivery]:
    user = {"object": {"open_id": BO, "name": "Bo Larsen"}}
    message = {"message": {"message_id": "om_1", "chat_id": CHAT, "chat_type": "group"}}
    older = {"uuid": "u1", "token": VERIFICATION_TOKEN, "ts": "1777968000.1", "type": "event_callback"}
    challenge = {"challenge": "ajls", "token": VERIFICATION_TOKEN, "type": "url_verification"}
    good = delivery(envelope("contact.user.updated_v3", user, 1))
    return [
        good,
        delivery(envelope("im.message.receive_v1", message, 2)),
        delivery({**older, "event": {"type": "user_update", "open_id": BO}}),
        delivery(challenge),
        replace(good, body=good.body + b" "),
        delivery(envelope("contact.user.updated_v3", user, 3), key="another"),
    ]


def test_their_client_sees_what_we_see(feishu: FeishuStandIn, connect: Connect) -> None:
    feishu.state.range_users = []
    sent = deliveries()
    plain = [b"\xe9\xa3\x9e\xe4\xb9\xa6", b"x" * 16, b"{}"]
    frames = [
        Frame(7, DATA, {"type": "event", "message_id": "m", "sum": "1"}, b'{"code": 200}', sequence=3, log=2**63),
        Frame(7, 0, {"type": "ping"}),
    ]
    said = ask_their_client(
        {
            "url": feishu.url,
            "app_id": APP_ID,
            "app_secret": APP_SECRET,
            "encrypt_key": ENCRYPT_KEY,
            "verification_token": VERIFICATION_TOKEN,
            "calendar": BO,
            "chat": CHAT,
            "deliveries": [{"headers": header_names(one), "body": one.body.decode()} for one in sent],
            "encrypted": [json.loads(encrypted(one))["encrypt"] for one in plain],
            "frames": [one.written().hex() for one in frames],
        }
    )
    sink = ReferenceSink()
    sink.run(connect())
    compare(sink, said["seen"])
    compare_deliveries(connect(), sent, said["opened"])
    assert said["decrypted"] == [
        decrypted(json.loads(encrypted(one))["encrypt"], ENCRYPT_KEY).decode() for one in plain
    ]
    for ours, (service, method, headers, payload, written) in zip(frames, said["frames"], strict=True):
        assert (service, method, headers, payload) == (ours.service, ours.method, ours.headers, ours.payload.hex())
        assert read_frame(bytes.fromhex(written)) == ours


def header_names(one: Delivery) -> dict[str, str]:
    """With capitals, as their code looks them up."""
    return {"-".join(part.capitalize() for part in name.split("-")): value for name, value in one.headers.items()}


def compare(sink: ReferenceSink, seen: dict[str, Any]) -> None:
    ours: dict[str, dict[str, Any]] = {}
    for (stream, native_id), item in sink.records.items():
        ours.setdefault(stream, {})[native_id] = item.record
    accounts = {key: one for key, one in ours["accounts"].items() if isinstance(one, Account)}
    assert {key: [one.name, one.emails[0]] for key, one in accounts.items()} == seen["users"]
    assert sorted(ours["teams"].keys() - {"od_tech"}) == seen["departments"]
    goals = {key: one for key, one in ours["goals"].items() if isinstance(one, Goal)}
    assert goals.keys() == seen["goals"].keys()
    for key, goal in goals.items():
        theirs = seen["goals"][key]
        assert (goal.title, list(goal.parents)) == (theirs["title"], [f"O-{one}" for one in theirs["parents"]])
        assert {
            one.title: [one.start, one.target, [m.value for m in one.measurements]] for one in goal.key_results
        } == (theirs["key_results"])
    tasks = {key: one for key, one in ours["tasks"].items() if isinstance(one, WorkItem)}
    assert {key: [one.title, one.state] for key, one in tasks.items()} == {
        key: row[:2] for key, row in seen["tasks"].items()
    }
    shown = {key: row for key, row in seen["events"].items() if row[1] != "cancelled" and row[0] != "Dentist"}
    assert {key.partition("/")[2]: one.title for key, one in ours["meetings"].items()} == {
        key: row[0] for key, row in shown.items()
    }
    words = {one.title: one.body for one in ours["documents"].values()}
    assert seen["documents"].items() <= words.items()
    assert sorted(ours["messages"]) == sorted(seen["messages"])
    assert sink.groups[f"feishu:work:{CHAT}"] == tuple(f"feishu:{one}" for one in seen["members"])
    assert seen["minute"] == [ours["minutes"]["min1"].title, BO]


def compare_deliveries(connector: Feishu, sent: list[Delivery], opened: list[Any]) -> None:
    """What they open, we open, to the same; what they refuse, we refuse."""
    assert [row[0] for row in opened] == [200, 200, 200, 200, 500, 500]
    assert [row[1] for row in opened] == [[BO], ["om_1"], [BO], [], [], []]
    with closing(connector):
        kinds = [connector.verify(one) for one in sent[:4]]
        assert [isinstance(one, Event) for one in kinds] == [True, True, True, False]
        assert isinstance(kinds[3], Reply)
        assert json.loads(kinds[3].body) == json.loads(opened[3][2])
        for one in sent[4:]:
            with pytest.raises(AuthFailed):
                connector.verify(one)
    assert base64.b64decode(json.loads(sent[0].body)["encrypt"])
