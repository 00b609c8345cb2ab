"""The manager brief, end to end: plan → evidence pack → draft → verify → fit.

What is drafted comes from records that both the manager and the report may read, so a brief never says to a manager
what the report may not see; the report opening it sees the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from coachkit.access import Directory, PersonEntry, ReadLog, Viewer, may_open_brief
from coachkit.domain.drafts import Draft, DraftKind, Header, Origin, Section, Statement
from coachkit.domain.identity import content_hash, public_id, unpublic_id
from coachkit.drafting.cleaning import clean
from coachkit.drafting.facts import Language
from coachkit.drafting.notes import note
from coachkit.drafting.pack import Pack, build_pack
from coachkit.drafting.plan.brief import Plan, plan_brief
from coachkit.drafting.plan.conversation import next_check_in
from coachkit.drafting.ports import DraftStore, FactReader, StoredDraft, Writer
from coachkit.drafting.prompts import PromptLibrary
from coachkit.drafting.steps import Composed, compose_all, fitted, written
from coachkit.drafting.voice import Voice
from coachkit.errors import BadInput, NotFound
from coachkit.insight.rows import Window
from coachkit.insight.sources import coverage

__all__ = ["Briefs"]

DEFAULT_WINDOW = timedelta(days=14)
LONGEST_DEFAULT = timedelta(days=90)
LONGEST_WINDOW = timedelta(days=366)
PAST, LEAST_PAST = timedelta(days=90), timedelta(days=30)
"""How far back context reaches: from the end of the window, and at least from its beginning."""
PURPOSE = "preparing a check-in"


class Briefs:
    """Prepares, keeps and opens manager briefs.

    :param writers: gives the writer for a model setting; ``none`` needs none.
    :param timezone: in whose days the organisation lives.
    :param seconds: how long one document may wait for its model.
    """

    def __init__(
        self,
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
        self._directory = directory
        self._facts = facts
        self._drafts = drafts
        self._reads = reads
        self._writers = writers
        self._prompts = prompts
        self._zone = ZoneInfo(timezone)
        self._seconds = seconds

    def prepare(
        self,
        viewer: Viewer,
        subject: PersonEntry | int,
        *,
        language: Language,
        model: str,
        now: datetime,
        since: datetime | None = None,
        on: date | None = None,
    ) -> Draft:
        """Prepare the brief about ``subject`` for ``viewer``, keep it, and note the read.

        :param model: ``none``, ``local``, or a LiteLLM model string.
        :param since: where the window begins, at most a year back; without it, at the last held check-in but at most 90
            days back, or 14 days back.
        :param on: as of the end of this day: records that happened or last changed later count for nothing. Who may
            read what, and who reports to whom, is that of ``now``.
        :raises AccessDenied: if the brief is not open to the viewer.
        :raises BadInput: if ``on`` is yet to come, or the window is empty or longer than a year.
        """
        person = self._person(subject)
        may_open_brief(self._directory, viewer, person, now)
        other, scopes = self._sides(viewer, person, now)
        on = None if on == self._directory.today(now) else on
        window = self._window(person.id, other, scopes, now if on is None else self._end_of(on, now), since)
        window = replace(window, looks_back=on is not None)
        plan = plan_brief(self._facts.material(subject=person.id, other=other, scopes=scopes, window=window))
        voice = Voice(language, window.today, self._zone, viewer.person, plan.desk.subject)
        pack = self._pack(plan, scopes, window)
        composed = compose_all(plan, pack, voice)
        writer = None if model == "none" else self._writers(model)
        prompt = self._prompts.get(writer.prompt if writer else "brief")
        header = self._header(plan, person, voice)
        fits = fitted(composed, header, voice)
        done = written(fits, pack, voice, prompt, writer, window=window, seconds=self._seconds)
        kept = fitted(done, header, voice)
        draft = _draft(viewer, person, plan, pack, voice, kept, header, now, on)
        draft = replace(
            draft,
            prompt=prompt.name if writer else "",
            model=model,
            raw_output=done.raw,
            settings=dict(prompt.about.settings) if writer else {},
        )
        draft = replace(draft, notes=_notes(done, language, model))
        explanation = {**done.explanation(plan, pack), "dropped": [fact.id for fact in kept.dropped]}
        explanation["accounts"] = self._accounts(draft, viewer, person, scopes)
        self._drafts.save(draft, viewer=viewer.person, subject=person.id, explanation=explanation)
        self._reads.record(viewer, person.id, "brief", PURPOSE, now)
        return draft

    def latest(
        self,
        viewer: Viewer,
        subject: PersonEntry | int,
        *,
        language: str | None = None,
        model: str | None = None,
        on: date | None = None,
    ) -> Draft | None:
        """The newest brief prepared for this viewer about ``subject``, as far as they may still read it.

        :param on: as of which day; without one, briefs as of an earlier day are passed over.
        """
        person = self._person(subject)
        may_open_brief(self._directory, viewer, person, viewer.at)
        stored = self._drafts.latest(
            DraftKind.BRIEF, viewer=viewer.person, subject=person.id, language=language, model=model, on=on
        )
        return self._opened(stored, viewer) if stored else None

    def get(self, draft_id: str, viewer: Viewer) -> Draft:
        """A brief by its id.

        :raises NotFound: if there is none, or it was prepared for somebody else.
        :raises AccessDenied: if the brief is not open to the viewer any more.
        """
        return self._opened(self._stored(draft_id, viewer), viewer)

    def explanation(self, draft_id: str, viewer: Viewer) -> Mapping[str, object]:
        """Input and output of each step that led to a brief: facts with weights, pack, model's output, checks."""
        stored = self._stored(draft_id, viewer)
        person = self._person(unpublic_id(stored.draft.subject))
        may_open_brief(self._directory, viewer, person, viewer.at)
        opened = self._opened(stored, viewer)
        if opened.stale:
            return {"withheld": "some of the evidence has changed or may not be read any more; prepare the brief anew"}
        return stored.explanation

    def _stored(self, draft_id: str, viewer: Viewer) -> StoredDraft:
        stored = self._drafts.get(draft_id)
        if stored is None or stored.draft.viewer != public_id(viewer.person):
            raise NotFound("there is no such draft.", subject=clean(draft_id)[:40])
        return stored

    def _opened(self, stored: StoredDraft, viewer: Viewer) -> Draft:
        """The draft as the viewer may read it now: without what is gone for them, and stale where evidence changed or
        it turned out that an account is somebody else's."""
        draft = stored.draft
        person = self._person(unpublic_id(draft.subject))
        may_open_brief(self._directory, viewer, person, viewer.at)
        _, scopes = self._sides(viewer, person, viewer.at)
        wanted = {unpublic_id(public): public for public in draft.evidence}
        found = self._facts.hashes(list(wanted), scopes)
        gone = {public for number, public in wanted.items() if number not in found}
        changed = any(
            found[number] != draft.evidence[public][1] for number, public in wanted.items() if number in found
        )
        before = stored.explanation.get("accounts")
        changed = changed or (before is not None and before != self._accounts(draft, viewer, person, scopes))
        self._reads.record(viewer, person.id, "brief", PURPOSE, viewer.at)
        return _without(draft, gone, stale=bool(gone) or changed)

    def _accounts(self, draft: Draft, viewer: Viewer, person: PersonEntry, scopes: frozenset[int]) -> str:
        """Whose accounts were whose when it was drafted: of both sides, and in the records it rests on."""
        records = [unpublic_id(public) for public in draft.evidence]
        return self._facts.accounts({person.id, viewer.person}, records, scopes)

    def _person(self, subject: PersonEntry | int) -> PersonEntry:
        return self._directory.person(subject) if isinstance(subject, int) else subject

    def _sides(self, viewer: Viewer, person: PersonEntry, now: datetime) -> tuple[int | None, frozenset[int]]:
        """The manager, and what viewer, manager and report may all read."""
        manager = self._directory.manager_of(person.id, self._directory.today(now))
        scopes = viewer.scopes & self._directory.viewer(person.id, now).scopes
        if manager is not None and manager.id != viewer.person:
            scopes &= self._directory.viewer(manager.id, now).scopes
        return manager.id if manager else None, scopes

    def _end_of(self, day: date, now: datetime) -> datetime:
        """The last moment of a day that has gone by."""
        if day > self._directory.today(now):
            raise BadInput(
                "this day is yet to come.",
                subject=day.isoformat(),
                hint="A brief can be prepared as of today or of a day before.",
                chinese=("这一天还没到。", "简报可以按今天或更早的某一天来准备。"),
            )
        return datetime.combine(day + timedelta(days=1), time.min, self._zone).astimezone(UTC) - timedelta(
            milliseconds=1
        )

    def _beginning(self, at: datetime) -> datetime:
        """The first moment of that day: a window is shown in days, and holds all of its first one."""
        return datetime.combine(at.astimezone(self._zone), time.min, self._zone).astimezone(UTC)

    def _window(
        self, subject: int, other: int | None, scopes: frozenset[int], end: datetime, since: datetime | None
    ) -> Window:
        if since is not None and since >= end:
            raise BadInput(
                "the window begins after its end.",
                subject="since",
                chinese=("起始日晚于截止日。", "请换一个更早的日子。"),
            )
        earliest = end - LONGEST_WINDOW
        if since is not None and since < earliest:
            day = (earliest + timedelta(days=1)).astimezone(self._zone).date()
            raise BadInput(
                "a brief looks back a year at most.",
                subject="since",
                hint=f"The earliest day is {day}; for an earlier time, prepare it as of another day.",
                chinese=("简报最多回看一年。", f"最早可以从 {day} 开始；要看更早的时间，请换一个截止日。"),
            )
        if since is None:
            met = self._facts.last_check_in(subject, other, scopes, end) if other is not None else None
            since = max(met, end - LONGEST_DEFAULT) if met else self._beginning(end - DEFAULT_WINDOW)
        return Window(start=since, end=end, past=min(since - LEAST_PAST, end - PAST), zone=self._zone)

    def _pack(self, plan: Plan, scopes: frozenset[int], window: Window) -> Pack:
        ids = dict.fromkeys(unpublic_id(public) for fact in plan.facts for public in fact.counted)
        return build_pack(self._facts.evidence(list(ids), scopes), plan.facts, window.start, window.end)

    def _header(self, plan: Plan, person: PersonEntry, voice: Voice) -> Header:
        material = plan.desk.material
        found = coverage(material)
        coming = next_check_in(plan.desk)
        held = [
            one.scheduled_at
            for one in material.check_ins
            if one.state == "held" and one.scheduled_at <= material.window.end
        ]
        failing = {source.connection: source.failing_since for source in found.failing}
        return Header(
            person=plan.desk.subject.name,
            title=clean(person.title or ""),
            team=plan.desk.subject.team or "",
            other=plan.desk.other.name if plan.desk.other else "",
            meeting_at=coming.scheduled_at if coming else None,
            last_meeting_at=held[-1] if held else None,
            read=tuple(source.connection for source in found.read if source.connection not in failing),
            not_read={
                name: note("failing", voice.language, voice.day(plan.desk.day(since)))
                for name, since in failing.items()
                if since
            },
        )


