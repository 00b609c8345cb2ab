"""中文：有日期的观察，各带一个开放的问题；以及那一个教练式提问。"""

from __future__ import annotations

from datetime import date

from coachkit.drafting.facts import Fact
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording.book import Phrasings, Says

__all__ = ["SAYS"]


def _who(fact: Fact) -> str:
    return fact.roles["subject"].name


def _what(fact: Fact, voice: Voice) -> str:
    return voice.titled(fact.text("key"), fact.quote("title"))


def _said(fact: Fact, voice: Voice, name: str, before: str) -> str:
    words = fact.quote(name)
    return f"{before}{voice.quoted(words)}" if words else ""


def _wait(fact: Fact, voice: Voice) -> Phrasings:
    since, days = voice.day(fact.day("since")), fact.number("days")
    what, blocker, promised = _what(fact, voice), fact.text("blocker"), fact.day("promised")
    rest = _said(fact, voice, "reason", "，单上写着")
    if not blocker:
        return [
            (f"{what}自 {since}起停着，已 {days} 天{rest}", "现在到底在等什么？"),
            (f"{what}停了 {days} 天（{since}起）{rest}", "要接着做，还差什么？"),
        ]
    of = f"{fact.text('team')}的 " if fact.text("team") and fact.slots.get("across") else " "
    if promised:
        rest += (
            f"；{blocker} 原定 {voice.day(promised)}"
            if fact.slots.get("late")
            else f"；{blocker} 定在 {voice.day(promised)}"
        )
    return [
        (f"{what}在等{of}{blocker}，{since}至今 {days} 天{rest}", "要接着做，还差什么？"),
        (f"{since}起，{what}一直在等{of}{blocker}，已 {days} 天{rest}", "试过哪些办法？哪一步需要我出面？"),
        (f"{what}被{of}{blocker} 挡住 {days} 天了（{since}起）{rest}", "怎样才能不用天天催也能往前走？"),
    ]


def _waited_for(fact: Fact, voice: Voice) -> Phrasings:
    owner = fact.roles.get("owner")
    who = voice.named(owner) if owner else fact.text("team")
    since, days, blocker = voice.day(fact.day("since")), fact.number("days"), fact.text("blocker")
    return [
        (
            f"{who}的{_what(fact, voice)}在等{_who(fact)}的 {blocker}，{since}至今 {days} 天",
            f"{blocker} 前面还排着什么？",
        ),
        (f"{blocker} 挡着{who}的{_what(fact, voice)}，{since}起 {days} 天", "先后由谁来定？"),
    ]


def _asked(fact: Fact, voice: Voice) -> Phrasings:
    span, times = voice.span(fact.day("first"), fact.day("last")), fact.number("times")
    asker, whom, on = voice.named(fact.roles["asker"]), fact.roles.get("whom"), _what(fact, voice)
    last = _said(fact, voice, "words", "，最近一次问的是")
    if fact.kind == "explore.asked":
        return [(f"{span}，{asker}就{on}问了{_who(fact)} {times} 次{last}，没有看到答复", "这类问题现在由谁来答？")]
    to = f"向{voice.named(whom)}" if whom else ""
    return [
        (f"{span}，{asker}为{on}{to}问了 {times} 次{last}，单上没有答复", "这周谁能给个说法？"),
        (f"{asker}为{on}{to}问了 {times} 次（{span}）{last}，没有看到答复", "后来是怎么往下走的？"),
    ]


def _dependency(fact: Fact, voice: Voice) -> Phrasings:
    span = voice.span(fact.day("first"), fact.day("last"))
    some, of, part, people = fact.number("changes"), fact.number("of"), fact.text("part"), fact.number("authors")
    share = "全都" if some == of else f"其中 {some} 处"
    return [
        (
            f"{span}，{people} 个人在 {part} 的 {of} 处改动经过评审，{share}只有{_who(fact)}一个人看过",
            "还有谁可以一起看？要先准备什么？",
        ),
        (
            f"{part}：{people} 个人的 {of} 处改动，{share}只由{_who(fact)}一人评审（{span}）",
            "你忙别的时候，谁来评？",
        ),
    ]


def _reviewer(fact: Fact, voice: Voice) -> Phrasings:
    reviewer, some, of = voice.named(fact.roles["reviewer"]), fact.number("changes"), fact.number("of")
    span = voice.span(fact.day("start"), fact.day("last"))
    share = f"{of} 处改动都" if some == of else f"{of} 处改动里有 {some} 处"
    return [
        (f"{span}，{_who(fact)}经过评审的 {share}是{reviewer}看的", "这样安排是怎么来的？"),
        (f"{_who(fact)}经过评审的 {share}由{reviewer}把关（{span}）", "这块内容还应该让谁熟悉？"),
    ]


def _reopened(fact: Fact, voice: Voice) -> Phrasings:
    times, last = fact.number("times"), voice.day(fact.day("last"))
    said = _said(fact, voice, "reason", "：")
    often = f"在 {last}被重新打开" if times == 1 else f"被重新打开 {times} 次，最近是 {last}"
    return [
        (f"{_what(fact, voice)}{often}{said}", "这中间弄清楚了什么？"),
        (f"{_what(fact, voice)}做完后{often}{said}", "怎样才算真正做完？"),
    ]


def _newcomer(fact: Fact, voice: Voice) -> Phrasings:
    day, on, started = fact.number("day"), voice.day(fact.day("on")), voice.day(fact.day("started"))
    return [
        (f"{on}是{_who(fact)}入职第 {day} 天（{started}入职）", "有什么和想的不一样？还缺什么？"),
        (f"{_who(fact)}于 {started}入职，{on}满 {day} 天", "还有哪些该认识的人没见过？"),
    ]


