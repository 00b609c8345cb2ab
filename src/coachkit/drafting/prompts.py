"""Prompts are files, ``prompts/<agent>/<version>.prompt.md``: front matter and a Jinja2 body, fixed once released."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coachkit.domain.identity import content_hash
from coachkit.errors import ConfigError

__all__ = ["Prompt", "PromptLibrary", "prompt_folder"]

_TURN = re.compile(r"^--- (user|assistant) ---$", re.MULTILINE)
_FILE = re.compile(r"(?P<version>\d+\.\d+\.\d+)\.prompt\.md")


class FrontMatter(BaseModel):
    """What a prompt file says about itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    version: str
    owner: str
    purpose: str
    input: dict[str, str] = Field(description="Name of each variable → what it holds.")
    output: dict[str, Any] = Field(description="JSON schema of the answer.")
    settings: dict[str, float | int | str]
    changelog: dict[str, str]


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of a prompt."""

    about: FrontMatter
    body: str
    hash: str

    @property
    def name(self) -> str:
        """``brief@1.0.0#3f2a…``: as drafts and runs name it."""
        return f"{self.about.id}@{self.about.version}#{self.hash[:12]}"

    def render(self, values: Mapping[str, object]) -> str:
        """The body with its variables; one that is missing or not declared is an error.

        :raises ConfigError: if the body does not render.
        """
        if values.keys() != self.about.input.keys():
            raise ConfigError(
                f"the prompt takes {sorted(self.about.input)} and was given {sorted(values)}.", subject=self.name
            )
        environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True)
        try:
            return environment.from_string(self.body).render(values).strip()
        except TemplateError as error:
            raise ConfigError(f"the prompt does not render: {error}", subject=self.name) from error

    def turns(self, values: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
        """The body as turns of a talk, (role, words): ``system`` first, then what stands under ``--- user ---``."""
        parts = _TURN.split(self.render(values))
        roles = ["system", *parts[1::2]]
        return tuple(zip(roles, (words.strip() for words in parts[0::2]), strict=True))


class PromptLibrary:
    """The prompts of a folder.

    :param folder: ``None`` finds the repository's ``prompts/`` in a checkout, and the packaged ones in a wheel.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or prompt_folder()

    def versions(self, agent: str) -> tuple[str, ...]:
        """Versions of an agent's prompt, oldest first."""
        names = [match["version"] for path in (self.folder / agent).glob("*") if (match := _FILE.fullmatch(path.name))]
        return tuple(sorted(names, key=lambda version: [int(part) for part in version.split(".")]))

    def get(self, agent: str, version: str | None = None) -> Prompt:
        """A version of an agent's prompt; the newest, where none is named.

        :raises ConfigError: if there is none, or the file is malformed.
        """
        versions = self.versions(agent)
        if not versions or (version is not None and version not in versions):
            raise ConfigError(
                f"there is no prompt {agent!r}{f' in version {version}' if version else ''} in {self.folder}.",
                hint=f"There are: {', '.join(versions) or 'none'}.",
            )
        path = self.folder / agent / f"{version or versions[-1]}.prompt.md"
        return _load(path, path.stat().st_mtime_ns)


@cache
def _load(path: Path, _changed: int) -> Prompt:
    text = path.read_text("utf-8")
    parts = re.split(r"^---\s*$", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0].strip():
        raise ConfigError("a prompt file begins with front matter between two lines of ---.", subject=str(path))
    try:
        about = FrontMatter.model_validate(yaml.safe_load(parts[1]))
    except (ValidationError, yaml.YAMLError) as error:
        raise ConfigError(f"the front matter is wrong: {error}", subject=str(path)) from error
    if (about.id, about.version) != (path.parent.name, path.name.removesuffix(".prompt.md")):
        raise ConfigError("id and version of the front matter differ from folder and file name.", subject=str(path))
    return Prompt(about, parts[2], content_hash(text))


def prompt_folder() -> Path:
    """Where prompts lie: in the package when installed from a wheel, else in the checkout around it.

    :raises ConfigError: if neither is there.
    """
    package = Path(__file__).resolve().parents[1]
    places = (package / "_prompts", package.parents[1] / "prompts")
    for place in places:
        if place.is_dir():
            return place
    raise ConfigError("the prompts are missing.", hint=f"Looked at: {', '.join(map(str, places))}.")
