"""What the stand-in has: repositories, people and teams, and how they change. Everything in the form of REST."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import github_forms as forms

Raw = dict[str, Any]


@dataclass
class Repo:
    """One repository and all that lies in it, by id or number."""

    raw: Raw
    issues: dict[int, Raw] = field(default_factory=dict)
    pulls: dict[int, Raw] = field(default_factory=dict)
    timelines: dict[int, list[Raw]] = field(default_factory=dict)
    comments: dict[int, Raw] = field(default_factory=dict)
    reviews: dict[int, list[Raw]] = field(default_factory=dict)
    remarks: dict[int, Raw] = field(default_factory=dict)
    resolved: dict[int, str] = field(default_factory=dict)
    commit_comments: dict[int, Raw] = field(default_factory=dict)
    commits: list[Raw] = field(default_factory=list)
    discussions: dict[int, Raw] = field(default_factory=dict)
    said: dict[int, list[Raw]] = field(default_factory=dict)
    collaborators: list[str] = field(default_factory=list)
    lost: dict[str, list[Raw]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.raw["full_name"])


class GitHubState:
    """A small GitHub. Each change takes a minute; ``now`` can be stopped to make many at one moment."""

    def __init__(self, url: str = "https://api.github.example", organisation: str = "acme") -> None:
        self.url = url
        self.organisation = organisation
        self.now = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
        self.step = timedelta(minutes=1)
        self._ids = itertools.count(1_000)
        self.users: dict[str, Raw] = {}
        self.repos: dict[int, Repo] = {}
        self.moved: dict[str, int] = {}
        self.moved_issues: dict[tuple[str, int], tuple[str, int]] = {}
        self.teams: dict[str, Raw] = {}
        self.members: dict[str, dict[str, str]] = {}
        self.deliveries: list[Raw] = []

    # people

    def user(self, login: str, name: str | None = None, kind: str = "User", email: str | None = None) -> Raw:
        if login not in self.users:
            self.users[login] = {
                "login": login,
                "id": next(self._ids),
                "node_id": f"U_{login}",
                "type": kind,
                "site_admin": False,
                "name": name,
                "email": email,
                "updated_at": self.text(),
            }
        return self.users[login]

    def stub(self, login: str) -> Raw:
        user = self.user(login)
        return {**{key: user[key] for key in ("login", "id", "node_id", "type")}, **forms.user_form(self.url, login)}

    def team(self, slug: str, name: str, *logins: str, lead: str | None = None) -> Raw:
        native_id = next(self._ids)
        self.teams[slug] = {
            **forms.team_form(self.url, self.organisation, slug, native_id),
            "id": native_id,
            "node_id": f"T_{slug}",
            "slug": slug,
            "name": name,
            "description": None,
            "parent": None,
            "created_at": self.text(),
            "updated_at": self.text(),
            "members_count": len(logins),
            "repos_count": 0,
            "organization": {
                **self.stub(self.organisation),
                **forms.organisation_form(self.url, self.organisation),
            },
            "privacy": "closed",
        }
        self.members[slug] = {login: "maintainer" if login == lead else "member" for login in logins}
        return self.teams[slug]

    # repositories

    def repo(self, name: str, *, private: bool = False, readers: tuple[str, ...] = ()) -> Repo:
        full = f"{self.organisation}/{name}"
        raw = {
            **forms.repo_form(self.url, full),
            "id": next(self._ids),
            "node_id": f"R_{name}",
            "name": name,
            "full_name": full,
            "owner": {**self.stub(self.organisation), "type": "Organization"},
            "private": private,
            "visibility": "private" if private else "public",
            "description": f"About {name}",
            "html_url": f"https://github.example/{full}",
            "default_branch": "main",
            "fork": False,
            "archived": False,
            "disabled": False,
            "has_issues": True,
            "has_discussions": True,
            "topics": [],
            "created_at": self.text(),
            "updated_at": self.text(),
            "pushed_at": self.text(),
        }
        found = Repo(raw, collaborators=list(readers))
        self.repos[raw["id"]] = found
        return found

    def named(self, name: str) -> Repo | None:
        return next((repo for repo in self.repos.values() if repo.name.lower() == name.lower()), None)

    def rename(self, repo: Repo, name: str) -> None:
        self.moved[repo.name] = repo.raw["id"]
        repo.raw |= {"name": name, "full_name": f"{self.organisation}/{name}", "updated_at": self.tick()}

    # issues and pull requests

    def _number(self, repo: Repo) -> int:
        return max((*repo.issues, *repo.discussions, 0)) + 1

    def issue(self, repo: Repo, author: str, title: str, body: str | None = None) -> Raw:
        number, at = self._number(repo), self.tick()
        raw = {
            **forms.issue_form(f"{self.url}/repos/{repo.name}/issues/{number}"),
            "id": next(self._ids),
            "number": number,
            "title": title,
            "body": body,
            "user": self.stub(author),
            "labels": [],
            "assignees": [],
            "state": "open",
            "state_reason": None,
            "comments": 0,
            "created_at": at,
            "updated_at": at,
            "closed_at": None,
            "author_association": "MEMBER",
            "repository_url": f"{self.url}/repos/{repo.name}",
            "html_url": f"https://github.example/{repo.name}/issues/{number}",
        }
        repo.issues[number] = raw
        repo.timelines[number] = []
        return raw

    def pull(self, repo: Repo, author: str, title: str, body: str | None = None, *, draft: bool = False) -> Raw:
        issue = self.issue(repo, author, title, body)
        number = issue["number"]
        page = f"https://github.example/{repo.name}/pull/{number}"
        issue |= {"pull_request": {"url": f"{self.url}/repos/{repo.name}/pulls/{number}"}, "html_url": page}
        raw = forms.pull_form(f"{self.url}/repos/{repo.name}", page, number)
        raw |= {key: issue[key] for key in ("number", "title", "body", "user", "state", "created_at", "updated_at")}
        raw |= {
            "id": next(self._ids),
            "labels": [],
            "assignees": [],
            "requested_reviewers": [],
            "requested_teams": [],
            "draft": draft,
            "closed_at": None,
            "merged_at": None,
            "head": {**self._side(author), "ref": "topic", "sha": "a" * 40, "repo": repo.raw},
            "base": {**self._side(self.organisation), "ref": "main", "sha": "b" * 40, "repo": repo.raw},
        }
        repo.pulls[number] = raw
        repo.reviews[number] = []
        return raw

    def _side(self, owner: str) -> Raw:
        return {"label": f"{owner}:main", "user": self.stub(owner)}

    def touch(self, repo: Repo, number: int) -> str:
        at = self.tick()
        repo.issues[number]["updated_at"] = at
        if number in repo.pulls:
            repo.pulls[number]["updated_at"] = at
        return at

    def happen(self, repo: Repo, number: int, event: str, actor: str, **more: Any) -> str:
        at = self.touch(repo, number)
        native_id = next(self._ids)
        entry = {**forms.event_form(self.url, native_id), "id": native_id, "event": event, **more}
        entry |= {"actor": self.stub(actor), "created_at": at}
        repo.timelines[number].append(entry)
        return at

    def edit(self, repo: Repo, number: int, **changes: Any) -> str:
        at = self.touch(repo, number)
        repo.issues[number].update(changes)
        if number in repo.pulls:
            repo.pulls[number].update({key: value for key, value in changes.items() if key in repo.pulls[number]})
        return at

    def assign(self, repo: Repo, number: int, by: str, whom: str) -> None:
        self.happen(repo, number, "assigned", by, assignee=self.stub(whom), assigner=self.stub(by))
        for raw in (repo.issues.get(number), repo.pulls.get(number)):
            if raw is not None:
                raw["assignees"] = [*raw["assignees"], self.stub(whom)]

    def close(self, repo: Repo, number: int, by: str, reason: str | None = "completed") -> None:
        at = self.happen(repo, number, "closed", by, state_reason=reason)
        self.edit(repo, number, state="closed", state_reason=reason, closed_at=at)

    def merge(self, repo: Repo, number: int, by: str) -> None:
        at = self.happen(repo, number, "merged", by)
        repo.timelines[number].append({**repo.timelines[number][-1], "id": next(self._ids), "event": "closed"})
        self.edit(repo, number, state="closed", closed_at=at)
        repo.pulls[number]["merged_at"] = at
        repo.pulls[number]["merged_by"] = self.stub(by)

    def comment(self, repo: Repo, number: int, author: str, body: str) -> Raw:
        native_id = next(self._ids)
        own = f"{self.url}/repos/{repo.name}/issues/comments/{native_id}"
        about = f"{self.url}/repos/{repo.name}/issues/{number}"
        page = f"{repo.issues[number]['html_url']}#issuecomment-{native_id}"
        more = {"user": self.stub(author), "body": body, "url": own, "html_url": page, "issue_url": about}
        at = self.happen(repo, number, "commented", author, **more, author_association="MEMBER")
        repo.timelines[number][-1]["updated_at"] = at
        raw = {
            **forms.comment_form(own),
            "id": native_id,
            "body": body,
            "user": self.stub(author),
            "created_at": at,
            "updated_at": at,
            "issue_url": about,
            "html_url": page,
        }
        repo.comments[native_id] = raw
        return raw

    def review(self, repo: Repo, number: int, author: str, state: str, body: str = "") -> Raw:
        at = self.touch(repo, number)
        pull, page = repo.pulls[number]["url"], f"{repo.pulls[number]['html_url']}#pullrequestreview"
        raw = {
            "id": next(self._ids),
            "node_id": "PRR_1",
            "_links": {"html": {"href": page}, "pull_request": {"href": pull}},
            "user": self.stub(author),
            "body": body,
            "state": state,
            "submitted_at": at,
            "commit_id": "a" * 40,
            "author_association": "MEMBER",
            "html_url": page,
            "pull_request_url": pull,
        }
        repo.reviews[number].append(raw)
        repo.timelines[number].append({**raw, "event": "reviewed", "state": state.lower()})
        return raw

    def remark(self, repo: Repo, number: int, author: str, body: str, reply_to: int | None = None) -> Raw:
        native_id, at = next(self._ids), self.touch(repo, number)
        pull, page = repo.pulls[number]["url"], f"{repo.pulls[number]['html_url']}#discussion_r{native_id}"
        raw = {
            **forms.remark_form(f"{self.url}/repos/{repo.name}/pulls/comments/{native_id}", pull, page),
            "id": native_id,
            "body": body,
            "user": self.stub(author),
            "created_at": at,
            "updated_at": at,
            "html_url": page,
            "pull_request_url": pull,
        }
        if reply_to is not None:
            raw["in_reply_to_id"] = reply_to
        repo.remarks[native_id] = raw
        return raw

    def resolve(self, repo: Repo, remark: int, by: str) -> None:
        """Resolve the thread that a remark began."""
        repo.resolved[remark] = by
        self.touch(repo, int(repo.remarks[remark]["pull_request_url"].rpartition("/")[2]))

    # commits and discussions

    def commit(self, repo: Repo, author: str, message: str, email: str | None = None) -> Raw:
        at, sha = self.tick(), f"{next(self._ids):040x}"
        who = {"name": self.user(author)["name"] or author, "email": email or f"{author}@acme.example", "date": at}
        own = f"{self.url}/repos/{repo.name}/commits/{sha}"
        tree = {"sha": sha, "url": f"{self.url}/repos/{repo.name}/git/trees/{sha}"}
        told = {"message": message, "author": who, "committer": who, "tree": tree, "url": own, "comment_count": 0}
        raw = {
            **forms.commit_form(f"https://github.example/{repo.name}", own, sha),
            "sha": sha,
            "commit": told,
            "author": self.stub(author),
            "committer": self.stub(author),
            "parents": [{key: repo.commits[-1][key] for key in ("sha", "url", "html_url")}] if repo.commits else [],
        }
        repo.commits.append(raw)
        return raw

    def comment_on_commit(self, repo: Repo, sha: str, author: str, body: str) -> Raw:
        native_id, at = next(self._ids), self.tick()
        own = f"{self.url}/repos/{repo.name}/comments/{native_id}"
        raw = {
            **forms.comment_form(own),
            "id": native_id,
            "body": body,
            "user": self.stub(author),
            "commit_id": sha,
            "path": None,
            "line": None,
            "position": None,
            "created_at": at,
            "updated_at": at,
            "html_url": f"https://github.example/{repo.name}/commit/{sha}#commitcomment-{native_id}",
        }
        repo.commit_comments[native_id] = raw
        return raw

    def rewrite(self, repo: Repo, keep: int, author: str, message: str) -> list[str]:
        """Push by force: all but the first ``keep`` commits are gone; returns these."""
        old = list(repo.commits)
        del repo.commits[keep:]
        gone = [one["sha"] for one in old[keep:]]
        repo.lost |= dict.fromkeys(gone, old)
        self.commit(repo, author, message)
        return gone

    def deliver(self, event: str, payload: Raw, status: str = "OK", guid: str | None = None) -> Raw:
        """A delivery that was tried, with what it brought."""
        native_id = next(self._ids)
        raw = {
            "id": native_id,
            "guid": guid or f"guid-{native_id}",
            "event": event,
            "action": payload.get("action"),
            "redelivery": False,
            "duration": 0.1,
            "installation_id": None,
            "repository_id": None,
            "response": {"headers": {}, "payload": None},
            "status": status,
            "status_code": 200 if status == "OK" else 502,
            "delivered_at": self.text(),
            "request": {"headers": {}, "payload": payload},
        }
        self.deliveries.append(raw)
        return raw

    def discuss(self, repo: Repo, author: str, title: str, body: str) -> Raw:
        number, at = self._number(repo), self.tick()
        raw = {
            "databaseId": next(self._ids),
            "number": number,
            "title": title,
            "body": body,
            "closed": False,
            "closedAt": None,
            "createdAt": at,
            "updatedAt": at,
            "url": f"https://github.example/{repo.name}/discussions/{number}",
            "author": self.actor(author),
            "category": {"name": "Q&A"},
            "labels": {"nodes": []},
            "answerChosenAt": None,
            "answerChosenBy": None,
        }
        repo.discussions[number] = raw
        repo.said[number] = []
        return raw

    def say(self, repo: Repo, number: int, author: str, body: str, reply_to: Raw | None = None) -> Raw:
        at = self.tick()
        raw = {
            "id": f"DC_{next(self._ids)}",
            "databaseId": next(self._ids),
            "body": body,
            "author": self.actor(author),
            "createdAt": at,
            "updatedAt": at,
            "url": f"https://github.example/{repo.name}/discussions/{number}#c",
            "isAnswer": False,
            "replies": [],
        }
        (reply_to["replies"] if reply_to is not None else repo.said[number]).append(raw)
        repo.discussions[number]["updatedAt"] = at
        return raw

    def answer(self, repo: Repo, number: int, said: Raw, by: str) -> None:
        at = self.tick()
        said["isAnswer"] = True
        repo.discussions[number] |= {"answerChosenAt": at, "answerChosenBy": self.actor(by), "updatedAt": at}

    def actor(self, login: str) -> Raw:
        user = self.user(login)
        return {"__typename": user["type"], "login": login.removesuffix("[bot]"), "databaseId": user["id"]}

    # time

    def tick(self) -> str:
        self.now += self.step
        return self.text()

    def text(self) -> str:
        return self.now.strftime("%Y-%m-%dT%H:%M:%SZ")


def small_world(state: GitHubState) -> None:
    """Two repositories, one of them private, with a bit of everything."""
    state.user("ana", "Ana Costa", email="ana@acme.example")
    state.user("wei", "Wei Li 李伟")
    state.user("tom", "Tom Becker")
    state.user("acme-ci[bot]", kind="Bot")
    state.team("payments", "Payments", "ana", "wei", lead="ana")
    api = state.repo("api")
    vault = state.repo("vault", private=True, readers=("ana", "wei"))
    bug = state.issue(api, "tom", "Refunds are late", "Seen by @wei. See PAY-17.")
    state.assign(api, bug["number"], "ana", "wei")
    state.comment(api, bug["number"], "wei", "Looking at it, @tom.")
    state.comment(api, bug["number"], "acme-ci[bot]", "Stale?")
    change = state.pull(api, "wei", "Pay refunds in time", f"Fixes #{bug['number']}")
    number = change["number"]
    state.happen(api, number, "review_requested", "wei", requested_reviewer=state.stub("ana"))
    state.review(api, number, "ana", "CHANGES_REQUESTED", "Please test the rounding.")
    remark = state.remark(api, number, "ana", "What about half a cent?")
    state.remark(api, number, "wei", "Rounded to even now.", reply_to=remark["id"])
    state.resolve(api, remark["id"], "wei")
    state.review(api, number, "ana", "APPROVED")
    state.merge(api, number, "ana")
    state.close(api, bug["number"], "wei")
    state.commit(api, "wei", f"Pay refunds in time (#{number})\n\nCo-authored-by: Tom <tom@acme.example>")
    state.commit(api, "ana", "Tidy up")
    state.comment_on_commit(api, api.commits[0]["sha"], "tom", "Good that this is in.")
    talk = state.discuss(api, "tom", "How do we round?", "Half a cent: up or even?")
    said = state.say(api, talk["number"], "wei", "To even.")
    state.say(api, talk["number"], "tom", "Thanks!", reply_to=said)
    state.answer(api, talk["number"], said, "tom")
    secret = state.issue(vault, "ana", "Rotate the keys")
    state.comment(vault, secret["number"], "wei", "On Monday.")
    state.pull(vault, "wei", "Rotate keys", "Closes #1", draft=True)
    state.commit(vault, "wei", "Begin")
