"""Evidence of any shape as typed sources: its running text, its fields, its days, and who stands in it in which role.

A piece of evidence is a string or an object. Of an object every scalar counts: strings with blanks or Chinese are
running text, the others are fields; what reads as a day is a day; names under a role (``reviewer``, ``from``,
``actors: [{role, name}]``) are people or teams.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from coachkit.drafting.verify.lexicon import ACTS, concepts

__all__ = ["Actor", "Source", "role_of", "source"]


def _all(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SKIPPED = _all(
    """url link href content_hash hash scope audience sensitivity tenant connection stream suspicious weight score etag
    version avatar lang language short who number"""
)
"""What says how a record is kept, not what it says."""
_IDS = ("id", "evidence_id", "ref", "uid", "key", "number")
_NAMES = ("name", "display_name", "full_name", "displayName", "login", "姓名", "名字", "person", "identity")
_GIVES = _all(
    """from by giver helper actor sender user who author creator reporter reviewer approver merger integrator committer
    tester mentor unblocker answerer asker commenter speaker owner assignee subject_of responder praiser requester
    review approve approval merge integrate commit test ack unblock answer ask respond document comment help
    作者 评审人 审查人 审批人 负责人 经办人 报告人 提出人 创建人 合并人 提交人 帮助者 提问人 回答人 处理人 发送人
    评审者 帮助人 指导人"""
)
_RECEIVES = _all(
    """to receiver recipient target mentee reviewee beneficiary whom for helpee subject
    被帮助者 被帮助人 受助者 受助人 接收人 收件人 被评审人 对象 求助者 求助人 被指导人"""
)
_ROLE_ACT = {
    "author": "write", "authored": "write", "co_authored": "co_author", "creator": "open", "reporter": "report",
    "assignee": "own", "integrator": "merge",
    "asker": "ask", "requester": "ask", "commenter": "say", "speaker": "say", "responder": "answer", "giver": "",
    "from": "", "by": "", "actor": "", "user": "", "who": "", "sender": "give", "praiser": "praise", "ack": "approve",
    "integrate": "merge",
    "作者": "write", "评审人": "review", "评审者": "review", "审查人": "review", "审批人": "approve", "负责人": "own",
    "经办人": "own", "报告人": "report", "提出人": "report", "创建人": "open", "合并人": "merge", "提交人": "commit",
    "帮助者": "help", "帮助人": "help", "提问人": "ask", "回答人": "answer", "处理人": "handle", "发送人": "give",
    "指导人": "mentor",
}  # fmt: skip
_EITHER = _all("helped unblocked mentored thanked praised blocked supported assisted taught")
"""Roles that name who received, unless the record names a receiver otherwise: then they name who gave."""
_NEUTRAL = _all("team teams group organisation organization department 团队 部门 manager report participant assigned")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{2}:\d{2}.*)?$")


@dataclass(frozen=True, slots=True)
class Actor:
    """A name in a role: ``gives``, ``receives`` or neither; ``act`` is what was done, as far as the role says it."""

    name: str
    role: str
    side: str
    act: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One piece of evidence, taken apart.

    :ivar aliases: what it can be cited by; ``places`` what it can be cited by where that is no alias of another.
    :ivar days: days by the name of their field.
    :ivar denied: names of fields that are false, zero or empty.
    """

    id: str
    aliases: frozenset[str]
    places: tuple[str, ...]
    kind: str = ""
    key: str = ""
    texts: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    numbers: tuple[tuple[str, float], ...] = ()
    days: tuple[tuple[str, date], ...] = ()
    actors: tuple[Actor, ...] = ()
    denied: frozenset[str] = frozenset()


@dataclass
class _Found:
    texts: list[str] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    numbers: list[tuple[str, float]] = field(default_factory=list)
    days: list[tuple[str, date]] = field(default_factory=list)
    actors: list[Actor] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)


def source(value: str | Mapping[str, Any], place: int, name: str = "") -> Source:
    """Take a piece of evidence apart.

    :param place: its place in the list, from 1; it can be cited by it.
    :param name: its key, where evidence is an object of objects.
    """
    places = (str(place), f"E{place}", f"[{place}]")
    if isinstance(value, str):
        return Source(name or f"E{place}", frozenset({name} - {""}), places, texts=(value,))
    listed = [str(value[key]) for key in _IDS if isinstance(value.get(key), str | int)]
    found = _Found()
    for key, part in value.items():
        if key not in _IDS or key == "key":
            _walk(found, str(key), part)
    others = any(actor.side == "receives" and actor.role not in _EITHER for actor in found.actors)
    found.actors = [_settled(actor, others) for actor in found.actors]
    return Source(
        next(iter([*listed, name, f"E{place}"])) or f"E{place}",
        frozenset({*listed, name} - {""}),
        places,
        kind=str(value.get("kind") or value.get("type") or ""),
        key=str(value.get("key") or ""),
        texts=tuple(found.texts),
        fields=tuple(found.fields),
        numbers=tuple(found.numbers),
        days=tuple(found.days),
        actors=tuple(found.actors),
        denied=frozenset(found.denied),
    )


