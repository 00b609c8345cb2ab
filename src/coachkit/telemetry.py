"""Structured logs. What people wrote never reaches one: log ids and counts, not text."""

from __future__ import annotations

import logging
import sys

import structlog

__all__ = ["configure_logging", "get_logger"]


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
