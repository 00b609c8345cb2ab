"""What the network shows, in words: who stands between teams, what hangs on one person, newcomers, the chart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coachkit.delivery.told import Names, Sentence, joined
from coachkit.domain.identity import public_id
from coachkit.insight.network.findings import Connector, Depends, Network, Newcomer
from coachkit.insight.network.graph import Agreement

__all__ = ["NetworkTold", "key_people", "network_told", "records_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkTold:
    """Sentences by what they are about; people in each list are in the order of their names."""

    connectors: tuple[Sentence, ...]
    depends: tuple[Sentence, ...]
    newcomers: tuple[Sentence, ...]
    chart: tuple[Sentence, ...]
    notes: tuple[str, ...]


def records_of(found: Network) -> set[int]:
    """Every record that a sentence rests on."""
    told: Iterable[tuple[int, ...]] = (
        *(one.records for one in found.connectors),
        *(one.found.records + one.open for one in found.depends),
        *(one.records for one in found.newcomers),
        *(records for _, _, records in found.mixed),
        found.grouped,
    )
    return {record for records in told for record in records}


def key_people(found: Network, names: Names) -> list[int]:
    """Whom the picture marks: those between teams and those on whom something hangs, by name."""
    people = {one.person for one in found.connectors} | {one.found.person for one in found.depends}
    return sorted(people, key=lambda person: (names.person(person), person))


def network_told(found: Network, names: Names, team: str | None = None) -> NetworkTold:
    """:param team: only what concerns this one."""

    def about(*teams: str | None) -> bool:
        return team is None or team in teams

    def by_name(sentences: list[Sentence]) -> tuple[Sentence, ...]:
        return tuple(sorted(sentences, key=lambda one: (names.person(one.person or 0), one.text)))

    return NetworkTold(
        connectors=by_name([_connector(one, names) for one in found.connectors if about(one.team, *one.teams)]),
        depends=by_name(
            [
                _depends(one, names)
                for one in found.depends
                if about(found.people.get(one.found.person), one.found.team, one.found.other)
            ]
        ),
        newcomers=by_name([_newcomer(one, names) for one in found.newcomers if about(one.team)]),
        chart=_chart(found.agreement, found, names) if found.agreement else (),
        notes=_notes(found, names),
    )


def _connector(one: Connector, names: Names) -> Sentence:
    who, own = names.person(one.person), names.team(one.team)
    others = joined([names.team(team) for team in one.teams], zh=names.zh)
    text = f"{who}把{own}与{others}连在一起。" if names.zh else f"{who} is where {own} meets {others}."
    details = {"kind": "connector", "person": public_id(one.person), "team": one.team, "teams": list(one.teams)}
    return Sentence(text=text, records=one.records, person=one.person, details=details)


def _depends(one: Depends, names: Names) -> Sentence:
    found = one.found
    who, others = names.person(found.person), joined([names.person(other) for other in found.others], zh=names.zh)
    team, other = names.team(found.team), names.team(found.other)
    if found.kind == "review":
        text = (
            f"{found.about} 的改动几乎都只由{who}评审；作者是{others}。"
            if names.zh
            else f"Changes to {found.about} are reviewed by {who} alone, nearly all of them; {others} wrote them."
        )
    elif found.kind == "area":
        text = (
            f"这段时间只有{who}做过 {found.about}。"
            if names.zh
            else f"Nobody but {who} worked on {found.about} in this time."
        )
    else:
        text = (
            f"{team}对{other}的支持几乎都经过{who}。"
            if names.zh
            else f"Nearly all that {team} does for {other} goes through {who}."
        )
    if one.open:
        keys = joined([names.label(record) for record in one.open], zh=names.zh)
        text += f"现在还开着：{keys}。" if names.zh else f" Open there now: {keys}."
    details = {
        "kind": found.kind,
        "person": public_id(found.person),
        "about": found.about,
        "team": found.team,
        "other": found.other,
        "open": [public_id(record) for record in one.open],
    }
    return Sentence(text=text, records=(*found.records, *one.open), person=found.person, details=details)


def _newcomer(one: Newcomer, names: Names) -> Sentence:
    who, day = names.person(one.person), names.day(one.came_at)
    own = [team for team in one.teams if team == one.team]
    others = joined([names.team(team) for team in one.teams if team != one.team], zh=names.zh)
    if names.zh:
        met = "、".join(filter(None, ["本团队" if own else "", others])) or "还没有人"
        text = f"{who}于{day}加入{names.team(one.team)}；至今一起做过事的：{met}。"
    else:
        with_own = "their own team" if own else ""
        met = " and ".join(filter(None, [with_own, others])) or "nobody yet"
        text = f"{who} joined {names.team(one.team)} on {day}; has worked with {met} so far."
    details = {"kind": "newcomer", "person": public_id(one.person), "team": one.team, "teams": list(one.teams)}
    return Sentence(text=text, records=one.records, person=one.person, details=details)


def _chart(one: Agreement, found: Network, names: Names) -> tuple[Sentence, ...]:
    figures = f"{one.value:.2f} ({one.low:.2f}–{one.high:.2f})"
    first = (
        f"实际一起工作的群体与组织架构的吻合度为 {figures}：1 为完全一致，0 为如同随机；{one.people} 人，"
        f"{one.teams} 个团队，{one.groups} 个群体。"
        if names.zh
        else f"Groups that work together agree with the teams of the chart at {figures}, where 1 is the same and 0 is "
        f"chance; {one.people} people, {one.teams} teams, {one.groups} groups."
    )
    details = {"kind": "chart", "value": one.value, "low": one.low, "high": one.high, "groups": one.groups}
    told = [Sentence(text=first, records=found.grouped, details=details)]
    for team, other, records in found.mixed:
        text = (
            f"{names.team(team)}多数人实际上与{names.team(other)}一起工作。"
            if names.zh
            else f"Most of {names.team(team)} works in one group with {names.team(other)}."
        )
        details = {"kind": "mixed", "team": team, "other": other}
        told.append(Sentence(text=text, records=records, details=details))
    return tuple(told)


def _notes(found: Network, names: Names) -> tuple[str, ...]:
    zh = names.zh
    small = joined(sorted(names.team(team) for team in found.small), zh=zh)
    notes = [
        "连线表示评审、合入、回答、解除阻塞、指导或共同完成；只数不同的事项与日期，最多算 5 次，程序与批量修改不计。"
        if zh
        else "A line stands for reviews, taking in, answers, unblocking, mentoring and building together. Distinct "
        "items and days count, at most five; programs and mass edits do not.",
        "看不到的：口头交流、未接入的系统，以及你无权阅读的记录。"
        if zh
        else "Not seen: what is spoken, systems that are not connected, and records that you may not read.",
    ]
    if small:
        notes.append(
            f"少于 5 人、不计入汇总：{small}。" if zh else f"Fewer than five people, in no aggregate: {small}."
        )
    return tuple(notes)
