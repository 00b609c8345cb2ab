"""The reference pages, written from the code: what is here cannot disagree with what runs."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import typer
from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import coachkit.sdk
from coachkit import errors
from coachkit.api import api_router
from coachkit.cli.app import app as root_command
from coachkit.host import PluginHost
from coachkit.sdk import Capability, Configuration, Connector, Stream, hookspecs, testing
from coachkit.settings import Settings
from coachkit.store.relational.schema import metadata

__all__ = ["PAGES", "commands", "connector_options", "setting_names"]

ROOT = Path(__file__).resolve().parent.parent
WRITTEN = "<!-- Written by `make docs` from the code. Change the code, not this page. -->"


# --- words -----------------------------------------------------------------------------------------------------------


def markdown(text: str | None) -> str:
    """A docstring as Markdown: roles become names, ``:ivar name:`` a list."""
    text = inspect.cleandoc(text or "")
    text = re.sub(r":\w+:`~?(?:[\w.]+\.)?(\w+)`", r"`\1`", text)
    text = re.sub(r"``([^`]+)``", r"`\1`", text)
    text = re.sub(r"(?m)^:(?:ivar|param) (\w+): ?", r"- `\1`: ", text)
    text = re.sub(r"(?m)^:raises (\w+): ?", r"- raises `\1`: ", text)
    text = re.sub(r"(?m)^    (?=\S)", "  ", text)
    return _tables(_blocks(text)).strip()


def _blocks(text: str) -> str:
    """``::`` at the end of a paragraph begins a block of code."""
    out: list[str] = []
    lines = iter(text.splitlines())
    for line in lines:
        if not line.endswith("::"):
            out.append(line)
            continue
        out.extend([line[:-2].rstrip(), "", "```"] if line != "::" else ["```"])
        code = []
        for inner in lines:
            if inner.strip() and not inner.startswith(" "):
                break
            code.append(inner[2:])
        else:
            inner = ""
        out.extend("\n".join(code).strip("\n").splitlines())
        out.extend(["```", "", inner])
    return "\n".join(out)


def _tables(text: str) -> str:
    """A simple reST table becomes preformatted text."""
    return re.sub(r"(?ms)^(=+ +=+\n.*?^=+ +=+$)(?!\n[^\n]*\n=+ )", r"```\n\1\n```", text)


def cell(text: str | None) -> str:
    """Text for one cell of a table."""
    return re.sub(r"\s*\n\s*", " ", markdown(text)).replace("|", "\\|")


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> str:
    lines = [" | ".join(head), " | ".join("---" for _ in head), *(" | ".join(row) for row in rows)]
    return "\n".join(f"| {line} |" for line in lines)


def type_name(kind: Any) -> str:
    """A type as a reader of a configuration would say it."""
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        return " or ".join(type_name(part) for part in typing.get_args(kind) if part is not type(None))
    if typing.get_origin(kind) is typing.Literal:
        return ", ".join(f"`{value!r}`" if not str(value).strip() else f"`{value}`" for value in typing.get_args(kind))
    if typing.get_origin(kind) is typing.Annotated:
        return type_name(typing.get_args(kind)[0])
    if arguments := typing.get_args(kind):
        inner = [type_name(part) for part in arguments if part is not ...]
        return f"pairs of {' and '.join(inner)}" if typing.get_origin(kind) is dict else f"list of {', '.join(inner)}"
    plain = {"str": "text", "int": "whole number", "float": "number", "bool": "true or false", "Path": "path"}
    name = getattr(kind, "__name__", str(kind))
    return {
        **plain,
        "SecretStr": "secret",
        "SecretRef": "reference to a secret",
        "date": "day",
        "AwareDatetime": "moment",
    }.get(name, name)


def default_of(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    if field.default_factory is not None:
        made = field.default_factory() if field.default_factory in (dict, list, tuple) else None  # type: ignore[call-arg]
        return "empty" if made is not None else "depends on the system"
    if field.default is None or field.default == "":
        return "empty"
    if isinstance(field.default, tuple | list):
        return ", ".join(f"`{one}`" for one in field.default) or "empty"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def fields_table(model: type[BaseModel], name: Callable[[str], str], head: str) -> str:
    rows = [
        (name(key), type_name(field.annotation).replace("|", "\\|"), default_of(field), cell(field.description))
        for key, field in model.model_fields.items()
    ]
    return table((head, "type", "default", "meaning"), rows)


# --- commands --------------------------------------------------------------------------------------------------------


def commands() -> dict[tuple[str, ...], Any]:
    """Every command by its words; the root is ``()``."""

    def walk(words: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
        yield words, command
        for name, inner in getattr(command, "commands", {}).items():
            if not inner.hidden:
                yield from walk((*words, name), inner)

    return dict(walk((), typer.main.get_command(root_command)))


def _shown(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = parameter.metavar or parameter.name.upper()
        return f"`{name}{'…' if parameter.nargs == -1 else ''}`"
    takes = "" if parameter.is_flag else f" {parameter.metavar or parameter.name.upper()}"
    return " / ".join(f"`{option}`" for option in (*parameter.opts, *parameter.secondary_opts)) + (
        f" `{takes.strip()}`" if takes else ""
    )


def cli_page() -> str:
    parts = [
        "# Commands\n",
        markdown(commands()[()].help),
        (
            "\nEvery command has `--help`. `--json` prints one JSON value instead of a table. Exit codes: see "
            "[errors](errors.md).\n"
        ),
    ]
    for words, command in commands().items():
        if getattr(command, "commands", None) and words:
            parts.append(f"## coachkit {' '.join(words)}\n\n{markdown(command.help)}\n")
            continue
        level = "##" if len(words) < 2 else "###"
        parts.append(f"{level} coachkit {' '.join(words)}".rstrip() + (" (all commands)" if not words else "") + "\n")
        if words:
            parts.append(markdown(command.help) + "\n")
        rows = []
        for one in command.params:
            if one.name in ("install_completion", "show_completion", "help"):
                continue
            usual = one.default if one.default not in (None, False, ()) and not one.required else None
            usual = f" Default: `{str(usual).lower() if isinstance(usual, bool) else usual}`." if usual else ""
            rows.append((_shown(one), cell(one.help) + usual, "yes" if one.required else ""))
        if rows:
            parts.append(table(("argument or option", "meaning", "required"), rows) + "\n")
    return "\n".join(parts)


# --- settings, errors ------------------------------------------------------------------------------------------------


def setting_names() -> set[str]:
    return {f"COACHKIT_{name.upper()}" for name in Settings.model_fields}


def settings_page() -> str:
    rows = fields_table(Settings, lambda key: f"`COACHKIT_{key.upper()}`<br>`{key}`", "variable, key")
    return f"""# Settings

