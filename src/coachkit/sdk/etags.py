"""ETags, kept by us: by credential and URL, and never a body, so that nobody is given another's answer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

__all__ = ["ETags"]

MOST = 2_000
LONGEST = 200
"""Characters of an ETag; a longer one is not kept, and its page is read again."""


class ETags:
    """What the source called the state of each page that was read. A part of a cursor::

        etags = ETags.load(place.etags)
        answer = source.get("issues", {"page": "2"}, etag=True)
        if not answer.unchanged:
            ...
        yield Checkpoint(stream="issues", cursor=Place(etags=etags.state()).cursor())

    Bounded; the ones that were not used for longest go first.
    """

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._known: dict[str, str] = {}

    @classmethod
    def load(cls, state: Mapping[str, str] | None = None, *, most: int = MOST) -> ETags:
        """Those of a cursor; none where there is none. What is no ETag is left out."""
        etags = cls(most=most)
        for key, value in (state or {}).items():
            etags._put(key, value)
        return etags

    def state(self) -> dict[str, str]:
        """For a cursor: plain JSON, the longest unused first."""
        return dict(self._known)

    def get(self, fingerprint: str, url: str) -> str | None:
        """The ETag of ``url`` as this credential saw it."""
        key = _key(fingerprint, url)
        etag = self._known.get(key)
        if etag is not None:
            self._put(key, etag)
        return etag

    def put(self, fingerprint: str, url: str, etag: str | None) -> None:
        """Remember the ETag of ``url``; without one, forget it."""
        key = _key(fingerprint, url)
        if etag is None or not self._put(key, etag):
            self._known.pop(key, None)

    def __len__(self) -> int:
        return len(self._known)

    def _put(self, key: str, etag: str) -> bool:
        if not etag or len(etag) > LONGEST or not etag.isascii() or not etag.isprintable():
            return False
        self._known.pop(key, None)
        self._known[key] = etag
        while len(self._known) > self._most:
            del self._known[next(iter(self._known))]
        return True


def _key(fingerprint: str, url: str) -> str:
    return hashlib.sha256(f"{fingerprint}\n{url}".encode()).hexdigest()[:32]
