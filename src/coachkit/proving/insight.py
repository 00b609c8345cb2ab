"""The engines of insight as a subject: asked about organisations whose outcome others wrote down.

``COACHKIT_EVAL_DATA`` names the folder of the organisations; the labels lie beside it, in ``labels/`` under the same
name. Where they are not, there is nothing to evaluate, and a matrix makes no samples of these cases.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coachkit.errors import NotFound
from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.hashing import folder_hash
from coachkit.evaluation.matrix import ModelSpec
from coachkit.evaluation.ranking import area_under_curve, average_precision
from coachkit.evaluation.record import Cell, Sample
from coachkit.evaluation.subjects import Lane
from coachkit.predicting import predict, tasks
from coachkit.proving.plan import Plan
from coachkit.settings import folder_named
from coachkit.telemetry import get_logger

if TYPE_CHECKING:
    import polars as pl

__all__ = ["VARIABLE", "InsightSubject"]

VARIABLE = "COACHKIT_EVAL_DATA"

_log = get_logger("proving.insight")


class InsightSubject:
    """Lets the engine of a task score an organisation, and holds the scores against the labels."""

    documents = ("insight",)
    parts = ("insight", "predicting", "ingest", "proving.insight", "evaluation.ranking")
    packages = ("polars", "numpy")

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def models(self, wanted: Sequence[ModelSpec]) -> Sequence[ModelSpec]:
        """The engines as they are; none, where there are no data to ask them about."""
        return (ModelSpec(model="engine"),) if self._folder() is not None else ()

    def prompts(self, document: str, model: str, wanted: Sequence[str]) -> Sequence[str]:
        return ("",)

    def lane(self, cell: Cell) -> str:
        return Lane.ALONE

    def decides(self, case: EvalCase, cell: Cell) -> Mapping[str, Any]:
        return {"data": folder_hash(self._organisation(case)), "labels": folder_hash(self._labels(case))}

    def make(self, case: EvalCase, cell: Cell, office: Any) -> Sample:
        """AUC, average precision, coverage and base rate over the labelled rows."""
        organisation, labels = self._organisation(case), self._labels(case)
        name = str(case.data["task"])
        if name not in tasks():
            raise NotFound(f"there is no task {name!r}.", subject=case.id, hint=f"There are: {', '.join(tasks())}.")
        with tempfile.TemporaryDirectory() as folder:
            root, out = Path(folder), Path(folder) / "scores.csv"
            for place, of in (("one", organisation), ("labels/one", labels.parent)):
                (root / place).mkdir(parents=True, exist_ok=True)
                (root / place / organisation.name).symlink_to(of.resolve(), target_is_directory=True)
            predict(tasks()[name], root, "one", out, cache=self._plan.cache / "engines", say=_quietly)
            found = _held(out, labels, str(case.data["label"]), turned=bool(case.data.get("turned")))
        return Sample(key="", case=case.id, cell=cell, output=found)

    @staticmethod
    def _folder() -> Path | None:
        named = folder_named(VARIABLE)
        return named if named and named.is_dir() else None

    def _organisation(self, case: EvalCase) -> Path:
        folder = self._folder()
        path = folder / str(case.data["org"]) if folder else None
        if path is None or not path.is_dir():
            raise NotFound(f"there is no organisation {case.data['org']!r}.", subject=VARIABLE, hint=f"Case {case.id}.")
        return path

    def _labels(self, case: EvalCase) -> Path:
        folder = self._folder()
        assert folder is not None
        path = folder.parent / "labels" / folder.name / str(case.data["org"]) / str(case.data["labels"])
        if not path.is_file():
            raise NotFound(f"there are no labels {path}.", subject=VARIABLE, hint=f"Case {case.id}.")
        return path


def _quietly(line: str) -> None:
    _log.debug("engine", said=line)


def _held(scores: Path, labels: Path, label: str, *, turned: bool) -> dict[str, Any]:
    """The scores joined to the labels by all columns that both have; who has no score comes last."""
    import polars as pl

    given = pl.read_csv(scores, infer_schema_length=None)
    known = pl.read_parquet(labels) if labels.suffix == ".parquet" else pl.read_csv(labels, infer_schema_length=None)
    known = known.filter(pl.col(label).is_not_null() & ~pl.col(label).cast(pl.Float64).is_nan())
    keys = [name for name in given.columns if name in known.columns and name != "score"]
    typed = given.with_columns(pl.col(name).cast(known.schema[name]) for name in keys).unique(keys, maintain_order=True)
    joined = known.join(typed.select(*keys, "score"), on=keys, how="left")
    return _figures(joined, label, turned=turned)


def _figures(joined: pl.DataFrame, label: str, *, turned: bool) -> dict[str, Any]:
    covered = joined["score"].is_not_null().sum()
    lowest = float(joined["score"].min() or 0.0) - 1  # type: ignore[arg-type]  # a number, as scores are
    score = joined["score"].fill_null(lowest).to_numpy()
    outcome = joined[label].cast(float).to_numpy() > 0
    outcome = ~outcome if turned else outcome
    return {
        "auc": area_under_curve(outcome, score),
        "ap": average_precision(outcome, score),
        "coverage": covered / joined.height if joined.height else None,
        "base": float(outcome.mean()) if joined.height else 0.0,
        "of": joined.height,
    }
