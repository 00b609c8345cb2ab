"""A draft as plain data: what pages, the API and exports show, with citation numbers, sources and header in words.

Nothing is looked up here: a draft carries everything, so every door shows the same.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from coachkit.domain.drafts import CitedSource, Draft, DraftKind, Section, Statement

__all__ = ["Document", "DocumentAction", "DocumentSection", "DocumentSource", "DocumentStatement", "document"]

_WEEKDAYS = (("Mon", "一"), ("Tue", "二"), ("Wed", "三"), ("Thu", "四"), ("Fri", "五"), ("Sat", "六"), ("Sun", "日"))
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_KINDS = {
    "action_item": ("Action", "待办"),
    "change_request": ("Change request", "代码评审"),
    "check_in": ("Check-in", "一对一"),
    "commit": ("Commit", "提交"),
    "document": ("Document", "文档"),
    "feedback": ("Feedback", "反馈"),
    "goal": ("Goal", "目标"),
    "interaction": ("Comment", "评论"),
    "issue": ("Ticket", "工单"),
    "meeting": ("Meeting", "会议"),
    "person_profile": ("HR record", "人事信息"),
    "task": ("Task", "任务"),
}


_ABOUT = {
    DraftKind.BRIEF: ("About this brief", "关于这份简报"),
    DraftKind.AGENDA: ("About this agenda", "关于这份议程"),
    DraftKind.SELF_REVIEW: ("About this draft", "关于这份草稿"),
    DraftKind.CONTRIBUTION_SUMMARY: ("About this summary", "关于这份小结"),
    DraftKind.KEY_CONVERSATION: ("About this card", "关于这张卡片"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSource:
    """A cited record: its number in the text, what it is called, and its day in words.

    :ivar label: what a citation chip shows beside the number: the key, or what kind of record it is.
    """

    number: int
    id: str
    key: str
    label: str
    title: str
    kind: str
    connection: str
    day: str
    occurred_at: datetime
    url: str | None
    suspicious: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAction:
    """An action item, to be ticked.

    :ivar id: public id of its record.
    """

    id: str
    title: str
    owner: str
    owned_by_subject: bool
    due_on: date | None
    done: bool
    done_on: date | None
    days_over: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentStatement:
    """A statement, its open question, and the numbers of the sources behind it.

    :ivar id: stable within the draft; what edits and explanations go by.
    :ivar origin: how the sentence came to be: ``composed``, ``reworded``, ``drafted``, ``replaced``, ``edited``.
    :ivar about: ``sources`` or ``question`` where it rests on no record and cites nothing.
    """

    text: str
    question: str
    citations: tuple[int, ...]
    fact: str
    origin: str
    about: str
    action: DocumentAction | None
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSection:
    name: str
    title: str
    statements: tuple[DocumentStatement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A draft, ready to be shown.

    :ivar headline: who and when, in one line; ``lines`` the small print under it.
    :ivar on: as of the end of which day it was asked for, if not as of its making.
    :ivar labels: words of the document's own furniture, in its language: ``sources``, ``notes``, ``stale``.
    """

    id: str
    kind: str
    language: str
    model: str
    subject: str
    created_at: datetime
    headline: str
    lines: tuple[str, ...]
    sections: tuple[DocumentSection, ...]
    sources: tuple[DocumentSource, ...]
    notes: tuple[str, ...]
    stale: bool
    labels: dict[str, str]
    on: date | None = None

    def plain(self) -> dict[str, object]:
        """As JSON-ready data."""

        def ready(value: object) -> object:
            if isinstance(value, dict):
                return {name: ready(part) for name, part in value.items()}
            if isinstance(value, list | tuple):
                return [ready(part) for part in value]
            return value.isoformat() if isinstance(value, date) else value

        return {name: ready(value) for name, value in asdict(self).items()}


