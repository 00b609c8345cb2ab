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


def check_managers(roster: Roster, standing: Mapping[str, str] | None = None) -> None:
    """Put aside lines to people who are not there, and lines in circles; leave those lines as they were.

    :param standing: lines of people whom this roster does not tell about: they may close a circle.
    """
    for person, place in list(roster.managers.items()):
        if place is None:
            continue
        if place.target == person:
            roster.managers[person] = None
            roster.note(REPORTING_LINES, base_id(person, person), f"{person} is their own manager: read as none.")
        elif place.target not in roster.present:
            del roster.managers[person]
            roster.put_aside(
                REPORTING_LINES,
                base_id(person, place.target),
                f"the manager {place.target!r} of {person} is not among the people. Add them or correct the id.",
            )
    targets = dict(standing or {})
    targets.update({person: place.target for person, place in roster.managers.items() if place is not None})
    for circle in cycles(targets):
        said = " → ".join([*circle, circle[0]])
        for person in circle:
            if roster.managers.pop(person, None) is None:
                continue  # it stood before; it is one of the others that is wrong
            roster.put_aside(
                REPORTING_LINES,
                base_id(person, targets[person]),
                f"managers go in a circle: {said}. Correct one of them.",
            )
