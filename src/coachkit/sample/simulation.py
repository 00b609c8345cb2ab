"""The simulation as a whole: in which order its parts are made."""

from __future__ import annotations

import random
from datetime import date

from coachkit.sample.changes import number_changes
from coachkit.sample.checkins import make_check_ins
from coachkit.sample.days import Clock
from coachkit.sample.documents import make_documents
from coachkit.sample.feedback import make_feedback
from coachkit.sample.goals import make_goals
from coachkit.sample.incidents import make_incidents
from coachkit.sample.issues import number_issues, plan_issues, weave_waits
from coachkit.sample.meetings import make_reviews
from coachkit.sample.model import Organisation
from coachkit.sample.people import TEAMS, read_roster
from coachkit.sample.planted import Planting
from coachkit.sample.repositories import make_repositories
from coachkit.sample.talk import talk
from coachkit.sample.tracker import emit_accounts, emit_changes, emit_issues, private_group
from coachkit.sample.wording import Portfolio
from coachkit.sample.world import World

__all__ = ["simulate"]


def simulate(seed: int = 7, *, today: date) -> Organisation:
    """The sample organisation on the morning of ``today``: two quarters of a bilingual company of about 60 people.

    Pure: the same seed and day give the same organisation, to the byte. Nothing in it lies after the working day before
    ``today``, but check-ins that are planned.
    """
    clock = Clock(today)
    roster = read_roster(clock, random.Random(f"{seed}:leave"))  # noqa: S311 - a simulation, no secret
    world = World(seed, clock, roster)
    planting = Planting(world)
    plan_issues(world)
    weave_waits(world)
    planting.plan()
    number_issues(world)
    number_changes(world)
    talk(world)
    planting.tell()
    make_goals(world, planting.goals)
    portfolio = Portfolio(world)
    make_documents(world)
    incidents = make_incidents(world)
    make_reviews(world, portfolio)
    make_check_ins(world, portfolio, planting.rhythms)
    make_feedback(world, portfolio, incidents)
    emit_accounts(world)
    emit_issues(world)
    emit_changes(world)
    repositories = make_repositories(world)
    planting.conclude()
    return Organisation(
        name="Guidu 桂渡",
        seed=seed,
        today=today,
        people=roster.people,
        teams=TEAMS,
        records=tuple(world.records),
        groups=(private_group(world), planting.group),
        repositories=repositories,
        situations=tuple(world.situations),
        demo_manager=roster["jianing"].email,
        demo_report=roster["ines"].email,
    )
