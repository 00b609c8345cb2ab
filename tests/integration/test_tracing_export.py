"""With an endpoint set, a command sends its spans to a collector by OTLP; without one it sends nothing anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)

PROGRAM = """
from coachkit.telemetry import configure_tracing, traced
import sys
configure_tracing(sys.argv[1], "1.2.3")
with traced("invoke_agent brief", {"gen_ai.operation.name": "invoke_agent", "nothing": None}):
    pass
"""


class Collector(TraceServiceServicer):
    def __init__(self) -> None:
        self.seen: list[ExportTraceServiceRequest] = []

    def Export(self, request: ExportTraceServiceRequest, context: object) -> ExportTraceServiceResponse:  # noqa: N802 - the service's own name
        self.seen.append(request)
        return ExportTraceServiceResponse()


@pytest.fixture
def collector() -> Iterator[tuple[Collector, str]]:
    server = grpc.server(futures.ThreadPoolExecutor(1))
    made = Collector()
    add_TraceServiceServicer_to_server(made, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield made, f"http://127.0.0.1:{port}"
    server.stop(None).wait()


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=cwd, env=environment, timeout=100, check=False
    )


def test_spans_reach_the_collector_before_the_program_ends(collector: tuple[Collector, str], tmp_path: Path) -> None:
    made, endpoint = collector
    done = run("-c", PROGRAM, endpoint, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (resource,) = [one for request in made.seen for one in request.resource_spans]
    told = {one.key: one.value.string_value for one in resource.resource.attributes}
    assert (told["service.name"], told["service.version"]) == ("coachkit", "1.2.3")
    (span,) = [span for scope in resource.scope_spans for span in scope.spans]
    assert span.name == "invoke_agent brief"
    assert [(one.key, one.value.string_value) for one in span.attributes] == [("gen_ai.operation.name", "invoke_agent")]


def test_without_an_endpoint_no_sdk_is_even_loaded(tmp_path: Path) -> None:
    done = run("-c", f"{PROGRAM}\nassert 'opentelemetry.sdk' not in sys.modules", "", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
