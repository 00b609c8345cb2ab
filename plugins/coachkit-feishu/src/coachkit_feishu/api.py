"""Feishu's interfaces: one answer, or a list in pages; its codes as the SDK's errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from coachkit.sdk import Answer, HttpSource, NotAllowed, NotThere, PayloadRejected, Refused, SourceError
from coachkit_feishu.auth import TenantToken
from coachkit_feishu.config import FeishuConfig
from coachkit_feishu.limits import GONE, NO_SCOPE, REFUSED, code_of, feishu_limits, has_expired
from coachkit_feishu.raw import Raw, part, parts, word

__all__ = ["Api"]

EMPTY_IN_A_ROW = 100
"""After so many pages without a row a source that still promises more is not believed."""

Parameters = Mapping[str, str | int | bool | Sequence[str] | None]

_PEOPLE: Parameters = {"user_id_type": "open_id"}


class Api:
    """Asks Feishu for one connection. Whatever it answers with a code other than 0 is an error."""

    def __init__(self, connection: str, config: FeishuConfig) -> None:
        self._connection = connection
        self._page_size = config.page_size
        auth = TenantToken(connection, config.host, config.app_id, config.app_secret)
        self._http = HttpSource(connection, config.host, auth=auth, limits=feishu_limits, expired=has_expired)

    def close(self) -> None:
        """Let go of the sockets."""
        self._http.close()

    def get(self, path: str, **params: str | int | bool | Sequence[str] | None) -> Raw:
        """The data of one answer.

        :raises NotThere: if Feishu says that it is not there.
        :raises NotAllowed: if the app may not read it.
        :raises SourceError: as the SDK's HTTP says.
        """
        return self._data(lambda: self._http.get(f"open-apis/{path}", {**_PEOPLE, **params}))

    def post(self, path: str, body: Any, **params: str | int | bool | None) -> Raw:
        """The same for questions with a body."""
        return self._data(lambda: self._http.post(f"open-apis/{path}", body, params={**_PEOPLE, **params}))

    def rows(
        self, path: str, *, items: str = "items", size: int | None = None, **params: str | int | bool | None
    ) -> Iterator[Raw]:
        """The rows of a list."""
        for page in self.pages(path, size=size, **params):
            yield from parts(page, items)

    def pages(self, path: str, *, size: int | None = None, **params: str | int | bool | None) -> Iterator[Raw]:
        """The pages of a list. One in the middle may be empty.

        :raises SourceError: if it has no end, or promises more without saying where.
        """
        token, seen, empty = "", set[str](), 0
        while True:
            page = self.get(path, page_size=size or self._page_size, page_token=token or None, **params)
            yield page
            token = word(page, "page_token", "next_page_token")
            more = page.get("has_more")
            if more is False or (more is None and not token):
                return
            empty = 0 if any(isinstance(value, list) and value for value in page.values()) else empty + 1
            if not token or token in seen or empty >= EMPTY_IN_A_ROW:
                what = "gives the same page token twice" if token in seen else "promises more and gives nothing"
                raise SourceError(
                    f"{path} {what}; the list would have no end.",
                    subject=self._connection,
                    hint="Try again later; if it stays so, report it to Feishu.",
                )
            seen.add(token)

    def _data(self, ask: Any) -> Raw:
        try:
            answer: Answer = ask()
        except NotThere:
            raise
        except (Refused, NotAllowed) as error:
            answer = error.answer
            if not code_of(answer):
                raise
        code = code_of(answer)
        if code or answer.status >= 400:
            raise self._refusal(answer, code)
        said = answer.json()
        if not isinstance(said, Mapping):
            raise PayloadRejected(f"{answer.place} answers with no object.", subject=self._connection)
        return part(said, "data")

    def _refusal(self, answer: Answer, code: int) -> SourceError:
        """The error behind a code. The words of the answer stay out: they may quote what people wrote."""
        place, who = answer.place, self._connection
        if code in GONE:
            hint = "It was deleted, or the app cannot see it."
            return NotThere(f"{place} is not there (code {code}).", answer=answer, subject=who, hint=hint)
        if code in REFUSED or answer.status == 403:
            scope = code in NO_SCOPE
            what = "the app lacks a scope" if scope else "the app may not read this"
            hint = (
                "Give the app the scopes that coachkit's reference names for this stream, and release a version of it."
                if scope
                else "Share it with the app, or widen the range of contacts that the app may see."
            )
            return NotAllowed(f"{place}: {what} (code {code}).", answer=answer, subject=who, hint=hint)
        hint = "Look the code up at open.feishu.cn (or open.larksuite.com) under error codes."
        return Refused(f"{place} answered with code {code}.", answer=answer, subject=who, hint=hint)
