"""``source replay``, ``webhook list`` and ``webhook retry``: what sources sent, recorded or by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coachkit.cli.context import opened
from coachkit.cli.output import AsJson, console, emit, notes, table
from coachkit.errors import BadInput

if TYPE_CHECKING:
    from coachkit.ingest.replay import ReplayReport

__all__ = ["register"]

sources = typer.Typer(no_args_is_help=True, help="Sources: what they said, recorded in a file.")
webhooks = typer.Typer(no_args_is_help=True, help="Webhooks: what sources sent by themselves, and what became of it.")

SHOWN_REASONS = 12


def register(app: typer.Typer) -> None:
    app.add_typer(sources, name="source")
    app.add_typer(webhooks, name="webhook")


@sources.command()
def replay(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="A connector: github, jira, feishu … No connection is needed.")],
    file: Annotated[Path, typer.Argument(help="JSON Lines: {event, payload} or {url, data} a line.")],
    stream: Annotated[
        str | None, typer.Option(help="What the lines are of, where they do not show it themselves.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Feed recorded webhook deliveries or REST answers to a connector, in a scratch store that is gone afterwards.

    Prints by stream how many lines were read, ingested, refused with which reason, and failed. Nothing is asked of the
    source, and no secret is needed. The exit code is 0 if nothing failed, else 1.

    Example: `coachkit source replay github deliveries.jsonl --json`
    """
    from coachkit.bootstrap import replay_recorded
    from coachkit.sdk import Connector

    if not file.is_file():
        raise BadInput(
            f"there is no file {file}.", hint="It has one JSON object a line; see `coachkit source replay -h`."
        )

    def lines() -> Iterator[bytes]:
        with file.open("rb") as opened_file:
            yield from opened_file

    with opened(context) as app:
        connector = app.plugins.connector_class(source)
        if connector.recorded is Connector.recorded:
            able = [name for name, one in app.plugins.connectors.items() if one.recorded is not Connector.recorded]
            raise BadInput(f"{source} reads no recorded payloads.", hint=f"These do: {', '.join(able) or 'none'}.")
        declared = [known.name for known in connector.streams]
        if stream is not None and stream not in declared:
            raise BadInput(f"{source} has no stream {stream!r}.", hint=f"It has: {', '.join(declared)}.")
        report = replay_recorded(connector, lines, stream, app.now)
    if as_json:
        emit(_json(report, file))
    else:
        _print(report)
    if report.failed:
        raise typer.Exit(1)


def _json(report: ReplayReport, file: Path) -> dict[str, Any]:
    return {
        "source": report.source,
        "file": file,
        "read": report.lines,
        "ingested": sum(found.ingested for found in report.streams.values()),
        "refused": sum(sum(found.refused.values()) for found in report.streams.values()),
        "failed": report.failed,
        "streams": dict(sorted(report.streams.items())),
        "second_replay": {"written": report.second},
    }


def _print(report: ReplayReport) -> None:
    table(
        ["stream", "read", "ingested", "refused", "failed", "records"],
        [
            (name, found.read, found.ingested, sum(found.refused.values()), found.failed, found.records.created)
            for name, found in sorted(report.streams.items())
        ],
        empty="The file is empty.",
    )
    for name, found in sorted(report.streams.items()):
        for what, reasons in (("refused", found.refused), ("kept aside", found.set_aside)):
            listed = sorted(reasons.items(), key=lambda pair: -pair[1])
            for reason, count in listed[:SHOWN_REASONS]:
                console.print(f"  {what} {count} × {name}: {reason}", markup=False)
            if len(listed) > SHOWN_REASONS:
                console.print(f"  … and {len(listed) - SHOWN_REASONS} more reasons; --json lists them")
        for failure in found.failures[:SHOWN_REASONS]:
            console.print(f"✗ line {failure.line}, {name}: {failure.kind}: {failure.reason}", markup=False)
        if found.failed > SHOWN_REASONS:
            console.print(f"  … and {found.failed - SHOWN_REASONS} more failures; --json lists more of them")
    if report.second:
        notes.print(
            f"! The same file again would write {report.second:,} records. Give each record the source's own version, "
            "so that an older state never replaces a newer one."
        )
    elif report.lines:
        console.print("A second replay of the same file would write nothing.")


@webhooks.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """Say for each connection what waits, what was handled, refused and failed in the last week, and why.

    Example: `coachkit webhook list`
    """
    with opened(context) as app:
        found = list(app.webhooks.store.counts().values())
    if as_json:
        emit(found)
        return
    table(
        ["connection", "newest", "waiting", "handled", "refused", "failed", "not let in"],
        [
            (
                one.connection,
                one.newest.strftime("%Y-%m-%d %H:%M") if one.newest else "never",
                one.waiting or "",
                one.done,
                one.refused or "",
                one.failed or "",
                sum(door.count for door in one.at_door) or "",
            )
            for one in found
        ],
        empty="No webhook has come. A source sends them to: /api/webhooks/CONNECTION",
    )
    for one in found:
        for reason in one.reasons:
            words = f"{one.connection}/{reason.event}: {reason.reason}"
            console.print(f"  {reason.state} {reason.count} × {words}", markup=False)
        for door in one.at_door:
            console.print(f"  not let in {door.count} × {one.connection}: {door.reason}", markup=False)
    if any(one.failed for one in found):
        console.print("Failed ones are kept whole; try them again with: coachkit webhook retry CONNECTION")


@webhooks.command()
def retry(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The connection.")],
    as_json: AsJson = False,
) -> None:
    """Let the deliveries of a connection that failed be handled again, by the server or the worker that runs.

    Example: `coachkit webhook retry code`
    """
    with opened(context) as app:
        retried = app.webhooks.retry(name)
    if as_json:
        emit({"connection": name, "retried": retried})
        return
    console.print(f"{name}: {retried:,} wait to be handled again." if retried else f"{name}: none failed.")
