"""Pictures: nothing lies on anything else, and lengths stay on their scale."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

import coachkit.web
from coachkit.insight.flow.statistics import box
from coachkit.insight.network.findings import Tie
from coachkit.web.charts.boxes import WIDTH, box_shape, heat, position, ticks
from coachkit.web.charts.intervals import WIDTH as INTERVAL_WIDTH
from coachkit.web.charts.intervals import interval_shape
from coachkit.web.charts.network import Picture, colour_of, picture

NAMES = {"a": "Search", "b": "Design and Product", "c": "客户成功", "d": "风控", "e": "Platform", "f": "支付与清算平台"}


def drawn(sizes: list[int], width: int, seed: int) -> Picture:
    people = {
        number * 100 + one: team
        for number, (team, size) in enumerate(zip(NAMES, sizes, strict=False))
        for one in range(size)
    }
    those = sorted(people)
    ties = [
        Tie(one=those[n], other=those[(n * seed + 1) % len(those)], strength=1 + n % 9)
        for n in range(len(those))
        if n != (n * seed + 1) % len(those)
    ]
    return picture(people, ties, NAMES, colour_of(list(NAMES)), {those[0]: 1, those[-1]: 2}, width=width)


def width_of(name: str) -> float:
    return sum(8.0 if letter.isascii() else 14.0 for letter in name)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=2, max_size=6), st.sampled_from([330, 660]), st.integers(2, 9))
def test_circles_names_and_dots_do_not_touch(sizes: list[int], width: int, seed: int) -> None:
    found = drawn(sizes, width, seed)
    boxes = [
        (
            one.x - max(one.r, width_of(one.name) / 2),
            one.label_y - 14,
            one.x + max(one.r, width_of(one.name) / 2),
            one.y + one.r,
        )
        for one in found.circles
    ]
    for one, other in combinations(boxes, 2):
        assert one[2] <= other[0] + 1 or other[2] <= one[0] + 1 or one[3] <= other[1] + 1 or other[3] <= one[1] + 1
    for left, top, right, bottom in boxes:
        assert left >= -1
        assert top >= -1
        assert right <= found.width + 1
        assert bottom <= found.height + 1
    numbered = [one for one in found.dots if one.number]
    for key in numbered:
        for other in found.dots:
            assert other is key or (key.x - other.x) ** 2 + (key.y - other.y) ** 2 >= 12**2
    assert {one.number for one in numbered} == {1, 2}


def test_the_same_teams_give_the_same_picture_and_colours() -> None:
    assert drawn([7, 8, 9, 5], 660, 3) == drawn([7, 8, 9, 5], 660, 3)
    assert colour_of(["b", "a"]) == {"a": 0, "b": 1}


def test_a_picture_of_teams_alone_has_no_dots() -> None:
    people = dict.fromkeys(range(900), "a") | dict.fromkeys(range(900, 2000), "b")
    found = picture(people, (), NAMES, colour_of(["a", "b"]), {}, width=660, between={("a", "b"): 9, ("b", "a"): 4})
    assert found.dots == ()
    assert len(found.circles) == 2
    assert len(found.lines) == 1


@given(st.lists(st.floats(0, 4000), min_size=1, max_size=50))
def test_boxes_lie_on_the_scale_in_order(values: list[float]) -> None:
    told = box(values)
    assert told is not None
    shape = box_shape(told)
    assert 0 <= shape.low <= shape.first <= shape.median <= shape.third <= shape.high <= WIDTH
    assert all(0 <= one <= WIDTH for one in shape.outliers)


def test_ticks_and_shades_rise() -> None:
    places = [place for place, _ in ticks()]
    assert places == sorted(places)
    assert position(0) == position(1 / 24)
    shades = [heat(value, 40) for value in range(41)]
    assert shades == sorted(shades)
    assert (shades[0], shades[1], shades[-1]) == (0, 1, 6)
    assert heat(5, 0) == 0


def test_no_template_of_insight_has_a_style_of_its_own() -> None:
    for path in Path(coachkit.web.__file__).parent.glob("templates/*insight*.html"):
        assert not re.search(r"\sstyle=|<script|\son[a-z]+=", path.read_text("utf-8")), path.name


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 1))
def test_an_interval_lies_inside_around_no_change(difference: float, below: float, above: float) -> None:
    shape = interval_shape(difference, difference - below, difference + above)
    assert shape is not None
    assert 0 <= shape.low <= shape.at <= shape.high <= INTERVAL_WIDTH
    assert shape.clear == (difference - below > 0 or difference + above < 0)
    assert (shape.at - shape.none) * difference >= 0
    assert interval_shape(difference, None, None) is None
