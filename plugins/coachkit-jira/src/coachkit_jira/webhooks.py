"""Who sent a delivery, and what it is about.

Jira signs in two ways. A webhook that an administrator made with a secret carries ``X-Hub-Signature: sha256=…``, an
HMAC of the body. A webhook of an app (OAuth 2.0 or Connect) carries a token in ``Authorization`` (``Bearer`` or
``JWT``), signed with the app's secret: it says who sends, not what. Since everything is read anew from Jira, nobody
gains by changing the body.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from coachkit.sdk import (
    AclChange,
    AuthFailed,
    Delivery,
    Event,
    Failure,
    Item,
    NotThere,
    PayloadRejected,
    SecretRef,
    Tombstone,
    Upsert,
    check_age,
    check_signature,
    read_object,
)
from coachkit_jira.config import JiraConfig
from coachkit_jira.cursors import SprintsPlace
from coachkit_jira.issues import COMMENTS, ISSUES, WORKLOGS
from coachkit_jira.models import User, moment
from coachkit_jira.people import ACCOUNTS
from coachkit_jira.plans import PROJECTS, SPRINTS, project_record, read_project
from coachkit_jira.session import Session
from coachkit_jira.sprinting import Sprints

__all__ = ["Handler", "verify"]

SIGNATURE = "x-hub-signature"
IDENTIFIER = "x-atlassian-webhook-identifier"


def verify(config: JiraConfig, connection: str, delivery: Delivery) -> Event:
    """The event of a delivery.

    :raises AuthFailed: if it is not signed by whoever knows the secret, or is too old.
    :raises PayloadRejected: if it is no delivery of Jira.
    """
    secret = config.webhook_secret
    if secret is None:
        raise AuthFailed(
            "no webhook secret is set, so no delivery can be believed.",
            subject=connection,
            hint="Set webhook_secret, and the same secret at the webhook in Jira.",
        )
    most = timedelta(minutes=config.webhook_max_age_minutes)
    if SIGNATURE in delivery.headers:
        check_signature(delivery, secret, header="X-Hub-Signature")
    else:
        _check_token(delivery, secret, most)
    payload = read_object(delivery.body)
    name = payload.get("webhookEvent")
    if not isinstance(name, str) or not name:
        raise PayloadRejected("the delivery has no webhookEvent; it is none of Jira's.", subject=connection)
    sent_at = moment(payload.get("timestamp"))
    if sent_at is not None:
        check_age(sent_at, delivery.received_at, most=most)
    native = delivery.headers.get(IDENTIFIER, "").strip()[:200]
    digest = hashlib.sha256(delivery.body).hexdigest()
    return Event(id=native or digest, name=name, payload=payload, sent_at=sent_at)


def _check_token(delivery: Delivery, secret: SecretRef, most: timedelta) -> None:
    """The token that an app's webhook carries."""
    scheme, _, token = delivery.headers.get("authorization", "").partition(" ")
    if scheme.lower() not in ("jwt", "bearer") or not token.strip():
        raise AuthFailed(
            "the delivery is not signed.", hint="Give the webhook in Jira the secret at " + secret.reference + "."
        )
    try:
        claims = jwt.decode(token.strip(), OctKey.import_key(secret.read()), algorithms=["HS256"]).claims
    except (JoseError, ValueError) as error:
        raise AuthFailed(
            "the token of the delivery is wrong.", hint=f"Is the app's secret the one at {secret.reference}?"
        ) from error
    ends_at, issued_at = moment(claims.get("exp")), moment(claims.get("iat"))
    if ends_at is not None and ends_at < delivery.received_at - timedelta(minutes=1):
        raise AuthFailed("the token of the delivery has expired.", hint="Set the clocks of both machines.")
    if issued_at is not None:
        check_age(issued_at, delivery.received_at, most=most)


