"""A brief says nothing that one of the two may not read, and loses what is gone when it is opened again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from brief_office import NOW, Office, at, key, statements, texts

from coachkit.access import Viewer
from coachkit.domain.drafts import Draft, DraftKind
from coachkit.domain.identity import public_id, record_id, unpublic_id
from coachkit.errors import AccessDenied, NotFound
from coachkit.ingest.identity_queue import IdentityQueue
from coachkit.sdk import Account, AclChange, Audience, CheckInState, InteractionKind, Link, Note, StateChange, Tombstone
from coachkit.store.relational.identities import SqlIdentityStore

ORG = Audience.org()
LATER = NOW + timedelta(hours=1)


def viewer(office: Office, who: str = "ana", when: datetime = LATER) -> Viewer:
    return office.directory.viewer(office.person(who).id, when)


def blocked(office: Office, *, audience: Audience | None = None, by: Audience | None = None) -> None:
    office.issue("PAY-17", "Page the ledger export", "wei", team="payments", audience=by)
    office.issue(
        "SRCH-91",
        "Nightly sales column",
        "maria",
        history=(StateChange(state="waiting", category="waiting", at=at(2), reason="exports need pages"),),
        state="waiting",
        links=(Link(rel="blocked_by", target="PAY-17", since=at(2)),),
        audience=audience,
    )


def reopened(office: Office, draft: Draft, who: str = "ana") -> Draft:
    return office.documents.get(draft.id, viewer(office, who))


@pytest.mark.parametrize("readers", [("ana",), ("maria",), ("tom",), ("ana", "tom")])
def test_a_record_that_one_of_the_two_may_not_read_is_in_no_part_of_it(
    office: Office, readers: tuple[str, ...]
) -> None:
    without = office.brief()
    office.praise("maria", "SECRETWORD about her", at(9), author="tom", audience=Audience.people(*map(key, readers)))
    blocked(office, audience=Audience.people(*map(key, readers)))
    with_hidden = office.brief()
    shown = {"sections", "sources", "evidence", "header", "raw_output", "notes"}
    assert {name: getattr(with_hidden, name) for name in shown} == {name: getattr(without, name) for name in shown}
    assert "SECRETWORD" not in repr(office.documents.explanation(with_hidden.id, viewer(office)))


def test_what_both_may_read_is_told(office: Office) -> None:
    blocked(office, audience=Audience.people(key("ana"), key("maria")))
    assert "SRCH-91" in texts(office.brief(), "explore")


def test_a_blocker_outside_their_scopes_is_named_by_the_key_their_own_ticket_shows(office: Office) -> None:
    blocked(office, by=Audience.people(key("wei")))
    told = texts(office.brief(), "explore")
    assert "PAY-17" in told
    assert "Payments" not in told
    assert "Page the ledger" not in repr(office.brief())


def test_private_notes_reach_neither_draft_nor_pack(office: Office) -> None:
    for author, about in (("ana", "maria"), ("maria", "ana")):
        office.put(
            "checkins",
            f"note-{author}",
            Note(author=key(author), about=key(about), text="NOTEWORD: ask about the move", at=at(18)),
            at(18),
            audience=Audience.people(key(author)),
        )
    blocked(office)
    for language in ("en", "zh"):
        draft = office.brief(language=language)
        assert "NOTEWORD" not in repr(draft)
        assert "NOTEWORD" not in repr(office.documents.explanation(draft.id, viewer(office)))


def test_a_note_shared_with_both_is_still_not_drafted_from(office: Office) -> None:
    office.put(
        "checkins",
        "shared",
        Note(author=key("ana"), about=key("maria"), text="NOTEWORD", at=at(18)),
        at(18),
        audience=Audience.people(key("ana"), key("maria")),
    )
    assert "NOTEWORD" not in repr(office.brief())


def test_only_the_manager_of_today_and_the_person_open_it(office: Office) -> None:
    for who in ("wei", "tom", "chen"):
        with pytest.raises(AccessDenied):
            office.brief("maria", who)
    draft = office.brief("maria", "ana")
    assert office.brief("maria", "maria").header == draft.header
    with pytest.raises(NotFound):
        office.documents.get(draft.id, viewer(office, "maria"))


def test_the_read_is_noted_for_the_one_it_is_about(office: Office) -> None:
    draft = office.brief()
    reopened(office, draft)
    reads = office.reads.reads_of(office.person("maria").id)
    assert len([read for read in reads if "brief" in read.what]) >= 2


def test_unchanged_evidence_leaves_it_fresh(office: Office) -> None:
    blocked(office)
    draft = office.brief()
    again = reopened(office, draft)
    assert not again.stale
    assert again.sections == draft.sections
    assert again.sources == draft.sources


def test_changed_evidence_makes_it_stale_and_loses_nothing(office: Office) -> None:
    blocked(office)
    draft = office.brief()
    office.issue("PAY-17", "Page the ledger export, at last", "wei", team="payments")
    again = reopened(office, draft)
    assert again.stale
    assert again.sections == draft.sections
    assert office.documents.explanation(draft.id, viewer(office)).withheld


def test_another_account_of_one_of_the_two_makes_it_stale_until_it_is_taken_back(office: Office) -> None:
    blocked(office)
    office.put("chat", "maria.g", Account(identity="chat:maria.g", name="M. G."), at(3))
    queue = IdentityQueue(SqlIdentityStore(office.database, timezone="Europe/Berlin"))
    account = queue.identity("chat:maria.g")
    before = office.brief()
    assert not reopened(office, before).stale
    made = queue.accept(account, office.person("maria").id, by="ana", reason="asked her", now=LATER)
    assert reopened(office, before).stale
    assert reopened(office, before).sections == before.sections, "what it rests on is still there"
    after = office.brief(now=NOW + timedelta(minutes=5))
    assert not reopened(office, after).stale
    queue.undo(made.id, by="ana", now=LATER)
    assert reopened(office, after).stale
    assert not reopened(office, before).stale, "all is as if it had never been answered"


def test_who_acts_in_its_evidence_counts_too(office: Office) -> None:
    blocked(office)
    office.praise("maria", "They told us the same day", at(9), author="wei", audience=ORG)
    draft = office.brief()
    queue = IdentityQueue(SqlIdentityStore(office.database, timezone="Europe/Berlin"))
    made = queue.accept(queue.identity(key("wei")), office.person("jonas").id, by="ana", reason="one", now=LATER)
    assert reopened(office, draft).stale, "who helped her is somebody else now"
    queue.undo(made.id, by="ana", now=LATER)
    assert not reopened(office, draft).stale


def test_gone_evidence_takes_its_statements_along(office: Office) -> None:
    blocked(office)
    office.praise("maria", "They told us the same day", at(9), author="wei", audience=ORG)
    draft = office.brief()
    assert statements(draft, "explore")
    office.write("tracker", Tombstone(stream="records", native_id="PAY-17"))
    again = reopened(office, draft)
    assert again.stale
    assert not statements(again, "explore")
    assert statements(again, "wins") == statements(draft, "wins")
    cited = {one for section in again.sections for statement in section.statements for one in statement.evidence}
    assert {source.id for source in again.sources} == cited
    assert "PAY-17" not in texts(again, "explore")


def test_permission_taken_away_takes_the_statement_along(office: Office) -> None:
    blocked(office)
    draft = office.brief()
    office.write(
        "tracker", AclChange(stream="records", native_id="SRCH-91", audience=Audience.people(key("maria"), key("tom")))
    )
    again = reopened(office, draft)
    assert again.stale
    assert "SRCH-91" not in repr(again.sections)


def test_what_was_only_counted_counts_too(office: Office) -> None:
    """A number over five records is no longer true when one of them is gone, though only three are cited."""
    for place in range(5):
        office.change(
            f"engine#{place}", f"Answer in pages of {place} thousand", "maria", at(8 + place), reviewers=("tom",)
        )
    draft = office.brief()
    (share,) = [one for one in statements(draft, "explore") if one.fact == "explore.reviewer"]
    ids = {f"engine#{place}": public_id(record_id("reviews", "records", f"engine#{place}")) for place in range(5)}
    uncited = next(name for name, public in ids.items() if public not in share.evidence)
    assert len(share.evidence) == 3
    office.write("reviews", Tombstone(stream="records", native_id=uncited))
    again = reopened(office, draft)
    assert again.stale
    assert not [one for one in statements(again, "explore") if one.fact == "explore.reviewer"]


def test_a_stale_draft_is_replaced_by_preparing_anew(office: Office) -> None:
    blocked(office)
    office.brief()
    office.write("tracker", Tombstone(stream="records", native_id="SRCH-91"))
    fresh = office.brief(now=LATER)
    latest = office.documents.latest(
        DraftKind.BRIEF, viewer(office, when=LATER + timedelta(minutes=1)), office.person("maria").id
    )
    assert latest is not None
    assert (latest.id, latest.stale) == (fresh.id, False)
    assert "SRCH-91" not in repr(latest)


def test_every_citation_opens_for_both(office: Office) -> None:
    blocked(office)
    office.check_in(at(6), agenda=(("maria", "How long do we wait?"),))
    office.check_in(
        at(20, 14), state=CheckInState.PLANNED, agenda=(("ana", "Plans"), ("ana", "More"), ("maria", "Why"))
    )
    office.action("Ask for a date", "ana", "ci-maria-2026-05-06", created=at(6), due=date(2026, 5, 13))
    office.act(InteractionKind.UNBLOCKED, "maria", at(11), target="jonas", item="PLAT-8", text="Try again")
    draft = office.brief()
    wanted = [unpublic_id(source.id) for source in draft.sources]
    assert len(wanted) >= 4
    for who in ("ana", "maria"):
        found = office.reader.evidence(wanted, viewer(office, who).scopes)
        assert [one.id for one in found] == [source.id for source in draft.sources]
    assert "Two of the three points" in texts(draft, "agenda")
    assert "7 days over" in texts(draft, "actions")


def test_the_same_on_both_databases(any_office: Office) -> None:
    blocked(any_office)
    any_office.act(InteractionKind.UNBLOCKED, "maria", at(11), target="jonas", text="Try again")
    draft = any_office.brief()
    assert "18 days" in texts(draft, "explore")
    assert "Platform" in texts(draft, "wins")
    any_office.write("tracker", Tombstone(stream="records", native_id="SRCH-91"))
    assert reopened(any_office, draft).stale
