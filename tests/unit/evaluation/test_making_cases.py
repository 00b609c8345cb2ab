"""Cases made from the sample organisation: the files are what is made, and what they ask for is known."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from coachkit.domain.drafts import DraftKind
from coachkit.evaluation.cases import EvalCase, load_cases
from coachkit.evaluation.making.from_sample import files_of
from coachkit.evaluation.making.truths import Truths, gold_of, mentions_of, outside_quotes
from coachkit.evaluation.organisations import load_organisations
from coachkit.sample import simulate
from coachkit.sample.variants.thinned import silent

EVALS = Path(__file__).resolve().parents[3] / "evals"
SPECS = load_organisations(EVALS).by_name


def documents() -> list[EvalCase]:
    return [case for file in load_cases(EVALS, list(DraftKind)) for case in file.cases]


SAMPLED = [name for name, spec in SPECS.items() if spec.sample]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name != SAMPLED[0] else []) for name in SAMPLED]
)
def test_the_files_are_what_is_made(name: str) -> None:
    made = dict(files_of([SPECS[name]]))
    assert len(made) == len(DraftKind)
    for path, text in made.items():
        assert (EVALS / path).read_text("utf-8") == text, f"{path}: run python tools/eval_cases.py"


def test_there_are_enough_cases_in_both_splits_and_of_every_kind() -> None:
    cases = documents()
    counts = Counter(case.document for case in cases)
    assert all(counts[kind] >= 120 for kind in DraftKind)
    for kind in DraftKind:
        mine = [case for case in cases if case.document == kind]
        splits = Counter(SPECS[case.organisation].split for case in mine)
        assert min(splits.values()) >= 40, kind
        slices = {name for case in mine for name in case.slices}
        assert {"plain", "thin", "contradictory", "hostile", "swapped", "by-hand"} <= slices
        if kind is not DraftKind.CONTRIBUTION_SUMMARY:
            assert any(case.abstain for case in mine), kind


def test_no_organisation_is_of_two_splits_and_no_seed_either() -> None:
    seeds = {(spec.sample.seed, spec.split) for spec in SPECS.values() if spec.sample}
    assert len({seed for seed, _ in seeds}) == len(seeds)


def test_every_twin_is_there_and_asks_for_the_same() -> None:
    cases = {case.id: case for case in documents()}
    twins = [case for case in cases.values() if case.twin]
    assert len(twins) >= 60
    for case in twins:
        first = cases[case.twin]
        assert (first.document, first.subject, first.day) == (case.document, case.subject, case.day)
        assert SPECS[first.organisation].split == SPECS[case.organisation].split
        assert {one.en for one in first.must_mention if one.why != "on the next agenda"} == {
            one.en for one in case.must_mention if one.why != "on the next agenda"
        }


def test_facts_are_told_in_both_languages() -> None:
    for case in documents():
        assert case.languages == ("en", "zh")
        for one in case.must_mention:
            assert bool(one.en) == bool(one.zh), case.id


@pytest.fixture(scope="module")
def truths() -> Truths:
    return Truths(simulate(7, today=date(2026, 5, 11)))


def test_truths_are_read_off_the_records(truths: Truths) -> None:
    ines = truths.organisation.person_of("ines")
    assert {one.kind for one in truths.shown(ines)} == {"blocked_across_teams", "overdue_action", "incident_response"}
    assert [one.text for one in truths.forbidden(ines) if one.text == "Wolfram"]
    points = truths.points(ines, of=ines)
    assert points[1].en == ("May I give the nex",)
    actions = truths.open_actions(ines)
    assert [one.native_id for one in actions] == ["act-1202-1", "act-1202-3"]
    assert "5 May" in truths.due(actions[0]).en
    assert "INC-52" in truths.incidents(ines)
    assert truths.advanced(ines)
    tomasz = truths.organisation.person_of("tomasz")
    assert any(key.startswith("MOB-") for key in truths.unblocked(tomasz))
    noor = truths.organisation.person_of("noor")
    assert truths.advanced(noor) == ()


def test_gold_is_the_items_and_not_every_remark(truths: Truths) -> None:
    by_id = {one.id: one for one in truths.organisation.situations}
    assert all("/c" not in one for situation in by_id.values() for one in gold_of(situation))
    assert len(list(gold_of(by_id["search-blocked"]))) == 2
    assert list(gold_of(by_id["search-gap"])) == []
    assert [one.en[0] for one in mentions_of(by_id["search-incident"])] == ["INC-52"]


def test_what_only_a_quotation_says_is_no_statement() -> None:
    pattern = outside_quotes("has been live").pattern
    assert re.search(pattern, "PAY-1 has been live since Monday.")
    assert re.search(pattern, "“A” and “B”: it has been live.")
    assert not re.search(pattern, "Duarte wrote: “PAY-1 has been live since Monday”.")
    assert not re.search(pattern, "“It has been live”, and “so has been live that”.")


def test_cases_of_empty_packs_are_about_those_of_whom_nothing_is_left() -> None:
    spec = SPECS["sample-7-thin"]
    assert spec.sample is not None
    whole = simulate(spec.sample.seed, today=spec.today)
    quiet = {one.email for one in silent(whole)}
    empty = {case.subject for case in documents() if case.abstain and case.organisation == "sample-7-thin"}
    assert empty
    assert empty <= quiet


def test_no_case_asks_what_another_asks() -> None:
    """A sample is found by what was asked for: of two cases that ask the same, one would have none."""
    asked = Counter(case.hash for case in documents())
    again = [case.id for case in documents() if asked[case.hash] > 1]
    assert again == []
