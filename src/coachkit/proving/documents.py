"""Documents as a subject of evaluation: prepared as a reader would get them, and told with all that explains them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from coachkit.access import PersonEntry, Viewer
from coachkit.domain.drafts import Decided, Draft, DraftKind, Edit
from coachkit.domain.evidence import Evidence
from coachkit.domain.identity import unpublic_id
from coachkit.drafting.cleaning import clean
from coachkit.drafting.documents import Documents
from coachkit.drafting.facts import Language
from coachkit.drafting.ports import StoredDraft
from coachkit.drafting.prompts import Prompt, PromptLibrary
from coachkit.drafting.prompts.library import Origin
from coachkit.drafting.steps import REWORD
from coachkit.errors import NotFound
from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.hashing import folder_hash
from coachkit.evaluation.matrix import NEWEST, ModelSpec
from coachkit.evaluation.record import (
    Cell,
    EvidenceSeen,
    Sample,
    SampleDraft,
    SampleSection,
    SampleStatement,
    Trace,
    Usage,
)
from coachkit.evaluation.subjects import Lane
from coachkit.models.chain import read_chain
from coachkit.models.weights import find_weights
from coachkit.proving.choosing import chosen, is_rule
from coachkit.proving.offices import Office
from coachkit.proving.plan import Plan
from coachkit.store.relational.schema import records

__all__ = ["DocumentSubject"]


class DocumentSubject:
    """Every kind of document there is an agent for."""

    documents = tuple(str(kind) for kind in DraftKind)
    parts = ("domain", "access", "insight", "drafting", "store/relational", "talks", "bootstrap", "proving/documents")
    packages = ("pydantic-ai-slim", "litellm", "openai", "xllamacpp", "polars")

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    @cached_property
    def library(self) -> PromptLibrary:
        """:raises ConfigError: if a candidate cannot stand for the packaged prompt."""
        library = PromptLibrary(team=self._plan.prompts or self._plan.settings.prompts)
        library.hold()
        return library

    def models(self, wanted: Sequence[ModelSpec]) -> Sequence[ModelSpec]:
        return wanted

    def prompts(self, document: str, model: str, wanted: Sequence[str]) -> Sequence[str]:
        """What a writer of whole documents works with; of the packaged model the one for single sentences."""
        chain = read_chain(model)
        if chain == ("none",):
            return ("",)
        if chain == ("local",):
            return (_version_of(self.library.get(REWORD)),)
        return tuple(dict.fromkeys(_version_of(self._named(document, version)) for version in wanted))

    def prompt_hashes(self, cell: Cell) -> Mapping[str, str]:
        """``agent@version`` → hash of the file, of all prompts that a cell works with."""
        if not cell.prompt:
            return {}
        agent, _, version = cell.prompt.partition("@")
        used = [self.library.get(agent, version)]
        if agent != REWORD and "local" in read_chain(cell.model):
            used.append(self.library.get(REWORD))
        return {_version_of(one): one.hash for one in used}

    def lane(self, cell: Cell) -> str:
        chain = read_chain(cell.model)
        if chain == ("none",):
            return Lane.PROCESSES
        return Lane.ALONE if "local" in chain else Lane.THREADS

    def decides(self, case: EvalCase, cell: Cell) -> Mapping[str, Any]:
        if cell.model == "none":
            return {}
        settings = self._plan.settings
        return {
            "prompts": self.prompt_hashes(cell),
            "weights": self._weights if "local" in read_chain(cell.model) else "",
            "addresses": [settings.model_url, sorted(settings.model_urls.items())],
            "limits": [settings.model_tokens_in, settings.model_tokens_out, settings.model_cost_document],
            "output": settings.model_output,
            "seconds": self._plan.model_seconds,
        }

    def make(self, case: EvalCase, cell: Cell, office: Office) -> Sample:
        """Prepare it with the case's eyes, as of its day.

        :raises CoachkitError: if the case names nobody, or the document is not open to who should read it.
        """
        app, now = office.app, office.now
        kind = DraftKind(cell.document)
        subject = self._subject(office, case, kind)
        viewer = app.directory.viewer(self._reader(office, case, kind, subject).id, now)
        drafts = _Kept()
        version = cell.prompt.partition("@")[2] if cell.prompt.partition("@")[0] != REWORD else ""
        documents = Documents(
            [replace(one, shown=None) for one in app.agents],  # the whole of it, whoever is to see it first
            directory=app.directory,
            facts=app.facts,
            drafts=drafts,
            reads=_Unnoted(),
            writers=app.writers,
            prompts=_Pinned(self.library, version),
            timezone=app.settings.timezone,
            seconds=self._plan.model_seconds,
        )
        language: Language = "zh" if cell.language == "zh" else "en"
        draft = documents.prepare(
            kind, viewer, subject, language=language, model=cell.model, now=now, on=office.day(case.day)
        )
        return _sample(case, cell, office, viewer, drafts.stored[draft.id])

    def _named(self, document: str, version: str) -> Prompt:
        return self.library.get(document, None if version == NEWEST else version)

    @cached_property
    def _weights(self) -> str:
        found = find_weights(self._plan.settings.models)
        return f"{found.name}:{folder_hash(found)}" if found else "missing"

    @staticmethod
    def _subject(office: Office, case: EvalCase, kind: DraftKind) -> int:
        if kind is DraftKind.CONTRIBUTION_SUMMARY:
            return office.app.targets.find(case.subject, None).target.id
        if is_rule(case.subject):
            return chosen(office, case.subject).id
        return office.app.directory.find_person(case.subject).id

    @staticmethod
    def _reader(office: Office, case: EvalCase, kind: DraftKind, subject: int) -> PersonEntry:
        """Who the case says, or who normally reads such a document: the manager, oneself, who leads."""
        directory = office.app.directory
        if case.viewer is not None:
            return directory.find_person(case.viewer)
        if kind is DraftKind.SELF_REVIEW:
            return directory.person(subject)
        if kind is DraftKind.CONTRIBUTION_SUMMARY:
            targets = office.app.targets
            leads = targets.leads(targets.target(subject))
            reader = leads[0] if leads else None
        else:
            reader = directory.manager_of(subject)
        if reader is None:
            raise NotFound(
                "nobody normally reads this document.", subject=case.id, hint="Say viewer: MAIL in the case."
            )
        return reader


def _version_of(prompt: Prompt) -> str:
    """``brief@1.1.0``: without its hash, so that another text under the same version is seen to be one."""
    return f"{prompt.about.id}@{prompt.about.version}"


class _Pinned(PromptLibrary):
    """A library in which the prompts of documents are of one version."""

    def __init__(self, library: PromptLibrary, version: str) -> None:
        super().__init__(library.folder, library.team)
        self._version = version or None

    def get(self, agent: str, version: str | None = None, origin: Origin | None = None) -> Prompt:
        return super().get(agent, version or (self._version if agent != REWORD else None), origin)


class _Kept:
    """A store of drafts in memory. Nothing is found again in it: each sample is a model's own answer."""

    def __init__(self) -> None:
        self.stored: dict[str, StoredDraft] = {}

    def save(self, draft: Draft, *, viewer: int, subject: int, explanation: Mapping[str, object]) -> None:
        self.stored[draft.id] = StoredDraft(draft=draft, explanation=explanation)

    def get(self, draft_id: str) -> StoredDraft | None:
        return self.stored.get(draft_id)

    def latest(
        self,
        kind: DraftKind,
        *,
        viewer: int,
        subject: int,
        language: str | None = None,
        model: str | None = None,
        on: date | None = None,
    ) -> StoredDraft | None:
        return None

    def answer(self, kind: DraftKind, *, viewer: int, subject: int, asked: str) -> Mapping[str, Any] | None:
        return None

    def add_edit(self, draft_id: str, edit: Edit) -> None:
        """Nobody edits here."""

    def add_decision(self, draft_id: str, decided: Decided) -> None:
        """Nobody decides here."""


