"""Key conversations for a manager: looked for once a day, at most two a week, worded, answered, tuned.

What is kept is which card was offered and what people answered. Its facts are found anew each time it is opened, under
what both sides may read then: a matter that has settled itself, or whose records are gone, shows no card.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from coachkit.access import Directory, PersonEntry, ReadLog, Viewer, may_open_conversation
from coachkit.domain.drafts import Statement
from coachkit.domain.identity import content_hash, unpublic_id
from coachkit.drafting.agents import Sides
from coachkit.drafting.agents.conversation import KEY_CONVERSATION
from coachkit.drafting.conversation_rows import AnswerRow, Card, ConversationStore, HeldBack, OfferRow, SettingRow
from coachkit.drafting.facts import Language
from coachkit.drafting.laying_out import header_of
from coachkit.drafting.own_rules import NOTICE, OwnRules, is_of_one_person
from coachkit.drafting.pack import build_pack
from coachkit.drafting.plan.card import plan_card
from coachkit.drafting.ports import FactReader
from coachkit.drafting.steps import compose_all, fitted
from coachkit.drafting.voice import Voice
from coachkit.errors import AccessDenied, BadInput, NotFound
from coachkit.insight.conversations import (
    LOOKS_BACK,
    WEEK,
    Answer,
    Choice,
    Given,
    Offer,
    Rule,
    RuleSet,
    Setting,
    Suggestion,
    Tuned,
    card_id,
    choose,
    for_oneself,
    packaged_rules,
    suggest,
    tune,
)
from coachkit.insight.rows import Material, Window

__all__ = ["ANSWERS", "NOTICE", "KeyConversations"]

ANSWERS = ("prepare", "snooze", "not_relevant", "wrong")
SNOOZE = timedelta(days=7)
LONGEST_SNOOZE = timedelta(days=92)
PAST = timedelta(days=90)
NO_TEAM = ""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the rules saw about one person."""

    person: PersonEntry
    material: Material
    found: tuple[tuple[str, Suggestion], ...]
    scopes: frozenset[int]


