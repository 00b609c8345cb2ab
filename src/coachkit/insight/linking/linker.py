"""Proposes goals for items, and learns from every answer at once.

Nothing is looked up: what the linker knows is what it was shown, in the order in which it was shown. Shown the past of
a moment, it is the linker of that moment, and nothing later can move it.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from coachkit.insight.linking.cards import GoalCard, ItemCard
from coachkit.insight.linking.recent import Lives, RecentWork
from coachkit.insight.linking.weights import SIGNS, WHETHER
from coachkit.insight.linking.words import Floats, Index, Memory, Places, Terms, name_parts, stems
from coachkit.insight.organisation.tables import DAY

__all__ = ["EARLY_DAYS", "LATE_DAYS", "Candidate", "Linker", "Look"]

EARLY_DAYS = 90
"""A goal may be written down this long after work for it began: of such work half comes within a month, nearly all
within a quarter."""

LATE_DAYS = 30
"""A goal may be over this long before work for it stops."""

TITLE = 3.0
"""A word of a goal's title counts as three of its text, as is usual for a field of few words."""

STEP = 0.3
"""How far one answer moves the weights (AdaGrad: Duchi, Hazan and Singer 2011); the sum of squares begins at 5."""

NEAR = 8.0
"""Shared words of this weight make two items similar enough to name one as the reason: about two rare words."""

FORGETS = 0.7
"""With each confirmed item of somebody, the earlier ones say so much of the team that they work for."""

SUPPOSED = 0.001
"""Goals that are less likely leave no trace: among thousands most are."""

SHARP = 10.0
"""A tenth of a piece of somebody's recent work is told apart from none."""

UPKEEP = re.compile(
    r"\b(bug|fix|fixe[sd]|flak[ey]+|regression|cleanup|chore|typo|revert|bump|test)\b|修复|缺陷|回归|清理|升级依赖"
)
BUILDING = re.compile(
    r"\b(feat|feature|api-change|enhancement|alpha|beta|ga|graduat\w+|promot\w+|launch|rollout|support)\b|新增|支持|上线|发布|灰度"
)

