"""Which key conversations were suggested, what people answered, and how teams tuned the rules, in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

import sqlalchemy as sa

from coachkit.domain.identity import content_hash
from coachkit.drafting.conversation_rows import AnswerRow, HeldBack, OfferRow, SettingRow
from coachkit.insight.conversations import Setting
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database, upsert

__all__ = ["SqlConversationStore"]


class SqlConversationStore:
    """The :class:`~coachkit.drafting.conversation_rows.ConversationStore` over the relational store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def offers(self, *, manager: int | None = None, subject: int | None = None) -> Sequence[OfferRow]:
        c = t.conversation_offers.c
        query = sa.select(t.conversation_offers).order_by(c.offered_on, c.card_id)
        query = query if manager is None else query.where(c.manager_id == manager)
        query = query if subject is None else query.where(c.subject_id == subject)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [
            OfferRow(
                card=row.card_id,
                day=row.offered_on,
                manager=row.manager_id,
                subject=row.subject_id,
                team=row.team,
                rule=row.rule,
                version=row.version,
                about=row.about,
            )
            for row in rows
        ]

    def add_offers(self, offers: Iterable[OfferRow]) -> None:
        rows = [
            {
                "card_id": one.card,
                "offered_on": one.day,
                "manager_id": one.manager,
                "subject_id": one.subject,
                "team": one.team,
                "rule": one.rule,
                "version": one.version,
                "about": one.about,
            }
            for one in offers
        ]
        with self._database.write() as connection:
            upsert(connection, t.conversation_offers, rows, update=[])

    def answers(
        self, *, manager: int | None = None, subject: int | None = None, team: str | None = None
    ) -> Sequence[AnswerRow]:
        c = t.conversation_answers.c
        query = sa.select(t.conversation_answers).where(c.undone_at.is_(None)).order_by(c.at, c.id)
        query = query if manager is None else query.where(c.manager_id == manager)
        query = query if subject is None else query.where(c.subject_id == subject)
        query = query if team is None else query.where(c.team == team)
        with self._database.read() as connection:
            return [_answer(row) for row in connection.execute(query)]

    def add_answer(self, answer: AnswerRow) -> None:
        row = {
            "id": answer.id,
            "card_id": answer.card,
            "manager_id": answer.manager,
            "subject_id": answer.subject,
            "team": answer.team,
            "rule": answer.rule,
            "by_person_id": answer.by,
            "kind": answer.kind,
            "at": answer.at,
            "until": answer.until,
            "undone_at": answer.undone_at,
        }
        with self._database.write() as connection:
            upsert(connection, t.conversation_answers, [row])

    def answer(self, answer_id: str) -> AnswerRow | None:
        query = sa.select(t.conversation_answers).where(t.conversation_answers.c.id == answer_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return _answer(row) if row else None

    def undo(self, answer_id: str, at: datetime) -> None:
        with self._database.write() as connection:
            connection.execute(
                sa.update(t.conversation_answers).where(t.conversation_answers.c.id == answer_id).values(undone_at=at)
            )

    def settings(self, team: str) -> Sequence[SettingRow]:
        c = t.conversation_settings.c
        query = sa.select(t.conversation_settings).where(c.team == team).order_by(c.at, c.id)
        with self._database.read() as connection:
            return [
                SettingRow(
                    id=row.id,
                    team=row.team,
                    rule=row.rule,
                    setting=Setting(at=row.at, by=row.by, reason=row.reason, **row.setting),
                )
                for row in connection.execute(query)
            ]

    def add_setting(self, row: SettingRow) -> None:
        values = asdict(row.setting)
        at, by, reason = values.pop("at"), values.pop("by"), values.pop("reason")
        stored = {"id": row.id, "team": row.team, "rule": row.rule, "at": at, "by": by, "reason": reason}
        with self._database.write() as connection:
            upsert(connection, t.conversation_settings, [{**stored, "setting": values}])

    def noticed(self, kind: str) -> Mapping[int, datetime]:
        c = t.notices.c
        query = sa.select(c.person_id, sa.func.min(c.at)).where(c.kind == kind).group_by(c.person_id)
        with self._database.read() as connection:
            return {int(person): at for person, at in connection.execute(query)}

    def add_notices(self, kind: str, people: Iterable[int], text: str, at: datetime) -> None:
        told = self.noticed(kind)
        rows: list[dict[str, object]] = [
            {
                "id": content_hash("notice", kind, person)[:16],
                "person_id": person,
                "kind": kind,
                "at": at,
                "text": text,
                "data": {},
                "read_at": None,
            }
            for person in people
            if person not in told
        ]
        with self._database.write() as connection:
            upsert(connection, t.notices, rows, update=[])

    def looked(self, manager: int) -> tuple[date, tuple[HeldBack, ...]] | None:
        query = sa.select(t.conversation_looks).where(t.conversation_looks.c.manager_id == manager)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return (row.day, tuple(HeldBack(**one) for one in row.held)) if row else None

    def note_look(self, manager: int, day: date, held: Sequence[HeldBack]) -> None:
        row = {"manager_id": manager, "day": day, "held": [asdict(one) for one in held]}
        with self._database.write() as connection:
            upsert(connection, t.conversation_looks, [row])


def _answer(row: sa.Row[tuple[object, ...]]) -> AnswerRow:
    values = row._mapping
    return AnswerRow(
        id=values["id"],
        card=values["card_id"],
        manager=values["manager_id"],
        subject=values["subject_id"],
        team=values["team"],
        rule=values["rule"],
        by=values["by_person_id"],
        kind=values["kind"],
        at=values["at"],
        until=values["until"],
        undone_at=values["undone_at"],
    )