class KeyConversations:
    """Looks, chooses, words and tunes. A card is for the two who would talk, and nobody else.

    :param rules: the packaged ones, unless told otherwise.
    """

    def __init__(
        self,
        *,
        directory: Directory,
        facts: FactReader,
        store: ConversationStore,
        reads: ReadLog,
        timezone: str,
        rules: RuleSet | None = None,
    ) -> None:
        self._directory = directory
        self._facts = facts
        self._store = store
        self._reads = reads
        self._zone = ZoneInfo(timezone)
        self._rules = rules or packaged_rules()
        self.own = OwnRules(directory, store, self.tuned)

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self._rules.rules

    # --- cards -------------------------------------------------------------------------------------------------------

    def look(self, manager: int, now: datetime) -> int:
        """Let the rules look at everybody who reports to a manager, unless they did today; how many cards are new."""
        today = self._directory.today(now)
        before = self._store.looked(manager)
        if before is not None and before[0] >= today:
            return 0
        seen = [self._see(manager, person, now) for person in self._directory.reports_of(manager, today)]
        choice = self._choose(manager, seen, today)
        people = {one.person.id: one.person for one in seen}
        self._store.add_offers(
            OfferRow(
                card=card,
                day=today,
                manager=manager,
                subject=one.subject,
                team=people[one.subject].team or NO_TEAM,
                rule=one.rule,
                version=one.version,
                about=one.about,
            )
            for card, one in choice.new
        )
        held = [
            HeldBack(rule=one.suggestion.rule, subject=people[one.suggestion.subject].public_id, reason=one.reason)
            for one in choice.held
        ]
        self._store.note_look(manager, today, held)
        return len(choice.new)

    def cards(self, viewer: Viewer, *, language: Language) -> tuple[Card, ...]:
        """The cards that are open for a manager now, in the order in which they were chosen."""
        self.look(viewer.person, viewer.at)
        today = self._directory.today(viewer.at)
        shown = [one for one in self._store.offers(manager=viewer.person) if today - one.day < WEEK]
        reports = {one.id: one for one in self._directory.reports_of(viewer.person, today)}
        people = {one.subject: reports[one.subject] for one in shown if one.subject in reports}
        seen = [self._see(viewer.person, person, viewer.at) for person in people.values()]
        choice = self._choose(viewer.person, seen, today)
        days = {one.card: one.day for one in shown}
        return tuple(
            self._card(card, one, next(s for s in seen if s.person.id == one.subject), viewer, language, days[card])
            for card, one in choice.open
        )

    def held_back(self, viewer: Viewer) -> tuple[HeldBack, ...]:
        """What was due and not offered when the rules looked last, and why."""
        looked = self._store.looked(viewer.person)
        return looked[1] if looked else ()

    def about_me(self, viewer: Viewer, *, language: Language) -> tuple[Card, ...]:
        """The facts of cards that the viewer's manager is shown about the viewer."""
        today = self._directory.today(viewer.at)
        manager = self._directory.manager_of(viewer.person, today)
        if manager is None:
            return ()
        shown = {
            one.card: one.day
            for one in self._store.offers(subject=viewer.person)
            if one.manager == manager.id and today - one.day < WEEK
        }
        own = self.own.speaking(self._directory.person(viewer.person, today), viewer.at)
        if not shown and not own:
            return ()
        seen = self._see(manager.id, self._directory.person(viewer.person, today), viewer.at)
        said = {one.card: one for one in self._last_words(manager=manager.id)}
        told = tuple(
            self._card(card, one, seen, viewer, language, shown[card])
            for card, one in seen.found
            if card in shown and (card not in said or said[card].kind != "wrong")
        )
        private = [
            self._card(card_id(one.rule, 0, viewer.person, one.about), one, seen, viewer, language, today)
            for one in for_oneself(seen.material, own)
        ]
        return (*told, *(replace(card, private=True, manager_name="") for card in private))

    def as_of(self, viewer: Viewer, day: date, *, language: Language) -> tuple[Card, ...]:
        """What the rules would have offered at the end of a day that has gone by; nothing is kept.

        :raises BadInput: if the day is yet to come.
        """
        if day > self._directory.today(viewer.at):
            raise BadInput("this day is yet to come.", subject=day.isoformat(), chinese=("这一天还没到。", ""))
        reports = self._directory.reports_of(viewer.person, self._directory.today(viewer.at))
        seen = [self._see(viewer.person, person, viewer.at, on=day) for person in reports]
        due = {card: one for each in seen for card, one in each.found}
        choice = choose(due, (), (), self._tuned(seen, viewer.at), day)
        return tuple(
            self._card(card, one, next(s for s in seen if s.person.id == one.subject), viewer, language, day)
            for card, one in choice.new
        )

    # --- answers -----------------------------------------------------------------------------------------------------

    def answer(self, viewer: Viewer, card: str, kind: str, *, until: date | None = None) -> AnswerRow:
        """Answer a card: the manager in any way, the person it is about that it is wrong.

        :raises NotFound: if no such card was offered to or about the viewer.
        :raises BadInput: for an unknown answer, or a snooze that ends before tomorrow or after three months.
        """
        offer = self._offered(viewer, card)
        if kind not in ANSWERS:
            raise BadInput(
                "this is no answer to a card.",
                subject=kind[:40],
                hint=f"One of: {', '.join(ANSWERS)}.",
                chinese=("没有这种答复。", f"可以用：{'、'.join(ANSWERS)}。"),
            )
        if viewer.person == offer.subject and kind != "wrong":
            raise AccessDenied(
                "the person a card is about can say that it is wrong; the rest is the manager's to answer.",
                subject=viewer.name,
                chinese=("卡片所说的本人只能指出“有误”，其余由主管答复。", ""),
            )
        row = AnswerRow(
            id=content_hash("answer", card, viewer.person, viewer.at.isoformat())[:16],
            card=card,
            manager=offer.manager,
            subject=offer.subject,
            team=offer.team,
            rule=offer.rule,
            by=viewer.person,
            kind=kind,
            at=viewer.at,
            until=self._until(kind, until, viewer.at),
        )
        self._store.add_answer(row)
        return row

    def undo(self, viewer: Viewer, answer_id: str) -> None:
        """Take an answer back: what it moved moves back with it.

        :raises NotFound: if the viewer gave no such answer.
        """
        found = self._store.answer(answer_id)
        if found is None or found.by != viewer.person or found.undone_at is not None:
            raise NotFound("there is no such answer of yours.", subject=answer_id[:40])
        self._store.undo(answer_id, viewer.at)

    def answers_of(self, viewer: Viewer, limit: int = 10) -> tuple[AnswerRow, ...]:
        """What the viewer answered and did not take back, the newest first."""
        rows = {one.id: one for one in self._store.answers(manager=viewer.person)}
        rows |= {one.id: one for one in self._store.answers(subject=viewer.person)}
        mine = [one for one in rows.values() if one.by == viewer.person]
        return tuple(sorted(mine, key=lambda one: (one.at, one.id), reverse=True)[:limit])

    def _offered(self, viewer: Viewer, card: str) -> OfferRow:
        rows = [*self._store.offers(manager=viewer.person), *self._store.offers(subject=viewer.person)]
        found = [one for one in rows if one.card == card]
        if not found:
            raise NotFound("there is no such card for you.", subject=card[:40])
        may_open_conversation(self._directory, viewer, found[-1].subject, viewer.at)
        return found[-1]

    def _until(self, kind: str, until: date | None, at: datetime) -> date | None:
        if kind != "snooze":
            return None
        today = self._directory.today(at)
        until = until or today + SNOOZE
        if not today < until <= today + LONGEST_SNOOZE:
            raise BadInput(
                "a card can be put off until a day after today, three months ahead at most.",
                subject=until.isoformat(),
                chinese=("可以推迟到今天以后、三个月以内的某一天。", ""),
            )
        return until

    # --- tuning ------------------------------------------------------------------------------------------------------

    def tuned(self, team: str, now: datetime) -> tuple[Tuned, ...]:
        """Each rule as it holds in a team now, and what moved it."""
        answers = self._store.answers(team=team)
        settings = () if is_of_one_person(team) else self._store.settings(team)
        return tuple(
            tune(
                rule,
                [Given(kind=one.kind, at=one.at) for one in answers if one.rule == rule.id],
                [one.setting for one in settings if one.rule == rule.id],
                now=now,
            )
            for rule in self._rules.rules
        )

    def tuned_for(self, person: int, now: datetime) -> tuple[Tuned, ...]:
        """The rules of the team somebody is in today."""
        return self.tuned(self._directory.person(person).team or NO_TEAM, now)

    def set_rule(self, team: str, rule_id: str, setting: Setting) -> Tuned:
        """Set something for a rule in a team, or with ``reset`` go back to the packaged one.

        :raises BadInput: for an unknown rule or threshold, a value outside its bounds, or no reason.
        """
        rule = self._rules.get(rule_id)
        if is_of_one_person(team):
            raise BadInput("there is no such team.", subject=team[:40], chinese=("没有这个团队。", ""))
        if rule is None:
            known = ", ".join(one.id for one in self._rules.rules)
            raise BadInput("there is no such rule.", subject=rule_id[:40], hint=f"Rules: {known}.")
        if not setting.reason.strip():
            raise BadInput(
                "a setting needs a reason.", subject=rule_id, hint="It stands beside the rule for all to see."
            )
        for name, value in setting.thresholds.items():
            bounds = rule.thresholds.get(name)
            if bounds is None or not bounds.least <= value <= bounds.most:
                allowed = ", ".join(f"{key}={one.least}…{one.most}" for key, one in rule.thresholds.items())
                raise BadInput(f"{name}={value} is not possible.", subject=rule_id, hint=f"Possible: {allowed}.")
        for name, days in (("every", setting.every), ("cooldown", setting.cooldown)):
            if days is not None and not 7 <= days <= 365:
                raise BadInput(f"{name}={days} is not possible.", subject=rule_id, hint="Between 7 and 365 days.")
        if rule.opt_in and setting.on:
            self.own.announce(team, rule, setting.at)
        row = content_hash("setting", team, rule_id, setting.at.isoformat(), setting.by)[:16]
        self._store.add_setting(SettingRow(id=row, team=team, rule=rule_id, setting=setting))
        return next(one for one in self.tuned(team, setting.at) if one.rule.id == rule_id)

    # --- looking and wording -----------------------------------------------------------------------------------------

    def _see(self, manager: int, person: PersonEntry, now: datetime, on: date | None = None) -> _Seen:
        scopes = self._directory.viewer(manager, now).scopes & self._directory.viewer(person.id, now).scopes
        end = now
        if on is not None and on < self._directory.today(now):
            end = datetime.combine(on + timedelta(days=1), time.min, self._zone).astimezone(UTC) - timedelta(
                milliseconds=1
            )
        window = Window(start=end - LOOKS_BACK, end=end, past=end - PAST, zone=self._zone, looks_back=end is not now)
        material = self._facts.material(subject=person.id, other=manager, scopes=scopes, window=window)
        rules = {one.rule.id: one for one in self.tuned(person.team or NO_TEAM, now)}
        found = [(card_id(one.rule, manager, person.id, one.about), one) for one in suggest(material, rules)]
        return _Seen(person, material, tuple(found), scopes)

    def _choose(self, manager: int, seen: Sequence[_Seen], today: date) -> Choice:
        due = {card: one for each in seen for card, one in each.found}
        offers = [
            Offer(card=one.card, rule=one.rule, subject=one.subject, day=one.day)
            for one in self._store.offers(manager=manager)
        ]
        now = datetime.combine(today, time.max, self._zone)
        return choose(due, offers, self._last_words(manager=manager), self._tuned(seen, now), today)

    def _last_words(self, *, manager: int) -> list[Answer]:
        return [
            Answer(card=one.card, kind=one.kind, day=self._directory.today(one.at), until=one.until)
            for one in self._store.answers(manager=manager)
        ]

    def _tuned(self, seen: Sequence[_Seen], now: datetime) -> Mapping[tuple[int, str], Tuned]:
        by_team: dict[str, tuple[Tuned, ...]] = {}
        for one in seen:
            team = one.person.team or NO_TEAM
            if team not in by_team:
                by_team[team] = self.tuned(team, now)
        return {(one.person.id, tuned.rule.id): tuned for one in seen for tuned in by_team[one.person.team or NO_TEAM]}

    def _card(
        self, card: str, one: Suggestion, seen: _Seen, viewer: Viewer, language: Language, offered_on: date
    ) -> Card:
        """The card in words, each sentence checked like those of every document."""
        rule = self._rules.get(one.rule)
        assert rule is not None  # suggestions come from these rules
        material = seen.material
        plan = plan_card(material, one, rule)
        voice = Voice(language, material.window.today, self._zone, viewer.person, plan.subject)
        numbers = list(dict.fromkeys(unpublic_id(public) for fact in plan.facts for public in fact.counted))
        evidence = self._facts.evidence(numbers, seen.scopes)
        pack = build_pack(evidence, plan.facts, material.window.start, material.window.end)
        sides = Sides(subject=seen.person.id, scopes=seen.scopes, other=material.other)
        composed = fitted(
            KEY_CONVERSATION,
            compose_all(KEY_CONVERSATION, plan, pack, voice),
            header_of(plan, sides, voice),
            voice,
        )
        said = {
            section: tuple(composed.statements[fact.id] for fact in facts) for section, facts in composed.facts.items()
        }
        cited = dict.fromkeys(public for statement in said.get("why", ()) for public in statement.evidence)
        self._reads.record(viewer, seen.person.id, "key_conversation", KEY_CONVERSATION.purpose, viewer.at)
        tuned = next(t for t in self.tuned(seen.person.team or NO_TEAM, viewer.at) if t.rule.id == rule.id)
        last = self._last_answer(card, viewer)
        return Card(
            id=card,
            rule=rule.id,
            version=rule.version,
            rule_title=rule.title.in_language(language),
            subject=seen.person.public_id,
            subject_name=seen.person.name,
            manager_name=self._directory.person(material.other).name if material.other is not None else "",
            offered_on=offered_on,
            by=one.by,
            talk=_first(said.get("talk", ())),
            why=said.get("why", ()),
            maybe=_first(said.get("maybe", ())),
            ask=_first(said.get("ask", ())),
            because=" ".join(rule.why.in_language(language).split()),
            condition=tuned.condition(language),
            threshold_source=rule.source.in_language(language),
            sources=tuple(pack.source(public, voice) for public in cited),
            answer=last.kind if last and last.by == viewer.person else "",
            answer_id=last.id if last and last.by == viewer.person else "",
            own=viewer.person == seen.person.id,
        )

    def _last_answer(self, card: str, viewer: Viewer) -> AnswerRow | None:
        own = [
            one
            for one in (*self._store.answers(manager=viewer.person), *self._store.answers(subject=viewer.person))
            if one.card == card
        ]
        return own[-1] if own else None


def _first(statements: tuple[Statement, ...]) -> str:
    return statements[0].text if statements else ""
