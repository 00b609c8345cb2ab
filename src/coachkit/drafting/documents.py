"""Documents, end to end: plan → pack → compose → fit → prompt, model → verify → fit → keep → open.

What is drafted comes from records that every side of a document may read, so none says to one what the other may not
see. The path is the same for every kind; an :class:`~coachkit.drafting.agents.Agent` says what is particular to one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from coachkit.access import Directory, ReadLog, Viewer
from coachkit.domain.drafts import Draft, DraftKind, Header, Origin, Statement
from coachkit.domain.identity import content_hash, public_id, unpublic_id
from coachkit.drafting.agents import Agent, Asked, Sides
from coachkit.drafting.cleaning import clean
from coachkit.drafting.facts import Language
from coachkit.drafting.notes import note
from coachkit.drafting.opening import without
from coachkit.drafting.pack import Pack, build_pack
from coachkit.drafting.plan import Plan
from coachkit.drafting.ports import DraftStore, FactReader, StoredDraft, Writer
from coachkit.drafting.prompts import Prompt, PromptLibrary, Rendered
from coachkit.drafting.steps import REWORD, Composed, Prompts, compose_all, fitted, rendered, written
from coachkit.drafting.voice import Voice
from coachkit.drafting.windows import Windows
from coachkit.errors import BadInput, NotFound
from coachkit.insight.rows import Window

__all__ = ["Documents"]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A document before a model has been asked."""

    plan: Plan
    pack: Pack
    voice: Voice
    header: Header
    fits: Composed


def _nobody(_fact: str, _statement: Statement) -> None:
    """Listens to nothing."""


