"""Lists of words that checks go by, for English and Chinese."""

from __future__ import annotations

import re

__all__ = [
    "ALLOWED",
    "AUXILIARIES",
    "FORBIDDEN",
    "FREE",
    "NEGATION",
    "OPENING",
    "PASSIVE",
    "PRIVATE",
    "STATES",
    "TECHNICAL",
    "VERBS",
    "stem",
]


def _any(english: str, chinese: str = "") -> re.Pattern[str]:
    """Whole English words (patterns, by white space; ``_`` for a space inside one) or Chinese ones, anywhere."""
    words = "|".join(word.replace("_", r"[\s-]+") for word in english.split())
    patterns = [rf"\b(?:{words})\b"] if words else []
    return re.compile("|".join([*patterns, *chinese.split()]), re.IGNORECASE)


def _all(text: str) -> frozenset[str]:
    return frozenset(text.split())


PRIVATE = _any(
    r"""sick(?:ness)? ill(?:ness)? health hospital therapy therapist pregnan\w+ maternity paternity depress\w+
    burn(?:t|ed)?[-_]?out anxi(?:ety|ous) divorce diagnos(?:is|ed) medical disability mental parental_leave religio\w+
    salary bonus""",
    "生病 病假 住院 身体 健康(?!检查) 抑郁 焦虑 怀孕 产假 陪产 离婚 心理 情绪 压力大 家里有事 工资 奖金 薪",
)
"""Nothing a document quotes from anybody's words."""

FORBIDDEN: dict[str, re.Pattern[str]] = {
    "rating": _any(
        r"""rat(?:ed|ing|ings) scor(?:e|ed|es|ing) graded? rank(?:ed|ing|s)? percentile top bottom \d\s*/\s*(?:5|10)
        stars? (?:above|below|beyond)_expectations? (?:high|low|under|over)[-_]?perform\w* perform(?:er|ers|ance)
        (?:exceed|meet|miss)\w*_expectations
        promot(?:e|ed|ion) PIP""",
        "评分 打分 得分 评级 排名 名列 第一名 优秀 良好 合格 绩效(?!协同) 满分 高分 低分 超出预期 不达标 晋升",
    ),
    "superlative": _any(
        r"""best worst greatest finest excellent outstanding exceptional amazing fantastic brilliant superb stellar
        incredible remarkable impressive great perfect(?:ly)? flawless(?:ly)? tireless(?:ly)? invaluable rock_?star hero
        poor(?:ly)? terrible awful weak strong(?:est)? extremely very truly really always never""",
        r"""最(?!近|后|先|初|多|该|想|能|早|终)
        非常 极其 特别(?!是) 杰出 卓越 出色 完美 顶尖 糟糕 极好 了不起 优异 一流 永远 从不""",
    ),
    "character": _any(
        r"""lazy careless reliable unreliable dedicated passionate motivat\w+ unmotivated disengage\w* engaged talented
        smart clever difficult_person team_player attitude personality proactive(?:ly)? hard[-_]?working diligent(?:ly)?
        negligen\w+ enthusias\w+ ambitious stubborn""",
        "懒 粗心 可靠 靠谱 敬业 积极 消极 主动性 有激情 聪明 能干 态度 性格 执行力 认真负责 勤奋 上进 不负责任 拖延",
    ),
    "stock phrase": _any(
        r"""above_and_beyond (?:the_)?extra_mile strong_ownership added?_(?:significant_|real_|great_)?value
        adding_(?:significant_|real_|great_)?value game[-_]?changer testament_to instrumental pivotal synerg\w*
        (?:key|crucial|vital|critical)_role_in stakeholder_alignment hit(?:s|ting)?_the_ground_running""",
        """团队精神 重要作用 关键作用 责任心 赋能 抓手 闭环 保驾护航 添砖加瓦 不可或缺 再接再厉 有目共睹 一丝不苟
        兢兢业业 任劳任怨 精益求精 高度评价""",
    ),
    "mood": _any(
        r"""happy unhappy sad angry frustrat\w+ upset stress\w* overwhelm\w* morale mood feel(?:s|ing)? felt worried
        worries concerned tired exhausted bored excited proud disappoint\w+""",
        "高兴 开心 难过 生气 愤怒 沮丧 士气 焦虑 疲惫 担心 失望 兴奋 自豪 厌倦 委屈",
    ),
    "private": PRIVATE,
    "leaving": _any(
        r"""resign\w* quit(?:s|ting)? leaving_the_(?:company|team) flight_risk attrition retention_risk job_hunt\w*
        interviewing_elsewhere on_leave vacation holiday absen(?:t|ce)\w*""",
        "离职 辞职 跳槽 请假 休假 缺勤 旷工",
    ),
}
"""What a document never says, by the reason. Quotations are looked at only for ``private``."""

TECHNICAL = _any(
    r"""rat(?:ed|ing|ings) scor(?:e|ed|es|ing) graded? rank(?:ed|ing|s)? percentile top bottom stars? performance
    promot(?:e|ed|ion) best worst great perfect poor weak strong(?:est)? truly really always never health stress\w*
    bonus bored mood quit(?:s|ting)? holiday vacation absen(?:t|ce)\w* disability depress\w* ill attitude engaged
    incredible PIP""",
    "评分 打分 得分 评级 排名 绩效 晋升 合格 良好 健康 永远 情绪 压力大 身体 积极 可靠 特别 请假 休假 假期",
)
"""Forbidden words that can also be part of the work: a ranking service, a health check, a stress test, best effort."""

