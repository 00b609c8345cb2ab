"""A self-review is its person's alone: nobody else gets a byte of it before it is handed over, and what was left out
comes back in no sentence and no count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from door_office import NOW, Office, opened_office
from doors import door_of
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from coachkit.domain.identity import public_id
from coachkit.drafting.facts import Fact, Language
from coachkit.drafting.plan.self_review import ANSWERS, plan_self_review
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording import word
from coachkit.insight.half_year import records_of_subject, without
from coachkit.insight.rows import Material, Window

SECRET = "quokka"
"""Stands in everything that the person writes, and nowhere else."""
OTHERS = ("ana", "wei", "hr")
PERIOD = "2026-H1"

sections = st.sampled_from(ANSWERS)
texts = st.text(alphabet="abc äöü 好的\n<>\"'“”*", min_size=1, max_size=30).map(lambda text: f"{SECRET} {text}")
languages: st.SearchStrategy[Language] = st.sampled_from(["en", "zh"])
actions = st.one_of(
    st.tuples(st.just("add"), sections, texts),
    st.tuples(st.just("edit"), languages, st.integers(0, 20), texts),
    st.tuples(st.just("remove"), languages, st.integers(0, 20)),
    st.tuples(st.just("exclude"), st.integers(0, 20)),
    st.tuples(st.just("keep"), st.integers(0, 20)),
    st.tuples(st.just("write"), languages),
)


@dataclass
class Doors:
    """Every door that answers a question, opened by everybody else."""

    office: Office
    clients: dict[str, TestClient] = field(default_factory=dict)
    drafts: set[str] = field(default_factory=set)

    def addresses(self) -> list[str]:
        """Every GET route of API and pages, with Maria and her drafts in the places of ids."""
        maria = self.office.person("maria").public_id
        found = []
        for route in door_of(self.office.app).routes:
            path: str = getattr(route, "path", "")
            if "GET" not in (getattr(route, "methods", None) or ()) or path.startswith(
                ("/assets", "/events", "/sign-in")
            ):
                continue
            for draft in sorted(self.drafts) or ["none"]:
                filled = re.sub(r"\{person_id[^}]*\}", maria, path)
                filled = re.sub(r"\{draft_id[^}]*\}", draft, filled)
                filled = re.sub(r"\{kind[^}]*\}", "self_review", filled)
                found.append(re.sub(r"\{[^}]*\}", maria, filled))
        return [*dict.fromkeys(found), f"/search?q={SECRET}", f"/api/search?q={SECRET}"]

    def answers(self, addresses: list[str]) -> dict[tuple[str, str], tuple[int, bytes]]:
        return {(who, address): _answer(self._client(who), address) for who in OTHERS for address in addresses}

    def _client(self, who: str) -> TestClient:
        if who not in self.clients:
            made = TestClient(door_of(self.office.app), raise_server_exceptions=False, follow_redirects=False)
            made.headers.update({"Accept-Language": "en", "Authorization": f"Bearer {self.office.token(who)}"})
            self.clients[who] = made
        return self.clients[who]


def _answer(client: TestClient, address: str) -> tuple[int, bytes]:
    answer = client.get(address)
    return answer.status_code, answer.content


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with opened_office(tmp_path_factory.mktemp("doors")) as office:
        office.grant("hr", "hr")
        office.grant("hr", "admin")
        office.grant("ana", "admin")
        office.app.grants.add(office.person("hr").id, "hr", "subject:hris:maria", by="test", reason="a case", now=NOW)
        yield Doors(office)


def _do(doors: Doors, action: tuple[Any, ...]) -> None:
    office, service = doors.office, doors.office.app.self_reviews
    maria = office.viewer("maria")
    kind, *rest = action
    if kind == "add":
        service.add(maria, PERIOD, rest[0], rest[1])
    elif kind in ("exclude", "keep"):
        lines = service.shelf(maria).lines
        service.pick(maria, PERIOD, [lines[rest[0] % len(lines)].id], kind)
    else:
        review = service.review(maria, language=rest[0])
        doors.drafts.add(review.draft.id)
        told = [str(one.data["id"]) for answer in review.answers for one in answer.statements]
        if kind in ("edit", "remove") and told:
            service.change(maria, PERIOD, rest[0], told[rest[1] % len(told)], kind, rest[2] if kind == "edit" else "")


@pytest.mark.slow  # every door, three people, twice an example
@given(done=st.lists(actions, min_size=1, max_size=6))
@settings(
    max_examples=examples(4),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_before_it_is_handed_over_no_door_tells_anybody_else_of_it(doors: Doors, done: list[tuple[Any, ...]]) -> None:
    """Not a word, not a length, not whether there is one: every answer is the same, to the byte, as before."""
    everywhere = doors.addresses()
    before = doors.answers(everywhere)
    for action in done:
        _do(doors, action)
    after = doors.answers(everywhere)
    for place, answer in after.items():
        assert answer == before[place], place
    for who_and_where, (_, content) in doors.answers(doors.addresses()).items():
        asked_for = b"search?q=" in who_and_where[1].encode()
        assert asked_for or SECRET.encode() not in content, who_and_where
    maria = doors.office.person("maria").id
    assert all(one.what != "self_review" for one in doors.office.app.reads.reads_of(maria, limit=500))
    for who in OTHERS:
        assert doors.office.app.self_reviews.handed_to(doors.office.viewer(who)) == ()


@pytest.mark.slow
@given(texts)
@settings(max_examples=examples(2), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_handed_over_and_taken_back_is_gone_again(doors: Doors, text: str) -> None:
    office, service = doors.office, doors.office.app.self_reviews
    maria, ana = office.viewer("maria"), office.viewer("ana")
    everywhere = [one for one in doors.addresses() if "reads" not in one and one not in ("/", "/me")]
    before = doors.answers(everywhere)
    words = service.add(maria, PERIOD, "support", text)
    review = service.review(maria, language="en")
    service.submit(maria, review)
    read = service.read(ana, maria.person)
    assert read == service.preview(maria, review), "the preview is what the manager reads"
    assert any(SECRET in one.text for part in read.sections for one in part.statements)
    service.withdraw(maria, PERIOD)
    service.take_back(maria, words.id)
    assert doors.answers(everywhere) == before


# --- what was left out ----------------------------------------------------------------------------------------------


def _material(office: Office) -> Material:
    maria = office.person("maria")
    scopes = office.viewer("maria").scopes & office.viewer("ana").scopes
    start = NOW - timedelta(days=183)
    window = Window(start=start, end=NOW, past=start - timedelta(days=30), zone=ZoneInfo("Asia/Shanghai"))
    return office.app.facts.material(subject=maria.id, other=office.person("ana").id, scopes=scopes, window=window)


@given(st.data())
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_is_drafted_from_what_was_left_out_and_nothing_counted_over_it(
    doors: Doors, data: st.DataObject
) -> None:
    material = _material(doors.office)
    records = sorted(records_of_subject(material))
    left_out = data.draw(st.sets(st.sampled_from(records)))
    plan = plan_self_review(without(material, left_out), NOW - timedelta(days=100))
    gone = {public_id(number) for number in left_out}
    keys = {material.items[number].key for number in left_out if number in material.items}
    for fact in plan.facts + plan.left_out:
        assert not gone & {*fact.evidence, *fact.counted}
        assert not keys & _names_in(fact), "an item comes back by its key"
    if len(left_out) == len(records):
        assert all(fact.uncited for section in ANSWERS for fact in plan.sections[section])


def _names_in(fact: Fact) -> set[str]:
    said: set[str] = set()
    both: tuple[Language, ...] = ("en", "zh")
    for language in both:
        voice = Voice(language, NOW.date(), ZoneInfo("UTC"), fact.roles["subject"].who, fact.roles["subject"])
        said |= set(re.findall(r"[\w-]*#\d+|\b[A-Z]+-\d+\b", re.sub("“[^”]*”", " ", word(fact, voice).text)))
    return said


def test_leaving_nothing_out_changes_nothing(doors: Doors) -> None:
    material = _material(doors.office)
    assert without(material, ()) is material
    assert without(material, [1]) == replace(material)
