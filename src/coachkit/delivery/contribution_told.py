"""What the contribution view shows, in words: what came of it, who did what for whom, what customers said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coachkit.delivery.told import Names, Sentence, joined
from coachkit.domain.identity import public_id
from coachkit.insight.contributing.view import About, AboutKind, Came, Did, View, Voice
from coachkit.insight.contribution import KINDS
from coachkit.insight.work import known_by

__all__ = ["HELP", "ContributionTold", "contribution_told"]

HELP: Mapping[str, tuple[str, str]] = {
    "decided": ("Decided", "决策"),
    "delivered": ("Delivered", "交付"),
    "reviewed": ("Reviewed", "评审"),
    "unblocked": ("Unblocked", "疏通"),
    "mentored": ("Mentored and answered", "指导与解答"),
    "documented": ("Documented", "文档"),
    "responded": ("Responded to incidents", "响应事故"),
    "served": ("Served customers", "服务客户"),
}

_VERBS: Mapping[str, tuple[str, str]] = {
    "decided": ("took decisions", "作出决定"),
    "delivered": ("brought work to its end", "完成工作"),
    "reviewed": ("reviewed work", "评审工作"),
    "unblocked": ("got work moving again", "疏通受阻的工作"),
    "mentored": ("taught or answered", "指导或解答"),
    "documented": ("wrote down what others need", "写下他人需要的文档"),
    "responded": ("answered incidents", "响应事故"),
    "served": ("did something for customers", "为客户做事"),
}

_TITLE = 70
_TITLES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionTold:
    """Sentences by what they are about; ``did`` by kind of help, in the order of a summary.

    In each kind sentences stand by whom they help and towards what, people within one by name.
    """

    outcome: tuple[Sentence, ...]
    did: tuple[tuple[str, tuple[Sentence, ...]], ...]
    customers: tuple[Sentence, ...]
    notes: tuple[str, ...]

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return (*self.outcome, *(one for _, several in self.did for one in several), *self.customers)


def contribution_told(
    found: View, names: Names, titles: Mapping[int, str], goals: Mapping[str, str]
) -> ContributionTold:
    """:param titles: of items, by record; ``goals``: titles by key."""
    by_kind: dict[str, list[tuple[tuple[str, ...], Sentence]]] = {}
    for one in found.did:
        order = (names.team(one.team).casefold(), names.team(one.other).casefold(), one.goal or "~", one.id)
        by_kind.setdefault(one.kind, []).append((order, _did(one, names, titles, goals)))
    return ContributionTold(
        outcome=tuple(_came(one, names) for one in sorted(found.came, key=lambda one: _by_goal(one, found.about))),
        did=tuple(
            (kind, tuple(one for _, one in sorted(by_kind[kind], key=lambda pair: pair[0])))
            for kind in KINDS
            if kind in by_kind
        ),
        customers=tuple(_voice(one, names) for one in found.voices),
        notes=_notes(found, names.zh),
    )


def _did(one: Did, names: Names, titles: Mapping[int, str], goals: Mapping[str, str]) -> Sentence:
    zh = names.zh
    people = sorted(one.people, key=lambda person: (names.person(person).casefold(), person))
    who = joined([names.person(person) for person in people], zh=zh)
    verb = _VERBS[one.kind][zh]
    team, other = names.team(one.team), names.team(one.other)
    aim = _aim(one, names, goals)
    works: dict[str, str] = {}  # a change and its commit, or its ticket, are one
    for title in filter(None, (_quoted(titles.get(item, "")) for item in one.items)):
        works.setdefault(known_by(title.strip("“”")), title)
    shown = list(works.values())[:_TITLES]
    named = not one.team or all(f"({team})" in names.person(person) for person in people)
    if zh:
        where = "" if named else f"（{team}）"
        helped = "" if one.other is None else "在本团队内" if one.other == one.team else f"为{other}"
        text = f"{who}{where}{helped}{verb}{f'，推进{aim}' if aim else ''}{'：' + '、'.join(shown) if shown else ''}。"
    else:
        where = "" if named else f" ({team})"
        helped = "" if one.other is None else " within the team" if one.other == one.team else f" for {other}"
        towards = f", towards {aim}" if aim else ""
        text = f"{who}{where} {verb}{helped}{towards}{': ' + ', '.join(shown) if shown else ''}."
    details = {
        "id": one.id,
        "kind": one.kind,
        "people": [public_id(person) for person in people],
        "team": one.team,
        "other": one.other,
        "goal": one.goal,
        "goal_team": one.goal_team,
    }
    person = people[0] if len(people) == 1 else None
    return Sentence(text=text, records=one.records, person=person, details=details)


def _aim(one: Did, names: Names, goals: Mapping[str, str]) -> str:
    if one.goal is None:
        return ""
    title = _quoted(goals.get(one.goal, ""))
    owner = ""
    if one.goal_team and one.goal_team not in (one.team, one.other):
        owner = f"（{names.team(one.goal_team)}）" if names.zh else f" of {names.team(one.goal_team)}"
    return f"{one.goal}{'' if names.zh or not title else ' '}{title}{owner}"


def _quoted(title: str) -> str:
    """A title between quotation marks, on one line and not too long; nothing for none."""
    words = " ".join("".join(char if char.isprintable() else " " for char in title).split())
    if not words:
        return ""
    short = words if len(words) <= _TITLE else words[: _TITLE - 1].rstrip() + "…"
    return f"“{short}”"


def _by_goal(one: Came, about: About) -> tuple[int, str, str]:
    """Those of whom the view is of first: a team's own, then those it shares, then those it helped."""
    goal = one.goal
    teams = {about.key, about.other} if about.kind in (AboutKind.TEAM, AboutKind.BETWEEN) else set()
    mine = about.key == goal.key or goal.team in teams or about.person in goal.owners
    near = 0 if mine else 1 if teams & set(goal.teams) else 2
    return (near, goal.key, one.result.key if one.result else "")


