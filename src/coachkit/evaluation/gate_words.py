"""What the gate says, in both languages: what is the matter, and what to do."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["WORDS", "Said"]


class Said(NamedTuple):
    """The same in English and Chinese."""

    en: str
    zh: str


_LOOK = Said(
    "Read the cases, the worst first; put it right, or, if it is meant, accept a new baseline and say why: "
    "coachkit eval baseline accept RECORD --why '…'",
    "从最差的用例看起；改正，或者如果这是有意的，接受新的基线并说明理由："
    "coachkit eval baseline accept RECORD --why '…'",
)

WORDS: dict[str, tuple[Said, Said]] = {
    "hard": (
        Said(
            "{number} documents break a rule that has no exception. {meaning}",
            "{number} 份文档违反了不容例外的规则。{meaning}",
        ),
        Said(
            "Read each sentence and put right what let it through; no baseline can accept it.",
            "逐句查看并改正放过它的地方；任何基线都不能接受它。",
        ),
    ),
    "loss": (
        Said(
            "it is worse: {before} → {after} {unit}, difference between {low} and {high}, p = {p} after Holm, "
            "{cases} cases of {clusters} clusters.",
            "变差了：{before} → {after} {unit}，差异在 {low} 与 {high} 之间，Holm 校正后 p = {p}，"
            "{clusters} 组共 {cases} 个用例。",
        ),
        _LOOK,
    ),
    "margin": (
        Said(
            "it lost more than the margin of {margin}: {before} → {after} {unit} ({cases} cases).",
            "损失超过了允许的 {margin}：{before} → {after} {unit}（{cases} 个用例）。",
        ),
        _LOOK,
    ),
    "inconclusive": (
        Said(
            "these cases cannot tell: {before} → {after} {unit}, and a loss of {worst_loss} is not excluded "
            "(margin {margin}). {cases} cases of {clusters} clusters show a difference of {detectable} four times "
            "of five.",
            "这些用例说明不了：{before} → {after} {unit}，不能排除损失 {worst_loss}（允许 {margin}）。"
            "{clusters} 组共 {cases} 个用例，要差到 {detectable} 才有五分之四的把握看出来。",
        ),
        Said(
            "Run the whole suite, add cases of more organisations, or ask the model more than once.",
            "请运行完整套件，增加更多组织的用例，或让模型多答几次。",
        ),
    ),
    "failed": (
        Said("{number} documents could not be made, and could before.", "有 {number} 份文档做不出来了，而之前可以。"),
        Said(
            "Run one of them alone: coachkit eval run SUITE --only case=…",
            "单独运行其中一个：coachkit eval run SUITE --only case=…",
        ),
    ),
    "missing": (
        Said("{number} samples of the baseline are not in this record.", "基线中有 {number} 个样本不在这次记录里。"),
        Said(
            "Run the same suite as the baseline; if cases were taken out on purpose, accept a new baseline.",
            "请运行与基线相同的套件；如果是有意去掉用例，请接受新的基线。",
        ),
    ),
    "altered": (
        Said(
            "{number} cases are not what they were in the baseline, and were not compared.",
            "有 {number} 个用例与基线中的不同，没有比较。",
        ),
        Said(
            "Accept a baseline made with the cases as they are now: coachkit eval baseline accept RECORD --why '…'",
            "请用现在的用例接受新的基线：coachkit eval baseline accept RECORD --why '…'",
        ),
    ),
    "added": (
        Said(
            "{number} samples are not in the baseline: nothing is known of how they were.",
            "有 {number} 个样本不在基线中，无从比较。",
        ),
        Said(
            "Accept a baseline that has them: coachkit eval baseline accept RECORD --why '…'",
            "请接受包含它们的基线：coachkit eval baseline accept RECORD --why '…'",
        ),
    ),
    "unscored": (
        Said("{number} samples had a score before and have none now.", "有 {number} 个样本之前有分数，现在没有了。"),
        Said(
            "Look at what is missing from these documents: what says nothing cannot be scored.",
            "请看这些文档缺了什么：什么都不说，也就无从打分。",
        ),
    ),
    "incomparable": (
        Said("it cannot be compared with the baseline: {why}.", "它不能与基线比较：{why}。"),
        Said(
            "Accept a baseline scored in the same way: coachkit eval baseline accept RECORD --why '…'",
            "请接受以同样方式打分的基线：coachkit eval baseline accept RECORD --why '…'",
        ),
    ),
    "prompt": (
        Said("{what}", "{what}"),
        Said("{todo}", "{todo}"),
    ),
    "unfinished": (
        Said(
            "the run did not end: {missing} samples are missing ({why}).",
            "运行没有结束：缺 {missing} 个样本（{why}）。",
        ),
        Said("Run it again: what is done is taken from the cache.", "请再运行一次：已完成的会从缓存中取出。"),
    ),
}
"""Code → what is the matter, and what to do."""
