"""Self-reviews, from picking evidence to handing over: each is its person's alone until they submit it.

There is no way in here for anybody else: every call but :meth:`SelfReviews.read` is about whoever makes it. What a
manager gets is a frozen copy, shown as the preview showed it, without what they may not read themself.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from coachkit.access import Directory, PersonEntry, ReadLog, Viewer
from coachkit.access.reviews import may_write_self_review, reads_self_review
from coachkit.domain.drafts import Draft, DraftKind, Origin, Section
from coachkit.domain.identity import public_id, unpublic_id
from coachkit.domain.reviews import OwnWords, SentenceChange, Submission, halves, period_of
from coachkit.drafting.agents import between_two
from coachkit.drafting.agents.self_review import STRETCH
from coachkit.drafting.cleaning import clean
from coachkit.drafting.documents import Documents
from coachkit.drafting.facts import Language
from coachkit.drafting.fitting import length
from coachkit.drafting.opening import without
from coachkit.drafting.plan.desk import Desk
from coachkit.drafting.plan.self_review import ANSWERS
from coachkit.drafting.plan.self_review_coverage import covered
from coachkit.drafting.plan.self_review_questions import ANSWER_LIMITS, asked
from coachkit.drafting.ports import FactReader
from coachkit.drafting.self_review_copy import OWN_WORDS, PURPOSE, action_on, changed, handed, numbered, own_words
from coachkit.drafting.self_review_shapes import (
    ACTIONS,
    CHOICES,
    Answer,
    Line,
    Review,
    ReviewStore,
    Shelf,
    link,
    period_named,
    plain,
    record_number,
    section_named,
)
from coachkit.drafting.windows import Windows
from coachkit.errors import BadInput, NotFound
from coachkit.insight.half_year import records_of_subject

__all__ = ["SelfReviews"]

WHAT = "self_review"


class SelfReviews:
    """Over :class:`~coachkit.drafting.documents.Documents`, which drafts."""

    def __init__(
        self,
        *,
        documents: Documents,
        directory: Directory,
        facts: FactReader,
        store: ReviewStore,
        reads: ReadLog,
        timezone: str,
    ) -> None:
        self._documents = documents
        self._directory = directory
        self._facts = facts
        self._store = store
        self._reads = reads
        self._zone = ZoneInfo(timezone)
        self._windows = Windows(directory, facts, self._zone)
        self._opens = between_two(may_write_self_review)

    # --- evidence ----------------------------------------------------------------------------------------------------

    def shelf(self, viewer: Viewer, *, since: datetime | None = None, on: date | None = None) -> Shelf:
        """The viewer's own evidence: what the draft may rest on, and what they left out of it."""
        sides = self._opens(self._directory, viewer, viewer.person, viewer.at)
        window = self._windows.window(STRETCH, sides, viewer.at, since=since, on=self._past(viewer, on))
        material = self._facts.material(subject=viewer.person, other=sides.other, scopes=sides.scopes, window=window)
        period = period_of(window.day(window.start), window.today)
        left_out = self._store.excluded(viewer.person, period)
        times = records_of_subject(material)
        lines = [
            Line(
                id=public_id(number),
                kind=row.kind,
                key=row.key,
                title=clean(row.title or row.text)[:160],
                connection=row.connection,
                day=window.day(times[number]),
                excluded=number in left_out,
            )
            for number in times
            if (row := material.records.get(number)) is not None
        ]
        lines.sort(key=lambda line: (-line.day.toordinal(), line.kind, line.key, line.id))
        return Shelf(
            period=period,
            since=window.day(window.start),
            until=window.today,
            months=covered(Desk(material), self._store.reach(sides.scopes)),
            lines=tuple(lines),
            words=self._store.words(viewer.person, period),
        )

    def pick(self, viewer: Viewer, period: str, records: Iterable[str], choice: str) -> None:
        """Leave records out of the review of a period, or take them in again; by public id."""
        self._writes(viewer)
        if choice not in CHOICES:
            raise BadInput("a record is kept or excluded.", subject=clean(choice)[:20])
        numbers = [record_number(one) for one in records]
        known = self._facts.hashes(numbers, viewer.scopes)
        missing = [number for number in numbers if number not in known]
        if missing and choice == "exclude":
            raise NotFound("there is no such record.", chinese=("没有这条记录，或者此人无权查看。", ""))
        self._store.pick(viewer.person, period_named(period), numbers, choice, viewer.at)

    def add(self, viewer: Viewer, period: str, section: str, text: str, url: str = "") -> OwnWords:
        """Add what no system saw, as the viewer's own words, to one answer."""
        self._writes(viewer)
        section_named(section)
        words = OwnWords(
            id=f"w{secrets.token_hex(6)}",
            period=period_named(period),
            section=section,
            text=plain(text),
            url=link(url),
            at=viewer.at,
        )
        self._store.add_words(viewer.person, words)
        return words

    def take_back(self, viewer: Viewer, words_id: str) -> None:
        """Remove own words."""
        self._writes(viewer)
        if not self._store.remove_words(viewer.person, words_id):
            raise NotFound("there are no such words of yours.", subject=clean(words_id)[:20])

    # --- the draft ---------------------------------------------------------------------------------------------------

    def review(
        self,
        viewer: Viewer,
        *,
        language: Language,
        model: str = "none",
        since: datetime | None = None,
        on: date | None = None,
        anew: bool = False,
    ) -> Review:
        """The viewer's self-review as it stands; prepared, if there is none of today over the evidence as picked.

        Changes of sentences belong to the period and the language, and stay when it is prepared anew.
        """
        self._writes(viewer)
        on = self._past(viewer, on)
        draft = None if anew else self._standing(viewer, language=language, model=model, since=since, on=on)
        if draft is None:
            draft = self._documents.prepare(
                DraftKind.SELF_REVIEW,
                viewer,
                viewer.person,
                language=language,
                model=model,
                now=viewer.at,
                since=since,
                on=on,
            )
        return self._assembled(viewer, draft, language)

    def _standing(
        self, viewer: Viewer, *, language: Language, model: str, since: datetime | None, on: date | None
    ) -> Draft | None:
        found = self._documents.latest(
            DraftKind.SELF_REVIEW, viewer, viewer.person, language=language, model=model, on=on
        )
        if found is None or found.stale or self._directory.today(found.created_at) != self._directory.today(viewer.at):
            return None
        usual = found.window_end - STRETCH.usual
        begins = since if since is not None else usual
        if self._day(found.window_start) != self._day(begins):
            return None
        picked = self._store.picked_at(viewer.person, self._period(found))
        return None if picked is not None and picked >= found.created_at else found

    def change(
        self, viewer: Viewer, period: str, language: Language, statement: str, action: str, text: str = ""
    ) -> None:
        """Keep, edit or remove one sentence: an edit is marked as the person's own and is not checked again."""
        self._writes(viewer)
        if action not in ACTIONS:
            raise BadInput("a sentence is kept, edited or removed.", subject=clean(action)[:20])
        if not re.fullmatch(r"[0-9a-z]{1,40}", statement):
            raise BadInput("this is no id of a sentence.", subject=clean(statement)[:40])
        change = SentenceChange(
            statement=statement, action=action, text=plain(text) if action == "edit" else "", at=viewer.at
        )
        self._store.change(viewer.person, period_named(period), language, change)

    def _assembled(self, viewer: Viewer, draft: Draft, language: Language) -> Review:
        period = self._period(draft)
        changes = self._store.changes(viewer.person, period, language)
        words = self._store.words(viewer.person, period)
        drafted = {section.name: section for section in draft.sections}
        answers, sections = [], []
        for name in ANSWERS:
            question = asked(name)
            given = drafted[name].statements if name in drafted else ()
            kept = [changed(one, changes) for one in given if action_on(one, changes) != "remove"]
            kept += [own_words(one, language) for one in words if one.section == name]
            if any(not one.fact.endswith(".none") for one in kept):
                kept = [one for one in kept if not one.fact.endswith(".none") or one.origin is Origin.EDITED]
            removed = [one for one in given if action_on(one, changes) == "remove"]
            answers.append(
                Answer(
                    section=name,
                    question=question.text(language),
                    hint=question.hint(language),
                    statements=tuple(kept),
                    removed=tuple(removed),
                    length=length(" ".join(one.text for one in kept), language),
                    limit=ANSWER_LIMITS[language],
                )
            )
            sections.append(Section(name=name, title=question.text(language), statements=tuple(kept)))
        rest = [section for section in draft.sections if section.name not in ANSWERS]
        return Review(
            period=period,
            draft=numbered(replace(draft, sections=(*sections, *rest))),
            answers=tuple(answers),
            submission=next(iter(self._store.submitted(person=viewer.person, period=period)), None),
        )

    # --- handing over ------------------------------------------------------------------------------------------------

    def manager(self, viewer: Viewer) -> PersonEntry:
        """Whom the viewer would submit to.

        :raises NotFound: if they report to nobody.
        """
        found = self._directory.manager_of(viewer.person, self._directory.today(viewer.at))
        if found is None:
            raise NotFound(
                "there is nobody to submit a self-review to.",
                subject=viewer.name,
                hint="Reporting lines come from an HR source.",
                chinese=("这里没有汇报关系，自评无法提交。", "汇报关系来自人事来源。"),
            )
        return found

    def preview(self, viewer: Viewer, review: Review) -> Draft:
        """The review exactly as the manager would read it if it were submitted now."""
        manager = self.manager(viewer)
        return self._as_read(handed(review.draft), self._directory.viewer(manager.id, viewer.at))

    def submit(self, viewer: Viewer, review: Review) -> Submission:
        """Hand the review to the manager; an earlier submission of the period is taken back by it.

        :raises BadInput: if an answer is too long.
        """
        self._writes(viewer)
        manager = self.manager(viewer)
        if review.too_long:
            answer = review.too_long[0]
            raise BadInput(
                f"an answer is too long: {answer.length} of at most {answer.limit}.",
                subject=answer.question,
                hint="Shorten or remove a sentence of it, then submit again.",
                chinese=(f"有一条回答太长：{answer.length} 字，最多 {answer.limit} 字。", "删改几句后再提交。"),
            )
        submission = Submission(
            id=f"s{secrets.token_hex(8)}",
            person=viewer.person,
            period=review.period,
            manager=manager.id,
            at=viewer.at,
            draft=handed(review.draft),
        )
        self._store.submit(submission)
        return submission

    def withdraw(self, viewer: Viewer, period: str) -> None:
        """Take a submitted review back: nobody else can read it any more. That it was submitted stays on record."""
        self._writes(viewer)
        if not self._store.withdraw(viewer.person, period_named(period), viewer.at):
            raise NotFound(
                "nothing of this period stands submitted.",
                subject=clean(period)[:10],
                chinese=("这一时期没有已提交的自评。", ""),
            )

    def handed_to(self, viewer: Viewer) -> tuple[Submission, ...]:
        """What stands submitted to the viewer by those who report to them today, the newest first. No read is noted: a
        list shows that there is one, and nothing of it."""
        return tuple(
            one
            for one in self._store.submitted(manager=viewer.person)
            if reads_self_review(self._directory, viewer, one.person, one.manager, viewer.at)
        )

    def read(self, viewer: Viewer, person: int, period: str | None = None) -> Draft:
        """What ``person`` submitted to the viewer, newest first; the read is noted for them. One's own can be read too.

        :raises NotFound: if nothing of theirs stands submitted to the viewer; whether there is a draft is not told.
        """
        for one in self._store.submitted(person=person, period=None if period is None else period_named(period)):
            own = viewer.person == person
            if own or reads_self_review(self._directory, viewer, person, one.manager, viewer.at):
                self._reads.record(viewer, person, WHAT, PURPOSE, viewer.at)
                reader = self._directory.viewer(one.manager, viewer.at) if own else viewer
                return self._as_read(one.draft, reader)
        raise NotFound(
            "no self-review of theirs is submitted to you.",
            chinese=("没有提交给你的自评。", ""),
        )

    def own_words(self, viewer: Viewer, person: int, first: date, last: date) -> tuple[tuple[OwnWords, bool], ...]:
        """What ``person`` added to self-reviews of the halves of a year that these days touch, and whether it was
        handed over: one's own all of it, somebody else's as far as it stands submitted to the viewer, which is noted.
        """
        handed_over = {
            str(statement.data.get("id"))
            for one in self._store.submitted(person=person)
            if viewer.person == person or reads_self_review(self._directory, viewer, person, one.manager, viewer.at)
            for section in one.draft.sections
            for statement in section.statements
            if statement.fact == OWN_WORDS
        }
        found = tuple(
            (words, words.id in handed_over)
            for period in halves(first, last)
            for words in self._store.words(person, period)
            if viewer.person == person or words.id in handed_over
        )
        if found and viewer.person != person:
            self._reads.record(viewer, person, WHAT, PURPOSE, viewer.at)
        return found

    def _as_read(self, draft: Draft, reader: Viewer) -> Draft:
        """Without the sentences that rest on what the reader may not read, or what is gone by now."""
        wanted = {unpublic_id(public): public for public in draft.evidence}
        found = self._facts.hashes(list(wanted), reader.scopes)
        gone = {public for number, public in wanted.items() if number not in found}
        changed = any(
            found[number] != draft.evidence[public][1] for number, public in wanted.items() if number in found
        )
        return without(draft, gone, stale=bool(gone) or changed)

    # --- small things ------------------------------------------------------------------------------------------------

    def _writes(self, viewer: Viewer) -> None:
        may_write_self_review(self._directory, viewer, viewer.person, viewer.at)

    def _past(self, viewer: Viewer, on: date | None) -> date | None:
        return None if on == self._directory.today(viewer.at) else on

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()

    def _period(self, draft: Draft) -> str:
        return period_of(self._day(draft.window_start), self._day(draft.window_end))