class Documents:
    """Prepares, keeps and opens documents of every kind there is an agent for.

    :param writers: gives the writer for a model setting; ``none`` needs none.
    :param timezone: in whose days the organisation lives.
    :param seconds: how long one document may wait for its model.
    """

    def __init__(
        self,
        agents: Iterable[Agent],
        *,
        directory: Directory,
        facts: FactReader,
        drafts: DraftStore,
        reads: ReadLog,
        writers: Callable[[str], Writer | None],
        prompts: PromptLibrary,
        timezone: str,
        seconds: float = 60.0,
    ) -> None:
        self._agents = {agent.kind: agent for agent in agents}
        self._directory = directory
        self._facts = facts
        self._drafts = drafts
        self._reads = reads
        self._writers = writers
        self._prompts = prompts
        self._zone = ZoneInfo(timezone)
        self._windows = Windows(directory, facts, self._zone)
        self._seconds = seconds

    @property
    def kinds(self) -> tuple[DraftKind, ...]:
        return tuple(self._agents)

    def agent(self, kind: DraftKind | str) -> Agent:
        """:raises BadInput: if no document of this kind is prepared here."""
        found = self._agents.get(DraftKind(kind)) if kind in list(DraftKind) else None
        if found is None:
            kinds = ", ".join(self._agents)
            raise BadInput(
                f"no document of the kind {clean(str(kind))[:40]!r} is prepared here.",
                hint=f"There are: {kinds}.",
                chinese=(f"这里不生成“{clean(str(kind))[:40]}”这种文档。", f"可以生成：{kinds}。"),
            )
        return found

    def prepare(
        self,
        kind: DraftKind | str,
        viewer: Viewer,
        subject: int,
        *,
        language: Language,
        model: str,
        now: datetime,
        since: datetime | None = None,
        on: date | None = None,
        tell: Callable[[str, Statement], None] = _nobody,
    ) -> Draft:
        """Prepare a document about ``subject`` for ``viewer``, keep it, and note the read.

        :param model: ``none``, ``local``, or a LiteLLM model string.
        :param since: where the window begins; without it, as this kind of document has it.
        :param on: as of the end of this day: records that happened or last changed later count for nothing. Who may
            read what, and who reports to whom, is that of ``now``.
        :param tell: hears of each sentence, by the id of its fact, as soon as it is verified.
        :raises AccessDenied: if the document is not open to the viewer.
        :raises BadInput: if ``on`` is yet to come, or the window is empty or too long.
        """
        agent = self.agent(kind)
        sides = agent.may_open(self._directory, viewer, subject, now)
        on = None if on == self._directory.today(now) else on
        ready = self._ready(agent, viewer, sides, language, now, since, on)
        plan, pack, voice, header, fits = ready.plan, ready.pack, ready.voice, ready.header, ready.fits
        writer = None if model == "none" else self._writers(model)
        tell = _nobody if agent.shown else tell  # not all of it is the viewer's yet
        done = fits
        if writer is not None:
            prompts = self._prompts_for(agent, writer)
            done = written(
                agent, fits, pack, voice, prompts, writer, window=plan.window, seconds=self._seconds, tell=tell
            )
        kept = fitted(agent, done, header, voice)
        draft = _draft(agent, viewer, plan, pack, voice, kept, header, now, on)
        draft = replace(
            draft,
            prompt=done.prompt.name if done.prompt else "",
            model=model,
            raw_output=done.raw,
            settings=dict(done.prompt.about.settings) if done.prompt else {},
            notes=_notes(done, language, model),
        )
        explanation = {**done.explanation(plan, pack), "dropped": [fact.id for fact in kept.dropped]}
        if done.prompt is not None:
            explanation["prompt"] = done.prompt.record
        explanation["accounts"] = self._accounts(draft, sides)
        self._drafts.save(draft, viewer=viewer.person, subject=subject, explanation=explanation)
        self._note(agent, sides, viewer, now)
        return agent.shown(draft, viewer) if agent.shown else draft

    def rehearse(self, prompt: Prompt, viewer: Viewer, subject: int, *, language: Language, now: datetime) -> Rendered:
        """What a model would be sent for a document about ``subject`` with this prompt, and note the read.

        No model is asked, and no draft is kept.

        :raises BadInput: if it is no document's prompt.
        """
        agent = next((one for one in self._agents.values() if one.prompt == prompt.about.id), None)
        if agent is None or agent.shown:
            raise BadInput(
                "no document is worded with it.", subject=prompt.name, hint="Fill it with --values FILE.json instead."
            )
        sides = agent.may_open(self._directory, viewer, subject, now)
        ready = self._ready(agent, viewer, sides, language, now, None, None)
        self._note(agent, sides, viewer, now)
        return rendered(agent, ready.fits, ready.pack, ready.voice, prompt, ready.plan.window)

    def latest(
        self,
        kind: DraftKind | str,
        viewer: Viewer,
        subject: int,
        *,
        language: str | None = None,
        model: str | None = None,
        on: date | None = None,
    ) -> Draft | None:
        """The newest document of a kind prepared for this viewer about ``subject``, as far as they may still read it.

        :param on: as of which day; without one, those as of an earlier day are passed over.
        """
        agent = self.agent(kind)
        sides = agent.may_open(self._directory, viewer, subject, viewer.at)
        stored = self._drafts.latest(
            agent.kind, viewer=viewer.person, subject=subject, language=language, model=model, on=on
        )
        return self._opened(agent, stored, sides, viewer) if stored else None

    def get(self, draft_id: str, viewer: Viewer) -> Draft:
        """A document by its id.

        :raises NotFound: if there is none, or it is not this viewer's to read.
        :raises AccessDenied: if such a document is not open to the viewer any more.
        """
        agent, stored, sides = self._stored(draft_id, viewer)
        return self._opened(agent, stored, sides, viewer)

    def explanation(self, draft_id: str, viewer: Viewer) -> Mapping[str, object]:
        """Input and output of each step that led to a draft: facts with weights, pack, model's output, checks."""
        agent, stored, sides = self._stored(draft_id, viewer)
        opened = self._opened(agent, stored, sides, viewer)
        if opened.stale:
            return {
                "withheld": "some of the evidence has changed or may not be read any more; prepare the document anew"
            }
        if agent.shown and opened.citations.keys() != stored.draft.citations.keys():
            return {"withheld": "those whom it names see first what is said about them"}
        return stored.explanation

    def _ready(
        self,
        agent: Agent,
        viewer: Viewer,
        sides: Sides,
        language: Language,
        now: datetime,
        since: datetime | None,
        on: date | None,
    ) -> _Ready:
        """Everything up to the model: planned, packed, composed, fitted."""
        window = self._windows.window(agent.window, sides, now, since=since, on=on)
        plan = agent.plan(Asked(facts=self._facts, viewer=viewer, sides=sides, window=window))
        voice = Voice(language, window.today, self._zone, viewer.person, plan.subject)
        pack = self._pack(plan, sides, window)
        header = _header(plan, sides, voice)
        return _Ready(plan, pack, voice, header, fitted(agent, compose_all(agent, plan, pack, voice), header, voice))

    def _stored(self, draft_id: str, viewer: Viewer) -> tuple[Agent, StoredDraft, Sides]:
        stored = self._drafts.get(draft_id)
        agent = self._agents.get(stored.draft.kind) if stored else None
        sides = self._sides(agent, stored.draft, viewer) if agent and stored else None
        if stored is None or agent is None or sides is None:
            raise NotFound("there is no such draft.", subject=clean(draft_id)[:40])
        return agent, stored, sides

    def _sides(self, agent: Agent, draft: Draft, viewer: Viewer) -> Sides | None:
        if draft.viewer == public_id(viewer.person):
            return agent.may_open(self._directory, viewer, unpublic_id(draft.subject), viewer.at)
        return agent.may_read(self._directory, draft, viewer) if agent.may_read else None

    def _opened(self, agent: Agent, stored: StoredDraft, sides: Sides, viewer: Viewer) -> Draft:
        """The draft as the viewer may read it now: without what is gone for them, and stale where evidence changed or
        it turned out that an account is somebody else's."""
        draft = stored.draft
        wanted = {unpublic_id(public): public for public in draft.evidence}
        found = self._facts.hashes(list(wanted), sides.scopes)
        gone = {public for number, public in wanted.items() if number not in found}
        changed = any(
            found[number] != draft.evidence[public][1] for number, public in wanted.items() if number in found
        )
        before = stored.explanation.get("accounts")
        changed = changed or (before is not None and before != self._accounts(draft, sides))
        self._note(agent, sides, viewer, viewer.at)
        kept = without(draft, gone, stale=bool(gone) or changed)
        return agent.shown(kept, viewer) if agent.shown else kept

    def _accounts(self, draft: Draft, sides: Sides) -> str:
        """Whose accounts were whose when it was drafted: of its sides, and in the records it rests on."""
        records = [unpublic_id(public) for public in draft.evidence]
        return self._facts.accounts({*sides.concerned, unpublic_id(draft.viewer)}, records, sides.scopes)

    def _note(self, agent: Agent, sides: Sides, viewer: Viewer, at: datetime) -> None:
        for person in sorted(sides.concerned):
            self._reads.record(viewer, person, str(agent.kind), agent.purpose, at)

    def _prompts_for(self, agent: Agent, writer: Writer) -> Prompts:
        document = None if writer.prompt == REWORD else self._prompts.get(agent.prompt)
        return Prompts(document, self._prompts.get(REWORD))

    def _pack(self, plan: Plan, sides: Sides, window: Window) -> Pack:
        ids = dict.fromkeys(unpublic_id(public) for fact in plan.facts for public in fact.counted)
        return build_pack(self._facts.evidence(list(ids), sides.scopes), plan.facts, window.start, window.end)


def _header(plan: Plan, sides: Sides, voice: Voice) -> Header:
    above = plan.heading
    return Header(
        person=above.name,
        title=clean(sides.title),
        team=above.team,
        other=above.other,
        meeting_at=above.meeting_at,
        last_meeting_at=above.last_meeting_at,
        read=above.read,
        not_read={name: note("failing", voice.language, voice.day(day)) for name, day in above.failing.items()},
    )


def _draft(
    agent: Agent,
    viewer: Viewer,
    plan: Plan,
    pack: Pack,
    voice: Voice,
    kept: Composed,
    header: Header,
    now: datetime,
    on: date | None,
) -> Draft:
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


def _notes(done: Composed, language: Language, model: str) -> tuple[str, ...]:
    """What the model could not do."""
    notes = [note(code, language, model) for code in done.problems]
    refused = sum(statement.origin is Origin.REPLACED for statement in done.statements.values())
    if refused and refused == done.heard and model == "local":
        notes.append(note("none-held", language))
    elif refused:
        notes.append(note("refused", language, model, refused, done.heard))
    return tuple(notes)
