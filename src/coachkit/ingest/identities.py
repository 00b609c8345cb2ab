"""Whose an identity is, decided from what sources and people say: pure and deterministic.

The material is a graph. Its nodes are identities (``hris:1001``, ``email:a@b.c``, ``github:octocat``). Its edges are
*claims* (an HR profile lists an e-mail or account as its person's) and *sames* (a source says that two accounts are
one: a mailmap line, a login's e-mail). Rules, strongest first:

1. What a human decided holds. "Of nobody" and "not this person's" are decisions too.
2. An HR profile's own identity is its person's. Profiles that name each other's identity are one person.
3. What exactly one person's profiles claim is that person's. What two claim is contested.
4. What was a person's when their profile vanished is kept for them; if somebody else claims it, it is contested.
5. Accounts that a source calls the same follow those of rules 1 to 4 that they hang on, if these are one person's;
   an account that can be reached from two people is contested.

Contested identities belong to nobody until a human decides. Bots belong to nobody, and nothing passes through them.
Names play no part, except that a new profile may continue a vanished one only if e-mail *and* name agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count

from coachkit.domain.identity import stable_id, system_of
from coachkit.ingest.identity_names import name_key

__all__ = [
    "CONTESTED",
    "KEPT",
    "MANY",
    "Decided",
    "Identity",
    "Material",
    "Outcome",
    "Ownership",
    "PersonFields",
    "Profile",
    "Verdict",
    "decide",
]

CONTESTED = "contested"
"""``method`` of an identity that more than one person could claim."""

KEPT = "kept"
"""``method`` of an identity that stays with a person whose profile vanished."""

MANY = 0
"""Stands among claimants for "and many more": a shared mailbox, which no refusal makes anybody's."""

_MOST_CLAIMANTS = 6


class Verdict:
    """What a human said of an identity: ``is`` a person's, of ``nobody`` here, ``not`` a person's."""

    IS = "is"
    NOBODY = "nobody"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Decided:
    """A human's word: whose the identity is (``None``: of nobody)."""

    person: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A node: an identity, whose it was so far and why, and what humans said.

    :ivar fixed: it stands at the rim of the region: taken as it is, not decided again.
    :ivar kept: whose it was when that person's profile vanished.
    :ivar decided: the newest decision in force, if any; ``refused``: people that it is not.
    """

    id: int
    key: str
    person: int | None = None
    method: str | None = None
    bot: bool = False
    fixed: bool = False
    kept: int | None = None
    decided: Decided | None = None
    refused: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What an HR record says of a person, as far as ``people`` keeps it."""

    record: int
    identity: int
    occurred_at: datetime
    name: str
    other_names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    title: str | None = None
    locale: str | None = None
    started_on: date | None = None
    left_on: date | None = None
    active: bool = True


