"""What is said of goals and of links, in English and Chinese, for every door alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from coachkit.insight.linking.health import Finding, Rule
from coachkit.insight.linking.linker import Candidate
from coachkit.insight.linking.queue import Proposal

__all__ = ["CONFIDENCE", "confidence_word", "reasons", "say_cannot_see", "say_finding", "say_rule", "say_source"]

Said = tuple[str, str]
"""English, Chinese."""


RULES: Mapping[str, Said] = {
    "overdue": ("Past its date", "已过期限"),
    "behind": ("Behind its pace", "落后于进度"),
    "at_rest_before_end": ("At rest before its end", "临近期限却停了下来"),
    "stalled": ("Stalled", "停滞"),
    "stale": ("No new value", "数值久未更新"),
    "moved": ("Its date was moved", "期限一再改动"),
    "no_work": ("No work linked", "没有关联的工作"),
    "no_parent": ("Aligned to nothing", "没有对齐上级目标"),
    "late_part": ("Due after the whole", "晚于所属目标的期限"),
    "duplicate": ("Perhaps a duplicate", "可能重复"),
    "conflict": ("Perhaps a conflict", "可能冲突"),
    "shared": ("Shared", "共担"),
}

_SOURCES: Mapping[str, Said] = {
    "overdue": (
        "Its own date has passed, and not all of its key results have been reached.",
        "期限已过，关键结果尚未全部达成。",
    ),
    "behind": (
        "Linear pace from start to date, with 25 points of slack; looked at from half-time on.",
        "按起止日期线性推算，留 25 个百分点余量；过半之后才看。",
    ),
    "at_rest_before_end": (
        "Within 45 days of its date, nothing linked for over 14 days and twice its usual gap.",
        "距期限 45 天以内，超过 14 天且超过平常间隔两倍没有关联的工作。",
    ),
    "stalled": (
        "28 days, or three times its own median gap between linked work, whichever is longer.",
        "28 天，或它自己两次关联工作之间间隔中位数的三倍，取较长者。",
    ),
    "stale": ("35 days without a new value: two fortnightly updates missed.", "35 天没有新数值：错过了两次双周更新。"),
    "moved": ("Its date or release was changed twice or more.", "期限或版本改过两次以上。"),
    "no_work": ("30 days after its start no item is linked to it.", "开始 30 天后，没有任何事项与它关联。"),
    "no_parent": (
        "It is aligned to no goal above, or to one that is not there.",
        "没有对齐任何上级目标，或所对齐的目标不存在。",
    ),
    "late_part": ("It is due after the goal that it is part of.", "它的期限晚于所属的目标。"),
    "duplicate": (
        "Running goals in much the same words (cosine of weighted words from 0.6) at the same time.",
        "同一时期进行、用词大体相同的目标（加权词的余弦不低于 0.6）。",
    ),
    "conflict": (
        "Two key results in much the same words, of which one shall rise and the other fall.",
        "两个用词大体相同的关键结果，一个要升，一个要降。",
    ),
    "shared": (
        "A key result with several owners, or one goal of several teams.",
        "关键结果有多位负责人，或一个目标属于多个团队。",
    ),
}

_CANNOT_SEE: Mapping[str, Said] = {
    "overdue": ("a new date that was agreed and not written down", "已经商定却没有记下的新期限"),
    "behind": ("results that come all at once at the end", "到最后才一次见效的结果"),
    "at_rest_before_end": (
        "work that no source records, or that is linked to no goal",
        "没有记录的工作，或没有关联到目标的工作",
    ),
    "stalled": ("work that no source records; a pause that was agreed", "没有记录的工作；商定的暂停"),
    "stale": ("values that are kept elsewhere", "记在别处的数值"),
    "moved": ("why; moving a date can be right", "原因；改期限可能是对的"),
    "no_work": (
        "work that is linked to no goal yet: the queue may hold it",
        "还没有关联到目标的工作：也许就在待确认的队列里",
    ),
    "no_parent": ("goals that you may not read", "你无权阅读的目标"),
    "late_part": ("parts that the whole does not need", "整体并不需要的部分"),
    "duplicate": ("goals that mean the same in other words or in another language", "换了说法或换了语言的同一目标"),
    "conflict": ("conflicts of substance: it reads directions only", "实质上的冲突：它只看升降方向"),
    "shared": ("help that is not written down as ownership", "没有写成“负责人”的协助"),
}


def _day(value: object, zh: bool) -> str:
    if not isinstance(value, date):
        return str(value)
    return f"{value.month} 月 {value.day} 日" if zh else f"{value.day} {value:%b %Y}"


def _number(count: Any, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


Facts = Mapping[str, Any]

_SENTENCES: Mapping[str, tuple[Callable[[Facts], str], Callable[[Facts], str]]] = {
    "overdue": (
        lambda f: f"Was due {_day(f['due'], False)}, {_number(f['days'], 'day', 'days')} ago, and is still running.",
        lambda f: f"应于 {_day(f['due'], True)}完成，已过 {f['days']} 天，仍在进行。",
    ),
    "behind": (
        lambda f: (
            f"{f['result']} “{f['title']}” has come {f['done']}% of the way; {f['passed']}% of its time has passed."
        ),
        lambda f: f"{f['result']}“{f['title']}”走完了 {f['done']}%，时间已过 {f['passed']}%。",
    ),
    "at_rest_before_end": (
        lambda f: (
            f"Due in {_number(f['left'], 'day', 'days')}; nothing linked to it has happened for {f['days']} days."
        ),
        lambda f: f"还有 {f['left']} 天到期；已有 {f['days']} 天没有关联的工作。",
    ),
    "stalled": (
        lambda f: f"Nothing linked to it since {_day(f['since'], False)} ({_number(f['days'], 'day', 'days')}).",
        lambda f: f"自 {_day(f['since'], True)}起没有关联的工作（{f['days']} 天）。",
    ),
    "stale": (
        lambda f: (
            f"{f['result']} “{f['title']}” has had no new value since {_day(f['since'], False)} ({f['days']} days)."
        ),
        lambda f: f"{f['result']}“{f['title']}”自 {_day(f['since'], True)}起没有新数值（{f['days']} 天）。",
    ),
    "moved": (
        lambda f: f"The date or release that it aims at was changed {f['times']} times.",
        lambda f: f"目标期限或版本改过 {f['times']} 次。",
    ),
    "no_work": (
        lambda f: f"Began {_day(f['since'], False)}; no item has been linked to it since ({f['days']} days).",
        lambda f: f"{_day(f['since'], True)}开始，至今没有事项与它关联（{f['days']} 天）。",
    ),
    "no_parent": (
        lambda f: (
            f"Aligned to {f['missing']}, which is not here."
            if f["missing"]
            else "Not aligned to any goal of the company or of a team."
        ),
        lambda f: f"对齐的 {f['missing']} 不在这里。" if f["missing"] else "没有对齐公司或团队的任何目标。",
    ),
    "late_part": (
        lambda f: f"Due {_day(f['due'], False)}, after the whole ({_day(f['whole'], False)}).",
        lambda f: f"期限 {_day(f['due'], True)}，晚于所属目标（{_day(f['whole'], True)}）。",
    ),
    "duplicate": (
        lambda f: f"{f['alike']}% alike in words ({f['words']})" + (f"; both of {f['teams']}." if f["teams"] else "."),
        lambda f: f"用词有 {f['alike']}% 相同（{f['words']}）" + (f"；同属 {f['teams']}。" if f["teams"] else "。"),
    ),
    "conflict": (
        lambda f: f"{f['result']} “{f['title']}” and {f['against']} are about the same thing and go opposite ways.",
        lambda f: f"{f['result']}“{f['title']}”与 {f['against']} 说的是同一件事，方向相反。",
    ),
    "shared": (
        lambda f: " ".join(
            part
            for part in (
                f"Joint owners: {f['results']}." if f["results"] else "",
                f"Of several teams: {f['teams']}." if "," in str(f["teams"]) else "",
            )
            if part
        ),
        lambda f: "".join(
            part
            for part in (
                f"共同负责：{f['results']}。" if f["results"] else "",
                f"跨团队：{f['teams']}。" if "," in str(f["teams"]) else "",
            )
            if part
        ),
    ),
}

_SIGNS: Mapping[str, Said] = {
    "named": ("its text names the goal", "正文写明了这个目标"),
    "belongs": ("what it belongs to is linked to this goal", "它所属的事项已关联到这个目标"),
    "title": ("shared words: {words}", "共同的词：{words}"),
    "subject": ("shared words: {words}", "共同的词：{words}"),
    "words": ("shared words: {words}", "共同的词：{words}"),
    "covered": ("shared words: {words}", "共同的词：{words}"),
    "meaning": ("it means much the same", "意思相近"),
    "owner": ("its author owns the goal", "作者就是目标负责人"),
    "fresh_owner": (
        "its author owns the goal, which has no confirmed work yet",
        "作者是目标负责人，而目标还没有确认的工作",
    ),
    "owner_team": ("its author owns goals of this team", "作者负责这个团队的目标"),
    "team": ("it stands in the goal's team", "它在目标所属的团队"),
    "release": ("it is for a release that the goal aims at", "它所在的版本正是目标瞄准的"),
    "author_last": ("its author's last item was for this goal", "作者上一个事项属于这个目标"),
    "author_lately": ("its author works, or seems to work, on this goal lately", "作者近来在做、或像是在做这个目标"),
    "author_ever": ("items of its author were for this goal", "作者有事项属于这个目标"),
    "author_team": ("its author works on goals of this team", "作者在做这个团队的目标"),
    "goal_lately": ("the goal has work lately, or seems to", "目标近来有工作，或像是有工作"),
    "near": ("it is much like {near}", "它与 {near} 很像"),
}
_WORDS = {"title", "subject", "words", "covered"}
_TOGETHER = (_WORDS, {"owner", "fresh_owner"}, {"author_last", "author_lately", "author_ever"})
"""Signs that say nearly the same: the strongest of them is told."""

_WEAK = ("goal_lately", "author_lately", "author_team", "owner_team", "team")
_MOST_REASONS = 3

CONFIDENCE: tuple[tuple[float, str, Said], ...] = (
    (0.7, "likely", ("likely", "很可能")),
    (0.35, "perhaps", ("perhaps", "可能")),
    (0.0, "unsure", ("a guess", "猜测")),
)
"""From which confidence which word; where the linker was measured, what it called likely was right about that often."""


def _pick(said: Said, zh: bool) -> str:
    return said[1] if zh else said[0]


def confidence_word(confidence: float, zh: bool) -> str:
    return next(_pick(said, zh) for least, _, said in CONFIDENCE if confidence >= least)


def say_rule(rule: Rule, zh: bool) -> str:
    return _pick(RULES[rule.id], zh)


def say_source(rule: Rule, zh: bool) -> str:
    return _pick(_SOURCES[rule.id], zh)


def say_cannot_see(rule: Rule, zh: bool) -> str:
    return _pick(_CANNOT_SEE[rule.id], zh)


def say_finding(finding: Finding, zh: bool, teams: Mapping[str, str] | None = None) -> str:
    """One sentence. ``teams``: key → name."""
    facts = dict(finding.facts)
    if facts.get("teams"):
        facts["teams"] = ", ".join((teams or {}).get(key, key) for key in str(facts["teams"]).split(", "))
    return _SENTENCES[finding.rule.id][1 if zh else 0](facts)


def reasons(proposal: Proposal, candidate: Candidate, zh: bool, near: str = "") -> list[str]:
    """Why a goal is proposed, the strongest first: at most three; what only supports the rest comes last.

    :param near: key of the most similar linked item, if one is near enough to be named.
    """
    told: list[str] = []
    said: set[str] = set()
    words = proposal.words.get(candidate.goal.key, ())
    for name, _worth in sorted(candidate.signs, key=lambda one: one[0] in _WEAK):
        if name not in _SIGNS or (name in _WORDS and not words) or (name == "near" and not near):
            continue
        group = next((group for group in _TOGETHER if name in group), {name})
        if said & group:
            continue
        said.add(name)
        told.append(_pick(_SIGNS[name], zh).format(words=("、" if zh else ", ").join(words), near=near))
    return told[:_MOST_REASONS]
