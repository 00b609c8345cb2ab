"""Laying out: what the steps made becomes a draft, with header, sources, evidence and notes."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime

from coachkit.access import Viewer
from coachkit.domain.drafts import Draft, Header, Origin
from coachkit.domain.identity import content_hash, public_id
from coachkit.drafting.agents import Agent, Sides
from coachkit.drafting.cleaning import name_of
from coachkit.drafting.facts import Language
from coachkit.drafting.notes import note, passed_over
from coachkit.drafting.pack import Pack
from coachkit.drafting.plan import Plan
from coachkit.drafting.steps import Composed
from coachkit.drafting.voice import Voice

__all__ = ["header_of", "laid_out"]


def header_of(plan: Plan, sides: Sides, voice: Voice) -> Header:
    """What stands above the document, in its language."""
    above = plan.heading
    return Header(
        person=above.name,
        title=name_of(sides.title, words=7, most=48),
        team=above.team,
        other=above.other,
        meeting_at=above.meeting_at,
        last_meeting_at=above.last_meeting_at,
        read=above.read,
        not_read={name: note("failing", voice.language, voice.day(day)) for name, day in above.failing.items()},
    )


def laid_out(
    agent: Agent,
    viewer: Viewer,
    plan: Plan,
    pack: Pack,
    voice: Voice,
    kept: Composed,
    header: Header,
    *,
    model: str,
    now: datetime,
    on: date | None,
) -> Draft:
    """The draft, with the version and hash of every record it rests on."""
    reader, subject = public_id(viewer.person), public_id(plan.subject.who)
    draft = Draft(
        id=content_hash(agent.kind, reader, subject, voice.language, now.isoformat(), str(on or ""))[:20],
        kind=agent.kind,
        language=voice.language,
        subject=subject,
        viewer=reader,
        actor=reader,
        purpose=agent.purpose,
        window_start=plan.window.start,
        window_end=plan.window.end,
        created_at=now,
        title=header.person,
        sections=kept.sections(agent, voice),
        prompt=kept.prompt.name if kept.prompt else "",
        model=model,
        settings=_settings(kept),
        raw_output=kept.raw,
        notes=_notes(kept, voice.language, model),
        header=header,
        on=on,
    )
    cited = draft.citations
    used = {fact.id for facts in kept.facts.values() for fact in facts}
    counted = [public for fact in plan.facts if fact.id in used for public in fact.counted]
    evidence = {
        public: (pack.evidence[public].version, pack.evidence[public].content_hash)
        for public in dict.fromkeys([*cited, *counted])
        if public in pack.evidence
    }
    return replace(draft, evidence=evidence, sources=tuple(pack.source(public, voice) for public in cited))


def _settings(done: Composed) -> dict[str, object]:
    """What the model was set to, and what it took."""
    settings: dict[str, object] = dict(done.prompt.about.settings) if done.prompt else {}
    return settings | ({"usage": asdict(done.usage)} if done.usage else {})


def _notes(done: Composed, language: Language, model: str) -> tuple[str, ...]:
    """What the model could not do, or of several each."""
    passed = [one.model for one in done.passed_over]
    notes = [passed_over(one.model, one.problem, language) for one in done.passed_over]
    asked = [name for name in model.split(", ") if name not in (*passed, "none")]
    about = (done.usage.model if done.usage else "") or (asked[0] if asked else model)
    if passed and done.heard:
        notes.append(note("answered", language, about))
    notes += [note(code, language, about) for code in done.problems]
    refused = sum(statement.origin is Origin.REPLACED for statement in done.statements.values())
    if refused and refused == done.heard and about == "local":
        notes.append(note("none-held", language))
    elif refused:
        notes.append(note("refused", language, about, refused, done.heard))
    return tuple(notes)
