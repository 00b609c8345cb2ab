"""Organisations that cases are about: how each is made, which split it belongs to, and whether it can be had here.

``evals/organisations.yaml``::

    schema: 1
    organisations:
      sample-7:
        split: development
        today: 2026-05-11
        sample: {seed: 7, variant: thin}
      real-etcd:
        split: held-out
        today: 2024-06-03
        needs: COACHKIT_EVAL_DATA
        connections:
          - {name: etcd, connector: dataset, config: {path: "${COACHKIT_EVAL_DATA}/etcd", as_of: 2024-06-02}}
      frozen-1:
        split: development
        today: 2026-05-21
        connections:
          - {name: frozen, connector: jsonl, config: {path: ./frozen/brief-1}}    # ./ is this folder
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from coachkit.errors import ConfigError, NotFound
from coachkit.evaluation.cases import read_yaml
from coachkit.settings import folder_named

__all__ = ["Connected", "OrganisationSpec", "Organisations", "Sampled", "load_organisations"]

SCHEMA = 1


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sampled(_Shape):
    """A sample organisation: which seed of the simulator, and in which of :data:`coachkit.sample.variants.VARIANTS`."""

    seed: int
    variant: str = "plain"


class Connected(_Shape):
    """A connection of an organisation from outside; ``${NAME}`` in its configuration is an environment variable."""

    name: str
    connector: str
    config: dict[str, Any] = Field(default_factory=dict)


class OrganisationSpec(_Shape):
    """How an organisation is made."""

    name: str
    split: Literal["development", "held-out"]
    today: date = Field(description="It is the morning of this day in it.")
    timezone: str = "UTC"
    sample: Sampled | None = None
    connections: tuple[Connected, ...] = ()
    needs: str = Field("", description="Environment variable that names the folder of its data.")
    note: str = ""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        ZoneInfo(value)
        return value

    @model_validator(mode="after")
    def _made_in_one_way(self) -> OrganisationSpec:
        if (self.sample is None) == (not self.connections):
            raise ValueError("say either sample or connections")
        return self

    @property
    def folder(self) -> Path | None:
        """Where its data lies, if it is from outside and the variable is set."""
        return folder_named(self.needs)

    @property
    def absent(self) -> str:
        """Why it cannot be had here; empty if it can."""
        if not self.needs:
            return ""
        if self.folder is None:
            return f"{self.needs} is not set: it names the folder with its data"
        for one in self.filled():
            path = one.config.get("path")
            if path is not None and not Path(str(path)).exists():
                return f"{path} does not exist (from {self.needs})"
        return ""

    def filled(self) -> tuple[Connected, ...]:
        """Its connections, with variables of the environment in place."""
        return tuple(one.model_copy(update={"config": _filled(one.config, self.needs)}) for one in self.connections)


class Organisations(_Shape):
    """All of them, by name."""

    by_name: dict[str, OrganisationSpec] = Field(default_factory=dict)

    def get(self, name: str) -> OrganisationSpec:
        """:raises NotFound: naming those there are."""
        if name not in self.by_name:
            raise NotFound(
                f"there is no organisation {name!r} for cases.",
                subject="organisations.yaml",
                hint=f"There are: {', '.join(self.by_name) or 'none'}. Add it there.",
            )
        return self.by_name[name]


def load_organisations(folder: Path) -> Organisations:
    """Those of ``evals/organisations.yaml``; none, where there is no such file.

    :raises ConfigError: naming the organisation and the field of what is wrong.
    """
    path = folder / "organisations.yaml"
    if not path.is_file():
        return Organisations()
    found = read_yaml(path)
    if not isinstance(found, Mapping) or found.get("schema") != SCHEMA:
        raise ConfigError(f"it should be a mapping with schema: {SCHEMA}.", subject=str(path))
    made = {}
    for name, given in (found.get("organisations") or {}).items():
        try:
            made[name] = OrganisationSpec.model_validate(_beside({**given, "name": name}, folder))
        except (ValidationError, TypeError) as error:
            what = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "it is no mapping"
            raise ConfigError(f"organisation {name}: {what}", subject=str(path)) from error
    return Organisations(by_name=made)


def _beside(given: dict[str, Any], folder: Path) -> dict[str, Any]:
    """With paths that begin with ``./`` as those of the folder in which the organisations are listed."""
    for one in given.get("connections") or ():
        path = (one.get("config") or {}).get("path")
        if isinstance(path, str) and path.startswith("./"):
            one["config"]["path"] = str(folder / path)
    return given


def _filled(value: Any, variable: str) -> Any:
    """Only the variable that it says it needs is put in, so that no file can read the others."""
    if isinstance(value, str):
        return value.replace(f"${{{variable}}}", str(folder_named(variable) or ""))
    if isinstance(value, Mapping):
        return {name: _filled(one, variable) for name, one in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    return [_filled(one, variable) for one in value] if isinstance(value, list) else value
