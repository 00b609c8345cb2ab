"""Today: one's check-ins, one's reports, what one has taken on, and what is known about oneself."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from coachkit.access import PersonEntry, Viewer
from coachkit.access.policy import HR, opens_brief
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.domain.identity import public_id
from coachkit.errors import CoachkitError
from coachkit.web.rendering import page, reader_of

__all__ = ["router"]

router = APIRouter()

_SHOWN_ACTIONS = 8
_AHEAD = timedelta(days=7)


@router.get("/")
def show(request: Request, app: Installation, viewer: Asks) -> HTMLResponse:
    reader = reader_of(request)
    zone = ZoneInfo(app.settings.timezone)
    morning = datetime.combine(reader.fmt.today, time(), zone).astimezone(UTC)
    meetings = app.personal.meetings(viewer.person, viewer.scopes, since=morning, until=morning + _AHEAD)
    today = [one for one in meetings if reader.fmt.day_of(one.at) == reader.fmt.today]
    reports = app.directory.reports_of(viewer.person)
    coming = app.personal.next_meetings([one.id for one in reports], viewer.scopes, after=morning)
    sources = app.coverage.of_person(viewer.person, viewer.scopes)
    read = next(iter(app.reads.reads_of(viewer.person, limit=1)), None)
    return page(
        request,
        "home.html",
        nav="home",
        today=today,
        coming=[one for one in meetings if one not in today],
        ids={one.report: public_id(one.report) for one in meetings},
        actions=app.action_items.open_of(viewer, limit=_SHOWN_ACTIONS),
        reports=reports,
        granted=_granted(app, viewer),
        next=coming,
        sources=list(dict.fromkeys(source.connection for source in sources)),
        total=sum(source.records for source in sources),
        last_read=read,
        last_read_when=reader.fmt.ago(read.at, viewer.at) if read else "",
    )


def _granted(app: App, viewer: Viewer) -> list[tuple[PersonEntry, str]]:
    """Whose brief a grant opens to the viewer, and for what reason; by name."""
    found: dict[int, tuple[PersonEntry, str]] = {}
    for grant in app.grants.list(viewer.person):
        kind, _, account = grant.scope_key.partition(":")
        if grant.role != HR or kind != "subject":
            continue
        try:
            person = app.directory.find_person(account)
        except CoachkitError:  # the account is of nobody (any more)
            continue
        if person.active and opens_brief(app.directory, viewer, person, viewer.at):
            found[person.id] = (person, grant.reason)
    return sorted(found.values(), key=lambda one: one[0].name)
