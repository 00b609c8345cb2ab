"""Where the circles of teams, the dots of people and the lines between them lie."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coachkit.insight.network.findings import Tie

__all__ = ["COLOURS", "Circle", "Dot", "Line", "Picture", "colour_of", "picture"]

COLOURS = 6
_SPACING = 24.0
_DOT = 5.0
_KEY = 10.0
_LETTER = 8.5
_WIDE_LETTER = 15.0
_LABEL = 22.0
_GAP = 14.0
_SEED = 7


@dataclass(frozen=True, slots=True)
class Circle:
    """A team: its middle, its size, and where its name stands; ``again``: another team has the same colour."""

    team: str
    name: str
    colour: int
    x: float
    y: float
    r: float
    label_y: float
    again: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """Somebody, or above a thousand people nobody; ``number`` matches the list, 0 is none."""

    x: float
    y: float
    r: float
    colour: int
    number: int


@dataclass(frozen=True, slots=True)
class Line:
    """A tie; ``width`` 1 to 3; ``inside`` a team."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: int
    inside: bool


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    circles: tuple[Circle, ...]
    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]


def colour_of(teams: Sequence[str]) -> dict[str, int]:
    """Team → number of its colour, the same on every page as long as the chart has the same teams."""
    return {team: place % COLOURS for place, team in enumerate(sorted(teams))}


def picture(
    people: Mapping[int, str],
    ties: Sequence[Tie],
    names: Mapping[str, str],
    colours: Mapping[str, int],
    numbers: Mapping[int, int],
    *,
    width: int,
    between: Mapping[tuple[str, str], int] | None = None,
) -> Picture:
    """Teams as circles that do not touch, with their names above; people as dots inside.

    :param numbers: person → number in the list of key people.
    :param width: about as wide as it is to be; the height follows.
    :param between: strength between teams, for a picture of teams alone.
    """
    sizes = Counter(people.values())
    alone = between is not None
    radius = {team: _radius(count, alone=alone) for team, count in sorted(sizes.items())}
    weights = between if between is not None else _weights(people, ties)
    centres = _centres(radius, names, weights, width)
    again = frozenset(sorted(colours)[COLOURS:])
    circles = tuple(
        Circle(
            team,
            names.get(team, team),
            colours.get(team, 0),
            *_round(x, y),
            round(radius[team], 1),
            round(y - radius[team] - 7, 1),
            team in again,
        )
        for team, (x, y) in centres.items()
    )
    places, dots = ({}, ()) if alone else _dots(people, centres, colours, numbers)
    lines = _team_lines(centres, weights) if alone else _lines(people, ties, places)
    right = max((x + max(radius[t], _text(names.get(t, t)) / 2) for t, (x, _) in centres.items()), default=0) + _GAP
    bottom = max((y + radius[team] for team, (_, y) in centres.items()), default=0) + _GAP
    return Picture(math.ceil(right), math.ceil(bottom), circles, dots, lines)


def _radius(count: int, *, alone: bool) -> float:
    return max(22.0, 4.5 * math.sqrt(count)) if alone else max(26.0, _SPACING * 0.62 * math.sqrt(count) + _KEY)


def _text(name: str) -> float:
    """About as wide as a name is when it is written."""
    return sum(_LETTER if letter.isascii() else _WIDE_LETTER for letter in name) + 6


def _weights(people: Mapping[int, str], ties: Sequence[Tie]) -> dict[tuple[str, str], int]:
    found: Counter[tuple[str, str]] = Counter()
    for tie in ties:
        one, other = sorted((people[tie.one], people[tie.other]))
        if one != other:
            found[one, other] += tie.strength
    return dict(found)


def _centres(
    radius: Mapping[str, float], names: Mapping[str, str], weights: Mapping[tuple[str, str], int], width: int
) -> dict[str, tuple[float, float]]:
    """Teams that work together lie near each other; then they are pushed apart until no box touches another."""
    import igraph

    teams = list(radius)
    if not teams:
        return {}
    place = {team: number for number, team in enumerate(teams)}
    both = Counter[tuple[int, int]]()
    for (one, other), weight in weights.items():
        if one != other and one in place and other in place:
            both[min(place[one], place[other]), max(place[one], place[other])] += weight
    graph = igraph.Graph(n=len(teams), edges=list(both))
    igraph.set_random_number_generator(random.Random(_SEED))  # noqa: S311 - the same picture each time, no secret
    try:
        laid = graph.layout_fruchterman_reingold(weights=[math.sqrt(one) for one in both.values()] or None, niter=300)
    finally:
        igraph.set_random_number_generator(random)
    boxes = [
        (max(2 * radius[team], _text(names.get(team, team))) + _GAP, 2 * radius[team] + _LABEL + _GAP) for team in teams
    ]
    points = _scaled(laid.coords, boxes, width)
    for _ in range(600):
        if not _pushed(points, boxes, width):
            break
    left = min(x - box[0] / 2 for (x, _), box in zip(points, boxes, strict=True))
    top = min(y - box[1] / 2 for (_, y), box in zip(points, boxes, strict=True))
    # the circle stands in the lower part of its box, under the name
    return {
        team: (x - left + _GAP / 2, y - top + _LABEL / 2 + _GAP / 2) for team, (x, y) in zip(teams, points, strict=True)
    }


