"""The steps between a plan and a document, each with its input and output kept for the explanation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from coachkit.domain.drafts import Header, Origin, Section, Statement
from coachkit.drafting.composing import compose
from coachkit.drafting.facts import Fact
from coachkit.drafting.fitting import Fitted, fit, length
from coachkit.drafting.pack import Pack
from coachkit.drafting.plan.brief import SECTIONS, Plan
from coachkit.drafting.ports import Assignment, Proposal, Quoted, Task, Writer
from coachkit.drafting.prompts import Prompt
from coachkit.drafting.verify import COMPOSED_CHECKS, Claim, Finds, Ground, accept, verify
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording import section_title
from coachkit.insight.rows import Window

__all__ = ["REWORDED", "Composed", "compose_all", "fitted", "written"]

REWORD = "reword"
"""The prompt of writers that word one sentence at a time."""

REWORDED = ("wins", "explore", "across")
"""Sections whose sentences a writer may word. Agenda points are people's own words; actions and goals are figures."""


@dataclass(frozen=True)
class Composed:
    """Facts by section, and the statement that stands for each."""

    facts: Mapping[str, tuple[Fact, ...]]
    statements: Mapping[str, Statement]
    grounds: Mapping[str, Ground] = field(default_factory=dict)
    raw: str = ""
    problems: tuple[str, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    instructions: str = ""
    heard: int = 0
    """How many facts the writer worded."""
    dropped: tuple[Fact, ...] = ()
    refused: tuple[Fact, ...] = ()

    def sections(self, voice: Voice) -> tuple[Section, ...]:
        return tuple(
            Section(
                name=name,
                title=section_title(name, voice, self.facts[name]),
                statements=tuple(self.statements[fact.id] for fact in self.facts[name]),
            )
            for name in SECTIONS
            if self.facts.get(name)
        )

    def explanation(self, plan: Plan, pack: Pack) -> dict[str, object]:
        """What each step got and gave."""
        return {
            "plan": {
                "told": [_explained(fact) for fact in plan.facts],
                "left_out": [_explained(fact) for fact in plan.left_out],
            },
            "pack": {
                "evidence": [asdict(one) for one in pack.quoted],
                "suspicious": sorted(pack.suspicious),
            },
            "draft": {
                "instructions": self.instructions,
                "proposals": [asdict(one) for one in self.proposals],
                "raw": self.raw,
                "problems": list(self.problems),
            },
            "verify": {
                fact: [asdict(check) for check in statement.checks]
                for fact, statement in self.statements.items()
                if statement.checks
            },
            "refused": [fact.id for fact in self.refused],
        }


def _explained(fact: Fact) -> dict[str, object]:
    return {
        "id": fact.id,
        "kind": fact.kind,
        "at": fact.at.isoformat(),
        "weight": round(fact.weight, 2),
        "reason": fact.reason,
        "roles": {role: party.name for role, party in fact.roles.items()},
        "evidence": list(fact.evidence),
        "counted": list(fact.counted),
    }


def compose_all(plan: Plan, pack: Pack, voice: Voice) -> Composed:
    """Every fact in our own words; one whose words or citations do not hold is refused."""
    facts: dict[str, tuple[Fact, ...]] = {}
    statements: dict[str, Statement] = {}
    grounds: dict[str, Ground] = {}
    refused = []
    people = frozenset(_everybody(plan))
    for section, planned in plan.sections.items():
        kept = []
        for fact in planned:
            ground = Ground(fact, compose(fact, voice), pack.evidence, voice.language, people)
            checks = verify(_claim(ground.composed), ground, _own_checks(fact))
            if all(check.passed for check in checks):
                kept.append(fact)
                statements[fact.id], grounds[fact.id] = ground.composed, ground
            else:
                refused.append(fact)
        facts[section] = tuple(kept)
    return Composed(facts, statements, grounds, refused=tuple(refused))


def _claim(statement: Statement) -> Claim:
    return Claim(statement.text, statement.evidence, statement.question)


def _own_checks(fact: Fact) -> Mapping[str, Finds]:
    """Agenda points and action titles are people's own words, said to both: only their citation is checked."""
    own = fact.section in ("agenda", "actions")
    return {name: check for name, check in COMPOSED_CHECKS.items() if name == "citation" or not own}


def _everybody(plan: Plan) -> set[str]:
    people = plan.desk.material.people
    whos = {plan.desk.party(who) for who in people.names}
    return {name for party in whos for name in (party.name, party.short) if name} | set(people.team_names.values())


def written(
    composed: Composed,
    pack: Pack,
    voice: Voice,
    prompt: Prompt,
    writer: Writer | None,
    *,
    window: Window,
    seconds: float,
) -> Composed:
    """What the writer's words make of the statements: each proposal is believed only if every check passes."""
    if writer is None:
        return composed
    task = _task(composed, pack, voice, prompt, window, seconds)
    if not task.assignments:
        return composed
    result = writer.write(task)
    long = pack.long
    statements = dict(composed.statements)
    asked = {one.fact for one in task.assignments}
    most = len(asked)
    origin = Origin.REWORDED if writer.model == "local" else Origin.DRAFTED
    for proposal in result.proposals:
        if proposal.fact not in asked:
            continue
        ground = composed.grounds[proposal.fact]
        cited = tuple(dict.fromkeys(long.get(one, one) for one in proposal.evidence))
        claim = Claim(proposal.text.strip(), cited, proposal.question.strip())
        statements[proposal.fact] = accept(claim, ground, origin)
        asked.discard(proposal.fact)  # the first word on a fact is the last
    return replace(
        composed,
        statements=statements,
        raw=result.raw,
        problems=result.problems or (() if len(asked) < most else ("silent",)),
        heard=most - len(asked),
        proposals=result.proposals,
        instructions=task.instructions,
    )


def _task(composed: Composed, pack: Pack, voice: Voice, prompt: Prompt, window: Window, seconds: float) -> Task:
    assignments = tuple(
        Assignment(
            fact=fact.id,
            section=section,
            composed=composed.statements[fact.id].text,
            question=composed.statements[fact.id].question,
            evidence=tuple(pack.short[public] for public in fact.evidence if public in pack.short),
        )
        for section in REWORDED
        for fact in composed.facts.get(section, ())
    )
    used = {short for one in assignments for short in one.evidence}
    evidence = tuple(one for one in pack.quoted if one.id in used)
    instructions = ""
    if prompt.about.id == REWORD:
        assignments = tuple(replace(one, turns=prompt.turns({"sentence": one.composed})) for one in assignments)
    else:
        instructions = prompt.render(_values(composed, voice, assignments, evidence, window))
    return Task(
        document="brief",
        language=voice.language,
        instructions=instructions,
        assignments=assignments,
        evidence=evidence,
        seconds=seconds,
        settings=prompt.about.settings,
    )


def _values(
    composed: Composed,
    voice: Voice,
    assignments: tuple[Assignment, ...],
    evidence: tuple[Quoted, ...],
    window: Window,
) -> dict[str, object]:
    other = next((g.fact.roles["other"].name for g in composed.grounds.values() if "other" in g.fact.roles), "")
    return {
        "language": voice.language,
        "language_name": "Chinese" if voice.zh else "English",
        "subject": voice.subject.name,
        "other": other or ("主管" if voice.zh else "their manager"),
        "window": voice.span(window.day(window.start), window.today),
        "facts": [{**asdict(one), "id": one.fact} for one in assignments],
        "evidence": [asdict(one) for one in evidence],
    }


def fitted(done: Composed, header: Header, voice: Voice) -> Composed:
    """The document within its limit: what weighs least goes."""
    lengths = {
        fact: length(f"{statement.text} {statement.question}", voice.language)
        for fact, statement in done.statements.items()
    }
    titles = " ".join(section_title(name, voice, facts) for name, facts in done.facts.items() if facts)
    above = " ".join([header.person, header.title, header.other, *header.read, *header.not_read.values(), titles])
    fits: Fitted = fit(done.facts, lengths, length(above, voice.language) + 12, voice.language)
    return replace(done, facts=fits.sections, dropped=(*done.dropped, *fits.dropped))
