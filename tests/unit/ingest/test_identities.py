"""Whose an identity is: the rules, one by one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from coachkit.domain.identity import identity_id, stable_id
from coachkit.ingest.identities import CONTESTED, MANY, Decided, Identity, Material, Outcome, Profile, decide
from coachkit.ingest.identity_names import handle_forms, handle_of, looks_like_bot, name_key

NOW = datetime(2026, 5, 20, tzinfo=UTC)
MARIA, WEI = stable_id("person", "hris:1"), stable_id("person", "hris:2")


def material(
    profiles: dict[str, list[str]],
    sames: list[tuple[str, str]] = (),
    names: dict[str, str] | None = None,
    **nodes: Identity,
) -> Material:
    made = Material()
    keys = {*profiles, *(a for claimed in profiles.values() for a in claimed), *(k for pair in sames for k in pair)}
    for key in keys:
        made.identities[identity_id(key)] = Identity(id=identity_id(key), key=key)
    for node in nodes.values():
        made.identities[node.id] = node
    for number, (key, claimed) in enumerate(profiles.items()):
        name = (names or {}).get(key, f"Person {key}")
        made.profiles.append(Profile(record=number, identity=identity_id(key), occurred_at=NOW, name=name))
        made.claims |= {(identity_id(key), identity_id(alias)) for alias in claimed}
    made.sames = {(identity_id(a), identity_id(b)) for a, b in sames}
    return made


def node(key: str, **fields: object) -> Identity:
    return Identity(id=identity_id(key), key=key, **fields)  # type: ignore[arg-type]


def owner(outcome: Outcome, key: str) -> tuple[int | None, str | None]:
    found = outcome.owners[identity_id(key)]
    return found.person, found.method


def test_a_profile_makes_a_person_with_what_it_claims() -> None:
    outcome = decide(material({"hris:1": ["email:m@a.org", "github:maria"]}, [("email:m@home.org", "email:m@a.org")]))
    assert owner(outcome, "hris:1") == (MARIA, "profile")
    assert owner(outcome, "email:m@a.org") == (MARIA, "email")
    assert owner(outcome, "github:maria") == (MARIA, "account")
    assert owner(outcome, "email:m@home.org") == (MARIA, "same_as")
    assert outcome.people.keys() == {MARIA}


def test_accounts_alone_make_nobody() -> None:
    outcome = decide(material({}, [("github:maria", "email:m@a.org")]))
    assert owner(outcome, "github:maria") == (None, None)
    assert not outcome.people


def test_an_address_of_two_profiles_is_nobodys_and_stains_nothing_else() -> None:
    outcome = decide(
        material(
            {"hris:1": ["email:desk@a.org", "email:m@a.org"], "hris:2": ["email:desk@a.org"]},
            [("github:desk", "email:desk@a.org"), ("github:maria", "email:m@a.org")],
        )
    )
    assert owner(outcome, "email:desk@a.org") == (None, CONTESTED)
    assert owner(outcome, "github:desk") == (None, CONTESTED)
    assert outcome.contested[identity_id("github:desk")] == {MARIA, WEI}
    assert owner(outcome, "email:m@a.org") == (MARIA, "email")
    assert owner(outcome, "github:maria") == (MARIA, "same_as")


def test_an_account_that_leads_to_two_people_is_nobodys() -> None:
    outcome = decide(
        material(
            {"hris:1": ["email:m@a.org"], "hris:2": ["email:w@a.org"]},
            [("github:x", "email:m@a.org"), ("github:x", "email:w@a.org"), ("email:far@b.org", "github:x")],
        )
    )
    assert owner(outcome, "github:x") == (None, CONTESTED)
    assert owner(outcome, "email:far@b.org") == (None, CONTESTED)
    assert owner(outcome, "email:m@a.org") == (MARIA, "email"), "an account cannot contest what HR says"


def test_a_mailbox_of_the_whole_company_names_no_claimants() -> None:
    outcome = decide(material({f"hris:{n}": ["email:all@a.org"] for n in range(20)}))
    assert owner(outcome, "email:all@a.org") == (None, CONTESTED)
    assert MANY in outcome.contested[identity_id("email:all@a.org")]


def test_bots_are_nobodys_and_join_nothing() -> None:
    bot = node("github:robot", bot=True)
    sames = [("github:robot", "email:m@a.org"), ("github:robot", "email:x@b.org")]
    outcome = decide(material({"hris:1": ["email:m@a.org"]}, sames, bot=bot))
    assert owner(outcome, "github:robot") == (None, None)
    assert owner(outcome, "email:x@b.org") == (None, None)


def test_profiles_that_name_each_other_are_one_person() -> None:
    outcome = decide(material({"hris:1": ["scim:a", "email:m@a.org"], "scim:a": ["email:m@a.org"]}))
    assert owner(outcome, "scim:a") == (MARIA, "profile")
    assert owner(outcome, "email:m@a.org") == (MARIA, "email")


@pytest.mark.parametrize("verdict", [Decided(WEI), Decided(None)])
def test_a_human_wins_over_hr(verdict: Decided) -> None:
    decided = node("email:m@a.org", decided=verdict)
    made = material({"hris:1": ["email:m@a.org"], "hris:2": []}, [("github:maria", "email:m@a.org")], decided=decided)
    outcome = decide(made)
    assert owner(outcome, "email:m@a.org") == (verdict.person, "human")
    assert owner(outcome, "github:maria")[0] == verdict.person


def test_what_a_human_refused_is_not_reached_by_another_way() -> None:
    refused = node("github:maria", refused=frozenset({MARIA}))
    sames = [("github:maria", "email:m@a.org"), ("github:maria", "email:far@b.org")]
    outcome = decide(material({"hris:1": ["email:m@a.org"]}, sames, refused=refused))
    assert owner(outcome, "github:maria") == (None, None)
    assert owner(outcome, "email:far@b.org") == (None, None)


def test_who_left_the_source_keeps_what_was_theirs() -> None:
    gone = {
        "profile": node("hris:1", person=MARIA, method="profile"),
        "mail": node("email:m@a.org", person=MARIA, method="email"),
        "account": node("github:maria", person=MARIA, method="same_as"),
    }
    outcome = decide(material({}, **gone))
    assert [owner(outcome, key)[0] for key in ("hris:1", "email:m@a.org", "github:maria")] == [MARIA] * 3
    assert outcome.gone == {MARIA}
    assert set(outcome.kept.values()) == {MARIA}
    kept = {name: node(n.key, person=MARIA, method="kept", kept=MARIA) for name, n in gone.items()}
    again = decide(material({}, **kept))
    assert [owner(again, n.key) for n in gone.values()] == [(MARIA, "kept")] * 3
    back = decide(material({"hris:1": ["email:m@a.org"]}, **kept))
    assert owner(back, "hris:1") == (MARIA, "profile")
    assert back.released == {n.id for n in gone.values()}


def test_a_new_profile_continues_a_vanished_one_if_address_and_name_agree() -> None:
    gone = {
        "profile": node("hris:1", person=MARIA, method="profile"),
        "mail": node("email:m@a.org", person=MARIA, method="email"),
    }
    made = material({"scim:a": ["email:m@a.org"]}, names={"scim:a": "Gómez, Maria"}, **gone)
    made.names = {MARIA: frozenset({name_key("Maria Gomez")})}
    outcome = decide(made)
    assert owner(outcome, "scim:a") == (MARIA, "profile")
    assert owner(outcome, "email:m@a.org") == (MARIA, "email")
    assert not outcome.gone


def test_an_address_given_to_somebody_else_belongs_to_neither() -> None:
    gone = {
        "profile": node("hris:1", person=MARIA, method="profile"),
        "mail": node("email:desk@a.org", person=MARIA, method="email"),
    }
    made = material({"hris:9": ["email:desk@a.org"]}, names={"hris:9": "Tom Becker"}, **gone)
    made.names = {MARIA: frozenset({name_key("Maria Gomez")})}
    outcome = decide(made)
    assert owner(outcome, "hris:9") == (stable_id("person", "hris:9"), "profile")
    assert owner(outcome, "email:desk@a.org") == (None, CONTESTED)
    assert owner(outcome, "hris:1") == (MARIA, "kept")


def test_a_person_who_exists_keeps_their_id_when_another_profile_joins() -> None:
    known = node("hris:2", person=WEI, method="profile")
    made = material({"hris:1": ["hris:2"], "hris:2": []}, known=known)
    made.names = {WEI: frozenset()}
    outcome = decide(made)
    assert owner(outcome, "hris:1") == owner(outcome, "hris:2") == (WEI, "profile")


def test_of_two_who_are_no_longer_one_each_keeps_the_id_made_of_their_own_key() -> None:
    held = {f"n{n}": node(f"hris:{n}", person=WEI, method="profile") for n in (1, 2)}
    made = material({"hris:1": [], "hris:2": []}, **held)
    made.names = {WEI: frozenset()}
    outcome = decide(made)
    assert (owner(outcome, "hris:1"), owner(outcome, "hris:2")) == ((MARIA, "profile"), (WEI, "profile"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Li, Wei", "wei  LI", True),
        ("李 薇", "李薇", True),
        ("José Núñez", "Jose Nunez", True),
        ("Ｌｉ Ｗｅｉ", "Li Wei", True),
        ("Wei Li", "Wei Lin", False),
    ],
)
def test_names_are_compared_without_case_accents_and_order(one: str, other: str, same: bool) -> None:
    assert (name_key(one) == name_key(other)) is same


def test_handles() -> None:
    assert handle_of("email:J.Doe+x@a.org") == "jdoex"
    assert handle_of("email:123+maria@users.example.org") == "maria"
    assert {"mariagomez", "mgomez", "gomezm"} <= handle_forms(["Maria Gomez"])
    assert handle_forms(["李薇", "Wei"]) == frozenset()
    assert looks_like_bot("github:renovate[bot]", None)
    assert looks_like_bot("email:ci@a.org", None)
    assert not looks_like_bot("github:abbott", "Abbot Cicero")
