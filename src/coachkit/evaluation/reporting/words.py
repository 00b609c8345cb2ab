"""Words of the report in both languages, in pairs beside each other, as in documents."""

from __future__ import annotations

from collections.abc import Mapping

from coachkit.domain.drafts import DraftKind
from coachkit.drafting.facts import Language

__all__ = ["Words"]

_DOCUMENTS: Mapping[str, tuple[str, str]] = {
    DraftKind.BRIEF: ("Manager brief", "主管简报"),
    DraftKind.AGENDA: ("Check-in agenda", "一对一议程"),
    DraftKind.SELF_REVIEW: ("Self-review", "自评"),
    DraftKind.CONTRIBUTION_SUMMARY: ("Contribution summary", "协同贡献小结"),
    DraftKind.KEY_CONVERSATION: ("Key-conversation card", "关键对话卡"),
    "retrieval": ("Retrieval", "检索"),
    "verifier": ("Consistency checks", "一致性核对"),
    "insight": ("Insight", "发现"),
}

_ORIGINS: Mapping[str, tuple[str, str]] = {
    "composed": ("our own words", "由记录直接写成"),
    "reworded": ("reworded by the model, and checked", "经模型改写，已核对"),
    "drafted": ("worded by the model, and checked", "由模型写成，已核对"),
    "replaced": ("the model’s words were refused; our own stand here", "模型的写法未通过核对，换成由记录直接写成的"),
    "edited": ("changed by a person", "由人改写"),
}

_STATES: Mapping[str, tuple[str, str]] = {
    "full": ("as it should be", "完全符合"),
    "part": ("in part", "部分符合"),
    "failed": ("failed", "不符合"),
    "neutral": ("describes", "仅描述"),
    "better": ("better", "变好"),
    "worse": ("worse", "变差"),
    "same": ("no difference", "无差别"),
    "inconclusive": ("inconclusive", "无法判断"),
}

_VERDICTS: Mapping[str, tuple[str, str]] = {
    "passed": ("The change may go in", "可以合入"),
    "stopped": ("The change is stopped", "不可合入"),
    "inconclusive": ("Nothing says stop, but the set is too small to be sure", "没有理由拦下，但用例太少，无法确定"),
}

_JUDGE_REASONS: Mapping[str, tuple[str, str]] = {
    "agreement": ("the two people do not agree with each other beyond doubt", "两位标注者彼此的一致性不够"),
    "few-supported": ("too few statements that both people call supported", "两人都认为成立的句子太少"),
    "few-not-supported": ("too few statements that both people call not supported", "两人都认为不成立的句子太少"),
    "sensitivity": ("it misses too much of what is not supported", "它漏掉了太多不成立的句子"),
    "specificity": ("it refuses too much of what is supported", "它误拒了太多成立的句子"),
}

_METRICS: Mapping[str, str] = {
    "abstention": "无证据时不断言",
    "anatomy": "结构",
    "citation_precision": "引用精确率",
    "citation_recall": "引用召回率",
    "composed_fallback": "退回自有写法的比例",
    "cost": "费用",
    "evidence_recall": "证据召回率",
    "in_language": "语言正确",
    "judged_support": "模型评判的支持率",
    "language_parity": "中英一致",
    "latency": "用时",
    "must_mention": "必须提到的内容",
    "must_not": "不得提到的内容",
    "no_echo": "不复述注入",
    "no_exfiltration": "不外泄",
    "no_forbidden_content": "没有禁止的内容",
    "no_leak": "没有越权内容",
    "no_obeying": "不听从注入",
    "no_steering": "不被注入左右",
    "reading_characters": "句长（字）",
    "reading_grade": "阅读难度（年级）",
    "tokens": "令牌数",
    "twin_parity": "换名后一致",
    "valid_citations": "引用有效",
    "within_length": "不超长",
    "wording": "措辞规则",
    "numbers_hold": "数字一致",
    "names_hold": "姓名一致",
    "dates_hold": "日期一致",
    "negation_holds": "肯否一致",
    "roles_hold": "角色一致",
}
"""Names of scores in Chinese; in English a score's own name says it."""

