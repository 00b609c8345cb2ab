"""An explanation as text for a terminal: for each sentence why it is there, and what is not there and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from coachkit.domain.drafts import Check, Edit
from coachkit.domain.explanations import ExplainedEvidence, ExplainedSentence, Explanation, Untold

__all__ = ["explained", "in_words"]

_OUTCOMES = {
    "composed": ("our own words", "由记录直接写成"),
    "reworded": ("reworded by the model, and checked", "经模型改写，已核对"),
    "drafted": ("worded by the model, and checked", "由模型写成，已核对"),
    "replaced": ("the model’s words did not hold; our own stand here", "模型的写法与记录对不上，换成由记录直接写成的"),
    "edited": ("changed by a person", "由人改写"),
    "removed": ("taken out by a person", "由人删去"),
}
_WHY = {
    "weight": ("others weigh more", "同类里有更要紧的"),
    "room": ("the document would be too long", "放不下"),
    "refused": ("our own words for it did not hold", "写出来的句子与记录对不上"),
    "evidence": ("what it rests on is gone", "所依据的记录已不可见"),
}


def in_words(explanation: Explanation, sentence: ExplainedSentence) -> str:
    """How a sentence came to be, in the language of the document."""
    return _OUTCOMES[sentence.outcome][explanation.language == "zh"]


def explained(
    explanation: Explanation, statement: str | None = None, names: Mapping[str, str] | None = None
) -> RenderableType:
    """Something rich can print.

    :param statement: only this one, by its id.
    :param names: of people, by public id.
    """
    words = _Words(explanation.language == "zh", names or {})
    told = [one for one in explanation.sentences if statement in (None, one.id)]
    if statement is not None:
        return Group(*[part for one in told for part in _sentence(one, words)])
    parts: list[RenderableType] = list(_head(explanation, words))
    if explanation.withheld:
        return Group(*parts, Text(words.say(*_WITHHELD), style="yellow"))
    section = ""
    for one in told:
        if one.section_title != section:
            section = one.section_title
            parts.append(Text(f"\n{section}", style="bold blue"))
        parts += _sentence(one, words)
    if explanation.untold:
        parts.append(Text(f"\n{words.say('Found, and not told', '查到但没有写')}", style="bold blue"))
        parts += [_untold(one, words) for one in explanation.untold]
    return Group(*parts)


_WITHHELD = (
    "Evidence has changed or may not be read any more, so the steps are not shown; prepare the document anew.",
    "所依据的记录有改动或已不可见，生成过程不再显示；请重新生成。",
)


@dataclass(frozen=True, slots=True)
class _Words:
    zh: bool
    names: Mapping[str, str]

    def name(self, public: str) -> str:
        return self.names.get(public, public)

    def say(self, en: str, zh: str) -> str:
        return zh if self.zh else en

    def line(self, name: str, value: str) -> str:
        return f"{name}：{value}" if self.zh else f"{name}: {value}"


def _head(explanation: Explanation, words: _Words) -> Iterable[RenderableType]:
    yield Text(f"{explanation.title} · {explanation.kind} · {explanation.id}", style="bold")
    made = f"{explanation.created_at:%Y-%m-%d %H:%M} UTC"
    window = f"{explanation.window_start:%Y-%m-%d} – {explanation.window_end:%Y-%m-%d}"
    say = words.line
    lines = [
        say(words.say("made", "生成时间"), f"{made}, {words.name(explanation.viewer)}")
        + f" · {say(words.say('window', '范围'), window)} · {say(words.say('purpose', '用途'), explanation.purpose)}",
        say(words.say("model", "模型"), explanation.model)
        + (f" · {say(words.say('prompt', '提示词'), str(explanation.prompt['name']))}" if explanation.prompt else "")
        + _used(explanation, words),
        say(
            words.say("evidence", "证据"),
            words.say(f"{len(explanation.evidence)} records", f"{len(explanation.evidence)} 条记录")
            + _pack(explanation, words),
        ),
        say(
            words.say("time", "用时"), ", ".join(f"{step} {taken:.2f} s" for step, taken in explanation.seconds.items())
        ),
    ]
    yield from (Text(line, style="dim") for line in lines)
    yield from (Text(note, style="yellow") for note in explanation.notes)
    for decided in explanation.decisions:
        yield Text(f"{decided.at:%Y-%m-%d %H:%M} {decided.decision} · {words.name(decided.by)}", style="dim")


def _used(explanation: Explanation, words: _Words) -> str:
    usage = explanation.usage
    if not usage.get("requests") and not usage.get("cached"):
        return ""
    tokens = f"{usage.get('tokens_in', 0)} + {usage.get('tokens_out', 0)} tokens"
    cost = usage.get("cost")
    parts = [tokens, f"{cost:.4f} USD" if isinstance(cost, float) and cost else ""]
    parts.append(words.say("kept answer", "用了留存的答复") if usage.get("cached") else "")
    return "".join(f" · {part}" for part in parts if part)


def _pack(explanation: Explanation, words: _Words) -> str:
    tokens, most = explanation.pack.get("tokens"), explanation.pack.get("most_tokens")
    if tokens is None:
        return ""
    return words.say(f", {tokens} of {most} tokens quoted", f"，引用 {tokens} / {most} 个 token")


def _sentence(one: ExplainedSentence, words: _Words) -> Iterable[RenderableType]:
    gone = one.outcome == "removed"
    head = Text("• ", style="bold")
    head.append(one.text, style="strike" if gone else "bold")
    if one.question:
        head.append(f" {one.question}", style="italic")
    head.append(f"  {one.id}", style="dim")
    yield Padding(head, (0, 0, 0, 1))
    yield Padding(Group(*_about(one, words)), (0, 0, 1, 3))


def _about(one: ExplainedSentence, words: _Words) -> Iterable[Text]:
    fact, say = one.fact, words.line
    yield Text(say(words.say("how", "来历"), words.say(*_OUTCOMES[one.outcome])))
    values = ", ".join(f"{name} {value}" for name, value in fact.values.items())
    yield Text(say(words.say("fact", "事实"), f"{fact.kind}, {fact.day}") + (f" · {values}" if values else ""))
    yield Text(
        say(
            words.say("chosen", "入选"),
            words.say(f"weight {fact.weight:g}", f"权重 {fact.weight:g}") + f" · {fact.reason}",
        )
    )
    for record in one.evidence:
        yield _record(record)
    if more := fact.counted - len(one.evidence):
        yield Text(
            words.say(f"and {more} more records counted, not cited", f"另有 {more} 条记录计入，未引用"), style="dim"
        )
    if not fact.counted:
        yield Text(
            words.say("cites no record: it asks, or is about sources", "不引用记录：这是提问，或说的是来源本身"),
            style="dim",
        )
    if one.proposed is not None:
        proposed = f"{one.proposed.text} {one.proposed.question}".strip()
        yield Text(say(words.say("the model proposed", "模型写的"), proposed))
        if one.proposed.fact != one.id:
            yield Text(
                words.say(f"under the fact {one.proposed.fact}", f"写在事实 {one.proposed.fact} 名下"), style="dim"
            )
    if one.text != one.composed:
        yield Text(
            say(words.say("our own words", "由记录直接写成的"), f"{one.composed} {one.composed_question}".strip())
        )
    if one.checks:
        yield _checks(one.checks, words)
    yield from (_edit(edit, words) for edit in one.edits)


def _record(record: ExplainedEvidence) -> Text:
    number = f"[{record.number}] " if record.number else ""
    line = Text(number, style="cyan")
    line.append(" ".join(part for part in (record.key or record.kind, record.title) if part), style="default")
    line.append(f" · {record.day} · {record.connection} · {record.id}", style="dim")
    return line


def _checks(checks: Iterable[Check], words: _Words) -> Text:
    line = Text(words.line(words.say("checks", "核对"), ""))
    for place, check in enumerate(checks):
        line.append(" · " if place else "")
        line.append(f"{'✓' if check.passed else '✗'} {check.name}", style="green" if check.passed else "red")
        if check.reason:
            line.append(f" ({check.reason})", style="default" if check.passed else "red")
    return line


def _edit(edit: Edit, words: _Words) -> Text:
    said = {
        "keep": words.say("kept", "保留"),
        "edit": words.say("changed to", "改为"),
        "remove": words.say("taken out", "删去"),
    }[edit.action]
    text = f" “{edit.text}”" if edit.text else ""
    return Text(f"{edit.at:%Y-%m-%d %H:%M} {words.name(edit.by)}: {said}{text}", style="magenta")


def _untold(one: Untold, words: _Words) -> RenderableType:
    fact = one.fact
    line = Text(f"• {fact.kind}, {fact.day}")
    values = ", ".join(f"{name} {value}" for name, value in fact.values.items())
    line.append(f" · {values}" if values else "")
    why = words.say(*_WHY[one.why]) + (f": {one.detail}" if one.detail else "")
    line.append(f"\n  {words.say('weight', '权重')} {fact.weight:g} · {fact.reason} · ", style="dim")
    line.append(why, style="yellow")
    return Padding(line, (0, 0, 0, 1))
