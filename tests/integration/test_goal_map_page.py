"""The map of goals of a large organisation as a page without script: folded, capped, searched."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from door_office import Office, at, opened_office
from starlette.testclient import TestClient

from coachkit.sdk import Goal, GoalLevel

Clients = Callable[..., TestClient]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with opened_office(tmp_path_factory.mktemp("goals")) as office:
        office.put("okr", "goals", "C-1", Goal(key="C-1", title="Be of use", level=GoalLevel.COMPANY), at(1))
        for number in range(60):
            key = f"T-{number:02}"
            goal = Goal(key=key, title=f"Aim {number}", level=GoalLevel.TEAM, team="search", parents=("C-1",))
            office.put("okr", "goals", key, goal, at(1))
        yield office


def shown(page: str) -> set[str]:
    return set(re.findall(r'id="goal-(T-\d\d)"', page))


def test_a_group_shows_twelve_and_the_rest_by_a_link(office: Office, client_of: Clients) -> None:
    tom = client_of(office, "tom")
    page = tom.get("/insight/goals").text
    assert len(shown(page)) == 12
    assert "60 goals below" in page
    assert '<details class="goal-fold">' in page, "of more than forty, what is below is folded"
    (link,) = re.findall(r'href="(/insight/goals\?all=C-1)#goal-C-1">Show 48 more', page)
    whole = tom.get(link).text
    assert len(shown(whole)) == 60
    assert '<details class="goal-fold" open>' in whole


def test_a_search_unfolds_what_it_finds_and_keeps_the_way(office: Office, client_of: Clients) -> None:
    page = client_of(office, "tom").get("/insight/goals", params={"q": "aim t-4"}).text
    assert shown(page) == {f"T-{number}" for number in range(40, 50)}
    assert 'class="goal on-the-way" id="goal-C-1"' in page
    assert '<details class="goal-fold" open>' in page
    assert client_of(office, "tom").get("/insight/goals", params={"level": "company"}).text.count("T-") == 0
