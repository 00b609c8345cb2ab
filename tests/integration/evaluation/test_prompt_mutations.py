"""A prompt is changed; the model that follows it, the checks, the scores and the gate do the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from following_model import following_server
from prompt_mutations import HARMLESS, REGRESSIONS, Mutation, written
from tiny_suite import VARIABLE, tiny_suite

from coachkit.evaluation.comparing import compare
from coachkit.evaluation.gating import Gate, gate
from coachkit.evaluation.matrix import Block, Matrix, ModelSpec
from coachkit.evaluation.record import RunRecord
from coachkit.evaluation.rules import GateRules
from coachkit.proving import Plan, Suite
from coachkit.settings import load_settings

pytestmark = pytest.mark.slow

RULES = GateRules(cluster="question")
BLOCK = Block(documents=("brief",), models=(ModelSpec(model="openai/following"),), organisations=("tiny",))
OF_BRIEF = [one for one in REGRESSIONS if one.document == "brief" and not one.organisation]


@dataclass
class Bench:
    folder: Path
    evals: Path
    address: str
    before: RunRecord | None = None

    def run(self, prompts: Path | None) -> RunRecord:
        plan = Plan(
            settings=load_settings(model_url=self.address, model_key="none"),
            evals=self.evals,
            cache=self.folder / "cache",
            prompts=prompts,
        )
        return Suite(plan).run(Matrix(name="mutations", blocks=(BLOCK,), gate=RULES)).record

    def judged(self, mutation: Mutation, folder: Path) -> Gate:
        if self.before is None:
            self.before = self.run(None)
        written(mutation, folder)
        after = self.run(folder)
        return gate(after, [compare(self.before, after, rules=RULES)], rules=RULES)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("mutations")
    evals, data = tiny_suite(folder)
    with pytest.MonkeyPatch.context() as patch, following_server() as address:
        patch.setenv(VARIABLE, str(data))
        yield Bench(folder, evals, address)


@pytest.mark.parametrize("mutation", OF_BRIEF[:2] + OF_BRIEF[-3:], ids=lambda one: one.name)
def test_a_regression_is_stopped(bench: Bench, mutation: Mutation, tmp_path: Path) -> None:
    found = bench.judged(mutation, tmp_path)
    assert {one.code for one in found.stops} & {"loss", "margin", "hard"}
    assert all(one.cases for one in found.stops)


@pytest.mark.parametrize("mutation", [one for one in HARMLESS if one.document == "brief"], ids=lambda one: one.name)
def test_a_rewording_is_not(bench: Bench, mutation: Mutation, tmp_path: Path) -> None:
    assert bench.judged(mutation, tmp_path).is_open
