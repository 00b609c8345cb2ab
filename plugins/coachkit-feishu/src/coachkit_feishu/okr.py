"""Reads OKR of the people in the app's range: v2, or v1 where there is no v2."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from coachkit.sdk import Checkpoint, Failure, Item, NotAllowed, NotThere, SourceError, clock
from coachkit_feishu.api import Api
from coachkit_feishu.config import FeishuConfig
from coachkit_feishu.cursors import GoalsPlace
from coachkit_feishu.goals import GOALS, Goals, KeyResultParts, ObjectiveParts
from coachkit_feishu.limits import code_of
from coachkit_feishu.raw import Raw, millis, part, parts, seconds, word

__all__ = ["Okr"]

_HIDDEN = "3"
_MOST_OLD = 10
"""OKR that v1 gives at once."""
_DAY = 86_400


class Okr:
    """:ivar incomplete: somebody's OKR could not be read, so nothing is known to have gone."""

    def __init__(self, api: Api, config: FeishuConfig, goals: Goals, people: Callable[[], Iterator[str]]) -> None:
        self._api = api
        self._config = config
        self._goals = goals
        self._people = people
        self._version = "" if config.okr == "auto" else config.okr
        self._known_periods: dict[str, Raw] | None = None
        self.incomplete = False

    def check(self, person: str) -> None:
        """Ask for somebody's goals.

        :raises SourceError: if that may not be.
        """
        try:
            next(self._ids_of(person), None)
        except NotThere as error:
            _unless_nobody(error)

    def items(self, place: GoalsPlace | None) -> Iterator[Item]:
        """All goals; of cycles that were closed when goals were last read, none."""
        began = seconds(clock().now())
        reading = hashlib.sha256(
            repr((self._config.open_goals, self._config.system, self._config.team_prefix)).encode()
        ).hexdigest()[:16]
        known = place.read_at if place is not None and place.reading == reading else 0
        for person in self._people():
            try:
                yield from self._of_person(person, known)
            except NotThere as error:
                _unless_nobody(error)
            except NotAllowed as error:
                self.incomplete = True
                yield Failure(stream=GOALS, native_id=f"person/{person}", reason=error.message)
        yield Checkpoint(stream=GOALS, cursor=GoalsPlace(read_at=began, reading=reading).cursor())

    def ids(self) -> Iterator[str]:
        """Ids of all objectives there are."""
        for person in self._people():
            try:
                yield from self._ids_of(person)
            except NotThere as error:
                _unless_nobody(error)

    def _ids_of(self, person: str) -> Iterator[str]:
        if self._is_new(person):
            for cycle in self._cycles(person):
                yield from (word(one, "id") for one in self._objectives(cycle))
        else:
            for okr in self._old(person):
                if okr.get("permission") != 0:
                    seen = (one for one in parts(okr, "objective_list") if one.get("permission") != 0)
                    yield from (word(one, "id") for one in seen)

    def _of_person(self, person: str, known: int) -> Iterator[Item]:
        if not self._is_new(person):
            periods = self._periods()
            for okr in self._old(person):
                yield from self._goals.of_okr(okr, person, periods.get(word(okr, "period_id"), {}))
            return
        for cycle in self._cycles(person):
            if self._was_closed(cycle, known):
                continue
            for objective in self._objectives(cycle):
                yield from self._goals.of_objective(self._whole(objective, cycle))

    def _was_closed(self, cycle: Raw, known: int) -> bool:
        ends = millis(cycle, "end_time")
        return ends is not None and seconds(ends) + self._config.okr_closed_days * _DAY < known

    def _is_new(self, person: str) -> bool:
        """Whether v2 is there; asked once."""
        if not self._version:
            try:
                next(self._api.pages("okr/v2/cycles", size=1, user_id=person), None)
                self._version = "v2"
            except NotThere as error:
                if code_of(error.answer):
                    raise  # the interface is there, and this person has none
                self._version = "v1"
        return self._version == "v2"

    # v2

    def _cycles(self, person: str) -> Iterator[Raw]:
        for cycle in self._api.rows("okr/v2/cycles", user_id=person):
            if word(cycle, "id") and word(cycle, "cycle_status") != _HIDDEN:
                yield cycle

    def _objectives(self, cycle: Raw) -> Iterator[Raw]:
        return self._api.rows(f"okr/v2/cycles/{word(cycle, 'id')}/objectives")

    def _whole(self, objective: Raw, cycle: Raw) -> ObjectiveParts:
        """Everything that belongs to an objective; what lacks an id has nothing."""
        objective_id = word(objective, "id")
        if not objective_id:
            return ObjectiveParts(raw=objective, cycle=cycle)
        place = f"okr/v2/objectives/{objective_id}"
        return ObjectiveParts(
            raw=objective,
            cycle=cycle,
            key_results=[self._key_result(one) for one in self._api.rows(f"{place}/key_results")],
            alignments=list(self._api.rows(f"{place}/alignments")),
        )

    def _key_result(self, raw: Raw) -> KeyResultParts:
        key_result_id = word(raw, "id")
        if not key_result_id:
            return KeyResultParts(raw=raw)
        place = f"okr/v2/key_results/{key_result_id}"
        return KeyResultParts(
            raw=raw,
            indicator=part(self._api.get(f"{place}/indicators"), "indicator"),
            progress=list(self._api.rows(f"{place}/progresses")),
        )

    # v1

    def _old(self, person: str) -> Iterator[Raw]:
        offset = 0
        while True:
            path = f"okr/v1/users/{person}/okrs"
            page = self._api.get(path, offset=str(offset), limit=str(_MOST_OLD))
            rows = list(parts(page, "okr_list"))
            yield from rows
            total = page.get("total")
            offset += len(rows)
            if not isinstance(total, int) or offset >= total:
                return
            if not rows:
                raise SourceError(f"{path} promises more and gives nothing.", hint="Try again later.")

    def _periods(self) -> dict[str, Raw]:
        if self._known_periods is None:
            self._known_periods = {word(one, "id"): one for one in self._api.rows("okr/v1/periods")}
        return self._known_periods


def _unless_nobody(error: NotThere) -> None:
    """Whether somebody has no OKR. Without a code it is the interface that is not there.

    :raises NotThere: then.
    """
    if not code_of(error.answer):
        raise error
