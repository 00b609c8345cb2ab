"""Today: one's check-ins, one's reports, what one has taken on, and what is known about oneself."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from coachkit.access import Viewer
from coachkit.api.people import open_people
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.domain.identity import public_id
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
        received=_received(app, viewer),
        shown_first=[(one.draft, app.targets.target(one.target)) for one in app.showings.waiting(viewer)],
        granted=[one for one in open_people(app, viewer) if one.relation == "grant"],
        announced=app.talks.conversations.own.announced(app.directory.person(viewer.person), viewer.at),
        next=coming,
        sources=list(dict.fromkeys(source.connection for source in sources)),
        total=sum(source.records for source in sources),
        last_read=read,
        last_read_when=reader.fmt.ago(read.at, viewer.at) if read else "",
    )


def _received(app: App, viewer: Viewer) -> list[dict[str, object]]:
    """Self-reviews that stand submitted to the viewer."""
    handed = app.self_reviews.handed_to(viewer)
    return [
        {"name": app.directory.person(one.person).name, "id": public_id(one.person), "period": one.period, "at": one.at}
        for one in handed
    ]
