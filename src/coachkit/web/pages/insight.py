"""Where insight begins: one card for each view of the organisation. A view adds its own card here."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from coachkit.api.security import Asks
from coachkit.web.i18n import mark
from coachkit.web.rendering import page

__all__ = ["CARDS", "Card", "router"]

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Card:
    """A view: its address, its name, and what it answers."""

    path: str
    title: str
    answers: str


CARDS = (
    Card(
        "/insight/goals",
        mark("Map of goals"),
        mark("How company, team and people's goals hang together, how far they are, and which deserve a look."),
    ),
    Card(
        "/insight/links",
        mark("Which goal is this for?"),
        mark("Say with one key which goal an item is for. Each answer makes the next proposals better."),
    ),
    Card(
        "/insight/network",
        mark("Who works with whom"),
        mark("Through whom teams reach each other, what hangs on one person, and how newcomers are tied in."),
    ),
    Card(
        "/insight/teams",
        mark("What teams do for each other"),
        mark("A heat map and the strongest flows, over months that are over."),
    ),
    Card(
        "/insight/flow",
        mark("Where work waits"),
        mark("In which step, at which hand-off and in which area, with intervals and what chance would do."),
    ),
    Card(
        "/insight/map",
        mark("Collaboration on one page"),
        mark("How strategy reaches teams, what depends on others, where credit is disputed. It prints on one sheet."),
    ),
    Card(
        "/insight/contribution",
        mark("Who advanced whose goals"),
        mark(
            "By kind of help, of a person, a team, a project or between teams. "
            "Your own view is whole, and you add to it."
        ),
    ),
    Card(
        "/insight/pilot",
        mark("Pilots"),
        mark("Some teams try something: figures before and since, with intervals, and what they cannot show."),
    ),
    Card(
        "/contributions",
        mark("Who contributed what"),
        mark("What people brought about together, by kind of help. Whoever is named sees it first."),
    ),
    Card(
        "/conversations",
        mark("Key conversations"),
        mark("Who should talk to whom, about what, by when, and why now."),
    ),
)
"""In the order in which the page shows them."""


@router.get("/insight")
def show(request: Request, _viewer: Asks) -> HTMLResponse:
    return page(request, "insight.html", nav="insight", cards=CARDS)
