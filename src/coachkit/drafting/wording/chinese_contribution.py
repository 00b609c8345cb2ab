"""中文：谁为什么事出了力、活儿在哪里等着、哪些看不到。"""

from __future__ import annotations

from coachkit.drafting.facts import Fact, Party
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording.book import Phrasings, Says

__all__ = ["SAYS", "TITLES"]

TITLES = {
    "outcome": "结果",
    "decided": "决定",
    "delivered": "交付",
    "reviewed": "评审",
    "unblocked": "解围",
    "mentored": "带人与答疑",
    "documented": "写成文档",
    "responded": "处理故障",
    "served": "服务客户",
    "waits": "在哪里等",
    "quotes": "原话",
    "views": "看法不同",
    "unknowns": "看不到的",
}
_UNDER = {
    "decided": "决定",
    "delivered": "交付",
    "reviewed": "评审",
    "unblocked": "解围",
    "mentored": "带人和答疑",
    "documented": "文档",
    "responded": "故障处理",
    "served": "客户服务",
}


def _people(fact: Fact) -> str:
    return "、".join(party.name for party in fact.several("people") if isinstance(party, Party))


def _outcome(fact: Fact, voice: Voice) -> Phrasings:
    what = voice.titled(fact.text("key"), fact.quote("title"))
    target, due = fact.measure("target"), fact.day("due")
    aim = f"，目标 {voice.measure(target)}" + (f"（{voice.day(due)}前）" if due else "") if target else ""
    if fact.measure("new") is None:
        return [f"{what}：这段时间没有新数；{voice.day(fact.at)}为 {voice.measure(fact.measure('last'))}{aim}"]
    old, new = fact.measure("old"), voice.measure(fact.measure("new"))
    moved = f"{voice.measure(old, unit=False)} → {new}" if old else new
    if fact.slots.get("reached"):
        aim = f"，已到目标 {voice.measure(target)}"
    return [f"{what}：{moved}{aim}"]


def _turn(fact: Fact, voice: Voice) -> Phrasings:
    what = voice.titled(fact.text("key"), fact.quote("title"))
    before = f"{fact.text('before')} → " if fact.text("before") else ""
    return [f"{what}：{before}{fact.text('now')}（{voice.day(fact.at)}）"]


def _unmeasured(fact: Fact, voice: Voice) -> Phrasings:
    return ["关键结果还没有任何数，结果如何无从知道。"]


def _unlinked(fact: Fact, voice: Voice) -> Phrasings:
    return ["这些工作没有关联到关键结果，成效没有衡量。"]


def _thing(fact: Fact, voice: Voice) -> Phrasings:
    of_team, team, goal = fact.text("of_team"), fact.text("team"), fact.text("goal")
    who = _people(fact) + (f"（{of_team}）" if of_team else "")
    what = voice.quoted(fact.quote("title")) or fact.text("key")
    if not what:
        return [who]
    day = f"（{voice.day(fact.day('day'))}）" if fact.day("day") else ""
    whose = f"，帮的是{team}" if team else f"，对应 {goal}" if goal else ""
    return [f"{who}：{what}{day}{whose}"]


def _also(fact: Fact, voice: Voice) -> Phrasings:
    return [_people(fact)]


def _compared(fact: Fact, voice: Voice) -> str:
    other = fact.measure("elsewhere")
    beside = f"别处 {voice.measure(other)} 天，n = {fact.number('n_elsewhere'):,}" if other else "别处太少，不比"
    return f"中位数 {voice.measure(fact.measure('median'))} 天（n = {fact.number('n'):,}；{beside}）"


def _step(fact: Fact, voice: Voice) -> Phrasings:
    if fact.slots.get("whole"):
        return [f"一处改动从提出到了结：{_compared(fact, voice)}"]
    return [f"{voice.quoted(fact.quote('state'))}：{_compared(fact, voice)}"]


def _hand_off(fact: Fact, voice: Voice) -> Phrasings:
    awaited = fact.text("awaited")
    return [f"{fact.text('team')}等{awaited or '其他团队'}的活儿：{_compared(fact, voice)}"]


def _few(fact: Fact, voice: Voice) -> Phrasings:
    pairs = "、".join(str(pair) for pair in fact.several("teams"))
    more = "等" if fact.number("more") else ""
    return [f"团队之间的等待（{pairs}{more}）：每对不足五件或不足五人，不给数"]


def _no_waits(fact: Fact, voice: Voice) -> Phrasings:
    if fact.slots.get("little"):
        return ["没有哪一步凑够五个人的五件活儿，所以不给等待时间。"]
    return ["来源里没有状态变化，看不出活儿在哪里等。"]


def _quote(fact: Fact, voice: Voice) -> Phrasings:
    author, about = fact.roles["author"], fact.roles["about"]
    key = f"（{fact.text('key')}）" if fact.text("key") else ""
    return [f"{author.name}说{about.name}{key}：{voice.quoted(fact.quote('words'))}"]


def _differ(fact: Fact, voice: Voice) -> Phrasings:
    one, other = fact.roles["one"], fact.roles["other"]
    words, others = voice.quoted(fact.quote("words")), voice.quoted(fact.quote("other_words"))
    return [f"{fact.text('key')}：{one.name}说{words}；{other.name}说{others}"]


def _missing(fact: Fact, voice: Voice) -> Phrasings:
    kinds = [_UNDER[kind] for kind in fact.several("kinds") if isinstance(kind, str)]
    unseen = "电话、当面商量和搭把手，来源里都没有"
    if not kinds:
        return [f"多半漏了：{unseen}。"]
    if len(kinds) > 4:
        return [f"这些来源记下的差不多就是上面这些；{unseen}。"]
    return [f"没有{voice.listed(kinds)}的记录：来源没记，不等于没人做。{unseen}。"]


def _more(fact: Fact, voice: Voice) -> Phrasings:
    return ["参与的人比能列下的多，列谁由抽签定。"]


def _capped(fact: Fact, voice: Voice) -> Phrasings:
    return ["记录多于一次能读的量，这段时间里较早的没有读。"]


def _rests(fact: Fact, voice: Voice) -> Phrasings:
    base = "只用了列名的人都能看的记录"
    if fact.slots.get("unnamed"):
        return [f"{base}；认不出的账号和已离开的人不列名。"]
    return [f"{base}。"]


SAYS: dict[str, Says] = {
    "contribution.outcome": _outcome,
    "contribution.turn": _turn,
    "contribution.unmeasured": _unmeasured,
    "contribution.unlinked": _unlinked,
    "contribution.thing": _thing,
    "contribution.also": _also,
    "contribution.step": _step,
    "contribution.hand_off": _hand_off,
    "contribution.few": _few,
    "contribution.no_waits": _no_waits,
    "contribution.quote": _quote,
    "contribution.differ": _differ,
    "contribution.missing": _missing,
    "contribution.more": _more,
    "contribution.capped": _capped,
    "contribution.rests": _rests,
}
