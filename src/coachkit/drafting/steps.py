"""The steps between a plan and a document, each with its input and output kept for the explanation."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace

from coachkit.domain.drafts import Header, Origin, Section, Statement
from coachkit.drafting.agents import Agent
from coachkit.drafting.attributing import attributed
from coachkit.drafting.composing import compose
from coachkit.drafting.facts import Fact
from coachkit.drafting.fitting import Fitted, fit, length
from coachkit.drafting.pack import Pack
from coachkit.drafting.plan import Plan
from coachkit.drafting.ports import Assignment, PassedOver, Proposal, Quoted, Task, Usage, Writer
from coachkit.drafting.prompts import Prompt, Rendered
from coachkit.drafting.tracing import asking, heard_back
from coachkit.drafting.verify import COMPOSED_CHECKS, Claim, Finds, Ground, verify
from coachkit.drafting.voice import Voice
from coachkit.insight.rows import Window

__all__ = ["REWORD", "Composed", "Prompts", "compose_all", "fitted", "rendered", "written"]

REWORD = "reword"
"""The prompt of writers that word one sentence at a time."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """For a whole document, where the writer words one, and for one sentence alone."""

    document: Prompt | None
    sentence: Prompt


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
    prompt: Prompt | None = None
    """What the writer worked with."""
    worded: Mapping[str, Proposal] = field(default_factory=dict)
    """Fact → what the writer proposed for it, whichever fact the writer named."""
    usage: Usage | None = None
    passed_over: tuple[PassedOver, ...] = ()
    dropped: tuple[Fact, ...] = ()
    refused: tuple[tuple[Fact, str], ...] = ()
    """Facts whose own words do not hold, and why."""

    def sections(self, agent: Agent, voice: Voice) -> tuple[Section, ...]:
        return tuple(
            Section(
                name=name,
                title=agent.titles(name, voice, self.facts[name]),
                statements=tuple(self.statements[fact.id] for fact in self.facts[name]),
            )
            for name in agent.sections
            if self.facts.get(name)
        )


def compose_all(agent: Agent, plan: Plan, pack: Pack, voice: Voice) -> Composed:
    """Every fact in our own words; one whose words or citations do not hold is refused."""
    facts: dict[str, tuple[Fact, ...]] = {}
    statements: dict[str, Statement] = {}
    grounds: dict[str, Ground] = {}
    refused = []
    for section, planned in plan.sections.items():
        kept = []
        for fact in planned:
            ground = Ground(fact, compose(fact, voice), pack.evidence, voice.language, plan.names)
            checks = verify(_claim(ground.composed), ground, _own_checks(agent, fact))
            wrong = "; ".join(f"{check.name}: {check.reason}" for check in checks if not check.passed)
            if wrong:
                refused.append((fact, wrong))
                continue
            kept.append(fact)
            statement = replace(ground.composed, checks=checks)
            statements[fact.id], grounds[fact.id] = statement, replace(ground, composed=statement)
        facts[section] = tuple(kept)
    return Composed(facts, statements, grounds, refused=tuple(refused))


def _claim(statement: Statement) -> Claim:
    return Claim(statement.text, statement.evidence, statement.question)


def _own_checks(agent: Agent, fact: Fact) -> Mapping[str, Finds]:
    """Agenda points and action titles are people's own words, said to both: only their citation is checked."""
    own = fact.section in agent.verbatim
    return {name: check for name, check in COMPOSED_CHECKS.items() if name == "citation" or not own}


def written(
    agent: Agent,
    composed: Composed,
    pack: Pack,
    voice: Voice,
    prompts: Prompts,
    writer: Writer,
    *,
    window: Window,
    seconds: float,
    tell: Callable[[str, Statement], None],
) -> Composed:
    """What the writer's words make of the statements: each proposal is believed only if every check passes.

    :param tell: hears of each sentence as soon as it is verified.
    """
    task = _task(agent, composed, pack, voice, prompts, window, seconds)
    if not task.assignments:
        return composed
    origin = Origin.REWORDED if writer.model == "local" else Origin.DRAFTED
    hearing = _Hearing(task, composed, pack, origin, tell)
    with asking(writer.model, task, (prompts.document or prompts.sentence).name) as work:
        result = writer.write(task, hearing.hear)
        hearing.close(result.proposals)
        if result.prompt == REWORD and origin is not Origin.REWORDED:
            hearing.reworded()
        replaced = sum(statement.origin is Origin.REPLACED for statement in hearing.statements.values())
        heard_back(work, result, len(hearing.statements) - replaced, replaced)
    return replace(
        composed,
        statements={**composed.statements, **hearing.statements},
        raw=result.raw,
        problems=result.problems or (() if hearing.statements else ("silent",)),
        heard=len(hearing.statements),
        worded=hearing.worded,
        usage=result.usage,
        passed_over=result.passed_over,
        proposals=tuple(hearing.proposals),
        instructions=f"{task.instructions}\n\n{task.asked}".strip(),
        prompt=prompts.sentence if REWORD in (writer.prompt, result.prompt) else prompts.document,
    )


