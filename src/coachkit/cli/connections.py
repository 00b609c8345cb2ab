"""``connection``, ``sync``, ``coverage``, ``quarantine``: where facts come from, and how fresh they are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from coachkit.cli.context import Language, opened
from coachkit.cli.output import AsJson, console, emit, notes, table
from coachkit.cli.progress import sync_display
from coachkit.errors import BadInput, NotFound

if TYPE_CHECKING:
    from datetime import timedelta

    from coachkit.ingest import SyncReport
    from coachkit.ingest.deliveries import DeliveryCounts

__all__ = ["print_report", "register"]

commands = typer.Typer(no_args_is_help=True, help="Connections: configured sources.")

SHOWN_CHANGES = 40
MOST_EMPTY_STREAMS = 8
"""A connector with more streams than this can carry anything: only what it does carry is listed."""
NOTHING = "nothing"


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="connection")
    app.command()(sync)
    app.command()(coverage)


def _settings(pairs: list[str]) -> dict[str, Any]:
    """``key=value`` words as a mapping; ``true``, ``7`` and ``[a, b]`` mean what they mean in YAML."""
    found: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise BadInput(f"{pair!r} is not of the form key=value.", hint="For example: path=~/src/service")
        parsed = _parsed(key, value) if value else ""
        found[key] = parsed if isinstance(parsed, bool | int | float | list) else value
    return found


def _parsed(key: str, value: str) -> Any:
    """A value in YAML; one that is none is a word, unless it begins like a list."""
    try:
        return yaml.safe_load(value)
    except yaml.YAMLError:
        if value[0] not in "[{":
            return value
        raise BadInput(
            f"the value of {key} is no list.", hint=f"Put words with signs into quotes: '{key}=[\"*\"]'"
        ) from None


@commands.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Your name for it, such as `code`.")],
    connector: Annotated[str, typer.Argument(help="What reads it: git, hris-csv, hris-scim, dataset, jsonl …")],
    config: Annotated[list[str] | None, typer.Argument(help="Its configuration, as key=value.")] = None,
    every: Annotated[
        int | None, typer.Option(help="Sync by itself every so many minutes, while a server runs.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Connect a source. It is tried first; nothing is read until `coachkit sync`.

    Secrets are given by reference: `token=env:SCIM_TOKEN`, `token=file:/run/secrets/scim`.

    Example: `coachkit connection add people hris-csv people=people.csv --every 60`
    """
    with opened(context) as app:
        made, report = app.connections.add(name, connector, _settings(config or []), every_minutes=every, now=app.now())
    if as_json:
        emit({"connection": made, "check": report})
        return
    for finding in report.findings:
        notes.print(f"  · {finding}", markup=False)
    console.print(f"Connected {name} ({connector}). Next: coachkit sync {name}", markup=False)


@commands.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the connections.

    Example: `coachkit connection list --json`
    """
    with opened(context) as app:
        found = app.connections.list()
    if as_json:
        emit(found)
        return
    table(
        ["name", "connector", "every", "configuration"],
        [
            (c.name, c.connector, f"{c.every_minutes} min" if c.every_minutes else "when asked", _short(c.config))
            for c in found
        ],
        empty="Nothing is connected. Begin with: coachkit connection add code git path=~/src/service",
    )


def _short(config: Any) -> str:
    return " ".join(f"{key}={value}" for key, value in config.items())


@commands.command()
def check(context: typer.Context, name: str, as_json: AsJson = False) -> None:
    """Try a source without reading it or changing anything.

    Example: `coachkit connection check code`
    """
    with opened(context) as app:
        report = app.connections.check(name)
    if as_json:
        emit(report)
    else:
        for finding in report.findings:
            console.print(f"  · {finding}", markup=False)
        console.print("✓ It answers." if report.ok else "✗ It cannot be read as it is.")
    if not report.ok:
        raise typer.Exit(69)


@commands.command()
def schedule(
    context: typer.Context,
    name: str,
    every: Annotated[int, typer.Argument(help="Minutes between two syncs; 0: only when asked.")],
    as_json: AsJson = False,
) -> None:
    """Say how often a connection is synced by itself, while a server or a worker runs.

    Example: `coachkit connection schedule people 60`
    """
    with opened(context) as app:
        app.connections.schedule(name, every or None, now=app.now())
    if as_json:
        emit({"connection": name, "every_minutes": every or None})
    else:
        console.print(f"{name}: {f'every {every} minutes' if every else 'only when asked'}.")


@commands.command()
def remove(
    context: typer.Context,
    name: str,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove a connection and every record that came from it.

    Example: `coachkit connection remove code --yes`
    """
    with opened(context) as app:
        app.connections.get(name)
        if not yes:
            typer.confirm(f"Remove {name} and all of its records?", abort=True)
        removed = app.connections.remove(name, now=app.now())
    if as_json:
        emit({"connection": name, "removed": removed})
    else:
        console.print(f"Removed {name} with {removed:,} records.")


