"""The questions of a self-review, as data: three to five, each in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coachkit.drafting.facts import Language

__all__ = ["ANSWER_LIMITS", "QUESTIONS", "Question", "asked"]

ANSWER_LIMITS: Mapping[Language, int] = {"en": 120, "zh": 200}
"""Of one answer, with what it asks the person: words of English, characters of Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question, and the section of the document that answers it.

    :ivar hint: what only the person can add; shown to them beside the answer and to nobody else.
    """

    section: str
    en: str
    zh: str
    hint_en: str
    hint_zh: str

    def text(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en

    def hint(self, language: Language) -> str:
        return self.hint_zh if language == "zh" else self.hint_en


QUESTIONS = (
    Question(
        section="moved",
        en="What did you move for your goals?",
        zh="你为自己的目标推进了什么？",
        hint_en="What was it like before, what did you do, and how would somebody else see the result?",
        hint_zh="之前是什么样？你做了什么？别人从哪里能看出结果？",
    ),
    Question(
        section="helped",
        en="What did you move for others, and whose goals did it advance?",
        zh="你为别人推进了什么？帮到了谁的目标？",
        hint_en="Who could go on because of you? Help without a trace in a system is yours to add.",
        hint_zh="谁因为你得以往下走？系统里没有痕迹的帮助，可以自己补上。",
    ),
    Question(
        section="changed",
        en="What changed for customers or the team?",
        zh="客户和团队因此有了什么变化？",
        hint_en="What can they do now that they could not do before? If nobody measured it, say so.",
        hint_zh="他们现在能做到哪些以前做不到的事？没人量过，就写没有量过。",
    ),
    Question(
        section="missed",
        en="What missed, and what did you learn?",
        zh="什么没做成？学到了什么？",
        hint_en="The dates are from the records; what you learnt is yours to write.",
        hint_zh="日期来自记录；学到了什么，由你来写。",
    ),
    Question(
        section="support",
        en="What support do you need?",
        zh="你需要什么支持？",
        hint_en="From whom, by when, and what will it change?",
        hint_zh="需要谁、在什么时候之前、会带来什么不同？",
    ),
)
"""The default set, in the order of the document."""


def asked(section: str) -> Question:
    """The question that a section answers."""
    return next(question for question in QUESTIONS if question.section == section)