NEGATION = {
    "en": re.compile(
        r"\b(?:no|not|never|none|nobody|nothing|without|neither|nor|cannot|hardly|barely|failed to)\b|n['’]t\b", re.I
    ),
    "zh": re.compile(r"没有|没|不(?!过|同|断|仅|只)|未(?!来)|无(?!论)|别(?!处|人|的)|尚未|从未"),
}

STATES: dict[str, re.Pattern[str]] = {
    "done": _any(r"done finish\w* complet\w* clos(?:e|ed|ing) resolv\w* brought ended", "完成 做完 结束 关闭 解决"),
    "again": _any(r"re-?open\w* again came_back come_back", "重新打开 重开 再次"),
    "open": _any("open", "还开着 未关"),
    "waiting": _any(
        r"wait\w* stands?_(?:still|behind) stood_still holds?_up held_up block(?:s|ed|ing) stuck pending",
        "等 停着 停了 挡 卡",
    ),
    "unblocked": _any(r"unblock\w* could_go_on stepped_in", "疏通 解开"),
    "late": _any(r"over overdue late after_its_date missed delay\w* behind_schedule", "逾期 过了 未达成 延期 延误"),
    "cancelled": _any(r"cancel\w* called_off dropped abandon\w*", "取消 放弃"),
    "merged": _any(r"merg\w* took_in take_in integrat\w*", "合入 合并"),
    "approved": _any(r"approv\w*", "批准 通过"),
    "reviewed": _any(r"review\w*", "评审 评"),
    "reached": _any(r"reach\w* hit achiev\w* met", "已到 达到 达成"),
    "failed": _any(r"fail\w* broke\w* crash\w* rejected revert\w*", "失败 出错 驳回 回退"),
    "promised": _any(r"promis\w* commit(?:ted|ment)? agreed guarantee\w*", "承诺 约定 约的 答应 保证"),
}
"""Words that say in which state something is; a claim may neither add nor lose one."""

OPENING = {
    "en": _any("what which who whom whose how when where why"),
    "zh": re.compile("什么|怎么|怎样|谁|哪|如何|多少|几|为何|何时"),
}
"""What makes a question open."""

ALLOWED = {
    "en": _all(
        """a an the and or but of to in on at by for from with into under about as than then that this these those
        which who whom whose what when where how it its they them their there here is are was were be been being has
        have had do does did will would can could may might so since until while after before during between through
        also yet now each all any some other another such same own up out off down back per via day days week weeks
        month months year today if else no nor none not"""
    ),
    "zh": frozenset(
        "的了在是和与及也就都又还并而被把向对给从到为以由于因此其该这那此且之后前时候中里上下内外间起至今日月年天次个条处"
        "人已曾正将会能可要请们地得着"
    ),
}
"""Small words of a question that carry no claim of their own. Pronouns of a sex are not among them."""

FREE = {
    "en": _all(
        """a an the and but of to in on at by for from with that this these those which who it its they them their there
        here then is are was were be been being has have had do does did will would can could may might must should
        got get gets"""
    ),
    "zh": frozenset("的了着过得地在于是和与及而其该这那之时个条处人日月年天次"),
}
"""Small words that a rewording may add. Auxiliaries and the words before names have checks of their own; what gives a
relation (*until*, *after*, *during*), an amount (*all*, *some*) or a direction (*back*, *out*) is not among them."""

VERBS = {
    "en": _any(
        r"""unblock\w* help\w* mentor\w* answer\w* wrote writ\w+ review\w* approv\w* test(?:ed|s|ing)? work(?:ed|s|ing)
        took tak(?:e|es|en|ing) merg\w* look\w* finish\w* went ended brought came recorded left wait\w* stands? stood
        says? said holds? held ask\w* shows? read opened started passed stepped go called planned closed made makes?"""
    ),
    "zh": _any(
        "",
        """帮 疏通 处理 带了 回答 整理 评审 批准 测试 改了 合入 合并 服务 等 停 挡 卡 问了 取消 入职 完成 做完 恢复 接手
        把关 看过 打开 说 谈到 肯定 写着 道谢 接着""",
    ),
}
"""Verbs of our own words: who stands before and behind one is who did it, and to whom."""

AUXILIARIES = {
    "en": _any(
        """is are was were be been being am has have had do does did will would shall should can could may might must
        got get gets getting let lets made makes"""
    ),
    "zh": re.compile("[被由让使叫给替向对把为会能可要将应须愿肯敢获受令]|得到"),
}
"""Words that turn who did what: into the passive, into something that only could or will be."""

PASSIVE = {
    "en": re.compile(
        r"\b(?:is|are|was|were|be|been|being|got|gets|get)\s+(?:\w+ly\s+)?"
        r"(?P<verb>\w+ed|taken|read|brought|held|done|made|written|given|met|seen|found|left|put|told)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile("(?:被|由|获|受到|得到)(?P<verb>)"),
}
"""Something is done, and who does it need not be said."""

_ENDINGS = ("ations", "ation", "ings", "ing", "ied", "ies", "ed", "es", "s", "ly", "er", "ers")


def stem(word: str) -> str:
    """A rough stem: ``waits``, ``waited``, ``waiting`` are one."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word.rstrip("e") if len(word) > 3 else word
