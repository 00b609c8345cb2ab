"""A run as logs of Inspect (inspect_ai), for its viewer and its data frames.

Written is the JSON format of log version 2, field by field as ``inspect_ai.log.EvalLog`` of inspect_ai 0.3.285 declares
it; that version's own ``read_eval_log`` reads it back. Inspect's log is about one task and one model, so there is one
for each document, prompt and model of the run; a sample's id is its case and language, its epoch the repeat.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from math import isfinite
from typing import Any

from coachkit.evaluation.record import RunRecord, Sample, Score
from coachkit.evaluation.reporting.viewing import Column, column_of
from coachkit.evaluation.statistics import spread

__all__ = ["LOG_VERSION", "inspect_logs"]

LOG_VERSION = 2
"""Of the log format; ``inspect_ai._util.constants.LOG_SCHEMA_VERSION``."""


def inspect_logs(record: RunRecord) -> dict[str, str]:
    """File name → JSON, a log for each document, prompt and model. The names are such as ``inspect view`` lists."""
    groups: dict[Column, list[Sample]] = {}
    for sample in record.samples:
        groups.setdefault(column_of(sample), []).append(sample)
    scores: dict[str, list[Score]] = {}
    for score in record.all_scores:
        scores.setdefault(score.sample, []).append(score)
    found = {}
    for column, samples in groups.items():
        log = _log(record, column, samples, scores)
        stamp = record.run.started_at.strftime("%Y-%m-%dT%H-%M-%S+00-00")
        name = f"{stamp}_{column.document.replace('_', '-')}_{log['eval']['eval_id']}.json"
        found[name] = json.dumps(log, ensure_ascii=False, indent=2) + "\n"
    return found


def _log(
    record: RunRecord, column: Column, samples: Sequence[Sample], scores: Mapping[str, Sequence[Score]]
) -> dict[str, Any]:
    run, end = record.run, record.end
    ids = list(dict.fromkeys(_id(one) for one in samples))
    named = list(dict.fromkeys(score.scorer for one in samples for score in scores.get(one.key, ())))
    status = "success" if end is not None and not end.missing else "cancelled"
    finished = run.started_at + timedelta(seconds=end.seconds if end else 0)
    about = {
        "suite": run.suite,
        "coachkit": run.version,
        "prompt": column.prompt,
        "hashes": {"code": run.code, "prompts": run.prompts, "datasets": run.datasets},
        "organisations": run.organisations,
    }
    return {
        "version": LOG_VERSION,
        "status": status,
        "eval": {
            "eval_id": _short(run.id, *(column.document, column.prompt, column.model)),
            "run_id": run.id,
            "created": run.started_at.isoformat(),
            "task": f"coachkit/{column.document}",
            "task_id": _short(column.document, column.prompt, column.model),
            "task_version": column.prompt.partition("@")[2] or 0,
            "task_args": {"prompt": column.prompt, "document": column.document},
            "task_args_passed": {"prompt": column.prompt, "document": column.document},
            "dataset": {"name": run.suite, "samples": len(ids), "sample_ids": ids, "shuffled": False},
            "model": f"coachkit/{column.model}" if "/" not in column.model else column.model,
            "config": {"epochs": max((one.cell.repeat for one in samples), default=1)},
            "packages": dict(run.packages),
            **_revision(run.commit),
            "metadata": about,
            "scorers": [{"name": name} for name in named],
        },
        "plan": {"name": "coachkit", "steps": [{"solver": f"coachkit/{column.document}", "params": {}}]},
        "results": _results(record, samples, named, scores),
        "stats": {
            "started_at": run.started_at.isoformat(),
            "completed_at": finished.isoformat(),
            "model_usage": _usage(samples),
        },
        "samples": [_sample(record, one, scores.get(one.key, ())) for one in samples],
    }


def _revision(commit: str) -> dict[str, Any]:
    if not commit:
        return {}
    return {
        "revision": {"type": "git", "origin": "", "commit": commit.rstrip("+"), "dirty": commit.endswith("+")},
    }


def _results(
    record: RunRecord, samples: Sequence[Sample], named: Sequence[str], scores: Mapping[str, Sequence[Score]]
) -> dict[str, Any]:
    held = []
    for name in named:
        found = [(one, score) for one in samples for score in scores.get(one.key, ()) if score.scorer == name]
        values = [float(score.value) for _, score in found]
        spreads = spread(values, [one.organisation or one.case for one, _ in found])
        metrics = {"mean": {"name": "mean", "value": spreads.mean, "params": {}}}
        if isfinite(spreads.error):
            metrics["stderr"] = {"name": "stderr", "value": spreads.error, "params": {"cluster": "organisation"}}
        info = record.scorers.get(name)
        held.append(
            {
                "name": name,
                "scorer": name,
                "scored_samples": len(found),
                "unscored_samples": len(samples) - len(found),
                "params": {},
                "metrics": metrics,
                "metadata": {"unit": info.unit, "hard": info.hard, "meaning": info.meaning} if info else {},
            }
        )
    done = sum(one.error is None for one in samples)
    return {"total_samples": len(samples), "completed_samples": done, "scores": held}


def _usage(samples: Sequence[Sample]) -> dict[str, Any]:
    used = [one.usage for one in samples if one.usage.requests]
    names = dict.fromkeys(one.model for one in used)
    return {
        name: _tokens(
            sum(one.tokens_in for one in used if one.model == name),
            sum(one.tokens_out for one in used if one.model == name),
            None
            if any(one.cost is None for one in used if one.model == name)
            else sum(one.cost or 0.0 for one in used if one.model == name),
        )
        for name in names
    }


def _tokens(given: int, got: int, cost: float | None) -> dict[str, Any]:
    return {"input_tokens": given, "output_tokens": got, "total_tokens": given + got, "total_cost": cost}


def _sample(record: RunRecord, sample: Sample, scores: Sequence[Score]) -> dict[str, Any]:
    case = record.cases.get(sample.case)
    asked = ", ".join(
        filter(None, [sample.cell.document, case.subject if case else "", str(case.day) if case and case.day else ""])
    )
    said = sample.draft.text if sample.draft else json.dumps(sample.output, ensure_ascii=False) if sample.output else ""
    answer = {"role": "assistant", "content": said, "source": "generate", "model": sample.cell.model}
    usage = _usage([sample])
    found: dict[str, Any] = {
        "id": _id(sample),
        "epoch": sample.cell.repeat,
        "input": asked,
        "target": list(case.gold) if case else "",
        "messages": [{"role": "user", "content": asked, "source": "input"}, *([answer] if said else [])],
        "output": {
            "model": sample.cell.model,
            "choices": [{"message": answer, "stop_reason": "stop"}] if said else [],
            "completion": said,
            "usage": next(iter(usage.values()), None),
            "time": sample.usage.seconds,
        },
        "scores": {
            one.scorer: {
                "value": one.value,
                "explanation": one.reason or None,
                "metadata": {"at": list(one.at)},
            }
            for one in scores
        },
        "metadata": {
            "key": sample.key,
            "organisation": sample.organisation,
            "split": sample.split,
            "slices": list(sample.slices),
            "language": sample.cell.language,
            "evidence": {name: one.model_dump(mode="json") for name, one in sample.evidence.items()},
            "statements": [one.model_dump(mode="json") for one in sample.draft.statements] if sample.draft else [],
        },
        "model_usage": usage,
        "total_time": sample.seconds,
    }
    if sample.error is not None:
        message = f"{sample.error.code}: {sample.error.message}".rstrip(": ")
        found["error"] = {"message": message, "traceback": "", "traceback_ansi": ""}
    return found


def _id(sample: Sample) -> str:
    return f"{sample.case}/{sample.cell.language}" if sample.cell.language else sample.case


def _short(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:22]
