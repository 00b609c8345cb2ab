"""Words that mean the same, in English and Chinese: what a claim may say in other words than its evidence.

A concept is a name and its words; the first line of each is English, the second Chinese. English words are compared by
stem, so only irregular forms are listed. What stands in no concept must stand in the evidence as it is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache

from coachkit.drafting.words import stem

__all__ = ["ACTS", "CHINESE_FREE", "FREE_WORDS", "chinese_words", "concepts", "is_known", "root"]

_ACTS = """
help: help assist aid support | 帮助 帮忙 协助 支援 支持 帮
unblock: unblock unstick unstuck | 卡点 疏通 解除阻塞 解开 解锁
review: review reviewer | 评审 审查 审阅 代码评审 复核 把关 看过 看
approve: approve approval ack acked sign-off | 批准 通过了 审批 认可
merge: merge integrate land landed take_in took_in | 合并 合入 并入
commit: commit committer | 提交
test: test tester verify | 测试 验证
mentor: mentor coach onboard teach taught train | 指导 辅导 带教 传授 培训 教
answer: answer reply replied respond response | 回答 答复 回复 回应 解答
ask: ask question query request requested | 提问 询问 请求 问了 问 请教 问题
thank: thank thanks grateful gratitude thankful | 感谢 谢谢 致谢 道谢
praise: praise commend compliment kudos | 表扬 称赞 肯定 赞扬
write: write wrote written author draft | 写 撰写 编写 起草 作者
document: document documentation doc docs | 文档 记录了
fix: fix repair resolve resolved patch bugfix correct corrected | 修复 修正 修好 解决 修改好
report: report reporter file filed raise raised | 报告 上报 汇报 反映 提出 报了
find: find found discover detect notice spot | 发现 找到 查出
handle: handle deal process take_on took_on | 处理 接手 应对 负责处理
lead: lead led head headed drive driven | 带领 牵头 主导 领导
own: own owner responsible assignee assigned assign | 负责 负责人 归属 分配 指派 分给
finish: finish complete completed done end ended deliver delivered ship shipped close_out achieve |
  完成 做完 结束 交付 收尾 办完
close: close closed resolve resolved | 关闭 关掉 结案 关了
open: open opened create created start_up | 打开 创建 新建 开启 建立 开了
reopen: reopen reopened re-open came_back | 重新打开 重开 再次打开
block: block blocked blocker stuck stall stalled hold held impede obstruct | 阻塞 卡住 卡 挡住 挡 挡着 受阻 堵
wait: wait waiting pending await stand stood | 等待 等 在等 停着 停了 待
start: start begin began begun commence kick_off | 开始 启动 着手 起
cancel: cancel cancelled call_off called_off drop dropped abandon | 取消 放弃 作废
revert: revert rollback roll_back rolled_back undo undone | 回滚 回退 撤回 撤销
reject: reject decline refuse turn_down turned_down | 拒绝 驳回 否决
fail: fail failure failed | 失败 出错 未通过
crash: crash crashed | 崩溃 挂了
break: break broke broken | 弄坏 坏了
deploy: deploy deployment roll_out rolled_out release released launch | 部署 上线 发布 推出
change: change changed modify modified update updated edit edited alter revise | 修改 更改 更新 变更 改动 改了 调整
add: add added introduce introduced insert | 添加 新增 增加 加入 加了 引入
remove: remove delete deleted drop dropped eliminate | 删除 移除 去掉 去除
move: move moved shift shifted migrate migration transfer | 移动 迁移 转移 搬
improve: improve improvement enhance | 改进 改善 提升 优化
reduce: reduce cut lower decrease decreased shrink fell fall drop dropped | 减少 降低 缩短 下降 降到 降至
increase: increase raise raised grow grew rise rose | 增加 提高 上升 增长 升到
discuss: discuss talk talked debate | 讨论 商量 谈 谈到 聊
decide: decide decided decision agree agreed settle | 决定 商定 同意 约定 定下
plan: plan schedule scheduled | 计划 安排 排期
propose: propose proposal suggest suggestion recommend | 提议 建议 提案
explain: explain describe clarify | 说明 解释 描述 讲解
show: show present presented demo demonstrate | 展示 演示 介绍
say: say said tell told note noted state stated comment commented remark mention mentioned |
  说 表示 提到 指出 评论 留言 写道
