"""Other names: everybody's given name is one of the other sex, with the same initial or the same sound.

Names are swapped wherever they stand: in the HR file, at accounts, in what people wrote, in signatures of commits;
pronouns with them. Accounts, addresses, keys and everything that was done stay, so a document about a person of this
organisation should say the same as the one about their twin.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from enum import Enum
from functools import lru_cache
from importlib.resources import files
from typing import Any

from coachkit.sample.days import Clock
from coachkit.sample.model import Commit, Organisation, Person
from coachkit.sample.people import read_roster

__all__ = ["Renaming", "names_of_twins", "swapped", "twins_named"]

_PRONOUNS = {
    "she": "he",
    "he": "she",
    "her": "his",
    "his": "her",
    "him": "her",
    "hers": "his",
    "herself": "himself",
    "himself": "herself",
}
_SIGNS = {"她": "他", "他": "她"}


@lru_cache(maxsize=1)
def _twins() -> dict[str, tuple[str, tuple[str, ...]]]:
    with files("coachkit.sample").joinpath("data/twins.csv").open(encoding="utf-8") as lines:
        return {
            row["handle"]: (row["name"], tuple(filter(None, row["other_names"].split("|"))))
            for row in csv.DictReader(lines)
        }


def names_of_twins(people: Iterable[Person]) -> dict[str, str]:
    """Every way in which these people are called → their twin's; the longest come first.

    Full names in all spellings, given names, and of three Chinese characters the last two.
    """
    found: dict[str, str] = {}
    for person in people:
        name, others = _twins()[person.handle]
        pairs = [(person.name, name), *zip(person.other_names, others, strict=True)]
        pairs += [(_turned(one), _turned(two)) for one, two in pairs if one.isascii()]
        pairs += [(old, new) for one, two in pairs for old, new in [(_given(one), _given(two))] if old and new]
        for old, new in pairs:
            if old != new:
                found.setdefault(old, new)
    return dict(sorted(found.items(), key=lambda pair: (-len(pair[0]), pair[0])))


def _turned(name: str) -> str:
    return " ".join(reversed(name.split()))


def _given(name: str) -> str:
    """What colleagues call somebody; empty where that is the whole name."""
    if re.fullmatch(r"[\u4e00-\u9fff]{3}", name):
        return name[1:]
    return name.split()[0] if " " in name else ""


class Renaming:
    """Puts names of twins into texts."""

    def __init__(self, names: Mapping[str, str], *, pronouns: bool = True) -> None:
        upper = {old.capitalize(): new.capitalize() for old, new in _PRONOUNS.items()}
        self._new = {**names, **(_PRONOUNS | upper | _SIGNS if pronouns else {})}
        old = sorted(self._new, key=len, reverse=True)
        words = "|".join(re.escape(name) for name in old if not re.search("[\u4e00-\u9fff]", name))
        signs = [re.escape(name) for name in old if re.search("[\u4e00-\u9fff]", name) and name not in _SIGNS]
        signs += ["(?<!其)[他她](?![们人])"] if pronouns else []
        self._pattern = re.compile("|".join([rf"(?<![\w.@-])(?:{words})(?![\w@])", *signs]))

    def __call__(self, text: str) -> str:
        return self._pattern.sub(lambda match: self._new[match.group()], text)


def swapped(organisation: Organisation) -> Organisation:
    """The organisation with the names of twins."""
    put = Renaming(names_of_twins(organisation.people))
    people = tuple(_person(person, put) for person in organisation.people)
    records = tuple(replace(one, record=_in(one.record, put)) for one in organisation.records)
    repositories = tuple(
        replace(one, commits=tuple(_commit(commit, put) for commit in one.commits)) for one in organisation.repositories
    )
    return replace(organisation, people=people, records=records, repositories=repositories)


def _person(person: Person, put: Renaming) -> Person:
    name, others = _twins()[person.handle]
    signatures = tuple((put(signed), address) for signed, address in person.signatures)
    return replace(person, name=name, other_names=others, signatures=signatures)


def _commit(commit: Commit, put: Renaming) -> Commit:
    author, committer = ((put(name), address) for name, address in (commit.author, commit.committer))
    return replace(commit, author=author, committer=committer, message=put(commit.message))


def _in(value: Any, put: Renaming) -> Any:
    """The value with names put in wherever a text stands."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return put(value)
    if isinstance(value, tuple):
        return tuple(_in(part, put) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _in(getattr(value, field.name), put) for field in fields(value)})
    return value


@lru_cache(maxsize=1)
def twins_named() -> dict[str, str]:
    """As :func:`names_of_twins`, of everybody on the roster, whom no simulation is needed for."""
    clock = Clock(date(2026, 1, 5))
    return names_of_twins(read_roster(clock, random.Random(0)).people)  # noqa: S311 - days of leave, no secret
