"""Jira over HTTP: what Cloud (v3) and Data Center (v2) do differently is known here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from coachkit.sdk import (
    Answer,
    BasicAuth,
    BearerToken,
    HttpSource,
    NotAllowed,
    NotThere,
    PayloadRejected,
    Refused,
    SourceError,
    standard_limits,
)
from coachkit_jira.config import JiraConfig
from coachkit_jira.paging import offset_pages, token_pages

__all__ = ["Rest", "limits", "told"]

_SHORTEST_WAIT = 1.0
_USERS_AT_ONCE = 1000
_MEMBERS_AT_ONCE = 50
_CHANGES_AT_ONCE = 1000
_IDS_AT_ONCE = 5000
_IDS_AT_ONCE_ON_DATA_CENTER = 1000
_REMARKS_AT_ONCE = 100


def limits(answer: Answer) -> float | None:
    """As everywhere; but Data Center can answer 429 and say that the wait is over in 0 seconds."""
    wait = standard_limits(answer)
    return max(wait, _SHORTEST_WAIT) if wait is not None and answer.status == 429 else wait


class Rest:
    """Reads one Jira."""

    def __init__(self, connection: str, config: JiraConfig) -> None:
        self._connection = connection
        self._config = config
        user = config.email or config.user
        auth = BasicAuth(user, config.token) if user else BearerToken(config.token)
        self._http = HttpSource(connection, config.base_url, auth=auth, limits=limits)
        self._cloud: bool | None = None if config.deployment == "auto" else config.deployment == "cloud"

    def close(self) -> None:
        self._http.close()

    @property
    def cloud(self) -> bool:
        """Whether it is Jira Cloud; asked once, if nobody said."""
        if self._cloud is None:
            said = _object(self._http.get("rest/api/2/serverInfo"), self._connection)
            self._cloud = said.get("deploymentType") == "Cloud"
        return self._cloud

    def path(self, path: str) -> str:
        """A path of the API that this Jira has."""
        return f"rest/api/{3 if self.cloud else 2}/{path}"

    def get(self, path: str, **asked: str | int | bool | Sequence[str] | None) -> Any:
        """What a path of the API answers."""
        return self._http.get(self.path(path), asked).json()

    def myself(self) -> Mapping[str, Any]:
        """Who we are.

        Searching with a credential that Jira does not know is answered like a stranger's: with what anybody may see,
        often nothing. So this is asked first; it refuses strangers.
        """
        return _object(self._http.get(self.path("myself")), self._connection)

    def fields(self) -> list[Mapping[str, Any]]:
        """All fields, custom ones too."""
        return _objects(self.get("field"))

    def statuses(self) -> list[Mapping[str, Any]]:
        return _objects(self.get("status"))

    def projects(self) -> Iterator[Mapping[str, Any]]:
        """Projects that we may browse."""
        if not self.cloud:
            yield from _objects(self.get("project", expand="description,lead"))
            return
        yield from self._paged("project/search", "values", 50, expand="description,lead")

    def project(self, key: str) -> Any:
        return self.get(f"project/{key}")

    def users(self) -> Iterator[Mapping[str, Any]]:
        """The directory. Cloud leaves people out after it has cut the page, so a short page is not the last."""
        size, empty, start = _USERS_AT_ONCE, 0, 0
        while empty < (2 if self.cloud else 1):
            if self.cloud:
                page = _objects(self.get("users/search", startAt=start, maxResults=size))
            else:
                everyone = {"username": ".", "includeInactive": "true"}
                page = _objects(self.get("user/search", startAt=start, maxResults=size, **everyone))
            yield from page
            empty = 0 if page else empty + 1
            start += size if self.cloud else len(page)

    def search(self, jql: str, fields: Sequence[str], size: int) -> Iterator[tuple[list[Any], int | None]]:
        """Pages of issues, and how many there are in all, if Jira tells.

        On Data Center pages overlap, so that nothing is lost when an issue leaves an earlier page meanwhile; the same
        issue can come twice.
        """
        if self.cloud:
            for page in token_pages(lambda token: self._page(jql, fields, size, token), self._connection):
                yield _list(page, "issues", self._connection), None
            return

        def at(start: int) -> tuple[list[Any], int | None]:
            expand = "changelog" if "status" in fields else None
            asked = {"jql": jql, "fields": ",".join(fields), "expand": expand}
            answer = self._http.get("rest/api/2/search", {**asked, "startAt": start, "maxResults": size})
            page = _object(answer, self._connection)
            total = page.get("total")
            return _list(page, "issues", self._connection), total if isinstance(total, int) else None

        yield from offset_pages(at, _id_of, self._connection)

    def ids(self, jql: str) -> Iterator[str]:
        """The ids of all issues that a query finds."""
        for page, _ in self.search(jql, ["id"], _IDS_AT_ONCE if self.cloud else _IDS_AT_ONCE_ON_DATA_CENTER):
            yield from (str(raw["id"]) for raw in page if isinstance(raw, Mapping) and raw.get("id"))

    def count(self, jql: str) -> int | None:
        """About how many issues a query finds (Cloud); ``None`` if Jira does not say."""
        try:
            said = _object(self._http.post(self.path("search/approximate-count"), {"jql": jql}), self._connection)
        except PayloadRejected:
            return None
        count = said.get("count")
        return count if isinstance(count, int) else None

    def issue(self, issue_id: str, fields: Sequence[str]) -> Mapping[str, Any]:
        """One issue."""
        expand = None if self.cloud else "changelog"
        answer = self._http.get(
            self.path(f"issue/{issue_id}"), {"fields": ",".join(fields), "expand": expand, "updateHistory": False}
        )
        return _object(answer, self._connection)

    def changes(self, issue_ids: Sequence[str]) -> dict[str, list[Any]]:
        """All changes of issues, raw, by issue id (Cloud); each once, also where two pages have it."""
        found: dict[str, dict[object, Any]] = {one: {} for one in issue_ids}
        if not issue_ids:
            return {}

        def ask(token: str | None) -> Mapping[str, Any]:
            body: dict[str, Any] = {"issueIdsOrKeys": list(issue_ids), "maxResults": _CHANGES_AT_ONCE}
            if token:
                body["nextPageToken"] = token
            return _object(self._http.post(self.path("changelog/bulkfetch"), body), self._connection)

        for page in token_pages(ask, self._connection):
            for log in _list(page, "issueChangeLogs", self._connection):
                changes = log.get("changeHistories") if isinstance(log, Mapping) else None
                of_issue = found.setdefault(str(log.get("issueId")), {}) if isinstance(changes, list) else {}
                of_issue.update((_id_of(one) or len(of_issue), one) for one in changes or ())
        return {issue_id: list(changes.values()) for issue_id, changes in found.items()}

    def remarks(self, issue_id: str, what: str) -> list[Any]:
        """All comments, or all worklogs, of an issue."""
        return list(self._paged(f"issue/{issue_id}/{what}", f"{what}s", _REMARKS_AT_ONCE))

    def boards(self) -> Iterator[Mapping[str, Any]]:
        yield from self._paged("rest/agile/1.0/board", "values", 50, whole=True)

    def board_projects(self, board: str) -> list[Mapping[str, Any]]:
        return list(self._paged(f"rest/agile/1.0/board/{board}/project", "values", 50, whole=True))

    def sprints(self, board: str, *, state: str | None) -> Iterator[Mapping[str, Any]]:
        yield from self._paged(f"rest/agile/1.0/board/{board}/sprint", "values", 50, whole=True, state=state)

    def sprint(self, sprint_id: str) -> Any:
        return self._http.get(f"rest/agile/1.0/sprint/{sprint_id}").json()

    def members(self, *, name: str | None, group_id: str | None) -> Iterator[Mapping[str, Any]]:
        """Active members of a group."""
        which = {"groupId": group_id} if group_id and self.cloud else {"groupname": name or group_id}
        yield from self._paged("group/member", "values", _MEMBERS_AT_ONCE, **which)

    def level_members(self) -> Iterator[Mapping[str, Any]]:
        """Who is in which level of issue security (Cloud)."""
        yield from self._paged("issuesecurityschemes/level/member", "values", 50)

    def _page(self, jql: str, fields: Sequence[str], size: int, token: str | None) -> Mapping[str, Any]:
        body: dict[str, Any] = {"jql": jql, "fields": list(fields), "maxResults": size}
        if token:
            body["nextPageToken"] = token
        return _object(self._http.post(self.path("search/jql"), body), self._connection)

    def _paged(
        self, path: str, name: str, size: int, *, whole: bool = False, **asked: str | int | bool | None
    ) -> Iterator[Mapping[str, Any]]:
        """A list in pages by number, whichever way it says that a page is the last; an empty one is."""

        def at(start: int) -> tuple[list[Any], int | None]:
            parameters = {**asked, "startAt": start, "maxResults": size}
            answer = self._http.get(path if whole else self.path(path), parameters)
            page = _object(answer, self._connection)
            values = _list(page, name, self._connection)
            total = page.get("total")
            if page.get("isLast") is True:
                return values, start + len(values)
            return values, total if isinstance(total, int) and not isinstance(total, bool) else None

        for page, _ in offset_pages(at, _id_of, self._connection, overlap=0):
            yield from (one for one in page if isinstance(one, Mapping))


def _id_of(raw: Any) -> object:
    return raw.get("id") if isinstance(raw, Mapping) else None


def _object(answer: Answer, connection: str) -> Mapping[str, Any]:
    body = answer.json()
    if not isinstance(body, dict):
        raise PayloadRejected(f"{answer.place} is no JSON object.", subject=connection, hint=_HINT)
    return body


def _objects(body: Any) -> list[Mapping[str, Any]]:
    return [one for one in body if isinstance(one, dict)] if isinstance(body, list) else []


def _list(page: Mapping[str, Any], name: str, connection: str) -> list[Any]:
    value = page.get(name)
    if not isinstance(value, list):
        raise PayloadRejected(f"a page of Jira has no list of {name}.", subject=connection, hint=_HINT)
    return value


_HINT = "Is base_url the address of Jira, such as https://company.atlassian.net?"


def told(error: SourceError) -> bool:
    """Jira answered, and says no: not there, not allowed, or not so. An outage is none of these."""
    return isinstance(error, NotAllowed | NotThere | Refused)
