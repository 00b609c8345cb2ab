"""From values to HTML: the templates, and what every page knows about its reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from coachkit.access import PersonEntry, Viewer
from coachkit.api.language import Language, language_of
from coachkit.api.security import app_of, is_admin, viewer_of
from coachkit.web.assets import asset_url
from coachkit.web.formats import Formats
from coachkit.web.i18n import Speech, mark, speech

__all__ = ["THEMES", "THEME_COOKIE", "Reader", "back", "is_fragment", "local_path", "page", "partial", "reader_of"]

THEME_COOKIE = "coachkit_theme"
THEMES: Mapping[str, str] = {"light": mark("Light"), "dark": mark("Dark"), "system": mark("Follow the system")}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at a page, in which language and theme."""

    viewer: Viewer | None
    person: PersonEntry | None
    say: Speech
    fmt: Formats
    theme: str

    @property
    def language(self) -> Language:
        return self.say.language

    @property
    def is_admin(self) -> bool:
        return self.viewer is not None and is_admin(self.viewer)

    @property
    def answers_identities(self) -> bool:
        return self.viewer is not None and bool(self.viewer.roles & {"admin", "hr"})


def reader_of(request: Request) -> Reader:
    """Looked up once a request."""
    if not hasattr(request.state, "reader"):
        app = app_of(request)
        viewer = viewer_of(request)
        person = app.directory.person(viewer.person) if viewer else None
        spoken = language_of(request, locale=person.locale if person else None, default=app.settings.language)
        say = speech()[spoken]
        zone = ZoneInfo(app.settings.timezone)
        theme = request.cookies.get(THEME_COOKIE, "system")
        request.state.reader = Reader(
            viewer=viewer,
            person=person,
            say=say,
            fmt=Formats(say, zone, app.directory.today(app.now())),
            theme=theme if theme in THEMES else "system",
        )
    found: Reader = request.state.reader
    return found


def is_fragment(request: Request) -> bool:
    """Whether our script asks for a part of a page rather than a browser for all of it."""
    return request.headers.get("x-fragment") == "1"


def page(
    request: Request, template: str, *, status: int = 200, reader: Reader | None = None, **values: Any
) -> HTMLResponse:
    """A page; for our script only what stands in its ``main``."""
    reader = reader or reader_of(request)
    layout = "fragment.html" if is_fragment(request) else "base.html"
    return HTMLResponse(_html(request, template, reader, layout=layout, **values), status_code=status, headers=_VARY)


def partial(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A part of a page by itself."""
    return HTMLResponse(html(request, template, **values), status_code=status, headers=_VARY)


def html(request: Request, template: str, **values: Any) -> str:
    """A part of a page as text."""
    return _html(request, template, reader_of(request), **values)


_DEFAULTS: Mapping[str, object] = {"nav": "", "themes": THEMES}
_VARY = {"Vary": "X-Fragment, Cookie, Accept-Language"}


def _html(request: Request, template: str, reader: Reader, **values: Any) -> str:
    environment = _environments()[reader.language]
    found = environment.get_template(template)
    return found.render(
        **{
            **_DEFAULTS,
            "request": request,
            "reader": reader,
            "say": reader.say,
            "fmt": reader.fmt,
            "here": _here(request),
            **values,
        }
    )


def back(wanted: str, otherwise: str = "/") -> RedirectResponse:
    """To a page of ours after something was done."""
    return RedirectResponse(local_path(wanted) or otherwise, status_code=303)


def local_path(wanted: str) -> str:
    """``wanted`` if it is an address on this server and nothing else, or nothing."""
    parts = urlsplit(wanted)
    odd = parts.scheme or parts.netloc or "\\" in wanted or any(ord(char) < 33 for char in wanted)
    return "" if odd or not wanted.startswith("/") or wanted.startswith("//") else wanted


def _here(request: Request) -> str:
    """Address of this page, to come back to; after a form, of the page that held it."""
    if request.method == "GET":
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "/"


@cache
def _environments() -> Mapping[Language, Environment]:
    return {language: _environment(say) for language, say in speech().items()}


def _environment(say: Speech) -> Environment:
    made = Environment(
        loader=PackageLoader("coachkit.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(say.gettext, say.ngettext, newstyle=True)  # type: ignore[attr-defined]  # set by the extension
    made.globals |= {"asset": asset_url, "icon": _icon}
    made.filters |= {"initials": initials, "web_only": web_only}
    return made


_ICONS = {
    "home": "M3 10.5 12 3l9 7.5M5.5 9v11h13V9M10 20v-6h4v6",
    "search": "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.5 15.5 21 21",
    "me": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c1-4 4-6 7.5-6s6.5 2 7.5 6",
    "sources": (
        "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3Zm0 0v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6"
        "M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3"
    ),
    "identities": "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20c.7-3.6 3.3-5.5 6.5-5.5M15 13l2 2 4-4.5M13 20h8",
    "insight": (
        "M6 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM18 10.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z"
        "M10 21a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM8.4 6.4l7.1 1.2M16.7 10.2l-5 6.6M6.8 8.4l2.4 7.7"
    ),
    "check": "M5 12.5 10 17.5 19.5 7",
    "print": "M7 9V3h10v6M7 17H4V9h16v8h-3M7 14h10v7H7z",
    "download": "M12 3v12M7 10.5l5 5 5-5M4 20h16",
    "again": "M20 11a8 8 0 1 0-2.3 6.2M20 4.5V11h-6.5",
    "open": "M13 4h7v7M20 4 10 14M18 14v6H4V6h6",
    "calendar": "M4 6h16v15H4zM4 10h16M8 3v5M16 3v5",
}


def _icon(name: str) -> Markup:
    return Markup(  # noqa: S704 - our own constants
        f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{_ICONS[name]}"/></svg>'
    )


def initials(name: str) -> str:
    """``Lin Xiaowen`` → ``LX``; of a Chinese name the last two characters."""
    words = name.split()
    if words and not words[0].isascii() and len(words) == 1:
        return words[0][-2:]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


def web_only(url: str | None) -> str:
    """The address if a browser should follow it: of the web, and nothing else."""
    return url if url and urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc else ""
