"""Key conversations in the sample organisation: what was planted is found with its records, quiet pairs stay quiet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from conversation_truth import figures
from sample_office import SampleOffice, opened_sample, said_in, words

from coachkit.domain.drafts import Draft, Origin
from coachkit.drafting.agents.conversation import CARD_LIMITS
from coachkit.drafting.fitting import length

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # a whole company is made, synced and read

TODAY = date(2026, 11, 24)
SEEDS = [pytest.param(seed, marks=pytest.mark.xdist_group(f"talks-{seed}")) for seed in (7, *range(1, 6))]
in_one = pytest.mark.parametrize("sample", SEEDS[:1], indirect=True)
"""For what one organisation shows as well as six."""


@pytest.fixture(scope="module", params=SEEDS)
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleOffice]:
    """Other seeds on other days."""
    seed: int = request.param
    folder = tmp_path_factory.mktemp(f"talks-{seed}")
    with opened_sample(folder, seed, TODAY + timedelta(days=0 if seed == 7 else 13 * seed)) as office:
        yield office


def test_what_was_planted_is_found_and_little_else(sample: SampleOffice) -> None:
    seen = figures(sample)
    assert not seen.missed
    assert seen.precision >= 0.8, seen.unplanted
    assert seen.disturbed <= 0.1 * seen.quiet, seen.unplanted


def prepared(sample: SampleOffice, kind: str, person: str, language: str) -> Draft:
    subject = sample.person(person)
    manager = sample.app.directory.manager_of(subject.id)
    assert manager is not None
    now = sample.app.now()
    return sample.app.documents.prepare(
        kind,
        sample.app.directory.viewer(manager.id, now),
        subject.id,
        language="zh" if language == "zh" else "en",
        model="none",
        now=now,
    )


@in_one
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_card_and_agenda_of_the_company_is_whole_and_short(sample: SampleOffice, language: str) -> None:
    spoken = "zh" if language == "zh" else "en"
    none = 0
    for person in sample.organisation.people:
        if person.manager is None or person.left_on is not None:
            continue
        card = prepared(sample, "key_conversation", person.employee_id, language)
        said = " ".join([*(section.title for section in card.sections), *(words(one) for one in said_in(card))])
        assert length(said, spoken) <= CARD_LIMITS[spoken], said
        names = [section.name for section in card.sections]
        if "looked" in names:
            none += 1
            assert names[0] == "talk"
        else:
            assert names == ["talk", "why", "maybe", "ask", "rule"], names
            why = next(section for section in card.sections if section.name == "why")
            assert all(one.evidence for one in why.statements)
        agenda = prepared(sample, "agenda", person.employee_id, language)
        said = " ".join([*(section.title for section in agenda.sections), *(words(one) for one in said_in(agenda))])
        assert length(said, spoken) <= {"en": 350, "zh": 600}[spoken], said
        assert {"theirs", "actions", "progress", "plan", "risk"} & {section.name for section in agenda.sections}
        assert not {"You: ", "你 — "} & {one.text[:5] for one in said_in(agenda)}
        for one in (*said_in(card), *said_in(agenda)):
            assert one.origin is Origin.COMPOSED
    assert none >= 20, "most pairs of a company have nothing to talk about that cannot wait"


def test_both_sides_read_the_same_agenda(sample: SampleOffice) -> None:
    situation = next(one for one in sample.organisation.situations if one.kind == "overdue_action")
    assert situation.brief_of is not None
    theirs = prepared(sample, "agenda", situation.brief_of, "en")
    subject, now = sample.person(situation.brief_of), sample.app.now()
    own = sample.app.documents.prepare(
        "agenda", sample.app.directory.viewer(subject.id, now), subject.id, language="en", model="none", now=now
    )
    assert own.sections == theirs.sections


@in_one
def test_neither_hostile_words_nor_what_one_may_not_read_are_said(sample: SampleOffice) -> None:
    for situation in sample.organisation.situations:
        if not situation.must_not_mention or situation.brief_of is None:
            continue
        for kind in ("agenda", "key_conversation"):
            whole = repr(prepared(sample, kind, situation.brief_of, "zh"))
            for text in situation.must_not_mention:
                assert text not in whole, f"{kind} {situation.id}: {text}"
