"""中文：值得当面说的事，以及团队之间的往来。"""

from __future__ import annotations

from coachkit.drafting.facts import Fact, Party, Quote
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording.book import Phrasings, Says

__all__ = ["SAYS"]

_DID = {
    "unblocked": "帮{}疏通了卡点",
    "responded": "帮{}处理了故障",
    "mentored": "带了{}的人",
    "answered": "回答了{}的问题",
    "documented": "替{}整理了文档",
    "reviewed": "评审了{}的改动",
    "approved": "批准了{}的改动",
    "tested": "测试了{}的改动",
    "co_authored": "和{}一起改了代码",
    "committed": "合入了{}的改动",
    "merged": "合并了{}的改动",
    "served": "和{}一起服务了客户",
}


def _who(fact: Fact) -> str:
    return fact.roles["subject"].name


def _did(fact: Fact, whom: str) -> str:
    return _DID[fact.text("act")].format(whom)


def _parties(fact: Fact, name: str) -> list[Party]:
    return [party for party in fact.several(name) if isinstance(party, Party)]


def _titles(fact: Fact, voice: Voice) -> str:
    return "、".join(voice.quoted(title) for title in fact.several("titles") if isinstance(title, Quote))


def _what(fact: Fact, voice: Voice) -> str:
    return (
        voice.titled(fact.text("key"), fact.quote("title")) if fact.text("key") else voice.quoted(fact.quote("title"))
    )


def _said(fact: Fact, voice: Voice, name: str = "said") -> str:
    words = fact.quote(name)
    return f"：{voice.quoted(words)}" if words else ""


def _goal(fact: Fact, voice: Voice) -> Phrasings:
    old, new = fact.measure("old"), fact.measure("new")
    came = ""
    if new is not None:
        came = f"，{fact.text('result')} " + (
            f"从 {voice.measure(old, unit=False)} 到 {voice.measure(new)}" if old else f"最后是 {voice.measure(new)}"
        )
    day = voice.day(fact.at)
    return [f"{_what(fact, voice)}在 {day}完成{came}", f"{day}，{_who(fact)}把{_what(fact, voice)}做完了{came}"]


def _unthanked(fact: Fact, voice: Voice) -> Phrasings:
    times, span = fact.number("times"), voice.span(fact.day("first"), fact.day("last"))
    often = f"，共 {times} 次" if times > 1 else ""
    keys = [key for key in fact.several("items") if isinstance(key, str)]
    on = f"（{'、'.join(keys)}）" if keys else ""
    teams = [team for team in fact.several("teams") if isinstance(team, str)] or [fact.text("team")]
    did = _did(fact, voice.listed(teams))
    return [
        f"{span}，{_who(fact)}{did}{on}{often}{_said(fact, voice)}。还没有看到有人道谢，可以由你来说",
        f"{_who(fact)}在 {span}{did}{on}{often}{_said(fact, voice)}。记录里还没有一句感谢",
        f"{span}：{_who(fact)}{did}{on}{often}{_said(fact, voice)}。对方还没留下一句谢谢",
    ]


def _incident(fact: Fact, voice: Voice) -> Phrasings:
    closed, day = fact.day("closed"), voice.day(fact.at)
    over = "" if not closed else "，当天恢复" if closed == fact.at else f"，{voice.day(closed)}恢复"
    what = _what(fact, voice) or "一次故障"
    return [
        f"{day}出现{what}，{_who(fact)}接手处理{_said(fact, voice)}{over}",
        f"{what}：{day}由{_who(fact)}处理{_said(fact, voice)}{over}",
    ]


def _unblocked(fact: Fact, voice: Voice) -> Phrasings:
    went, day = fact.day("went_on"), voice.day(fact.at)
    after = "" if not went else "，当天就接着往下做了" if went == fact.at else f"，{voice.day(went)}接着往下做了"
    helped, what = voice.named(fact.roles.get("helped")), _what(fact, voice)
    stuck = f"卡在{what}" if what else "卡住"
    return [
        f"{day}，{helped}{stuck}，{_who(fact)}帮忙疏通了{_said(fact, voice)}{after}",
        f"{_who(fact)}在 {day}帮{helped}疏通了{what or '卡点'}{_said(fact, voice)}{after}",
    ]


