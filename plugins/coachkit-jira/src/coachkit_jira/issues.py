"""An issue as records: the work item with its history, what was said under it, and work that was logged on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from coachkit.sdk import (
    Audience,
    Failure,
    Interaction,
    InteractionKind,
    Item,
    StateCategory,
    Tombstone,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit_jira.adf import read_adf
from coachkit_jira.audiences import Audiences
from coachkit_jira.config import JiraConfig
from coachkit_jira.links import links_of
from coachkit_jira.models import Change, Comment, Issue, Worklog
from coachkit_jira.people import People
from coachkit_jira.states import States
from coachkit_jira.talk import Remark, interactions_of
from coachkit_jira.timeline import Timeline, read_timeline
from coachkit_jira.wiki import read_wiki
from coachkit_jira.written import Written

__all__ = ["COMMENTS", "ISSUES", "WORKLOGS", "Issues", "microseconds", "read_text", "reason_of"]

ISSUES, COMMENTS, WORKLOGS = "issues", "comments", "worklogs"

LONGEST_TITLE = 300
LONGEST_BODY = 40_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INVISIBLE = re.compile("[\u200b\u200c\u2060\ufeff]")
_FINISHED = (StateCategory.DONE, StateCategory.DROPPED)

Model = TypeVar("Model", bound=BaseModel)


def microseconds(at: datetime | None) -> int | None:
    """Since 1970: the version of a record that changed then."""
    return None if at is None else (at - _EPOCH) // timedelta(microseconds=1)


def read_text(value: Any) -> Written:
    """A description or comment, in whichever of its two forms."""
    return read_wiki(value) if isinstance(value, str) else read_adf(value)


def reason_of(error: ValidationError) -> str:
    """Why a part could not be read, without its content."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"])) or "it"
    return f"{where}: {first['msg'].lower()}"


