"""What was said: comments, reviews, review comments and resolved threads, each a record of its own."""

from __future__ import annotations

from datetime import datetime

from coachkit.sdk import Interaction, InteractionKind, PayloadRejected, Tombstone, Upsert
from coachkit_github.models import Comment, DiscussionComment, Review, ReviewComment, Thread, version_of
from coachkit_github.people import People
from coachkit_github.place import Place
from coachkit_github.records import KEY_LENGTH
from coachkit_github.texts import short

__all__ = ["COMMENTS", "DISCUSSION_COMMENTS", "ON_COMMITS", "REVIEWS", "REVIEW_COMMENTS", "REVIEW_THREADS", "Talk"]

COMMENTS = "comments"
REVIEWS = "reviews"
REVIEW_COMMENTS = "review_comments"
REVIEW_THREADS = "review_threads"
DISCUSSION_COMMENTS = "discussion_comments"

ON_COMMITS = "commit-comment:"
"""Comments on commits have ids of their own, and share a stream with others."""

_REVIEWS = {
    "approved": InteractionKind.APPROVED,
    "changes_requested": InteractionKind.REVIEWED,
    "commented": InteractionKind.REVIEWED,
    "dismissed": InteractionKind.REVIEWED,
}


class Talk:
    """Makes interactions of what was said. ``author`` is the key of whose item it was said about, where it is known."""

    def __init__(self, people: People) -> None:
        self._people = people

    def comment(self, comment: Comment, place: Place, item: str, author: str | None) -> Upsert:
        """A comment in the conversation of an issue or pull request, or on a commit.

        :raises PayloadRejected: if its author is gone.
        """
        native_id = f"{ON_COMMITS}{comment.id}" if comment.commit_id else str(comment.id)
        act = self._said(InteractionKind.COMMENTED, comment, item, author)
        return _upsert(COMMENTS, native_id, act, comment.updated_at, comment.html_url, place)

    def commit_comment(self, comment: Comment, place: Place) -> Upsert:
        """A comment on a commit; whose commit it is, the comment does not say."""
        return self.comment(comment, place, (comment.commit_id or "")[:KEY_LENGTH], None)

    def review_comment(
        self, comment: ReviewComment, place: Place, item: str, author: str | None, answered: str | None = None
    ) -> Upsert:
        """A remark on a line of a change.

        :param answered: key of whose remark it answers, if it does.
        """
        act = self._said(InteractionKind.COMMENTED, comment, item, answered or author, author)
        return _upsert(REVIEW_COMMENTS, str(comment.id), act, comment.updated_at, comment.html_url, place)

    def review(self, review: Review, place: Place, item: str, author: str | None) -> Upsert:
        """A submitted review.

        Answering a remark makes a review without words too; where it is the author's own it is none, and where it is
        not known whose change it is, only a verdict counts as one.

        :raises PayloadRejected: if it is not submitted, or none.
        """
        state = review.state.lower()
        if state == "pending" or review.submitted_at is None:
            raise PayloadRejected("a review that is not submitted yet.")
        actor = self._people.key(review.user)
        if actor is None:
            raise PayloadRejected("a review whose author is gone.")
        text = short(review.body)
        kind = _REVIEWS.get(state, InteractionKind.REVIEWED)
        if state == "commented" and author in (actor, None):
            kind = InteractionKind.COMMENTED
            if text is None and author is not None:
                raise PayloadRejected("an author's answer to remarks, which the stream review_comments tells.")
        target = author if author != actor else None
        act = Interaction(kind=kind, actor=actor, at=review.submitted_at, target=target, item=item, text=text)
        return Upsert(
            stream=REVIEWS,
            native_id=str(review.id),
            record=act,
            occurred_at=review.submitted_at,
            url=review.html_url,
            audience=place.audience,
        )

    def thread(self, thread: Thread, place: Place, item: str, author: str | None) -> Upsert | Tombstone | None:
        """A thread that somebody resolved: an answer to whoever began it, or their own look at what was done.

        GitHub does not say when; the last word in it is the earliest moment at which it can have been.
        """
        gone = Tombstone(stream=REVIEW_THREADS, native_id=thread.node_id)
        if not thread.resolved:
            return gone
        actor = self._people.key(thread.resolved_by)
        if actor is None or not thread.comments:
            return None
        opener = self._people.key(thread.comments[0].author)
        at = max(comment.updated_at for comment in thread.comments)
        own = actor == opener
        target = author if own else opener
        act = Interaction(
            kind=InteractionKind.REVIEWED if own and actor != author else InteractionKind.ANSWERED,
            actor=actor,
            at=at,
            target=target if target != actor else None,
            item=item,
        )
        return Upsert(
            stream=REVIEW_THREADS,
            native_id=thread.node_id,
            record=act,
            occurred_at=at,
            url=thread.comments[0].url,
            audience=place.audience,
        )

    def discussion_comment(
        self, comment: DiscussionComment, place: Place, item: str, author: str | None, *, answer: bool
    ) -> Upsert:
        """What was said in a discussion; the chosen answer is an answer."""
        actor = self._people.key(comment.user)
        kind = InteractionKind.ANSWERED if answer and actor != author else InteractionKind.COMMENTED
        act = self._said(kind, comment, item, author)
        return _upsert(DISCUSSION_COMMENTS, str(comment.id), act, comment.updated_at, comment.html_url, place)

    def _said(
        self,
        kind: InteractionKind,
        comment: Comment | ReviewComment | DiscussionComment,
        item: str,
        *targets: str | None,
    ) -> Interaction:
        actor = self._people.key(comment.user)
        if actor is None:
            raise PayloadRejected("a comment whose author is gone.")
        target = next((key for key in targets if key not in (None, actor)), None)
        return Interaction(
            kind=kind, actor=actor, at=comment.created_at, target=target, item=item, text=short(comment.body)
        )


def _upsert(stream: str, native_id: str, act: Interaction, at: datetime, url: str | None, place: Place) -> Upsert:
    return Upsert(
        stream=stream,
        native_id=native_id,
        record=act,
        occurred_at=at,
        version=version_of(at),
        url=url,
        audience=place.audience,
    )
