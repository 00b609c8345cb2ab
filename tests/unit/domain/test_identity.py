"""Ids and identity keys: stable, reversible, and one person's spellings are one key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachkit.domain.identity import identity_key, public_id, record_id, stable_id, system_of, unpublic_id


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_public_ids_can_be_read_back(number: int) -> None:
    assert unpublic_id(public_id(number)) == number


@given(st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_ids_fit_a_signed_integer_of_the_database(parts: list[str]) -> None:
    assert 0 <= stable_id(*parts) < 2**63


def test_ids_never_change() -> None:
    """Citations in stored drafts name these ids: a change here orphans them."""
    assert record_id("tracker", "work_items", "PAY-17") == 3137808908457010248


def test_parts_are_kept_apart() -> None:
    assert stable_id("a", "bc") != stable_id("ab", "c")


@pytest.mark.parametrize("text", ["", "short", "waytoolongforanid", "!!!!!!!!!!!!!", "中文中文中文中文中文中文中"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an id"):
        unpublic_id(text)


@pytest.mark.parametrize(
    ("system", "value", "key"),
    [
        ("email", " Wei.Li@Example.ORG ", "email:wei.li@example.org"),
        ("email", "12345+OctoCat@users.noreply.github.com", "github:octocat"),
        ("email", "octocat@users.noreply.github.com", "github:octocat"),
        ("email", "dependabot[bot]@users.noreply.github.com", "github:dependabot[bot]"),
        ("email", "7+wei@users.noreply.gitlab.example.com", "gitlab.example.com:wei"),
        ("github", "OctoCat", "github:octocat"),
        ("hris", "E-1001", "hris:E-1001"),
    ],
)
def test_spellings_of_one_account_are_one_key(system: str, value: str, key: str) -> None:
    assert identity_key(system, value) == key
    assert system_of(key) == key.split(":")[0]