def _draft(
    viewer: Viewer,
    person: PersonEntry,
    plan: Plan,
    pack: Pack,
    voice: Voice,
    kept: Composed,
    header: Header,
    now: datetime,
    on: date | None,
) -> Draft:
    window = plan.desk.window
    draft = Draft(
        id=content_hash("brief", viewer.person, person.id, voice.language, now.isoformat(), str(on or ""))[:20],
        kind=DraftKind.BRIEF,
        language=voice.language,
        subject=person.public_id,
        viewer=public_id(viewer.person),
        actor=public_id(viewer.person),
        purpose=PURPOSE,
        window_start=window.start,
        window_end=window.end,
        created_at=now,
        title=header.person,
        sections=kept.sections(voice),
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


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _without(draft: Draft, gone: set[str], *, stale: bool) -> Draft:
    """The draft without the statements that rest on evidence which is gone or not permitted any more."""

    def stands(statement: Statement) -> bool:
        return not gone & {*statement.evidence, *_listed(statement.data.get("rests_on"))}

    sections = tuple(
        Section(
            name=section.name,
            title=section.title,
            statements=tuple(statement for statement in section.statements if stands(statement)),
        )
        for section in draft.sections
    )
    raw = "" if gone else draft.raw_output  # a model's words could repeat what is gone
    kept = replace(
        draft, sections=tuple(section for section in sections if section.statements), stale=stale, raw_output=raw
    )
    numbers = kept.citations
    return replace(
        kept, sources=tuple(sorted((s for s in draft.sources if s.id in numbers), key=lambda s: numbers[s.id]))
    )