def _came(one: Came, names: Names) -> Sentence:
    zh, goal = names.zh, one.goal
    if one.result is None or one.new is None:
        was = one.before or ("未记录" if zh else "not recorded")
        day = names.day(one.at) if one.at else ""
        on = "" if not day else f"（{day}）" if zh else f" ({day})"
        text = (
            f"{goal.key}{_quoted(goal.title)}：{was} → {one.now}{on}。"
            if zh
            else f"{goal.key} {_quoted(goal.title)}: {was} → {one.now}{on}."
        )
        return Sentence(text=text, records=(goal.record,), details={"goal": goal.key, "before": was, "now": one.now})
    result = one.result
    unit = f"\u00a0{result.unit}" if result.unit else ""  # a number and its unit stay on one line
    was = _number(one.old) if one.old is not None else ("未测量" if zh else "not measured")
    target = ""
    if result.target is not None:
        target = f"，目标 {_number(result.target)}{unit}" if zh else f"; target {_number(result.target)}{unit}"
    day = names.day(one.new.at)
    title = _quoted(result.title)
    text = (
        f"{result.key}{title}：{was} → {_number(one.new.value)}{unit}（{day}{target}）。"
        if zh
        else f"{result.key} {title}: {was} → {_number(one.new.value)}{unit} ({day}{target})."
    )
    details = {"goal": goal.key, "result": result.key, "old": one.old, "new": one.new.value, "target": result.target}
    return Sentence(text=text, records=(goal.record,), details=details)


def _number(value: float) -> str:
    return f"{value:,.10g}"


def _voice(one: Voice, names: Names) -> Sentence:
    word, zh = one.word, names.zh
    said_by = word.customer or ("一位客户" if zh else "A customer")
    who, day = names.person(word.subject), names.day(word.at)
    on = f" {word.item}" if word.item else ""
    if word.kind == "praise":
        text = (
            f"{said_by}于{day}肯定了{who}的工作{f'（{word.item}）' if word.item else ''}。"
            if zh
            else f"{said_by} praised work of {who}{' on' + on if on else ''}, {day}."
        )
    else:
        text = (
            f"{said_by}于{day}对{who}的工作提出了建议{f'（{word.item}）' if word.item else ''}。"
            if zh
            else f"{said_by} made a suggestion about work of {who}{' on' + on if on else ''}, {day}."
        )
    details = {"kind": word.kind, "person": public_id(word.subject), "team": one.team}
    return Sentence(text=text, records=(word.record,), person=word.subject, details=details)


def _notes(found: View, zh: bool) -> tuple[str, ...]:
    told = [
        "一句话说明一个团队对另一个团队、朝向一个目标的一种协作，做过的人按姓名排列；次数不作比较，也不显示。"
        "团队以当天为准。"
        if zh
        else "A sentence tells one kind of help of one team for another towards one goal; all who gave it stand by "
        "name. How often is neither compared nor shown. Teams are those of that day.",
        "它看不到没有记录的事：口头的建议、会上的决定、替人顶班。"
        "本人可以补充系统没有看到的，也可以对某一句提出不同看法。"
        if zh
        else "It cannot see what no system records: advice in a corridor, a decision in a meeting, standing in for "
        "somebody. Whoever it is about can add that, and can say where they see a sentence differently.",
        "并列不等于因果：成果与协作发生在同一时期，说明不了谁带来了多少。"
        if zh
        else "Side by side is not cause: what came of it and who helped fall into the same time, and nobody’s part of "
        "the result can be told from that.",
    ]
    if found.more:
        kinds = joined([HELP[kind][zh] for kind in found.more], zh=zh)
        told.append(
            f"{kinds}：还有更多，这里只列出朝向目标、跨团队和最近的。"
            if zh
            else f"{kinds}: there is more; told is what serves a goal, crosses teams, and is the latest."
        )
    if found.unnamed:
        told.append(
            "还有人参与，但其账号尚未关联到这里的人，或已离职，所以没有写出姓名。"
            if zh
            else "Others took part who are not named: an account that is matched to nobody here, or somebody who left."
        )
    return tuple(told)
