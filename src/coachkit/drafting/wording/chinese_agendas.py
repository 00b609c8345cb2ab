"""中文：一对一议程，双方看到的是同一份。"""

from __future__ import annotations

from dataclasses import replace

from coachkit.drafting.facts import Fact
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording import chinese_explore
from coachkit.drafting.wording.book import Phrasings, Says

__all__ = ["SAYS"]


def _words(fact: Fact) -> str:
    words = fact.quote("text")
    return f"“{words.text}”" if words else "（此条原文不宜在此显示，请点开查看）"


def _said(fact: Fact, _voice: Voice) -> Phrasings:
    return [_words(fact)]


def _left(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{voice.name(fact.roles['author'])}：{_words(fact)}（{voice.day(fact.day('since'))}留到现在）"]


def _nothing(fact: Fact, voice: Voice) -> Phrasings:
    meeting = fact.day("meeting")
    return [f"{voice.day(meeting)}的议题双方都还没有写" if meeting else "双方都还没有写议题"]


def _one_sided(fact: Fact, voice: Voice) -> Phrasings:
    others, of, who = fact.number("others"), fact.number("of"), fact.roles["subject"].name
    return [f"{of} 条议题里有 {others} 条来自{voice.name(fact.roles['other'])}，哪些可以先放一放，让{who}先说？"]


def _what(fact: Fact, voice: Voice) -> str:
    return voice.titled(fact.text("key"), fact.quote("title"))


def _item(fact: Fact, voice: Voice) -> Phrasings:
    parts = []
    if begun := fact.day("begun"):
        parts.append(f"{voice.day(begun)}开始")
    if due := fact.day("due"):
        parts.append(f"{voice.day(due)}到期")
    if goal := fact.text("goal"):
        parts.append(f"对应 {goal}")
    return [f"{_what(fact, voice)}：{'，'.join(parts)}" if parts else _what(fact, voice)]


def _result(fact: Fact, voice: Voice) -> Phrasings:
    target, due = voice.measure(fact.measure("target")), voice.day(fact.day("due"))
    last, updated = voice.measure(fact.measure("last")), voice.day(fact.day("updated"))
    kind = {"committed": "，承诺型", "aspirational": "，挑战型"}.get(fact.text("commitment"), "")
    return [f"{_what(fact, voice)}：{due}前到 {target}，{updated}是 {last}{kind}"]


def _plain(kind: str) -> Says:
    """只取观察，不带问题：双方共用的议程上，问题不该由哪一方来问。"""

    def says(fact: Fact, voice: Voice) -> Phrasings:
        return [
            one if isinstance(one, str) else one[0]
            for one in chinese_explore.SAYS[kind](replace(fact, kind=kind), voice)
        ]

    return says


SAYS: dict[str, Says] = {
    "agenda.said": _said,
    "agenda.left": _left,
    "agenda.nothing": _nothing,
    "agenda.one_sided": _one_sided,
    "plan.item": _item,
    "plan.result": _result,
    "risk.wait": _plain("explore.wait"),
    "risk.waited_for": _plain("explore.waited_for"),
    "risk.question": _plain("explore.question"),
    "risk.asked": _plain("explore.asked"),
    "risk.reopened": _plain("explore.reopened"),
    "risk.due": _plain("explore.due"),
}
