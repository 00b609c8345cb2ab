"""One person known to five systems, in the sample organisation, read by its connectors through the real engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sample_office import SampleOffice, opened_sample

from coachkit.domain.drafts import Draft, DraftKind
from coachkit.domain.identity import public_id, system_of, unpublic_id
from coachkit.errors import AccessDenied
from coachkit.ingest.identity_queue import Question
from coachkit.sample import Person
from coachkit.store.relational import schema as t

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.xdist_group("five-systems")]

TODAY = date(2026, 11, 24)
DOUBTFUL = "tracker:weiwang"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleOffice]:
    with opened_sample(tmp_path_factory.mktemp("five"), 7, TODAY) as opened:
        opened.app.identities.suggest(opened.app.now())
        yield opened


def owners(sample: SampleOffice) -> dict[str, tuple[int | None, str | None]]:
    """Identity key → whose it is, and why."""
    i = t.identities.c
    with sample.app.database.read() as reading:
        return {
            row.key: (row.person_id, row.method) for row in reading.execute(sa.select(i.key, i.person_id, i.method))
        }


def committing(person: Person) -> list[str]:
    """The keys under which somebody commits: addresses, and the login inside an address that hides them."""
    found = []
    for _, address in person.signatures:
        login = address.removesuffix("@users.noreply.github.com").partition("+")[2]
        found.append(f"github:{login}" if login else f"email:{address}")
    return found


def doubtful(sample: SampleOffice) -> Question:
    return next(one for one in sample.app.identities.list() if one.key == DOUBTFUL)


def test_everybody_is_one_person_in_all_their_systems(sample: SampleOffice) -> None:
    found = owners(sample)
    in_five = 0
    people = set()
    for person in sample.organisation.people:
        own = sample.person(person.employee_id).id
        people.add(own)
        keys = {person.hris, person.mail, person.chat, person.forge, *committing(person)}
        if person.vouched or person.handle != "lixing":
            keys.add(person.tracker)
        if person.handle == "lixing":  # HR does not list his accounts, and they show no address: a human has to say
            keys = {person.hris, person.mail, person.chat}
        assert {key: found[key][0] for key in keys} == dict.fromkeys(keys, own), person.handle
        in_five += len({system_of(key) for key in keys}) == 5
    assert len(people) == len(sample.organisation.people)
    assert in_five >= 30
    with sample.app.database.read() as reading:
        assert reading.scalar(sa.select(sa.func.count()).select_from(t.people)) == len(people)


def test_each_account_acts_in_its_own_system(sample: SampleOffice) -> None:
    """One of those who hide their address from the code host: what he commits there is still his login's."""
    callum = sample.organisation.person_of("callum")
    assert callum.signatures[0][1].endswith("@users.noreply.github.com")
    i, r = t.identities.c, t.records.c
    with sample.app.database.read() as reading:
        rows = reading.execute(
            sa.select(i.key, r.connection, r.source)
            .distinct()
            .select_from(t.interactions)
            .join(t.records, r.id == t.interactions.c.record_id)
            .join(t.identities, i.id == t.interactions.c.actor_id)
            .where(i.person_id == sample.person(callum.employee_id).id)
        ).all()
    acts = {key: {(row.connection, row.source) for row in rows if row.key == key} for key in {row.key for row in rows}}
    assert acts[callum.tracker] == {("tracker", "jsonl")}
    assert acts[callum.chat] == {("calendar", "jsonl")}
    assert {source for _, source in acts[callum.forge]} == {"git", "jsonl"}
    assert owners(sample)[callum.hris][1] == "profile"


def test_two_people_with_one_name_stay_two(sample: SampleOffice) -> None:
    search, risk = (sample.organisation.person_of(handle) for handle in ("weiwang_s", "weiwang_r"))
    assert search.name == risk.name
    one, other = (sample.person(person.employee_id) for person in (search, risk))
    assert one.id != other.id
    found = owners(sample)
    for person, entry in ((search, one), (risk, other)):
        for key in (person.hris, person.mail, person.tracker, person.forge, person.chat):
            assert found[key][0] == entry.id, key


