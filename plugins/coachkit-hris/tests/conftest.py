"""Small organisations as files, a real SCIM server, and one that answers as told."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx2
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from coachkit.sdk.testing import Fault, Request, Response, StandIn
from coachkit_hris.csv_connector import HrisCsv
from coachkit_hris.scim_connector import HrisScim

TOKEN = "not-for-anybody-else"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

HEADER = "employee_id,name,other_names,email,title,locale,team,manager_id,started_on,left_on,accounts"

PEOPLE = [
    "1000,陆清和,Lu Qinghe,qinghe@example.org,CTO,zh-CN,lead,,2019-03-04,,",
    "1001,Maria Gomez,,maria@example.org,Engineer,en-GB,search,1000,2022-05-01,,github:mgomez|tracker:maria.g",
    "1002,李薇,Wei Li|Vivian Li,wei@example.org,工程师,zh-CN,payments,1000,2021-09-13,,github:WeiLi",
    "1003,Tom Becker,,tom@example.org,Engineer,en-GB,search,1002,2023-01-09,,",
]


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., HrisCsv]:
    """Writes the people file (and the teams file) and makes a connector over them, as of a day."""

    def write(
        rows: list[str],
        day: str = "2026-05-04",
        *,
        header: str = HEADER,
        teams: str = "",
        raw: bytes = b"",
        **config: object,
    ) -> HrisCsv:
        people = tmp_path / "people.csv"
        people.write_bytes(raw or "\n".join([header, *rows, ""]).encode())
        if teams:
            (tmp_path / "teams.csv").write_text(teams, encoding="utf-8")
            config["teams"] = tmp_path / "teams.csv"
        return HrisCsv("hr", HrisCsv.Config.model_validate({"people": people, "as_of": day, **config}))

    return write


@pytest.fixture
def people() -> list[str]:
    return list(PEOPLE)


class ScimServer:
    """A real SCIM server, and what an administrator does there."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.client = httpx2.Client(headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False, timeout=60)

    def send(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self.client.request(method, f"{self.base_url}/{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else {}

    def add_user(self, login: str, **more: Any) -> str:
        enterprise = {key: more.pop(key) for key in ("employeeNumber", "department", "manager") if key in more}
        body: dict[str, Any] = {"schemas": [USER], "userName": login, **more}
        if enterprise:
            body["schemas"] = [USER, ENTERPRISE]
            body[ENTERPRISE] = enterprise
        return str(self.send("POST", "Users", body)["id"])

    def change(self, path: str, **values: Any) -> None:
        changes = [{"op": "replace", "path": name.replace("__", ":"), "value": value} for name, value in values.items()]
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": changes}
        self.send("PATCH", path, body)

    def change_enterprise(self, user: str, name: str, value: Any) -> None:
        change = {"op": "replace", "path": f"{ENTERPRISE}:{name}", "value": value}
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [change]}
        self.send("PATCH", f"Users/{user}", body)

    def add_group(self, name: str, members: list[dict[str, str]]) -> str:
        schemas = ["urn:ietf:params:scim:schemas:core:2.0:Group"]
        return str(self.send("POST", "Groups", {"schemas": schemas, "displayName": name, "members": members})["id"])


@pytest.fixture(scope="session")
def scim_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One process for all tests; each has a tenant of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("scim2-server"), "--port", str(port), "--bearer-token", TOKEN]
    with (tmp_path_factory.mktemp("scim") / "scim.log").open("wb") as log:
        process = subprocess.Popen([*command, "--dynamic-tenants"], stdout=log, stderr=log)
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(60)


@pytest.fixture
def scim(scim_address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScimServer]:
    monkeypatch.setenv("SCIM_TEST_TOKEN", TOKEN)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    server = ScimServer(f"{scim_address}/t{uuid.uuid4().hex[:12]}")
    yield server
    server.client.close()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        assert process.poll() is None, "the SCIM server ended"
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the SCIM server does not answer")


class ScimFront(StandIn):
    """Stands before a real server and lets through what is asked, unless it is to go wrong."""

    token = TOKEN
    knows = frozenset({Fault.REPEATED_TOKEN, Fault.EMPTY_PAGE, Fault.NO_LAST_MARK})
    strange_values: ClassVar = {"active": "perhaps", "type": "spaceship", "locale": "xx-unheard-of"}

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.client = httpx2.Client(base_url=base_url, trust_env=False, timeout=60)

    def respond(self, request: Request) -> Response:
        query = dict(request.query)
        if request.suffers(Fault.REPEATED_TOKEN):
            query.pop("startIndex", None)
        headers = {"Authorization": request.headers["authorization"]}
        answer = self.client.get(request.path.removeprefix("/scim"), params=query, headers=headers)
        body = answer.json()
        if "Resources" in body:
            self._spoil(body, request)
        return Response(answer.status_code, {"Content-Type": "application/scim+json"}, json.dumps(body).encode())

    def _spoil(self, body: dict[str, Any], request: Request) -> None:
        if request.suffers(Fault.EMPTY_PAGE):
            body["Resources"] = []
        if request.suffers(Fault.NO_LAST_MARK):
            body.pop("totalResults", None)


@pytest.fixture
def scim_front(scim: ScimServer) -> Iterator[StandIn]:
    """The real server, with faults on demand."""
    with ScimFront(scim.base_url).running() as front:
        yield front
    front.client.close()


@pytest.fixture
def make_scim(scim: ScimServer) -> Callable[..., HrisScim]:
    def make(**config: object) -> HrisScim:
        given = {"base_url": scim.base_url, "token": "env:SCIM_TEST_TOKEN", **config}
        return HrisScim("idp", HrisScim.Config.model_validate(given))

    return make


@dataclass
class Scripted:
    """A server that answers as told, and remembers what it was asked."""

    port: int
    answers: list[tuple[int, dict[str, str], Any]] = field(default_factory=list)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    otherwise: tuple[int, dict[str, str], Any] = (404, {}, {})

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/scim"


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    monkeypatch.setenv("SCIM_TEST_TOKEN", TOKEN)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script.asked.append((self.path, self.headers.get("Authorization")))
            status, headers, body = script.answers.pop(0) if script.answers else script.otherwise
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(raw)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script = Scripted(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