class Handler:
    """Reads anew what an event is about."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._config = session.config

    def items(self, event: Event) -> Iterator[Item]:
        """The records that an event is about, as they are now. Accounts wait for the next sync: as parts of other
        answers they come without their addresses.

        :raises PayloadRejected: if it is of no stream that is read, with the reason.
        """
        stream, what = _MEANS.get(event.name, ("", ""))
        if not stream:
            raise PayloadRejected(f"the event {event.name[:80]!r} is of no stream.")
        wanted = self._config.worklogs if stream == WORKLOGS else stream in self._config.streams
        if not wanted:
            raise PayloadRejected(f"{stream} are not read by this connection.")
        if what == "issue":
            yield from self._issue_event(event)
        elif what == "link":
            yield from self._link(event.payload)
        elif what == "sprint":
            yield from self._sprint(_id(event.payload, "sprint"))
        elif what == "project":
            yield from self._project(_id(event.payload, "project"))
        else:
            yield from self._user(event)

    def again(self, issue_id: str) -> Iterator[Item]:
        """One issue as it is now, with all that hangs on it."""
        try:
            raw = self._session.rest.issue(issue_id, self._session.fields)
        except NotThere:
            yield Tombstone(stream=ISSUES, native_id=issue_id)
            return
        project = raw["fields"].get("project") if isinstance(raw.get("fields"), Mapping) else None
        key = project.get("key") if isinstance(project, Mapping) else None
        if self._config.projects and key not in self._config.projects:
            yield Tombstone(stream=ISSUES, native_id=issue_id)  # it was moved to where this connection does not look
            return
        yield from self._session.records([raw])

    def _issue_event(self, event: Event) -> Iterator[Item]:
        payload = event.payload
        if isinstance(payload.get("issue"), Mapping):
            issue_id = _id(payload, "issue")
        else:
            worklog = payload.get("worklog")
            issue_id = _word(worklog.get("issueId")) if isinstance(worklog, Mapping) else ""
        if not issue_id:
            raise PayloadRejected(f"{event.name} does not say on which issue; jira:issue_updated tells the same.")
        remark = next((name for name in ("comment", "worklog") if event.name.startswith(f"{name}_")), None)
        stream = {"comment": COMMENTS, "worklog": WORKLOGS}.get(remark or "", ISSUES)
        remark_id = _word(payload[remark].get("id")) if remark and isinstance(payload.get(remark), Mapping) else ""
        seen = gone = False
        for item in self.again(issue_id):
            gone = gone or (isinstance(item, Tombstone) and item.stream == ISSUES)
            seen = seen or (isinstance(item, Upsert | Failure) and (item.stream, item.native_id) == (stream, remark_id))
            yield item
        if remark_id and not seen:
            yield Tombstone(stream=stream, native_id=remark_id)
        if gone:
            yield from (Tombstone(stream=COMMENTS, native_id=one) for one in _comments_in(payload))

    def _link(self, payload: Mapping[str, Any]) -> Iterator[Item]:
        """A link belongs to two issues; Jira does not count it as a change of either."""
        link = payload.get("issueLink")
        ends = (
            [_word(link.get(name)) for name in ("sourceIssueId", "destinationIssueId")]
            if isinstance(link, Mapping)
            else []
        )
        if not ends or not all(ends):
            raise PayloadRejected("the link does not say which issues it ties.")
        for end in ends:
            yield from self.again(end)

    def _sprint(self, sprint_id: str) -> Iterator[Item]:
        place = SprintsPlace(open=[], swept_at=0)
        yield from Sprints(self._session, place.cursor(), 0).again(sprint_id, None)

    def _project(self, project_id: str) -> Iterator[Item]:
        try:
            project = read_project(self._session.rest.project(project_id))
        except NotThere:
            group = f"jira:{self._session.connection}:{project_id}"
            yield AclChange(group=group, members=())
            yield Tombstone(stream=PROJECTS, native_id=project_id)
            return
        if isinstance(project, Failure):
            yield project
            return
        if self._config.projects and project.key not in self._config.projects:
            raise PayloadRejected(f"the project {project.key} is not read by this connection.")
        self._session.people.key(project.lead)
        yield project_record(project, self._session.audiences, self._session.issues.web)

    def _user(self, event: Event) -> Iterator[Item]:
        raw = event.payload.get("user")
        user = User.model_validate(raw) if isinstance(raw, Mapping) else User()
        native = self._session.people.native_id(user)
        if native is None:
            raise PayloadRejected("the user has no id.")
        if event.name == "user_deleted":
            raise PayloadRejected("an account stays, so that what it did can be read; only its person can be removed.")
        who = {"accountId": native} if self._session.rest.cloud else {"key": native}
        yield self._session.people.account(native, User.model_validate(self._session.rest.get("user", **who)))


_MEANS = {
    **{f"jira:issue_{what}": (ISSUES, "issue") for what in ("created", "updated", "deleted")},
    **{f"comment_{what}": (COMMENTS, "issue") for what in ("created", "updated", "deleted")},
    **{f"worklog_{what}": (WORKLOGS, "issue") for what in ("created", "updated", "deleted")},
    **{f"issuelink_{what}": (ISSUES, "link") for what in ("created", "deleted")},
    **{f"sprint_{what}": (SPRINTS, "sprint") for what in ("created", "updated", "started", "closed", "deleted")},
    **{f"project_{what}": (PROJECTS, "project") for what in ("created", "updated", "deleted")},
    **{f"user_{what}": (ACCOUNTS, "user") for what in ("created", "updated", "deleted")},
}


def _id(payload: Mapping[str, Any], part: str) -> str:
    value = payload.get(part)
    found = _word(value.get("id")) if isinstance(value, Mapping) else ""
    if not found:
        raise PayloadRejected(f"the delivery does not say which {part} it is about.")
    return found


def _comments_in(payload: Mapping[str, Any]) -> Iterator[str]:
    """Ids of an issue's comments, as far as the delivery lists them."""
    part: Any = payload
    for name in ("issue", "fields", "comment", "comments"):
        part = part.get(name) if isinstance(part, Mapping) else None
    for one in part if isinstance(part, list) else ():
        if isinstance(one, Mapping) and _word(one.get("id")):
            yield _word(one.get("id"))


def _word(value: object) -> str:
    """An id, which may be a number."""
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
