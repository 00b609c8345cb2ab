"""中文：议题、待办、目标、来源。"""

from __future__ import annotations

from coachkit.drafting.facts import Fact, Party
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording import (
    chinese_agendas,
    chinese_cards,
    chinese_contribution,
    chinese_explore,
    chinese_review,
    chinese_work,
)
from coachkit.drafting.wording.book import Book, Phrasings

__all__ = ["BOOK"]

_TITLES = {
    "actions": "待办",
    "wins": "值得当面说",
    "goals": "目标变化",
    "explore": "可以聊聊",
    "across": "跨团队",
    "question": "一个问题",
    "unknowns": "未知",
}


def _title(section: str, voice: Voice, facts: tuple[Fact, ...]) -> str:
    if section == "across" and facts and not any(fact.text("team") for fact in facts):
        return "与他人"
    if section != "agenda":
        return _TITLES[section]
    points = [fact for fact in facts if fact.kind in ("agenda.point", "agenda.carried")]
    theirs = sum(fact.roles["author"].who == voice.subject.who for fact in points)
    if not points:
        return "议题"
    return f"议题（{voice.subject.name} {theirs}/{len(points)}）"


BOOK = Book(_title)
BOOK.include(chinese_work.SAYS)
BOOK.include(chinese_explore.SAYS)
BOOK.include(chinese_agendas.SAYS)
BOOK.include(chinese_cards.SAYS)
BOOK.include(chinese_review.SAYS)
BOOK.include(chinese_contribution.SAYS)


@BOOK.on("agenda.point")
def _point(fact: Fact, voice: Voice) -> Phrasings:
    words = fact.quote("text")
    said = voice.quoted(words) if words else "（此条原文不宜在此显示，请点开查看）"
    if fact.roles["author"].who == voice.subject.who:
        return [said]
    return [f"{voice.name(fact.roles['author'])}：{said}"]


@BOOK.on("agenda.carried")
def _carried(fact: Fact, voice: Voice) -> Phrasings:
    (said,) = _point(fact, voice)
    return [f"{said}（{voice.day(fact.day('meeting'))}留下的）"]


@BOOK.on("agenda.balance")
def _balance(fact: Fact, voice: Voice) -> Phrasings:
    others, of = fact.number("others"), fact.number("of")
    if voice.name(fact.roles["other"]) == "你":
        return [f"{of} 条议题里有 {others} 条是你的，哪些可以先放一放，让{voice.subject.name}先说？"]
    return [f"{of} 条议题里有 {others} 条来自{voice.name(fact.roles['other'])}，{voice.subject.name}的哪一条应该先谈？"]


