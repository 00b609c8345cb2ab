"""Webhooks through a real server on loopback: how soon a delivery is a record, and how many a second become one.

Times are of this machine at this moment; the ratio to bare inserts of the same rows by the same driver carries over.

    python benchmarks/webhooks.py [--seconds 10] [--rate 100] [--database-url postgresql://…] [--embedder packaged]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2
import sqlalchemy as sa

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from signed_source import note, signed  # noqa: E402 - lies beside the tests
from webhook_server import Server, send_paced  # noqa: E402

from coachkit.store.relational import schema as t  # noqa: E402

FASTEST = 100_000
LATENCIES = 60


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--seconds", type=float, default=10.0)
    options.add_argument("--rate", type=float, default=100.0)
    options.add_argument("--database-url", default="")
    options.add_argument("--embedder", default="none", help="packaged: what is written is embedded behind, as it comes")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="coachkit-bench-") as folder:
        server = Server(Path(folder), database_url=given.database_url, embedder=given.embedder)
        try:
            server.start()
            found = {
                "latency": latency(server),
                "paced": paced(server, given.rate, given.seconds),
                "as_fast_as_it_goes": burst(server, int(given.rate * given.seconds)),
                "bare_inserts": bare(server, int(given.rate * given.seconds)),
            }
        finally:
            server.close()
    bare_rate = found["bare_inserts"]["one_commit_each_a_second"]
    found["ratio_to_bare_inserts"] = round(found["as_fast_as_it_goes"]["handled_a_second"] / bare_rate, 3)
    print(json.dumps(found, indent=2))


def latency(server: Server) -> dict[str, float]:
    """From sending a delivery to the moment when another process sees its record."""
    took = []
    r = t.records.c
    with httpx2.Client() as client:
        for number in range(LATENCIES):
            body, headers = signed("note", note(1_000_000 + number), f"latency-{number}")
            began = time.perf_counter()
            assert client.post(f"{server.url}/api/webhooks/post", content=body, headers=headers).status_code == 202
            wanted = sa.select(r.id).where(r.connection == "post", r.native_id == f"NOTE-{1_000_000 + number}")
            while True:
                with server.app.database.read() as reading:
                    if reading.scalar(wanted) is not None:
                        break
                time.sleep(0.002)
            took.append(time.perf_counter() - began)
    return quantiles(took)


def paced(server: Server, rate: float, seconds: float) -> dict[str, Any]:
    payloads = [note(number) for number in range(int(rate * seconds))]
    sent = send_paced(lambda: server.url, payloads, rate=rate)
    backlog = server.settled(60)
    return {
        "deliveries": sent.taken,
        "a_second": round(sent.taken / sent.elapsed, 1),
        "last_handled_after_seconds": round(backlog, 3),
        "answered": quantiles(sent.seconds),
    }


def burst(server: Server, count: int) -> dict[str, Any]:
    payloads = [note(500_000 + number, second=1) for number in range(count)]
    for number, payload in enumerate(payloads):
        payload["key"] = f"BURST-{number}"
    before = _done(server)
    began = time.perf_counter()
    sent = send_paced(lambda: server.url, payloads, rate=FASTEST, prefix="burst")
    server.settled(120)
    handled = time.perf_counter() - began
    assert _done(server) - before == count, "something was lost"
    return {
        "deliveries": count,
        "taken_a_second": round(count / sent.elapsed, 1),
        "handled_a_second": round(count / handled, 1),
    }


def bare(server: Server, count: int) -> dict[str, Any]:
    """The rows of as many records and their deliveries, by SQLAlchemy alone: a commit each, as each must be safe."""
    plain = sa.MetaData()
    deliveries = sa.Table("bare_deliveries", plain, *(sa.Column(c.name, sa.Text) for c in t.deliveries.columns))
    records = sa.Table("bare_records", plain, *(sa.Column(c.name, sa.Text) for c in t.records.columns))
    text = json.dumps(note(1))
    of_delivery = {c.name: text if c.name == "payload" else "value" for c in deliveries.columns}
    of_record = {c.name: text if c.name == "text" else "value" for c in records.columns}
    with server.app.database.write() as connection:
        plain.create_all(connection)
    began = time.perf_counter()
    for _ in range(count):
        for table, row in ((deliveries, of_delivery), (records, of_record)):
            with server.app.database.write() as connection:
                connection.execute(sa.insert(table), row)
    took = time.perf_counter() - began
    with server.app.database.write() as connection:
        plain.drop_all(connection)
    return {"deliveries": count, "one_commit_each_a_second": round(count / took, 1)}


def _done(server: Server) -> int:
    found = server.app.webhooks.store.counts().get("post")
    return found.done if found else 0


def quantiles(seconds: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=20)
    return {
        "p50_ms": round(cuts[9] * 1000, 1),
        "p95_ms": round(cuts[18] * 1000, 1),
        "most_ms": round(max(seconds) * 1000, 1),
    }


if __name__ == "__main__":
    main()