@dataclass(slots=True, kw_only=True)
class Material:
    """A region of the graph that is closed under the rules: all that bears on its identities that are not ``fixed``,
    and all identities of the people who hold one of these.

    :ivar claims: (profile identity, claimed identity). :ivar sames: (identity, identity), either way round.
    :ivar names: names of people that exist, as :func:`~coachkit.ingest.identity_names.name_key` gives them.
    """

    identities: dict[int, Identity] = field(default_factory=dict)
    profiles: list[Profile] = field(default_factory=list)
    claims: set[tuple[int, int]] = field(default_factory=set)
    sames: set[tuple[int, int]] = field(default_factory=set)
    names: dict[int, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ownership:
    person: int | None
    method: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFields:
    """The columns of a person that come from their newest profile."""

    name: str
    other_names: tuple[str, ...]
    title: str | None
    locale: str | None
    email: str | None
    started_on: date | None
    left_on: date | None
    active: bool


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What follows from a :class:`Material`.

    :ivar owners: for each identity that is not ``fixed``, whose it is and why.
    :ivar contested: people who could claim it (``MANY`` among them: too many to list).
    :ivar kept: identities to be kept from now on for a person whose profile has just vanished.
    :ivar released: identities that are kept no longer, because that very profile came back.
    :ivar people: people whose profiles lie in the region, and their fields. :ivar gone: people left without one.
    """

    owners: dict[int, Ownership] = field(default_factory=dict)
    contested: dict[int, frozenset[int]] = field(default_factory=dict)
    kept: dict[int, int] = field(default_factory=dict)
    released: set[int] = field(default_factory=set)
    people: dict[int, PersonFields] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)


def decide(material: Material) -> Outcome:
    """Whose each identity of the region is. The same material gives the same outcome, in whatever order it came."""
    return _Decision(material).outcome()


class _Decision:
    """One run over one region; each step fills ``reach``: the people each settled identity leads to."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self.nodes = material.identities
        self.profiles: dict[int, list[Profile]] = defaultdict(list)
        for profile in material.profiles:
            self.profiles[profile.identity].append(profile)
        self.claimed_by: dict[int, set[int]] = defaultdict(set)
        for profile_id, alias_id in material.claims:
            if profile_id != alias_id and profile_id in self.nodes and alias_id in self.nodes:
                self.claimed_by[alias_id].add(profile_id)
        self.vanished = {
            n.person
            for n in self.nodes.values()
            if n.method == "profile" and n.id not in self.profiles and not n.decided
        }
        self.returned = {self.nodes[node_id].kept for node_id in self.profiles if node_id in self.nodes} - {None}
        self.kept: dict[int, int] = {}
        self.owners: dict[int, Ownership] = {}
        self.reach: dict[int, frozenset[int]] = {}

    def outcome(self) -> Outcome:
        self._settle_the_given()
        self._settle_profiles()
        self._settle_claimed()
        contested = self._follow_sames()
        result = Outcome(
            owners={node_id: owner for node_id, owner in self.owners.items() if not self.nodes[node_id].fixed},
            contested=contested,
            kept=self.kept,
            released={node.id for node in self.nodes.values() if node.kept in self.returned},
        )
        self._gather_people(result)
        return result

    def _kept_for(self, node: Identity) -> int | None:
        """The person for whom an identity is kept, because their profile vanished: before, or right now."""
        if node.decided is not None or node.id in self.profiles:
            return None
        if node.kept is not None and node.kept not in self.returned:
            return node.kept
        held = node.method in ("profile", "email", "account", "same_as")
        return node.person if held and node.person in self.vanished else None

    def _settle(self, node: Identity, people: Iterable[int], method: str) -> None:
        """Settle ``node``: one person owns it, several contest it, none leaves it to nobody; sames stop here."""
        claimants = frozenset(people)
        if len(claimants) > _MOST_CLAIMANTS:
            claimants = frozenset([*sorted(claimants)[:_MOST_CLAIMANTS], MANY])
        self.reach[node.id] = claimants
        if not claimants:
            self.owners[node.id] = Ownership(None, method if method == "human" else None)
        elif len(claimants) == 1 and MANY not in claimants:
            self.owners[node.id] = Ownership(next(iter(claimants)), method)
        else:
            self.owners[node.id] = Ownership(None, CONTESTED)

    def _settle_the_given(self) -> None:
        for node in self.nodes.values():
            if node.decided is not None:
                self._settle(node, () if node.decided.person is None else (node.decided.person,), "human")
            elif node.fixed:
                self._settle(node, () if node.person is None else (node.person,), node.method or "")
            elif node.bot and node.id not in self.profiles:
                self._settle(node, (), "bot")

    def _settle_profiles(self) -> None:
        clusters = self._clusters()
        for keys, person in self._people_of(clusters).items():
            for node_id in clusters[keys]:
                self._settle(self.nodes[node_id], (person,), "profile")

    def _clusters(self) -> dict[tuple[str, ...], list[int]]:
        """Profiles of one person, by their sorted keys: those that name each other's identity."""
        open_ids = {node_id for node_id in self.profiles if node_id in self.nodes and node_id not in self.reach}
        neighbours: dict[int, set[int]] = {node_id: set() for node_id in open_ids}
        for profile_id, alias_id in self.material.claims:
            if profile_id in open_ids and alias_id in open_ids:
                neighbours[profile_id].add(alias_id)
                neighbours[alias_id].add(profile_id)
        found: dict[tuple[str, ...], list[int]] = {}
        for component in _components(neighbours):
            found[tuple(sorted(self.nodes[node_id].key for node_id in component))] = sorted(component)
        return found

    def _people_of(self, clusters: Mapping[tuple[str, ...], list[int]]) -> dict[tuple[str, ...], int]:
        """Who each cluster is: the person it already was, or a vanished one it continues, or somebody new.

        A person is given to one cluster only; where several could be the same one, the wish that stands first wins.
        """
        wishes: list[tuple[int, tuple[str, ...], int]] = []
        for keys, ids in clusters.items():
            own = [stable_id("person", key) for key in keys]
            nodes = [self.nodes[node_id] for node_id in ids]
            held = {n.person for n in nodes if n.person is not None and n.method == "profile"}
            held |= {n.kept for n in nodes if n.kept is not None}
            wishes += [(0 if person in own else 1, keys, person) for person in held]
            wishes += [(2, keys, person) for person in own if person in self.material.names]
        wishes += [(3, keys, person) for keys, person in self._continued(clusters)]
        chosen: dict[tuple[str, ...], int] = {}
        taken: set[int] = set()
        for _, keys, person in sorted(wishes):
            if keys not in chosen and person not in taken:
                chosen[keys] = person
                taken.add(person)
        for keys in sorted(clusters):
            if keys not in chosen:
                chosen[keys] = next(person for person in _new_ids(keys) if person not in taken)
                taken.add(chosen[keys])
        return chosen

    def _continued(self, clusters: Mapping[tuple[str, ...], list[int]]) -> list[tuple[tuple[str, ...], int]]:
        """Clusters that continue a person whose profile vanished: one claims what was theirs, and the name agrees."""
        pairs: set[tuple[tuple[str, ...], int]] = set()
        cluster_of = {node_id: keys for keys, ids in clusters.items() for node_id in ids}
        present = {person for node_id in self.profiles for person in self.reach.get(node_id, ())}
        for alias_id, profile_ids in self.claimed_by.items():
            person = self._kept_for(self.nodes[alias_id])
            if person is None or person in present:
                continue
            for profile_id in profile_ids & cluster_of.keys():
                names = {name_key(n) for p in self.profiles[profile_id] for n in (p.name, *p.other_names)}
                named = person == stable_id("person", self.nodes[alias_id].key)
                if named or names & self.material.names.get(person, frozenset()):
                    pairs.add((cluster_of[profile_id], person))
        by_cluster = defaultdict(set)
        by_person = defaultdict(set)
        for keys, person in pairs:
            by_cluster[keys].add(person)
            by_person[person].add(keys)
        return [(keys, person) for keys, person in pairs if len(by_cluster[keys]) == 1 == len(by_person[person])]

    def _settle_claimed(self) -> None:
        """What profiles claim, and what belonged to people whose profile vanished."""
        for node in self.nodes.values():
            if node.id in self.reach:
                continue
            claims = self.claimed_by.get(node.id, set())
            people = {person for profile_id in claims for person in self.reach.get(profile_id, ())}
            kept = self._kept_for(node)
            if kept is not None and kept not in people:
                self.kept[node.id] = kept
                people.add(kept)
            if people or claims:
                method = "email" if system_of(node.key) == "email" else "account"
                self._settle(node, people - node.refused, method if claims else KEPT)

    def _follow_sames(self) -> dict[int, frozenset[int]]:
        """Spread from what is settled, person by person, through what is not."""
        neighbours: dict[int, set[int]] = defaultdict(set)
        for one, other in self.material.sames:
            if one != other and one in self.nodes and other in self.nodes:
                neighbours[one].add(other)
                neighbours[other].add(one)
        reached: dict[int, set[int]] = {node_id: set() for node_id in self.nodes if node_id not in self.reach}
        frontier = [
            (other, person)
            for node_id, people in self.reach.items()
            for other in neighbours.get(node_id, ())
            if other in reached
            for person in people
        ]
        while frontier:
            node_id, person = frontier.pop()
            if person in reached[node_id] or person in self.nodes[node_id].refused:
                continue
            reached[node_id].add(person)
            frontier += [(other, person) for other in neighbours[node_id] if other in reached]
        for node_id, people in reached.items():
            self._settle(self.nodes[node_id], people, "same_as")
        return {node_id: self.reach[node_id] for node_id, owner in self.owners.items() if owner.method == CONTESTED}

    def _gather_people(self, result: Outcome) -> None:
        profiles_of: dict[int, list[tuple[bool, bool, datetime, int, Profile]]] = defaultdict(list)
        for node_id, profiles in self.profiles.items():
            owner = self.owners.get(node_id)
            if owner is None or owner.person is None:
                continue
            own = owner.method == "profile"
            for p in profiles if not self.nodes[node_id].fixed else ():
                profiles_of[owner.person].append((p.active, own, p.occurred_at, p.record, p))
        for person, found in profiles_of.items():
            result.people[person] = _fields(max(found, key=lambda item: item[:-1])[-1])
        before = {node.person for node in self.nodes.values() if node.person is not None and not node.fixed}
        result.gone = before - profiles_of.keys()


def _fields(profile: Profile) -> PersonFields:
    return PersonFields(
        name=profile.name,
        other_names=profile.other_names,
        title=profile.title,
        locale=profile.locale,
        email=profile.emails[0].strip().lower() if profile.emails else None,
        started_on=profile.started_on,
        left_on=profile.left_on,
        active=profile.active,
    )


def _new_ids(keys: tuple[str, ...]) -> Iterable[int]:
    yield from (stable_id("person", key) for key in keys)
    yield from (stable_id("person", keys[0], str(number)) for number in count(2))


def _components(neighbours: Mapping[int, set[int]]) -> Iterable[list[int]]:
    seen: set[int] = set()
    for start in neighbours:
        if start in seen:
            continue
        seen.add(start)
        component = [start]
        for node_id in component:
            for other in neighbours[node_id] - seen:
                seen.add(other)
                component.append(other)
        yield component
