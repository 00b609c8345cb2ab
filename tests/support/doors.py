"""The web application over an installation, without building its two hundred routes for each test anew."""

from __future__ import annotations

import copy
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import State

from coachkit.bootstrap import App
from coachkit.web.app import create_app

__all__ = ["door_of"]

_made: dict[tuple[str, str, bool], FastAPI] = {}


def door_of(app: App) -> FastAPI:
    """What :func:`create_app` makes, over ``app``.

    The routes know nothing of an installation: each request finds it in the application's state. So they are made once
    for all installations whose settings the middleware reads alike, and each gets a copy with a state of its own.
    """
    provider = urlsplit(app.settings.oidc_issuer)
    alike = (provider.scheme, provider.netloc, app.settings.base_url.startswith("https:"))
    if alike not in _made:
        _made[alike] = create_app(app)
    made = copy.copy(_made[alike])
    made.state = State({"coachkit": app})
    made.middleware_stack = None
    made.dependency_overrides = {}
    return made