def sync(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help="Which connections; all, if none is named.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")] = False,
    allow_removals: Annotated[
        bool, typer.Option("--allow-removals", help="Remove what vanished from the source, however much it is.")
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Forget where it was left and read everything again.")
    ] = False,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Read what is new. Stopped or killed at any point, the next run goes on from there.

    Records that cannot be read are kept aside with their reason and tried again next time: see `coachkit coverage`.

    Example: `coachkit sync people --dry-run`
    """
    reports: list[SyncReport] = []
    with opened(context, language=lang) as app:
        wanted = names or [c.name for c in app.connections.list() if c.enabled]
        if not wanted:
            raise NotFound(
                "nothing is connected.", hint="Begin with: coachkit connection add code git path=~/src/service"
            )
        with sync_display(dry_run=dry_run) as show:
            options: Any = {"dry_run": dry_run, "allow_removals": allow_removals, "restart": restart}
            reports.extend(app.sync(name, on_progress=show, **options) for name in wanted)
        language = app.settings.language
    if as_json:
        emit(reports)
    else:
        for report in reports:
            print_report(report, language)
    failed = [report.error for report in reports if report.error]
    if failed:
        raise typer.Exit(failed[0].exit_code)


def print_report(report: SyncReport, language: str) -> None:
    """What a sync did, in a few lines."""
    total = report.total
    verb = "would write" if report.dry_run else "written"
    console.print(
        f"{report.connection}: {total.read:,} read, {total.written:,} {verb}, {total.unchanged:,} unchanged, "
        f"{total.removed:,} removed, {total.quarantined:,} kept aside",
        markup=False,
    )
    for change in report.changes[:SHOWN_CHANGES]:
        kind = change.kind.replace("_", " ")
        console.print(f"  {change.action} {kind} {change.key}  {change.title}".rstrip(), markup=False)
        for field in change.fields:
            console.print(f"      {field.field}: {field.old or NOTHING} → {field.new or NOTHING}", markup=False)
    hidden = len(report.changes) - SHOWN_CHANGES + report.more_changes
    if hidden > 0 and report.changes:
        console.print(f"  … and {hidden:,} more; --json lists more of them")
    for refused in report.refused:
        notes.print(f"  ! {refused.reason[language == 'zh']}", markup=False)
    if report.error:
        notes.print(f"  ✗ {report.error}", markup=False)


def coverage(context: typer.Context, lang: Language = None, as_json: AsJson = False) -> None:
    """Say what is connected, how fresh it is, what could not be read, and what is missing.

    Example: `coachkit coverage --lang zh`
    """
    with opened(context, language=lang) as app:
        report = app.coverage.report(app.now())
        language = app.settings.language
    if as_json:
        emit(report)
        return
    zh = language == "zh"
    never = "从未" if zh else "never"
    english = ["connection", "stream", "records", "newest", "last sync", "lag", "kept aside"]
    table(
        ["连接", "数据流", "记录数", "最新一条", "上次同步", "距今", "暂存待查"] if zh else english,
        [
            (
                c.name,
                s.name,
                f"{s.records:,}",
                _day(s.newest, "–" if s.records else never),
                _day(c.last_sync, never),
                _lag(c.lag, zh),
                s.quarantined or "",
            )
            for c in report.connections
            for s in c.streams
            if s.records or s.quarantined or len(c.streams) <= MOST_EMPTY_STREAMS
        ],
        empty="尚未接入任何来源。" if zh else "Nothing is connected.",
    )
    reasons: Counter[str] = Counter()
    for reason in report.quarantine:
        reasons[f"{reason.connection}/{reason.stream}: {reason.reason}"] += reason.count
    for words, count in reasons.most_common(20):
        console.print(f"  {'暂存' if zh else 'kept aside'} {count} × {words}", markup=False)
    for one in report.connections:
        if one.webhooks is not None:
            _print_webhooks(one.webhooks, zh)
    console.print()
    for one in report.connections:
        for stream in one.streams:
            if stream.cannot_tell is not None and stream.records:
                words = f"{one.name}/{stream.name} 无法得知：" if zh else f"{one.name}/{stream.name} cannot tell: "
                console.print(f"· {words}{stream.cannot_tell[zh]}", markup=False)
    for missing in report.missing:
        console.print(f"? {missing[language == 'zh']}", markup=False)


def _print_webhooks(found: DeliveryCounts, zh: bool) -> None:
    counts = f"{found.done:,} handled, {found.waiting:,} waiting, {found.refused:,} refused, {found.failed:,} failed"
    if zh:
        counts = f"已处理 {found.done:,}，等待 {found.waiting:,}，拒收 {found.refused:,}，失败 {found.failed:,}"
    head = f"{found.connection} 的推送：" if zh else f"webhooks of {found.connection}: "
    console.print(f"  {head}{counts}", markup=False)
    for reason in found.reasons[:20]:
        console.print(f"    {reason.state} {reason.count} × {reason.event}: {reason.reason}", markup=False)


def _lag(lag: timedelta | None, zh: bool) -> str:
    if lag is None:
        return ""
    minutes = int(lag.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} {'分钟' if zh else 'min'}"
    if minutes < 48 * 60:
        return f"{minutes // 60} {'小时' if zh else 'h'}"
    return f"{minutes // 1440} {'天' if zh else 'd'}"


def _day(at: Any, otherwise: str) -> str:
    return at.strftime("%Y-%m-%d %H:%M") if at else otherwise