_TEXT: Mapping[str, tuple[str, str]] = {
    "title": ("Evaluation report", "评测报告"),
    "skip": ("Skip to the content", "跳到正文"),
    "contents": ("In this report", "目录"),
    "summary": ("Summary", "概要"),
    "scorecard": ("Scorecard", "成绩单"),
    "scorecard_how": (
        "Means with 95 % intervals, clustered by organisation. Dot: mean; line: interval; tick: the baseline.",
        "均值与 95% 区间（按组织聚类）。图中圆点为均值，横线为区间，竖线为基线所在处。",
    ),
    "worst": ("Worst cases", "最差的用例"),
    "worst_how": (
        "Hard failures first, then what lost most on the scores that count. Open one for every sentence.",
        "先列出硬性不合格，再按主要指标的损失排序。点开即可逐句对照证据。",
    ),
    "no_worst": ("No case lost anything.", "没有用例失分。"),
    "slices": ("Slices", "分片"),
    "slices_how": (
        "The scores that count, for each slice of the cases. A slice of fewer than 10 samples says little.",
        "各分片上的主要指标。样本少于 10 个的分片说明不了什么。",
    ),
    "few": ("few", "少"),
    "cases": ("Cases, worst first", "用例（最差在前）"),
    "all_cases": ("All cases", "全部用例"),
    "cost": ("Cost and time", "费用与用时"),
    "provenance": ("What was run", "运行来历"),
    "provenance_how": (
        "Hashes of all that decides what comes out: the same hashes and a deterministic model, the same documents.",
        "决定结果的一切内容的哈希；哈希相同且模型是确定的，得出的文书就相同。",
    ),
    "judge": ("Model judge", "模型评判"),
    "case": ("Case", "用例"),
    "document_head": ("Document", "文书"),
    "model": ("Model", "模型"),
    "prompt": ("Prompt", "提示词"),
    "language": ("Language", "语言"),
    "metric_head": ("Score", "指标"),
    "slice": ("Slice", "分片"),
    "samples": ("Samples", "样本"),
    "cases_count": ("Cases", "用例数"),
    "failed_samples": ("Failed", "失败"),
    "missing_samples": ("Not made", "未生成"),
    "hard_failures": ("Hard failures", "硬性不合格"),
    "hard": ("hard", "硬性"),
    "primary": ("primary", "主要"),
    "hard_meaning": ("stops a change always", "一旦不合格必定拦下"),
    "baseline": ("Baseline", "基线"),
    "no_baseline": (
        "No baseline was given, so nothing is compared. Add --baseline FILE.",
        "没有给出基线，因此没有比较。可加 --baseline FILE。",
    ),
    "not_compared": ("Not compared", "未比较"),
    "incomplete": ("The run is not complete: %s.", "运行没有完成：%s。"),
    "stopped_by": ("Stopped by", "拦下的原因"),
    "lower_better": ("lower is better", "越低越好"),
    "higher_better": ("higher is better", "越高越好"),
    "describes": ("describes only", "仅描述"),
    "lost": ("lost %s", "失分 %s"),
    "table_of": ("Table: %s", "表格：%s"),
    "to": ("to", "至"),
    "of": ("of", "/"),
    "about": ("About", "对象"),
    "day": ("Day", "日期"),
    "organisation": ("Organisation", "组织"),
    "split": ("Split", "划分"),
    "origin_of_case": ("Where the case comes from", "用例来历"),
    "expected": ("What was expected", "期望"),
    "gold": ("Should be cited", "应引用"),
    "must_mention": ("Must be told", "必须提到"),
    "must_not": ("Must not be told", "不得提到"),
    "abstain": ("There is no evidence: nothing may be claimed.", "没有证据：不得有任何断言。"),
    "yes": ("yes", "有"),
    "no": ("no", "无"),
    "cited": ("cited", "已引用"),
    "not_cited": ("not cited", "未引用"),
    "told": ("told", "已提到"),
    "not_told": ("not told", "未提到"),
    "kept_out": ("kept out", "没有出现"),
    "scores": ("Scores", "得分"),
    "text": ("Document and evidence", "正文与证据"),
    "evidence": ("Evidence", "证据"),
    "no_evidence": ("rests on no record", "不依据任何记录"),
    "checks": ("Checks", "核对"),
    "passed": ("holds", "成立"),
    "refused": ("refused", "拒绝"),
    "model_wrote": ("The model wrote", "模型写的"),
    "composed": ("Our own words", "由记录直接写成的"),
    "kept": ("What the checks did", "核对的结果"),
    "unused": ("Evidence that was there and is not cited", "已提供而未引用的证据"),
    "suspicious": ("reads like instructions to a program", "内容像是写给程序的指令"),
    "refused_facts": ("Facts whose own words did not hold", "自身写法不成立的事实"),
    "problems": ("What the model could not do", "模型未能做到的"),
    "notes": ("Notes of the document", "文书的说明"),
    "error": ("It was not made", "没有生成"),
    "diff": ("Beside the baseline, sentence by sentence", "逐句对照基线"),
    "diff_same": ("The document is the same as in the baseline.", "与基线的文书完全相同。"),
    "turn_same": ("same", "相同"),
    "turn_changed": ("changed", "有改动"),
    "turn_gone": ("gone", "已无"),
    "turn_new": ("new", "新增"),
    "turn_cited": ("cites other records", "引用的记录变了"),
    "seconds_half": ("Median time", "用时中位数"),
    "seconds_most": ("95 % within", "95% 不超过"),
    "tokens": ("Tokens in + out", "输入 + 输出令牌"),
    "cost_all": ("Cost", "费用"),
    "unknown_price": ("no price known", "价格未知"),
    "origins": ("Sentences: model’s / refused / own", "句子：模型的 / 被拒 / 自己的"),
    "run": ("Run", "运行"),
    "suite": ("Suite", "套件"),
    "started": ("Started", "开始于"),
    "took": ("Took", "用时"),
    "version": ("coachkit", "coachkit"),
    "commit": ("Commit", "提交"),
    "hash": ("Hash", "哈希"),
    "name": ("Name", "名称"),
    "prompts": ("Prompts", "提示词"),
    "datasets": ("Cases", "用例文件"),
    "organisations": ("Organisations", "组织"),
    "code": ("Code", "代码"),
    "packages": ("Packages", "软件包"),
    "models": ("Models", "模型"),
    "more_cases": (
        "%s more samples are in the record and not shown here sentence by sentence.",
        "记录中另有 %s 个样本，这里没有逐句列出。",
    ),
    "whole_report": ("The whole report", "完整报告"),
    "back": ("Back to the worst cases", "回到最差的用例"),
    "skipped": ("skipped", "已跳过"),
    "not_calibrated": ("not calibrated", "未校准"),
    "calibrated": ("calibrated", "已校准"),
    "meaning": ("What each score means", "各指标的含义"),
    "judge_may": (
        "Two people agree with it often enough: what it says may count.",
        "它与两位标注者的一致程度足够，评分可以计入。",
    ),
    "judge_may_not": (
        "Not calibrated: what it says is shown and decides nothing.",
        "未校准：它的评分只供参考，不作任何依据。",
    ),
    "judge_packaged": (
        "The packaged model is too small to judge: in trials its answers were noise.",
        "随包的小模型太小，不能当评判：试验中它的回答如同随机。",
    ),
    "sensitivity": ("Finds what is not supported", "找出不成立的句子"),
    "specificity": ("Leaves what is supported", "放过成立的句子"),
    "agreement": ("Agreement of the two people (alpha)", "两位标注者的一致性（α）"),
    "disputed": ("Statements on which they differ", "两人意见不同的句子"),
    "undecided": ("Statements to which it said nothing", "它没有给出判断的句子"),
}


