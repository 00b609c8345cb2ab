"""How often a corrupted statement passes the consistency checks, and how often a true one falls.

True statements are the composed sentences of the sample organisation's briefs, templated statements about its records,
rewordings written by hand (``rewordings.json``), and statements about commits of real organisations, where
``COACHKIT_REAL_DATA`` names a folder of them. Each is corrupted in every way that applies. Two modes: with a fact
(a rewording held against our own sentence) and with evidence alone (``coachkit verify``). By the digest of what a
statement is about, half are for development and half are held out: the checks were written looking at the first half.

Run as ``python benchmarks/verifier.py [--half development|held-out] [--markdown] [--show KIND]``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import sqrt
from pathlib import Path

from verifier_cases import by_hand, real, sample

from coachkit.domain.drafts import Check
from coachkit.drafting.verify import Claim, verify
from coachkit.drafting.verify.alone import check_alone
from coachkit.drafting.verify.statements import read_statements
from coachkit.evaluation.corrupting import CORRUPTIONS, Case
from coachkit.telemetry import configure_logging

REWORDED = ("wins", "explore", "across")


def interval(hits: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, hits / of
    middle, spread = share + z * z / (2 * of), z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, (middle - spread) / (1 + z * z / of)), min(1.0, (middle + spread) / (1 + z * z / of))


def half(case: Case) -> str:
    """Statements about the same evidence are in the same half."""
    about = case.citations[0] if case.source != "by hand" else case.text
    return "held-out" if hashlib.sha256(about.encode()).digest()[0] % 2 else "development"


def alone(case: Case) -> tuple[Check, ...]:
    item = {
        "statement": case.text,
        "lang": case.language,
        "citations": list(case.citations),
        "evidence": list(case.evidence),
    }
    return check_alone(read_statements([item])[0])


def with_fact(case: Case) -> tuple[Check, ...]:
    return verify(Claim(case.text, case.citations, case.ground.composed.question), case.ground)


def tried(cases: Iterable[Case]) -> Iterator[tuple[str, str, Case, tuple[Check, ...]]]:
    """Mode, kind of corruption (``true`` for none), the statement, and what each check says."""
    for place, case in enumerate(cases):
        rng = random.Random(place)
        modes = [("alone", alone)]
        if case.ground is not None and case.ground.fact.section in REWORDED:
            modes.append(("with a fact", with_fact))
        for kind, corrupt in ((None, None), *CORRUPTIONS.items()):
            made = case if corrupt is None else corrupt(case, rng)
            for mode, check in modes if made else ():
                yield mode, kind or "true", replace(made), check(made)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=["development", "held-out"], default="development")
    parser.add_argument("--most", type=int, default=0, help="statements of each source at most; 0: all")
    parser.add_argument("--show", default="", help="print statements of this kind that came out wrong")
    parser.add_argument("--mode", default="")
    options = parser.parse_args()
    configure_logging("WARNING")
    cases = [*by_hand(Path(__file__).parent), *sample(), *_real()]
    cases = [case for case in _distinct(cases) if half(case) == options.half]
    if options.most:
        cases = _some(cases, options.most)
    wrong: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    sources: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    refusing: Counter[tuple[str, str]] = Counter()
    only: Counter[tuple[str, str]] = Counter()
    counted: Counter[str] = Counter()
    for mode, kind, case, checks in tried(cases):
        refused = [check for check in checks if not check.passed]
        bad = bool(refused) if kind == "true" else not refused
        for table, key in (
            (wrong, (mode, kind, case.language)),
            (sources, (mode, case.source, "true" if kind == "true" else "corrupted")),
        ):
            table[key][0] += bad
            table[key][1] += 1
        if kind != "true":
            counted[mode] += 1
            refusing.update((mode, check.name) for check in refused)
            only.update((mode, check.name) for check in refused[:1] if len(refused) == 1)
        else:
            refusing.update((f"{mode}, true", check.name) for check in refused)
        if bad and options.show in (kind, "all") and options.mode in ("", mode):
            print(
                json.dumps(
                    [mode, kind, case.source, case.text, [f"{c.name}: {c.reason}" for c in refused]], ensure_ascii=False
                )
            )
    _print(options.half, wrong, sources, refusing, only, counted)


def _real() -> list[Case]:
    folder = os.environ.get("COACHKIT_REAL_DATA")
    if folder and Path(folder).is_dir():
        return real(Path(folder))
    print("No real organisations: COACHKIT_REAL_DATA names no folder. Their rows are left out.", file=sys.stderr)
    return []


def _distinct(cases: Iterable[Case]) -> list[Case]:
    return list({(case.text, case.citations, case.language): case for case in cases}.values())


def _some(cases: list[Case], most: int) -> list[Case]:
    rng, by = random.Random(3), defaultdict(list)
    for case in cases:
        by[case.source].append(case)
    return [case for group in by.values() for case in rng.sample(group, min(most, len(group)))]


def _share(pair: list[int]) -> str:
    if not pair[1]:
        return "–"
    low, high = interval(*pair)
    return f"{pair[0]} of {pair[1]} ({100 * low:.1f}–{100 * high:.1f} %)"


def _print(
    half: str,
    wrong: dict[tuple[str, str, str], list[int]],
    sources: dict[tuple[str, str, str], list[int]],
    refusing: Counter[tuple[str, str]],
    only: Counter[tuple[str, str]],
    counted: Counter[str],
) -> None:
    modes = ("with a fact", "alone")
    print(f"\n{half} half: wrong of tried, with Wilson’s 95 % interval\n")
    print("| kind | " + " | ".join(f"{mode}, {language}" for mode in modes for language in ("en", "zh")) + " |")
    print("|---|" + "---|" * 4)
    for kind in ("true", *CORRUPTIONS):
        label = "**true, refused**" if kind == "true" else kind
        print(
            f"| {label} | "
            + " | ".join(_share(wrong[mode, kind, language]) for mode in modes for language in ("en", "zh"))
            + " |"
        )
    totals = [
        [sum(wrong[mode, kind, language][part] for kind in CORRUPTIONS) for part in (0, 1)]
        for mode in modes
        for language in ("en", "zh")
    ]
    print("| **all corruptions, passed** | " + " | ".join(map(_share, totals)) + " |")
    print("\n| source | mode | true, refused | corrupted, passed |\n|---|---|---|---|")
    for mode, source in sorted({(mode, source) for mode, source, _ in sources}):
        true, passed = (_share(sources[mode, source, what]) for what in ("true", "corrupted"))
        print(f"| {source} | {mode} | {true} | {passed} |")
    columns = (f"{mode}: refuses corrupted · no other does | {mode}: refuses true" for mode in modes)
    print("\n| check | " + " | ".join(columns) + " |")
    print("|---|" + "---|" * 4)
    for name in dict.fromkeys(name for _, name in refusing):
        cells = []
        for mode in modes:
            share = 100 * refusing[mode, name] / max(1, counted[mode])
            cells.append(f"{share:.1f} % · {only[mode, name]} | {refusing[f'{mode}, true', name]}")
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
