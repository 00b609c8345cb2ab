"""The words of the sample organisation: topics with their pieces of work, and phrases around them.

``data/works/<TEAM>.txt`` holds a team's topics. A topic opens with ``#`` and eight fields between bars::

    # id | name | path in the repository | language | key result | identifiers | variants | what it can wait for

Then come its pieces of work, nine lines each, parted by empty lines::

    what is to be done            (title of the issue)
    why
    how                           (the approach, in a comment and in the change's description)
    step ; step ; step            (subjects of commits)
    a question a reviewer asks
    its answer
    what was seen afterwards
    how it looks as a bug         (title of another issue about the same thing)
    what fixed it

``{o}`` stands for a variant; ``{n}``, ``{p}`` and ``{k}`` for a small number, a percentage and some hundreds.
``data/phrases/<language>.yaml`` holds lists of phrases by situation, with slots for the item's
own words.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

__all__ = ["Phrases", "Topic", "Work", "lower_first", "parse_topics", "phrases", "topics"]

_LINES = 9


@dataclass(frozen=True, slots=True)
class Work:
    """A piece of work in its own words; see the module's docstring for the parts."""

    do: str
    why: str
    how: str
    steps: tuple[str, ...]
    ask: str
    answer: str
    done: str
    bug: str
    fix: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A strand of a team's work.

    :ivar needs: (id of another topic, what is awaited from it).
    """

    id: str
    team: str
    name: str
    area: str
    language: str
    key_result: str | None
    names: tuple[str, ...]
    variants: tuple[str, ...]
    needs: tuple[str, str] | None
    works: tuple[Work, ...]


def lower_first(text: str) -> str:
    """``text`` as it stands inside a sentence; acronyms keep their capitals."""
    return text[0].lower() + text[1:] if len(text) > 1 and text[1].islower() else text


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _topic(team: str, block: str) -> Topic:
    head, *works = block.strip().split("\n\n")
    fields = [field.strip() for field in head.lstrip("# ").split("|")]
    if len(fields) != 8:
        raise ValueError(f"{team}: a topic has eight fields: {head!r}")
    parsed = []
    for work in works:
        lines = [line.strip() for line in work.strip().splitlines()]
        if len(lines) != _LINES:
            raise ValueError(f"{team} {fields[0]}: a piece of work has {_LINES} lines, not {len(lines)}: {lines[0]!r}")
        do, why, how, steps, ask, answer, done, bug, fix = lines
        parsed.append(Work(do, why, how, _list(steps), ask, answer, done, bug, fix))
    topic, _, awaited = fields[7].partition(":")
    return Topic(
        id=f"{team}.{fields[0]}",
        team=team,
        name=fields[1],
        area=fields[2],
        language=fields[3],
        key_result=fields[4] or None,
        names=_list(fields[5]),
        variants=_list(fields[6]),
        needs=(topic.strip(), awaited.strip()) if topic else None,
        works=tuple(parsed),
    )


@lru_cache(maxsize=1)
def topics() -> tuple[Topic, ...]:
    """Every topic of every team, in the order of the files."""
    found: list[Topic] = []
    folder = files("coachkit.sample").joinpath("data/works")
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        found.extend(parse_topics(file.name.removesuffix(".txt"), file.read_text(encoding="utf-8")))
    return tuple(found)


def parse_topics(team: str, text: str) -> list[Topic]:
    """The topics of one file.

    :raises ValueError: naming the topic and the piece of work that is not as the module's docstring says.
    """
    return [_topic(team, block) for block in text.split("\n# ") if block.strip()]


class Phrases:
    """Phrases of one language by situation. A caller's own shuffled deck is used up before any phrase comes again."""

    def __init__(self, lists: dict[str, list[str]]) -> None:
        self._lists = lists
        self._decks: dict[str, list[str]] = {}

    def pick(self, situation: str, rng: random.Random, **slots: object) -> str:
        """A phrase for ``situation`` with its slots filled."""
        deck = self._decks.get(situation)
        if not deck:
            deck = list(self._lists[situation])
            rng.shuffle(deck)
            self._decks[situation] = deck
        return deck.pop().format_map(slots)


@lru_cache(maxsize=2)
def _lists(language: str) -> dict[str, Any]:
    text = files("coachkit.sample").joinpath(f"data/phrases/{language}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def phrases(language: str) -> Phrases:
    """Fresh phrases of ``en`` or ``zh``."""
    return Phrases(_lists(language))
