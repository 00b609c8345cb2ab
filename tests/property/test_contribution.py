"""Contribution: neither the order of rows, nor how much somebody did, nor what not all may read changes a summary."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from brief_office import NOW, Office, at, key, opened
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from story import ANA, JONAS, LIWEI, MARIA, TOM, WEI, Story
from story import at as day

from coachkit.domain.drafts import DraftKind
from coachkit.domain.targets import Target, TargetKind
from coachkit.drafting.agents.contribution import contribution_agent
from coachkit.drafting.documents import Documents
from coachkit.drafting.plan.contribution import plan_contribution
from coachkit.drafting.prompts import PromptLibrary
from coachkit.drafting.showing import Showings
from coachkit.insight.contribution import Shared, groups
from coachkit.sdk import Audience, Interaction, InteractionKind
from coachkit.store.relational.database import Database
from coachkit.store.relational.drafts import SqlDraftStore
from coachkit.store.relational.migrating import migrate
from coachkit.store.relational.reading_team import SqlTeamReader
from coachkit.store.relational.showings import SqlShowingStore
from coachkit.store.relational.targets import SqlTargets

GOAL = Target(kind=TargetKind.GOAL, key="G-1", name="Fast answers", team="search")
PEOPLE = (MARIA, ANA, TOM, WEI, JONAS, LIWEI)
HELP = ("decided", "reviewed", "unblocked", "mentored", "answered", "documented", "responded", "served", "approved")

acts = st.lists(
    st.tuples(
        st.sampled_from(HELP),
        st.sampled_from(PEOPLE),
        st.sampled_from(PEOPLE),
        st.integers(1, 6),
        st.integers(0, 12),
    ),
    max_size=40,
)


def told(made: list[tuple[str, int, int, int, int]]) -> Shared:
    story = Story()
    keys = [story.issue(f"SRCH-{n}", PEOPLE[n - 1], ("doing", day(7)), ("done", day(7 + n))).key for n in range(1, 7)]
    for kind, actor, target, item, late in made:
        story.act(kind, actor, day(7) + timedelta(days=late), target=target, item=keys[item - 1])
    material = replace(story.material(), subject=GOAL.id, other=None)
    return Shared(target=GOAL, material=material, present=frozenset(PEOPLE))


@given(acts, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(made: list[tuple[str, int, int, int, int]], chance: random.Random) -> None:
    shared = told(made)
    material = shared.material

    def shuffled(rows: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(chance.sample(rows, len(rows)))

    items = list(material.items.items())
    chance.shuffle(items)
    turned = replace(
        shared,
        material=replace(
            material,
            items=dict(items),
            acts=tuple(sorted(shuffled(material.acts), key=lambda act: (act.at, act.record))),  # type: ignore[attr-defined]  # acts
            ties=shuffled(material.ties),
            feedback=shuffled(material.feedback),
        ),
    )
    assert plan_contribution(shared).sections == plan_contribution(turned).sections


@given(acts, st.sampled_from(PEOPLE), st.integers(1, 15))
def test_doing_the_same_again_moves_nobody(made: list[tuple[str, int, int, int, int]], who: int, times: int) -> None:
    """Whoever gave some help gives it more often: who is named beside whom stays as it was."""
    before = groups(told(made))
    mine = [one for one in made if one[1] == who]
    after = groups(told([*made, *(one for one in mine for _ in range(times))]))
    assert {kind: [group.people for group in several] for kind, several in after.items()} == {
        kind: [group.people for group in several] for kind, several in before.items()
    }


@given(acts)
def test_each_person_stands_once_under_a_kind_and_by_name(made: list[tuple[str, int, int, int, int]]) -> None:
    shared = told(made)
    names = shared.material.people
    for several in groups(shared).values():
        listed = [who for group in several for who in group.people]
        assert len(listed) == len(set(listed))
        for group in several:
            shown = [names.name(who) for who in group.people]
            assert shown == sorted(shown)


# --- what not all may read -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder: Path = tmp_path_factory.mktemp("contribution")
    database = Database(f"sqlite:///{folder / 'office.db'}")
    migrate(database)
    with opened(database) as made:
        for number, owner in enumerate(("maria", "tom", "maria"), 1):
            made.issue(f"SRCH-{number}", f"Part {number} of the index", owner, state="done", closed=at(10 + number))
        made.act(InteractionKind.UNBLOCKED, "wei", at(11), target="maria", item="SRCH-1", text="Go on")
        made.act(InteractionKind.REVIEWED, "jonas", at(12), target="tom", item="SRCH-2", text="Fine")
        yield made
    database.close()


def documents(office: Office) -> tuple[Documents, SqlTargets]:
    targets = SqlTargets(office.database, office.directory)
    showings = Showings(SqlShowingStore(office.database), targets, office.directory, office.reads, days=0)
    reader = SqlTeamReader(office.database)
    agent = contribution_agent(targets, reader, lambda: office.directory.today(NOW), showings)
    made = Documents(
        (agent,),
        directory=office.directory,
        facts=office.reader,
        drafts=SqlDraftStore(office.database),
        reads=office.reads,
        writers=lambda _model: None,
        prompts=PromptLibrary(),
        timezone="UTC",
    )
    return made, targets


def said(office: Office) -> list[tuple[str, str, tuple[str, ...]]]:
    made, targets = documents(office)
    target = targets.find("team:search", None).target
    draft = made.prepare(
        DraftKind.CONTRIBUTION_SUMMARY,
        office.directory.viewer(office.person("ana").id, NOW),
        target.id,
        language="en",
        model="none",
        now=NOW,
    )
    return [(section.name, one.text, one.evidence) for section in draft.sections for one in section.statements]


_numbers = count(1000)
audiences = st.sampled_from(
    [
        Audience.nobody(),
        Audience.people(key("wei")),
        Audience.people(key("ana")),
        Audience.people(key("ana"), key("maria")),
        Audience.subject(key("liwei")),
        Audience.team("payments"),
    ]
)
hidden = st.lists(
    st.tuples(
        st.sampled_from([kind for kind in InteractionKind if kind in HELP]),
        st.sampled_from(["ana", "maria", "tom", "wei", "jonas", "liwei", "chen"]),
        st.sampled_from(["maria", "tom"]),
        audiences,
        st.integers(8, 18),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=examples(12))
@given(made=hidden)
def test_what_not_all_its_readers_may_read_changes_nothing(
    office: Office, made: list[tuple[InteractionKind, str, str, Audience, int]]
) -> None:
    """Whether one alone, two of the team, or nobody here can read it: no name, no citation, no order moves."""
    before = said(office)
    assert any("Wei Li" in text for _, text, _ in before)
    for kind, actor, target, audience, when in made:
        number = next(_numbers)
        office.put(
            "tracker",
            f"hidden-{number}",
            Interaction(
                kind=kind, actor=key(actor), target=key(target), at=at(when), item="SRCH-1", text=f"Hidden {number}"
            ),
            at(when),
            audience=audience,
        )
        office.issue(f"HID-{number}", "Hidden work", actor, state="done", closed=at(when), audience=audience)
    assert said(office) == before