@dataclass(slots=True, kw_only=True)
class Issues:
    """Turns issues into items.

    :ivar web: address of Jira for people.
    :ivar epic_field: id of the field that names the epic; empty where there is none.
    """

    config: JiraConfig
    people: People
    states: States
    audiences: Audiences
    web: str
    epic_field: str = ""

    def read(self, raw: Any) -> Issue | Failure:
        """An issue, or why it is none."""
        try:
            issue = Issue.model_validate(raw)
        except ValidationError as error:
            return Failure(stream=ISSUES, native_id=_id_of(raw), reason=reason_of(error), payload=_payload(raw))
        if issue.fields.updated is None and issue.fields.created is None:
            reason = "it does not say when it was created or changed"
            return Failure(stream=ISSUES, native_id=issue.id, reason=reason, payload=_payload(raw))
        return issue

    def items(
        self,
        issue: Issue,
        changes: Sequence[Change] | None,
        comments: Sequence[Any],
        worklogs: Sequence[Any] = (),
        *,
        only: str = "",
    ) -> Iterator[Item]:
        """All records of an issue, of the streams that are read.

        :param changes: its whole history; ``None`` if it is not known.
        :param comments: raw, all of them.
        :param only: of this stream alone: little else of the issue is known.
        """
        timeline = read_timeline(issue, changes, self.states, self.people)
        audience = self.audiences.of_issue(issue.fields.project, issue.fields.security)
        if ISSUES in self.config.streams and only in ("", ISSUES):
            yield self._issue(issue, timeline, audience)
        if COMMENTS in self.config.streams and only in ("", COMMENTS):
            yield from self.comments(issue, comments, timeline, audience)
            present = {str(raw.get("id")) for raw in comments if isinstance(raw, Mapping)}
            for native_id in timeline.removed_comments:
                if native_id not in present:
                    yield Tombstone(stream=COMMENTS, native_id=native_id)
        for raw in worklogs if self.config.worklogs and only in ("", WORKLOGS) else ():
            yield self._worklog(issue, raw, audience)

    def comments(
        self, issue: Issue, raws: Sequence[Any], timeline: Timeline, audience: Audience
    ) -> Iterator[Upsert | Failure]:
        """Comments in the order in which they were written."""
        remarks: list[Remark] = []
        for raw in raws:
            comment = _model(Comment, raw)
            actor = self.people.key(comment.author) if isinstance(comment, Comment) else None
            at = (comment.created or comment.updated) if isinstance(comment, Comment) else None
            if isinstance(comment, str):
                yield _refused(COMMENTS, raw, comment)
            elif actor is None or at is None:
                missing = "who wrote it" if actor is None else "when it was written"
                yield _refused(COMMENTS, raw, f"it does not say {missing}")
            else:
                owner = timeline.assignee_at(at) or self.people.key(issue.fields.reporter)
                written = read_text(comment.body)
                remarks.append(Remark(comment=comment, at=at, actor=actor, written=written, owner=owner))
        remarks.sort(key=lambda one: (one.at, len(one.comment.id), one.comment.id))
        for remark, record in zip(remarks, interactions_of(remarks, issue.key, self.people), strict=True):
            comment = remark.comment
            yield Upsert(
                stream=COMMENTS,
                native_id=comment.id,
                record=record,
                occurred_at=remark.at,
                version=microseconds(comment.updated or comment.created),
                url=f"{self.web}/browse/{issue.key}?focusedCommentId={comment.id}",
                audience=self.audiences.of_remark(issue.fields.project, audience, comment),
            )

    def _issue(self, issue: Issue, timeline: Timeline, audience: Audience) -> Upsert:
        fields = issue.fields
        category = self.states.category(fields.status, fields.resolution.name if fields.resolution else None)
        project = fields.project.key if fields.project else None
        title = _INVISIBLE.sub("", fields.summary or "").strip() or "(no summary)"
        record = WorkItem(
            kind=WorkItemKind.ISSUE,
            key=issue.key,
            title=_short(title, LONGEST_TITLE),
            body=_short(read_text(fields.description).text, LONGEST_BODY) or None,
            container=project or issue.key.rpartition("-")[0] or None,
            areas=tuple(dict.fromkeys([one.name for one in fields.components if one.name] + list(fields.labels))),
            team=self.config.teams.get(project) if project else None,
            state=fields.status.name if fields.status else None,
            state_category=_waiting_or(category, timeline),
            created_at=fields.created,
            closed_at=_closed_at(issue, timeline, category),
            due_on=fields.due_on,
            interactions=tuple(self._interactions(issue, timeline)),
            history=tuple(timeline.states),
            links=links_of(fields, self.config, self.epic_field, timeline.links, timeline.sprints),
        )
        return Upsert(
            stream=ISSUES,
            native_id=issue.id,
            record=record,
            occurred_at=fields.updated or fields.created or _EPOCH,
            version=microseconds(fields.updated),
            url=f"{self.web}/browse/{issue.key}",
            audience=audience,
        )

    def _interactions(self, issue: Issue, timeline: Timeline) -> Iterator[Interaction]:
        """Who reported it, whose it became by whom, and who took it up. Taken away, it is nobody's."""
        fields = issue.fields
        if fields.created is None:
            return
        reporter = self.people.key(fields.reporter) or self.people.key(fields.creator)
        if reporter:
            yield Interaction(kind=InteractionKind.REPORTED, actor=reporter, at=fields.created)
        given = [one for one in timeline.assignments if one.to]
        if given and timeline.assignments[-1].to:
            for one in given:
                actor = one.by or one.to
                target = one.to if one.to != actor else None
                if actor:
                    yield Interaction(kind=InteractionKind.ASSIGNED, actor=actor, at=one.at, target=target)
        begun: set[str] = set()
        for step in timeline.states:
            owner = timeline.assignee_at(step.at)
            if step.category in (StateCategory.DOING, StateCategory.DONE) and owner and owner not in begun:
                begun.add(owner)
                yield Interaction(kind=InteractionKind.AUTHORED, actor=owner, at=step.at)

    def _worklog(self, issue: Issue, raw: Any, audience: Audience) -> Upsert | Failure:
        """That somebody worked on it, and what they wrote; how long is not ours to know."""
        worklog = _model(Worklog, raw)
        if isinstance(worklog, str):
            return _refused(WORKLOGS, raw, worklog)
        actor, at = self.people.key(worklog.author), worklog.started or worklog.created
        if actor is None or at is None:
            missing = "whose it is" if actor is None else "when it was"
            return _refused(WORKLOGS, raw, f"it does not say {missing}")
        text = read_text(worklog.comment).text or None
        return Upsert(
            stream=WORKLOGS,
            native_id=worklog.id,
            record=Interaction(kind=InteractionKind.AUTHORED, actor=actor, at=at, item=issue.key, text=text),
            occurred_at=at,
            version=microseconds(worklog.updated or worklog.created),
            url=f"{self.web}/browse/{issue.key}?focusedWorklogId={worklog.id}",
            audience=self.audiences.of_remark(issue.fields.project, audience, worklog),
        )


def _waiting_or(category: StateCategory | None, timeline: Timeline) -> StateCategory | None:
    """Flagged as impeded, it waits, whatever its state says."""
    flagged = bool(timeline.states and timeline.states[-1].reason)
    return StateCategory.WAITING if flagged and category not in _FINISHED else category


def _closed_at(issue: Issue, timeline: Timeline, category: StateCategory | None) -> datetime | None:
    """When it was finished for the last time; when it was resolved, if its history does not say."""
    if category not in _FINISHED:
        return None
    if issue.fields.resolved_at and any(step.category is None for step in timeline.states):
        return issue.fields.resolved_at  # the history holds states of which nobody knows what they mean
    closed: datetime | None = None
    for step in timeline.states:
        if step.category not in _FINISHED:
            closed = None
        elif closed is None:
            closed = step.at
    return closed or issue.fields.resolved_at


def _model(kind: type[Model], raw: Any) -> Model | str:
    """A part, or why it is none."""
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        return reason_of(error)


def _refused(stream: str, raw: Any, reason: str) -> Failure:
    return Failure(stream=stream, native_id=_id_of(raw), reason=reason, payload=_payload(raw))


def _id_of(raw: Any) -> str:
    """What a record that cannot be read may be called."""
    for name in ("id", "key"):
        value = raw.get(name) if isinstance(raw, Mapping) else None
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value)
    return "without id"


def _payload(raw: Any) -> Mapping[str, Any]:
    return raw if isinstance(raw, Mapping) else {"value": raw}


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