def _gap(fact: Fact, voice: Voice) -> Phrasings:
    last, days, every = voice.day(fact.day("last")), fact.number("days"), fact.number("every")
    agreed = f"，原来约的是每 {every} 天一次" if every else ""
    off = [day for day in fact.several("cancelled") if isinstance(day, date)]
    called = f"，其间{'、'.join(voice.day(day) for day in off[:3])}的取消了" if off else ""
    return [
        (f"上一次一对一是 {last}，已过 {days} 天{agreed}{called}", "什么样的节奏更合适？"),
        (f"{last}之后 {days} 天没有一对一{agreed}{called}", "这段时间有什么一直没机会说？"),
    ]


def _due(fact: Fact, voice: Voice) -> Phrasings:
    due, late = voice.day(fact.day("due")), fact.number("late")
    return [
        (f"{_what(fact, voice)}原定 {due}，已过 {late} 天，还开着", "现在哪个日期靠得住？"),
        (f"{_what(fact, voice)}比原定的 {due}晚了 {late} 天，还开着", "中间插进来了什么？"),
    ]


def _one_door(fact: Fact, voice: Voice) -> Phrasings:
    who, start, changes = voice.named(fact.roles["integrator"]), voice.day(fact.day("start")), fact.number("changes")
    both = "我们" if who == "你" else f"你和{voice.name(fact.roles['integrator'])}"
    return [
        (f"{start}以来，{_who(fact)}由别人合入的 {changes} 处改动都经过{who}", "还有谁能合？"),
        (f"{who}合入了{_who(fact)}自 {start}以来的全部 {changes} 处改动", f"{both}都忙的那几周怎么安排？"),
    ]


def _new_ground(fact: Fact, voice: Voice) -> Phrasings:
    title, area, first = voice.quoted(fact.quote("title")), fact.text("area"), voice.day(fact.day("first"))
    return [
        (f"{first}第一次看到{_who(fact)}在 {area} 的改动：{title}", "怎么会去做这一块？"),
        (f"{area} 对{_who(fact)}是新的一块：{title}，{first}", "在那边需要谁搭把手？"),
    ]


def _ask(*choices: str) -> Says:
    def says(fact: Fact, voice: Voice) -> Phrasings:
        words = {
            "key": fact.text("key"),
            "blocker": fact.text("blocker") or fact.text("key"),
            "part": fact.text("part"),
            "area": fact.text("area"),
            "team": fact.text("team"),
        }
        return [choice.format(**words) for choice in choices]

    return says


SAYS: dict[str, Says] = {
    "explore.wait": _wait,
    "explore.waited_for": _waited_for,
    "explore.question": _asked,
    "explore.asked": _asked,
    "explore.dependency": _dependency,
    "explore.reviewer": _reviewer,
    "explore.reopened": _reopened,
    "explore.newcomer": _newcomer,
    "explore.gap": _gap,
    "explore.due": _due,
    "explore.one_door": _one_door,
    "explore.new_ground": _new_ground,
    "question.later": _ask(
        "如果 {blocker} 再晚一个月，{key} 你打算怎么办？",
        "{key} 里有没有哪一部分可以不等 {blocker} 先做？",
        "假如谁也催不动 {blocker}，你会怎么调整 {key}？",
    ),
    "question.newcomer": _ask("到第 90 天，你希望大家因为什么找你？", "一个月后，你希望哪件事可以自己拿主意？"),
    "question.share": _ask("如果你要离开两周，{part} 里哪些事最该先教给别人？", "你想带谁一起做 {part}？从哪里带起？"),
    "question.answer": _ask("如果这周还没有答复，{key} 你会怎么定？", "关于 {key}，知道什么就够你走下一步了？"),
    "question.measure": _ask(
        "{key} 没有新数据的时候，你靠什么判断它好不好？", "如果 {key} 只归你一个人，你会先测什么？"
    ),
    "question.learnt": _ask("关于 {key}，现在知道的哪件事，是一开始就想知道的？"),
    "question.next": _ask("{key} 做完了，腾出来的时间你最想用在哪里？", "{key} 里哪些做法下次还会照用？"),
    "question.done": _ask("你怎么知道 {key} 这次是真的做完了？"),
    "question.first": _ask("要让 {blocker} 这周做完，得先放下什么？", "{blocker} 里先做完哪一部分，等的人就能往前走？"),
    "question.help": _ask("做点什么，{team}下次就不用再来求助了？", "在{team}那边看到了什么，是我们组也该知道的？"),
    "question.point": _ask(
        "今天哪一条对你更要紧？谈到什么程度算有结果？",
        "如果只够谈一条，你选哪一条？为什么？",
        "今天谈完，你希望定下来什么？",
    ),
    "question.move": _ask(
        "接下来两周，做什么最能推动 {key}？为此可以放下什么？",
        "{key} 走到现在靠的是什么？还能管用多久？",
        "为 {key} 试过哪些没管用的办法？从中看出了什么？",
    ),
    "question.hour": _ask("今天谈完，什么样的结果会让你觉得值？"),
    "question.ground": _ask("在 {area} 里，你下一步最想弄明白什么？"),
    "question.date": _ask("{key} 哪个日期你愿意打包票？它取决于什么？"),
    "question.carry": _ask(
        "{key} 做成以后，你接下来想借它做什么？",
        "如果 {key} 明天重来一次，你会换个什么做法？",
        "{key} 上线以后，谁会先感觉到？你怎么知道？",
    ),
    "question.area": _ask("三个月后，{area} 应该有什么不同？对谁？", "如果任你挑，{area} 里你会先解决哪个问题？"),
    "question.open": _ask("今天最该谈的一件事是什么？", "有什么你在做、而我从这里看不到的？"),
}
