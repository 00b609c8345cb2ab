"""The questions that only GraphQL answers: resolved threads, discussions, names of members; and its forms as REST's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = [
    "DISCUSSION",
    "DISCUSSIONS",
    "MEMBERS",
    "REPLIES",
    "REVIEW_IDS",
    "THREADS",
    "actor_as_rest",
    "after_of",
    "comment_as_rest",
    "discussion_as_rest",
    "inside",
]

_ACTOR = "{ __typename login ... on User { databaseId } ... on Bot { databaseId } ... on Mannequin { databaseId } }"

THREADS = f"""
query Threads($owner: String!, $name: String!, $number: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    pullRequest(number: $number) {{
      reviewThreads(first: 50, after: $after) {{
        pageInfo {{ hasNextPage endCursor }}
        nodes {{
          id
          isResolved
          resolvedBy {{ __typename login databaseId }}
          comments(first: 100) {{ nodes {{ author {_ACTOR} updatedAt url }} }}
        }}
      }}
    }}
  }}
}}"""

_COMMENT = f"databaseId body author {_ACTOR} createdAt updatedAt url isAnswer"

_DISCUSSION = f"""
databaseId number title body closed closedAt createdAt updatedAt url
author {_ACTOR}
category {{ name }}
labels(first: 50) {{ nodes {{ name }} }}
answerChosenAt
answerChosenBy {_ACTOR}
comments(first: 50) {{
  pageInfo {{ hasNextPage endCursor }}
  nodes {{ id {_COMMENT} replies(first: 50) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {_COMMENT} }} }} }}
}}"""

DISCUSSIONS = f"""
query Discussions($owner: String!, $name: String!, $after: String, $order: DiscussionOrder!) {{
  repository(owner: $owner, name: $name) {{
    discussions(first: 25, after: $after, orderBy: $order) {{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{ {_DISCUSSION} }}
    }}
  }}
}}"""

DISCUSSION = f"""
query Discussion($owner: String!, $name: String!, $number: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    discussion(number: $number) {{
      {_DISCUSSION.replace("comments(first: 50)", "comments(first: 50, after: $after)")}
    }}
  }}
}}"""

REPLIES = f"""
query Replies($id: ID!, $after: String) {{
  node(id: $id) {{
    ... on DiscussionComment {{
      replies(first: 100, after: $after) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {_COMMENT} }} }}
    }}
  }}
}}"""

_MEMBERS = """
query Members($login: String!, $after: String) {
  organization(login: $login) {
    membersWithRole(first: 100, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { databaseId login name updatedAt FIELDS }
    }
  }
}"""

MEMBERS = (
    _MEMBERS.replace("FIELDS", "email organizationVerifiedDomainEmails(login: $login)"),
    _MEMBERS.replace("FIELDS", "organizationVerifiedDomainEmails(login: $login)"),
    _MEMBERS.replace("FIELDS", ""),
)
"""The same question with fewer and fewer addresses, which not every token may ask for."""

REVIEW_IDS = """
query ReviewIds($owner: String!, $name: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequests(first: 50, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes {
        number
        reviews(first: 100) { pageInfo { hasNextPage } nodes { databaseId } }
        reviewThreads(first: 100) { pageInfo { hasNextPage } nodes { id isResolved } }
      }
    }
  }
}"""


def actor_as_rest(raw: Any) -> dict[str, Any] | None:
    """Whoever did something."""
    if not isinstance(raw, Mapping) or not raw.get("login"):
        return None
    login = str(raw["login"])
    if raw.get("__typename") == "Bot" and not login.endswith("[bot]"):
        login = f"{login}[bot]"  # GraphQL leaves out what REST writes
    return {"login": login, "id": raw.get("databaseId"), "type": raw.get("__typename")}


def comment_as_rest(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A comment in a discussion, in the form of a delivery."""
    return {
        "id": raw.get("databaseId"),
        "body": raw.get("body"),
        "user": actor_as_rest(raw.get("author")),
        "created_at": raw.get("createdAt"),
        "updated_at": raw.get("updatedAt"),
        "html_url": raw.get("url"),
        "is_answer": raw.get("isAnswer"),
    }


def discussion_as_rest(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A discussion, in the form of a delivery."""
    return {
        "id": raw.get("databaseId"),
        "number": raw.get("number"),
        "title": raw.get("title"),
        "body": raw.get("body"),
        "state": "closed" if raw.get("closed") else "open",
        "user": actor_as_rest(raw.get("author")),
        "created_at": raw.get("createdAt"),
        "updated_at": raw.get("updatedAt"),
        "closed_at": raw.get("closedAt"),
        "html_url": raw.get("url"),
        "category": raw.get("category"),
        "labels": raw.get("labels"),
        "answer_chosen_at": raw.get("answerChosenAt"),
        "answer_chosen_by": actor_as_rest(raw.get("answerChosenBy")),
    }


def inside(data: Mapping[str, Any], path: tuple[str, ...]) -> Mapping[str, Any] | None:
    """What lies on a path through an answer; ``None`` where it ends before."""
    found: Any = data
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else None


def after_of(connection: Mapping[str, Any]) -> str | None:
    """Where the next page of a connection begins; ``None`` behind the last."""
    info = connection.get("pageInfo")
    if not isinstance(info, Mapping) or not info.get("hasNextPage"):
        return None
    cursor = info.get("endCursor")
    return cursor if isinstance(cursor, str) and cursor else None
