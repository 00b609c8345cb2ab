"""Reporting lines that go in circles, or nowhere."""

from __future__ import annotations

from collections.abc import Mapping

from coachkit_hris.roster import REPORTING_LINES, Roster, base_id

__all__ = ["check_managers", "cycles"]


def cycles(managers: Mapping[str, str]) -> list[list[str]]:
    """The circles in person → manager, each from its smallest id on; in a fixed order."""
    settled: set[str] = set()
    found = []
    for first in sorted(managers):
        path: list[str] = []
        place: dict[str, int] = {}
        person: str | None = first
        while person is not None and person not in settled and person not in place:
            place[person] = len(path)
            path.append(person)
            person = managers.get(person)
        if person in place:
            circle = path[place[person] :]
            turn = circle.index(min(circle))
            found.append(circle[turn:] + circle[:turn])
        settled.update(path)
    return found


def check_managers(roster: Roster, also_known: frozenset[str] = frozenset()) -> None:
    """Put aside lines to people who are not there, and lines in circles; leave those lines as they were.

    :param also_known: people of the source that this roster does not list.
    """
    for person, place in list(roster.managers.items()):
        if place is None:
            continue
        if place.target == person:
            roster.managers[person] = None
            roster.note(REPORTING_LINES, base_id(person, person), f"{person} is their own manager: read as none.")
        elif place.target not in roster.present and place.target not in also_known:
            del roster.managers[person]
            roster.put_aside(
                REPORTING_LINES,
                base_id(person, place.target),
                f"the manager {place.target!r} of {person} is not among the people. Add them or correct the id.",
            )
    targets = {person: place.target for person, place in roster.managers.items() if place is not None}
    for circle in cycles(targets):
        said = " → ".join([*circle, circle[0]])
        for person in circle:
            target = roster.managers.pop(person)
            assert target is not None
            roster.put_aside(
                REPORTING_LINES,
                base_id(person, target.target),
                f"managers go in a circle: {said}. Correct one of them.",
            )
