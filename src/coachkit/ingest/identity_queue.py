"""The queue of doubtful identities: questions, answers by people, and taking answers back."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from coachkit.domain.identity import public_id, unpublic_id
from coachkit.errors import BadInput
from coachkit.ingest.identities import Verdict
from coachkit.ingest.identity_suggestions import Clue, Known, Places, Stranger, Suggestion, candidates, weigh

__all__ = ["Candidate", "Decision", "IdentityQueue", "IdentityStore", "Question"]

SUGGEST_JOB = "identities.suggest"
"""Kind of the job that looks for suggestions; run it after a sync, with :meth:`IdentityQueue.suggest`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A person that an identity might be, with what speaks for and against it."""

    person: int
    name: str
    title: str | None
    email: str | None
    evidence_for: tuple[Clue, ...]
    evidence_against: tuple[Clue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whose is this identity? ``acts``: how often it did something here; ``contested``: records of several claim it."""

    identity: int
    key: str
    name: str | None
    contested: bool
    acts: int
    candidates: tuple[Candidate, ...]

    @property
    def public_id(self) -> str:
        return public_id(self.identity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a human said of an identity.

    :ivar verdict: ``is`` (``person``'s), ``nobody`` (of nobody here), ``not`` (``person``'s).
    :ivar previous_person: whose it was before any human decided.
    """

    id: int
    identity: int
    key: str
    verdict: str
    person: int | None
    previous_person: int | None
    decided_by: str
    decided_at: datetime
    reason: str
    undone_at: datetime | None = None
    undone_by: str | None = None

    @property
    def public_id(self) -> str:
        return public_id(self.id)


class IdentityStore(Protocol):
    """What the queue needs of a store."""

    def questions(self, *, limit: int, offset: int, everything: bool) -> tuple[Question, ...]: ...

    def identity(self, text: str) -> int:
        """The identity with this key or public id. :raises NotFound: if there is none."""

    def decide(
        self, identity: int, verdict: str, person: int | None, *, by: str, reason: str, now: datetime
    ) -> Decision:
        """Record the decision and resolve anew, in one transaction."""

    def separate(self, identity: int, *, by: str, reason: str, now: datetime) -> Decision: ...

    def undo(self, decision: int, *, by: str, now: datetime) -> Decision: ...

    def decisions(self, *, identity: int | None, limit: int) -> tuple[Decision, ...]: ...

    def strangers(self) -> Iterable[Stranger]: ...

    def known(self) -> Iterable[Known]: ...

    def places(self, identities: set[int], people: set[int], now: datetime) -> Places: ...

    def replace_suggestions(self, found: Sequence[Suggestion], now: datetime) -> None: ...


class IdentityQueue:
    """What people see and answer. Every answer has an author and a reason, and can be undone."""

    def __init__(self, store: IdentityStore) -> None:
        self._store = store

    def list(self, *, limit: int = 50, offset: int = 0, everything: bool = False) -> tuple[Question, ...]:
        """Open questions, those that matter most first (by how often the identity acts).

        :param everything: also unmatched identities for which nothing is suggested.
        """
        return self._store.questions(limit=limit, offset=offset, everything=everything)

    def identity(self, text: str) -> int:
        """The id of the identity with this key (``github:octocat``) or public id.

        :raises NotFound: if there is none.
        """
        return self._store.identity(text.strip())

    def accept(self, identity: int, person: int, *, by: str, reason: str, now: datetime) -> Decision:
        """This identity is that person's. For an HR identity: both are one person, who is ``person`` from now on."""
        return self._decide(identity, Verdict.IS, person, by=by, reason=reason, now=now)

    def refuse(self, identity: int, person: int, *, by: str, reason: str, now: datetime) -> Decision:
        """This identity is not that person's, whatever sources say; it is not suggested again."""
        return self._decide(identity, Verdict.NOT, person, by=by, reason=reason, now=now)

    def assign_nobody(self, identity: int, *, by: str, reason: str, now: datetime) -> Decision:
        """This identity is of nobody here: a machine, a customer, somebody from outside."""
        return self._decide(identity, Verdict.NOBODY, None, by=by, reason=reason, now=now)

    def separate(self, identity: int, *, by: str, reason: str, now: datetime) -> Decision:
        """Split: an HR identity is a person of its own, whatever joined it to another.

        :raises BadInput: if no HR record stands behind the identity: only these make people.
        """
        _require(by, reason)
        return self._store.separate(identity, by=by, reason=reason.strip(), now=now)

    def undo(self, decision: int | str, *, by: str, now: datetime) -> Decision:
        """Take an answer back; everything is as if it had never been given.

        :raises NotFound: if there is no such decision in force.
        """
        try:
            number = unpublic_id(decision) if isinstance(decision, str) else decision
        except ValueError as error:
            raise BadInput(f"{decision!r} is not the id of a decision.") from error
        return self._store.undo(number, by=by, now=now)

    def decisions(self, *, identity: int | None = None, limit: int = 100) -> tuple[Decision, ...]:
        """Answers, newest first, also those that were undone."""
        return self._store.decisions(identity=identity, limit=limit)

    def suggest(self, now: datetime) -> int:
        """Look for suggestions anew; returns how many identities have one. Work for a job, not for a request."""
        strangers = {stranger.id: stranger for stranger in self._store.strangers()}
        people = {known.person: known for known in self._store.known()}
        pairs = candidates(strangers.values(), people.values())
        places = self._store.places({p.identity for p in pairs}, {p.person for p in pairs}, now)
        found: builtins.list[Suggestion] = weigh(pairs, strangers, people, places)
        self._store.replace_suggestions(found, now)
        return len({suggestion.identity for suggestion in found})

    def _decide(
        self, identity: int, verdict: str, person: int | None, *, by: str, reason: str, now: datetime
    ) -> Decision:
        _require(by, reason)
        return self._store.decide(identity, verdict, person, by=by, reason=reason.strip(), now=now)


def _require(by: str, reason: str) -> None:
    if not by.strip() or not reason.strip():
        raise BadInput("a decision needs an author and a reason.", hint="Say why, for those who look at it later.")
