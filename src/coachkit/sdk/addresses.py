"""Addresses to which a secret may be sent."""

from __future__ import annotations

import ipaddress

import httpx2

__all__ = ["checked_url", "is_loopback", "origin_of"]


def checked_url(text: str) -> str:
    """The base URL without a slash at its end.

    :raises ValueError: if a secret sent there could be read on the way, or it is no base URL.
    """
    try:
        url = httpx2.URL(text.strip())
    except httpx2.InvalidURL as error:
        raise ValueError(f"{text!r} is no URL") from error
    if url.scheme not in ("https", "http") or not url.host:
        raise ValueError(f"{text!r} is no URL; write https://host/path")
    if url.userinfo or url.query or url.fragment:
        raise ValueError("a base URL has no user, no query and no fragment; secrets are given by reference")
    if url.scheme == "http" and not is_loopback(url.host):
        raise ValueError("use https: over http anybody on the way can read the token (http is for loopback only)")
    return str(url).rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def origin_of(url: httpx2.URL) -> str:
    """Scheme, host and port: what may see the same secret."""
    port = url.port or {"https": 443, "http": 80}.get(url.scheme, 0)
    return f"{url.scheme}://{url.host.lower()}:{port}"