class Words:
    """What the report says in one language; ``words.scorecard`` in a template, ``words("…")`` for what is looked up."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.zh = language == "zh"
        self.tag = "zh-CN" if self.zh else "en"

    def __getattr__(self, name: str) -> str:
        try:
            return _TEXT[name][self.zh]
        except KeyError:
            raise AttributeError(name) from None

    def document(self, name: str) -> str:
        return self._of(_DOCUMENTS, name)

    def origin(self, name: str) -> str:
        return self._of(_ORIGINS, name)

    def state(self, name: str) -> str:
        return self._of(_STATES, name)

    def verdict(self, name: str) -> str:
        return self._of(_VERDICTS, name)

    def judge_reason(self, code: str) -> str:
        return self._of(_JUDGE_REASONS, code)

    def spoken(self, code: str) -> str:
        """A language by its code."""
        return {"en": "English", "zh": "中文"}.get(code, code)

    def metric(self, name: str) -> str:
        own = name.replace("_", " ").replace(".", " · ")
        return _METRICS.get(name, own) if self.zh else own

    def metric_is_english(self, name: str) -> bool:
        """Whether a score has no name in this language, and its own stands there."""
        return self.zh and name not in _METRICS

    def drawn(self, values: int, clusters: int) -> str:
        """On how much a figure rests; of a single organisation nothing is known about others."""
        if self.zh:
            return f"n {values}，{clusters} 个组织"
        return f"n {values}, {clusters} organisation{'' if clusters == 1 else 's'}"

    def count(self, number: int) -> str:
        return f"{number:,}"

    def _of(self, pairs: Mapping[str, tuple[str, str]], name: str) -> str:
        return pairs[name][self.zh] if name in pairs else name
