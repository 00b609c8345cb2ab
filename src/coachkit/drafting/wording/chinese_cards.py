"""中文：关键对话卡片。"""

from __future__ import annotations

from coachkit.drafting.facts import Fact
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording.book import Phrasings, Says

__all__ = ["SAYS"]


def _who(fact: Fact) -> str:
    return fact.roles["subject"].name


def _what(fact: Fact, voice: Voice) -> str:
    return voice.titled(fact.text("key"), fact.quote("title"))


def _by(fact: Fact, voice: Voice) -> str:
    day = fact.day("by")
    return "今天" if day == voice.today else f"{voice.day(day)}前"


def _about(fact: Fact, voice: Voice) -> str:
    rule, theme = fact.text("rule"), fact.text("theme")
    if rule == "blocked-unanswered":
        if theme == "wait":
            return f"谈谈 {fact.text('key')} 在等什么"
        return f"谈谈 {fact.text('key')} 上没人答复的问题"
    if rule == "overdue-action":
        return f"了结{voice.quoted(fact.quote('title')) or '一项约定'}"
    if rule == "shared-result-stalled":
        teams = [team for team in fact.several("teams") if isinstance(team, str)]
        shared = f"（{voice.listed(teams)}共担）" if teams else ""
        return f"谈谈 {fact.text('key')}{shared}怎么往下走"
    if rule == "goal-ended":
        goal = fact.text("goal")
        return f"回顾 {goal}，谈谈下一步" if theme == "done" else f"回顾 {goal} 为什么没有达成"
    if rule == "unrecognised-help":
        return f"说说帮{fact.text('team')}的那几次"
    if rule == "newcomer-day":
        return f"回顾入职 {fact.number('day')} 天"
    if rule == "return-to-work":
        return "把这段时间的变化理一理"
    return f"谈谈 {fact.text('part')} 还有谁能评审"


def _talk(fact: Fact, voice: Voice) -> Phrasings:
    if fact.text("rule") == "own-rhythm":
        return [f"{_who(fact)}：自己最近的日子和此前几周比一比，{_by(fact, voice)}想一想"]
    if fact.text("rule") == "check-in-gap":
        return [f"{_by(fact, voice)}和{_who(fact)}恢复一对一"]
    return [f"{_by(fact, voice)}和{_who(fact)}{_about(fact, voice)}"]


def _waits(fact: Fact, voice: Voice) -> Phrasings:
    since, days, blocker = voice.day(fact.day("since")), fact.number("days"), fact.text("blocker")
    team = f"{fact.text('team')}的 " if fact.text("team") else " "
    behind = f"在等{team}{blocker}" if blocker else "停着"
    return [f"{_what(fact, voice)}{behind}，{since}至今 {days} 天"]


def _asked(fact: Fact, voice: Voice) -> Phrasings:
    asker, whom = voice.named(fact.roles.get("asker")), fact.roles.get("whom")
    to = f"向{voice.named(whom)}" if whom else ""
    times, answered = fact.number("times"), fact.day("answered")
    span = voice.span(fact.day("first"), fact.day("last"))
    asked = f"{span}，{asker}为 {fact.text('key')} {to}问了 {times} 次"
    if answered:
        when = "当天" if answered == fact.day("last") else voice.day(answered)
        return [f"{asked}，{when}有了答复，事情还在等"]
    return [f"{asked}，没有看到答复"]


def _open(fact: Fact, voice: Voice) -> Phrasings:
    begun = "，还没有开始" if fact.text("state") == "todo" else ""
    return [f"{fact.text('key')} 从 {voice.day(fact.day('since'))}开着{begun}"]


def _asked_first(fact: Fact, voice: Voice) -> Phrasings:
    return [f"第一次问 {fact.text('key')} 是 {voice.day(fact.at)}"]


def _overdue(fact: Fact, voice: Voice) -> Phrasings:
    owner, title = voice.name(fact.roles.get("owner")), voice.quoted(fact.quote("title")) or "一项待办"
    due, late = voice.day(fact.day("due")), fact.number("late")
    return [f"{owner}答应的{title}应于 {due}完成，已逾期 {late} 天"]


