"""Other names for people, teams, keys, mails and links: the same every time within a case, and none of the originals.

What stands in for a name keeps its script and says nothing about gender. Texts keep their words: only what identifies
is replaced. What nobody knows to be a name (a customer, a product) stays, and is listed as something to look at.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

__all__ = ["Pseudonyms", "Somebody"]


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_FIRST = _listed(
    "Alex Robin Kim Sam Charlie Jamie Taylor Morgan Casey Riley Jordan Avery Quinn Rowan Sasha Noa Eden Remy Marion "
    "Dominique Blake Reese Harper Emery Finley Skyler Ariel Frankie Jules Lou"
)
_LAST = _listed(
    "Ash Birch Cedar Elder Hazel Linden Maple Oakes Alder Willow Rivers Brooks Lake Field Stone Hill Moor Glen Ford "
    "Dale Heath Marsh Reed Vale Woods Banks Cove Shore Rill Peak"
)
_ZH_LAST = tuple("林周许何沈陆方叶程苏魏江谢童严夏姜范邱石")
_ZH_FIRST = (
    "安",
    "宁",
    "和",
    "清",
    "然",
    "一",
    "远",
    "乐",
    "川",
    "知",
    "言",
    "禾",
    "青",
    "朗",
    "微",
    "简",
    "可",
    "初",
    "予",
    "庭",
)

_COMMON = frozenset(
    _listed(
        "april art august bill dawn drew faith frank gene grace grant hope ivy jack june long love mark may mike pat "
        "ray rich rob rose so song sue summer van wan we will yin you young in an he she you can do go"
    )
)
"""Names that are words as well: replaced as they are spelled, and left alone in lower case."""

_VOCABULARY = frozenset(
    _listed("noun kind stream sensitivity rel relation state_category category level commitment role locale state unit")
)
"""Fields whose values are words of ours, or of a workflow, and name nobody."""

_TIMES = frozenset(
    _listed(
        "at occurred_at created_at closed_at due_on starts_on ends_on started_on left_on scheduled_at added_at done_at "
        "since until"
    )
)
_URL = re.compile(
    r"(?:https?|ftp|ssh|git)://[^\s<>()\[\]{}\"'，。；）】]+|www\.[^\s<>()\[\]{}\"'，。；）】]+", re.IGNORECASE
)
_MAIL = re.compile(r"[\w.+-]+(?:@[\w-]+(?:\.[\w-]+)+)+")  # several in a row are one: none of their hosts stays
_MENTION = re.compile(r"(?<![\w@])@([A-Za-z][\w.-]{1,38})")
_ISSUE = re.compile(r"(?<![A-Za-z0-9])([A-Z][A-Z0-9]{1,9})-(\d{1,7})(?![A-Za-z0-9])")
_CHANGE = re.compile(r"(?<![\w/])([A-Za-z0-9][\w.-]*(?:/[\w.-]+)*)([#!])(\d{1,7})\b")
_HASH = re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}\b")
_PHONE = re.compile(r"\+\d[\d ()-]{6,}\d|(?<!\d)1[3-9]\d{9}(?!\d)|(?<![\w.:-])0\d{1,4}[ /-]\d[\d -]{4,}\d(?![\w:-])")
"""Numbers that look like telephones: with a country, of a Chinese mobile, with a prefix. Days and figures are none."""
_CAPITAL = re.compile(r"(?<=[a-z,;:] )([A-Z][a-z]{2,}(?: [A-Z][a-z]+)*)")
_ADDRESSES = "小老阿"
_TITLES = ("老师", "经理", "博士", "总", "工", "哥", "姐")


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A person as records know them: names in any script, mails, keys of accounts."""

    name: str
    other_names: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass
