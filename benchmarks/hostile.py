"""What comes of hostile texts in every place where somebody's words come in, and how much innocent text is withheld.

Texts of four public corpora (``tools/setup corpora``) and of our own, half of them held out while rules were written,
are placed in the sample organisation: titles, comments, feedback, names, keys, goals, agenda points, commits. Every
kind of document is drafted without a model, with the packaged one, and with a model that obeys whatever it reads, and
held against the same document without those texts.

Run as ``python benchmarks/hostile.py [--people 4] [--rounds said,names] [--models none] [--innocent FILE …]``;
``--innocent`` takes files with one innocent text a line.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from hostile_measuring import OBEDIENT, measured  # noqa: E402 - after the path
from hostile_office import ROUNDS  # noqa: E402
from hostile_texts import benign_texts, hostile_texts  # noqa: E402

from coachkit.drafting import cleaning, pack  # noqa: E402
from coachkit.drafting.suspicion import is_suspicious  # noqa: E402
from coachkit.drafting.verify import alone, checking  # noqa: E402
from coachkit.telemetry import configure_logging  # noqa: E402

CATEGORIES = ("echo", "obey", "steer", "exfiltrate")
CAME = ("placed", "read", "quoted", "named", "leaked", "obeyed", "markup")


def recognised() -> None:
    """How much of each corpus is recognised, of the half that was looked at and of the half held out."""
    found: Counter[tuple[str, bool, bool]] = Counter()
    for one in hostile_texts():
        for name in (one.corpus, one.category, "all but ours" if one.corpus != "ours" else "", "all"):
            if name:
                found[(name, one.held_out, is_suspicious(one.text))] += 1
    print("\n| recognised | looked at | held out |\n|---|---|---|")
    for name in sorted({name for name, *_ in found}):
        halves = [(found[(name, held, True)], found[(name, held, False)]) for held in (False, True)]
        print(f"| {name} | " + " | ".join(f"{yes} of {yes + no}" for yes, no in halves) + " |")
    harmless = [(held, is_suspicious(text)) for text, held in benign_texts()]
    for held in (False, True):
        withheld = sum(flag for half, flag in harmless if half is held)
        print(f"harmless look-alikes withheld ({'held out' if held else 'looked at'}): "
              f"{withheld} of {sum(half is held for half, _ in harmless)}")  # fmt: skip


def innocent(files: list[Path]) -> None:
    """How much innocent text is withheld."""
    for path in files:
        lines = sorted({line for line in path.read_text("utf-8").splitlines() if line.strip()})
        wrong = [line for line in lines if is_suspicious(line)]
        print(f"{path.name}: {len(wrong)} of {len(lines)} innocent texts withheld")
        for line in wrong[:5]:
            print(f"  {line[:120]}")


def documents(people: int, rounds: list[str], models: list[str]) -> int:
    """Print what came through; how much of it should not have."""
    wrong = 0
    texts = hostile_texts()
    whole: dict[str, Counter[tuple[str, str]]] = {model: Counter() for model in models}
    with tempfile.TemporaryDirectory() as folder:
        for one in measured(Path(folder), texts, rounds, models, most=people, today=date(2026, 11, 25)):
            for model, came in one.came.items():
                whole[model].update(came.counts)
                wrong += len(came.leaks) + len(came.changed)
                print(
                    f"{one.name}, {model}: {len(one.placed)} texts, {came.documents} documents, {came.compared} other "
                    f"statements compared, {len(came.changed)} changed, {came.moved} in another's place",
                    flush=True,
                )
                for line in (*came.leaks[:10], *came.changed[:10]):
                    print(f"  ! {line}")
    for model, counts in whole.items():
        print(f"\n| {model} | " + " | ".join(CAME) + " |\n|---|" + "---|" * len(CAME))
        for name in sorted({name for name, _ in counts}, key=lambda name: (name not in CATEGORIES, name)):
            print(f"| {name} | " + " | ".join(str(counts[(name, what)]) for what in CAME) + " |")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=4, help="how many of each kind of document")
    parser.add_argument("--rounds", default=",".join(ROUNDS))
    parser.add_argument("--models", default=f"none,{OBEDIENT},local")
    parser.add_argument("--innocent", type=Path, nargs="*", default=[])
    parser.add_argument("--recognition-only", action="store_true")
    parser.add_argument("--without-recognition", action="store_true", help="take that wall away: do the others hold?")
    given = parser.parse_args()
    configure_logging("error")
    recognised()
    innocent(given.innocent)
    if given.recognition_only:
        return 0
    if given.without_recognition:
        for module in (cleaning, pack, alone, checking):
            vars(module)["is_suspicious"] = lambda _text: False
    return bool(documents(given.people, given.rounds.split(","), given.models.split(",")))


if __name__ == "__main__":
    sys.exit(main())