class _Unnoted:
    """Notes no read: nobody reads here but a program, about people who do not exist or whose names nobody knows."""

    def record(self, viewer: Viewer, subject: int, what: str, purpose: str, now: datetime) -> None:
        """Nothing."""

    def reads_of(self, subject: int, *, limit: int = 100) -> tuple[Any, ...]:
        return ()


# --- what came of it, told -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Told:
    """What the steps said of each fact."""

    composed: Mapping[str, Mapping[str, str]]
    proposed: Mapping[str, str]

    @classmethod
    def of(cls, explanation: Mapping[str, Any]) -> _Told:
        step = explanation["draft"]
        proposals = step["proposals"]
        return cls(
            composed=explanation["composed"],
            proposed={fact: proposals[number]["text"] for fact, number in step["worded"].items()},
        )


def _sample(case: EvalCase, cell: Cell, office: Office, viewer: Viewer, stored: StoredDraft) -> Sample:
    draft, explanation = stored.draft, dict(stored.explanation)
    explained: Mapping[str, Any] = explanation
    step = explained["draft"]
    usage = {name: value for name, value in step["usage"].items() if name in Usage.model_fields}
    return Sample(
        key="",
        case=case.id,
        cell=cell,
        draft=_draft(draft, _Told.of(explained)),
        evidence=dict(_evidence(draft, explained, office, viewer)),
        trace=Trace(
            facts=tuple(explained["plan"]["told"]),
            left_out=tuple(one["id"] for one in explained["plan"]["left_out"]),
            refused=explained["refused"],
            dropped=tuple(explained["dropped"]),
            proposals=tuple(step["proposals"]),
            problems=tuple(step["problems"]),
        ),
        usage=Usage(**usage),
    )


