"""A pilot in words: each figure before and since, with its interval, and what none of it can show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coachkit.delivery.told import Names, Sentence, days, percent
from coachkit.insight.pilots.comparing import LEAST_WEEKS, Change
from coachkit.insight.pilots.service import Standing

__all__ = ["FIGURE_NAMES", "PilotTold", "pilot_told"]

FIGURE_NAMES: Mapping[str, tuple[str, str]] = {
    "waiting": ("Of the time that work is under way, it waits", "工作进行期间用于等待的时间占"),
    "hand_off": ("Half of the hand-offs to other teams take longer than", "交给其他团队的事，半数超过"),
    "linked": ("Of the running goals, with linked work in four weeks", "进行中的目标里，近四周有关联工作的占"),
    "across": ("Of the changes, first looked at by another team", "改动里，由其他团队首先评审的占"),
    "check_ins": (
        "Of the pairs that you may read, with a check-in in four weeks",
        "你能读到的搭档里，近四周有过一对一的占",
    ),
}
_IN_DAYS = frozenset({"hand_off"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotTold:
    figures: tuple[Sentence, ...]
    notes: tuple[str, ...]


def pilot_told(found: Standing, names: Names) -> PilotTold:
    return PilotTold(
        figures=tuple(
            _figure(name, change, found.against.get(name), found.records.get(name, ()), names)
            for name, change in found.changes.items()
        ),
        notes=_NOTES[names.zh],
    )


def _figure(name: str, one: Change, against: Change | None, records: tuple[int, ...], names: Names) -> Sentence:
    zh = names.zh
    label = FIGURE_NAMES[name][zh]
    was, now = _value(name, one.before, zh), _value(name, one.since, zh)
    if zh:
        text = (
            f"{label}：之前 {was}（{one.weeks_before} 周），之后 {now}（{one.weeks_since} 周）。{_told(name, one, zh)}"
        )
    else:
        text = (
            f"{label}: {was} before ({_weeks(one.weeks_before)}), {now} since ({_weeks(one.weeks_since)}). "
            f"{_told(name, one, zh)}"
        )
    if against is not None and against.low is not None:
        rest = _told(name, against, zh)
        text += f"与其他团队同周相比：{rest}" if zh else f" Against the other teams in the same weeks: {rest}"
    details = {
        "figure": name,
        "before": one.before,
        "since": one.since,
        "difference": one.difference,
        "low": one.low,
        "high": one.high,
        "weeks_before": one.weeks_before,
        "weeks_since": one.weeks_since,
        "against": None
        if against is None
        else {"difference": against.difference, "low": against.low, "high": against.high},
    }
    return Sentence(text=text.strip(), records=records, details=details)


def _weeks(number: int) -> str:
    return f"{number} week{'s' if number != 1 else ''}"


def _value(name: str, value: float | None, zh: bool) -> str:
    if value is None:
        return "未知" if zh else "not known"
    return days(value, zh=zh) if name in _IN_DAYS else percent(value, zh=zh)


def _told(name: str, one: Change, zh: bool) -> str:
    if one.low is None or one.high is None or one.difference is None:
        return (
            f"前后各要有 {LEAST_WEEKS} 周的记录，才能说变化。"
            if zh
            else f"It takes {LEAST_WEEKS} weeks with records on both sides to tell a change."
        )
    change = _difference(name, one.difference)
    low, high = _difference(name, one.low), _difference(name, one.high)
    verdict = "" if one.clear else "，可能没有变化" if zh else "; there may be no change"
    unit = _unit(name, zh)
    return (
        f"变化 {change}{unit}（95% 区间 {low} 至 {high}{verdict}）。"
        if zh
        else f"Change {change}{unit} (95 % interval {low} to {high}{verdict})."
    )


def _difference(name: str, value: float) -> str:
    return f"{value:+.1f}" if name in _IN_DAYS else f"{value * 100:+.0f}"


def _unit(name: str, zh: bool) -> str:
    if name in _IN_DAYS:
        return " 天" if zh else " days"
    return " 个百分点" if zh else " points"


_NOTES: Mapping[bool, tuple[str, ...]] = {
    False: (
        "It cannot show why anything changed: season and other changes at the same time are in it.",
        "What is worst when a pilot begins mostly gets better by itself; that is in it too.",
        "Weeks before and since are drawn anew a thousand times; the interval holds 95 of 100 such differences.",
        "Several figures are told: of twenty that do not change, one looks as if it had.",
        "Against the other teams, each week is paired with theirs, so that what moved everywhere does not count.",
        "The baseline was kept on the day the pilot began. All is read with the eyes of who started it.",
        "No figure is of a person.",
    ),
    True: (
        "它说明不了为什么变：季节和同时发生的其他变化都在里面。",
        "开始时最差的往往自己会变好，这也在里面。",
        "把之前和之后的周重新抽取一千次，区间包含其中 95% 的差。",
        "这里有好几个数字：二十个没有变化的里，会有一个看起来变了。",
        "与其他团队相比，每一周与他们的同一周配对，处处都有的变化不算在内。",
        "基线在试点开始当天保存。全部按发起人能读到的内容计算。",
        "没有任何一个数字说的是某个人。",
    ),
}
