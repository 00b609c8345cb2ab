"""Links, sessions, tokens, and who is known by an account at the identity provider; on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from coachkit.access.oidc import OidcIdentity
from coachkit.access.sign_in import SignIn
from coachkit.domain.identity import identity_id
from coachkit.errors import AccessDenied, BadInput, NotFound
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database, upsert
from coachkit.store.relational.signin import SqlSignInStore

NOW = datetime(2026, 5, 20, 9, tzinfo=UTC)
DAY = timedelta(days=1)
MARIA, GONE, BOSS = 1, 2, 3
ISSUER = "https://login.example.org"


@pytest.fixture
def sign_in(database: Database) -> SignIn:
    people = [(MARIA, None), (GONE, date(2026, 5, 20)), (BOSS, None)]
    keys = [
        ("email:maria@a.org", MARIA, "email"),
        (f"oidc:{ISSUER}#m1", MARIA, "account"),
        ("email:tom@a.org", GONE, "email"),
        ("email:intruder@mail.example", BOSS, "same_as"),
        ("email:home@mail.example", BOSS, "human"),
    ]
    with database.write() as connection:
        upsert(
            connection,
            t.people,
            [{"id": p, "name": "x", "other_names": [], "active": True, "left_on": left} for p, left in people],
        )
        upsert(
            connection,
            t.identities,
            [
                {"id": identity_id(k), "key": k, "system": k.split(":")[0], "bot": False, "connection": "x"}
                | {"person_id": person, "method": method}
                for k, person, method in keys
            ],
        )
    return SignIn(SqlSignInStore(database, "UTC"))


def identity(subject: str = "other", email: str | None = None, verified: bool = True) -> OidcIdentity:
    return OidcIdentity(issuer=ISSUER, subject=subject, email=email, email_verified=verified, name=None)


def test_a_link_signs_in_once(sign_in: SignIn) -> None:
    link = sign_in.make_link(MARIA, NOW)
    session = sign_in.redeem_link(link, NOW + timedelta(hours=1))
    assert session.person == MARIA
    assert sign_in.session_person(session.token, NOW + DAY) == MARIA
    with pytest.raises(AccessDenied):
        sign_in.redeem_link(link, NOW + timedelta(hours=1))


def test_a_link_expires(sign_in: SignIn) -> None:
    link = sign_in.make_link(MARIA, NOW, lives=timedelta(minutes=15))
    with pytest.raises(AccessDenied):
        sign_in.redeem_link(link, NOW + timedelta(minutes=15))


def test_a_link_raced_for_is_won_once(sign_in: SignIn) -> None:
    link = sign_in.make_link(MARIA, NOW)
    results: list[object] = []
    start = threading.Barrier(8)

    def redeem() -> None:
        start.wait()
        try:
            results.append(sign_in.redeem_link(link, NOW).person)
        except AccessDenied:
            results.append(None)

    threads = [threading.Thread(target=redeem) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, results)) == ["1", *["None"] * 7]


def test_nothing_but_hashes_is_stored(sign_in: SignIn, database: Database) -> None:
    secrets = [sign_in.make_link(MARIA, NOW), sign_in.make_token(MARIA, "script", NOW)]
    secrets.append(sign_in.begin_session(MARIA, NOW).token)
    with database.read() as connection:
        stored = repr([connection.execute(sa.select(table)).all() for table in (t.sign_in_links, t.sessions)])
    for secret in secrets:
        assert secret.rpartition("-")[2] not in stored
        assert len(secret) > 43, "256 bits"
    assert len(set(secrets)) == 3


def test_one_kind_of_secret_does_not_pass_for_another(sign_in: SignIn) -> None:
    link, token = sign_in.make_link(MARIA, NOW), sign_in.make_token(MARIA, "script", NOW)
    session = sign_in.begin_session(MARIA, NOW).token
    assert [sign_in.session_person(s, NOW) for s in (link, token, session)] == [None, None, MARIA]
    assert [sign_in.token_person(s, NOW) for s in (link, token, session)] == [None, MARIA, None]
    for secret in (token, session, "", "ck-link-guess"):
        with pytest.raises(AccessDenied):
            sign_in.redeem_link(secret, NOW)


def test_sessions_end(sign_in: SignIn) -> None:
    one, other = sign_in.begin_session(MARIA, NOW), sign_in.begin_session(MARIA, NOW)
    sign_in.end_session(one.token)
    assert [sign_in.session_person(s.token, NOW) for s in (one, other)] == [None, MARIA]
    assert sign_in.session_person(other.token, other.expires_at) is None
    token = sign_in.make_token(MARIA, "x", NOW)
    assert sign_in.end_everything(MARIA) == 2
    assert (sign_in.session_person(other.token, NOW), sign_in.token_person(token, NOW)) == (None, None)


def test_who_leaves_is_out(sign_in: SignIn) -> None:
    """Their last day is the 20th."""
    session, token = sign_in.begin_session(GONE, NOW), sign_in.make_token(GONE, "x", NOW)
    link = sign_in.make_link(GONE, NOW)
    assert sign_in.session_person(session.token, NOW) == sign_in.token_person(token, NOW) == GONE
    assert sign_in.session_person(session.token, NOW + DAY) is None
    assert sign_in.token_person(token, NOW + DAY) is None
    with pytest.raises(AccessDenied):
        sign_in.redeem_link(link, NOW + timedelta(hours=20))
    for make in (sign_in.make_link, sign_in.begin_session):
        with pytest.raises(NotFound):
            make(GONE, NOW + DAY)
        with pytest.raises(NotFound):
            make(999, NOW)


def test_tokens_are_listed_noted_and_revoked_by_their_owner(sign_in: SignIn) -> None:
    token = sign_in.make_token(MARIA, " nightly script ", NOW)
    assert sign_in.token_person(token, NOW + DAY) == MARIA
    (entry,) = sign_in.tokens_of(MARIA)
    assert (entry.label, entry.last_used_at) == ("nightly script", NOW + DAY)
    assert entry.id not in token
    with pytest.raises(NotFound):
        sign_in.revoke_token(BOSS, entry.id)
    sign_in.revoke_token(MARIA, entry.id)
    assert sign_in.token_person(token, NOW) is None
    with pytest.raises(BadInput):
        sign_in.make_token(MARIA, " ", NOW)


def test_what_expired_is_swept(sign_in: SignIn) -> None:
    sign_in.make_link(MARIA, NOW)
    kept = sign_in.make_token(MARIA, "x", NOW)
    sign_in.begin_session(MARIA, NOW)
    assert sign_in.sweep(NOW + 30 * DAY) == 2
    assert sign_in.token_person(kept, NOW + 30 * DAY) == MARIA


def test_the_provider_s_word_is_matched_to_a_person(sign_in: SignIn) -> None:
    assert sign_in.with_oidc(identity("m1"), NOW).person == MARIA
    assert sign_in.with_oidc(identity(email="Maria@A.org"), NOW).person == MARIA
    assert sign_in.with_oidc(identity(email="home@mail.example"), NOW).person == BOSS, "a human said it is theirs"


@pytest.mark.parametrize(
    ("email", "verified"),
    [
        ("maria@a.org", False),
        ("unknown@a.org", True),
        (None, True),
        ("intruder@mail.example", True),
    ],
    ids=["not verified", "unknown", "no address", "joined to a person by a mailmap only"],
)
def test_nobody_else_gets_in(sign_in: SignIn, email: str | None, verified: bool) -> None:
    with pytest.raises(AccessDenied):
        sign_in.with_oidc(identity(email=email, verified=verified), NOW)


def test_a_leaver_does_not_get_in_by_the_provider(sign_in: SignIn) -> None:
    assert sign_in.with_oidc(identity(email="tom@a.org"), NOW).person == GONE
    with pytest.raises(AccessDenied):
        sign_in.with_oidc(identity(email="tom@a.org"), NOW + DAY)
