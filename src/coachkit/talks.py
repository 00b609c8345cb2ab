"""What two people who talk share here, wired: points and private notes, and suggested conversations."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from coachkit.access import Directory, ReadLog
from coachkit.store.relational.database import Database

if TYPE_CHECKING:
    from coachkit.delivery.preparing import Preparing, PrivateNotes
    from coachkit.drafting.agents import Agent
    from coachkit.drafting.key_conversations import KeyConversations
    from coachkit.drafting.ports import FactReader
    from coachkit.store.relational.preparing import SqlPreparing

__all__ = ["Talks"]


class Talks:
    """Each part is made when it is first asked for, like those of :class:`coachkit.bootstrap.App`."""

    def __init__(
        self, database: Database, directory: Directory, facts: FactReader, reads: ReadLog, timezone: str
    ) -> None:
        self._database = database
        self._directory = directory
        self._facts = facts
        self._reads = reads
        self._timezone = timezone

    @cached_property
    def points(self) -> SqlPreparing:
        from coachkit.store.relational.preparing import SqlPreparing

        return SqlPreparing(self._database)

    @cached_property
    def agents(self) -> tuple[Agent, ...]:
        """What is drafted for the two, with the points they put down here and the rules of their team."""
        from coachkit.drafting.agents.agenda import AGENDA
        from coachkit.drafting.agents.brief import BRIEF
        from coachkit.drafting.agents.conversation import by_rules_of_the_team
        from coachkit.drafting.points import seeing_points

        card = by_rules_of_the_team(self.conversations.tuned_for)
        return (seeing_points(BRIEF, self.points), seeing_points(AGENDA, self.points), card)

    @cached_property
    def preparing(self) -> Preparing:
        from coachkit.delivery.preparing import Preparing

        return Preparing(self._directory, self.points, self._timezone)

    @cached_property
    def notes(self) -> PrivateNotes:
        from coachkit.delivery.preparing import PrivateNotes
        from coachkit.store.relational.preparing import SqlPrivateNotes

        return PrivateNotes(self._directory, SqlPrivateNotes(self._database))

    @cached_property
    def conversations(self) -> KeyConversations:
        from coachkit.drafting.key_conversations import KeyConversations
        from coachkit.store.relational.key_conversations import SqlConversationStore

        return KeyConversations(
            directory=self._directory,
            facts=self._facts,
            store=SqlConversationStore(self._database),
            reads=self._reads,
            timezone=self._timezone,
        )
