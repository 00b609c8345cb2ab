"""The report as one HTML file: what stands in it, where the worst case is, and that no text of a record does harm."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from reported_runs import HARM, WORST, made_record

from coachkit.evaluation.comparing import compare
from coachkit.evaluation.record import RunRecord
from coachkit.evaluation.reporting.diffing import turns, words_between
from coachkit.evaluation.reporting.held import held_against
from coachkit.evaluation.reporting.html import body, case_body, html_report
from coachkit.evaluation.reporting.viewing import Report, Verdict, report
from coachkit.evaluation.reporting.words import Words


class Page(HTMLParser):
    """Elements, attributes, ids and words of a page, as a browser would take them apart."""

    VOID = frozenset({"meta", "br", "circle", "rect", "link", "input", "img"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def compared() -> Report:
    before, after = made_record(), made_record(worse=True)
    return report(after, [compare(before, after, common=True)], Verdict(name="stopped", reasons=("a leak",)))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_whole_and_well_formed(compared: Report, language: str) -> None:
    page = Page(html_report(compared, language))  # type: ignore[arg-type]  # one of two languages
    assert page.open == []
    ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
    assert len(ids) == len(set(ids))
    linked = {attributes["href"] for tag, attributes in page.elements if tag == "a"}
    assert all(one and one.startswith("#") and one[1:] in ids for one in linked), "every link leads somewhere in it"
    assert not {tag for tag, _ in page.elements} & {"script", "img", "link", "iframe", "form", "object"}
    assert "bound method" not in page.text
    words = Words(language)  # type: ignore[arg-type]
    for said in (words.scorecard, words.slices, words.cost, words.provenance, words.verdict("stopped"), "a leak"):
        assert said in page.text
    for fact in ("9f9f", "da7a", "5d2b99e+", "2.14.3", "no folder"):
        assert fact in page.text


def test_no_text_of_a_record_does_anything(compared: Report) -> None:
    for html in (
        html_report(compared, "en"),
        str(body(compared, "zh")),
        str(case_body(compared, next(one for one in compared.ranked if one.hard), "en")),
    ):
        assert "<script" not in html
        assert "<img" not in html
        assert "49 ]]" not in html, "no template inside a record is filled in"
        page = Page(html)
        assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
        assert not [value for _, one in page.elements if "javascript:" in (value := one.get("href") or "")]
        assert "<script>alert(1)</script>" in page.text, "it is shown as it was written"
    head = html_report(compared, "en")[:2000]
    assert "default-src 'none'" in head.replace("&#39;", "'")


def test_the_worst_case_comes_first_and_is_one_click_away(compared: Report) -> None:
    worst = [one for one in compared.ranked if one.hard]
    assert {one.sample.case for one in worst} == {WORST}
    assert compared.ranked[0].sample.error is not None, "what was not made at all is worse still"
    html = html_report(compared, "en")
    first = re.search(r'<ol class="worst">.*?href="#(case-\w+)"', html, re.DOTALL)
    assert first
    assert html.index(f'id="{first[1]}"') > html.index('id="cases"')


def test_hard_failures_errors_then_losses(compared: Report) -> None:
    order = [(one.sample.error is None, -len(one.hard), -one.lost) for one in compared.ranked]
    assert order == sorted(order)
    assert compared.hard == 4, "in two languages by two models"


def test_figures_and_their_change(compared: Report) -> None:
    card = compared.scorecards[0]
    assert [(one.model, one.prompt) for one in card.columns] == [("none", ""), ("local", "brief@1.1.0")]
    rows = {row.info.name: row for row in card.rows}
    recall = rows["evidence_recall"].figures[0]
    assert recall is not None
    assert recall.change is not None
    assert recall.interval.estimate == pytest.approx(1 - 0.5 * 2 / 12)
    assert recall.change.change.estimate == pytest.approx(-0.5 * 2 / 12)
    assert recall.state in ("worse", "inconclusive")
    page = Page(html_report(compared, "en"))
    assert "91.7 %" in page.text
    assert "−8.3" in page.text
    for state in ("worse", "inconclusive", "no difference"):
        assert state in page.text or state == "worse"


def test_what_is_not_shown_is_counted(compared: Report) -> None:
    page = Page(html_report(compared, "en", most=3))
    assert "45 more samples are in the record" in page.text
    assert sum(one.get("class") == "case" for _, one in page.elements) == 3


def test_without_a_baseline_it_says_so() -> None:
    page = Page(html_report(report(made_record(models=("none",))), "en"))
    assert "No baseline was given" in page.text
    assert "inconclusive" not in page.text
    assert HARM.split("<")[0] == ""


def test_a_baseline_that_cannot_be_compared_is_told() -> None:
    run, other = made_record(models=("none",)), made_record(models=("none",), number=3)
    strange = RunRecord(other.run, cases=(), samples=(), scorers=other.scorers.values())
    held = held_against(run, [strange, other])
    assert held.refused == {}
    assert len(held.comparisons) == 1, "three cases are enough to compare by"
    renamed = [one.model_copy(update={"case": f"other-{one.case}"}) for one in other.samples]
    held = held_against(run, [RunRecord(other.run, cases=other.case_lines, samples=renamed)])
    assert list(held.refused) == ["20260508-090000-base, brief"]
    page = Page(html_report(report(run, held.comparisons, refused=held.refused), "zh"))
    assert "未比较" in page.text


def test_two_documents_sentence_by_sentence() -> None:
    before, after = made_record(), made_record(worse=True)
    pairs = {one.case: one for one in before.samples if one.cell.model == "none" and one.cell.language == "en"}
    for sample in after.samples:
        if sample.draft is None or sample.cell.model != "none" or sample.cell.language != "en":
            continue
        earlier = pairs[sample.case].draft
        assert earlier is not None
        kinds = [turn.kind for turn in turns(earlier, sample.draft)]
        expected = ["same", "changed"] if sample.case == WORST else ["same", "same"]
        assert kinds == (["same", "gone"] if sample.case.endswith(("5", "6")) else expected)


def test_words_of_both_languages_are_told_apart() -> None:
    kinds = [(piece.kind, piece.text) for piece in words_between("等待三天", "等待五天")]
    assert kinds == [("same", "等待"), ("gone", "三"), ("new", "五"), ("same", "天")]
    english = words_between("He waits for 3 days.", "He waits for 5 days.")
    assert [piece.text for piece in english if piece.kind != "same"] == ["3", "5"]
    assert "".join(piece.text for piece in english if piece.kind != "new") == "He waits for 3 days."