def test_a_doubtful_account_waits_with_evidence_for_and_against(sample: SampleOffice) -> None:
    assert owners(sample)[DOUBTFUL][0] is None
    question = doubtful(sample)
    assert question.acts >= 2
    names = {candidate.name for candidate in question.candidates}
    assert names == {"王伟"}
    assert len(question.candidates) == 2
    for candidate in question.candidates:
        assert {"same-name"} <= {clue.kind for clue in candidate.evidence_for}
        assert {"namesake"} <= {clue.kind for clue in candidate.evidence_against}
        for language in ("en", "zh"):
            assert all(clue.text(language) for clue in (*candidate.evidence_for, *candidate.evidence_against))


def prepared(sample: SampleOffice, employee_id: str, minutes: int) -> Draft:
    subject = sample.person(employee_id)
    manager = sample.app.directory.manager_of(subject.id)
    assert manager is not None
    now = sample.app.now() + timedelta(minutes=minutes)
    viewer = sample.app.directory.viewer(manager.id, now)
    return sample.app.documents.prepare(DraftKind.BRIEF, viewer, subject.id, language="zh", model="none", now=now)


def is_stale(sample: SampleOffice, draft: Draft, employee_id: str) -> bool:
    manager = sample.app.directory.manager_of(sample.person(employee_id).id)
    assert manager is not None
    viewer = sample.app.directory.viewer(manager.id, sample.app.now() + timedelta(minutes=30))
    return sample.app.documents.get(draft.id, viewer).stale


def test_an_answer_merges_undo_splits_and_drafts_made_before_are_stale(sample: SampleOffice) -> None:
    person = sample.organisation.person_of("weiwang_s")
    number = person.employee_id
    queue, now = sample.app.identities, sample.app.now()
    untouched = owners(sample)
    before = prepared(sample, number, 0)
    assert not is_stale(sample, before, number)
    made = queue.accept(queue.identity(DOUBTFUL), sample.person(number).id, by="Annika", reason="asked him", now=now)
    assert owners(sample)[DOUBTFUL] == (sample.person(number).id, "human")
    assert DOUBTFUL not in {one.key for one in queue.list()}
    assert is_stale(sample, before, number), "what the account did is his now, and the draft does not know"
    after = prepared(sample, number, 5)
    assert not is_stale(sample, after, number)
    queue.undo(public_id(made.id), by="Annika", now=now)
    assert owners(sample) == untouched
    assert is_stale(sample, after, number), "what the account did is his no more"
    assert not is_stale(sample, before, number), "all is as if it had never been answered"
    assert doubtful(sample).candidates, "it is asked again"


def test_two_hr_records_joined_and_separated(sample: SampleOffice) -> None:
    """Somebody says that the namesakes are one, and takes it back; then again, and separates them."""
    search, risk = (sample.organisation.person_of(handle) for handle in ("weiwang_s", "weiwang_r"))
    one, other = (sample.person(person.employee_id).id for person in (search, risk))
    queue, now = sample.app.identities, sample.app.now()
    untouched = owners(sample)
    draft, lost = prepared(sample, risk.employee_id, 10), prepared(sample, search.employee_id, 10)
    viewer = sample.app.directory.viewer(unpublic_id(lost.viewer), now + timedelta(minutes=30))
    made = queue.accept(queue.identity(search.hris), other, by="Annika", reason="one man", now=now)
    found = owners(sample)
    assert {found[key][0] for key in (search.hris, search.chat, search.forge, risk.hris, risk.chat)} == {other}
    with pytest.raises(AccessDenied):
        sample.app.documents.get(lost.id, viewer)  # whom it is about is now part of somebody else
    queue.undo(made.id, by="Annika", now=now)
    assert owners(sample) == untouched
    assert not sample.app.documents.get(lost.id, viewer).stale
    assert not is_stale(sample, draft, risk.employee_id)
    later = now + timedelta(minutes=1)
    queue.accept(queue.identity(search.hris), other, by="Annika", reason="one man", now=later)
    queue.separate(queue.identity(search.hris), by="Annika", reason="two men", now=later + timedelta(minutes=1))
    found = owners(sample)
    assert found[search.hris][0] == found[search.chat][0] == found[search.forge][0] == one
    assert found[risk.hris][0] == found[risk.chat][0] == other
