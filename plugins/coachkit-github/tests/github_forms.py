"""The whole forms of GitHub's answers: the many fields that nobody here reads, and others' clients do."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

__all__ = ["comment_form", "commit_form", "issue_form", "pull_form", "remark_form", "repo_form", "user_form"]

Raw = dict[str, Any]

# fmt: off
_OF_USER = (
    "followers", "following", "gists", "starred", "subscriptions", "organizations", "repos", "events",
    "received_events",
)
_OF_REPO = (
    "archive", "assignees", "blobs", "branches", "collaborators", "comments", "commits", "compare", "contents",
    "contributors", "deployments", "downloads", "events", "forks", "git_commits", "git_refs", "git_tags", "hooks",
    "issue_comment", "issue_events", "issues", "keys", "labels", "languages", "merges", "milestones", "notifications",
    "pulls", "releases", "stargazers", "statuses", "subscribers", "subscription", "tags", "teams", "trees",
)
# fmt: on


def user_form(url: str, login: str) -> Raw:
    """What every account comes with."""
    word = quote(login)
    own = f"{url}/users/{word}"
    return {
        "avatar_url": f"https://avatars.example/{word}",
        "gravatar_id": "",
        "html_url": f"https://github.example/{word}",
        "url": own,
        "site_admin": False,
        **{f"{name}_url": f"{own}/{name}" for name in _OF_USER},
    }


def repo_form(url: str, full_name: str) -> Raw:
    """What every repository comes with."""
    own, page = f"{url}/repos/{full_name}", f"https://github.example/{full_name}"
    counts = "forks forks_count open_issues open_issues_count watchers watchers_count stargazers_count size"
    return {
        "url": own,
        **{f"{name}_url": f"{own}/{name}" for name in _OF_REPO},
        **dict.fromkeys(counts.split(), 0),
        "network_count": 0,
        "subscribers_count": 0,
        "clone_url": f"{page}.git",
        "git_url": f"git://github.example/{full_name}.git",
        "ssh_url": f"git@github.example:{full_name}.git",
        "svn_url": page,
        "mirror_url": None,
        "homepage": None,
        "language": None,
        "license": None,
        "has_projects": False,
        "has_downloads": True,
        "has_wiki": False,
        "has_pages": False,
    }


def issue_form(own: str) -> Raw:
    """What every issue comes with. ``own`` is its address."""
    return {
        "node_id": "I_1",
        "url": own,
        "comments_url": f"{own}/comments",
        "events_url": f"{own}/events",
        "labels_url": f"{own}/labels{{/name}}",
        "timeline_url": f"{own}/timeline",
        "assignee": None,
        "milestone": None,
        "active_lock_reason": None,
        "locked": False,
    }


def pull_form(repo: str, page: str, number: int) -> Raw:
    """What every pull request comes with. ``repo`` is the address of its repository."""
    own, issue = f"{repo}/pulls/{number}", f"{repo}/issues/{number}"
    links = {
        "self": own,
        "html": page,
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{own}/comments",
        "review_comment": f"{repo}/pulls/comments{{/number}}",
        "commits": f"{own}/commits",
        "statuses": f"{repo}/statuses/{'a' * 40}",
    }
    return {
        "node_id": "PR_1",
        "url": own,
        "html_url": page,
        "issue_url": issue,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        **{f"{name}_url": links[name] for name in links if name not in ("self", "html", "issue")},
        "_links": {name: {"href": address} for name, address in links.items()},
        "assignee": None,
        "milestone": None,
        "locked": False,
        "auto_merge": None,
        "merge_commit_sha": None,
        "author_association": "MEMBER",
    }


def pull_counts(remarks: int) -> Raw:
    """What a pull request comes with when it is asked for alone."""
    return {
        "additions": 5,
        "deletions": 1,
        "changed_files": 2,
        "comments": 0,
        "commits": 1,
        "review_comments": remarks,
        "mergeable": None,
        "mergeable_state": "unknown",
        "maintainer_can_modify": False,
    }


def comment_form(own: str) -> Raw:
    """What every comment comes with."""
    return {"node_id": "IC_1", "url": own, "performed_via_github_app": None, "author_association": "MEMBER"}


def remark_form(own: str, pull: str, page: str) -> Raw:
    """What every remark on a line comes with."""
    sha = "a" * 40
    return {
        "node_id": "PRRC_1",
        "url": own,
        "pull_request_review_id": None,
        "path": "src/app.py",
        "diff_hunk": "@@ -1 +1 @@",
        "commit_id": sha,
        "original_commit_id": sha,
        "position": 1,
        "original_position": 1,
        "author_association": "MEMBER",
        "_links": {"self": {"href": own}, "html": {"href": page}, "pull_request": {"href": pull}},
    }


def commit_form(url: str, own: str, sha: str) -> Raw:
    """What every commit comes with."""
    return {"node_id": "C_1", "url": own, "comments_url": f"{own}/comments", "html_url": f"{url}/commit/{sha}"}


def organisation_form(url: str, login: str) -> Raw:
    """An organisation, asked for alone."""
    own = f"{url}/orgs/{login}"
    parts = ("repos", "events", "hooks", "issues", "members", "public_members")
    return {
        "url": own,
        **{f"{name}_url": f"{own}/{name}" for name in parts},
        **dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0),
        "description": None,
        "has_organization_projects": True,
        "has_repository_projects": True,
        "archived_at": None,
        "created_at": "2020-01-01T00:00:00Z",
        "updated_at": "2020-01-01T00:00:00Z",
        "type": "Organization",
    }


def profile_form() -> Raw:
    """A profile, asked for alone."""
    words: Raw = dict.fromkeys(("bio", "blog", "company", "location", "hireable", "twitter_username"))
    numbers: Raw = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    return {**words, **numbers, "user_view_type": "public", "created_at": "2020-01-01T00:00:00Z"}


def team_form(url: str, organisation: str, slug: str, native_id: int) -> Raw:
    """What every team comes with."""
    own = f"{url}/organizations/1/team/{native_id}"
    return {
        "url": own,
        "html_url": f"https://github.example/orgs/{organisation}/teams/{slug}",
        "members_url": f"{own}/members{{/member}}",
        "repositories_url": f"{own}/repos",
        "permission": "pull",
        "notification_setting": "notifications_enabled",
        "type": "organization",
        "organization_id": 1,
    }


def event_form(url: str, native_id: int) -> Raw:
    """What most entries of a timeline come with."""
    own = f"{url}/repos/acme/api/issues/events/{native_id}"
    return {"node_id": "E_1", "url": own, "commit_id": None, "commit_url": None, "performed_via_github_app": None}
