"""Signing in and out, and the two preferences that live in cookies."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from coachkit.access.oidc import OidcRequest
from coachkit.access.sign_in import Session
from coachkit.api.language import LANGUAGE_COOKIE, LANGUAGES
from coachkit.api.security import SESSION_COOKIE, Installation, app_of, viewer_of
from coachkit.errors import AccessDenied, NotFound
from coachkit.web.rendering import THEME_COOKIE, THEMES, back, local_path, page

__all__ = ["router"]

router = APIRouter()

OIDC_COOKIE = "coachkit_oidc"
_YEAR_SECONDS = 365 * 24 * 3600
_OIDC_SECONDS = 600

Next = Annotated[str, Form(alias="next", max_length=2000)]


@router.get("/sign-in")
def show(request: Request, wanted: Annotated[str, Query(alias="next", max_length=2000)] = "") -> Response:
    if viewer_of(request):
        return back(wanted)
    return _form(request, wanted=wanted)


@router.post("/sign-in")
def take_pasted(
    request: Request,
    app: Installation,
    link: Annotated[str, Form(max_length=2000)],
    wanted: Next = "",
) -> Response:
    """A link that was pasted, or the secret at its end alone."""
    token = urlsplit(link.strip()).path.rstrip("/").rpartition("/")[2]
    try:
        session = app.sign_in.redeem_link(token, app.now())
    except AccessDenied:
        return _form(request, wanted=wanted, wrong=True, status=403)
    return _begin(request, session, wanted)


@router.post("/sign-in/oidc")
def begin_oidc(request: Request, app: Installation, wanted: Next = "") -> Response:
    if app.oidc is None:
        raise NotFound("no identity provider is set here.")
    asked = app.oidc.begin(_oidc_return(request))
    response = RedirectResponse(asked.url, status_code=303)
    sealed = urlencode({"asked": asked.seal(app.secret_key), "next": local_path(wanted)})
    _keep(request, response, OIDC_COOKIE, sealed, _OIDC_SECONDS)
    return response


@router.get("/sign-in/oidc/return")
def finish_oidc(request: Request, app: Installation) -> Response:
    if app.oidc is None:
        raise NotFound("no identity provider is set here.")
    kept = dict(parse_qsl(request.cookies.get(OIDC_COOKIE, "")))
    asked = OidcRequest.unseal(app.secret_key, kept.get("asked", ""))
    identity = app.oidc.finish(asked, dict(request.query_params), app.now())
    response = _begin(request, app.sign_in.with_oidc(identity, app.now()), kept.get("next", ""))
    response.delete_cookie(OIDC_COOKIE)
    return response


@router.get("/sign-in/{token}")
def show_link(request: Request, token: str) -> HTMLResponse:
    """Asks before it signs in: programs that look at links in messages must not use one up."""
    return page(request, "sign_in.html", token=token, oidc="", next="", wrong=False)


@router.post("/sign-in/{token}")
def take_link(request: Request, app: Installation, token: str) -> Response:
    try:
        session = app.sign_in.redeem_link(token, app.now())
    except AccessDenied:
        return _form(request, wrong=True, status=403)
    return _begin(request, session, "/")


@router.post("/sign-out")
def sign_out(request: Request, app: Installation) -> Response:
    if token := request.cookies.get(SESSION_COOKIE):
        app.sign_in.end_session(token)
    response = RedirectResponse("/sign-in", status_code=303)
    response.delete_cookie(SESSION_COOKIE)
    return response


@router.post("/preferences")
def prefer(
    request: Request,
    language: Annotated[str, Form()] = "",
    theme: Annotated[str, Form()] = "",
    wanted: Next = "",
) -> Response:
    response = back(wanted)
    if language in LANGUAGES:
        _keep(request, response, LANGUAGE_COOKIE, language, _YEAR_SECONDS)
    if theme in THEMES:
        _keep(request, response, THEME_COOKIE, theme, _YEAR_SECONDS)
    return response


def _form(request: Request, *, wanted: str = "", wrong: bool = False, status: int = 200) -> HTMLResponse:
    issuer = app_of(request).settings.oidc_issuer
    oidc = urlsplit(issuer).hostname or issuer
    return page(request, "sign_in.html", status=status, token="", oidc=oidc, next=local_path(wanted), wrong=wrong)


def _begin(request: Request, session: Session, wanted: str) -> Response:
    response = back(wanted)
    response.set_cookie(
        SESSION_COOKIE,
        session.token,
        max_age=round((session.expires_at - app_of(request).now()).total_seconds()),
        httponly=True,
        samesite="lax",
        secure=_over_tls(request),
    )
    return response


def _keep(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name, value, max_age=seconds, httponly=True, samesite="lax", secure=_over_tls(request), path="/"
    )


def _over_tls(request: Request) -> bool:
    return request.url.scheme == "https" or app_of(request).settings.base_url.startswith("https:")


def _oidc_return(request: Request) -> str:
    base = app_of(request).settings.base_url.rstrip("/") or f"{request.url.scheme}://{request.url.netloc}"
    return f"{base}/sign-in/oidc/return"
