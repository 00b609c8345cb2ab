"""What the gate says of changes to prompts: regressions that it should stop, and rewordings that it should not.

Each change is written as a new version of a prompt, run by the product's own path (plan, prompt, model over HTTP,
checks, scores) and held against the prompt as it is. The model is ``tests/support/following_model.py``: it does what a
prompt says and errs where a rule is missing; it is no language model. The prompt for single sentences is measured with
the packaged model, which is one.

Run as ``python benchmarks/prompt_mutations.py [--take 8] [--only brief,agenda] [--local] [--verbose]``. Ends with 1
where a regression passes or a rewording is stopped.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from following_model import following_server  # noqa: E402 - after the path
from prompt_mutations import (  # noqa: E402
    DOCUMENTS,
    HARMLESS,
    LOCAL,
    REGRESSIONS,
    UNVERSIONED,
    Mutation,
    unversioned,
    written,
)

from coachkit.drafting.prompts import PromptLibrary  # noqa: E402
from coachkit.drafting.prompts.locking import check  # noqa: E402
from coachkit.evaluation.comparing import compare  # noqa: E402
from coachkit.evaluation.gating import Gate, Reason, gate, prompt_reasons  # noqa: E402
from coachkit.evaluation.matrix import Block, Matrix, ModelSpec  # noqa: E402
from coachkit.evaluation.record import RunRecord  # noqa: E402
from coachkit.evaluation.rules import GateRules  # noqa: E402
from coachkit.proving import Plan, Suite  # noqa: E402
from coachkit.proving.plan import cache_folder  # noqa: E402
from coachkit.settings import load_settings  # noqa: E402
from coachkit.telemetry import configure_logging  # noqa: E402

MODEL = "openai/following"
RULES = GateRules(cluster="question")


@dataclass
class Bench:
    """Runs prompts of a folder on a part of the cases."""

    address: str
    take: int
    organisations: tuple[str, ...] = ("sample-7", "sample-42")
    model: str = MODEL
    languages: tuple[str, ...] = ("en", "zh")
    seconds: float = 120.0
    baselines: dict[tuple[str, str], RunRecord] = field(default_factory=dict)

    def run(self, document: str, organisation: str, prompts: Path | None) -> RunRecord:
        settings = load_settings(model_url=self.address, model_key="none")
        block = Block.model_validate(
            {
                "documents": (document,),
                "models": (ModelSpec(model=self.model),),
                "languages": self.languages,
                "organisations": (organisation,) if organisation else self.organisations,
                "take": self.take,
            }
        )
        plan = Plan(
            settings=settings, evals=ROOT / "evals", cache=cache_folder(), prompts=prompts, model_seconds=self.seconds
        )
        return Suite(plan).run(Matrix(name="mutations", blocks=(block,), model_seconds=self.seconds, gate=RULES)).record

    def baseline(self, document: str, organisation: str) -> RunRecord:
        place = (document, organisation)
        if place not in self.baselines:
            self.baselines[place] = self.run(document, organisation, None)
        return self.baselines[place]

    def judged(self, mutation: Mutation, document: str = "") -> Gate:
        asked = document or mutation.document
        with tempfile.TemporaryDirectory() as folder:
            written(mutation, Path(folder))
            after = self.run(asked, mutation.organisation, Path(folder))
        before = self.baseline(asked, mutation.organisation)
        found = compare(before, after, rules=RULES, common=True, slices=False)
        return gate(after, [found], rules=RULES)


def versions() -> Iterator[tuple[Mutation, list[Reason]]]:
    """Changes that the prompts' own checks should see, before anything is run."""
    for mutation in UNVERSIONED:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "prompts"
            shutil.copytree(ROOT / "prompts", copy)
            unversioned(mutation, copy)
            yield mutation, prompt_reasons(check(PromptLibrary(copy), "packaged"))


def told(reasons: tuple[Reason, ...]) -> str:
    """What stopped, in a cell of a table: the metrics with what they were and are, the clearest first."""
    hard = [f"**{one.metric}** in {len(one.cases)} documents" for one in reasons if one.code == "hard"]
    lost = [one for one in reasons if one.figures]
    lost.sort(key=lambda one: -(one.figures or {})["loss"] / max((one.figures or {})["margin"], 1e-9))
    figures = [f"{one.metric} {one.figures['before']:.2f} → {one.figures['after']:.2f}" for one in lost if one.figures]
    others = [
        re.sub(r"(?<= )/\S+: ", "", one.said[0].en)[:110] for one in reasons if not one.figures and one.code != "hard"
    ]
    cells = [*hard, *figures[:3], *([f"and {len(figures) - 3} more"] if len(figures) > 3 else []), *others]
    return "; ".join(cells).replace("|", "\\|")


def line(document: str, what: str, wanted: bool, reasons: tuple[Reason, ...], verbose: bool) -> bool:
    """Print a row; whether it is as it should be."""
    right = bool(reasons) is wanted
    verdict = ("stopped" if reasons else "passed") + ("" if right else " (!)")
    print(f"| {document} | {what} | {verdict} | {told(reasons)} |", flush=True)
    if verbose:
        for one in reasons:
            print(f"    {one.code} {one.metric}: {one.said[0].en}", *one.cases[:3], sep="\n      ", file=sys.stderr)
    return right


HEAD = "\n| prompt | change | gate | what it saw |\n|---|---|---|---|"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--take", type=int, default=8, help="cases of each document")
    parser.add_argument("--only", default=",".join(DOCUMENTS))
    parser.add_argument("--local", action="store_true", help="the packaged model too: slow")
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args()
    configure_logging("error")
    right = []
    with following_server() as address:
        bench = Bench(address, given.take)
        for title, mutations, wanted in (("Regressions", REGRESSIONS, True), ("Rewordings", HARMLESS, False)):
            print(f"\n{title}, each as a new version{HEAD}", flush=True)
            for mutation in mutations:
                if mutation.document in given.only.split(","):
                    found = bench.judged(mutation)
                    right.append(line(mutation.document, mutation.name, wanted, found.stops, given.verbose))
    print(f"\nNot as a new version, or not fit to run{HEAD}", flush=True)
    for mutation, reasons in versions():
        wanted = "harmless" not in mutation.name
        right.append(line(mutation.document, mutation.name, wanted, tuple(reasons), given.verbose))
    if given.local:
        print(f"\nThe prompt for single sentences, with the packaged model{HEAD}", flush=True)
        bench = Bench("", 4, model="local", languages=("en",), seconds=600.0)
        for mutation in LOCAL:
            found = bench.judged(mutation, "brief")
            right.append(line("reword", mutation.name, "harmless" not in mutation.name, found.stops, given.verbose))
    print(f"\n{sum(right)} of {len(right)} as they should be.")
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main())