def document(draft: Draft, timezone: str) -> Document:
    """``draft`` as it is shown; days and times are those of ``timezone``."""
    words = _Words(draft.language == "zh", ZoneInfo(timezone), draft.window_end, draft.kind)
    numbers = draft.citations
    return Document(
        id=draft.id,
        kind=str(draft.kind),
        language=draft.language,
        model=draft.model,
        subject=draft.subject,
        created_at=draft.created_at,
        headline=_headline(draft, words),
        lines=_lines(draft, words),
        sections=tuple(_section(section, numbers) for section in draft.sections),
        sources=tuple(_source(source, numbers[source.id], words) for source in draft.sources if source.id in numbers),
        notes=draft.notes,
        stale=draft.stale,
        labels=words.labels | _own_labels(draft, words),
        on=draft.on,
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """Days and furniture in the document's language."""

    zh: bool
    zone: ZoneInfo
    now: datetime
    kind: DraftKind

    def say(self, en: str, zh: str) -> str:
        return zh if self.zh else en

    def day(self, at: datetime) -> str:
        local, this_year = at.astimezone(self.zone), self.now.astimezone(self.zone).year
        if self.zh:
            return ("" if local.year == this_year else f"{local.year} 年 ") + f"{local.month} 月 {local.day} 日"
        return f"{local.day} {_MONTHS[local.month - 1]}" + ("" if local.year == this_year else f" {local.year}")

    def span(self, start: datetime, end: datetime) -> str:
        """``6–19 May``, ``5 月 6–19 日``, ``28 Apr – 9 May``."""
        first, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        if first == last:
            return self.day(end)
        if (first.year, first.month) != (last.year, last.month):
            return self.say(f"{self.day(start)} – {self.day(end)}", f"{self.day(start)}至 {self.day(end)}")
        whole = self.day(end)
        return whole.replace(f"{last.day} 日", f"{first.day}–{last.day} 日") if self.zh else f"{first.day}–{whole}"

    def moment(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        weekday = _WEEKDAYS[local.weekday()]
        if self.zh:
            return f"{self.day(at)}（周{weekday[1]}）{local:%H:%M}"
        return f"{weekday[0]} {self.day(at)}, {local:%H:%M}"

    @property
    def labels(self) -> dict[str, str]:
        return {
            "sources": self.say("Sources", "来源"),
            "notes": self.say(*_ABOUT[self.kind]),
            "stale": self.say(
                "Some of what this rests on has changed or is gone; prepare it anew.",
                "所依据的记录有改动或已不可见，请重新生成。",
            ),
            "suspicious": self.say(
                "reads like instructions to a program; shown, never followed", "内容像是写给程序的指令，只显示，不执行"
            ),
            "ask": self.say("Try asking", "可以这样问"),
            "why": self.say("Why this sentence", "为什么有这句"),
        }


def _own_labels(draft: Draft, words: _Words) -> dict[str, str]:
    """In a self-review the questions are to the one who writes it."""
    if draft.kind is DraftKind.SELF_REVIEW:
        return {"ask": words.say("Only you know", "只有你知道")}
    return {}


def _headline(draft: Draft, words: _Words) -> str:
    header = draft.header
    if header is None:
        return draft.title
    if draft.kind is DraftKind.SELF_REVIEW:
        return words.say(f"{header.person} · self-review", f"{header.person} · 自评")
    if draft.kind is DraftKind.CONTRIBUTION_SUMMARY:
        return words.say(f"{header.person} · who contributed what", f"{header.person} · 协同贡献小结")
    if draft.kind is DraftKind.KEY_CONVERSATION:
        return words.say(f"{header.person} · key conversation", f"{header.person} · 关键对话")
    if header.meeting_at is None and draft.kind is DraftKind.AGENDA:
        return words.say(f"{header.person} · check-in agenda", f"{header.person} · 一对一议程")
    if header.meeting_at is None:
        return words.say(f"{header.person} · check-in", f"{header.person} · 一对一")
    when = words.moment(header.meeting_at)
    return words.say(f"{header.person} · check-in {when}", f"{header.person} · {when}")


def _lines(draft: Draft, words: _Words) -> tuple[str, ...]:
    header = draft.header
    if header is None:
        return ()
    who = " · ".join(part for part in (header.title, header.team) if part)
    met = words.say("no check-in on record", "没有一对一记录")
    if header.last_meeting_at is not None:
        day = words.day(header.last_meeting_at)
        met = words.say(f"last check-in {day}", f"上次 {day}")
    span = words.span(draft.window_start, draft.window_end)
    if draft.on is not None:
        span = words.say(
            f"{span} · as of {words.day(draft.window_end)} {draft.on.year}",
            f"{span} · 截至 {draft.on.year} 年 {words.day(draft.window_end)}",
        )
    window = words.say(f"{met} · window {span}", f"{met} · 范围 {span}")
    if draft.kind in (DraftKind.SELF_REVIEW, DraftKind.CONTRIBUTION_SUMMARY):
        window = words.say(f"period {span}", f"时期 {span}")
    read = ", ".join(header.read) if not words.zh else "、".join(header.read)
    card = draft.kind is DraftKind.KEY_CONVERSATION and not read  # it cites what it rests on, and has little room
    parts = [] if card else [words.say(f"read: {read or 'nothing'}", f"已读：{read or '无'}")]
    if header.not_read:
        missing = [f"{name} ({why})" if not words.zh else f"{name}（{why}）" for name, why in header.not_read.items()]
        parts.append(words.say(f"not read: {', '.join(missing)}", f"未读：{'、'.join(missing)}"))
    return tuple(line for line in (who, window, " · ".join(parts)) if line)


def _section(section: Section, numbers: dict[str, int]) -> DocumentSection:
    return DocumentSection(
        name=section.name,
        title=section.title,
        statements=tuple(_statement(statement, numbers) for statement in section.statements),
    )


def _statement(statement: Statement, numbers: dict[str, int]) -> DocumentStatement:
    return DocumentStatement(
        text=statement.text,
        question=statement.question,
        citations=tuple(sorted(numbers[one] for one in statement.evidence)),
        fact=statement.fact,
        origin=str(statement.origin),
        about=str(statement.data.get("about", "")),
        action=_action(statement) if "action" in statement.data else None,
        id=statement.id,
    )


def _action(statement: Statement) -> DocumentAction:
    data = statement.data
    due, done = data.get("due_on"), data.get("done_on")
    return DocumentAction(
        id=str(data["action"]),
        title=str(data["title"]),
        owner=str(data["owner"]),
        owned_by_subject=bool(data["owned_by_subject"]),
        due_on=date.fromisoformat(due) if isinstance(due, str) else None,
        done=bool(data["done"]),
        done_on=date.fromisoformat(done) if isinstance(done, str) else None,
        days_over=over if isinstance(over := data.get("days_over"), int) else 0,
    )


def _source(source: CitedSource, number: int, words: _Words) -> DocumentSource:
    kind = words.say(*_KINDS.get(source.kind, (source.kind.replace("_", " ").capitalize(), source.kind)))
    return DocumentSource(
        number=number,
        id=source.id,
        key=source.key,
        label=source.key or kind,
        title=source.title,
        kind=kind,
        connection=source.connection,
        day=words.day(source.occurred_at),
        occurred_at=source.occurred_at,
        url=source.url,
        suspicious=source.suspicious,
    )