_NAMES = tuple(SIGNS)
_PLACE = {name: number for number, name in enumerate(_NAMES)}
_ASKED = tuple(WHETHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A goal that an item may advance.

    :ivar confidence: how likely it is that a person would confirm it, 0 to 1.
    :ivar signs: what speaks for it, by weight times sign: the largest first. Those that do not are left out.
    """

    goal: GoalCard
    confidence: float
    signs: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the linker thinks of an item.

    :ivar any_goal: how likely it is that it has a goal at all, 0 to 1.
    :ivar probabilities: by place of the goal, if it has one; they add up to 1.
    :ivar signs: rows of goals, columns as in ``SIGNS``; ``asked`` the signs of having a goal at all.
    """

    item: ItemCard
    any_goal: float
    probabilities: Floats
    scores: Floats
    signs: Floats
    asked: Floats
    words: Mapping[str, str]
    shared: Floats


class Linker:
    """Of one organisation's goals, as known at a moment.

    :param terms: the product's tokenizer.
    :param likeness: item record → by goal, the cosine of meaning above what any two texts have; where vectors exist.
    """

    def __init__(
        self, goals: Sequence[GoalCard], terms: Terms, *, likeness: Mapping[int, Floats] | None = None
    ) -> None:
        self.goals = tuple(goals)
        self.weights = np.array([SIGNS[name] for name in _NAMES])
        self.asked_weights = np.array([WHETHER[name] for name in _ASKED])
        self._terms = terms
        self._likeness = likeness or {}
        titles = [stems(goal.title, terms) for goal in self.goals]
        self._index = Index([self._document(goal) for goal in self.goals], titles)
        self._memory = Memory()
        self._read: dict[int, tuple[Mapping[str, str], frozenset[str]]] = {}
        self._names: dict[int, frozenset[str]] = {}
        self._places = {goal.key: place for place, goal in enumerate(self.goals)}
        self._called: dict[str, set[int]] = defaultdict(set)
        for place, goal in enumerate(self.goals):
            for name in goal.names:
                if len(name) > 2 and any(character.isdigit() for character in name):
                    self._called[name.lower()].add(place)
        self._lives = Lives(self.goals)
        self._owned = self._by(lambda goal: goal.owners)
        self._of_team = self._by(lambda goal: goal.teams)
        self._aims: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for place, goal in enumerate(self.goals):
            for since, name in goal.milestones:
                self._aims[name].append((since, place))
        self._by_author: dict[int, _Author] = defaultdict(_Author)
        self._recent = RecentWork()
        self._worked = np.zeros(len(self.goals), dtype=bool)
        self._squares = np.full(len(_NAMES), 5.0)
        self._asked_squares = np.full(len(_ASKED), 5.0)
        self._labels: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self._answers = [0.0, 0.0]

    def _document(self, goal: GoalCard) -> dict[str, float]:
        counted: dict[str, float] = defaultdict(float)
        for text, weight in ((goal.title, TITLE), (goal.text, 1.0)):
            for word in stems(text, self._terms):
                counted[word] += weight
        return counted

    def _by(self, key: Callable[[GoalCard], Iterable[Hashable]]) -> dict[Hashable, Places]:
        found: dict[Hashable, list[int]] = defaultdict(list)
        for place, goal in enumerate(self.goals):
            for one in key(goal):
                found[one].append(place)
        return {one: np.array(places, dtype=np.int64) for one, places in found.items()}

    # --- looking ------------------------------------------------------------------------------------------------------

    def see(self, item: ItemCard) -> None:
        """Count the words of an item, whether or not anything is known of its goal."""
        self._index.see(self._words_of(item)[0])

    def expect(self, share: float) -> None:
        """Let it begin with this share of items having a goal, as far as links of sources tell before anybody answers.

        They tell the least: items without a link may have a goal too. So the share only raises what is supposed.
        """
        at_first = 1 / 6
        share = min(max(share, at_first), 0.8)
        self.asked_weights[_ASKED.index("base")] += math.log(share / (1 - share)) - math.log(at_first / (1 - at_first))

    def look(self, item: ItemCard) -> Look:
        """What speaks for each goal, and for none. Changes nothing."""
        words, subject = self._words_of(item)
        shared = self._memory.shared(words, self._index)
        signs = self._signs(item, words, subject, shared)
        scores = signs @ self.weights
        if item.at is not None:
            scores = np.where(self._lives.created > item.at + EARLY_DAYS * DAY, -np.inf, scores)
        possible = np.isfinite(scores)
        if possible.any():
            odds = np.exp(scores - scores[possible].max())
            probabilities = odds / odds.sum()
        else:
            probabilities = np.zeros(len(self.goals))
        asked = self._whether(item, words, shared, signs, scores, probabilities)
        any_goal = _logistic(float(asked @ self.asked_weights)) if possible.any() else 0.0
        return Look(
            item=item,
            any_goal=any_goal,
            probabilities=probabilities,
            scores=scores,
            signs=signs,
            asked=asked,
            words=words,
            shared=shared,
        )

    def _words_of(self, item: ItemCard) -> tuple[Mapping[str, str], frozenset[str]]:
        """All its words, and those of its first line."""
        if item.record not in self._read:
            words = stems(item.words, self._terms)
            subject = frozenset(stems(item.title, self._terms)) if item.text else frozenset(words)
            self._read[item.record] = (words, subject)
        return self._read[item.record]

    def _calls(self, item: ItemCard) -> frozenset[str]:
        """Names of goals that stand in its words."""
        if item.record not in self._names:
            self._names[item.record] = frozenset(name_parts(item.words)) & self._called.keys()
        return self._names[item.record]

    def _signs(self, item: ItemCard, words: Mapping[str, str], subject: frozenset[str], shared: Floats) -> Floats:
        found = np.zeros((len(self.goals), len(_NAMES)))
        self._stated(item, found)
        self._said(item, words, subject, found)
        self._near(item, found)
        self._timely(item, found)
        for who in item.authors:
            if who in self._by_author:
                self._done_by(self._by_author[who], item.at, found)
        places, work = self._recent.at(item.at)
        found[places, _PLACE["goal_lately"]] = np.log1p(work)
        found[:, _PLACE["near"]] = self._memory.by_goal(shared, len(self.goals)) / 10
        return found

    def _done_by(self, author: _Author, at: int | None, found: Floats) -> None:
        """What an author's items were for; of several authors what speaks most for a goal counts."""
        places, work = author.lately.at(at)
        ever = np.array(list(author.ever), dtype=np.int64)
        of_team, share = self._share(author.recent)
        for name, where, values in (
            ("author_last", np.array(author.last, dtype=np.int64), np.ones(len(author.last))),
            ("author_ever", ever, np.minimum(np.array(list(author.ever.values()), dtype=np.float64), 2)),
            ("author_team", of_team, share),
            ("author_lately", places, np.log1p(SHARP * work)),
        ):
            column = found[:, _PLACE[name]]
            column[where] = np.maximum(column[where], values)

    def _stated(self, item: ItemCard, found: Floats) -> None:
        """It says itself what it is for."""
        for part in self._calls(item):
            found[list(self._called[part]), _PLACE["named"]] = 1.0
        for key in item.belongs_to:
            if key in self._places:
                found[self._places[key], _PLACE["belongs"]] = 1.0

    def _said(self, item: ItemCard, words: Mapping[str, str], subject: frozenset[str], found: Floats) -> None:
        """What its text has in common with goals."""
        scores = self._index.scores(words)
        found[:, _PLACE["words"]] = scores / 10
        found[:, _PLACE["subject"]] = (scores if len(subject) == len(words) else self._index.scores(subject)) / 10
        found[:, _PLACE["covered"]] = scores / (1 + self._index.total(words))
        found[:, _PLACE["title"]] = self._index.titles(words)
        if item.record in self._likeness:
            found[:, _PLACE["meaning"]] = self._likeness[item.record] * 10

    def _near(self, item: ItemCard, found: Floats) -> None:
        """Whose it is."""
        owned = _any(self._owned, item.authors, len(self.goals))
        found[:, _PLACE["owner"]] = owned
        found[:, _PLACE["fresh_owner"]] = owned * ~self._worked
        of_team, share = self._share(dict.fromkeys(np.flatnonzero(owned).tolist(), 1.0))
        found[of_team, _PLACE["owner_team"]] = share
        found[:, _PLACE["team"]] = _any(self._of_team, item.teams, len(self.goals))

    def _timely(self, item: ItemCard, found: Floats) -> None:
        """Whether a goal was alive when it appeared."""
        aims = [aim for name in item.milestones for aim in self._aims.get(name, ())]
        found[[place for since, place in aims if item.at is None or since <= item.at], _PLACE["release"]] = 1.0
        if item.at is not None:
            found[:, _PLACE["over"]] = self._lives.over(item.at - LATE_DAYS * DAY)
            found[:, _PLACE["old"]] = np.log1p(self._lives.months_old(item.at))
            found[:, _PLACE["early"]] = (self._lives.created > item.at).astype(np.float64)

    def _share(self, goals: Mapping[int, float]) -> tuple[Places, Floats]:
        """Goals of the teams of these ones, and the share of ``goals`` (place → weight) that are of the same team."""
        total = sum(goals.values())
        by_team: dict[Hashable, float] = defaultdict(float)
        for place, weight in goals.items():
            for team in self.goals[place].teams:
                by_team[team] += weight / total
        if not by_team:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        order = sorted(by_team, key=lambda team: (by_team[team], str(team)))  # of several teams the largest share stays
        shares: dict[int, float] = {}
        for one in order:
            shares.update(dict.fromkeys(self._of_team[one].tolist(), by_team[one]))
        return np.array(list(shares), dtype=np.int64), np.array(list(shares.values()))

    def _whether(
        self,
        item: ItemCard,
        words: Mapping[str, str],
        shared: Floats,
        signs: Floats,
        scores: Floats,
        probabilities: Floats,
    ) -> Floats:
        best = int(np.argmax(scores)) if len(scores) else -1
        if best < 0 or not np.isfinite(scores[best]):
            return np.zeros(len(_ASKED))
        total = self._index.total(words)
        kinds = f"{' '.join(sorted(item.labels))} {item.title}".lower()
        values = {
            "base": 1.0,
            "stated": float(signs[best, [_PLACE["named"], _PLACE["belongs"]]].max()),
            "best": min(float(scores[best]), 40.0),
            "stands_out": float(probabilities[best]),
            "covered": float(signs[best, _PLACE["covered"]]),
            "owner": float(signs[:, _PLACE["owner"]].max()),
            "upkeep": float(bool(UPKEEP.search(kinds))),
            "building": float(bool(BUILDING.search(kinds))),
            "author": self._author_odds(item),
            "company": self._memory.company(shared, total),
            "labels": self._label_odds(item),
        }
        return np.array([values[name] for name in _ASKED])

    def _author_odds(self, item: ItemCard) -> float:
        given = [self._by_author[who].answers for who in item.authors if who in self._by_author]
        with_goal, without = sum(one[0] for one in given), sum(one[1] for one in given)
        share = self._base_share
        return math.log((with_goal + 3 * share) / (without + 3 * (1 - share))) - math.log(share / (1 - share))

    @property
    def _base_share(self) -> float:
        """Share of the answers that named a goal; one in five is supposed at first."""
        return (self._answers[0] + 2) / (sum(self._answers) + 10)

    def _label_odds(self, item: ItemCard) -> float:
        share = self._base_share
        base = math.log(share / (1 - share))
        total = 0.0
        for label in item.labels:
            if label in self._labels:
                with_goal, without = self._labels[label]
                total += math.log((with_goal + 3 * share) / (without + 3 * (1 - share))) - base
        return total

    # --- learning -----------------------------------------------------------------------------------------------------

    def learn(self, item: ItemCard, goals: Collection[str], *, asked: bool = True) -> None:
        """Take in what somebody said: the item is for these goals, or for none.

        :param asked: somebody was asked about this very item. A link that a source has says for which goal, and
            nothing of how often there is none.
        """
        look = self.look(item)
        places = tuple(sorted(self._places[key] for key in goals if key in self._places))
        if goals and not places:
            return  # a goal that is not known here
        if places:
            self._sharpen(look, places)
        if asked:
            self._reconsider(look, bool(places))
        self._remember(item, look, places, asked)

    def suppose(self, look: Look) -> None:
        """Remember what an item is probably for, while nobody has said: the next one is seldom for something else."""
        likely = look.any_goal * look.probabilities
        places = np.flatnonzero(likely >= SUPPOSED)
        self._trace(look.item, places, likely[places])

    def _trace(self, item: ItemCard, places: Places, work: Floats) -> None:
        self._recent.add(places, work, item.at)
        for who in item.authors:
            self._by_author[who].lately.add(places, work, item.at)

    def _sharpen(self, look: Look, places: tuple[int, ...]) -> None:
        wanted = np.zeros(len(self.goals))
        wanted[list(places)] = look.probabilities[list(places)] + 1e-12
        wanted /= wanted.sum()
        gradient = (wanted - look.probabilities) @ look.signs
        self._squares += gradient**2
        self.weights = self.weights + STEP * gradient / np.sqrt(self._squares)

    def _reconsider(self, look: Look, has: bool) -> None:
        gradient = (float(has) - look.any_goal) * look.asked
        self._asked_squares += gradient**2
        self.asked_weights = self.asked_weights + STEP * gradient / np.sqrt(self._asked_squares)

    def _remember(self, item: ItemCard, look: Look, places: tuple[int, ...], asked: bool) -> None:
        self._memory.add(item.record, look.words, places, self._index.total(look.words))
        for who in item.authors:
            self._by_author[who].add(places, asked)
        self._worked[list(places)] = True
        self._trace(item, np.array(places, dtype=np.int64), np.ones(len(places)))
        if asked:
            side = 0 if places else 1
            self._answers[side] += 1
            for label in item.labels:
                self._labels[label][side] += 1

    # --- telling ------------------------------------------------------------------------------------------------------

    def candidates(self, look: Look, limit: int = 3) -> list[Candidate]:
        """The likeliest goals of an item, the likeliest first."""
        places = (
            np.flatnonzero(look.scores >= np.partition(look.scores, -limit)[-limit])
            if limit < len(self.goals)
            else (np.arange(len(self.goals)))
        )
        order = places[np.argsort(-look.scores[places], kind="stable")][:limit]
        return [
            Candidate(
                goal=self.goals[place],
                confidence=float(look.any_goal * look.probabilities[place]),
                signs=self._telling(look.signs[place]),
            )
            for place in order
            if np.isfinite(look.scores[place])
        ]

    def shared(self, look: Look, goal: GoalCard) -> list[str]:
        """Words of the item that the goal has too, those that tell most first, as the item spells them."""
        return [look.words[word] for word in self._index.shared(look.words, self._places[goal.key])]

    def nearest(self, look: Look, goal: GoalCard) -> int | None:
        """The record of the goal's linked item that shares most with this one, if it shares much."""
        place = self._places[goal.key]
        if look.signs[place, _PLACE["near"]] * 10 < NEAR:
            return None
        return self._memory.nearest(look.shared, place)

    def _telling(self, signs: Floats) -> tuple[tuple[str, float], ...]:
        worth = signs * self.weights
        order = np.argsort(-worth, kind="stable")
        return tuple((_NAMES[number], float(worth[number])) for number in order if worth[number] > 0.2)


class _Author:
    """What somebody's items were for: as confirmed, by place of the goal, and, lately, as supposed."""

    def __init__(self) -> None:
        self.last: tuple[int, ...] = ()
        self.recent: dict[int, float] = {}
        self.ever: Counter[int] = Counter()
        self.lately = RecentWork()
        self.answers = [0.0, 0.0]

    def add(self, places: tuple[int, ...], asked: bool) -> None:
        if asked:
            self.answers[0 if places else 1] += 1
        if not places:
            return
        self.last = places
        self.recent = {place: weight * FORGETS for place, weight in self.recent.items()}
        for place in places:
            self.recent[place] = self.recent.get(place, 0.0) + 1
            self.ever[place] += 1


def _any(by: Mapping[Hashable, Places], keys: Collection[Hashable], size: int) -> Floats:
    found = np.zeros(size)
    for key in keys:
        if key in by:
            found[by[key]] = 1.0
    return found


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, value))))
