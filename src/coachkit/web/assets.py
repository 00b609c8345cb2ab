"""Style, script and icon: read once, named by their content, so that a browser may keep them for ever."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, HTTPException, Request, Response

from coachkit.evaluation.reporting.html import stylesheet

__all__ = ["asset_url", "router"]

_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _Asset:
    content: bytes
    packed: bytes
    type: str


@cache
def _assets() -> tuple[dict[str, _Asset], dict[str, str]]:
    """Assets by the name they are served under, and that name by the file's own."""
    served: dict[str, _Asset] = {}
    names: dict[str, str] = {}
    found = {file.name: file.read_bytes() for file in (files("coachkit.web") / "static").iterdir() if file.is_file()}
    for own, content in {**found, "report.css": stylesheet().encode()}.items():
        stem, dot, ending = own.rpartition(".")
        if f".{ending}" not in _TYPES:
            continue
        name = f"{stem}.{hashlib.blake2b(content, digest_size=6).hexdigest()}{dot}{ending}"
        served[name] = _Asset(content, gzip.compress(content, mtime=0), _TYPES[f".{ending}"])
        names[own] = name
    return served, names


def asset_url(name: str) -> str:
    """Where a file of ``static/``, or the stylesheet of evaluation reports, is served."""
    return f"/assets/{_assets()[1][name]}"


@router.get("/assets/{name}")
def read_asset(request: Request, name: str) -> Response:
    found = _assets()[0].get(name)
    if found is None:
        raise HTTPException(404)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, media_type=found.type, headers={**_FOREVER, "Content-Encoding": "gzip"})
    return Response(found.content, media_type=found.type, headers=_FOREVER)


@router.get("/favicon.ico")
def read_icon() -> Response:
    return Response(_assets()[0][_assets()[1]["icon.svg"]].content, media_type="image/svg+xml")
