"""Scores of a whole record: cases that have nothing to do with each other are scored apart, and kept."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.hashing import code_hash, hash_of
from coachkit.evaluation.record import RunRecord, Sample, Score
from coachkit.evaluation.scoring.protocol import score_all
from coachkit.evaluation.scoring.registry import all_scorers

__all__ = ["kept_scores"]

PARTS = ("domain", "drafting", "evaluation/cases", "evaluation/record", "evaluation/scoring", "insight")
"""Parts of coachkit whose code decides a score."""

FEW = 60
"""So few samples are scored faster than a process is started."""

_Group = tuple[tuple[EvalCase, ...], tuple[Sample, ...]]


def kept_scores(record: RunRecord, *, jobs: int, cache: Path) -> list[Score]:
    """What :func:`~coachkit.evaluation.scoring.protocol.score_all` says with all scorers, in its order.

    Twins, and all samples of a case, are scored together. What was scored before is taken from ``cache``: it goes by
    the samples, the labels of their cases and the code of the scorers.
    """
    groups = {_key(group): group for group in _groups(record)}
    found = {key: _kept(cache, key) for key in groups}
    missing = [key for key, scores in found.items() if scores is None]
    number = sum(len(groups[key][1]) for key in missing)
    if jobs > 1 and number > FEW:
        with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
            chunk = max(1, len(missing) // (8 * jobs))
            made = list(pool.map(_scored, [groups[key] for key in missing], chunksize=chunk))
    else:
        made = [_scored(groups[key]) for key in missing]
    for key, scores in zip(missing, made, strict=True):
        found[key] = scores
        _keep(cache, key, scores)
    by_sample: dict[str, list[Score]] = {}
    for scored in found.values():
        for score in scored or ():
            by_sample.setdefault(score.sample, []).append(score)
    return [score for sample in record.samples for score in by_sample.get(sample.key, ())]


def _groups(record: RunRecord) -> list[_Group]:
    """Cases that are compared with each other, with their samples."""
    head: dict[str, str] = {name: name for name in record.cases}

    def first(name: str) -> str:
        while head[name] != name:
            name = head[name]
        return name

    for case in record.cases.values():
        if case.twin in head:
            head[first(case.id)] = first(case.twin)
    cases: dict[str, list[EvalCase]] = {}
    samples: dict[str, list[Sample]] = {}
    for name, case in record.cases.items():
        cases.setdefault(first(name), []).append(case)
    for sample in record.samples:
        if sample.case in head:
            samples.setdefault(first(sample.case), []).append(sample)
    return [(tuple(cases[name]), tuple(several)) for name, several in samples.items()]


def _key(group: _Group) -> str:
    cases, samples = group
    labels: Sequence[Mapping[str, object]] = [case.model_dump(mode="json") for case in cases]
    made = [(sample.key, sample.error is None, sample.seconds, sample.usage.seconds) for sample in samples]
    return hash_of([code_hash(PARTS), labels, made])


def _scored(group: _Group) -> list[Score]:
    cases, samples = group
    return score_all(all_scorers(), {case.id: case for case in cases}, samples)


def _place(cache: Path, key: str) -> Path:
    return cache / key[:2] / f"{key}.json"


def _kept(cache: Path, key: str) -> list[Score] | None:
    try:
        return [Score.model_validate(one) for one in json.loads(_place(cache, key).read_bytes())]
    except (OSError, ValueError):
        return None


def _keep(cache: Path, key: str, scores: Sequence[Score]) -> None:
    place = _place(cache, key)
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.name}.{os.getpid()}")
    part.write_text(json.dumps([one.model_dump(mode="json") for one in scores], ensure_ascii=False), "utf-8")
    part.replace(place)
