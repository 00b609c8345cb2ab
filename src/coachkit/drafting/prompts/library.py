"""The prompts of an installation: the packaged ones, and those that a team lays over them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

from coachkit.drafting.prompts.file import SUFFIX, Prompt, Schema, read_prompt
from coachkit.errors import ConfigError, NotFound

__all__ = ["SCHEMAS", "PromptLibrary", "ordered", "prompt_folder"]

SCHEMAS = "schemas"
"""The folder of shared schemas, beside those of the agents."""
_FILE = re.compile(rf"(?P<version>\d+\.\d+\.\d+){re.escape(SUFFIX)}")
_SCHEMA = ".schema.json"

Origin = Literal["packaged", "team"]


class PromptLibrary:
    """The prompts of a folder, and of a team's folder laid over it.

    :param folder: ``None`` finds the repository's ``prompts/`` in a checkout, and the packaged ones in a wheel.
    :param team: a folder of the same shape. What it has for an agent is taken, whatever is packaged.
    """

    def __init__(self, folder: Path | None = None, team: Path | None = None) -> None:
        self.folder = folder or prompt_folder()
        self.team = team

    @cached_property
    def agents(self) -> tuple[str, ...]:
        """Ids of the agents that have a packaged prompt."""
        return tuple(sorted(path.name for path in self.folder.iterdir() if path.is_dir() and path.name != SCHEMAS))

    @cached_property
    def schemas(self) -> Mapping[str, Schema]:
        """Shared schemas by name. They come from the package alone: the code that fills and reads them is there."""
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import SchemaError

        found = {}
        for path in sorted((self.folder / SCHEMAS).glob(f"*{_SCHEMA}")):
            try:
                schema = json.loads(path.read_text("utf-8"))
                Draft202012Validator.check_schema(schema)
            except (ValueError, SchemaError) as error:
                raise ConfigError(f"this is no JSON schema: {str(error)[:200]}", subject=str(path)) from error
            found[path.name.removesuffix(_SCHEMA)] = schema
        return found

    def versions(self, agent: str, origin: Origin | None = None) -> tuple[str, ...]:
        """Versions of an agent's prompt that can be had, oldest first.

        :param origin: of the package or of the team alone.
        """
        return ordered({version for place, _, version in self._found(agent) if origin in (None, place)})

    def get(self, agent: str, version: str | None = None, origin: Origin | None = None) -> Prompt:
        """A version of an agent's prompt; where none is named the newest, the team's before the packaged.

        :raises NotFound: if there is none.
        :raises ConfigError: if the file is malformed.
        """
        found = [one for one in self._found(agent) if origin is None or one[0] == origin]
        places = [one for one in found if version is None or one[2] == version]
        if not places:
            raise self._missing(agent, version, tuple(one[2] for one in found))
        newest = ordered({one[2] for one in places if one[0] == places[0][0]})[-1]
        origin, path, _ = next(one for one in places if one[2] == newest)
        return _load(path, path.stat().st_mtime_ns, origin, self)

    def everything(self) -> tuple[Prompt, ...]:
        """Every file of both folders, in order of agent, origin and version.

        :raises ConfigError: if one is malformed.
        """
        return tuple(
            self.get(agent, version, origin)
            for agent in self.agents
            for origin in ("packaged", "team")
            for version in self.versions(agent, origin)
        )

    def hold(self) -> None:
        """See that a team's prompts can stand for the packaged ones; without a team there is nothing to hold.

        :raises ConfigError: naming the file, and the line where there is one, of what is wrong.
        """
        if self.team is None:
            return
        for path in sorted(self.team.iterdir()):
            if path.is_dir() and path.name not in self.agents:
                raise ConfigError(
                    f"there is no agent {path.name!r}.",
                    subject=str(path),
                    hint=f"A folder here is named after one of: {', '.join(self.agents)}.",
                )
        for agent in self.agents:
            theirs = self.versions(agent, "team")
            if theirs:
                self._hold_one(self.get(agent, theirs[-1], "team"))

    def _hold_one(self, prompt: Prompt) -> None:
        """Their newest file is filled with the same variables and answered in the same shape as ours."""
        ours = self.get(prompt.about.id, origin="packaged")
        for what, one, other in (("input", prompt.input, ours.input), ("output", prompt.output, ours.output)):
            if without_words(one) != without_words(other):
                raise ConfigError(
                    f"its {what} is not that of {ours.name}, in whose place it stands.",
                    subject=str(prompt.path),
                    hint=f"Write {what}: {getattr(ours.about, what)!r} as there: "
                    f"coachkit prompt show {prompt.about.id}@{ours.about.version}",
                )
        prompt.check()

    def _found(self, agent: str) -> list[tuple[Origin, Path, str]]:
        """Origin, path and version of an agent's files, the team's first."""
        places: list[tuple[Origin, Path]] = [("packaged", self.folder)]
        if self.team is not None:
            places.insert(0, ("team", self.team))
        return [
            (origin, path, match["version"])
            for origin, folder in places
            for path in sorted((folder / agent).glob(f"*{SUFFIX}"))
            if (match := _FILE.fullmatch(path.name))
        ]

    def _missing(self, agent: str, version: str | None, there: tuple[str, ...]) -> NotFound:
        if agent not in self.agents:
            known = ", ".join(self.agents)
            return NotFound(f"there is no prompt {agent!r}.", hint=f"There are prompts of: {known}.", subject="prompts")
        return NotFound(
            f"there is no version {version} of the prompt {agent!r}.",
            hint=f"There are: {', '.join(ordered(set(there))) or 'none'}.",
            subject="prompts",
        )


def ordered(versions: set[str]) -> tuple[str, ...]:
    """Versions from old to new: by number, not by letter."""
    return tuple(sorted(versions, key=lambda version: [int(part) for part in version.split(".")]))


def without_words(schema: object) -> object:
    """A schema without its descriptions."""
    if isinstance(schema, Mapping):
        return {key: without_words(one) for key, one in schema.items() if key not in ("description", "title")}
    return [without_words(one) for one in schema] if isinstance(schema, list) else schema


@cache
def _load(path: Path, _changed: int, origin: Origin, library: PromptLibrary) -> Prompt:
    return read_prompt(path, origin, library.schemas)


def prompt_folder() -> Path:
    """Where prompts lie: in the package when installed from a wheel, else in the checkout around it.

    :raises ConfigError: if neither is there.
    """
    package = Path(__file__).resolve().parents[2]
    places = (package / "_prompts", package.parents[1] / "prompts")
    for place in places:
        if place.is_dir():
            return place
    raise ConfigError("the prompts are missing.", hint=f"Looked at: {', '.join(map(str, places))}.")