def _draft(draft: Draft, told: _Told) -> SampleDraft:
    header = asdict(draft.header) if draft.header else {}
    return SampleDraft(
        title=draft.title,
        header={name: value.isoformat() if isinstance(value, datetime) else value for name, value in header.items()},
        window_start=draft.window_start,
        window_end=draft.window_end,
        notes=draft.notes,
        sections=tuple(
            SampleSection(
                name=section.name,
                title=section.title,
                statements=tuple(
                    SampleStatement(
                        id=one.id,
                        fact=one.fact,
                        text=one.text,
                        question=one.question,
                        evidence=one.evidence,
                        origin=str(one.origin),
                        composed=told.composed.get(one.id, {}).get("text", ""),
                        proposed=told.proposed.get(one.id, ""),
                        checks=tuple(asdict(check) for check in one.checks),
                    )
                    for one in section.statements
                ),
            )
            for section in draft.sections
        ),
    )


def _evidence(
    draft: Draft, explained: Mapping[str, Any], office: Office, viewer: Viewer
) -> Iterator[tuple[str, EvidenceSeen]]:
    """What was quoted for it, and what is cited without having been quoted."""
    quoted = {one["record"]: one for one in explained["pack"]["evidence"]}
    suspicious = set(explained["pack"]["suspicious"])
    wanted = list(dict.fromkeys([*quoted, *draft.citations]))
    numbers = [unpublic_id(one) for one in wanted]
    known = {one.id: one for one in office.app.facts.evidence(numbers, viewer.scopes)}
    native = _native_ids(office, numbers)
    zone = ZoneInfo(office.app.settings.timezone)
    for public, number in zip(wanted, numbers, strict=True):
        record, seen = known.get(public), quoted.get(public)
        where = {
            "native_id": native.get(number, ""),
            "connection": record.connection if record else "",
            "stream": record.stream if record else "",
            "suspicious": public in suspicious,
        }
        if seen is not None:
            same = {name: seen[name] for name in ("kind", "key", "title", "text", "day", "fields")}
            actors = tuple((role, name) for role, name in seen["actors"])
            yield public, EvidenceSeen(**where, **same, actors=actors)
        elif record is not None:
            yield public, EvidenceSeen(**where, **_cited(record, zone), quoted=False)


def _cited(record: Evidence, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "kind": record.kind,
        "key": clean(record.key),
        "title": clean(record.title),
        "text": clean(record.text),
        "day": record.occurred_at.astimezone(zone).date().isoformat(),
        "actors": tuple(dict.fromkeys((one.role, clean(one.name)) for one in record.actors if one.name)),
    }


def _native_ids(office: Office, numbers: Sequence[int]) -> Mapping[int, str]:
    """What their sources call these records."""
    query = sa.select(records.c.id, records.c.native_id).where(records.c.id.in_(numbers))
    with office.app.database.read() as connection:
        return {row.id: row.native_id for row in connection.execute(query)}
