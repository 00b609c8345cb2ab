"""From a draft of this installation to a case that anybody may run: its records, and no name as it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from coachkit.access import Viewer
from coachkit.bootstrap import App
from coachkit.domain.drafts import Draft, DraftKind
from coachkit.domain.identity import unpublic_id
from coachkit.errors import BadInput
from coachkit.evaluation.cases import EvalCase, Forbidden, Mention
from coachkit.evaluation.freezing.pseudonyms import Pseudonyms, Somebody
from coachkit.evaluation.freezing.writing import Frozen
from coachkit.store.relational import schema as t
from coachkit.store.relational.restoring import Restored, restore

__all__ = ["freeze"]


def freeze(
    app: App,
    draft_id: str,
    viewer: Viewer,
    *,
    name: str = "",
    why: str = "",
    gold: Iterable[str] = (),
    must_mention: Iterable[str] = (),
    must_not: Iterable[str] = (),
    besides: Mapping[str, str] | None = None,
) -> tuple[Frozen, Pseudonyms]:
    """The case, and what stands for what in it.

    :param viewer: whose draft it is; the read is noted. :param name: of the case; else one by the draft's hash.
    :param gold: keys of records that should be cited, as they are called here; words in ``must_mention`` and
        ``must_not`` as they stand here: all are replaced like the rest.
    :param besides: words that are to be replaced as well, and by what.
    :raises BadInput: if the draft is of a kind about no single person, or its evidence has changed or is gone.
    """
    draft = _readable(app, draft_id, viewer)
    subject, reader = unpublic_id(draft.subject), unpublic_id(draft.viewer)
    ids = [unpublic_id(one) for one in draft.evidence]
    restored = restore(app.database, ids, {subject, reader}, viewer.scopes)
    people = _people(app, restored, first=(subject, reader))
    said = Pseudonyms(list(people.values()), _places(restored.lines), besides or {})
    case_id = name or f"{draft.kind}-{sha256(draft.id.encode()).hexdigest()[:8]}".replace("_", "-")
    zone = ZoneInfo(app.settings.timezone)
    day = draft.on or draft.window_end.astimezone(zone).date()
    case = EvalCase(
        id=case_id,
        document=str(draft.kind),
        organisation=f"frozen-{case_id}",
        subject=_mail(said, people[subject]),
        viewer=_mail(said, people[reader]),
        day=day,
        languages=("zh",) if draft.language == "zh" else ("en",),
        slices=("production",),
        gold=tuple(said.work(key) for key in gold),
        must_mention=tuple(_mention(draft, said.said(words)) for words in must_mention),
        must_not=tuple(Forbidden(text=said.said(words)) for words in must_not),
        provenance=f"a draft of production, names replaced. {said.said(why)}".strip(),
    )
    lines = said.lines(restored.lines)
    frozen = Frozen(case=case, today=day + timedelta(days=1), timezone=app.settings.timezone, lines=lines)
    return frozen, said


def _readable(app: App, draft_id: str, viewer: Viewer) -> Draft:
    """The draft, if it can be frozen."""
    draft = app.documents.get(draft_id, viewer)
    if draft.kind is DraftKind.CONTRIBUTION_SUMMARY:
        raise BadInput(
            "a contribution summary is about many people, and cannot be frozen without their word.",
            hint="Write the case by hand: coachkit eval new contribution_summary.",
            chinese=(
                "协同贡献小结涉及许多人，不能不经同意就冻结。",
                "请手写用例：coachkit eval new contribution_summary。",
            ),
        )
    if draft.stale:
        raise BadInput(
            "its evidence has changed or is gone since, so it cannot be frozen as it was.",
            subject=draft.id,
            hint="Prepare the document anew, and freeze that draft.",
            chinese=("它的证据之后有改动或已不在，无法按原样冻结。", "请重新生成文书，再冻结新的草稿。"),
        )
    return draft


def _mention(draft: Draft, words: str) -> Mention:
    return Mention(zh=(words,)) if draft.language == "zh" else Mention(en=(words,))


def _mail(said: Pseudonyms, one: Somebody) -> str:
    return said.said(one.mails[0]) if one.mails else said.key(one.keys[0])


def _people(app: App, restored: Restored, *, first: tuple[int, ...]) -> dict[int, Somebody]:
    """Everybody here: those in the records first, and all others, because a text may name anybody."""
    keys: dict[int, list[str]] = {}
    names: dict[int, list[str]] = {}
    with app.database.read() as connection:
        c = t.identities.c
        for row in connection.execute(sa.select(c.person_id, c.key, c.name).order_by(c.key)):
            if row.person_id is not None:
                keys.setdefault(row.person_id, []).append(row.key)
                names.setdefault(row.person_id, []).extend(filter(None, [row.name]))
    entries = {one.id: one for one in app.directory.people(left=True)}
    order = [*first, *sorted(restored.people - set(first)), *sorted(entries.keys() - restored.people - set(first))]
    found = {}
    for person in order:
        entry = entries.get(person) or app.directory.person(person)
        held = keys.get(person, [])
        mails = [key.partition(":")[2] for key in held if key.startswith("email:")]
        found[person] = Somebody(
            name=entry.name,
            other_names=tuple(dict.fromkeys([*entry.other_names, *names.get(person, [])])),
            mails=tuple(dict.fromkeys([*filter(None, [entry.email]), *mails])),
            keys=tuple(held),
        )
    return found


def _places(lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """Keys and names of teams, and projects and repositories."""
    found: list[str] = []
    for line in lines:
        record = line["record"]
        if record["noun"] == "team":
            found += [record["name"], *record.get("other_names", [])]
        found += filter(None, [record.get("container")])
    return found
