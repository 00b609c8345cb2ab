"""The collaboration map in words: short, for one sheet of paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coachkit.delivery.flow_told import place, plain_slow
from coachkit.delivery.told import Names, Sentence, days, joined
from coachkit.insight.contributing.together import Disputed, Reach
from coachkit.insight.flow.findings import Slow
from coachkit.insight.linking.mapping import MappedGoal

__all__ = ["MapTold", "map_told"]

_NAMED = 4
"""Keys of goals in one sentence; it opens the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapTold:
    """Three parts, and what none of them can see."""

    strategy: tuple[Sentence, ...]
    depends: tuple[Sentence, ...]
    disputed: tuple[Sentence, ...]
    notes: tuple[str, ...]

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return (*self.strategy, *self.depends, *self.disputed)


def map_told(
    reach: Sequence[Reach],
    loose: Mapping[str, Sequence[MappedGoal]],
    depends: Sequence[Slow],
    disputed: Sequence[Disputed],
    names: Names,
) -> MapTold:
    return MapTold(
        strategy=(
            *(_reach(one, names) for one in reach),
            *(_loose(team, goals, names) for team, goals in loose.items()),
        ),
        depends=tuple(_depends(one, names) for one in depends),
        disputed=tuple(_disputed(one, names) for one in disputed),
        notes=_NOTES[names.zh],
    )


def _reach(one: Reach, names: Names) -> Sentence:
    zh = names.zh
    head = f"{one.goal.key}“{one.goal.title}”" if zh else f"{one.goal.key} “{one.goal.title}”"
    if not one.teams:
        text = f"{head}没有团队目标与之对齐。" if zh else f"{head} reaches no team: no goal is aligned to it."
    else:
        teams = joined([names.team(team) for team in one.teams], zh=zh)
        text = f"{head}落到{teams}的目标。" if zh else f"{head} reaches goals of {teams}."
    if one.teams and one.missing:
        missing = joined([names.team(team) for team in one.missing], zh=zh)
        text += f"{missing}没有目标与之对齐。" if zh else f" No goal of {missing} is aligned to it."
    if one.at_rest:
        keys = _keys(one.at_rest, zh)
        text += f"近四周没有关联工作的：{keys}。" if zh else f" Without linked work for four weeks: {keys}."
    details = {
        "kind": "reach",
        "goal": one.goal.key,
        "teams": list(one.teams),
        "missing": list(one.missing),
        "at_rest": [goal.key for goal in one.at_rest],
    }
    rest = [goal.record for goal in (*one.at_rest, *one.below)]
    return Sentence(text=text, records=tuple(dict.fromkeys((one.goal.record, *rest)))[:6], details=details)


def _keys(goals: Sequence[MappedGoal], zh: bool) -> str:
    keys = [goal.key for goal in goals[:_NAMED]]
    if len(goals) > _NAMED:
        keys.append("其他" if zh else "others")
    return joined(keys, zh=zh)


def _loose(team: str, goals: Sequence[MappedGoal], names: Names) -> Sentence:
    keys = _keys(goals, names.zh)
    text = (
        f"{names.team(team)}的目标没有对齐到任何上级目标：{keys}。"
        if names.zh
        else f"Goals of {names.team(team)} that hang under no other: {keys}."
    )
    details = {"kind": "loose", "team": team, "goals": [goal.key for goal in goals]}
    return Sentence(text=text, records=tuple(goal.record for goal in goals[:6]), details=details)


def _depends(one: Slow, names: Names) -> Sentence:
    zh = names.zh
    median = days(one.length.median, zh=zh)
    text = (
        f"{place(one, names)}：{one.length.n} 次，半数超过 {median}。"
        if zh
        else f"{place(one, names)}: {one.length.n} times, half longer than {median}."
    )
    if one.elsewhere is not None and one.stands_out:
        elsewhere = days(one.elsewhere, zh=zh)
        text += f"明显慢于别处（{elsewhere}）。" if zh else f" Slower than elsewhere ({elsewhere})."
    if one.goals:
        behind = joined([names.label(goal) for goal in one.goals[:_NAMED]], zh=zh)
        text += f"后面的目标：{behind}。" if zh else f" Goals behind what waits now: {behind}."
    records = (*one.records[:3], *one.goals[:_NAMED])
    return Sentence(text=text, records=records, details=plain_slow(one))


def _disputed(one: Disputed, names: Names) -> Sentence:
    text = (
        f"{one.name}：关于谁做了什么的 {one.told} 条说明中，有 {one.contested} 条被写到的人有不同看法。"
        if names.zh
        else f"{one.name}: of {one.told} statements about who did what, {one.contested} "
        f"{'is' if one.contested == 1 else 'are'} seen differently by somebody whom they name."
    )
    details = {"kind": "disputed", "name": one.name, "told": one.told, "contested": one.contested}
    return Sentence(text=text, records=one.records, details=details)


_NOTES: Mapping[bool, tuple[str, ...]] = {
    False: (
        "Goals are those that run today, aligned as their owners say; linked work is what a source or a person linked.",
        "Dependence is about hand-offs between teams of at least five people, by how often times the median wait.",
        "It says where work waits, not whose fault that is, and does not see waits that no record names.",
        "Disputed credit is told where at least five people are named, and of nobody by name.",
        "Where nothing is told of it, nobody disagrees, or nobody wrote it down.",
    ),
    True: (
        "目标是今天在进行的，按负责人所写的对齐关系；关联的工作是来源或人确认的。",
        "依赖是至少五人的团队之间的交接，按次数乘以等待中位数排列。",
        "它说明工作在哪里等，不说明是谁的责任；没有记录的等待看不到。",
        "功劳分歧只有写到至少五个人时才显示，且不写姓名。没有显示可能是没有分歧，也可能是没有人写下来。",
    ),
}
