"""Handing evidence to somebody outside, so that a statement can be held against it there: records, and what was found.

What a sentence says beyond one record, how long something has waited, how many changes there were, was counted over
records. A finding says it once, in our own words for the fact; it stands with each record that it cites.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from coachkit.domain.evidence import Evidence

__all__ = ["evidence_for"]


Found = tuple[str, str, tuple[str, ...]]


def evidence_for(records: Sequence[Evidence], found: Mapping[str, Sequence[Found]]) -> list[dict[str, object]]:
    """``records`` as plain data for ``coachkit verify``.

    :param found: by the id of a record, of each fact that cites it: its kind, our own words for it, the names in it.
    """
    return [
        {
            "id": one.id,
            "kind": one.kind,
            "key": one.key,
            "day": one.occurred_at.date().isoformat(),
            "title": one.title,
            "text": one.text,
            "actors": [{"role": actor.role, "name": actor.name} for actor in one.actors if actor.name],
            "fields": {name: _plain(value) for name, value in one.fields.items()},
            "findings": [
                {"kind": kind, "said": said, "names": list(names)} for kind, said, names in found.get(one.id, ())
            ],
        }
        for one in records
    ]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value
