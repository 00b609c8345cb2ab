"""Who asks: a session cookie of a browser, or a bearer token of a program; and whether a browser was led here."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.requests import HTTPConnection

from coachkit.access import Viewer
from coachkit.bootstrap import App
from coachkit.errors import AccessDenied

__all__ = [
    "SESSION_COOKIE",
    "Asks",
    "Installation",
    "app_of",
    "asks",
    "is_admin",
    "require_role",
    "same_origin",
    "viewer_of",
]

SESSION_COOKIE = "coachkit_session"
_SAFE = ("GET", "HEAD", "OPTIONS")
_WITHOUT_SESSION = "/api/webhooks/"
"""Whoever calls here shows by a signature who they are; a browser's session opens nothing."""

_bearer = HTTPBearer(auto_error=False, scheme_name="token", description="An API token: `coachkit token make PERSON`.")
_cookie = APIKeyCookie(name=SESSION_COOKIE, auto_error=False, scheme_name="session", description="A browser's session.")


def app_of(request: HTTPConnection) -> App:
    found: App = request.app.state.coachkit
    return found


def viewer_of(request: HTTPConnection) -> Viewer | None:
    """Who asks, and what they may read at this moment; ``None`` if nobody is signed in. Looked up once a request."""
    if not hasattr(request.state, "viewer"):
        request.state.viewer = _look_up(request)
    found: Viewer | None = request.state.viewer
    return found


def _look_up(request: HTTPConnection) -> Viewer | None:
    app = app_of(request)
    now = app.now()
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        person = app.sign_in.token_person(token.strip(), now) if scheme.lower() == "bearer" else None
    else:
        session = request.cookies.get(SESSION_COOKIE, "")
        person = app.sign_in.session_person(session, now) if session else None
    return None if person is None else app.directory.viewer(person, now)


def asks(
    request: Request, _token: Annotated[Any, Depends(_bearer)], _session: Annotated[Any, Depends(_cookie)]
) -> Viewer:
    """The viewer of a request that needs one; anybody else is asked to sign in (401)."""
    viewer = viewer_of(request)
    if viewer is None:
        raise HTTPException(401, headers={"WWW-Authenticate": 'Bearer realm="coachkit"'})
    return viewer


Asks = Annotated[Viewer, Depends(asks)]
Installation = Annotated[App, Depends(app_of)]


def is_admin(viewer: Viewer) -> bool:
    return "admin" in viewer.roles


def require_role(viewer: Viewer, *roles: str) -> None:
    """:raises AccessDenied: unless one of the roles was granted to the viewer."""
    if not viewer.roles & set(roles):
        raise AccessDenied(
            f"this is open to those with the role {' or '.join(roles)}.",
            subject=viewer.name,
            hint="A role is granted by `coachkit grant add`.",
        )


async def same_origin(request: Request) -> None:
    """Refuses what would change something and comes from another site with this browser's cookie.

    A program that brings its own token is not a browser that was led here. Without one, ``Sec-Fetch-Site`` decides,
    and where a browser does not send it, ``Origin``; a request with neither is refused.

    :raises AccessDenied: if it comes from elsewhere.
    """
    headers = request.headers
    if request.method in _SAFE or "authorization" in headers or request.url.path.startswith(_WITHOUT_SESSION):
        return
    site = headers.get("sec-fetch-site")
    if site is None:
        origin = urlsplit(headers.get("origin", "")).netloc
        own = origin and origin in (headers.get("host"), urlsplit(app_of(request).settings.base_url).netloc)
        site = "same-origin" if own else "cross-site"
    if site != "same-origin":
        raise AccessDenied(
            "this request did not come from a page of coachkit.",
            hint="Open coachkit in this browser and try again there; a program uses a token.",
        )
