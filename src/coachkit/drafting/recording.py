"""The record of how a draft came to be: input and output of each step, as plain data that is kept with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date

from coachkit.domain.evidence import Evidence
from coachkit.drafting.cleaning import clean, quote
from coachkit.drafting.facts import Fact, Measure, Party, Quote, Value
from coachkit.drafting.pack import Pack
from coachkit.drafting.plan import Plan
from coachkit.drafting.steps import Composed

__all__ = ["recorded"]

RAW = "about"
"""A slot that tells facts apart by a record's words as they came; it is never shown."""


def recorded(plan: Plan, pack: Pack, done: Composed, kept: Composed, seconds: Mapping[str, float]) -> dict[str, object]:
    """What each step got and gave.

    :param done: after the model; ``kept`` after the document was brought within its limit again.
    :param seconds: how long each step took.
    """
    return {
        "plan": {
            "told": [_fact(fact) for fact in plan.facts],
            "left_out": [_fact(fact) for fact in plan.left_out],
        },
        "pack": {
            "evidence": [
                {**asdict(one), "record": public, "actors": _actors(found), "fields": _fields(found)}
                for one in pack.quoted
                for public in [pack.long[one.id]]
                for found in [pack.evidence[public]]
            ],
            "suspicious": sorted(pack.suspicious),
            "tokens": pack.tokens,
            "most_tokens": pack.most_tokens,
        },
        "composed": {
            fact: {"text": ground.composed.text, "question": ground.composed.question}
            for fact, ground in done.grounds.items()
        },
        "draft": {
            "instructions": done.instructions,
            "proposals": [asdict(one) for one in done.proposals],
            "worded": {fact: done.proposals.index(proposal) for fact, proposal in done.worded.items()},
            "raw": done.raw,
            "worked_with": done.prompt.about.id if done.prompt is not None else "",
            "problems": list(done.problems),
            "usage": asdict(done.usage) if done.usage is not None else {},
            "passed_over": [asdict(one) for one in done.passed_over],
        },
        "prompt": done.prompt.record if done.prompt is not None else {},
        "verify": {
            fact: [asdict(check) for check in statement.checks]
            for fact, statement in done.statements.items()
            if statement.checks
        },
        "refused": {fact.id: reason for fact, reason in done.refused},
        "dropped": [fact.id for fact in kept.dropped],
        "seconds": {step: round(taken, 4) for step, taken in seconds.items()},
    }


def _actors(evidence: Evidence) -> list[tuple[str, str]]:
    named = ((actor.role, clean(actor.name)[:60]) for actor in evidence.actors if actor.name)
    return list(dict.fromkeys(named))


def _fields(evidence: Evidence) -> dict[str, str | int | float]:
    """Typed values of a record: its state, its days, its figures; what reads like an instruction is left out."""
    found: dict[str, str | int | float] = {}
    for name, value in evidence.fields.items():
        if isinstance(value, int | float):
            found[name] = value
        elif isinstance(value, date):
            found[name] = value.isoformat()
        elif isinstance(value, str) and (words := quote(value, 80)):
            found[name] = words.text
    return found


def _fact(fact: Fact) -> dict[str, object]:
    values = {
        **{role: party for role, party in fact.roles.items() if role != "subject"},
        **{name: value for name, value in fact.slots.items() if name != RAW},
    }
    return {
        "id": fact.id,
        "kind": fact.kind,
        "section": fact.section,
        "at": fact.at.isoformat(),
        "weight": round(fact.weight, 2),
        "reason": fact.reason,
        "roles": {role: party.name for role, party in fact.roles.items()},
        "values": {name: _plain(value) for name, value in values.items()},
        "evidence": list(fact.evidence),
        "names": list(fact.names),
        "counted": list(fact.counted),
    }


def _plain(value: Value) -> str:
    match value:
        case Party():
            return f"{value.name} ({value.team})" if value.team else value.name
        case Quote():
            return f"“{value.text}”"
        case Measure():
            return f"{value.value:g} {value.unit or ''}".strip()
        case date():
            return value.isoformat()
        case tuple():
            return ", ".join(_plain(part) for part in value)
        case str():
            words = quote(value, 80)
            return words.text if words else "…"
        case _:
            return str(value)
