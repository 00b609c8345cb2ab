"""A model server that speaks every wire format, and a small task for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from model_server import ModelServer, model_server

from coachkit.models.bridge import load_litellm


@pytest.fixture(scope="session")
def served() -> Iterator[ModelServer]:
    load_litellm()  # takes seconds, on a busy machine many; none of them the model's
    with model_server() as server:
        yield server


@pytest.fixture
def server(served: ModelServer) -> ModelServer:
    """The same, having forgotten what it was asked."""
    served.forget()
    return served
