"""One prompt file: read, checked and rendered. Every error names the file and, where it has one, the line."""

from __future__ import annotations

import json
import re
import secrets
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import yaml
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coachkit.domain.identity import content_hash
from coachkit.errors import ConfigError

__all__ = ["SUFFIX", "FrontMatter", "Prompt", "Rendered", "Schema", "Turns", "read_prompt"]

SUFFIX = ".prompt.md"
FRAME = "frame"
"""The one variable that is given to every body: a mark around what is quoted, new and random for each request."""
_UNFRAMED = "0" * 16
_TURN = re.compile(r"^--- (user|assistant) ---[ \t]*\n", re.MULTILINE)
_EDGE = re.compile(r"^---[ \t]*$", re.MULTILINE)

Schema = Mapping[str, Any]
Turns = tuple[tuple[str, str], ...]
"""A talk: (role, words), ``system`` first."""


class FrontMatter(BaseModel):
    """What a prompt file says about itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    owner: str
    purpose: str
    input: str | dict[str, Any] = Field(description="JSON schema of the variables, or the name of a shared one.")
    output: str | dict[str, Any] = Field(description="JSON schema of the answer, or the name of a shared one.")
    settings: dict[str, float | int | str] = Field(description="Of the model.")
    evals: tuple[str, ...] = Field(description="What measures this prompt.")
    changelog: dict[str, str]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A prompt with its variables, ready to be sent.

    :ivar key: hash of everything that is sent except the random frame: what a cache of answers goes by.
    """

    turns: Turns
    key: str

    @property
    def system(self) -> str:
        return self.turns[0][1]

    @property
    def asked(self) -> str:
        """What is said after the system's words, where one turn of a user is all there is."""
        return "\n\n".join(words for _, words in self.turns[1:])

    @property
    def text(self) -> str:
        return "\n\n".join(words for _, words in self.turns if words)


@dataclass(frozen=True)
class Prompt:
    """One version of a prompt.

    :ivar origin: ``packaged``, or ``team`` for one that a team laid over it.
    :ivar parts: the body by turns, each with its role and the line of the file it begins on. Turns are told apart
        before anything is filled in, so that no value can open one.
    """

    about: FrontMatter
    body: str
    input: Schema
    output: Schema
    path: Path
    origin: Literal["packaged", "team"] = "packaged"
    parts: tuple[tuple[str, str, int], ...] = field(default=(), repr=False)

    @cached_property
    def hash(self) -> str:
        """Of all that a model gets to see or is held to: body, schemas and settings; who owns it may change freely."""
        held = json.dumps([self.input, self.output, self.about.settings], sort_keys=True, ensure_ascii=False)
        return content_hash(self.body, held)

    @property
    def name(self) -> str:
        """``brief@1.0.0#3f2a…``: as drafts and runs name it; ``brief@1.0.0+team#…`` if it is a team's own."""
        own = "+team" if self.origin == "team" else ""
        return f"{self.about.id}@{self.about.version}{own}#{self.hash[:12]}"

    @property
    def record(self) -> dict[str, object]:
        """What the record of a draft keeps of the prompt it was made with."""
        return {
            "id": self.about.id,
            "version": self.about.version,
            "hash": self.hash,
            "origin": self.origin,
            "file": f"{self.about.id}/{self.path.name}",
            "settings": dict(self.about.settings),
        }

    @property
    def variables(self) -> frozenset[str]:
        return frozenset(self.input.get("properties", {}))

    def rendered(self, values: Mapping[str, object]) -> Rendered:
        """The turns with their variables, around what is quoted a frame that nobody can know before.

        :raises ConfigError: if a variable is missing, not declared or of another shape, or the body does not render.
        """
        self._fits(values)
        frame = secrets.token_hex(8)
        while frame in repr(values):
            frame = secrets.token_hex(8)
        bare = self._filled(values, _UNFRAMED)
        return Rendered(self._filled(values, frame), content_hash(self.hash, [list(turn) for turn in bare]))

    def render(self, values: Mapping[str, object]) -> str:
        """All turns as one text."""
        return self.rendered(values).text

    def turns(self, values: Mapping[str, object]) -> Turns:
        """The body as turns of a talk: ``system`` first, then what stands under ``--- user ---``."""
        return self.rendered(values).turns

    def check(self) -> None:
        """Render it with made-up values, full and empty ones.

        :raises ConfigError: naming file and line of what is wrong.
        """
        for full in (True, False):
            self._filled(
                {name: made_up(one, full) for name, one in self.input.get("properties", {}).items()}, _UNFRAMED
            )

    def _fits(self, values: Mapping[str, object]) -> None:
        if values.keys() != self.variables:
            raise ConfigError(
                f"the prompt takes {sorted(self.variables)} and was given {sorted(values)}.", subject=self.name
            )
        from jsonschema import Draft202012Validator  # takes a while to load, and no document without a model needs it

        wrong = next(iter(Draft202012Validator(self.input).iter_errors(_as_json(values))), None)
        if wrong is not None:
            raise ConfigError(
                f"{wrong.json_path} is not what the prompt takes: {wrong.message[:200]}", subject=self.name
            )

    @cached_property
    def _templates(self) -> tuple[tuple[str, Template, int], ...]:
        environment = _environment()
        return tuple((role, environment.from_string(words), line) for role, words, line in self.parts)

    def _filled(self, values: Mapping[str, object], frame: str) -> Turns:
        turns = []
        for role, template, line in self._templates:
            try:
                turns.append((role, template.render({**values, FRAME: frame}).strip()))
            except (TemplateError, TypeError, ValueError) as error:
                raise _at(self.path, line + _line_of(error) - 1, f"the body does not render: {error}") from error
        return tuple(turns)


