"""Audiences: equal ones have equal keys, and none is open by mistake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachkit.domain.audience import Audience, AudienceKind

WITH_MEMBERS = [AudienceKind.TEAM, AudienceKind.PEOPLE, AudienceKind.SUBJECT, AudienceKind.GROUP]
members = st.lists(st.from_regex(r"[a-z]{1,8}:[a-z0-9.@-]{1,12}", fullmatch=True), min_size=1, max_size=5)


@given(st.sampled_from(WITH_MEMBERS), members, st.randoms())
def test_order_and_repetition_of_members_do_not_matter(kind: AudienceKind, keys: list[str], random: object) -> None:
    shuffled = list(keys) + keys[:1]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert Audience(kind, tuple(keys)).key == Audience(kind, tuple(shuffled)).key


@given(st.sampled_from(WITH_MEMBERS), members)
def test_a_key_holds_the_whole_audience(kind: AudienceKind, keys: list[str]) -> None:
    audience = Audience(kind, tuple(keys))
    assert Audience.from_key(audience.key) == audience


@pytest.mark.parametrize("kind", WITH_MEMBERS)
def test_an_audience_of_nobody_in_particular_is_a_mistake(kind: AudienceKind) -> None:
    with pytest.raises(ValueError, match="needs members"):
        Audience(kind)


def test_the_whole_organisation_names_no_members() -> None:
    with pytest.raises(ValueError, match="takes no members"):
        Audience(AudienceKind.ORG, ("email:a@b.c",))
    assert Audience.from_key(Audience.org().key) == Audience.org()
    assert Audience.from_key(Audience.nobody().key) == Audience.nobody()
