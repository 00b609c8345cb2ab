"""What the flow shows, in words: steps and hand-offs where work waits, what waits now, what has grown old."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coachkit.delivery.told import Names, Sentence, days, joined, percent, spaced, span
from coachkit.domain.identity import public_id
from coachkit.insight.flow.findings import Aged, Flow, Rate, Slow, Waiting

__all__ = ["STEP_NAMES", "FlowTold", "flow_told", "place", "plain_slow", "records_of"]

STEP_NAMES = {
    "todo": ("to do", "待办"),
    "doing": ("in progress", "进行中"),
    "review": ("in review", "评审中"),
    "waiting": ("waiting", "等待中"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTold:
    """Sentences by what they are about. ``waiting`` is what waits now, longest first."""

    outstanding: tuple[Sentence, ...]
    waiting: tuple[Sentence, ...]
    aged: tuple[Sentence, ...]
    efficiency: tuple[Sentence, ...]
    rework: tuple[Sentence, ...]
    notes: tuple[str, ...]


def records_of(found: Flow) -> set[int]:
    """Every record that a sentence or a row rests on."""
    told: Iterable[tuple[int, ...]] = (
        *((*one.records, *one.goals) for one in (*found.steps, *found.handoffs, *found.areas)),
        *((one.record, *([one.blocker] if one.blocker else []), *one.goals) for one in found.waiting),
        *((one.record,) for one in found.aged),
        *(one.records for one in (*found.efficiency, *found.rework)),
    )
    return {record for records in told for record in records}


def flow_told(found: Flow, names: Names, team: str | None = None) -> FlowTold:
    """:param team: only what concerns this one."""

    def about(*teams: str | None) -> bool:
        return team is None or team in teams

    return FlowTold(
        outstanding=tuple(_slow(one, names) for one in found.outstanding if about(one.team, one.other)),
        waiting=tuple(_waiting(one, names) for one in found.waiting if about(one.team, one.other)),
        aged=tuple(_aged(one, names) for one in found.aged if about(one.team)),
        efficiency=tuple(_efficiency(one, names) for one in found.efficiency if about(one.team)),
        rework=tuple(_rework(one, names) for one in found.rework if about(one.team) and one.records),
        notes=_notes(found, names),
    )


def place(one: Slow, names: Names) -> str:
    """Where it is, short: ``Search, in review``; ``Search waits for Platform``."""
    zh, team, other = names.zh, names.team(one.team), names.team(one.other)
    if one.kind == "step":
        return spaced(f"{team} · {STEP_NAMES[one.about][1]}") if zh else f"{team}, {STEP_NAMES[one.about][0]}"
    if one.kind == "wait":
        return spaced(f"{team}等待{other}") if zh else f"{team} waits for {other}"
    if one.kind == "review":
        if one.team == one.other:
            return (
                spaced(f"{team}的改动等待本团队首次评审")
                if zh
                else f"{team}’{_s(team)} changes, first look within the team"
            )
        return spaced(f"{team}的改动等待{other}首次评审") if zh else f"{team}’{_s(team)} changes, first look by {other}"
    return one.about


def _s(name: str) -> str:
    """After the apostrophe of an owner: ``Payments’``, ``Search’s``."""
    return "" if name.endswith("s") else "s"


def _slow(one: Slow, names: Names) -> Sentence:
    zh = names.zh
    median, elsewhere = days(one.length.median, zh=zh), days(one.elsewhere, zh=zh)
    told = span(one.length.low, one.length.high, zh=zh)
    text = (
        f"{place(one, names)}：半数超过 {median}（95% 区间 {told}，{one.length.n} 次）；别处 {elsewhere}。"
        f"{_quarters(one, zh)}随机出现这样的差距：{_p(one.p, zh)}。"
        if zh
        else f"{place(one, names)}: half takes longer than {median} (95 % interval {told}, {one.length.n} times); "
        f"elsewhere {elsewhere}.{_quarters(one, zh)} By chance alone: {_p(one.p, zh)}."
    )
    if one.goals:
        behind = joined([names.label(goal) for goal in one.goals], zh=zh)
        text += f"后面的目标：{behind}。" if zh else f" Goals behind what waits now: {behind}."
    return Sentence(text=text, records=(*one.records, *one.goals), details=plain_slow(one))


def _quarters(one: Slow, zh: bool) -> str:
    if len(one.quarters) < 2:
        return (
            "只见于一个季度，是否持续还说不准。"
            if zh
            else " Seen in one quarter only: too early to say whether it lasts."
        )
    held, of = one.held, len(one.quarters)
    return f"{of} 个季度中有 {held} 个如此。" if zh else f" So in {held} of {of} quarters."


def _p(p: float, zh: bool) -> str:
    if p < 0.001:
        return "不到千分之一" if zh else "less than 1 in 1,000"
    return f"约 {p * 100:.1f}%" if zh else f"about {p * 100:.1f} %"


def plain_slow(one: Slow) -> dict[str, object]:
    """A row for programs."""
    return {
        "kind": one.kind,
        "about": one.about,
        "team": one.team,
        "other": one.other,
        "median_days": one.length.median,
        "low_days": one.length.low,
        "high_days": one.length.high,
        "n": one.length.n,
        "unfinished": one.length.unfinished,
        "elsewhere_days": one.elsewhere,
        "p": one.p,
        "stands_out": one.stands_out,
        "quarters": [{"quarter": q.quarter, "median_days": q.median, "n": q.n} for q in one.quarters],
        "quarters_held": one.held,
        "goals": [public_id(goal) for goal in one.goals],
    }


def _waiting(one: Waiting, names: Names) -> Sentence:
    zh = names.zh
    team, other = names.team(one.team), names.team(one.other) if one.other else ""
    since = names.day(one.begun)
    if zh:
        text = f"{one.key}（{team}）自{since}起等待{other} {one.target}，已 {one.days} 天。"
    else:
        whose = f"{other}’{_s(other)} " if other else ""
        text = f"{one.key} ({team}) has waited for {whose}{one.target} since {since}: {one.days} days."
    if one.goals:
        behind = joined([names.label(goal) for goal in one.goals], zh=zh)
        text += f"后面的目标：{behind}。" if zh else f" Goal behind it: {behind}."
    details = {
        "kind": "waiting",
        "item": one.key,
        "waits_for": one.target,
        "team": one.team,
        "other": one.other,
        "since": one.begun,
        "days": one.days,
        "goals": [public_id(goal) for goal in one.goals],
    }
    records = (one.record, *([one.blocker] if one.blocker else []), *one.goals)
    return Sentence(text=text, records=records, details=details)


def _aged(one: Aged, names: Names) -> Sentence:
    zh = names.zh
    step = STEP_NAMES[one.step][zh]
    usual = days(one.usual, zh=zh)
    text = (
        f"{one.key}（{names.team(one.team)}）处于“{step}”已 {one.days} 天；走完这一步的有 85% 不超过 {usual}。"
        if zh
        else f"{one.key} ({names.team(one.team)}) has been {step} for {one.days} days; 85 % of what got through took "
        f"at most {usual}."
    )
    details = {
        "kind": "aged",
        "item": one.key,
        "team": one.team,
        "step": one.step,
        "days": one.days,
        "usual_days": one.usual,
    }
    return Sentence(text=text, records=(one.record,), details=details)


def _rate(one: Rate, zh: bool) -> str:
    return (
        f"{percent(one.value, zh=zh)}（{percent(one.low, zh=zh)}–{percent(one.high, zh=zh)}）"
        if zh
        else (f"{percent(one.value, zh=zh)} ({percent(one.low, zh=zh)} – {percent(one.high, zh=zh)})")
    )


def _efficiency(one: Rate, names: Names) -> Sentence:
    team, zh = names.team(one.team), names.zh
    text = (
        f"{team}：从动手到完成，{_rate(one, zh)}的时间在做，其余在等或在评审；{one.n} 项。"
        if zh
        else f"{team}: of the time from start to done, {_rate(one, zh)} is work, the rest waiting or review; "
        f"{one.n} items."
    )
    return Sentence(text=text, records=one.records[:3], details=_plain_rate("efficiency", one))


def _rework(one: Rate, names: Names) -> Sentence:
    team, zh = names.team(one.team), names.zh
    text = (
        f"{team}：{one.n} 项中 {_rate(one, zh)} 完成后又重新打开。"
        if zh
        else f"{team}: of {one.n} items, {_rate(one, zh)} came back after they were done."
    )
    return Sentence(text=text, records=one.records[:3], details=_plain_rate("rework", one))


def _plain_rate(kind: str, one: Rate) -> dict[str, object]:
    return {"kind": kind, "team": one.team, "value": one.value, "low": one.low, "high": one.high, "n": one.n}


def _notes(found: Flow, names: Names) -> tuple[str, ...]:
    zh = names.zh
    small = joined(sorted(names.team(team) for team in found.small), zh=zh)
    notes = [
        "中位数按 Kaplan–Meier 计算，未完成的按已过去的时间计入；与随机的比较用 Mann–Whitney 秩和检验，"
        "并按 Benjamini–Hochberg 控制误报（十个里至多一个）。"
        if zh
        else "Medians are Kaplan and Meier’s: what is unfinished counts with the time it has taken. Chance is "
        "Mann and Whitney’s test on ranks, kept by Benjamini and Hochberg to one false finding in ten.",
        "看不到的：为什么慢、没有写进系统的等待，以及你无权阅读的记录。"
        if zh
        else "Not seen: why it is slow, waiting that no system wrote down, and records that you may not read.",
    ]
    if small:
        notes.append(f"少于 5 人、不计入汇总：{small}。" if zh else f"Fewer than five people, in no figure: {small}.")
    return tuple(notes)
