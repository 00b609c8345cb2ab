"""Headers that every answer carries, packing, and the limit on what a request may bring."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["CONTENT_POLICY", "MOST_BYTES", "Packed", "SafeHeaders"]

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action {form}; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types coachkit"
)
MOST_BYTES = 1_000_000
MOST_WEBHOOK_BYTES = 25_000_000
"""What GitHub, the most talkative of the sources, sends at most."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class Packed:
    """Packs pages. Not those that repeat what was asked beside what was found: the packed size of both together would
    tell somebody on the line what else is there (BREACH). Assets come packed, and streams must not wait to be.
    """

    _AS_THEY_ARE = ("/assets/", "/events", "/search", "/api/search")

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._packed = GZipMiddleware(app, minimum_size=1000)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        plain = scope["type"] != "http" or scope["path"].startswith(self._AS_THEY_ARE)
        await (self._app if plain else self._packed)(scope, receive, send)


class SafeHeaders:
    """Sets the security headers; keeps answers out of shared and disk caches unless they say otherwise.

    :param form_targets: origins besides our own that a form may end at (the identity provider, by redirect).
    """

    def __init__(self, app: ASGIApp, *, form_targets: tuple[str, ...] = (), tls: bool = False) -> None:
        self._app = app
        policy = CONTENT_POLICY.format(form=" ".join(["'self'", *form_targets]))
        self._headers = {**_HEADERS, "Content-Security-Policy": policy}
        if tls:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        most = MOST_WEBHOOK_BYTES if scope["path"].startswith("/api/webhooks/") else MOST_BYTES
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdigit() or int(declared) > most:
            await _refuse(with_headers)
            return
        await self._app(scope, _counted(receive, most), with_headers)


def _counted(receive: Receive, most: int) -> Receive:
    """Ends a body that turns out to be longer than it may be, as if its sender had gone."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > most else message

    return counted


async def _refuse(send: Send) -> None:
    body = b'{"type":"about:blank","title":"Content Too Large","status":413,"code":"too-large"}'
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