class Pseudonyms:
    """Replaces what identifies, in order of first sight.

    :param people: everybody who is known, whether or not the records name them.
    :param places: names of teams, projects and repositories, each a key or what people call it.
    :param besides: what somebody asks to be replaced as well: words → what stands there instead.
    """

    people: Sequence[Somebody]
    places: Iterable[str] = ()
    besides: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._words: dict[str, str] = {}
        self._exact: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._mails: dict[str, str] = {}
        self._projects: dict[str, str] = {}
        self._numbers: dict[str, dict[str, int]] = {}
        self._links: dict[str, str] = {}
        self._places: dict[str, str] = {}
        self._taken = {part.casefold() for one in self.people for name in _names(one) for part in _parts(name)}
        for number, one in enumerate(self.people):
            self._person(number, one)
        for place in sorted(filter(None, dict.fromkeys(self.places)), key=lambda name: (-len(name), name)):
            self._place(place)
        self._exact |= dict(self.besides)
        self._pattern = self._compiled()

    # --- what stands for what ----------------------------------------------------------------------------------------

    def _person(self, number: int, one: Somebody) -> None:
        given, family = self._free(_FIRST, number), self._free(_LAST, number)
        zh_family, zh_given = _ZH_LAST[number % len(_ZH_LAST)], _ZH_FIRST[(number * 7 + number // 20) % len(_ZH_FIRST)]
        while any(zh_family + zh_given in _names(other) for other in self.people):
            zh_given += "之"
        mail = f"person{number + 1}@example.invalid"
        for name in _names(one):
            if _is_chinese(name):
                self._chinese(name, zh_family, zh_given)
            else:
                self._latin(name, given, family)
        for address in one.mails:
            self._mails[address.casefold()] = mail
            self._handle(address.partition("@")[0], number)
        for key in one.keys:
            system, _, local = key.partition(":")
            self._keys[key] = f"email:{mail}" if system == "email" else f"{system}:person{number + 1}"
            if system != "email":
                self._handle(local, number)

    def _free(self, names: Sequence[str], number: int) -> str:
        free = [name for name in names if name.casefold() not in self._taken]
        if number < len(free):
            return free[number]
        return f"{free[number % len(free)]}{_letters(number // len(free) - 1).lower()}"

    def _chinese(self, name: str, family: str, given: str) -> None:
        plain = re.sub(r"\s", "", name)
        self._exact[name] = self._exact[plain] = family + given
        if len(plain) > 2:
            self._exact.setdefault(plain[-2:], given if len(given) > 1 else f"{given}{given}")
        for word in (*(f"{one}{plain[0]}" for one in _ADDRESSES), *(f"{plain[0]}{one}" for one in _TITLES)):
            self._exact.setdefault(word, word.replace(plain[0], family))

    def _latin(self, name: str, given: str, family: str) -> None:
        parts = _parts(name)
        if not parts:
            return
        self._words.setdefault(name.casefold(), f"{given} {family}")
        for joint in ("", ".", "_", "-"):
            self._words.setdefault(joint.join(parts).casefold(), f"{given}{joint or ''}{family}".lower())
        for place, part in enumerate(parts):
            stands = family if place == len(parts) - 1 and len(parts) > 1 else given
            if part.casefold() in _COMMON or len(part) < 3:
                self._exact.setdefault(part, stands)
            else:
                self._words.setdefault(part.casefold(), stands)

    def _handle(self, local: str, number: int) -> None:
        """The name of an account; a number alone identifies nobody outside its system, and stays out of texts."""
        if len(local) > 2 and not local.isdigit() and local.casefold() not in _COMMON:
            self._words.setdefault(local.casefold(), f"person{number + 1}")

    def _place(self, name: str) -> None:
        number = len(self._projects) + 1
        if re.fullmatch(r"[A-Z][A-Z0-9]{1,9}", name):
            self._project(name)
        elif _is_chinese(name):
            self._projects[name] = f"团队{number}"
            self._exact.setdefault(name, self._projects[name])
        elif " " in name or name != name.casefold():
            self._projects[name] = f"Team {number}"
            self._exact.setdefault(name, self._projects[name])
        else:
            self._projects[name] = f"team-{number}"

    def _project(self, name: str) -> str:
        return self._projects.setdefault(name, f"Q{_letters(len(self._projects))}")

    # --- replacing ---------------------------------------------------------------------------------------------------

    def key(self, identity: str) -> str:
        """What stands for an account's key; of one that nobody knows, another number each."""
        if identity not in self._keys:
            system = identity.partition(":")[0]
            name = f"unknown{len(self._keys) + 1}"
            self._keys[identity] = f"email:{name}@example.invalid" if system == "email" else f"{system}:{name}"
        return self._keys[identity]

    def place(self, name: str) -> str:
        """What stands for a team, project, repository or area by its key."""
        if name not in self._projects:
            self._place(name)
        return self._projects[name]

    def work(self, key: str) -> str:
        """What stands for the key of a piece of work or a goal: ``PAY-17`` → ``QA-1``."""
        said = self.said(key)
        return said if said != key else f"W-{self._number('work', key)}"

    def said(self, text: str) -> str:
        """A text with everything replaced in it."""
        text = _URL.sub(lambda match: self._link(match[0]), text)
        text = _MAIL.sub(lambda match: self._mail(match[0]), text)
        text = self._pattern.sub(lambda match: self._word(match[0]), text)
        text = _MENTION.sub(lambda match: self._mention(match[1]), text)
        text = _CHANGE.sub(lambda match: f"{self.place(match[1])}{match[2]}{self._number(match[1], match[3])}", text)
        text = _ISSUE.sub(lambda match: f"{self._project(match[1])}-{self._number(match[1], match[2])}", text)
        text = _HASH.sub(lambda match: sha256(f"frozen {match[0]}".encode()).hexdigest()[: len(match[0])], text)
        return _PHONE.sub(lambda match: re.sub(r"\d", "0", match[0]), text)

    def lines(self, lines: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Lines of records with everything replaced, each under a number in place of its id at the source."""
        listed = list(lines)
        self._places = {line["native_id"]: f"{line['record']['noun']}-{at}" for at, line in enumerate(listed, 1)}
        return [self._record(line) for line in listed]

    def names(self) -> dict[str, str]:
        """Original → what stands there instead, of names and keys, to be looked at before anything is written."""
        people = {one.name: self.said(one.name) for one in self.people}
        return {**people, **self._projects, **dict(self.besides)}

    def leftovers(self, text: str) -> list[str]:
        """Originals that still stand in a text: there should be none."""
        found = {match[0] for match in self._pattern.finditer(text) if self._word(match[0]) != match[0]}
        found |= {match for match in _MAIL.findall(text) if not match.endswith("@example.invalid")}
        found |= {match for match in _URL.findall(text) if "example.invalid" not in match}
        return sorted(found)

    @staticmethod
    def doubtful(texts: Iterable[str], most: int = 30) -> list[str]:
        """Capitalised words within sentences, which may be names that nobody knows of, the most frequent first."""
        return [
            word for word, _ in Counter(match for text in texts for match in _CAPITAL.findall(text)).most_common(most)
        ]

    def _record(self, line: Mapping[str, Any]) -> dict[str, Any]:
        held = {name: value for name, value in line.items() if name != "native_id"}
        return {**self._value(held, "", line["record"]["noun"]), "native_id": self._places[line["native_id"]]}

    def _value(self, value: Any, name: str, noun: str) -> Any:
        if isinstance(value, Mapping):
            return {one: self._value(part, one, noun) for one, part in value.items()}
        if isinstance(value, list):
            return [self._value(part, name, noun) for part in value]
        if not isinstance(value, str) or name in _VOCABULARY or name in _TIMES:
            return value
        return self._string(value, name, noun)

    def _string(self, value: str, name: str, noun: str) -> str:
        if name in ("team", "other_teams", "container", "areas", "parent") or (name == "key" and noun == "team"):
            return self.place(value)
        if name == "emails":
            return self._mail(value)
        if value in self._keys or (_IDENTITY.fullmatch(value) and name in _PEOPLE):
            return self.key(value)
        if name == "check_in":
            return self._places.get(value, self.work(value))
        if name in ("key", "parents", "item") or (name == "target" and not _IDENTITY.fullmatch(value)):
            return self.work(value)
        return self.said(value)

    def _word(self, found: str) -> str:
        if found in self._exact:
            return self._exact[found]
        stands = self._words.get(found.casefold())
        if stands is None:
            return found
        return stands.lower() if found.islower() else stands.upper() if found.isupper() and len(found) > 2 else stands

    def _mail(self, address: str) -> str:
        if address.endswith("@example.invalid"):
            return address
        name = f"somebody{len(self._mails) + 1}@example.invalid"
        return self._mails.setdefault(address.casefold(), name)

    def _mention(self, name: str) -> str:
        ours = re.fullmatch(r"(?:person|somebody|unknown)\d+", name)
        return f"@{name}" if ours else f"@{self.key(f'mention:{name}').partition(':')[2]}"

    def _link(self, address: str) -> str:
        return self._links.setdefault(address, f"https://example.invalid/{len(self._links) + 1}")

    def _number(self, project: str, number: str) -> int:
        held = self._numbers.setdefault(project, {})
        return held.setdefault(number, len(held) + 1)

    def _compiled(self) -> re.Pattern[str]:
        alone = r"(?<![A-Za-z0-9]){}(?![A-Za-z0-9])"
        words = {one: re.escape(one) if _is_chinese(one) else alone.format(re.escape(one)) for one in self._exact}
        words |= {one: alone.format(f"(?i:{re.escape(one)})") for one in self._words}
        longest = sorted(words, key=lambda one: (-len(one), one))
        return re.compile("|".join(words[one] for one in longest) or r"(?!)")


_IDENTITY = re.compile(r"[a-z][a-z0-9_.+-]*:\S.*")
_PEOPLE = frozenset(
    _listed("identity actor target author subject manager report owner owners person by about accounts")
)


def _names(one: Somebody) -> tuple[str, ...]:
    return tuple(filter(None, dict.fromkeys((one.name, *one.other_names))))


def _parts(name: str) -> list[str]:
    return [part for part in re.split(r"[\s.,_-]+", name) if len(part) > 1]


def _is_chinese(text: str) -> bool:
    return any("㐀" <= char <= "鿿" for char in text)


def _letters(number: int) -> str:
    """A, B … Z, AA, AB …"""
    found = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(ord("A") + rest) + found
    return found
