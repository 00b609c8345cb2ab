"""The command line: thin, one module a subject; every command teaches with ``--help`` and speaks ``--json``."""

from coachkit.cli.app import app, main

__all__ = ["app", "main"]
