"""中文：自评的各条回答，用第一人称。

记录能看出是本人做的才写“我”；有别人一起做的写“我们”或“参与”；只是分派给本人的，两个都不写。
"""

from __future__ import annotations

from coachkit.drafting.facts import Fact, Party, Quote
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording.book import Phrasings, Says, months_and_dots

__all__ = ["SAYS"]

_DID = {
    "responded": "帮{}处理了故障",
    "mentored": "带了{}",
    "answered": "回答了{}的问题",
    "documented": "替{}整理了文档",
    "reviewed": "评审了{}的改动",
    "approved": "批准了{}的改动",
    "tested": "测试了{}的改动",
    "co_authored": "和{}一起做了改动",
    "committed": "合入了{}的改动",
    "merged": "合并了{}的改动",
    "served": "和{}一起服务了客户",
}


def _what(fact: Fact, voice: Voice) -> str:
    return (
        voice.titled(fact.text("key"), fact.quote("title")) if fact.text("key") else voice.quoted(fact.quote("title"))
    )


def _keys(fact: Fact) -> str:
    return "、".join(key for key in fact.several("items") if isinstance(key, str))


def _parties(fact: Fact, name: str) -> list[Party]:
    return [party for party in fact.several(name) if isinstance(party, Party)]


def _said(fact: Fact, voice: Voice, before: str = "：", name: str = "said") -> str:
    words = fact.quote(name)
    return f"{before}{voice.quoted(words)}" if words else ""


def _work(fact: Fact, voice: Voice) -> str:
    keys, title = _keys(fact), fact.quote("item_title")
    if not keys:
        return ""
    keys = voice.titled(keys, title) if title else keys
    more = "等" if fact.slots.get("more") else ""
    part = fact.text("hand")
    if part == "did":
        return f"我为它做完了 {keys}{more}"
    if part == "with":
        return f"我参与的 {keys}{more}已为它做完"
    return f"分派给我的 {keys}{more}已为它做完"


def _aside(fact: Fact, voice: Voice) -> str:
    target, due = fact.measure("target"), fact.day("due")
    aim = f"目标 {voice.measure(target)}" if target else ""
    if aim and due:
        aim += f"，{voice.day(due)}前"
    kind = {"committed": "承诺型", "aspirational": "挑战型"}.get(fact.text("commitment"), "")
    owners = _parties(fact, "owners")
    shared = f"与{voice.names(owners, 2)}共同负责" if owners else ""
    parts = [part for part in (aim, kind, shared) if part]
    return f"（{'，'.join(parts)}）" if parts else ""


def _result(fact: Fact, voice: Voice) -> Phrasings:
    what, old, new = _what(fact, voice), fact.measure("old"), voice.measure(fact.measure("new"))
    day, aside = voice.day(fact.day("updated")), _aside(fact, voice)
    work = _work(fact, voice) or "记录里没有我做完的工作与它相连"
    met = "，已到目标" if fact.slots.get("reached") else ""
    if old is None:
        return [f"{what}：{work}；{day}是 {new}{met}{aside}"]
    before = voice.measure(old)
    return [
        f"{what}原来是 {before}；{work}。{day}到了 {new}{met}{aside}",
        f"{what}：期初 {before}，{work}；{day}测得 {new}{met}{aside}",
    ]


def _goal(fact: Fact, voice: Voice) -> Phrasings:
    new, old = fact.measure("new"), fact.measure("old")
    came = "。结果没有量过"
    if new is not None:
        went = f"从 {voice.measure(old)}到 {voice.measure(new)}" if old else f"最后是 {voice.measure(new)}"
        came = f"，{fact.text('result')} {went}"
    owners, keys = _parties(fact, "owners"), _keys(fact)
    shared = f"（与{voice.names(owners, 2)}共同负责）" if owners else ""
    linked = f"。我的工作里与它相连的有 {keys}" if keys else ""
    return [f"{_what(fact, voice)}{shared}在 {voice.day(fact.at)}完成{came}{linked}"]


