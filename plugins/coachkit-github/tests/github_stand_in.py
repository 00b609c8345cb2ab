"""GitHub on loopback: REST and GraphQL as far as the connector asks, over a state that remembers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

import github_forms as forms
from github_state import GitHubState, Raw, Repo
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from coachkit.sdk.testing import Fault, Request, Response, StandIn

__all__ = ["GitHubStandIn"]

NOT_FOUND = Response.of({"message": "Not Found", "documentation_url": "https://docs.github.com/rest"}, 404)


class GitHubStandIn(StandIn):
    """A server. ``page_size`` is the most that it gives at once, whatever is asked for.

    :ivar elsewhere: names of repositories that the App is not installed on.
    :ivar tags: answer with ETags, and with 304 where nothing has changed.
    :ivar shown_url: what it takes for its own address, where others come through a proxy.
    :ivar gone: paths below a repository that are switched off (410), such as ``issues``.
    :ivar blocked: names of repositories that are blocked (451). ``hidden``, ``removed``: of others, 404 and 410.
    """

    knows = frozenset({Fault.REPEATED_TOKEN, Fault.EMPTY_PAGE, Fault.NO_LAST_MARK, Fault.FOREIGN_NEXT})
    limits: ClassVar = (
        (Response.of({"message": "You have exceeded a secondary rate limit."}, 403), 60.0),
        (Response.of({"message": "You have exceeded a secondary rate limit."}, 403, Retry_After="7"), 7.0),
        (Response.of({"message": "API rate limit exceeded"}, 429), 60.0),
    )
    strange_values: ClassVar = {
        "author_association": "QUANTUM",
        "event": "entangled",
        "type": "Hologram",
        "privacy": "fog",
    }

    def __init__(self, state: GitHubState | None = None, page_size: int = 3) -> None:
        super().__init__()
        self.state = state or GitHubState()
        self.page_size = page_size
        self.gone: set[str] = set()
        self.blocked: set[str] = set()
        self.hidden: set[str] = set()
        self.removed: set[str] = set()
        self.app_key: RSAKey | None = None
        self.tokens_traded = 0
        self.graphql_away = False
        self.shown_url: str | None = None
        self.tags = True
        self.elsewhere: set[str] = set()

    # who asks

    def authorized(self, request: Request) -> bool:
        if request.path.startswith("/app") or request.path.endswith("/installation"):
            return self._is_app(request)
        return request.carried_secret

    def _is_app(self, request: Request) -> bool:
        if self.app_key is None:
            return False
        try:
            token = jwt.decode(request.headers.get("authorization", "").removeprefix("Bearer "), self.app_key)
        except (JoseError, ValueError):
            return False
        return token.claims.get("iss") == "Iv1.app"

    # routes

    def respond(self, request: Request) -> Response:
        if request.path == "/graphql":
            return self._graphql(request)
        path = self._canonical(request.path)
        if isinstance(path, Response):
            return path
        for pattern, answer in _ROUTES:
            if found := pattern.fullmatch(path):
                return self._tagged(request, answer(self, request, **found.groupdict()))
        return NOT_FOUND

    def _canonical(self, path: str) -> str | Response:
        """Old names lead elsewhere, by a redirect; ids are names of today."""
        if found := re.match(r"/repositories/(\d+)(/.*)?$", path):
            repo = self.state.repos.get(int(found[1]))
            if repo is None:
                return NOT_FOUND
            path = f"/repos/{repo.name}{found[2] or ''}"
        if found := re.match(r"/repos/([^/]+/[^/]+)(/.*)?$", path):
            name, rest = found[1], found[2] or ""
            if name in self.removed:
                return Response.of({"message": "Gone"}, 410)
            if name in self.blocked:
                return Response.of({"message": "Repository access blocked"}, 451)
            if name in self.hidden:
                return NOT_FOUND
            if self.state.named(name) is None and name in self.state.moved:
                return Response(301, {"Location": f"{self.url}/repositories/{self.state.moved[name]}{rest}"})
            if rest.strip("/") in self.gone:
                return Response.of({"message": "Issues has been disabled in this repository."}, 410)
        return path

    def _tagged(self, request: Request, response: Response) -> Response:
        if response.status != 200 or request.method != "GET" or not self.tags:
            return response
        etag = f'W/"{hashlib.sha256(response.body).hexdigest()[:20]}"'
        if request.headers.get("if-none-match") == etag:
            return Response(304, {"ETag": etag})
        return Response(200, {**response.headers, "ETag": etag}, response.body)

    def _page(self, request: Request, items: Iterable[Any], wrap: Callable[[list[Any]], Any] = list) -> Response:
        """One page of a list, with a ``Link`` to the next."""
        whole = list(items)
        page, size = int(request.query.get("page", 1)), min(int(request.query.get("per_page", 30)), self.page_size)
        shown = whole[(page - 1) * size : page * size]
        more = page * size < len(whole)
        following = {**request.query, "page": str(page + 1)}
        if request.suffers(Fault.EMPTY_PAGE):
            shown, more, following = [], True, {**request.query, "after_hole": "1"}
        if request.suffers(Fault.REPEATED_TOKEN):
            more, following = True, dict(request.query)
        if request.suffers(Fault.NO_LAST_MARK):
            more = True
        if not more and not request.suffers(Fault.FOREIGN_NEXT):
            return Response.of(wrap(shown))
        host = self.foreign_url if request.suffers(Fault.FOREIGN_NEXT) else self.shown_url or self.url
        query = "&".join(f"{name}={value}" for name, value in following.items())
        return Response.of(wrap(shown), Link=f'<{host}{request.path}?{query}>; rel="next"')

    def _repo(self, name: str) -> Repo:
        found = self.state.named(name)
        if found is None:
            raise _Missing
        return found

    # repositories and people

    def _one_repo(self, request: Request, repo: str) -> Response:
        return Response.of(self._repo(repo).raw)

    def _org_repos(self, request: Request, org: str) -> Response:
        listed = [repo.raw for repo in self.state.repos.values() if repo.name not in self.hidden]
        return self._page(request, listed)

    def _installation_repos(self, request: Request) -> Response:
        listed = [repo.raw for repo in self.state.repos.values() if repo.name not in self.elsewhere]
        return self._page(request, listed, lambda page: {"total_count": len(listed), "repositories": page})

    def _collaborators(self, request: Request, repo: str) -> Response:
        listed = self._repo(repo).collaborators
        return self._page(request, [{**self.state.stub(login), "role_name": "write"} for login in listed])

    def _teams(self, request: Request, org: str) -> Response:
        alone = ("created_at", "updated_at", "members_count", "repos_count", "organization")
        return self._page(request, [_without(team, alone) for team in self.state.teams.values()])

    def _team(self, request: Request, org: str, slug: str) -> Response:
        return _found(self.state.teams.get(slug))

    def _team_members(self, request: Request, org: str, slug: str) -> Response:
        role = request.query.get("role", "all")
        members = self.state.members.get(slug)
        if members is None:
            return NOT_FOUND
        return self._page(request, [self.state.stub(who) for who, has in members.items() if role in ("all", has)])

    def _team_repos(self, request: Request, org: str, slug: str) -> Response:
        return self._page(request, [repo.raw for repo in self.state.repos.values()])

    def _org_members(self, request: Request, org: str) -> Response:
        people = [who for who, user in self.state.users.items() if user["type"] == "User" and who != org]
        return self._page(request, [self.state.stub(who) for who in people])

    def _user(self, request: Request, who: str) -> Response:
        found = next((one for one in self.state.users.values() if who in (str(one["id"]), one["login"])), None)
        if found is None:
            return NOT_FOUND
        return Response.of({**forms.user_form(self.state.url, found["login"]), **forms.profile_form(), **found})

    def _org(self, request: Request, org: str) -> Response:
        stub = self.state.stub(org)
        return Response.of({**stub, **forms.organisation_form(self.state.url, org)})

    # issues, pull requests and what is said

    def _issues(self, request: Request, repo: str) -> Response:
        return self._page(request, self._sorted(request, self._repo(repo).issues.values()))

    def _issue(self, request: Request, repo: str, number: str) -> Response:
        moved = self.state.moved_issues.get((repo, int(number)))
        if moved:
            return Response(301, {"Location": f"{self.url}/repos/{moved[0]}/issues/{moved[1]}"})
        return _found(self._repo(repo).issues.get(int(number)))

    def _timeline(self, request: Request, repo: str, number: str) -> Response:
        return self._page(request, self._repo(repo).timelines.get(int(number), []))

    def _pulls(self, request: Request, repo: str) -> Response:
        hidden = ("merged_by", "changed_files")
        listed = self._sorted(request, self._repo(repo).pulls.values())
        return self._page(request, [_without(one, hidden) for one in listed])

    def _pull(self, request: Request, repo: str, number: str) -> Response:
        found = self._repo(repo).pulls.get(int(number))
        if found is None:
            return NOT_FOUND
        remarks = [one for one in self._repo(repo).remarks.values() if one["pull_request_url"] == found["url"]]
        more = {**forms.pull_counts(len(remarks)), "merged": bool(found["merged_at"])}
        return Response.of({"merged_by": None, **found, **more})

    def _reviews(self, request: Request, repo: str, number: str) -> Response:
        return self._page(request, self._repo(repo).reviews.get(int(number), []))

    def _comments(self, request: Request, repo: str) -> Response:
        return self._page(request, self._sorted(request, self._repo(repo).comments.values()))

    def _comment(self, request: Request, repo: str, number: str) -> Response:
        return _found(self._repo(repo).comments.get(int(number)))

    def _remarks(self, request: Request, repo: str) -> Response:
        return self._page(request, self._sorted(request, self._repo(repo).remarks.values()))

    def _remarks_on(self, request: Request, repo: str, number: str) -> Response:
        found = self._repo(repo)
        url = found.pulls[int(number)]["url"]
        return self._page(request, [one for one in found.remarks.values() if one["pull_request_url"] == url])

    def _remark(self, request: Request, repo: str, number: str) -> Response:
        return _found(self._repo(repo).remarks.get(int(number)))

    def _commit_comments(self, request: Request, repo: str) -> Response:
        return self._page(request, self._repo(repo).commit_comments.values())

    def _commit_comment(self, request: Request, repo: str, number: str) -> Response:
        return _found(self._repo(repo).commit_comments.get(int(number)))

    def _sorted(self, request: Request, items: Iterable[Raw]) -> list[Raw]:
        query = request.query
        by = "updated_at" if query.get("sort") == "updated" else "created_at"
        state, since = query.get("state", "all"), query.get("since")
        kept = [
            one for one in items if state in ("all", one.get("state")) and (not since or one["updated_at"] >= since)
        ]
        return sorted(kept, key=lambda one: (one[by], one["id"]), reverse=query.get("direction") == "desc")

    # commits

    def _commits(self, request: Request, repo: str) -> Response:
        commits = self._repo(repo).commits
        if not commits:
            return Response.of({"message": "Git Repository is empty."}, 409)
        sha = request.query.get("sha", "main")
        end = next((place for place, one in enumerate(commits, 1) if one["sha"] == sha), len(commits))
        return self._page(request, reversed(commits[:end]))

    def _commit(self, request: Request, repo: str, sha: str) -> Response:
        return _found(next((one for one in self._repo(repo).commits if one["sha"] == sha), None))

    def _compare(self, request: Request, repo: str, base: str, head: str) -> Response:
        found = self._repo(repo)
        line = lost_or(found, head)
        shas = [one["sha"] for one in lost_or(found, base)]
        if base not in shas or head not in [one["sha"] for one in line]:
            return NOT_FOUND
        known = set(shas[: shas.index(base) + 1])
        new = [one for one in line if one["sha"] not in known]
        behind = base not in {one["sha"] for one in line}
        status = "diverged" if behind else "ahead" if new else "identical"
        own = f"{self.state.url}/repos/{repo}/compare/{base}...{head}"
        addresses = dict.fromkeys(("url", "html_url", "permalink_url", "diff_url", "patch_url"), own)
        mergebase = next(one for one in lost_or(found, base) if one["sha"] == base)
        told = {
            **addresses,
            "base_commit": mergebase,
            "merge_base_commit": mergebase,
            "status": status,
            "ahead_by": len(new),
            "behind_by": int(behind),
            "total_commits": len(new),
            "files": [],
        }
        return self._page(request, new, lambda page: {**told, "commits": page})

    # apps and deliveries

    def _installation(self, request: Request, **_: str) -> Response:
        return Response.of({"id": 77, "app_id": 5})

    def _access_token(self, request: Request, number: str) -> Response:
        self.tokens_traded += 1
        ends = datetime.now().astimezone() + timedelta(hours=1)
        return Response.of({"token": self.token, "expires_at": ends.isoformat()}, 201)

    def _hooks(self, request: Request, **_: str) -> Response:
        return self._page(request, [{"id": 9, "active": True}])

    def _hook_deliveries(self, request: Request, **_: str) -> Response:
        listed = [_without(one, ("request", "response")) for one in reversed(self.state.deliveries)]
        return self._page(request, listed)

    def _hook_delivery(self, request: Request, number: str, **_: str) -> Response:
        return _found(next((one for one in self.state.deliveries if one["id"] == int(number)), None))

    # GraphQL

    def _graphql(self, request: Request) -> Response:
        asked = request.json()
        name = re.match(r"\s*query (\w+)", asked["query"])
        if self.graphql_away or name is None:
            return NOT_FOUND
        try:
            data = getattr(self, f"_ask_{name[1].lower()}")(request, asked["variables"])
        except _Missing:
            return Response.of({"data": None, "errors": [{"type": "NOT_FOUND", "message": "No such thing"}]})
        return Response.of({"data": data})

    def _nodes(self, request: Request, items: Iterable[Any], after: str | None) -> Raw:
        whole, start = list(items), int(after or 0)
        end, shown = start + self.page_size, whole[start : start + self.page_size]
        more = end < len(whole)
        if request.suffers(Fault.EMPTY_PAGE):
            shown, more, end = [], True, start
        if request.suffers(Fault.NO_LAST_MARK):
            more = True
        cursor = str(after or 0) if request.suffers(Fault.REPEATED_TOKEN) else str(end)
        if request.suffers(Fault.REPEATED_TOKEN):
            more = True
        return {"pageInfo": {"hasNextPage": more, "endCursor": cursor}, "nodes": shown}

    def _ask_members(self, request: Request, asked: Mapping[str, Any]) -> Raw:
        users = [one for one in self.state.users.values() if one["type"] == "User" and one["login"] != asked["login"]]
        nodes = [
            {
                "databaseId": one["id"],
                "login": one["login"],
                "name": one["name"],
                "email": one["email"] or "",
                "updatedAt": one["updated_at"],
                "organizationVerifiedDomainEmails": [f"{one['login']}@acme.example"],
            }
            for one in users
        ]
        return {"organization": {"membersWithRole": self._nodes(request, nodes, asked["after"])}}

    def _ask_threads(self, request: Request, asked: Mapping[str, Any]) -> Raw:
        repo = self._repo(f"{asked['owner']}/{asked['name']}")
        threads = self._threads_of(repo, asked["number"])
        return {"repository": {"pullRequest": {"reviewThreads": self._nodes(request, threads, asked["after"])}}}

    def _threads_of(self, repo: Repo, number: int) -> list[Raw]:
        url = repo.pulls[number]["url"]
        remarks = [one for one in repo.remarks.values() if one["pull_request_url"] == url]
        threads = []
        for first in (one for one in remarks if "in_reply_to_id" not in one):
            whole = [first, *(one for one in remarks if one.get("in_reply_to_id") == first["id"])]
            by = repo.resolved.get(first["id"])
            said = [
                {
                    "author": self.state.actor(one["user"]["login"]),
                    "updatedAt": one["updated_at"],
                    "url": one["html_url"],
                }
                for one in whole
            ]
            resolved = {"isResolved": by is not None, "resolvedBy": self.state.actor(by) if by else None}
            threads.append({"id": f"PRRT_{first['id']}", **resolved, "comments": {"nodes": said}})
        return threads

    def _ask_discussions(self, request: Request, asked: Mapping[str, Any]) -> Raw:
        repo = self._repo(f"{asked['owner']}/{asked['name']}")
        by = "updatedAt" if asked["order"]["field"] == "UPDATED_AT" else "createdAt"
        newest = asked["order"]["direction"] == "DESC"
        listed = sorted(repo.discussions.values(), key=lambda one: (one[by], one["number"]), reverse=newest)
        whole = [self._discussion_of(repo, one, None) for one in listed]
        return {"repository": {"discussions": self._nodes(request, whole, asked["after"])}}

    def _ask_discussion(self, request: Request, asked: Mapping[str, Any]) -> Raw:
        repo = self._repo(f"{asked['owner']}/{asked['name']}")
        if asked["number"] not in repo.discussions:
            raise _Missing
        whole = self._discussion_of(repo, repo.discussions[asked["number"]], asked["after"])
        return {"repository": {"discussion": whole}}

    def _discussion_of(self, repo: Repo, raw: Raw, after: str | None) -> Raw:
        said = [self._said_of(one) for one in repo.said[raw["number"]]]
        return {**raw, "comments": self._few(said, after)}

    def _said_of(self, raw: Raw) -> Raw:
        return {**raw, "replies": self._few(raw["replies"], None)}

    def _few(self, items: list[Raw], after: str | None) -> Raw:
        start = int(after or 0)
        info = {"hasNextPage": start + 2 < len(items), "endCursor": str(start + 2)}
        return {"pageInfo": info, "nodes": items[start : start + 2]}

    def _ask_replies(self, request: Request, asked: Mapping[str, Any]) -> Raw:
        for repo in self.state.repos.values():
            for raw in (one for said in repo.said.values() for one in said):
                if raw["id"] == asked["id"]:
                    return {"node": {"replies": self._few(raw["replies"], asked["after"])}}
        raise _Missing

    def _ask_reviewids(self, request: Request, asked: Mapping[str, Any]) -> Raw:
        repo = self._repo(f"{asked['owner']}/{asked['name']}")
        nodes = []
        for number in repo.pulls:
            reviews = [{"databaseId": one["id"]} for one in repo.reviews[number]]
            threads = [{"id": one["id"], "isResolved": one["isResolved"]} for one in self._threads_of(repo, number)]
            none = {"pageInfo": {"hasNextPage": False}}
            nodes.append(
                {"number": number, "reviews": {**none, "nodes": reviews}, "reviewThreads": {**none, "nodes": threads}}
            )
        return {"repository": {"pullRequests": self._nodes(request, nodes, asked["after"])}}


def lost_or(repo: Repo, sha: str) -> list[Raw]:
    """The line of commits that one is on: of today, or of before a push by force."""
    return repo.lost.get(sha, repo.commits)


class _Missing(Exception):
    """There is no such thing."""


def _without(raw: Raw, names: Iterable[str]) -> Raw:
    """What a list leaves out."""
    left_out = set(names)
    return {key: value for key, value in raw.items() if key not in left_out}


def _found(raw: Raw | None) -> Response:
    return Response.of(raw) if raw is not None else NOT_FOUND


def _guarded(answer: Callable[..., Response]) -> Callable[..., Response]:
    def answered(*arguments: Any, **names: str) -> Response:
        try:
            return answer(*arguments, **names)
        except _Missing:
            return NOT_FOUND

    return answered


_R = r"/repos/(?P<repo>[^/]+/[^/]+)"
_ROUTES = [
    (re.compile(pattern), _guarded(getattr(GitHubStandIn, name)))
    for pattern, name in (
        (_R, "_one_repo"),
        (rf"{_R}/issues", "_issues"),
        (rf"{_R}/issues/comments", "_comments"),
        (rf"{_R}/issues/comments/(?P<number>\d+)", "_comment"),
        (rf"{_R}/issues/(?P<number>\d+)", "_issue"),
        (rf"{_R}/issues/(?P<number>\d+)/timeline", "_timeline"),
        (rf"{_R}/pulls", "_pulls"),
        (rf"{_R}/pulls/comments", "_remarks"),
        (rf"{_R}/pulls/comments/(?P<number>\d+)", "_remark"),
        (rf"{_R}/pulls/(?P<number>\d+)", "_pull"),
        (rf"{_R}/pulls/(?P<number>\d+)/reviews", "_reviews"),
        (rf"{_R}/pulls/(?P<number>\d+)/comments", "_remarks_on"),
        (rf"{_R}/comments", "_commit_comments"),
        (rf"{_R}/comments/(?P<number>\d+)", "_commit_comment"),
        (rf"{_R}/commits", "_commits"),
        (rf"{_R}/commits/(?P<sha>[^/]+)", "_commit"),
        (rf"{_R}/compare/(?P<base>[0-9a-f]+)\.\.\.(?P<head>[0-9a-f]+)", "_compare"),
        (rf"{_R}/collaborators", "_collaborators"),
        (r"/orgs/(?P<org>[^/]+)", "_org"),
        (r"/orgs/(?P<org>[^/]+)/repos", "_org_repos"),
        (r"/orgs/(?P<org>[^/]+)/teams", "_teams"),
        (r"/orgs/(?P<org>[^/]+)/teams/(?P<slug>[^/]+)", "_team"),
        (r"/orgs/(?P<org>[^/]+)/members", "_org_members"),
        (r"/orgs/(?P<org>[^/]+)/teams/(?P<slug>[^/]+)/members", "_team_members"),
        (r"/orgs/(?P<org>[^/]+)/teams/(?P<slug>[^/]+)/repos", "_team_repos"),
        (r"/users?/(?P<who>[^/]+)", "_user"),
        (r"/installation/repositories", "_installation_repos"),
        (r"/orgs/(?P<org>[^/]+)/installation", "_installation"),
        (rf"{_R}/installation", "_installation"),
        (r"/app/installations/(?P<number>\d+)/access_tokens", "_access_token"),
        (r"/app/hook/deliveries", "_hook_deliveries"),
        (r"/app/hook/deliveries/(?P<number>\d+)", "_hook_delivery"),
        (r"/orgs/(?P<org>[^/]+)/hooks", "_hooks"),
        (r"/orgs/(?P<org>[^/]+)/hooks/9/deliveries", "_hook_deliveries"),
        (r"/orgs/(?P<org>[^/]+)/hooks/9/deliveries/(?P<number>\d+)", "_hook_delivery"),
    )
]
