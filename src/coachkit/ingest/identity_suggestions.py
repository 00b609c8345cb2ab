"""Whose an unmatched identity might be: candidates with the evidence for and against, for a human to judge.

Nothing here ever matches anybody. Few good suggestions are better than many: a pair is suggested only if names or
handles speak for it, and more speaks for it than against it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from rapidfuzz import fuzz

from coachkit.domain.identity import system_of
from coachkit.ingest.identity_names import handle_forms, handle_of, looks_like_bot, name_key, tokens

__all__ = ["Clue", "Known", "Places", "Stranger", "Suggestion", "candidates", "weigh"]

SIMILAR = 90
"""Of 100: how alike two names or handles must be to be called similar."""

LEAST_FOR = 2
LEAST_MARGIN = 1
MOST_CANDIDATES = 5
_COMMON_TOKEN = 300
_SHORTEST_HANDLE = 4
# fmt: off
_GENERIC = frozenset({
    "admin", "administrator", "contact", "devnull", "dev", "developer", "git", "github", "hello", "help",
    "info", "mail", "noreply", "root", "support", "team", "test", "tester", "user", "users", "webmaster", "work"
})
_PUBLIC_MAIL = frozenset({
    "126.com", "139.com", "163.com", "foxmail.com", "gmail.com", "gmx.de", "gmx.net", "googlemail.com",
    "hotmail.com", "icloud.com", "live.com", "me.com", "msn.com", "outlook.com", "pm.me", "proton.me",
    "protonmail.com", "qq.com", "sina.com", "sohu.com", "web.de", "yahoo.com", "yeah.net"
})
# fmt: on

_TEXTS: Mapping[str, tuple[str, str]] = {
    "same-name": ("same name: {}", "姓名相同：{}"),
    "similar-name": ("similar name: {}", "姓名相近：{}"),
    "handle-of-name": ("the handle {} is made of this name", "账号名 {} 由此人姓名组成"),
    "same-handle": ("same handle as {}", "账号名与 {} 相同"),
    "similar-handle": ("handle similar to {}", "账号名与 {} 相近"),
    "same-domain": ("e-mail at the same domain: {}", "邮箱域名相同：{}"),
    "same-place": ("active in {}, where this person's team works", "活跃于 {}，此人所在团队也在其中工作"),
    "claimed": ("a record of this person lists {}", "此人的记录中列有 {}"),
    "contested": ("{} people could claim it", "有 {} 人可能是其主人"),
    "namesake": ("{} people have this name", "同名者有 {} 人"),
    "shared-handle": ("the names of {} people give this handle", "有 {} 人的姓名可组成此账号名"),
    "bot-like": ("looks like a machine: {}", "像是机器账号：{}"),
    "other-domain": ("e-mail at another domain: {}", "邮箱域名不同：{}"),
    "has-account": ("this person already has {}", "此人已有账号 {}"),
    "left": ("this person has left", "此人已离职"),
}


@dataclass(frozen=True, slots=True)
class Clue:
    """One piece of evidence for or against: its kind, what was seen, and how much it counts."""

    kind: str
    value: str
    weight: int

    def text(self, language: str) -> str:
        """The clue in words, in ``en`` or ``zh``."""
        english, chinese = _TEXTS[self.kind]
        return (chinese if language == "zh" else english).format(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """An identity of nobody. ``claimants``: people whose records contest it; ``refused``: people that it is not."""

    id: int
    key: str
    name: str | None = None
    claimants: frozenset[int] = frozenset()
    refused: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A person, with the keys of the identities that are theirs."""

    person: int
    names: tuple[str, ...]
    keys: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """In which repositories and projects identities act, and where the teams of people do."""

    of_stranger: Mapping[int, frozenset[str]]
    of_team: Mapping[int, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    identity: int
    person: int
    evidence_for: tuple[Clue, ...]
    evidence_against: tuple[Clue, ...]

    @property
    def strength(self) -> int:
        return sum(c.weight for c in self.evidence_for) - sum(c.weight for c in self.evidence_against)


class _Index:
    """People by the names, words and handles that could lead to them."""

    def __init__(self, people: Iterable[Known]) -> None:
        self.people = {known.person: known for known in people}
        self.by_name: dict[str, set[int]] = defaultdict(set)
        self.by_token: dict[str, set[int]] = defaultdict(set)
        self.by_form: dict[str, set[int]] = defaultdict(set)
        self.by_handle: dict[str, dict[int, str]] = defaultdict(dict)
        self.names: dict[int, list[tuple[str, str]]] = defaultdict(list)
        self.handles: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for known in self.people.values():
            for name in known.names:
                self.by_name[name_key(name)].add(known.person)
                self.names[known.person].append((name_key(name), name))
                for token in tokens(name):
                    self.by_token[token].add(known.person)
            for form in handle_forms(known.names):
                self.by_form[form].add(known.person)
            for key in sorted(known.keys):
                if _telling(handle := handle_of(key)):
                    self.by_handle[handle][known.person] = key
                    self.handles[known.person].append((handle, key))

    def near(self, stranger: Stranger) -> set[int]:
        handle = handle_of(stranger.key)
        found: set[int] = set()
        if stranger.name:
            found |= self.by_name.get(name_key(stranger.name), set())
            for token in tokens(stranger.name):
                sharing = self.by_token.get(token, set())
                if len(sharing) <= _COMMON_TOKEN:
                    found |= sharing
        if _telling(handle):
            found |= self.by_form.get(handle, set()) | self.by_handle.get(handle, {}).keys()
            for token in tokens(stranger.key.partition(":")[2].partition("@")[0]):
                sharing = self.by_token.get(token, set())
                if len(token) >= _SHORTEST_HANDLE and len(sharing) <= _COMMON_TOKEN:
                    found |= sharing
        return found


def _telling(handle: str) -> bool:
    return len(handle) >= _SHORTEST_HANDLE and handle not in _GENERIC and not handle.isdigit()


def candidates(strangers: Iterable[Stranger], people: Iterable[Known]) -> list[Suggestion]:
    """Pairs for which a name or a handle speaks, before it is known where people work."""
    index = _Index(people)
    found: list[Suggestion] = []
    for stranger in strangers:
        near = stranger.claimants or index.near(stranger)
        for person in sorted(near - stranger.refused):
            known = index.people.get(person)
            if known is None:
                continue
            speaking = _names_and_handles(stranger, known, index)
            if stranger.claimants:
                speaking.insert(0, Clue("claimed", stranger.key, 3))
            if speaking:
                found.append(
                    Suggestion(
                        identity=stranger.id,
                        person=person,
                        evidence_for=tuple(speaking),
                        evidence_against=tuple(_against(stranger, known, index)),
                    )
                )
    return found


def _names_and_handles(stranger: Stranger, known: Known, index: _Index) -> list[Clue]:
    clues: list[Clue] = []
    if stranger.name:
        wanted = name_key(stranger.name)
        likeness, alike = max((fuzz.ratio(wanted, key), name) for key, name in index.names[known.person])
        if likeness == 100:
            clues.append(Clue("same-name", alike, 3 if len(wanted) > 3 or not wanted.isascii() else 1))
        elif len(wanted) >= 5 and likeness >= SIMILAR:
            clues.append(Clue("similar-name", alike, 2))
    handle = handle_of(stranger.key)
    if not _telling(handle):
        return clues
    if known.person in index.by_form.get(handle, ()):
        clues.append(Clue("handle-of-name", handle, 2))
    same = index.by_handle.get(handle, {}).get(known.person)
    if same is not None:
        clues.append(Clue("same-handle", same, 2))
    elif not clues or clues[-1].kind != "handle-of-name":
        near = (key for own, key in index.handles[known.person] if fuzz.ratio(handle, own) >= SIMILAR)
        clues += [Clue("similar-handle", key, 1) for key in islice(near, 1)]
    return clues


def _against(stranger: Stranger, known: Known, index: _Index) -> list[Clue]:
    clues: list[Clue] = []
    if stranger.claimants:
        clues.append(Clue("contested", str(len(stranger.claimants)), 3))
    namesakes = max((len(index.by_name[name_key(name)]) for name in known.names if _is_name(stranger, name)), default=1)
    if namesakes > 1:
        clues.append(Clue("namesake", str(namesakes), 2))
    sharing = len(index.by_form.get(handle_of(stranger.key), ()))
    if sharing > 1 and namesakes == 1:
        clues.append(Clue("shared-handle", str(sharing), 1))
    if looks_like_bot(stranger.key, stranger.name):
        clues.append(Clue("bot-like", stranger.name or stranger.key, 3))
    domain, domains = _domain(stranger.key), {d for key in known.keys if (d := _domain(key))}
    if domain and domains and domain not in domains and domain not in _PUBLIC_MAIL:
        clues.append(Clue("other-domain", domain, 1))
    system = system_of(stranger.key)
    if system != "email":
        clues += [Clue("has-account", key, 1) for key in sorted(known.keys) if system_of(key) == system][:1]
    if not known.active:
        clues.append(Clue("left", "", 1))
    return clues


def _is_name(stranger: Stranger, name: str) -> bool:
    return bool(stranger.name) and name_key(stranger.name or "") == name_key(name)


def _domain(key: str) -> str:
    return key.rpartition("@")[2].lower() if system_of(key) == "email" else ""


def weigh(
    found: Sequence[Suggestion], strangers: Mapping[int, Stranger], people: Mapping[int, Known], places: Places
) -> list[Suggestion]:
    """Add where they work, and keep what is worth a human's time: the best few for each identity, best first."""
    kept: dict[int, list[Suggestion]] = defaultdict(list)
    for pair in found:
        clues = [*pair.evidence_for, *_surroundings(pair, strangers, people, places)]
        full = Suggestion(
            identity=pair.identity,
            person=pair.person,
            evidence_for=tuple(clues),
            evidence_against=pair.evidence_against,
        )
        speaks = sum(clue.weight for clue in full.evidence_for) >= LEAST_FOR
        if strangers[pair.identity].claimants or (speaks and full.strength >= LEAST_MARGIN):
            kept[pair.identity].append(full)
    best: list[Suggestion] = []
    for pairs in kept.values():
        best += sorted(pairs, key=lambda pair: (-pair.strength, pair.person))[:MOST_CANDIDATES]
    return best


def _surroundings(
    pair: Suggestion, strangers: Mapping[int, Stranger], people: Mapping[int, Known], places: Places
) -> Iterable[Clue]:
    domain = _domain(strangers[pair.identity].key)
    if domain and domain not in _PUBLIC_MAIL and any(_domain(key) == domain for key in people[pair.person].keys):
        yield Clue("same-domain", domain, 1)
    shared = places.of_stranger.get(pair.identity, frozenset()) & places.of_team.get(pair.person, frozenset())
    for place in sorted(shared)[:1]:
        yield Clue("same-place", place, 1)
