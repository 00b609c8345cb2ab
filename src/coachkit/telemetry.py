"""Structured logs and traces. What people wrote never reaches one: they hold ids, counts and times, not text."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from opentelemetry.trace import Span

__all__ = ["Attributes", "Traced", "configure_logging", "configure_tracing", "get_logger", "traced"]

Attributes = Mapping[str, str | bool | int | float | list[str] | None]


def configure_logging(level: str) -> None:
    """Log to standard error: readable on a terminal, JSON lines otherwise."""
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _console() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # the one of that moment: it may be redirected
    )


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger whose events carry the room they come from."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(room=name)
    return logger


def _console() -> structlog.dev.ConsoleRenderer:
    """For a terminal; a trace is shown without the values of variables, which may be what people wrote."""
    return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)


def configure_tracing(endpoint: str, version: str) -> None:
    """Send spans to a collector that speaks OTLP over gRPC; without an endpoint nothing is recorded.

    :param endpoint: ``http://host:4317``; ``https`` for an encrypted connection.
    """
    if not endpoint:
        return
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "coachkit", "service.version": version}))
    exporter = OTLPSpanExporter(endpoint=endpoint, insecure=not endpoint.startswith("https:"))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


class Traced:
    """A piece of work that is under way, as a trace tells it; without a span it is told to nobody."""

    def __init__(self, span: Span | None = None) -> None:
        self._span = span

    def set(self, attributes: Attributes) -> None:
        """Add what is known by now; what is ``None`` is left out."""
        if self._span is not None:
            self._span.set_attributes({name: value for name, value in attributes.items() if value is not None})

    def failed(self, kind: str) -> None:
        """It did not do what it was to do. ``kind`` is a code or the name of an error, never a message."""
        if self._span is not None:
            from opentelemetry.trace import Status, StatusCode

            self._span.set_attribute("error.type", kind)
            self._span.set_status(Status(StatusCode.ERROR))


@contextmanager
def traced(name: str, attributes: Attributes | None = None, *, client: bool = False) -> Iterator[Traced]:
    """A span around a piece of work. Of an error it keeps the name: a message may hold what people wrote.

    :param client: somebody else is asked and waited for.
    """
    if "opentelemetry.trace" not in sys.modules:  # loaded by nobody, so nobody listens; loading it takes a while
        yield Traced()
        return
    from opentelemetry import trace

    tracer = trace.get_tracer("coachkit")
    kind = trace.SpanKind.CLIENT if client else trace.SpanKind.INTERNAL
    with tracer.start_as_current_span(name, kind=kind, record_exception=False, set_status_on_exception=False) as span:
        work = Traced(span)
        work.set(attributes or {})
        try:
            yield work
        except BaseException as error:
            work.failed(type(error).__name__)
            raise