def _team(fact: Fact, voice: Voice) -> Phrasings:
    goal, what = voice.titled(fact.text("goal"), fact.quote("goal_title")), _what(fact, voice)
    old, new, day = fact.measure("old"), voice.measure(fact.measure("new")), voice.day(fact.day("updated"))
    owners, target, due = _parties(fact, "owners"), fact.measure("target"), fact.day("due")
    aim = f"目标 {voice.measure(target)}" + (f"，{voice.day(due)}前" if due else "") if target else ""
    by = f"{voice.names(owners, 2)}负责" if owners else ""
    aside = f"（{'，'.join(part for part in (by, aim) if part)}）" if by or aim else ""
    under = f"在我的目标{goal}下" if fact.quote("goal_title") else f"同在 {goal} 下"
    if old is None:
        return [f"{under}，{what}{day}是 {new}{aside}"]
    return [f"{under}，我们把{what}从 {voice.measure(old)}推进到 {new}，{day}测得{aside}"]


def _decided(fact: Fact, voice: Voice) -> Phrasings:
    title, day, others = voice.quoted(fact.quote("title")), voice.day(fact.at), _parties(fact, "with_others")
    who = f"我和{voice.names(others, 2)}" if others else "我"
    return [f"{day}，{who}定下了{title}", f"{title}，由{who}在 {day}定下"]


def _action(fact: Fact, voice: Voice) -> Phrasings:
    since, day = voice.day(fact.day("since")), voice.day(fact.at)
    return [f"一对一里我在 {since}答应的{voice.quoted(fact.quote('title'))}，{day}已完成"]


def _delivery(fact: Fact, voice: Voice) -> Phrasings:
    what, day, part = _what(fact, voice), voice.day(fact.at), fact.text("hand")
    goal = fact.text("goal")
    towards = f"，对应 {voice.titled(goal, fact.quote('goal_title'))}" if goal else ""
    if fact.slots.get("commit"):
        title = voice.quoted(fact.quote("title")) or fact.text("key")
        return [f"{day}，{'我' if part == 'did' else '我们'}提交了{title}{towards}"]
    if fact.slots.get("document"):
        return [f"{day}，我{'写了' if part == 'did' else '参与写了'}{what}{towards}"]
    if fact.slots.get("merged"):
        who = "我" if part == "did" else "我们"
        return [f"{who}做的{what}在 {day}合入{towards}", f"{day}，{who}做的{what}合入{towards}"]
    due = fact.day("due")
    time = f"（原定 {voice.day(due)}）" if due and fact.slots.get("in_time") else ""
    end = {
        "did": f"我在 {day}做完{time}",
        "with": f"我参与其中，{day}做完{time}",
        "named": f"分派给我，{day}做完{time}",
    }[part]
    return [f"{_began(fact, voice, what)}；{end}{towards}"]


def _began(fact: Fact, voice: Voice, what: str) -> str:
    asker, begun, first = fact.roles.get("asker"), fact.day("begun"), fact.day("stood_from")
    stood = f"，{voice.span(first, fact.day('stood_to'))}停着{_paren(fact, voice)}" if first else ""
    if asker is not None and begun:
        return f"{voice.named(asker)}在 {voice.day(begun)}提了{what}{stood}"
    return f"{what}（{voice.day(begun)}提出）{stood}" if begun else f"{what}{stood}"


def _paren(fact: Fact, voice: Voice) -> str:
    reason = fact.quote("reason")
    return f"（{voice.quoted(reason)}）" if reason else ""


def _area(fact: Fact, voice: Voice) -> Phrasings:
    area, span = fact.text("area"), voice.span(fact.day("first"), fact.day("last"))
    titles = "、".join(voice.quoted(title) for title in fact.several("titles") if isinstance(title, Quote))
    who = "我" if fact.text("hand") == "did" else "我和别人一起"
    more = "等改动" if fact.slots.get("more") else ""
    new = "，记录里这是我第一次改这里" if fact.slots.get("new") else ""
    return [
        f"{span}，{who}在 {area} 做了{titles}{more}{new}",
        f"在 {area}，{who}做了{titles}{more}（{span}）{new}",
    ]