def _promised(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{fact.text('blocker')} 定在 {voice.day(fact.day('due'))}，已过 {fact.number('late')} 天"]


def _stale(fact: Fact, voice: Voice) -> Phrasings:
    value, day = voice.measure(fact.measure("value")), voice.day(fact.day("updated"))
    return [f"{_what(fact, voice)}：{day}测得 {value} 之后，{fact.number('days')} 天没有新数据"]


def _linked(fact: Fact, voice: Voice) -> Phrasings:
    return [f"对应 {fact.text('goal')} 的 {_what(fact, voice)}，最近一次有动静是 {voice.day(fact.day('last'))}"]


def _due(fact: Fact, voice: Voice) -> Phrasings:
    due, left, target = voice.day(fact.day("due")), fact.number("left"), fact.measure("target")
    aim = f"，目标 {voice.measure(target)}" if target else ""
    if left < 0:
        return [f"{fact.text('key')} {due}到期，已过 {-left} 天{aim}"]
    return [f"{fact.text('key')} {due}到期，还有 {left} 天{aim}" if left else f"{fact.text('key')} 今天到期{aim}"]


def _value(fact: Fact, voice: Voice) -> Phrasings:
    value, day = voice.measure(fact.measure("value")), voice.day(fact.day("updated"))
    target = f"（目标 {voice.measure(fact.measure('target'))}）" if fact.measure("target") else ""
    return [f"几个团队共担的 {_what(fact, voice)}，{day}是 {value}{target}"]


_HELPED = {
    "unblocked": "替{}解了围",
    "responded": "和{}一起处理了故障",
    "mentored": "带了{}",
    "documented": "替{}写了文档",
    "served": "和{}一起服务了客户",
}


def _helped(fact: Fact, voice: Voice) -> Phrasings:
    whom = fact.roles.get("whom")
    did = _HELPED[fact.text("act")].format(voice.named(whom) if whom else fact.text("team"))
    on = f"（{fact.text('key')}）" if fact.text("key") else ""
    said = f"{voice.day(fact.at)}，{_who(fact)}{did}{on}"
    if not fact.slots.get("closes"):
        return [said]
    return [f"{said}，前后 {fact.number('times')} 次，没有看到{fact.text('team')}的致谢记录"]


def _gap(fact: Fact, voice: Voice) -> Phrasings:
    every = fact.number("every")
    agreed = f"，原来约的是每 {every} 天一次" if every else ""
    return [f"上一次一对一是 {voice.day(fact.day('last'))}，已过 {fact.number('days')} 天{agreed}"]


def _cancelled(fact: Fact, voice: Voice) -> Phrasings:
    times, span = fact.number("times"), voice.span(fact.day("first"), fact.day("last"))
    return [f"其间取消了 {times} 次（{span}）"]


def _newcomer(fact: Fact, voice: Voice) -> Phrasings:
    on = fact.day("on")
    when = "今天" if on == voice.today else voice.day(on)
    return [f"{when}是{_who(fact)}入职第 {fact.number('day')} 天（{voice.day(fact.day('started'))}入职）"]


def _back(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{_who(fact)}从 {voice.day(fact.day('on'))}起重新在{fact.text('team')}"]


def _ended(fact: Fact, voice: Voice) -> Phrasings:
    what = voice.titled(fact.text("goal"), fact.quote("title"))
    if fact.text("category") == "missed":
        return [f"{what}于 {voice.day(fact.at)}以未达成结束"]
    return [f"{what}于 {voice.day(fact.at)}完成"]


def _measured(fact: Fact, voice: Voice) -> Phrasings:
    start, value, target = fact.measure("start"), fact.measure("value"), fact.measure("target")
    went = f"{voice.measure(start, unit=False)} → {voice.measure(value)}" if start else voice.measure(value)
    aim = f"，目标 {voice.measure(target)}" if target else ""
    return [f"{fact.text('key')}：{went}（{voice.day(fact.at)}{aim}）"]


def _alone(fact: Fact, voice: Voice) -> Phrasings:
    some, of, part = fact.number("changes"), fact.number("of"), fact.text("part")
    share = "全都" if some == of else f"其中 {some} 处"
    span = voice.span(fact.day("first"), fact.day("last"))
    return [f"{span}，{fact.number('authors')} 个人在 {part} 的 {of} 处改动，{share}只由{_who(fact)}一人评审"]


def _latest(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{fact.text('part')} 里只由{_who(fact)}评审的最近一处改动是 {voice.day(fact.at)}的"]


def _met(fact: Fact, voice: Voice) -> Phrasings:
    since, last = voice.day(fact.day("started")), voice.day(fact.day("last"))
    return [f"{since}以来的记录里，一起做过事的另有 {fact.number('people')} 人，最近一次是 {last}"]


def _days_now(fact: Fact, voice: Voice) -> Phrasings:
    last = voice.day(fact.day("last"))
    return [f"{voice.day(fact.day('first'))}以来，有记录的日子是 {fact.number('days')} 天，最近一天是 {last}"]


def _days_before(fact: Fact, voice: Voice) -> Phrasings:
    span = voice.span(fact.day("first"), fact.day("last"))
    return [f"此前 {span}，有记录的日子是 {fact.number('days')} 天"]


_MAYBE = {
    "return-to-work": "也许只是换了团队",
    "newcomer-day": "两人也许已经谈过，只是没有记录",
    "blocked-unanswered wait": "也许日期在别处约好了，或 {key} 可以先做一部分",
    "blocked-unanswered asked": "也许口头已经答复，或这个问题已经不用答",
    "overdue-action": "也许已经做完没打勾，或已经不需要了",
    "shared-result-stalled": "也许数据记在别处，或本来就隔得久才量一次",
    "goal-ended done": "两人也许已经回顾过",
    "goal-ended missed": "也许是为了别的事有意放下的",
    "unrecognised-help": "也许当面谢过了，或两个团队本来就说好了",
    "check-in-gap": "也许见过面，只是没有记录",
    "own-rhythm": "事情做在没有接入的地方，或本来就另有安排，看上去也是这样",
    "single-point": "也许别人也懂这块，只是没评；或眼下就是这样安排的",
}
_ASK = {
    "return-to-work": "哪些事你已经接回来了，哪些就留在别人手里？",
    "newcomer-day": "这里有什么和你想的不一样？还缺什么？",
    "blocked-unanswered wait": "怎样才能让 {key} 不用你天天催也能往前走？",
    "blocked-unanswered asked": "这个问题该由谁来答？在那之前你可以先做什么？",
    "overdue-action": "中间插进来了什么？现在哪个日期靠得住？",
    "shared-result-stalled": "{key} 的下一步由谁来走？其他人需要给什么？",
    "goal-ended done": "哪些做法下次还会用？哪些可以省掉？",
    "goal-ended missed": "现在知道的哪一点，要是一开始就知道就好了？",
    "unrecognised-help": "为这件事你花了什么？怎样下次就不用再来求助？",
    "check-in-gap": "这段时间有什么一直没机会说？什么样的节奏更合适？",
    "own-rhythm": "有没有什么你想找人谈谈的？想和谁谈？",
    "single-point": "你想让谁来熟悉 {part}？要先准备什么？",
}


def _of(lines: dict[str, str], fact: Fact) -> str:
    rule, theme = fact.text("rule"), fact.text("theme")
    line = lines.get(f"{rule} {theme}") or lines[rule]
    return line.format(key=fact.text("key"), part=fact.text("part"))


def _maybe(fact: Fact, _voice: Voice) -> Phrasings:
    return [_of(_MAYBE, fact)]


def _ask(fact: Fact, _voice: Voice) -> Phrasings:
    return [f"“{_of(_ASK, fact)}”"]


def _rule(fact: Fact, _voice: Voice) -> Phrasings:
    if fact.text("source").startswith("own-rhythm"):
        return [f"依规则 {fact.text('source')}；只有{_who(fact)}自己看得到"]
    return [f"依规则 {fact.text('source')}；{_who(fact)}在自己的页面上看得到这些事实"]


def _none(fact: Fact, voice: Voice) -> Phrasings:
    span = voice.span(fact.day("first"), fact.day("last"))
    return [f"眼下没有要和{_who(fact)}专门谈的：{span}，{fact.number('rules')} 条规则都没有找到足够的依据"]


def _seen_met(fact: Fact, voice: Voice) -> Phrasings:
    if not fact.number("number"):
        return ["一对一：没有两人的记录"]
    return [f"一对一：上一次是 {voice.day(fact.day('last'))}"]


def _seen_actions(fact: Fact, _voice: Voice) -> Phrasings:
    number = fact.number("number")
    return [f"双方的待办：{number} 条开着，都没有逾期" if number else "双方的待办：没有开着的"]


def _seen_waiting(fact: Fact, _voice: Voice) -> Phrasings:
    return [f"{fact.number('number')} 项工作在等，没有另一条带日期的旁证"]


def _seen_goals(fact: Fact, _voice: Voice) -> Phrasings:
    return [f"{fact.number('number')} 个进行中的目标：数据和日期都没有要谈的"]


SAYS: dict[str, Says] = {
    "card.talk": _talk,
    "card.waits": _waits,
    "card.asked": _asked,
    "card.asked-first": _asked_first,
    "card.open": _open,
    "card.overdue": _overdue,
    "card.promised": _promised,
    "card.stale": _stale,
    "card.linked": _linked,
    "card.due": _due,
    "card.value": _value,
    "card.helped": _helped,
    "card.gap": _gap,
    "card.cancelled": _cancelled,
    "card.newcomer": _newcomer,
    "card.back": _back,
    "card.ended": _ended,
    "card.measured": _measured,
    "card.alone": _alone,
    "card.latest": _latest,
    "card.met": _met,
    "card.days-now": _days_now,
    "card.days-before": _days_before,
    "card.maybe": _maybe,
    "card.opening": _ask,
    "card.rule": _rule,
    "card.none": _none,
    "card.seen_met": _seen_met,
    "card.seen_actions": _seen_actions,
    "card.seen_waiting": _seen_waiting,
    "card.seen_goals": _seen_goals,
}
