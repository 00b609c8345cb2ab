"""The streams, what each cannot tell, what the credential needs for it, and which deliveries feed it."""

from __future__ import annotations

from coachkit.sdk import Stream
from coachkit_github.people import ACCOUNTS
from coachkit_github.records import COMMITS, DISCUSSIONS, ISSUES, PULL_REQUESTS, REPOSITORIES
from coachkit_github.talk import COMMENTS, DISCUSSION_COMMENTS, REVIEW_COMMENTS, REVIEW_THREADS, REVIEWS
from coachkit_github.teams import MEMBERSHIPS, TEAMS

__all__ = ["STREAMS"]

_MEMBERS = ("Members: read",)
_METADATA = ("Metadata: read",)
_PULLS = ("Pull requests: read",)
_ISSUES = ("Issues: read",)
_DISCUSSIONS = ("Discussions: read",)

STREAMS = (
    Stream(
        name=REPOSITORIES,
        title=("Repositories", "仓库"),
        scopes=_METADATA,
        events=("repository", "public", "member", "team_add"),
        cannot_tell=(
            "Whether a repository that is gone was deleted or hidden from the credential, unless a webhook said so.",
            "找不到的仓库是被删除还是不再对凭据开放，除非 webhook 说明过。",
        ),
    ),
    Stream(
        name=TEAMS,
        title=("Teams", "团队"),
        scopes=_MEMBERS,
        events=("team",),
        cannot_tell=("Teams that were deleted before the first sync.", "首次同步之前已删除的团队。"),
    ),
    Stream(
        name=MEMBERSHIPS,
        title=("Team memberships", "团队成员"),
        scopes=_MEMBERS,
        events=("membership", "organization"),
        cannot_tell=("Since when somebody belongs to a team.", "成员从何时起属于某个团队。"),
    ),
    Stream(
        name=ACCOUNTS,
        title=("Accounts", "账号"),
        scopes=_MEMBERS,
        cannot_tell=(
            "E-mail addresses that people keep to themselves, beyond those that an organisation has verified.",
            "个人未公开的邮箱地址（组织已验证的除外）。",
        ),
    ),
    Stream(
        name=PULL_REQUESTS,
        title=("Pull requests", "合并请求"),
        scopes=_PULLS,
        events=("pull_request",),
        cannot_tell=(
            "How long somebody worked on a change before it was opened.",
            "合并请求打开之前花了多少时间。",
        ),
    ),
    Stream(
        name=REVIEWS,
        title=("Reviews", "评审"),
        scopes=_PULLS,
        events=("pull_request_review",),
        cannot_tell=("What a dismissed review had said as its verdict.", "被撤销的评审原来的结论。"),
    ),
    Stream(
        name=REVIEW_COMMENTS,
        title=("Review comments", "评审意见"),
        scopes=_PULLS,
        events=("pull_request_review_comment",),
        cannot_tell=("Remarks of reviews that are not submitted yet.", "尚未提交的评审中的意见。"),
    ),
    Stream(
        name=REVIEW_THREADS,
        title=("Resolved review threads", "已解决的评审讨论"),
        scopes=_PULLS,
        events=("pull_request_review_thread",),
        cannot_tell=(
            "When a thread was resolved: it is dated by its last comment.",
            "讨论何时被标记为已解决：日期取自最后一条意见。",
        ),
    ),
    Stream(
        name=ISSUES,
        title=("Issues", "议题"),
        scopes=_ISSUES,
        events=("issues",),
        cannot_tell=(
            "When work on an issue began: it is open or closed, and columns of projects are not read.",
            "议题何时开始处理：只有打开和关闭两种状态，不读取项目看板的列。",
        ),
    ),
    Stream(
        name=COMMENTS,
        title=("Comments", "评论"),
        scopes=_ISSUES,
        events=("issue_comment", "commit_comment"),
        cannot_tell=("What a comment said before it was edited.", "评论被编辑前的内容。"),
    ),
    Stream(
        name=COMMITS,
        title=("Commits", "提交"),
        scopes=("Contents: read",),
        events=("push",),
        cannot_tell=(
            "Work on branches that were never merged into the default branch.",
            "从未合并到默认分支的工作。",
        ),
    ),
    Stream(
        name=DISCUSSIONS,
        title=("Discussions", "讨论"),
        scopes=_DISCUSSIONS,
        events=("discussion",),
        cannot_tell=("Who reacted to what, and how polls went.", "谁对什么作出了表情回应，以及投票结果。"),
    ),
    Stream(
        name=DISCUSSION_COMMENTS,
        title=("Comments in discussions", "讨论中的评论"),
        scopes=_DISCUSSIONS,
        events=("discussion_comment",),
        cannot_tell=(
            "Edits of old comments, until somebody says something new in the same discussion.",
            "旧评论的编辑，直到同一讨论中有新的发言。",
        ),
    ),
)
