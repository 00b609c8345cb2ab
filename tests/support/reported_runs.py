"""Small records of runs, made by hand: two models, two languages, good and bad cases, and texts that would do harm."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from coachkit.evaluation.cases import EvalCase, Forbidden, Mention
from coachkit.evaluation.record import (
    CaseLine,
    Cell,
    EndLine,
    EvidenceSeen,
    Failure,
    RunLine,
    RunRecord,
    Sample,
    SampleDraft,
    SampleSection,
    SampleStatement,
    Score,
    ScorerInfo,
    Usage,
)

__all__ = ["HARM", "WORST", "made_record"]

HARM = '<script>alert(1)</script><img src=x onerror="alert(2)"> {{ 7*7 }} ]]> &lt;b&gt; \x1b[31m ](javascript:alert(3))'
"""What a record might say to a page, a template, XML, a terminal and Markdown."""

WORST = "brief-org-1-leaked"
START = datetime(2026, 5, 8, 9, 0, tzinfo=UTC)

SCORERS = (
    ScorerInfo(
        name="citation_recall",
        version=1,
        unit="share",
        higher_is_better=True,
        primary=True,
        meaning="Share of sentences whose citations support all they say.",
    ),
    ScorerInfo(name="evidence_recall", version=1, unit="share", higher_is_better=True, primary=True),
    ScorerInfo(
        name="forbidden",
        version=1,
        unit="count",
        higher_is_better=False,
        hard=True,
        meaning="Forbidden words, patterns and records that a document tells or cites.",
    ),
    ScorerInfo(name="right_language", version=1, unit="pass", higher_is_better=True),
    ScorerInfo(name="latency", version=1, unit="seconds", higher_is_better=False),
    ScorerInfo(name="words", version=1, unit="count"),
)


def made_record(
    *, worse: bool = False, models: tuple[str, ...] = ("none", "local"), number: int = 12, prompt: str = "brief@1.1.0"
) -> RunRecord:
    """``number`` cases in four organisations, in English and Chinese. ``worse``: sentences are lost and one leaks."""
    cases = [_case(place) for place in range(number)]
    samples: list[Sample] = []
    scores: list[Score] = []
    for case in cases:
        for model in models:
            for language in ("en", "zh"):
                used = prompt if model != "none" else ""
                cell = Cell(document="brief", prompt=used, model=model, language=language)
                sample = _sample(case, cell, worse=worse)
                samples.append(sample)
                scores += _scores(case, sample, worse=worse)
    return RunRecord(
        RunLine(
            id="20260508-090000-worse" if worse else "20260508-090000-base",
            started_at=START,
            suite="suite",
            code={"brief": "c0de" * 4},
            prompts={"brief@1.1.0": "9f" * 8},
            datasets={"brief/cases/sample.yaml": "da7a" * 4},
            organisations={"org-1": {"hash": "0a" * 8, "split": "development"}, "qmsum": {"skipped": "no folder"}},
            models={"none": {"deterministic": True, "repeats": 1}},
            packages={"pydantic": "2.14.3"},
            python="3.11.2",
            commit="5d2b99e+",
            version="0.1.0",
        ),
        cases=[CaseLine(split="development", case=case) for case in cases],
        samples=samples,
        scorers=SCORERS,
        scores=scores,
        end=EndLine(samples=len(samples), failed=sum(one.error is not None for one in samples), seconds=61.5),
    )


def _case(place: int) -> EvalCase:
    organisation = f"org-{place % 4 + 1}"
    return EvalCase(
        id=WORST if place == 0 else f"brief-{organisation}-{place:02d}",
        document="brief",
        organisation=organisation,
        subject="maria@example.org",
        day=date(2026, 5, 8),
        slices=("hostile",) if place == 0 else ("thin",) if place % 3 == 0 else ("newcomer",),
        gold=("PAY-17", "SRCH-91"),
        must_mention=(Mention(en=("ledger export",), zh=("账本导出",), why="it unblocked two teams"),),
        must_not=(Forbidden(text="salary", why="nobody asked"),),
        provenance="planted: an unanswered question",
    )


def _sample(case: EvalCase, cell: Cell, *, worse: bool) -> Sample:
    key = f"{case.id}/{cell.model}/{cell.language}/{'worse' if worse else 'base'}"
    common: dict[str, Any] = {"key": key, "case": case.id, "organisation": case.organisation, "split": "development"}
    common |= {"slices": case.slices, "cell": cell}
    if worse and case.id.endswith("-07") and cell.model == "local":
        return Sample(**common, error=Failure(code="model-unavailable", message="gone"))
    return Sample(
        **common,
        draft=_draft(case, cell, worse=worse),
        evidence={
            "e1": EvidenceSeen(
                kind="issue",
                key="PAY-17",
                native_id="PAY-17",
                connection="tracker",
                title="Page the ledger export",
                text=HARM if case.id == WORST else "The export times out on large ledgers.",
                day="2026-05-02",
                actors=(("assigned", "Wei Li"),),
                fields={"state": "doing"},
                suspicious=case.id == WORST,
            ),
            "e2": EvidenceSeen(kind="issue", key="SRCH-91", title="Reindex with paging", text="分页重建索引。"),
            "e3": EvidenceSeen(kind="commit", key="9f3c", title="Retry the queue"),
        },
        usage=Usage(model=cell.model, requests=1, tokens_in=800, tokens_out=90, cost=0.0012)
        if cell.model != "none"
        else Usage(),
        seconds=0.4 if cell.model == "none" else 3.1,
    )


def _draft(case: EvalCase, cell: Cell, *, worse: bool) -> SampleDraft:
    zh, leaked = cell.language == "zh", worse and case.id == WORST
    waits = "自 5 月 8 日起等待 PAY-17。" if zh else "Waits for PAY-17 since 8 May."
    helped = "评审了账本导出。" if zh else "Reviewed the ledger export of Wei Li."
    if leaked:
        helped += f" salary {HARM}"
    proposed = "" if cell.model == "none" else f"{waits} She is the best. {HARM if leaked else ''}".strip()
    checks = (
        {"name": "cited", "passed": True, "reason": ""},
        {"name": "opinion", "passed": False, "reason": "“best” stands in no record"},
    )
    first = SampleStatement(
        id="f1",
        fact="waiting",
        text=waits,
        evidence=("e1",),
        origin="replaced" if proposed else "composed",
        composed=waits,
        proposed=proposed,
        checks=checks if proposed else (),
    )
    second = SampleStatement(id="f2", fact="helped", text=helped, evidence=("e2",), origin="composed")
    statements = (first,) if worse and case.id.endswith(("5", "6")) else (first, second)
    return SampleDraft(
        title="Maria Gomez",
        window_start=START,
        window_end=START,
        sections=(
            SampleSection(name="goals", title="目标" if zh else "Goals", statements=statements),
            SampleSection(name="unknowns", title="未知" if zh else "Unknowns"),
        ),
        notes=("模型不可用。" if zh else "Some words were refused.",),
    )


def _scores(case: EvalCase, sample: Sample, *, worse: bool) -> list[Score]:
    if sample.error is not None or sample.draft is None:
        return []
    lost = len(sample.draft.statements) < 2
    leaked = worse and case.id == WORST
    said: list[tuple[str, float | bool, str, tuple[str, ...]]] = [
        ("citation_recall", 0.5 if case.id.endswith("3") else 1.0, "one sentence is not covered", ("f1",)),
        ("evidence_recall", 0.5 if lost else 1.0, "SRCH-91 is not cited" if lost else "", ()),
        ("forbidden", 1.0 if leaked else 0.0, f"it says salary: {HARM}" if leaked else "", ("f2",) if leaked else ()),
        ("right_language", True, "", ()),
        ("latency", sample.seconds, "", ()),
        ("words", float(len(sample.draft.text)), "", ()),
    ]
    return [Score(sample=sample.key, scorer=name, value=value, reason=why, at=at) for name, value, why, at in said]
