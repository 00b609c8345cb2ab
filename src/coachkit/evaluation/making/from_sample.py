"""Cases about the sample organisation, from what is known about it; the same every time.

``tools/eval_cases.py`` writes them under ``evals/``; a test holds the files to what is made here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from coachkit.domain.drafts import DraftKind
from coachkit.evaluation.cases import EvalCase, Forbidden, Mention
from coachkit.evaluation.making.files import written
from coachkit.evaluation.making.truths import RULED, Truths, gold_of, mentions_of
from coachkit.evaluation.organisations import OrganisationSpec
from coachkit.sample import simulate
from coachkit.sample.model import Organisation, Person, Situation
from coachkit.sample.people import TEAMS
from coachkit.sample.variants import vary
from coachkit.sample.variants.thinned import silent

__all__ = ["cases_of", "files_of"]

_OTHERS = 4
"""People of a plain organisation about whom nothing is planted."""
_OF_A_VARIANT = 8
_TARGETS, _TARGETS_OF_A_VARIANT = 20, 8
_IN_AGENDA = frozenset(
    {"blocked_across_teams", "overdue_action", "repeated_question", "incident_response", "hostile_text"}
)
_IN_REVIEW = frozenset({"incident_response", "finished_goal"})


def files_of(specs: Iterable[OrganisationSpec]) -> Iterator[tuple[str, str]]:
    """Paths below ``evals/`` and what stands in each: a file for every document and sample organisation."""
    for spec in specs:
        if spec.sample is None:
            continue
        whole = simulate(spec.sample.seed, today=spec.today)
        organisation = vary(whole, spec.sample.variant)
        quiet = frozenset(one.handle for one in silent(whole)) if spec.sample.variant == "thin" else frozenset()
        for kind in DraftKind:
            made = cases_of(kind, spec, organisation, quiet)
            yield (
                f"{kind}/cases/{spec.name}.yaml",
                written(kind, made, organisation=spec.name, slices=[spec.sample.variant]),
            )


def cases_of(
    kind: DraftKind, spec: OrganisationSpec, organisation: Organisation, quiet: frozenset[str] = frozenset()
) -> tuple[EvalCase, ...]:
    """The cases of one kind of document about one organisation.

    :param quiet: handles of those of whom it has no record: nothing may be claimed about them.
    """
    making = _Making(kind, spec, Truths(organisation, spec.timezone), quiet)
    if kind is DraftKind.CONTRIBUTION_SUMMARY:
        return tuple(making.targets())
    return tuple(making.about(person) for person in making.people())


class _Making:
    """Makes the cases of one kind of document about one organisation."""

    def __init__(self, kind: DraftKind, spec: OrganisationSpec, truths: Truths, quiet: frozenset[str]) -> None:
        assert spec.sample is not None
        self.kind, self.spec, self.truths = kind, spec, truths
        self.variant = spec.sample.variant
        self.silent = quiet
        self._musts: Mapping[DraftKind, Callable[[Person], Iterable[Mention]]] = {
            DraftKind.BRIEF: self._brief,
            DraftKind.AGENDA: self._agenda,
            DraftKind.SELF_REVIEW: self._review,
            DraftKind.KEY_CONVERSATION: self._card,
        }

    # --- about whom ----------------------------------------------------------------------------------------------

    def people(self) -> Sequence[Person]:
        """Those with something planted first, then others; in a thin organisation those of whom nothing is left."""
        reports = self.truths.reports
        planted = [one for one in reports if self.truths.situations(one)]
        others = [one for one in reports if one not in planted]
        if self.variant == "plain":
            step = max(1, len(others) // _OTHERS)
            return [*planted, *others[::step][:_OTHERS]]
        if self.variant == "thin":
            quiet = [one for one in reports if one.handle in self.silent][:5]
            return [*quiet, *[one for one in planted if one not in quiet][: _OF_A_VARIANT - len(quiet)]]
        if self.variant == "contradictory":
            return [one for one in planted if self._contradicted(one)][: _OF_A_VARIANT + 2]
        return planted[:: max(1, len(planted) // _OF_A_VARIANT)][:_OF_A_VARIANT]

    def _contradicted(self, person: Person) -> bool:
        kinds = {one.kind for one in self.truths.situations(person)}
        return bool(
            kinds
            & {"blocked_across_teams", "overdue_action", "stale_key_result", "unthanked_help", "incident_response"}
        )

    def about(self, person: Person) -> EvalCase:
        """A case about somebody."""
        empty = person.handle in self.silent
        shown = () if empty else self._shown(person)
        twin = f"{self.kind}-{self.spec.name.removesuffix('-swapped')}-{person.handle}" if self._is_twin else ""
        return EvalCase(
            id=f"{self.kind}-{self.spec.name}-{person.handle}",
            document=self.kind,
            organisation=self.spec.name,
            subject=person.email,
            slices=tuple(self._slices(person, shown, empty=empty)),
            gold=tuple(dict.fromkeys(one for situation in shown for one in gold_of(situation))),
            must_mention=() if empty else _once(self._musts[self.kind](person)),
            must_not=self.truths.forbidden(person),
            abstain=empty,
            twin=twin,
            twin_kind="name_gender" if twin else "",
            provenance=f"planted: {', '.join(one.id for one in shown)}" if shown else "its records",
        )

    @property
    def _is_twin(self) -> bool:
        return self.variant == "swapped"

    def _slices(self, person: Person, shown: Sequence[Situation], *, empty: bool) -> Iterator[str]:
        if empty:
            yield "empty"
        if shown:
            yield "planted"
        yield from dict.fromkeys(one.kind.replace("_", "-") for one in self.truths.situations(person))
        yield "chinese" if person.chinese else "european"
        if person.role == "lead":
            yield "lead"

    def _shown(self, person: Person) -> tuple[Situation, ...]:
        """What of the planted belongs into this kind of document; into a card one thing, so of several none is gold."""
        shown = self.truths.shown(person)
        if self.kind is DraftKind.AGENDA:
            return tuple(one for one in shown if one.kind in _IN_AGENDA)
        if self.kind is DraftKind.SELF_REVIEW:
            return tuple(one for one in shown if one.kind in _IN_REVIEW)
        if self.kind is DraftKind.KEY_CONVERSATION:
            ruled = tuple(one for one in shown if one.kind in RULED)
            return ruled if len(ruled) == 1 else ()
        return shown

    # --- what must be told ---------------------------------------------------------------------------------------

    def _brief(self, person: Person) -> Iterator[Mention]:
        for one in self._shown(person):
            yield from mentions_of(one)
        yield from self.truths.points(person, of=person)
        for action in self.truths.open_actions(person)[:2]:
            yield self.truths.due(action)

    def _agenda(self, person: Person) -> Iterator[Mention]:
        yield from self._brief(person)
        manager = self.truths.organisation.person_of(person.manager or "")
        yield from self.truths.points(person, of=manager)

    def _review(self, person: Person) -> Iterator[Mention]:
        for one in self._shown(person):
            results = self.truths.results_of(one)  # a finished goal is told by its results as well
            for mention in mentions_of(one):
                yield mention.model_copy(update={"en": (*mention.en, *results), "zh": (*mention.zh, *results)})
        for keys, why in (
            (self.truths.advanced(person), "a result that their work advanced"),
            (self.truths.unblocked(person), "help to others"),
            (self.truths.incidents(person), "an incident they answered"),
        ):
            if keys:
                yield Mention(en=keys, zh=keys, why=why)

    def _card(self, person: Person) -> Iterator[Mention]:
        """Of one thing that is due, all of it; of several, any."""
        ruled = [one for one in self.truths.shown(person) if one.kind in RULED]
        if len(ruled) == 1:
            yield from mentions_of(ruled[0])
        elif ruled:
            found = [mention for one in ruled for mention in mentions_of(one)]
            yield Mention(
                en=tuple(dict.fromkeys(word for one in found for word in one.en)),
                zh=tuple(dict.fromkeys(word for one in found for word in one.zh)),
                why="one of " + ", ".join(sorted({one.kind.replace("_", " ") for one in ruled})),
            )

    # --- contribution summaries ----------------------------------------------------------------------------------

    def targets(self) -> Iterator[EvalCase]:
        """Teams, goals and key results, spread over the organisation; of a variant some of the same."""
        every = list(self._every_target())
        step = 1 if self.variant == "plain" else max(1, len(every) // _TARGETS_OF_A_VARIANT)
        yield from every[::step][: _TARGETS if step == 1 else _TARGETS_OF_A_VARIANT]

    def _every_target(self) -> Iterator[EvalCase]:
        teams = [team.key for team in TEAMS if team.kind == "team"]
        for key in teams:
            yield self._target(f"team:{key}", ("team",), ())
        goals, rest = self.truths.goals, _TARGETS - len(teams)
        step = max(1, len(goals) // rest)
        for place, goal in enumerate(goals[::step][:rest]):
            measured = [one for one in goal.key_results if one.latest and one.owners]
            if place % 2 and measured:
                told = (Mention(en=(measured[0].key,), zh=(measured[0].key,)), self.truths.value(measured[0]))
                yield self._target(f"key-result:{measured[0].key}", ("key-result",), told)
            else:
                yield self._target(f"goal:{goal.key}", ("goal",), self.truths.told_of(goal), goal.key)

    def _target(self, address: str, slices: tuple[str, ...], told: tuple[Mention, ...], gold: str = "") -> EvalCase:
        name = address.replace(":", "-").lower()
        twin = f"{self.kind}-{self.spec.name.removesuffix('-swapped')}-{name}" if self._is_twin else ""
        hidden = [
            one for one in self.truths.organisation.situations if one.kind in ("confidential_feedback", "private_group")
        ]
        words = dict.fromkeys(word for one in hidden for word in one.must_not_mention)
        return EvalCase(
            id=f"{self.kind}-{self.spec.name}-{name}",
            document=self.kind,
            organisation=self.spec.name,
            subject=address,
            slices=slices,
            gold=(gold,) if gold else (),
            must_mention=_once(told),
            must_not=tuple(Forbidden(text=word, why="confidential") for word in words),
            twin=twin,
            twin_kind="name_gender" if twin else "",
            provenance="its goals and their measurements" if told else "its records",
        )


def _once(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """Each once: by its words, whatever the reason."""
    found: dict[tuple[object, ...], Mention] = {}
    for one in mentions:
        found.setdefault((one.en, one.zh, one.record), one)
    return tuple(found.values())