def _moved_open(fact: Fact, voice: Voice) -> Phrasings:
    if fact.slots.get("all"):
        return ["结果没有量过", "这些工作带来的结果，没有量过"]
    return ["其余的结果没有量过", "其余几项的结果，没有量过"]


def _moved_none(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{voice.span(fact.day('first'), fact.day('last'))}，读到的来源里没有我的目标和做完的工作"]


def _unblocked(fact: Fact, voice: Voice) -> Phrasings:
    went, day, since = fact.day("went_on"), voice.day(fact.at), fact.day("stood_from")
    after = "" if not went else "，当天就接着往下做了" if went == fact.at else f"，{voice.day(went)}接着往下做了"
    helped, what, said, whose = (
        voice.named(fact.roles.get("helped")),
        _what(fact, voice),
        _said(fact, voice),
        _whose(fact, voice),
    )
    if what and since:
        stood = f"{what}从 {voice.day(since)}起停着{_paren(fact, voice)}"
        return [f"{stood}，{day}我帮{helped}疏通了{said}{after}{whose}"]
    stuck = f"卡在{what}" if what else "卡住"
    return [
        f"{day}，{helped}{stuck}，我帮忙疏通了{said}{after}{whose}",
        f"我在 {day}帮{helped}疏通了{what or '卡点'}{said}{after}{whose}",
    ]


def _whose(fact: Fact, voice: Voice) -> str:
    goal, owners = fact.text("goal"), _parties(fact, "goal_owners")
    if not goal:
        return ""
    named = voice.titled(goal, fact.quote("goal_title"))
    if fact.slots.get("own_goal"):
        return f"。对应的目标：{named}（{'我与' + voice.names(owners, 2) + '共同负责' if owners else '也是我的目标'}）"
    return f"。对应的目标：{named}" + (f"（{voice.names(owners, 2)}负责）" if owners else "")


def _aid(fact: Fact, voice: Voice) -> Phrasings:
    people, team = _parties(fact, "people"), fact.text("team")
    own = bool(fact.slots.get("own_team"))
    whom = voice.names(people, 2) if own or not team else voice.of_team(people, team)
    did = "我" + _DID[fact.text("act")].format(f"本组的{whom}" if own else whom)
    title, key = fact.quote("title"), fact.text("key")
    shown = voice.titled(key, title) if key else voice.quoted(title)
    such = "" if not shown else f"（{shown}）" if fact.number("times") == 1 else f"，例如{shown}"
    span, said, whose = voice.span(fact.day("first"), fact.day("last")), _said(fact, voice), _whose(fact, voice)
    return [f"{span}，{did}{such}{said}{whose}"]


def _helped_open(fact: Fact, voice: Voice) -> Phrasings:
    came = "结果没有量过" if fact.slots.get("all") else "其余的结果没有量过"
    if fact.text("linked") == "none":
        return [f"{came}；记录里这些工作没有连到目标，帮到了谁的目标无从得知"]
    return [f"{came}；没有写目标的，是记录里没有相连的目标" if fact.text("linked") == "some" else came]


def _helped_none(fact: Fact, voice: Voice) -> Phrasings:
    return ["读到的来源里看不到我为别人做的事；帮忙常常不留痕迹"]


def _said_by(fact: Fact, voice: Voice) -> Phrasings:
    author = fact.roles.get("author")
    name = voice.named(author) if author else (fact.text("author_name") or "客户")
    if fact.text("relation") == "customer" and fact.text("author_name"):
        name = f"客户{fact.text('author_name')}"
    what, day, words = _what(fact, voice), voice.day(fact.at), voice.quoted(fact.quote("words"))
    about = f"谈到{what}时" if what else ""
    mine = f"。{fact.text('key')} 我参与过" if fact.slots.get("mine") and fact.text("key") else ""
    return [f"{day}，{name}{about}说：{words}{mine}", f"{name}在 {day}{about}写道：{words}{mine}"]


def _incident(fact: Fact, voice: Voice) -> Phrasings:
    closed, day, others = fact.day("closed"), voice.day(fact.at), _parties(fact, "with_others")
    who = f"我和{voice.names(others, 2)}" if others else "我"
    over = "；何时恢复没有记录" if not closed else "，当天恢复" if closed == fact.at else f"，{voice.day(closed)}恢复"
    what = _what(fact, voice) or "一次故障"
    return [
        f"{day}出现{what}，{who}接手处理{_said(fact, voice)}{over}",
        f"{what}：{day}由{who}处理{_said(fact, voice)}{over}",
    ]


def _served(fact: Fact, voice: Voice) -> Phrasings:
    keys, span = _keys(fact), voice.span(fact.day("first"), fact.day("last"))
    on = f"（{keys}）" if keys else ""
    return [f"{span}，我服务了客户{on}{_said(fact, voice)}。对客户的变化没有量过"]


def _changed_open(fact: Fact, voice: Voice) -> Phrasings:
    return ["对客户的结果没有量过", "客户那边的变化，没有量过"]


def _changed_none(fact: Fact, voice: Voice) -> Phrasings:
    return ["客户和团队的变化没有量过，读到的记录里没有写"]


def _missed_goal(fact: Fact, voice: Voice) -> Phrasings:
    new, target = fact.measure("new"), fact.measure("target")
    at = f"，{fact.text('result')} 停在 {voice.measure(new)}" if new else ""
    aim = f"（目标 {voice.measure(target)}）" if at and target else ""
    ours = "我们共同的目标 " if fact.slots.get("shared") else ""
    return [
        (f"{ours}{_what(fact, voice)}在 {voice.day(fact.at)}以未达成结束{at}{aim}", "再来一次会怎么做？学到了什么？")
    ]


def _missed_stale(fact: Fact, voice: Voice) -> Phrasings:
    target = fact.measure("target")
    aim = f"（目标 {voice.measure(target)}）" if target else ""
    last, day = voice.measure(fact.measure("last")), voice.day(fact.day("updated"))
    return [
        (
            f"{_what(fact, voice)}有 {fact.number('days')} 天没有新数据，最近一次是 {day}的 {last}{aim}",
            "是什么让它没有量下去？这个目标还合适吗？",
        )
    ]


def _reopened(fact: Fact, voice: Voice) -> Phrasings:
    times, last = fact.number("times"), voice.day(fact.day("last"))
    often = f"在 {last}又被重新打开" if times == 1 else f"又被重新打开 {times} 次，最近是 {last}"
    return [(f"{_what(fact, voice)}做完后{often}{_paren(fact, voice)}", "这中间弄清楚了什么？")]


def _late(fact: Fact, voice: Voice) -> Phrasings:
    due, late = voice.day(fact.day("due")), fact.number("late")
    return [
        (f"{_what(fact, voice)}原定 {due}，晚了 {late} 天做完", "以后定这样的日期，会怎么定？"),
        (f"{_what(fact, voice)}比原定的 {due}晚 {late} 天做完", "中间插进来了什么？"),
    ]


def _open(fact: Fact, voice: Voice) -> Phrasings:
    due, late = voice.day(fact.day("due")), fact.number("late")
    return [(f"{_what(fact, voice)}原定 {due}，已过 {late} 天，还开着", "现在哪个日期能算数？")]


def _overdue(fact: Fact, voice: Voice) -> Phrasings:
    what = voice.quoted(fact.quote("title")) or "一件事"
    since, due = voice.day(fact.day("since")), voice.day(fact.day("due"))
    return [(f"{since}我答应的{what}，应于 {due}完成，已逾期 {fact.number('late')} 天", "现在打算怎么处理它？")]


def _missed_none(fact: Fact, voice: Voice) -> Phrasings:
    if fact.several("unread"):
        return [("没有读到工单和目标的来源，什么未达成、被重新打开或逾期，这里不知道", "什么没有如愿？学到了什么？")]
    return [("读到的记录里，没有我未达成、被重新打开或逾期的事项", "还有什么没有如愿？学到了什么？")]


def _wait(fact: Fact, voice: Voice) -> Phrasings:
    what, since, days = _what(fact, voice), voice.day(fact.day("since")), fact.number("days")
    blocker, owner, team, promised = (
        fact.text("blocker"),
        fact.roles.get("owner"),
        fact.text("team"),
        fact.day("promised"),
    )
    rest = _said(fact, voice, "，单上写着", "reason")
    if not blocker:
        return [(f"{what}从 {since}起停着，已 {days} 天{rest}", "它在等谁？")]
    of = (
        f"{team}的{owner.name}手上的 "
        if owner and team
        else f"{owner.name}手上的 "
        if owner
        else f"{team}的 "
        if team
        else " "
    )
    by = f"；{blocker} 定在 {voice.day(promised)}" if promised else ""
    return [
        (
            f"{what}从 {since}起在等{of}{blocker}，已 {days} 天{rest}{by}",
            "要的是一个日期、一个决定，还是一个能一起定的人？",
        ),
        (f"{what}在等{of}{blocker}，{since}至今 {days} 天{rest}{by}", "需要谁、在什么时候之前、给什么？"),
    ]


def _question(fact: Fact, voice: Voice) -> Phrasings:
    whom, span = fact.roles.get("whom"), voice.span(fact.day("first"), fact.day("last"))
    to = f"向{voice.named(whom)}" if whom else ""
    return [(f"{span}，我{to}问了 {fact.number('times')} 次{_what(fact, voice)}，没有看到答复", "谁能答复？")]


def _reviewer(fact: Fact, voice: Voice) -> Phrasings:
    some, of, who = fact.number("changes"), fact.number("of"), voice.named(fact.roles["reviewer"])
    share = f"{of} 处改动都" if some == of else f"{of} 处改动里有 {some} 处"
    return [(f"{voice.day(fact.day('start'))}以来，我经过评审的 {share}是{who}一个人看的", "还有谁可以一起评？")]


def _support_none(fact: Fact, voice: Voice) -> Phrasings:
    if fact.several("unread"):
        return [("没有读到工单的来源，我的工作在等什么，这里不知道", "在等谁、等什么？从什么时候开始的？")]
    return [("读到的记录里，我没有在等别人的未完工作", "接下来的半年，什么会让事情好办些？要由谁来做？")]


def _months(fact: Fact, voice: Voice) -> Phrasings:
    shown = "，".join(f"{month.month} 月 {dots}" for month, dots in months_and_dots(fact))
    begins, started = fact.day("begins"), fact.day("started")
    if fact.slots.get("nothing"):
        return [f"{shown}；没有接入任何记有工作的来源"]
    if started:
        return [f"{shown}；我在 {voice.day(started)}入职"]
    return [f"{shown}；{voice.day(begins)}之前没有接入来源" if begins else shown]


SAYS: dict[str, Says] = {
    "coverage.months": _months,
    "moved.result": _result,
    "moved.goal": _goal,
    "moved.team": _team,
    "moved.decided": _decided,
    "moved.action": _action,
    "moved.delivery": _delivery,
    "moved.area": _area,
    "moved.unmeasured": _moved_open,
    "moved.none": _moved_none,
    "helped.unblocked": _unblocked,
    "helped.aid": _aid,
    "helped.unmeasured": _helped_open,
    "helped.none": _helped_none,
    "changed.said": _said_by,
    "changed.incident": _incident,
    "changed.served": _served,
    "changed.unmeasured": _changed_open,
    "changed.none": _changed_none,
    "missed.goal": _missed_goal,
    "missed.stale": _missed_stale,
    "missed.reopened": _reopened,
    "missed.late": _late,
    "missed.open": _open,
    "missed.action": _overdue,
    "missed.none": _missed_none,
    "support.wait": _wait,
    "support.question": _question,
    "support.reviewer": _reviewer,
    "support.none": _support_none,
}
