"""Whose a key is: once written, the identity of somebody stays, and nobody else gets it while they are there."""

from __future__ import annotations

from collections.abc import Mapping

from coachkit_hris.history import Known
from coachkit_hris.roster import PEOPLE, Roster

__all__ = ["settled_identities"]


def settled_identities(known: Known | None, roster: Roster, told: Mapping[str, str]) -> dict[str, str]:
    """Native id → identity, of those who can be written; the others are put aside.

    :param told: native id → identity, as the source tells it now, of those who were read.
    """
    before = {native_id: person.profile.identity for native_id, person in known.people.items()} if known else {}
    holders: dict[str, set[str]] = {}
    for native_id in [*(one for one in before if one in roster.present), *told]:
        holders.setdefault(before.get(native_id) or told[native_id], set()).add(native_id)
    settled = {}
    for native_id, identity in told.items():
        identity = before.get(native_id, identity)
        others = sorted(holders[identity] - {native_id})
        if others and native_id not in before:
            number = identity.partition(":")[2]
            reason = f"the user {native_id} has the employee number {number}, as {', '.join(others)} has."
            roster.put_aside(PEOPLE, native_id, reason)
        else:
            settled[native_id] = identity
    return settled
