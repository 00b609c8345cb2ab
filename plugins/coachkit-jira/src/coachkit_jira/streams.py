"""The streams, what each needs, and what Jira cannot tell."""

from __future__ import annotations

from coachkit.sdk import Stream
from coachkit_jira.issues import COMMENTS, ISSUES, WORKLOGS
from coachkit_jira.people import ACCOUNTS
from coachkit_jira.plans import PROJECTS, SPRINTS

__all__ = ["STREAMS"]

STREAMS = (
    Stream(
        name=ACCOUNTS,
        title=("Accounts", "账号"),
        cannot_tell=(
            "Addresses that people hide in their Atlassian profile; who an account belongs to then.",
            "用户在 Atlassian 个人资料中隐藏的邮箱，以及此时账号属于谁。",
        ),
        scopes=("read:jira-user", "Browse users and groups"),
        events=("user_created", "user_updated", "user_deleted"),
    ),
    Stream(
        name=PROJECTS,
        title=("Projects", "项目"),
        cannot_tell=(
            "When a project was made or changed; who may see single issues by being their reporter or assignee.",
            "项目的创建和修改时间；谁因为是报告人或经办人而能看到个别问题。",
        ),
        scopes=("read:jira-work", "Browse projects", "Administer projects (who may read them)"),
        events=("project_created", "project_updated", "project_deleted"),
    ),
    Stream(
        name=ISSUES,
        title=("Issues", "问题"),
        cannot_tell=(
            "Why a state changed, work that nobody wrote into an issue, and issues that the account may not see.",
            "状态为何改变、没有写进问题的工作，以及该账号看不到的问题。",
        ),
        scopes=("read:jira-work", "Browse projects"),
        events=(
            *("jira:issue_created", "jira:issue_updated", "jira:issue_deleted"),
            *("issuelink_created", "issuelink_deleted"),
        ),
    ),
    Stream(
        name=COMMENTS,
        title=("Comments", "评论"),
        cannot_tell=(
            "Earlier wordings of a comment that was edited, and remarks in portals that the account may not see.",
            "评论修改前的内容，以及该账号看不到的门户留言。",
        ),
        scopes=("read:jira-work", "Browse projects"),
        events=("comment_created", "comment_updated", "comment_deleted"),
    ),
    Stream(
        name=WORKLOGS,
        title=("Work logged", "工作日志"),
        cannot_tell=("How many hours: that is left out on purpose.", "工时：有意不读取。"),
        scopes=("read:jira-work", "Browse projects"),
        events=("worklog_created", "worklog_updated", "worklog_deleted"),
    ),
    Stream(
        name=SPRINTS,
        title=("Sprints", "冲刺"),
        cannot_tell=(
            "Sprints of boards that the account may not see, and earlier wordings of a sprint's goal.",
            "该账号看不到的面板中的冲刺，以及冲刺目标修改前的内容。",
        ),
        scopes=("read:jira-work", "read:board-scope:jira-software", "read:sprint:jira-software"),
        events=("sprint_created", "sprint_updated", "sprint_started", "sprint_closed", "sprint_deleted"),
    ),
)
