"""The application: API, pages and assets under one roof, and how errors leave it."""

from __future__ import annotations

import traceback
import uuid
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coachkit import __version__
from coachkit.api import api_router
from coachkit.api.language import Language, language_of
from coachkit.api.problems import Problem, problem, problem_response, retry_headers, sentence
from coachkit.api.security import app_of, same_origin
from coachkit.bootstrap import App
from coachkit.errors import CoachkitError, StoreError
from coachkit.telemetry import get_logger
from coachkit.web import assets, events
from coachkit.web.headers import Packed, SafeHeaders
from coachkit.web.i18n import speech
from coachkit.web.pages import pages_router
from coachkit.web.rendering import Reader, is_fragment, page, reader_of

__all__ = ["create_app"]

_log = get_logger("web")

_DESCRIPTION = """Facts for the people who talk to each other about work, with a source on every line.

Every answer is what the caller may read at that moment. Send a token made with `coachkit token make PERSON` as
`Authorization: Bearer …`. Errors are `application/problem+json` (RFC 9457), in the language of `Accept-Language`
(`en` or `zh`); `code` is the same in every language."""

_CODES = {
    400: "bad-input",
    401: "sign-in-required",
    403: "access-denied",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
}


def create_app(app: App) -> FastAPI:
    """Pages and API over an opened installation. Opening and closing it is the caller's."""
    speech()  # a broken catalogue fails here and not at the first page
    settings = app.settings
    made = FastAPI(
        title="coachkit",
        version=__version__,
        description=_DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(same_origin)],
        separate_input_output_schemas=False,
    )
    made.state.coachkit = app
    provider = urlsplit(settings.oidc_issuer)
    made.add_middleware(_Mistakes)
    made.add_middleware(Packed)
    made.add_middleware(
        SafeHeaders,
        form_targets=(f"{provider.scheme}://{provider.netloc}",) if provider.netloc else (),
        tls=settings.base_url.startswith("https:"),
    )
    made.include_router(api_router())
    made.include_router(assets.router)
    made.include_router(events.router)
    made.include_router(pages_router())
    made.add_exception_handler(CoachkitError, _on_own_error)
    made.add_exception_handler(HTTPException, _on_http_error)
    made.add_exception_handler(RequestValidationError, _on_unusable)
    return made


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _language(request: Request) -> Language:
    return language_of(request, default=app_of(request).settings.language)


async def _on_own_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, CoachkitError)
    if error.http_status >= 500:
        _log.error("failed", code=error.code, path=_route(request), error=str(error))
    if _is_api(request):
        return problem_response(problem(error, _language(request)), retry_headers(error))
    return _error_page(request, error.http_status, error.code)


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, "error")
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_methods_at(request))
    if _is_api(request):
        status = 422 if error.status_code == 400 else error.status_code  # a body that is no JSON, not even text
        return _plain_problem(request, status, code, headers)
    if error.status_code == 401 and not is_fragment(request):
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        known = "" if request.method != "GET" or here == "/" else f"?{urlencode({'next': here})}"
        return RedirectResponse(f"/sign-in{known}", status_code=303)
    return _error_page(request, error.status_code, code)


async def _on_unusable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if not _is_api(request):
        return _error_page(request, 422, "bad-input")
    found: list[dict[str, Any]] = [
        {"field": ".".join(map(str, one["loc"])), "message": str(one["msg"])} for one in error.errors()
    ]
    title, detail = sentence("bad-input", _language(request))
    unusable = Problem(title=title, status=422, detail=detail, code="bad-input", retryable=False, errors=found)
    return problem_response(unusable)


class _Mistakes:
    """Turns a mistake of ours into an answer. What was thrown may quote people: the log gets its kind and its place."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            number = uuid.uuid4().hex[:12]
            places = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)[-12:]]
            request = Request(scope)
            _log.error("mistake", number=number, error=type(error).__name__, path=_route(request), places=places)
            if scope["type"] == "http" and not begun:
                await _on_mistake(request, number)(scope, receive, send)


def _on_mistake(request: Request, number: str) -> Response:
    if _is_api(request):
        return _plain_problem(request, 500, "internal", {"X-Error-Id": number})
    response = _error_page(request, 500, "internal")
    response.headers["X-Error-Id"] = number
    return response


def _methods_at(request: Request) -> list[str]:
    """Every method of this address; the router itself names those of the first route that fits."""
    found: set[str] = set()
    for method in ("DELETE", "GET", "PATCH", "POST", "PUT"):
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
            found.add(method)
    return sorted(found)


def _route(request: Request) -> str:
    """The route's own pattern: an address may hold what somebody searched for."""
    return str(getattr(request.scope.get("route"), "path", "?"))


def _plain_problem(request: Request, status: int, code: str, headers: dict[str, str]) -> Response:
    title, detail = sentence(code, _language(request))
    found = Problem(title=title, status=status, detail=detail, code=code, retryable=False)
    return problem_response(found, headers)


def _error_page(request: Request, status: int, code: str) -> Response:
    reader = _reader(request)
    title, detail = sentence(code, reader.language)
    return page(request, "error.html", status=status, reader=reader, number=status, title=title, detail=detail)


def _reader(request: Request) -> Reader:
    """Who reads an error page; nobody in particular, if it is the store itself that failed."""
    try:
        return reader_of(request)
    except StoreError:
        request.state.viewer = None
        return reader_of(request)