class _Hearing:
    """Takes proposals as they come, from whichever thread, and verifies each; the first word on a fact is the last."""

    def __init__(
        self, task: Task, composed: Composed, pack: Pack, origin: Origin, tell: Callable[[str, Statement], None]
    ) -> None:
        self.statements: dict[str, Statement] = {}
        self.worded: dict[str, Proposal] = {}
        self.proposals: list[Proposal] = []
        self._asked = tuple(one.fact for one in task.assignments)
        self._grounds = composed.grounds
        self._long = pack.long
        self._origin = origin
        self._tell = tell
        self._open = True
        self._lock = threading.Lock()

    def hear(self, proposal: Proposal) -> None:
        with self._lock:
            if self._open:
                self._take(proposal)

    def close(self, proposals: tuple[Proposal, ...]) -> None:
        """Take what the writer brought back and did not say before; then nothing more."""
        with self._lock:
            for proposal in proposals:
                if proposal not in self.proposals:
                    self._take(proposal)
            self._open = False

    def reworded(self) -> None:
        """Of a chain it was the writer of single sentences that answered."""
        for fact, statement in self.statements.items():
            if statement.origin is Origin.DRAFTED:
                self.statements[fact] = replace(statement, origin=Origin.REWORDED)

    def _take(self, proposal: Proposal) -> None:
        self.proposals.append(proposal)
        named = proposal.fact
        if named not in self._asked or named in self.statements:
            return
        cited = tuple(dict.fromkeys(self._long.get(one, one) for one in proposal.evidence))
        claim = Claim(proposal.text.strip(), cited, proposal.question.strip())
        others = (self._grounds[one] for one in self._asked if one != named and one not in self.statements)
        ground, statement = attributed(claim, self._grounds[named], others, self._origin)
        fact = ground.fact.id
        self.statements[fact], self.worded[fact] = statement, proposal
        self._tell(fact, statement)


def _task(
    agent: Agent, composed: Composed, pack: Pack, voice: Voice, prompts: Prompts, window: Window, seconds: float
) -> Task:
    assignments = tuple(
        replace(one, turns=prompts.sentence.turns({"sentence": one.composed}))
        for one in _assignments(agent, composed, pack)
    )
    told = Rendered((("system", ""),), "")
    if prompts.document is not None and assignments:
        told = rendered(agent, composed, pack, voice, prompts.document, window)
    return Task(
        document=str(agent.kind),
        language=voice.language,
        instructions=told.system,
        asked=told.asked,
        key=told.key,
        assignments=assignments,
        evidence=_quoted(pack, assignments),
        seconds=seconds,
        settings=(prompts.document or prompts.sentence).about.settings,
        sentence_settings=prompts.sentence.about.settings,
    )


def rendered(agent: Agent, composed: Composed, pack: Pack, voice: Voice, prompt: Prompt, window: Window) -> Rendered:
    """What a writer of the whole document is sent: its facts, and the records that may be cited for them."""
    assignments = _assignments(agent, composed, pack)
    return prompt.rendered(_values(composed, voice, assignments, _quoted(pack, assignments), window))


def _assignments(agent: Agent, composed: Composed, pack: Pack) -> tuple[Assignment, ...]:
    """What may be worded, the weightiest first."""
    facts = [fact for section in agent.reworded for fact in composed.facts.get(section, ())]
    return tuple(
        Assignment(
            fact=fact.id,
            section=fact.section,
            composed=composed.statements[fact.id].text,
            question=composed.statements[fact.id].question,
            evidence=tuple(pack.short[public] for public in fact.evidence if public in pack.short),
        )
        for fact in sorted(facts, key=lambda fact: (-fact.weight, fact.id))
    )


def _quoted(pack: Pack, assignments: tuple[Assignment, ...]) -> tuple[Quoted, ...]:
    used = {short for one in assignments for short in one.evidence}
    return tuple(one for one in pack.quoted if one.id in used)


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


def fitted(agent: Agent, done: Composed, header: Header, voice: Voice) -> Composed:
    """The document within its limit: what weighs least goes."""
    lengths = {
        fact: length(f"{statement.text} {statement.question}", voice.language)
        for fact, statement in done.statements.items()
    }
    titles = " ".join(agent.titles(name, voice, facts) for name, facts in done.facts.items() if facts)
    above = " ".join([header.person, header.title, header.other, *header.read, *header.not_read.values(), titles])
    fits: Fitted = fit(
        done.facts,
        lengths,
        limit=agent.limits[voice.language] - length(above, voice.language) - 12,
        section_limits={name: limits[voice.language] for name, limits in agent.section_limits.items()},
    )
    return replace(done, facts=fits.sections, dropped=(*done.dropped, *fits.dropped))