def read_prompt(path: Path, origin: Literal["packaged", "team"], schemas: Mapping[str, Schema]) -> Prompt:
    """Read a prompt file and hold it to what it says of itself.

    :param schemas: shared schemas by name.
    :raises ConfigError: naming file and line of what is wrong.
    """
    text = path.read_text("utf-8")
    edges = list(_EDGE.finditer(text))[:2]
    if len(edges) < 2 or text[: edges[0].start()].strip():
        raise _at(path, 1, "a prompt file begins with front matter between two lines of ---.")
    front, body = text[edges[0].end() : edges[1].start()], text[edges[1].end() :].removeprefix("\n")
    line = text[: edges[0].end()].count("\n") + 1
    about = _front_matter(path, front, line)
    key_line = _lines_of_keys(front, line)
    if (about.id, about.version) != (path.parent.name, path.name.removesuffix(SUFFIX)):
        raise _at(path, key_line.get("id", line), "id and version differ from the folder and the file's name.")
    if about.version not in about.changelog:
        raise _at(path, key_line.get("changelog", line), f"the changelog says nothing about {about.version}.")
    prompt = Prompt(
        about=about,
        body=body,
        input=_schema(path, key_line.get("input", line), about.input, schemas),
        output=_schema(path, key_line.get("output", line), about.output, schemas),
        path=path,
        origin=origin,
        parts=tuple(_parts(body, text[: edges[1].end()].count("\n") + 2)),
    )
    _hold_to_variables(prompt)
    return prompt


def _front_matter(path: Path, front: str, line: int) -> FrontMatter:
    try:
        return FrontMatter.model_validate(yaml.safe_load(front))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error)
        raise _at(path, line + (mark.line if mark else 0), f"the front matter is no YAML: {what}") from error
    except ValidationError as error:
        first = error.errors()[0]
        keys = _lines_of_keys(front, line)
        at = keys.get(str(first["loc"][0]), line) if first["loc"] else line
        where = ".".join(map(str, first["loc"])) or "it"
        raise _at(path, at, f"the front matter is wrong: {where}: {first['msg']}") from error


def _lines_of_keys(front: str, line: int) -> dict[str, int]:
    node = yaml.compose(front, Loader=yaml.SafeLoader)
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return {str(key.value): line + key.start_mark.line for key, _ in pairs}


def _schema(path: Path, line: int, given: str | dict[str, Any], schemas: Mapping[str, Schema]) -> Schema:
    if isinstance(given, str):
        if given not in schemas:
            raise _at(path, line, f"there is no shared schema {given!r}; there are: {', '.join(sorted(schemas))}.")
        return schemas[given]
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(given)
    except SchemaError as error:
        raise _at(path, line, f"this is no JSON schema: {error.message}") from error
    return given


def _parts(body: str, line: int) -> Iterator[tuple[str, str, int]]:
    """Role, words and first line of each turn."""
    role, begins = "system", 0
    for match in _TURN.finditer(body):
        yield role, body[begins : match.start()], line + body[:begins].count("\n")
        role, begins = match[1], match.end()
    yield role, body[begins:], line + body[:begins].count("\n")


def _hold_to_variables(prompt: Prompt) -> None:
    """Every variable of the body is declared, and every required one is used."""
    used: set[str] = set()
    for _, words, line in prompt.parts:
        try:
            tree = _environment().parse(words)
        except TemplateSyntaxError as error:
            raise _at(prompt.path, line + error.lineno - 1, f"the body is no template: {error.message}") from error
        names = find_undeclared_variables(tree)
        for name in sorted(names - prompt.variables - {FRAME}):
            at = next((one.lineno for one in tree.find_all(nodes.Name) if one.name == name), 1)
            said = f"there is no variable {name!r}; there are: {', '.join(sorted(prompt.variables))}."
            raise _at(prompt.path, line + at - 1, said)
        used |= names
    unused = set(prompt.input.get("required", ())) - used
    if unused:
        first = prompt.parts[0][2]
        raise _at(prompt.path, first, f"the body leaves out {', '.join(sorted(unused))}, without which it cannot work.")


def made_up(schema: Schema, full: bool = True) -> object:
    """A value of this shape: with everything in it, or as empty as it may be."""
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "string")
    if kind == "object":
        return {name: made_up(one, full) for name, one in schema.get("properties", {}).items()}
    if kind == "array":
        return [made_up(schema.get("items", {}), full)] if full else []
    return {"string": "words" if full else "", "integer": 1, "number": 1.0, "boolean": full}[kind]


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, finalize=_on_one_line
    )
    environment.globals.clear()
    return environment


def _on_one_line(value: object) -> object:
    """A value is words within a line: whatever it holds, it makes no line and no mark of its own."""
    if not isinstance(value, str):
        return value
    plain = "".join(char if char.isprintable() else " " for char in value)
    return plain.replace("<", "‹").replace(">", "›")


def _as_json(value: object) -> object:
    """Tuples as the lists that a schema knows."""
    if isinstance(value, Mapping):
        return {str(name): _as_json(one) for name, one in value.items()}
    return [_as_json(one) for one in value] if isinstance(value, list | tuple) else value


def _line_of(error: Exception) -> int:
    """The line of a template an error comes from, counted from 1."""
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    found = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
    return (found[-1] if found else None) or 1


def _at(path: Path, line: int, message: str) -> ConfigError:
    return ConfigError(message, subject=f"{path}:{line}")