give: give gave given provide provided offer offered send sent hand handed | 给 提供 发送 交给 发给
receive: receive get got obtain | 收到 得到 获得 拿到
use: use used apply applied adopt | 使用 采用 应用 用
work: work worked collaborate | 合作 协作 一起做 参与
pair: pair paired | 结对
join: join joined | 加入了 参加
investigate: investigate analyse analyze debug look_into looked_into diagnose examine | 调查 排查 分析 定位 诊断
reach: reach reached hit attain achieve achieved meet met | 达到 达成 已到
miss: miss missed overrun | 未达成 错过
promise: promise commit_to committed | 承诺 答应 保证
build: build built implement implemented develop developed | 实现 开发 构建 搭建
design: design designed | 设计
prepare: prepare prepared | 准备 筹备
recover: recover recovered restore restored over | 恢复
measure: measure measured | 测量 测得 衡量
read: read reader | 阅读 读 看
rename: rename renamed | 重命名 改名
co_author: co-author coauthor co_author | 共同编写 共同撰写
escalate: escalate escalated | 升级处理
organise: organise organize organised organized arrange arranged run ran host hosted | 组织 举办 主持
learn: learn learnt learned | 学习 学会
serve: serve served look_after looked_after | 服务 照顾
"""
_THINGS = """
ticket: ticket issue task item story bug card | 工单 任务 单子 事项 单 卡片
change_request: change pull merge request patch pr mr changeset cl diff change_request pull_request merge_request |
  改动 代码改动 合并请求 拉取请求 补丁 变更
