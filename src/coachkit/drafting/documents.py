"""Documents, end to end: plan → pack → compose → fit → prompt, model → verify → fit → keep → open.

What is drafted comes from records that every side of a document may read, so none says to one what the other may not
see. The path is the same for every kind; an :class:`~coachkit.drafting.agents.Agent` says what is particular to one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from coachkit.access import Directory, ReadLog, Viewer
from coachkit.domain.drafts import Decided, Decision, Draft, DraftKind, Edit, EditAction, Header, Statement
from coachkit.domain.explanations import Explanation, PackedRecord
from coachkit.domain.identity import public_id, unpublic_id
from coachkit.drafting import tracing
from coachkit.drafting.agents import Agent, Asked, Sides
from coachkit.drafting.answers import Remembering
from coachkit.drafting.cleaning import clean
from coachkit.drafting.explaining import explained, packed
from coachkit.drafting.facts import Language
from coachkit.drafting.following import Following, is_under_way
from coachkit.drafting.laying_out import header_of, laid_out
from coachkit.drafting.opening import edited, without
from coachkit.drafting.pack import Pack, build_pack, estimate_tokens
from coachkit.drafting.plan import Plan
from coachkit.drafting.ports import DraftStore, FactReader, StoredDraft, Writer
from coachkit.drafting.prompts import Prompt, PromptLibrary, Rendered
from coachkit.drafting.recording import recorded
from coachkit.drafting.steps import REWORD, Composed, Prompts, compose_all, fitted, rendered, written
from coachkit.drafting.voice import Voice
from coachkit.drafting.windows import Windows
from coachkit.errors import BadInput, NotFound
from coachkit.insight.rows import Window
from coachkit.telemetry import traced

__all__ = ["Documents"]

LONGEST_EDIT = 2_000


@dataclass(frozen=True, slots=True)
class _Ready:
    """A document before a model has been asked."""

    plan: Plan
    pack: Pack
    voice: Voice
    header: Header
    fits: Composed
    writer: Writer | None


def _nobody(_fact: str, _statement: Statement) -> None:
    """Listens to nothing."""


def _unseen(_draft: Draft) -> None:
    """Looks at nothing."""


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
        begun: Callable[[Draft], None] = _unseen,
    ) -> Draft:
        """Prepare a document about ``subject`` for ``viewer``, keep it, and note the read.

        :param model: ``none``, ``local``, or a LiteLLM model string.
        :param since: where the window begins; without it, as this kind of document has it.
        :param on: as of the end of this day: records that happened or last changed later count for nothing. Who may
            read what, and who reports to whom, is that of ``now``.
        :param tell: hears of each sentence, by the id of its fact, as soon as it is verified.
        :param begun: is shown the document in composed words, before a model is asked.
        :raises AccessDenied: if the document is not open to the viewer.
        :raises BadInput: if ``on`` is yet to come, or the window is empty or too long.
        """
        agent = self.agent(kind)
        with tracing.document(str(agent.kind), language, model) as work:
            sides = agent.may_open(self._directory, viewer, subject, now)
            on = None if on == self._directory.today(now) else on
            steps = tracing.Steps()
            ready = self._ready(
                agent, viewer, sides, language, now, since, on, steps, self._writer(agent, viewer, subject, model)
            )
            if ready.writer is not None and not agent.shown:  # else not all of it is the viewer's yet
                tell = self._followed(agent, viewer, sides, ready, model, now, on, tell, begun)
            done = self._worded(agent, ready, steps, _nobody if agent.shown else tell)
            with steps.step("fit"):
                kept = fitted(agent, done, ready.header, ready.voice)
            draft = laid_out(
                agent,
                viewer,
                ready.plan,
                ready.pack,
                ready.voice,
                kept,
                ready.header,
                model=model,
                now=now,
                on=on,
            )
            record = recorded(ready.plan, ready.pack, done, kept, steps.seconds)
            record["accounts"] = self._accounts(draft, sides)
            with traced("coachkit.keep"):
                self._drafts.save(draft, viewer=viewer.person, subject=subject, explanation=record)
            self._note(agent, sides, viewer, now)
            work.set({"coachkit.draft": draft.id, "coachkit.evidence": len(draft.evidence)})
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
        ready = self._ready(agent, viewer, sides, language, now, None, None, tracing.Steps(), None)
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
        if stored is None or is_under_way(stored.draft):
            return None
        return self._opened(agent, stored, sides, viewer)

    def following(
        self,
        kind: DraftKind | str,
        viewer: Viewer,
        subject: int,
        *,
        language: str,
        model: str,
        on: date | None = None,
    ) -> Draft | None:
        """The document that is being worded for this viewer, as far as it has come; ``None`` if there is none.

        The read is not noted again: whoever follows has it open.
        """
        agent = self.agent(kind)
        sides = agent.may_open(self._directory, viewer, subject, viewer.at)
        stored = self._drafts.latest(
            agent.kind, viewer=viewer.person, subject=subject, language=language, model=model, on=on
        )
        if stored is None or not is_under_way(stored.draft):
            return None
        return self._opened(agent, stored, sides, viewer, note=False)

    def get(self, draft_id: str, viewer: Viewer) -> Draft:
        """A document by its id.

        :raises NotFound: if there is none, or it is not this viewer's to read.
        :raises AccessDenied: if such a document is not open to the viewer any more.
        """
        agent, stored, sides = self._stored(draft_id, viewer)
        return self._opened(agent, stored, sides, viewer)

    def explanation(self, draft_id: str, viewer: Viewer) -> Explanation:
        """Why a draft says what it says: facts with weights, evidence, the model's words, checks, edits, decisions."""
        agent, stored, sides = self._stored(draft_id, viewer)
        opened = self._opened(agent, stored, sides, viewer)
        hidden = bool(agent.shown) and opened.citations.keys() != stored.draft.citations.keys()
        return explained(stored, opened, withheld=opened.stale or hidden)

    def records(self, draft_id: str, viewer: Viewer) -> tuple[PackedRecord, ...]:
        """The records that a draft could cite, as they were quoted; none, where some have changed or are gone."""
        agent, stored, sides = self._stored(draft_id, viewer)
        opened = self._opened(agent, stored, sides, viewer)
        hidden = bool(agent.shown) and opened.citations.keys() != stored.draft.citations.keys()
        found = () if opened.stale else packed(stored)
        return tuple(one for one in found if one.id in opened.citations) if hidden else found

    def edit(self, draft_id: str, viewer: Viewer, statement: str, action: EditAction | str, text: str = "") -> Draft:
        """Keep, change or take out a statement, and note who did; the draft as it is then.

        What a person writes is cleaned of hidden characters and markup, and shown as theirs: nothing checks it.

        :raises NotFound: if there is no such draft of the viewer's, or no such statement in it.
        :raises BadInput: for an unknown action, or an edit without words.
        """
        agent, stored, sides = self._stored(draft_id, viewer)
        self._own(stored, viewer)
        if agent.shown and action != EditAction.KEEP:
            raise BadInput(
                "a summary that others read too is changed by nobody.",
                hint="Whoever it names can write beside a statement.",
                chinese=("大家都看的小结，谁也不能改。", "写到的人可以在旁边批注。"),
            )
        if action not in list(EditAction):
            raise BadInput(
                f"{clean(str(action))[:40]!r} is nothing to do with a statement.", hint="keep, edit or remove."
            )
        words = " ".join(clean(text).split()) if action == EditAction.EDIT else ""
        if action == EditAction.EDIT and not words:
            raise BadInput("an edit needs words.", hint="To take a statement out, remove it.")
        if len(words) > LONGEST_EDIT:
            raise BadInput(f"a statement has {LONGEST_EDIT} characters at most.", hint="Split it or say less.")
        known = {one.id for section in stored.draft.sections for one in section.statements}
        if statement not in known:
            raise NotFound("there is no such statement in this draft.", subject=clean(statement)[:40])
        edit = Edit(
            statement=statement, action=EditAction(action), text=words, by=public_id(viewer.person), at=viewer.at
        )
        self._drafts.add_edit(draft_id, edit)
        return self._opened(agent, replace(stored, edits=(*stored.edits, edit)), sides, viewer)

    def decide(self, draft_id: str, viewer: Viewer, decision: Decision | str) -> Draft:
        """Note what the viewer decides about a draft of theirs; the draft as it is then.

        :raises NotFound: if there is no such draft of the viewer's.
        :raises BadInput: for an unknown decision.
        """
        agent, stored, sides = self._stored(draft_id, viewer)
        self._own(stored, viewer)
        if decision not in list(Decision):
            known = ", ".join(Decision)
            raise BadInput(f"{clean(str(decision))[:40]!r} is no decision about a draft.", hint=f"One of: {known}.")
        decided = Decided(decision=Decision(decision), by=public_id(viewer.person), at=viewer.at)
        self._drafts.add_decision(draft_id, decided)
        return self._opened(agent, replace(stored, decisions=(*stored.decisions, decided)), sides, viewer)

    @staticmethod
    def _own(stored: StoredDraft, viewer: Viewer) -> None:
        if stored.draft.viewer != public_id(viewer.person):
            raise NotFound("there is no such draft of yours.", subject=stored.draft.id)

    def _writer(self, agent: Agent, viewer: Viewer, subject: int, model: str) -> Writer | None:
        """Who words it; what the same reader was answered to the same question is used again."""
        writer = None if model == "none" else self._writers(model)
        if writer is None:
            return None
        recall = partial(self._drafts.answer, agent.kind, viewer=viewer.person, subject=subject)
        return Remembering(writer, lambda asked: recall(asked=asked))

    def _ready(
        self,
        agent: Agent,
        viewer: Viewer,
        sides: Sides,
        language: Language,
        now: datetime,
        since: datetime | None,
        on: date | None,
        steps: tracing.Steps,
        writer: Writer | None,
    ) -> _Ready:
        """Everything up to the model: planned, packed, composed, fitted."""
        window = self._windows.window(agent.window, sides, now, since=since, on=on)
        with steps.step("plan"):
            plan = agent.plan(Asked(facts=self._facts, viewer=viewer, sides=sides, window=window))
        addressed = 0 if agent.neutral else viewer.person
        voice = Voice(language, window.today, self._zone, addressed, plan.subject)
        with steps.step("pack"):
            pack = self._pack(plan, sides, window, writer)
        header = header_of(plan, sides, voice)
        with steps.step("compose"):
            composed = compose_all(agent, plan, pack, voice)
        with steps.step("fit"):
            fits = fitted(agent, composed, header, voice)
        return _Ready(plan, pack, voice, header, fits, writer)

    def _worded(
        self, agent: Agent, ready: _Ready, steps: tracing.Steps, tell: Callable[[str, Statement], None]
    ) -> Composed:
        """What a model makes of it, as far as it holds; without a model, as it was composed."""
        writer = ready.writer
        if writer is None:
            return ready.fits
        document = None if writer.prompt == REWORD else self._prompts.get(agent.prompt)
        prompts = Prompts(document, self._prompts.get(REWORD))
        with steps.step("word"):
            return written(
                agent,
                ready.fits,
                ready.pack,
                ready.voice,
                prompts,
                writer,
                window=ready.plan.window,
                seconds=self._seconds,
                tell=tell,
            )

    def prepared_for(self, draft_id: str) -> int:
        """For whom a draft was prepared.

        :raises NotFound: if there is none.
        """
        stored = self._drafts.get(draft_id)
        if stored is None:
            raise NotFound("there is no such draft.", subject=clean(draft_id)[:40])
        return unpublic_id(stored.draft.viewer)

    def _followed(
        self,
        agent: Agent,
        viewer: Viewer,
        sides: Sides,
        ready: _Ready,
        model: str,
        now: datetime,
        on: date | None,
        tell: Callable[[str, Statement], None],
        begun: Callable[[Draft], None],
    ) -> Callable[[str, Statement], None]:
        """Keep it in composed words at once, and each sentence as it comes, for a page to follow."""
        plan, pack, voice, fits = ready.plan, ready.pack, ready.voice, ready.fits
        draft = laid_out(agent, viewer, plan, pack, voice, fits, ready.header, model=model, now=now, on=on)
        record = {"accounts": self._accounts(draft, sides)}
        keep = partial(self._drafts.save, viewer=viewer.person, subject=sides.subject, explanation=record)
        following = Following(draft, keep, tell)
        begun(draft)
        return following.told

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

    def _opened(self, agent: Agent, stored: StoredDraft, sides: Sides, viewer: Viewer, *, note: bool = True) -> Draft:
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
        if note:
            self._note(agent, sides, viewer, viewer.at)
        draft = edited(draft, stored.edits)
        kept = without(draft, gone, stale=bool(gone) or changed)
        kept = replace(kept, decided=stored.decisions[-1] if stored.decisions else None)
        return agent.shown(kept, viewer) if agent.shown else kept

    def _accounts(self, draft: Draft, sides: Sides) -> str:
        """Whose accounts were whose when it was drafted: of its sides, and in the records it rests on."""
        records = [unpublic_id(public) for public in draft.evidence]
        return self._facts.accounts({*sides.concerned, unpublic_id(draft.viewer)}, records, sides.scopes)

    def _note(self, agent: Agent, sides: Sides, viewer: Viewer, at: datetime) -> None:
        for person in sorted(sides.concerned):
            self._reads.record(viewer, person, str(agent.kind), agent.purpose, at)

    def _pack(self, plan: Plan, sides: Sides, window: Window, writer: Writer | None) -> Pack:
        ids = dict.fromkeys(unpublic_id(public) for fact in plan.facts for public in fact.counted)
        evidence = self._facts.evidence(list(ids), sides.scopes)
        count = writer.count_tokens if writer else estimate_tokens
        return build_pack(evidence, plan.facts, window.start, window.end, count=count)
