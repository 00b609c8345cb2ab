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
from itertools import combinations
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
    shown = [frozenset(members) for members in published]
    combined = _Combined(_atoms([*sets.values(), *shown]), smallest)
    for members in shown:
        combined.add(members)
    hidden: set[Name] = set()
    for name in sorted(sets, key=lambda one: -len(sets[one])):
        members = sets[name]
        if not members or members in shown:
            continue
        if len(members) < smallest or _close(members, shown, smallest) or not combined.takes(members):
            hidden.add(name)
        else:
            shown.append(members)
    return frozenset(hidden)


def _close(members: frozenset[int], shown: Iterable[frozenset[int]], smallest: int) -> bool:
    """Whether the difference to a published group is about too few people."""
    return any(abs(len(members) - len(other)) < smallest and 0 < len(members ^ other) < smallest for other in shown)


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

    The pivots lie in the largest atoms first. A total of one atom is then always a row by itself, and one of two
    atoms a row or a combination of two rows.
    """

    def __init__(self, atoms: Mapping[int, tuple[int, int]], smallest: int) -> None:
        self._atoms = atoms
        self._sizes = dict(atoms.values())
        self._smallest = smallest
        self._rows: dict[int, _Row] = {}

    def takes(self, members: frozenset[int]) -> bool:
        """Publishes the total of ``members``, unless the combinations would then tell too much."""
        kept = {pivot: dict(row) for pivot, row in self._rows.items()}
        changed = self.add(members)
        if self._tells(changed):
            self._rows = kept
            return False
        return True

    def add(self, members: frozenset[int]) -> set[int]:
        """Adds a total whatever follows from it; returns the pivots of the rows that changed."""
        row = {self._atoms[member][0]: 1 for member in members}
        for pivot in sorted(row):
            if pivot in self._rows and pivot in row:
                _subtract(row, self._rows[pivot], row[pivot])
        while (due := next((pivot for pivot in row if pivot in self._rows), None)) is not None:
            _subtract(row, self._rows[due], row[due])
        if not row:
            return set()
        pivot = min(row)
        inverse = pow(row[pivot], -1, _PRIME)
        row = {atom: value * inverse % _PRIME for atom, value in row.items()}
        changed = {pivot}
        for other, existing in self._rows.items():
            if pivot in existing:
                _subtract(existing, row, existing[pivot])
                changed.add(other)
        self._rows[pivot] = row
        return changed

    def _tells(self, changed: set[int]) -> bool:
        if any(self._people(self._rows[pivot]) < self._smallest for pivot in changed):
            return True
        few = {pivot: row for pivot, row in self._rows.items() if self._sizes[pivot] < self._smallest - 1}
        return any(
            (one in changed or other in changed)
            and self._sizes[one] + self._sizes[other] < self._smallest
            and _proportional(few[one], few[other], one, other)
            for one, other in combinations(sorted(few), 2)
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