{markdown(Settings.__doc__)} A command-line option goes before all of them. A setting that is wrong is told with every
place that was looked at; a key that is not known is an error.

```toml
# coachkit.toml, in the folder where coachkit is started; what it leaves out may stand in the data folder’s
language = "zh"
timezone = "Asia/Shanghai"
```

{rows}
"""


def errors_page() -> str:
    rows = []
    for name in errors.__all__:
        kind = getattr(errors, name)
        meaning = cell((kind.__doc__ or "").split("\n\n")[0])
        rows.append(
            (f"`{name}`", f"`{kind.code}`", str(kind.exit_code), str(kind.http_status),
             "yes" if kind.retryable else "no", meaning)
        )  # fmt: skip
    head = ("error", "code", "exit code", "HTTP status", "can a retry help", "meaning")
    return (
        f"# Errors\n\n{markdown(errors.__doc__).removeprefix('One tree of errors.').strip()}\n\n{table(head, rows)}\n"
    )


# --- plugins ---------------------------------------------------------------------------------------------------------


def connector_options() -> dict[str, set[str]]:
    """Connector → the keys of its configuration."""
    return {kind.name: set(kind.Config.model_fields) for kind in _connectors()}


def _connectors() -> list[type[Connector]]:
    """Those of the plugins in this repository, whatever else is installed."""
    ours = {path.name for path in (ROOT / "plugins").glob("*/src/*")}
    found = PluginHost.load().connectors.values()
    return sorted((kind for kind in found if kind.__module__.partition(".")[0] in ours), key=lambda kind: kind.name)


def connectors_page() -> str:
    parts = [
        "# Connectors\n",
        (
            "What can be connected: `coachkit connection add NAME CONNECTOR key=value …`. Secrets by reference: "
            "`env:NAME`, `file:/path` or `keyring:service/name`. Further connectors come with plugins: "
            "[write one](../how-to/write-a-connector.md).\n"
        ),
    ]
    for kind in _connectors():
        parts += [f"## {kind.name}\n", f"{kind.title[0]} · {kind.title[1]}\n", markdown(kind.__doc__) + "\n"]
        if issubclass(kind.Config, Configuration) and kind.Config.model_fields:
            parts.append(fields_table(kind.Config, lambda key: f"`{key}`", "key") + "\n")
        parts.append(f"It can: {', '.join(f'`{one}`' for one in Capability if one in kind.capabilities)}.\n")
        parts.append(_streams_table(kind.streams) + "\n")
    return "\n".join(parts)


def _streams_table(streams: tuple[Stream, ...]) -> str:
    """Streams; of scopes and events only where there are any."""
    columns: list[tuple[str, Callable[[Stream], str]]] = [
        ("stream", lambda one: f"`{one.name}`"),
        ("what", lambda one: " · ".join(dict.fromkeys(one.title))),
        ("what it cannot tell", lambda one: " · ".join(one.cannot_tell or ())),
        ("scopes it needs", lambda one: ", ".join(f"`{scope}`" for scope in one.scopes)),
        ("events that feed it", lambda one: ", ".join(f"`{event}`" for event in one.events)),
    ]
    kept = [*columns[:3], *(column for column in columns[3:] if any(column[1](one) for one in streams))]
    return table(tuple(head for head, _ in kept), [tuple(of(one) for _, of in kept) for one in streams])


def sdk_page() -> str:
    parts = [
        "# SDK\n",
        markdown(coachkit.sdk.__doc__),
        f"\nEntry-point group: `{hookspecs.GROUP}`. See [write a connector](../how-to/write-a-connector.md).\n",
        "## Hooks\n",
    ]
    for name, member in vars(hookspecs).items():
        if inspect.isfunction(member) and hasattr(member, f"{hookspecs.GROUP}_spec"):
            parts.append(f"### {name}\n\n```python\n{_signature(name, member)}\n```\n\n{markdown(member.__doc__)}\n")
    parts.append("## Names\n")
    parts += [_described(name, getattr(coachkit.sdk, name)) for name in coachkit.sdk.__all__]
    parts.append("## Testing\n\n" + markdown(testing.__doc__) + "\n")
    parts += [_described(name, getattr(testing, name)) for name in testing.__all__]
    return "\n".join(parts)


def _signature(name: str, member: Any) -> str:
    return f"{name}{inspect.signature(member)}".replace("coachkit.sdk.", "").replace("connector.", "")


def _described(name: str, member: Any) -> str:
    head = f"### {name}\n"
    if inspect.isclass(member) and issubclass(member, enum.Enum):
        return (
            f"{head}\nOne of: {', '.join(f'`{one.value}`' for one in member)}. {markdown(_own_doc(member))}".rstrip()
            + "\n"
        )
    if dataclasses.is_dataclass(member):
        rows = [(f"`{f.name}`", f"`{_annotation(f)}`", _field_default(f)) for f in dataclasses.fields(member)]
        return f"{head}\n{markdown(_own_doc(member))}\n\n{table(('field', 'type', 'default'), rows)}\n"
    if inspect.isclass(member):
        methods = [
            f"- `{_signature(key, one)}`: {cell((inspect.getdoc(one) or '').split(chr(10) * 2)[0])}"
            for key, one in vars(member).items()
            if inspect.isfunction(one) and not key.startswith(("_", "test_")) and inspect.getdoc(one)
        ]
        listed = "\n".join(methods)
        return f"{head}\n{markdown(_own_doc(member))}\n\n{listed}\n".replace("\n\n\n", "\n\n")
    if inspect.isfunction(member):
        return f"{head}\n```python\n{_signature(name, member)}\n```\n\n{markdown(member.__doc__)}\n"
    return f"{head}\n{_of_value(member)}\n"


def _of_value(member: Any) -> str:
    if typing.get_origin(member) in (typing.Union, types.UnionType):
        return "Any of: " + ", ".join(f"`{one.__name__}`" for one in typing.get_args(member)) + "."
    if typing.get_args(member):
        return f"`{_without_modules(str(member))}`"
    if isinstance(member, str | int | float):
        return f"`{member!r}`"
    return f"`{type(member).__name__}`: marks a function of a plugin as an implementation of a hook."


def _without_modules(annotation: str) -> str:
    """``collections.abc.Callable[[coachkit.sdk.x.Y], Z]`` as ``Callable[[Y], Z]``."""
    return re.sub(r"\b(?:[a-z_]\w*\.)+(?=[A-Z])", "", annotation)


def _own_doc(kind: type) -> str:
    doc = kind.__doc__ or ""
    return "" if doc.startswith((f"{kind.__name__}(", "An enumeration", "Enum where")) else doc


def _annotation(field: dataclasses.Field[Any]) -> str:
    kind = field.type if isinstance(field.type, str) else getattr(field.type, "__name__", str(field.type))
    return kind.replace("|", "\\|")


def _field_default(field: dataclasses.Field[Any]) -> str:
    if field.default is not dataclasses.MISSING:
        value = field.default.value if isinstance(field.default, enum.Enum) else field.default
        return f"`{value!r}`"
    return "**required**" if field.default_factory is dataclasses.MISSING else "made for each"


# --- HTTP, tables ----------------------------------------------------------------------------------------------------


def http_page() -> str:
    api = FastAPI()
    api.include_router(api_router())
    spec = api.openapi()
    parts = [
        "# HTTP API\n",
        (
            "JSON over HTTP, under the address of the server. Programs send a token of a person, made by "
            "`coachkit token make PERSON`, as `Authorization: Bearer …`; they may do what that person may; what they "
            "read is noted as theirs. The server describes itself at `/api/openapi.json`. Errors are JSON objects with "
            "the `code` of the [errors](errors.md).\n"
        ),
    ]
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            parts += [f"## {method.upper()} {path}\n", f"{operation.get('summary', '')}\n"]
            if said := operation.get("description"):
                parts.append(markdown(said) + "\n")
            rows = [
                (f"`{one['name']}`", one["in"], "yes" if one.get("required") else "", cell(one.get("description")))
                for one in operation.get("parameters", [])
            ]
            if rows:
                parts.append(table(("parameter", "in", "required", "meaning"), rows) + "\n")
            if body := operation.get("requestBody"):
                parts.append(f"Body: {_schemas(body)}\n")
            for status, answer in operation["responses"].items():
                shape = _schemas(answer)
                parts.append(f"- {status}: {answer['description']}" + (f", {shape}" if shape else ""))
            parts.append("")
    parts.append("## Shapes\n")
    for name, schema in sorted(spec.get("components", {}).get("schemas", {}).items()):
        parts.append(_shape(name, schema))
    return "\n".join(parts)


def _schemas(part: Mapping[str, Any]) -> str:
    shapes = [_schema_name(one.get("schema", {})) for one in part.get("content", {}).values()]
    return ", ".join(dict.fromkeys(filter(None, shapes)))


def _schema_name(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[`{name}`](#{name.lower()})"
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(_schema_name(one) for one in choices if one.get("type") != "null") or "null"
    if schema.get("type") == "array":
        return f"list of {_schema_name(schema.get('items', {}))}"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    kind = schema.get("type", "any")
    return f"{kind} ({schema['format']})" if "format" in schema else str(kind)


def _shape(name: str, schema: Mapping[str, Any]) -> str:
    rows = [
        (f"`{key}`", _schema_name(one).replace("|", "\\|"), cell(one.get("description")))
        for key, one in schema.get("properties", {}).items()
    ]
    said = markdown(schema.get("description"))
    body = table(("field", "type", "meaning"), rows) if rows else _schema_name(schema)
    return f"### {name}\n\n{said + chr(10) * 2 if said else ''}{body}\n"


def tables_page() -> str:
    parts = [
        "# Tables\n",
        markdown(inspect.getdoc(inspect.getmodule(_schema_package()))),
        (
            "\nSQLite and PostgreSQL hold the same tables; migrations run by themselves when coachkit opens them. "
            "Read them for reports if you like; write only through coachkit.\n"
        ),
    ]
    for one in sorted(metadata.tables.values(), key=lambda found: found.name):
        parts.append(f"## {one.name}\n")
        if one.comment:
            parts.append(f"{markdown(one.comment).capitalize()}.\n")
        parts.append(table(("column", "type", "", "meaning"), [_column(column) for column in one.columns]) + "\n")
    return "\n".join(parts)


def _schema_package() -> Any:
    from coachkit.store.relational import schema

    return schema


def _column(column: sa.Column[Any]) -> tuple[str, ...]:
    marks = ["key"] if column.primary_key else [] if column.nullable else ["not null"]
    marks += [f"→ {key.target_fullname}" for key in column.foreign_keys]
    kind = type(column.type).__name__
    names = {"BigId": "64-bit id", "Instant": "instant (UTC, ms)", "Document": "JSON"}
    return f"`{column.name}`", names.get(kind, kind.lower()), ", ".join(marks), cell(column.comment)


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "connectors.md": connectors_page,
    "errors.md": errors_page,
    "http-api.md": http_page,
    "sdk.md": sdk_page,
    "settings.md": settings_page,
    "tables.md": tables_page,
}
"""File below ``docs/reference`` → what writes it."""