def _praise(fact: Fact, voice: Voice) -> Phrasings:
    author = fact.roles.get("author")
    name = voice.named(author) if author else (fact.text("author_name") or "客户")
    if fact.text("relation") == "customer" and fact.text("author_name"):
        name = f"客户{fact.text('author_name')}"
    what, day = _what(fact, voice), voice.day(fact.at)
    about = f"谈到{what}" if what else ""
    words = fact.quote("words")
    if words is None:
        return [f"{day}，{name}{about or '留下'}{'时' if about else ''}肯定了{_who(fact)}的工作"]
    said = voice.quoted(words)
    return [
        f"{day}，{name}{about}说：{said}",
        f"{name}在 {day}{about}{'时说' if about else '说'}：{said}",
        f"{said}——{name}{'，' if about else ''}{about}，{day}",
    ]


def _delivery(fact: Fact, voice: Voice) -> Phrasings:
    goal, begun, due = fact.text("goal"), fact.day("begun"), fact.day("due")
    towards = f"，对应 {goal}" if goal else ""
    took = f"（{voice.day(begun)}开始）" if begun and begun != fact.at else ""
    if fact.slots.get("in_time") and due:
        took = f"（原定 {voice.day(due)}）"
    if fact.slots.get("merged"):
        day, what = voice.day(fact.at), _what(fact, voice)
        return [f"{day}，{_who(fact)}的{what}合入了{towards}{took}", f"{what}在 {day}合入{towards}{took}"]
    return [
        f"{voice.day(fact.at)}，{_who(fact)}做完了{_what(fact, voice)}{towards}{took}",
        f"{_what(fact, voice)}在 {voice.day(fact.at)}做完{towards}{took}",
    ]


def _took_in(fact: Fact, voice: Voice) -> Phrasings:
    titles = _titles(fact, voice)
    whole = fact.number("changes") <= len(fact.several("titles"))
    among = "" if not titles else f"：{titles}" if whole else f"，其中有{titles}"
    return [f"合入了{voice.names(_parties(fact, 'people'), 2)}的 {fact.number('changes')} 处改动{among}"]


def _area(fact: Fact, voice: Voice) -> Phrasings:
    span, area, titles = voice.span(fact.day("first"), fact.day("last")), fact.text("area"), _titles(fact, voice)
    more = "等" if fact.number("changes") > len(fact.several("titles")) else ""
    return [
        f"{span}在 {area} 改了{titles}{more}",
        f"{area}（{span}）：{titles}{more}",
        f"{_who(fact)}在 {area} 的改动：{titles}{more}，{span}",
    ]


def _on(fact: Fact, voice: Voice) -> str:
    title = fact.quote("title")
    if fact.slots.get("commit"):
        such = "" if fact.number("times") == 1 else "，例如"
        return f"{such}{voice.quoted(title)}" if title else ""
    return f"（{fact.text('key')}）" if fact.text("key") else ""


def _helped(fact: Fact, voice: Voice) -> Phrasings:
    whom = voice.of_team(_parties(fact, "people"), fact.text("team"))
    span, did = voice.span(fact.day("first"), fact.day("last")), _did(fact, whom).replace("的人", "", 1)
    return [f"{span}，{did}{_on(fact, voice)}"]


def _helped_by(fact: Fact, voice: Voice) -> Phrasings:
    helper = voice.of_team([fact.roles["helper"]], fact.text("team"))
    span = voice.span(fact.day("first"), fact.day("last"))
    did = _did(fact, _who(fact)).replace("的人", "", 1)
    return [f"{span}，{helper}{did}{_on(fact, voice)}"]


def _waits(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{fact.text('key')} 在等{fact.text('team')}的 {fact.text('blocker')}（{fact.number('days')} 天）"]


def _waited_for(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{fact.text('team')}的 {fact.text('key')} 在等 {fact.text('blocker')}（{fact.number('days')} 天）"]


SAYS: dict[str, Says] = {
    "wins.goal": _goal,
    "wins.unthanked": _unthanked,
    "wins.incident": _incident,
    "wins.unblocked": _unblocked,
    "wins.praise": _praise,
    "wins.delivery": _delivery,
    "wins.took_in": _took_in,
    "wins.area": _area,
    "across.helped": _helped,
    "across.helped_by": _helped_by,
    "across.waits": _waits,
    "across.waited_for": _waited_for,
}
