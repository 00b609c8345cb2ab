"""The self-review of everybody in the sample organisation, in both languages: whole, short, cited, and honest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from sample_office import SampleOffice, opened_sample

from coachkit.access import PersonEntry
from coachkit.domain.drafts import Draft, DraftKind, Statement
from coachkit.drafting.facts import Language
from coachkit.drafting.fitting import length
from coachkit.drafting.plan.self_review import ANSWERS, SECTIONS
from coachkit.drafting.plan.self_review_questions import ANSWER_LIMITS, asked
from coachkit.drafting.words import FORBIDDEN

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]  # a whole company is made, synced and read

LANGUAGES: tuple[Language, ...] = ("en", "zh")
Reviews = dict[tuple[PersonEntry, Language], Draft]
ENDS = (".", "?", "!", "。", "？", "！", "…”", "”")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleOffice]:
    with opened_sample(tmp_path_factory.mktemp("reviews"), 7, date(2026, 11, 24)) as office:
        yield office


@pytest.fixture(scope="module")
def reviews(sample: SampleOffice) -> Reviews:
    made = {}
    for person in sample.app.directory.people():
        viewer = sample.app.directory.viewer(person.id, sample.app.now())
        for language in LANGUAGES:
            made[person, language] = sample.app.documents.prepare(
                DraftKind.SELF_REVIEW, viewer, person.id, language=language, model="none", now=sample.app.now()
            )
    return made


def told(draft: Draft) -> list[Statement]:
    return [one for section in draft.sections if section.name in ANSWERS for one in section.statements]


def test_each_has_every_question_in_its_order_and_the_coverage(reviews: Reviews) -> None:
    for (person, language), draft in reviews.items():
        assert tuple(section.name for section in draft.sections) == SECTIONS, person.name
        for section in draft.sections[:-1]:
            assert section.title == asked(section.name).text(language)
            assert section.statements, (person.name, section.name)


def test_no_answer_is_longer_than_it_may_be(reviews: Reviews) -> None:
    for (person, language), draft in reviews.items():
        for section in draft.sections:
            if section.name in ANSWERS:
                size = length(" ".join(one.text for one in section.statements), language)
                assert size <= ANSWER_LIMITS[language], (person.name, section.name, size)


def test_what_is_told_cites_a_record_that_person_and_manager_may_read(sample: SampleOffice, reviews: Reviews) -> None:
    for (person, _), draft in reviews.items():
        both = _both(sample, person)
        numbers = [_number(one) for statement in told(draft) for one in statement.evidence]
        assert len(sample.app.facts.hashes(numbers, both)) == len(set(numbers)), person.name
        for statement in told(draft):
            silent = statement.fact.endswith((".none", "changed.unmeasured"))
            assert bool(statement.evidence) != silent, (person.name, statement)


def test_a_goal_of_theirs_that_was_finished_is_told(sample: SampleOffice, reviews: Reviews) -> None:
    tables = sample.app.insights.reader.tables(None).as_of(sample.app.now())
    done = {row["record"] for row in tables.states.to_dicts() if row["category"] == "done"}
    keys = {row["record"]: row["key"] for row in tables.goals.to_dicts() if row["record"] in done}
    owned = [(row["person"], keys[row["record"]]) for row in tables.owners.to_dicts() if row["record"] in keys]
    assert owned
    for (person, language), draft in reviews.items():
        text = " ".join(one.text for one in told(draft))
        for owner, key in owned:
            assert owner != person.id or key in text, (person.name, language, key)


def _both(sample: SampleOffice, person: PersonEntry) -> frozenset[int]:
    now = sample.app.now()
    scopes = sample.app.directory.viewer(person.id, now).scopes
    manager = sample.app.directory.manager_of(person.id)
    return scopes & sample.app.directory.viewer(manager.id, now).scopes if manager else scopes


def _number(public: str) -> int:
    from coachkit.domain.identity import unpublic_id

    return unpublic_id(public)


def test_it_speaks_in_the_first_person_and_rates_nobody(reviews: Reviews) -> None:
    for (person, language), draft in reviews.items():
        for statement in told(draft):
            said = re.sub("“[^”]*”", "“”", statement.text)
            for reason in ("rating", "superlative", "character"):
                assert not FORBIDDEN[reason].search(said), (reason, statement.text)
            assert not re.search(rf"\b{re.escape(person.name)}\b", said), (
                f"{person.name} speaks of themself by name: {said}"
            )
            assert statement.text.endswith(ENDS), statement.text
            if language == "en":
                assert not re.search(r"\bhis\b|\bher\b|None|\{|  ", said), said


def test_the_two_languages_tell_the_same_facts(reviews: Reviews) -> None:
    for person in {person for person, _ in reviews}:
        facts = [[str(one.data["id"]) for one in told(reviews[person, language])] for language in LANGUAGES]
        assert facts[0] == facts[1], person.name


def test_no_two_people_have_the_same_review_unless_both_have_none(reviews: Reviews) -> None:
    texts: dict[str, str] = {}
    for (person, language), draft in reviews.items():
        whole = "\n".join(one.text for one in told(draft) if one.evidence)
        if language == "en" and whole:
            assert whole not in texts, (person.name, texts.get(whole))
            texts[whole] = person.name
    assert len(texts) > 50


def test_i_stands_only_where_the_record_shows_it(sample: SampleOffice, reviews: Reviews) -> None:
    """A second look at the record, by another way: whoever says "I finished" is its author or took its last step."""
    checked = 0
    for (person, language), draft in reviews.items():
        if language != "en":
            continue
        for statement in told(draft):
            if statement.fact != "moved.delivery" or not re.search(
                r"\bI (?:closed|finished|brought|made)\b", statement.text
            ):
                continue
            (found,) = sample.app.facts.evidence([_number(statement.evidence[0])], _both(sample, person))
            by = {actor.role for actor in found.actors if actor.person == person.public_id}
            assert by & {"authored", "assigned"}, statement.text
            checked += 1
    assert checked > 40
