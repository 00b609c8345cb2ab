"""A source over HTTP: its errors as ours, waits and retries, one host only, and a budget for it.

=====================  ===================================================================================
answer                 what it becomes
=====================  ===================================================================================
401                    the credential is refreshed once, then ``AuthFailed``
403                    ``NotAllowed`` (an ``AuthFailed``), unless the limit rule says to wait
404, 410               ``NotThere`` with the status
other 4xx              ``Refused`` with the answer
429 and other limits   waited for up to ``longest_wait``, a few times; then ``RateLimited``
301, 302, 307, 308     followed on the same host, at most five times; ``Answer.url`` and ``Answer.moved`` tell
5xx, timeout, broken   tried again with backoff; then ``SourceUnavailable``
=====================  ===================================================================================

A redirect or link to another host is a ``SourceError``; nothing is sent there.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import httpx2
import stamina

from coachkit.errors import AuthFailed, ConfigError, PayloadRejected, RateLimited, SourceError, SourceUnavailable
from coachkit.sdk.addresses import checked_url, is_loopback, origin_of
from coachkit.sdk.answers import Answer, NotAllowed, NotThere, Refused, place_of
from coachkit.sdk.clock import clock
from coachkit.sdk.credentials import Auth
from coachkit.sdk.etags import ETags
from coachkit.sdk.rate import LimitRule, announced_wait, budget_of, standard_limits

__all__ = ["HttpSource"]

LONGEST_WAIT = 60.0
"""A source that asks for more than this is left alone until the next sync."""
LARGEST = 64 * 1024 * 1024
MOST_REDIRECTS = 5
MOST_LIMITS = 4
"""So often in a row a request is told to wait before it is given up."""

Parameters = Mapping[str, str | int | bool | Sequence[str] | None]


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: httpx2.URL
    headers: Mapping[str, str] = field(repr=False)
    json: Any = field(default=None, repr=False)
    again: bool = True
    etag: bool = False
    moved: bool = False


class HttpSource:
    """One source over HTTP for one connection.

    :param base_url: where relative paths begin; ``http`` only on loopback.
    :param auth: who asks. Its headers go to the host of ``base_url`` and to no other.
    :param headers: more headers of every request.
    :param limits: whether an answer is a limit, and how many seconds to wait.
    :param expired: whether an answer says that the credential is stale (401); it is then refreshed, once a request.
    :param etags: where ETags are kept for requests that ask for it.
    :param timeout: seconds for connecting and between two parts of an answer; a whole answer may take four times that.
    :param largest: most bytes of an answer.
    :param attempts: tries where trying again can help.
    :param longest_wait: most seconds to wait at once because the source said so.
    :param rate: most requests a second that this host should get from the whole process; without it, one after another.
    """

    def __init__(
        self,
        connection: str,
        base_url: str,
        *,
        auth: Auth,
        headers: Mapping[str, str] | None = None,
        limits: LimitRule = standard_limits,
        expired: Callable[[Answer], bool] = lambda answer: answer.status == 401,
        etags: ETags | None = None,
        timeout: float = 30.0,
        largest: int = LARGEST,
        attempts: int = 5,
        longest_wait: float = LONGEST_WAIT,
        rate: float | None = None,
    ) -> None:
        self.etags = etags if etags is not None else ETags()
        self._who = connection
        self._base = checked_url(base_url)
        self._origin = origin_of(httpx2.URL(self._base))
        self._auth = auth
        self._headers = {"Accept": "application/json", "User-Agent": "coachkit", **(headers or {})}
        self._limits = limits
        self._expired = expired
        self._largest = largest
        self._attempts = attempts
        self._longest_wait = longest_wait
        self._budget = budget_of(self._origin)
        if rate is not None:
            self._budget.limit(rate, max(1.0, rate))
        patience = clock().patience(timeout)
        self._longest_answer = 4 * patience
        loopback = is_loopback(httpx2.URL(self._base).host)
        self._client = httpx2.Client(
            timeout=httpx2.Timeout(patience, connect=min(10.0, patience)),
            follow_redirects=False,
            verify=_trust(self._base.startswith("https:")),
            trust_env=not loopback,  # a proxy stands between us and other machines only
        )

    def __repr__(self) -> str:
        return f"HttpSource({self._who!r}, {self._base!r})"

    def close(self) -> None:
        """Let go of the sockets."""
        self._client.close()

    def get(
        self,
        path_or_url: str,
        params: Parameters | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        etag: bool = False,
    ) -> Answer:
        """Read an address: a path under the base URL, or a whole URL on the same host.

        :param params: for the query, beside what the URL has; ``None`` leaves one out.
        :param etag: ask whether anything changed since the last time; ``Answer.unchanged`` tells.
        :raises SourceError: as the table of this module says.
        """
        request = _Request("GET", self._url(path_or_url, params), dict(headers or {}), etag=etag)
        return self._ask(request)

    def post(
        self,
        path_or_url: str,
        json: Any = None,
        *,
        params: Parameters | None = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool = True,
    ) -> Answer:
        """Ask with a body of JSON.

        :param idempotent: asking twice does no harm (a search). Otherwise it is tried once, and
            again only after a limit.
        :raises SourceError: as the table of this module says.
        """
        request = _Request(
            "POST", self._url(path_or_url, params), dict(headers or {}), {} if json is None else json, again=idempotent
        )
        return self._ask(request)

    def _url(self, path_or_url: str, params: Parameters | None) -> httpx2.URL:
        whole = "://" in path_or_url.partition("?")[0]
        try:
            url = httpx2.URL(path_or_url if whole else f"{self._base}/{path_or_url.lstrip('/')}")
            asked = {name: _word(value) for name, value in (params or {}).items() if value is not None}
            url = url.copy_merge_params(asked) if asked else url
        except httpx2.InvalidURL:
            raise SourceError("an address of the source is no URL.", subject=self._who) from None
        self._stay_here(url, "the address that it gave")
        return url

    def _stay_here(self, url: httpx2.URL, what: str) -> None:
        if origin_of(url) != self._origin or url.userinfo:
            place = f"{url.scheme}://{url.netloc.decode('ascii', 'replace')}{url.path}"[:200]
            raise SourceError(
                f"{what} leads to another host ({place}); the credential is not sent there.",
                subject=self._who,
                hint=f"If that is the right place, make it the base_url instead of {self._base}.",
            )

    # one request, with everything that can happen to it

    def _ask(self, request: _Request) -> Answer:
        limited = redirects = 0
        refreshed = False
        while True:
            answer = self._persist(request)
            wait = self._limits(answer)
            if wait is not None:
                limited += 1
                self._wait(answer, max(wait, wait * 2.0 ** (limited - 1)), limited)
            elif not refreshed and self._expired(answer) and self._auth.refresh():
                refreshed = True
            elif answer.status in (301, 302, 303, 307, 308):
                redirects += 1
                request = self._follow(request, answer, redirects)
            else:
                self._note(answer)
                return self._finish(request, answer)

    def _wait(self, answer: Answer, wait: float, limited: int) -> None:
        """The source asked us to wait: so does everybody else with this credential."""
        self._pause(wait)
        if wait > self._longest_wait or limited >= MOST_LIMITS:
            raise self._limited(f"{answer.place}: too many requests.", wait)

    def _limited(self, message: str, wait: float) -> RateLimited:
        hint = f"The next sync goes on; the source wants {wait:.0f} seconds."
        return RateLimited(message, subject=self._who, retry_after=wait, hint=hint)

    def _pause(self, seconds: float) -> None:
        self._budget.pause(clock().seconds(), seconds, self._credential)

    @property
    def _credential(self) -> str:
        """Whose pauses these are."""
        return self._auth.fingerprint

    def _note(self, answer: Answer) -> None:
        """Nothing remains: better to wait now than to be refused next time."""
        wait = announced_wait(answer) if "retry-after" not in answer.headers else None
        if wait:
            self._pause(wait)

    def _follow(self, request: _Request, answer: Answer, redirects: int) -> _Request:
        place = answer.headers.get("location", "")
        changes_method = answer.status not in (307, 308) and request.method != "GET"
        if not place or redirects > MOST_REDIRECTS or changes_method:
            raise SourceError(
                f"{answer.place} answers with a redirect ({answer.status}) that cannot be followed.",
                subject=self._who,
                hint="Is base_url the address of the API itself?",
            )
        try:
            url = httpx2.URL(answer.url).join(place)
        except httpx2.InvalidURL:
            raise SourceError(f"{answer.place} redirects to what is no URL.", subject=self._who) from None
        self._stay_here(url, f"a redirect of {answer.place}")
        return replace(request, url=url, moved=request.moved or answer.status in (301, 308))

    def _finish(self, request: _Request, answer: Answer) -> Answer:
        if (answer.status < 300 or answer.unchanged) and not self._expired(answer):
            if request.etag and answer.status == 200:
                self.etags.put(self._auth.fingerprint, str(request.url), answer.headers.get("etag"))
            return answer
        raise self._refusal(answer)

    def _refusal(self, answer: Answer) -> SourceError:
        status, place, who = answer.status, answer.place, self._who
        if status == 401 or self._expired(answer):
            where = getattr(self._auth, "where", "")
            hint = f"Is the credential{f' at {where}' if where else ''} still valid?"
            return AuthFailed(f"{place}: the credential was refused ({status}).", subject=who, hint=hint)
        if status == 403:
            hint = "Give the credential the scopes that coachkit's reference names for this connector."
            return NotAllowed(f"{place}: the credential may not read this.", answer=answer, subject=who, hint=hint)
        if status in (404, 410):
            said = "is not there" if status == 404 else "is gone for good"
            hint = "Is base_url right, and may the credential see it?"
            return NotThere(f"{place} {said} ({status}).", answer=answer, subject=who, hint=hint)
        hint = "Is base_url the address of the API?"
        return Refused(f"{place} answered {status}.", answer=answer, subject=who, hint=hint)

    # one try

    def _persist(self, request: _Request) -> Answer:
        """An answer that arrived whole; tried again where that can help."""
        attempts = self._attempts if request.again else 1
        for attempt in stamina.retry_context(
            on=SourceUnavailable, attempts=attempts, timeout=None, wait_initial=0.3, wait_max=10.0
        ):
            with attempt:
                return self._try(request)
        raise AssertionError("the last attempt raises")

    def _try(self, request: _Request) -> Answer:
        self._budgeted(request)
        headers = httpx2.Headers({**self._headers, **request.headers})
        known = self.etags.get(self._auth.fingerprint, str(request.url)) if request.etag else None
        if known:
            headers["If-None-Match"] = known
        body = {"json": request.json} if request.method == "POST" else {}
        try:
            sent = self._client.build_request(request.method, request.url, headers=headers, **body)
            sent.headers.update(self._credentials())
            response = self._client.send(sent, stream=True)
            try:
                answer = self._read(request, response)
            finally:
                response.close()
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise SourceUnavailable(
                f"{place_of(str(request.url))} does not answer whole ({type(error).__name__}).",
                subject=self._who,
                hint="Check the address, the network and the certificate.",
            ) from None
        if answer.status >= 500 and self._limits(answer) is None:
            raise SourceUnavailable(
                f"{answer.place} failed with {answer.status}.", subject=self._who, hint="Try again later."
            )
        return answer

    def _credentials(self) -> Mapping[str, str]:
        headers = self._auth.headers()
        if not all(value.isascii() and value.isprintable() for value in headers.values()):
            where = getattr(self._auth, "where", "")
            raise ConfigError(
                f"the credential{f' at {where}' if where else ''} has characters that no header can carry.",
                subject=self._who,
                hint="Was more than the token copied: a line break, or words beside it?",
            )
        return headers

    def _budgeted(self, request: _Request) -> None:
        now = clock().seconds()
        pause = self._budget.paused(now, self._credential)
        if pause > self._longest_wait:
            raise self._limited(
                f"{place_of(str(request.url))} is not asked: nothing remains of what we may ask.", pause
            )
        wait = self._budget.take(now, self._credential)
        if wait > 0:
            clock().sleep(wait)

    def _read(self, request: _Request, response: httpx2.Response) -> Answer:
        body = b"".join(self._parts(request, response))
        answer = Answer(
            who=self._who,
            status=response.status_code,
            headers=response.headers,
            url=str(request.url),
            body=body,
            moved=request.moved,
        )
        if response.is_success and body and "json" in response.headers.get("content-type", ""):
            try:
                answer.json()
            except PayloadRejected as error:  # it says that it is JSON: something cut it
                raise SourceUnavailable(f"{answer.place} broke off.", subject=self._who, hint=error.hint) from None
        return answer

    def _parts(self, request: _Request, response: httpx2.Response) -> Iterator[bytes]:
        began, size = clock().seconds(), 0
        for part in response.iter_bytes():
            size += len(part)
            if size > self._largest:
                raise PayloadRejected(
                    f"{place_of(str(request.url))} answers with more than {self._largest // 2**20} MB.",
                    subject=self._who,
                    hint="Set a smaller page size.",
                )
            if clock().seconds() - began > self._longest_answer:
                raise httpx2.ReadTimeout("the whole answer took too long")
            yield part


@cache
def _trust(encrypted: bool) -> ssl.SSLContext:
    """Whom to trust, read once a process: that takes longer than a request."""
    return httpx2.create_ssl_context() if encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _word(value: str | int | bool | Sequence[str]) -> str | list[str]:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int) else list(value)


def _without_queries(record: logging.LogRecord) -> bool:
    """The client logs addresses; what was asked of them may name people or be a secret."""
    if isinstance(record.args, tuple):
        record.args = tuple(place_of(str(one)) if isinstance(one, httpx2.URL) else one for one in record.args)
    return True


logging.getLogger("httpx2").addFilter(_without_queries)
