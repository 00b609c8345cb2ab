"""Which totals of groups to withhold, so that nothing is told of fewer than five people: alone, or by subtraction.

Who knows that a department has 9 hours of waiting and its other teams 7 knows what the small team has. So a group
is withheld if it is small itself, and also if what is published already would, together with it, give away what few
people did. After the cell suppression of statistical offices (Willenborg and de Waal, *Elements of Statistical
Disclosure Control*, 2001): the small cells first, then the complementary ones.

What it cannot see: a group of five in which one did nearly everything, what a reader knows from elsewhere, and the same
table asked again after somebody joined. Publish closed periods, and give what was published in ``published``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import TypeVar

__all__ = ["SMALLEST", "withheld"]

SMALLEST = 5
"""People. PRODUCT: "groups smaller than 5 are never shown in aggregates"."""

Name = TypeVar("Name", bound=Hashable)

_PRIME = (1 << 61) - 1
"""Sums are combined modulo a prime: as exact as fractions for sums of 0 and 1, and much quicker."""

_Row = dict[int, int]
"""What a combination of published totals holds of each atom: people who are in exactly the same groups."""


def withheld(
    groups: Mapping[Name, Collection[int]],
    *,
    smallest: int = SMALLEST,
    published: Iterable[Collection[int]] = (),
) -> frozenset[Name]:
    """Names of the groups whose totals must not be shown together with the others.

    The larger groups come first, then those named first, so a grand total stands and a part of it gives way. Of what
    is left to show: none has fewer than ``smallest`` people (an empty one is shown as empty), no two of them differ
    by fewer, and no sum or difference of any number of them leaves a total of people in one or two atoms, if those
    are fewer.

    :param groups: the people behind each total.
    :param published: groups whose totals the reader has already, of the same measure and period.
    """
    sets = {name: frozenset(members) for name, members in groups.items()}
    before = [frozenset(members) for members in published]
    combined = _Combined(_atoms([*sets.values(), *before]), smallest)
    shown = _Shown(smallest)
    for members in before:
        combined.add(members)
        shown.add(members)
    hidden: set[Name] = set()
    for name in sorted(sets, key=lambda one: -len(sets[one])):
        members = sets[name]
        if not members or members in shown:
            continue
        if len(members) < smallest or shown.has_close(members) or not combined.takes(members):
            hidden.add(name)
        else:
            shown.add(members)
    return frozenset(hidden)


class _Shown:
    """The groups that are shown, and whose they are."""

    def __init__(self, smallest: int) -> None:
        self._smallest = smallest
        self._sets: set[frozenset[int]] = set()
        self._sizes: list[int] = []
        self._of: dict[int, list[int]] = defaultdict(list)

    def __contains__(self, members: frozenset[int]) -> bool:
        return members in self._sets

    def add(self, members: frozenset[int]) -> None:
        for member in members:
            self._of[member].append(len(self._sizes))
        self._sizes.append(len(members))
        self._sets.add(members)

    def has_close(self, members: frozenset[int]) -> bool:
        """Whether the difference to one of them is about too few people."""
        common = Counter(number for member in members for number in self._of.get(member, ()))
        return any(
            0 < len(members) + self._sizes[number] - 2 * both < self._smallest for number, both in common.items()
        )


def _atoms(sets: list[frozenset[int]]) -> dict[int, tuple[int, int]]:
    """Person → number of their atom, and how many are in it. The large atoms have the low numbers."""
    signature: dict[int, list[int]] = defaultdict(list)
    for number, members in enumerate(sets):
        for member in members:
            signature[member].append(number)
    keys = {member: tuple(numbers) for member, numbers in signature.items()}
    sizes = Counter(keys.values())
    order = {key: number for number, (key, _) in enumerate(sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0])))}
    return {member: (order[key], sizes[key]) for member, key in keys.items()}


class _Combined:
    """Everything that can be had by adding and subtracting published totals: rows in reduced echelon form.

    The pivots lie in the large atoms first. A total of one atom is then always a row by itself, and one of two
    atoms a row or a combination of two rows.
    """

    def __init__(self, atoms: Mapping[int, tuple[int, int]], smallest: int) -> None:
        self._atoms = atoms
        self._sizes = dict(atoms.values())
        self._smallest = smallest
        self._rows: dict[int, _Row] = {}

    def takes(self, members: frozenset[int]) -> bool:
        """Publishes the total of ``members``, unless the combinations would then tell too much."""
        kept = self._touched(members)
        changed = self.add(members)
        if self._tells(changed):
            for pivot in changed:
                del self._rows[pivot]
            self._rows |= {pivot: row for pivot, row in kept.items() if row}
            return False
        return True

    def add(self, members: frozenset[int]) -> set[int]:
        """Adds a total whatever follows from it; returns the pivots of the rows that changed."""
        row = self._reduced(members)
        if not row:
            return set()
        pivot = self._leading(row)
        inverse = pow(row[pivot], -1, _PRIME)
        row = {atom: value * inverse % _PRIME for atom, value in row.items()}
        changed = {pivot}
        for other, existing in self._rows.items():
            if pivot in existing:
                _subtract(existing, row, existing[pivot])
                changed.add(other)
        self._rows[pivot] = row
        return changed

    def _reduced(self, members: frozenset[int]) -> _Row:
        """The total less what the rows tell of it already; no row has the pivot of another one."""
        row = {self._atoms[member][0]: 1 for member in members}
        for pivot in [atom for atom in row if atom in self._rows]:
            _subtract(row, self._rows[pivot], row[pivot])
        return row

    def _touched(self, members: frozenset[int]) -> dict[int, _Row]:
        """Copies of the rows that adding a total will change, and an empty one for the row that it adds."""
        row = self._reduced(members)
        if not row:
            return {}
        pivot = self._leading(row)
        return {pivot: {}} | {other: dict(one) for other, one in self._rows.items() if pivot in one}

    def _leading(self, row: _Row) -> int:
        """The large atom with the highest number; a small one where there is none.

        Of large ones the last, so that the parts of a whole each take one atom out of its row, and not all the others.
        """
        return max((atom for atom in row if self._sizes[atom] >= self._smallest), default=min(row))

    def _tells(self, changed: set[int]) -> bool:
        if any(self._people(self._rows[pivot]) < self._smallest for pivot in changed):
            return True
        few = [pivot for pivot in self._rows if self._sizes[pivot] < self._smallest - 1]
        return any(
            one != other
            and len(self._rows[one]) == len(self._rows[other])
            and self._sizes[one] + self._sizes[other] < self._smallest
            and _proportional(self._rows[one], self._rows[other], one, other)
            for one in changed
            if self._sizes[one] < self._smallest - 1
            for other in few
        )

    def _people(self, row: _Row) -> int:
        return sum(self._sizes[atom] for atom in row)


def _subtract(row: _Row, other: _Row, times: int) -> None:
    for atom, value in other.items():
        left = (row.get(atom, 0) - times * value) % _PRIME
        if left:
            row[atom] = left
        else:
            row.pop(atom, None)


def _proportional(one: _Row, other: _Row, pivot: int, other_pivot: int) -> bool:
    """Whether some multiple of ``other`` taken from ``one`` leaves nothing but the two pivots."""
    rest = {atom: value for atom, value in one.items() if atom != pivot}
    beside = {atom: value for atom, value in other.items() if atom != other_pivot}
    if rest.keys() != beside.keys() or not rest:
        return False
    atom = next(iter(rest))
    times = rest[atom] * pow(beside[atom], -1, _PRIME) % _PRIME
    return all(value == times * beside[key] % _PRIME for key, value in rest.items())
