"""Key conversations over many invented organisations: what was planted and found, and how quiet the others stay.

    python benchmarks/key_conversations.py [--seeds 20]

Each seed makes a company on a day of its own; a planted situation counts as found if the right rule speaks about the
right person and rests on a record that shows it (`tests/support/conversation_truth.py`).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from conversation_truth import Figures, figures
from sample_office import opened_sample

TODAY = date(2026, 11, 24)


def measured(seed: int) -> tuple[date, Figures]:
    today = TODAY + timedelta(days=13 * (seed % 28))
    with tempfile.TemporaryDirectory() as folder, opened_sample(Path(folder), seed, today) as office:
        return today, figures(office)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    given = parser.parse_args()
    began = time.monotonic()
    every: list[Figures] = []
    print("| seed, day | planted | found | suggestions | not planted | quiet pairs | disturbed |\n" + "|---" * 7 + "|")
    for seed in range(1, given.seeds + 1):
        today, one = measured(seed)
        every.append(one)
        found = one.planted - len(one.missed)
        print(
            f"| {seed}, {today} | {one.planted} | {found} | {one.made} | {len(one.unplanted)} | {one.quiet} "
            f"| {one.disturbed} |  {'; '.join((*one.missed, *one.unplanted))}",
            flush=True,
        )
    planted, made, quiet = (sum(getattr(one, name) for one in every) for name in ("planted", "made", "quiet"))
    missed, extra = sum(len(one.missed) for one in every), sum(len(one.unplanted) for one in every)
    print(
        f"\nrecall {1 - missed / planted:.3f} ({planted - missed} of {planted}), precision {1 - extra / made:.3f} "
        f"({made - extra} of {made}), quiet pairs disturbed {sum(one.disturbed for one in every)} of {quiet}; "
        f"{time.monotonic() - began:.0f} s"
    )


if __name__ == "__main__":
    main()
