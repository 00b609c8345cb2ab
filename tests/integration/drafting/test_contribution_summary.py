"""Contribution summaries of the sample organisation: complete by the anatomy, within their lengths, fair in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import chain

import pytest
from sample_office import SampleOffice, opened_sample, said_in

from coachkit.access import Viewer
from coachkit.delivery.document import document
from coachkit.domain.drafts import Draft, DraftKind
from coachkit.domain.identity import unpublic_id
from coachkit.domain.targets import Target
from coachkit.drafting.agents.contribution import CONTRIBUTION_LIMITS
from coachkit.drafting.fitting import length
from coachkit.drafting.plan.contribution import SECTIONS
from coachkit.drafting.words import FORBIDDEN
from coachkit.errors import Ambiguous, NotFound
from coachkit.insight.contribution import KINDS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("planted-7")]

TODAY = date(2026, 11, 24)
ASKED = (
    "team:PAY",
    "team:SRCH",
    "team:DATA",
    "team:CS",
    "goal:PAY-O1",
    "goal:SRCH-O1",
    "goal:CS-O1",
    "key-result:KR-6",
    "project:payments-ledger",
    "project:INC",
)
_OUTSIDE_QUOTES = re.compile(r"“[^”]*”")
_COUNTED = re.compile(r"\b\d+ (?:reviews|changes|tickets|commits|contributions)\b|\d+ ?(?:次|个改动|条评审)")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleOffice]:
    with opened_sample(tmp_path_factory.mktemp("sample"), 7, TODAY) as office:
        office.app.settings = office.app.settings.model_copy(update={"contribution_days": 0.0})
        yield office


def lead_of(sample: SampleOffice, target: Target) -> Viewer:
    return sample.app.directory.viewer(sample.app.targets.leads(target)[0].id, sample.app.now())


def summary(sample: SampleOffice, address: str, language: str) -> Draft:
    target = sample.app.targets.find(address, None).target
    return sample.app.documents.prepare(
        DraftKind.CONTRIBUTION_SUMMARY,
        lead_of(sample, target),
        target.id,
        language="zh" if language == "zh" else "en",
        model="none",
        now=sample.app.now(),
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_summary_keeps_to_the_anatomy_and_its_length(sample: SampleOffice, language: str) -> None:
    for address in ASKED:
        draft = summary(sample, address, language)
        names = [section.name for section in draft.sections]
        assert names == [name for name in SECTIONS if name in names], address
        assert {"outcome", "waits", "unknowns"} <= set(names), address
        assert set(names) & set(KINDS), address
        doc = document(draft, "Asia/Shanghai")
        said = chain(
            [doc.headline, *doc.lines], *([s.title, *(one.text for one in s.statements)] for s in doc.sections)
        )
        limit = {"en": CONTRIBUTION_LIMITS["en"], "zh": 520}[language]
        assert length(" ".join(said), "zh" if language == "zh" else "en") <= limit, address
        assert draft.notes == ()
        for section in draft.sections:
            for one in section.statements:
                assert one.evidence or one.data.get("about"), (address, one.text)
                assert set(one.evidence) <= set(draft.evidence)


def test_nobody_is_counted_rated_or_put_first_for_having_done_more(sample: SampleOffice) -> None:
    for address in ASKED:
        draft = summary(sample, address, "en")
        for section in draft.sections:
            for one in section.statements:
                bare = _OUTSIDE_QUOTES.sub(" ", one.text)
                assert not _COUNTED.search(bare), one.text
                assert not any(pattern.search(bare) for pattern in FORBIDDEN.values()), one.text
            if section.name not in KINDS:
                continue
            leading = [one.text.split(":")[0].split(",")[0] for one in section.statements if ":" in one.text]
            bare_names = [re.sub(r" \(.*", "", name).casefold() for name in leading]
            assert bare_names == sorted(bare_names), (address, section.name)
            listed = [one.text.split(", ") for one in section.statements if ":" not in one.text and "“" not in one.text]
            assert all([n.casefold() for n in names] == sorted(n.casefold() for n in names) for names in listed)


def test_both_languages_name_the_same_people_for_the_same_reasons(sample: SampleOffice) -> None:
    for address in ("goal:PAY-O1", "team:DATA"):
        facts = [
            {one.id: frozenset(map(str, one.data["people"])) for one in said_in(summary(sample, address, language))}  # type: ignore[call-overload]  # a list of ids
            for language in ("en", "zh")
        ]
        both = facts[0].keys() & facts[1].keys()
        assert len(both) >= 0.75 * max(map(len, facts)), "some give way to the length of one language"
        assert all(facts[0][one] == facts[1][one] for one in both)


def test_waits_name_steps_and_no_person(sample: SampleOffice) -> None:
    draft = summary(sample, "team:SRCH", "en")
    waits = next(section for section in draft.sections if section.name == "waits")
    assert all(one.data["people"] == [] for one in waits.statements)
    assert any(re.search(r"median [\d.]+ days \(n = \d+; elsewhere [\d.]+, n = ", one.text) for one in waits.statements)
    for one in waits.statements:
        for n in re.findall(r"n = ([\d,]+)", one.text):
            assert int(n.replace(",", "")) >= 5


def test_everything_it_rests_on_may_be_read_by_everybody_it_names(sample: SampleOffice) -> None:
    app = sample.app
    for address in ("team:RISK", "goal:PAY-O1"):
        draft = summary(sample, address, "en")
        named = {str(person) for one in said_in(draft) for person in one.data["people"]}  # type: ignore[attr-defined]  # a list of ids
        assert len(named) > 4
        evidence = [unpublic_id(public) for public in draft.evidence]
        for person in named:
            reader = app.directory.viewer(unpublic_id(person), app.now())
            assert set(app.facts.hashes(evidence, reader.scopes)) == set(evidence), (address, person)


def test_the_same_day_gives_the_same_summary_and_the_day_after_is_not_known(sample: SampleOffice) -> None:
    app = sample.app
    target = app.targets.find("goal:PAY-O1", None).target
    lead = lead_of(sample, target)
    made = [
        app.documents.prepare(
            DraftKind.CONTRIBUTION_SUMMARY, lead, target.id, language="en", model="none", now=app.now(), on=day
        )
        for day in (date(2026, 10, 15), date(2026, 10, 15), None)
    ]
    assert [one.text for one in said_in(made[0])] == [one.text for one in said_in(made[1])]
    assert said_in(made[0]) != said_in(made[2])
    assert all(source.occurred_at.date() <= date(2026, 10, 15) for source in made[0].sources if source.kind != "goal")


def test_what_a_name_means(sample: SampleOffice) -> None:
    find = sample.app.targets.find
    assert find("pay-o1", None).target.address == "goal:PAY-O1"
    assert find("数据平台", None).target.address == "team:DATA"
    assert find("p95 query latency", None).target.address == "key-result:KR-6"
    assert find("payments-ledger", None).target.team == "PAY"
    with pytest.raises(Ambiguous) as several:
        find("PAY", None)
    assert [one.partition(" · ")[0] for one in several.value.candidates] == ["team:PAY", "project:PAY"]
    with pytest.raises(NotFound, match="no goal, project, team or person"):
        find("team:NOBODY", None)
    lead = sample.app.targets.leads(find("team:SRCH", None).target)
    through = find(lead[0].name, None)
    assert (through.target.address, through.through and through.through.id) == ("team:SRCH", lead[0].id)


def test_a_private_project_does_not_exist_for_who_may_not_read_it(sample: SampleOffice) -> None:
    app = sample.app
    with pytest.raises(NotFound):
        app.targets.find("project:risk-engine", None)
    risk = app.targets.leads(app.targets.find("team:RISK", None).target)[0]
    other = app.targets.leads(app.targets.find("team:SRCH", None).target)[0]
    assert app.targets.find("project:risk-engine", app.directory.viewer(risk.id, app.now())).target.team == "RISK"
    with pytest.raises(NotFound):
        app.targets.find("project:risk-engine", app.directory.viewer(other.id, app.now()))
