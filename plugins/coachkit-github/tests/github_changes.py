"""Things that happen at GitHub, each with the delivery that tells of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from github_deliveries import delivery, payload
from github_stand_in import GitHubStandIn
from github_state import Repo

from coachkit.sdk import Delivery

__all__ = ["CHANGES", "LASTING", "Change", "api", "issue_deleted", "told"]

Change = Callable[[GitHubStandIn, Repo], Delivery]


def api(github: GitHubStandIn) -> Repo:
    """The repository in which things happen."""
    found = github.state.named("acme/api") or github.state.named("acme/interface")
    assert found is not None
    return found


def told(github: GitHubStandIn, name: str, action: str, repo: str = "api", **parts: Any) -> Delivery:
    """A delivery as things are now."""
    return delivery(name, payload(github, repo, action, **parts))


def issue_opened(github: GitHubStandIn, repo: Repo) -> Delivery:
    return told(github, "issues", "opened", issue=github.state.issue(repo, "tom", "New", "Fixes nothing, @ana"))


def issue_closed(github: GitHubStandIn, repo: Repo) -> Delivery:
    number = github.state.issue(repo, "tom", "Wish")["number"]
    github.state.close(repo, number, "ana", "not_planned")
    return told(github, "issues", "closed", issue=repo.issues[number])


def issue_deleted(github: GitHubStandIn, repo: Repo) -> Delivery:
    """Its comments go with it, of which nothing is told: the next sweep sees that."""
    gone = repo.issues.pop(1)
    for native_id in [key for key, one in repo.comments.items() if one["issue_url"] == gone["url"]]:
        del repo.comments[native_id]
    return told(github, "issues", "deleted", issue=gone)


def comment(github: GitHubStandIn, repo: Repo) -> Delivery:
    comment = github.state.comment(repo, 1, "tom", "Thank you @wei")
    return told(github, "issue_comment", "created", comment=comment, issue=repo.issues[1])


def comment_on_pull(github: GitHubStandIn, repo: Repo) -> Delivery:
    comment = github.state.comment(repo, 2, "tom", "Nice")
    return told(github, "issue_comment", "created", comment=comment, issue=repo.issues[2])


def comment_deleted(github: GitHubStandIn, repo: Repo) -> Delivery:
    gone = repo.comments.pop(next(iter(repo.comments)))
    return told(github, "issue_comment", "deleted", comment=gone, issue=repo.issues[1])


def commit_comment(github: GitHubStandIn, repo: Repo) -> Delivery:
    comment = github.state.comment_on_commit(repo, repo.commits[-1]["sha"], "ana", "Why?")
    return told(github, "commit_comment", "created", comment=comment)


def pull_opened(github: GitHubStandIn, repo: Repo) -> Delivery:
    raw = github.state.pull(repo, "tom", "Round", "Closes #1", draft=True)
    github.state.happen(repo, raw["number"], "ready_for_review", "tom")
    raw["draft"] = False
    github.state.happen(repo, raw["number"], "review_requested", "tom", requested_reviewer=github.state.stub("ana"))
    return told(github, "pull_request", "ready_for_review", pull_request=raw, number=raw["number"])


def reviewed(github: GitHubStandIn, repo: Repo) -> Delivery:
    review = github.state.review(repo, 2, "tom", "COMMENTED", "Late, but good")
    return told(github, "pull_request_review", "submitted", review=review, pull_request=repo.pulls[2])


def remarked(github: GitHubStandIn, repo: Repo) -> Delivery:
    remark = github.state.remark(repo, 2, "tom", "And here?")
    return told(github, "pull_request_review_comment", "created", comment=remark, pull_request=repo.pulls[2])


def remark_deleted(github: GitHubStandIn, repo: Repo) -> Delivery:
    gone = repo.remarks.pop(max(repo.remarks))
    github.state.touch(repo, 2)
    return told(github, "pull_request_review_comment", "deleted", comment=gone, pull_request=repo.pulls[2])


def resolved(github: GitHubStandIn, repo: Repo) -> Delivery:
    """Opened again by its reviewer, and then resolved by her."""
    remark = repo.remarks[min(repo.remarks)]
    github.state.resolve(repo, remark["id"], "ana")
    thread = {"node_id": f"PRRT_{remark['id']}", "comments": [remark]}
    return told(github, "pull_request_review_thread", "resolved", thread=thread, pull_request=repo.pulls[2])


def unresolved(github: GitHubStandIn, repo: Repo) -> Delivery:
    remark = repo.remarks[min(repo.remarks)]
    repo.resolved.clear()
    github.state.touch(repo, 2)
    thread = {"node_id": f"PRRT_{remark['id']}", "comments": [remark]}
    return told(github, "pull_request_review_thread", "unresolved", thread=thread, pull_request=repo.pulls[2])


def discussed(github: GitHubStandIn, repo: Repo) -> Delivery:
    talk = github.state.discuss(repo, "ana", "Which bank?", "The old one?")
    for number in range(5):
        said = github.state.say(repo, talk["number"], "wei", f"Bank {number}")
        for answer in range(3):
            github.state.say(repo, talk["number"], "tom", f"No {answer}", reply_to=said)
    github.state.answer(repo, talk["number"], said, "ana")
    discussion = {"id": talk["databaseId"], "number": talk["number"]}
    return told(github, "discussion", "answered", discussion=discussion)


def pushed(github: GitHubStandIn, repo: Repo) -> Delivery:
    before = repo.commits[-1]["sha"]
    for number in range(4):
        github.state.commit(repo, "tom", f"Step {number}")
    head = repo.commits[-1]["sha"]
    return told(github, "push", "", ref="refs/heads/main", before=before, after=head, commits=[])


def forced(github: GitHubStandIn, repo: Repo) -> Delivery:
    before = repo.commits[-1]["sha"]
    github.state.rewrite(repo, 1, "ana", "Tidy up better")
    head = repo.commits[-1]["sha"]
    return told(github, "push", "", ref="refs/heads/main", before=before, after=head, commits=[], forced=True)


def privatized(github: GitHubStandIn, repo: Repo) -> Delivery:
    repo.raw |= {"private": True, "visibility": "private", "updated_at": github.state.tick()}
    repo.collaborators = ["ana"]
    return told(github, "repository", "privatized")


def renamed(github: GitHubStandIn, repo: Repo) -> Delivery:
    github.state.rename(repo, "interface")
    return told(github, "repository", "renamed", repo="interface")


def reader_left(github: GitHubStandIn, repo: Repo) -> Delivery:
    vault = github.state.named("acme/vault")
    assert vault is not None
    vault.collaborators.remove("wei")
    return told(github, "member", "removed", repo="vault", member=github.state.stub("wei"))


def team_member_left(github: GitHubStandIn, repo: Repo) -> Delivery:
    vault = github.state.named("acme/vault")
    assert vault is not None
    vault.collaborators.remove("wei")
    del github.state.members["payments"]["wei"]
    team, member = github.state.teams["payments"], github.state.stub("wei")
    return told(github, "membership", "removed", scope="team", team=team, member=member)


def team_made(github: GitHubStandIn, repo: Repo) -> Delivery:
    github.state.tick()
    return told(github, "team", "created", team=github.state.team("search", "Search"))


def team_renamed(github: GitHubStandIn, repo: Repo) -> Delivery:
    """The delivery comes late and carries an older name."""
    team = github.state.teams["payments"]
    late = told(github, "team", "edited", team={**team, "name": "Pay"})
    team["name"] = "Payments and refunds"
    return late


CHANGES: tuple[Change, ...] = (
    issue_opened,
    issue_closed,
    issue_deleted,
    comment,
    comment_on_pull,
    comment_deleted,
    commit_comment,
    pull_opened,
    reviewed,
    remarked,
    remark_deleted,
    resolved,
    unresolved,
    discussed,
    pushed,
    forced,
    privatized,
    renamed,
    reader_left,
    team_member_left,
    team_made,
    team_renamed,
)


LASTING: tuple[Change, ...] = (
    issue_opened,
    issue_closed,
    comment,
    comment_on_pull,
    commit_comment,
    pull_opened,
    reviewed,
    remarked,
    discussed,
    pushed,
    forced,
)
"""What can happen any number of times, in any order."""