@BOOK.on("agenda.empty")
def _empty(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{voice.day(fact.day('meeting'))}的议题还空着"]


@BOOK.on("actions.open", "actions.overdue", "actions.done")
def _action(fact: Fact, voice: Voice) -> Phrasings:
    title = fact.quote("title")
    what = voice.quoted(title) if title else "（此条原文不宜在此显示，请点开查看）"
    parts = [f"{voice.day(fact.day('since'))}约定"]
    if due := fact.day("due"):
        parts.append(f"应于 {voice.day(due)}完成")
    if late := fact.number("late"):
        parts.append(f"已逾期 {late} 天")
    if done := fact.day("done"):
        parts = [f"{voice.day(done)}已完成"]
    return [f"{voice.name(fact.roles['owner'])} — {what}，{'，'.join(parts)}"]


def _what(fact: Fact, voice: Voice) -> str:
    return voice.titled(fact.text("key"), fact.quote("title"))


def _commitment(fact: Fact) -> str:
    return {"committed": "承诺型", "aspirational": "挑战型"}.get(fact.text("commitment"), "")


def _aside(fact: Fact, voice: Voice, *more: str) -> str:
    target, due = fact.measure("target"), fact.day("due")
    aim = f"目标 {voice.measure(target)}" if target else ""
    if aim and due:
        aim += f"，{voice.day(due)}前"
    parts = [part for part in (aim, _commitment(fact), *more) if part]
    return f"（{'，'.join(parts)}）" if parts else ""


def _values(fact: Fact, voice: Voice) -> str:
    old, new = fact.measure("old"), fact.measure("new")
    if old is None:
        return voice.measure(new)
    return f"{voice.measure(old, unit=False)} → {voice.measure(new)}"


@BOOK.on("goals.moved")
def _moved(fact: Fact, voice: Voice) -> Phrasings:
    return [
        f"{_what(fact, voice)}：{_values(fact, voice)}{_aside(fact, voice, voice.day(fact.day('updated')) + '更新')}"
    ]


@BOOK.on("goals.reached")
def _reached(fact: Fact, voice: Voice) -> Phrasings:
    aside = _aside(fact, voice, voice.day(fact.day("updated")) + "更新")
    return [f"{_what(fact, voice)}：{_values(fact, voice)}，已到目标{aside}"]


@BOOK.on("goals.stale")
def _stale(fact: Fact, voice: Voice) -> Phrasings:
    owners = [party for party in fact.several("owners") if isinstance(party, Party)]
    shared = f"与{'、'.join(voice.named(party) for party in owners[:2])}共同负责" if owners else ""
    last, day = voice.measure(fact.measure("last")), voice.day(fact.day("updated"))
    what, days, aside = _what(fact, voice), fact.number("days"), _aside(fact, voice, shared)
    return [
        f"{what}：{days} 天没有新数据，最近一次是 {day}的 {last}{aside}",
        f"{what}：{day}测得 {last} 之后，{days} 天没有更新{aside}",
    ]


@BOOK.on("goals.done")
def _done(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{_what(fact, voice)}：{voice.day(fact.at)}完成{_aside(fact, voice)}"]


@BOOK.on("goals.missed")
def _missed(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{_what(fact, voice)}：{voice.day(fact.at)}以未达成结束{_aside(fact, voice)}"]


_KINDS = {"tickets": "工单", "code": "代码改动", "goals": "目标", "feedback": "反馈", "check_ins": "一对一"}


@BOOK.on("unknowns.failing")
def _failing(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{fact.text('source')} 自 {voice.day(fact.day('since'))}起读取失败，之后的内容这里没有。"]


@BOOK.on("unknowns.old")
def _old(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{fact.text('source')} 最近一次读取是 {voice.day(fact.day('since'))}。"]


@BOOK.on("unknowns.thin")
def _thin(fact: Fact, voice: Voice) -> Phrasings:
    acts, span = fact.number("acts"), voice.span(fact.day("first"), fact.day("last"))
    if not acts:
        return [f"{span}没有读到{voice.subject.name}的工作记录：是来源有缺口，请当面问。"]
    return [
        f"{span}只读到{voice.subject.name}的 {acts} 条工作记录，不足为凭，请当面问。",
        f"{span}，{voice.subject.name}的工作记录只有 {acts} 条，说明不了什么，请当面问。",
    ]


@BOOK.on("unknowns.without")
def _without(fact: Fact, voice: Voice) -> Phrasings:
    names = voice.listed([name for name in fact.several("sources") if isinstance(name, str)])
    return [f"{names} 里有大半个组的记录，没有{voice.subject.name}的：可能有账号还没对上。"]


@BOOK.on("unknowns.missing")
def _missing(fact: Fact, voice: Voice) -> Phrasings:
    kinds = voice.listed([_KINDS[kind] for kind in fact.several("kinds") if isinstance(kind, str)])
    return [f"没有读到{voice.subject.name}的{kinds}。", f"{kinds}：没有读到与{voice.subject.name}有关的。"]


@BOOK.on("unknowns.capped")
def _capped(fact: Fact, voice: Voice) -> Phrasings:
    return ["记录太多，一次读不完，这段时间里较早的没有算进来。"]


@BOOK.on("unknowns.no_meeting")
def _no_meeting(fact: Fact, voice: Voice) -> Phrasings:
    return ["来源里没有排下一次一对一。"]


@BOOK.on("unknowns.always")
def _always(fact: Fact, voice: Voice) -> Phrasings:
    return ["电话、群聊和没留下记录的工作，这里看不到。"]