def _scaled(coords: Sequence[Sequence[float]], boxes: Sequence[tuple[float, float]], width: int) -> list[list[float]]:
    area = sum(one * other for one, other in boxes) * 3.4
    height = max(area / width, max(box[1] for box in boxes))
    xs, ys = [one[0] for one in coords], [one[1] for one in coords]
    span_x, span_y = max(xs) - min(xs) or 1, max(ys) - min(ys) or 1
    return [
        [
            box[0] / 2 + (x - min(xs)) / span_x * max(1, width - box[0]),
            box[1] / 2 + (y - min(ys)) / span_y * max(1, height - box[1]),
        ]
        for x, y, box in zip(xs, ys, boxes, strict=True)
    ]


def _pushed(points: list[list[float]], boxes: Sequence[tuple[float, float]], width: int) -> bool:
    """Moves every two boxes that touch apart, the shorter way; whether any did. None leaves the width."""
    moved = False
    for one in range(len(points)):
        for other in range(one + 1, len(points)):
            over_x = (boxes[one][0] + boxes[other][0]) / 2 - abs(points[one][0] - points[other][0])
            over_y = (boxes[one][1] + boxes[other][1]) / 2 - abs(points[one][1] - points[other][1])
            if over_x <= 0.5 or over_y <= 0.5:
                continue
            moved = True
            along = 0 if over_x < over_y and sum(boxes[n][0] for n in (one, other)) <= width else 1
            step = (over_x, over_y)[along] / 2 + 0.5
            first, second = (one, other) if points[one][along] <= points[other][along] else (other, one)
            points[first][along] -= step
            points[second][along] += step
    for point, box in zip(points, boxes, strict=True):
        point[0] = min(max(point[0], box[0] / 2), max(box[0] / 2, width - box[0] / 2))
    return moved


def _dots(
    people: Mapping[int, str],
    centres: Mapping[str, tuple[float, float]],
    colours: Mapping[str, int],
    numbers: Mapping[int, int],
) -> tuple[dict[int, tuple[float, float]], tuple[Dot, ...]]:
    """Like the seeds of a sunflower: as many as there are, none on another."""
    golden = math.pi * (3 - math.sqrt(5))
    places: dict[int, tuple[float, float]] = {}
    seen: Counter[str] = Counter()
    for person, team in sorted(people.items()):
        number = seen[team]
        seen[team] += 1
        out = _SPACING * 0.58 * math.sqrt(number + 0.4)
        x, y = centres[team]
        places[person] = _round(x + out * math.cos(number * golden), y + out * math.sin(number * golden))
    drawn = sorted(people, key=lambda person: (numbers.get(person, 0) > 0, person))
    dots = tuple(
        Dot(
            *places[person],
            _KEY if numbers.get(person) else _DOT,
            colours.get(people[person], 0),
            numbers.get(person, 0),
        )
        for person in drawn
    )
    return places, dots


def _lines(
    people: Mapping[int, str], ties: Sequence[Tie], places: Mapping[int, tuple[float, float]]
) -> tuple[Line, ...]:
    found = [
        Line(
            *places[tie.one],
            *places[tie.other],
            1 + (tie.strength > 2) + (tie.strength > 5),
            people[tie.one] == people[tie.other],
        )
        for tie in ties
        if tie.one in places and tie.other in places
    ]
    return tuple(sorted(found, key=lambda line: (not line.inside, line.width)))


def _team_lines(centres: Mapping[str, tuple[float, float]], weights: Mapping[tuple[str, str], int]) -> tuple[Line, ...]:
    both: Counter[tuple[str, str]] = Counter()
    for (one, other), weight in weights.items():
        if one != other and one in centres and other in centres:
            both[min(one, other), max(one, other)] += weight
    if not both:
        return ()
    most: Any = max(both.values())
    return tuple(
        Line(*_round(*centres[one]), *_round(*centres[other]), 1 + (weight > most / 6) + (weight > most / 2), False)
        for (one, other), weight in sorted(both.items())
    )


def _round(x: float, y: float) -> tuple[float, float]:
    return round(x, 1), round(y, 1)