def _settled(actor: Actor, others: bool) -> Actor:
    """A role such as ``unblocked``, once it is known whether the record says in another role who received."""
    if actor.role not in _EITHER or not others:
        return actor
    return Actor(actor.name, actor.role, "gives", next(iter(sorted(concepts(actor.role) & ACTS)), ""))


def _walk(found: _Found, name: str, value: Any) -> None:
    role = name.lower()
    if role == "names" and isinstance(value, list) and all(isinstance(part, str) for part in value):
        found.actors += [Actor(part, "named", "") for part in value if part]
        return
    if role in _SKIPPED:
        return
    if value is None or value is False or value == 0 or value in ("", [], {}):
        found.denied.add(role)
        found.numbers += [(name, 0.0)] if value == 0 and not isinstance(value, bool) else []
    elif isinstance(value, bool):
        found.fields.append((name, "true"))
    elif isinstance(value, int | float):
        found.numbers.append((name, float(value)))
    elif isinstance(value, str):
        _string(found, name, value)
    elif isinstance(value, Mapping):
        _object(found, name, value)
    elif isinstance(value, list | tuple):
        for part in value:
            _walk(found, name, part)


def _string(found: _Found, name: str, value: str) -> None:
    value = value.strip()
    if match := _ISO.fullmatch(value):
        try:
            found.days.append((name.lower(), date(*(int(part) for part in match.groups()))))
        except ValueError:
            found.texts.append(value)
    elif re.fullmatch(r"-?\d+(?:\.\d+)?", value):
        found.numbers.append((name, float(value)))
    elif _is_role(name) and _is_name(value):
        found.actors.append(role_of(name, value))
    elif re.search(r"\s|[\u3400-\u9fff]", value) and name.lower() not in ("state", "status", "kind", "type"):
        found.texts.append(value)
    else:
        found.fields.append((name, value))


def _object(found: _Found, name: str, value: Mapping[str, Any]) -> None:
    named = next((str(value[key]) for key in _NAMES if isinstance(value.get(key), str) and value[key]), "")
    role = value.get("role") or value.get("角色") or (name if _is_role(name) else "")
    if named and isinstance(role, str) and (role or name.lower() in ("actors", "people", "participants", "persons")):
        found.actors.append(role_of(role, named))
        for key, part in value.items():
            if key == "team" and isinstance(part, str) and part:
                found.actors.append(Actor(part, "team", ""))
        return
    for key, part in value.items():
        _walk(found, str(key), part)


def _single(role: str) -> str:
    """``reviewers`` is ``reviewer``."""
    one = role.removesuffix("s")
    return one if one in _GIVES | _RECEIVES | _NEUTRAL else role


def _is_role(name: str) -> bool:
    role = name.lower()
    role = _single(role)
    known = role in _GIVES or role in _RECEIVES or role in _NEUTRAL or name in _GIVES | _RECEIVES | _NEUTRAL
    return known or role.endswith(("_by", "_to", "_author", "_name", "manager"))


def _is_name(value: str) -> bool:
    """Short, and neither a state nor a sentence: ``from: In progress`` names nobody."""
    words = value.split()
    if len(value) > 60 or len(words) > 5 or re.search(r"[.!?。！？:：]\s|\d{4}-", value):
        return False
    return not all(concepts(word.lower()) or word.lower() in ("in", "to", "do") for word in words)


def role_of(role: str, name: str) -> Actor:
    """Which side of an act a role is on: ``merged_by`` gives, ``helped`` receives."""
    plain = _single(role.strip().lower().replace(" ", "_").replace("-", "_").removesuffix("_name"))
    if plain in _RECEIVES or plain in _EITHER:
        return Actor(name, plain, "receives")
    if plain in _ROLE_ACT:
        return Actor(name, plain, "gives", _ROLE_ACT[plain])
    head, _, tail = plain.rpartition("_")
    acts = concepts(head or plain) & ACTS
    act = next(iter(sorted(acts)), "")
    if plain in _GIVES or tail == "by":
        return Actor(name, plain, "gives", act)
    if tail in ("to", "for"):
        return Actor(name, plain, "receives")
    if plain.endswith(("er", "or", "ed")) and acts and plain not in _NEUTRAL:
        return Actor(name, plain, "gives", act)
    return Actor(name, plain, "")