commit: commit change patch code | 提交 改动 代码
team: team group squad department | 团队 小组 组 部门
person: person people colleague member staff employee teammate | 人 同事 成员 员工
meeting: meeting check-in one-to-one one-on-one 1:1 check_in session | 会议 一对一 评审会 例会 周会 会上 面谈
goal: goal objective okr target | 目标
result: result key_result kr outcome | 关键结果 结果 成果
incident: incident outage disruption postmortem | 故障 事故 事件
feedback: feedback comment remark | 反馈 评价
message: message comment note reply post remark interaction | 消息 评论 留言 备注
customer: customer client | 客户 顾客
action: action action_item todo to-do follow-up | 待办 行动项 行动
late: overdue late delayed delay slip slipped behind over past_due | 逾期 延期 延误 超期 晚了 晚 过期
due: due deadline | 截止 到期 应于 原定 期限
progress: progress progressing underway ongoing in-progress in_progress | 进展 进行中 进度
value: value figure number measurement | 数值 值 数据
day: day date | 日期 天 当天 那天 日
question: question query | 问题 提问
problem: problem trouble fault defect bug | 问题 缺陷 毛病
first: first initial initially | 首次 第一次 初次 最初
last: last latest final most_recent recent recently | 最近一次 最近 最后 最后一次
new: new newly | 新 新的
part: part area module component folder directory file path | 部分 模块 组件 目录 文件 区域
time: time occasion | 次 时间
release: release version | 版本 发布
record: record entry | 记录 条目
title: title subject heading | 标题
name: name | 名称 名字
status: status state | 状态
old: old older previous previously earlier former prior | 旧 之前 原来 先前 此前
together: together jointly with_each_other | 一起 共同
twice: twice two | 两次
once: once one single | 一次
begin: begun start_date started | 起 自
blocker: blocker obstacle | 卡点
alone: alone | 独自 单独 一个人 独力
all: all every whole entire | 全部 所有 全都
always: always | 总是 每次
only: only sole | 只 仅 唯一
committed: committed | 承诺型
aspirational: aspirational | 挑战型
shared: shared share joint | 共同负责
target: target | 目标
manager: manager supervisor boss | 主管 经理 上级
employee_day: join joined hire hired started | 入职
"""

_FREE = """
a an the this that these those such same another other others own he him his she her hers i me my mine we us our
ours you your yours it its they them their theirs one who whom whose which what where when how why of in on at
by for from to with within into onto over under about around through across per via upon towards toward between
among against along off out up down near beside besides behind ahead below since until till during after before
while as than and or but nor so if whether though although however also too then there here now later is are was
were be been being am has have had having do does did will would shall should can could may might must get gets
getting got went go goes going gone came come comes coming received receive receives given provided lasted lasts
because not no none never without neither cannot don't didn't doesn't isn't wasn't weren't hasn't haven't hadn't
won't couldn't still already yet currently far meanwhile again ago day days week weeks month months year years
hour hours minute minutes date dates today time times says said say according accordingly record records
recorded recording note noted notes mention mentioned mentions regarding concerning namely respectively titled
entitled called named dated eg ie example instance made make makes making took take takes taken taking put set
let lets brought bring brings kept keep keeps gave mr ms mrs dr vs etc
"""
FREE_WORDS = frozenset(_FREE.split())
"""English words that carry no claim of their own; what they turn is looked at by checks of their own."""

_CHINESE_FREE = """
看到 见到 涉及 得到 获得 收到 受到 尚未 从未 未能 无法 尚 才 因为 由于 所以 因此 他 她 的 了 着 过 得 地 在 于
是 和 与 及 以及 而 并 并且 也 就 又 还 已 已经 曾 正 正在 将 会 能 可 可以 要 应 应该 把 被 向 对 给 由 为 替
让 使 从 到 至 自 自从 以 以来 起 之 其 该 这 那 这个 那个 此 它 他们 她们 我 我们 你 你们 咱们 有 没有 没 不 未
无 非 别 之后 之前 以后 以前 后 前 时 时候 期间 当 当时 中 里 上 下 内 外 间 处 个 次 条 件 位 名 项 份 天 日 号
月 年 周 小时 分钟 一 上午 下午 晚上 今天 个月 了解 关于 有关 而且 但 但是 不过 并由 同时 随后 然后 接着 后来
目前 现在 仍 仍然 仍在 等 等人 们 人 方面 进行 做 做了 所 者 来 去 出 出了 显示 根据 按照 写着 写明 记录 记录里
记录显示 里写着 说 称 表示 提到 一直 至今 共 总共 一共 例如 比如 其中 分别 均 都
"""
CHINESE_FREE = frozenset(_CHINESE_FREE.split())
"""Chinese words and particles that carry no claim of their own."""


def _parse(text: str) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    parsed = {}
    for line in text.strip().replace("|\n", "|").splitlines():
        name, _, words = line.partition(": ")
        english, _, chinese = words.partition("|")
        parsed[name] = (tuple(english.split()), tuple(chinese.split()))
    return parsed


_TABLE = [(name, words, True) for name, words in _parse(_ACTS).items()] + [
    (name, words, False) for name, words in _parse(_THINGS).items()
]
ACTS = frozenset(_parse(_ACTS))
"""Concepts that are something somebody does."""

_IRREGULAR = {
    "wrote": "writ", "written": "writ", "took": "tak", "taken": "tak", "gave": "giv", "given": "giv", "found": "find",
    "led": "lead", "held": "hold", "told": "tell", "sent": "send", "met": "meet", "began": "begin", "begun": "begin",
    "broke": "break", "broken": "break", "built": "build", "ran": "run", "fell": "fall", "grew": "grow", "rose": "rise",
    "went": "go", "came": "come", "made": "mak", "kept": "keep", "brought": "bring", "thought": "think", "left": "leav",
    "showed": "show", "shown": "show", "chose": "choos", "chosen": "choos", "saw": "see", "seen": "see", "paid": "pay",
    "said": "say", "taught": "teach", "learnt": "learn", "spoke": "speak", "spoken": "speak", "drove": "driv",
    "people": "person", "children": "child", "analyses": "analys", "analysed": "analys", "analyzed": "analys",
    "stood": "stand", "understood": "understand", "spent": "spend", "lost": "los", "won": "win", "shipped": "ship",
}  # fmt: skip


@lru_cache(maxsize=20_000)
def root(word: str) -> str:
    """The stem of an English word, irregular forms and doubled consonants included: ``shipping`` is ``ship``."""
    word = word.lower().replace("’", "'").removesuffix("'s").removesuffix("s'")
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    found = stem(stem(word))  # answered, answer
    if len(found) > 3 and found != word and re.search(r"([bdgmnprt])\1$", found):
        found = found[:-1]
    return found[:-1] + "y" if found.endswith("i") and len(found) > 3 else found


def _index() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    english: dict[str, set[str]] = defaultdict(set)
    chinese: dict[str, set[str]] = defaultdict(set)
    for name, (words, characters), _ in _TABLE:
        for word in (name, *words):
            english[root(word)].add(name)
        for word in characters:
            chinese[word].add(name)
    return english, chinese


_ENGLISH, _CHINESE = _index()
_BY_LENGTH = tuple(sorted({*_CHINESE, *CHINESE_FREE}, key=lambda word: (-len(word), word)))
_MOST = len(_BY_LENGTH[0])
_SET = frozenset(_BY_LENGTH)


@lru_cache(maxsize=20_000)
def concepts(word: str) -> frozenset[str]:
    """What an English word, a phrase joined by ``_``, or a Chinese word stands for; empty for an unknown one."""
    return frozenset(_CHINESE.get(word, ())) or frozenset(_ENGLISH.get(root(word), ()))


def is_known(word: str) -> bool:
    """Whether a Chinese word is one of ours."""
    return word in _SET


def chinese_words(run: str) -> list[tuple[int, str]]:
    """A run of Han characters cut into the words we know, longest first; characters in between stay single."""
    found, place = [], 0
    while place < len(run):
        for size in range(min(_MOST, len(run) - place), 0, -1):
            if size == 1 or run[place : place + size] in _SET:
                found.append((place, run[place : place + size]))
                place += size
                break
    return found
