"""Keeps what takes long to read and to work out, while the rows behind it are the same: once for all who may read them.

What is kept is found by *who may read what* (the key), so nobody is shown what was made for another set of scopes, and
by the *mark* of the rows, so nothing older than the last change is shown. Of each key only the newest is kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, Protocol, TypeVar, cast

__all__ = ["KEPT", "KEPT_BYTES", "Memo", "Shelf", "Sized"]

KEPT = 64
"""Sets of scopes; a company where everybody reads something else has as many as people."""

KEPT_BYTES = 512 * 1024 * 1024
"""Of all that is kept together. The one that was asked for last stays, however large."""

Made = TypeVar("Made")


class Sized(Protocol):
    """Something that knows how much memory it takes."""

    @property
    def size(self) -> int:
        """Bytes, roughly."""


Kept = TypeVar("Kept", bound=Sized)


class _Cell:
    """A value that one thread makes while the others who want it wait."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.made = False
        self.value: object = None


class Memo:
    """What has been worked out from the same rows: each thing once, whoever asks first; who asks meanwhile waits."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._cells: dict[Hashable, _Cell] = {}

    def of(self, name: Hashable, make: Callable[[], Made]) -> Made:
        """What ``make`` gives, made at most once. If it raises, the next one tries again."""
        with self._lock:
            cell = self._cells.setdefault(name, _Cell())
        with cell.lock:
            if not cell.made:
                cell.value, cell.made = make(), True
            return cast("Made", cell.value)

    def made(self) -> tuple[object, ...]:
        """Everything that is there by now."""
        with self._lock:
            return tuple(cell.value for cell in self._cells.values() if cell.made)


class _Place(Generic[Kept]):
    def __init__(self) -> None:
        self.lock = Lock()
        self.mark: Hashable = None
        self.value: Kept | None = None


class Shelf(Generic[Kept]):
    """The values of several keys, each with the mark of its rows; those asked for last stay.

    :param most: how many at most; ``most_bytes``: and of what size together.
    """

    def __init__(self, *, most: int = KEPT, most_bytes: int = KEPT_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._lock = Lock()
        self._places: OrderedDict[Hashable, _Place[Kept]] = OrderedDict()

    def of(
        self,
        key: Hashable,
        mark: Callable[[], Hashable],
        read: Callable[[Kept | None, Hashable], tuple[Hashable, Kept]],
    ) -> Kept:
        """What is kept of ``key`` if its mark still holds; otherwise what ``read`` gives, with the mark it has.

        One reads at a time for a key; the others wait for it and look at the mark anew.

        :param read: gets what was kept before and the mark of that.
        """
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
        with place.lock:
            if place.value is None or place.mark != mark():
                place.mark, place.value = read(place.value, place.mark)
            value = place.value
        self._trim()
        return value

    def __len__(self) -> int:
        return len(self._places)

    def _trim(self) -> None:
        with self._lock:
            total = 0
            for number, key in enumerate(list(reversed(self._places))):
                value = self._places[key].value
                total += 0 if value is None else value.size
                if number and value is not None and (number >= self._most or total > self._most_bytes):
                    del self._places[key]
