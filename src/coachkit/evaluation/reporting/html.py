"""The report as one HTML file that needs nothing else, and its body alone for the app's own pages.

Everything that comes from records, cases and models is escaped by the template engine; there is no script, and a policy
in the file's own head forbids any.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from coachkit.drafting.facts import Language
from coachkit.evaluation.judging.calibration import Calibration
from coachkit.evaluation.reporting import figures
from coachkit.evaluation.reporting.showing import anchor_of, shown_case
from coachkit.evaluation.reporting.viewing import Ranked, Report
from coachkit.evaluation.reporting.words import Words

__all__ = ["MOST_CASES", "body", "case_body", "html_report", "stylesheet"]

MOST_CASES = 200
"""Samples that one file shows sentence by sentence, worst first: a browser opens some ten megabytes with ease."""


@dataclass(frozen=True, slots=True)
class Links:
    """Where a case is: further down in the same file, or on a page of its own below ``base``."""

    base: str = ""

    def case(self, ranked: Ranked) -> str:
        anchor = anchor_of(ranked.sample)
        return f"{self.base}/{anchor}" if self.base else f"#{anchor}"


def html_report(
    report: Report, language: Language, *, most: int = MOST_CASES, calibrations: tuple[Calibration, ...] = ()
) -> str:
    """The whole report in one file, for a browser without a server.

    :param most: samples that are shown sentence by sentence; all others are counted.
    """
    css = f"{_style('page.css')}\n{stylesheet()}"
    digest = b64encode(sha256(css.encode()).digest()).decode()
    return (
        _environment()
        .get_template("page.html")
        .render(
            words=Words(language),
            report=report,
            css=Markup(css),  # noqa: S704 - our own file
            policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
            body=body(report, language, most=most, calibrations=calibrations),
        )
    )


def body(
    report: Report,
    language: Language,
    *,
    most: int = MOST_CASES,
    base: str = "",
    calibrations: tuple[Calibration, ...] = (),
) -> Markup:
    """The report without a page around it.

    :param base: address below which each case has a page of its own; without it they follow in the body.
    """
    listed = report.ranked[:most] if not base else ()
    return _render(
        "body.html",
        report=report,
        words=Words(language),
        links=Links(base),
        calibrations=calibrations,
        cases=[shown_case(report.record, one) for one in listed],
        left=len(report.ranked) - len(listed),
        most=most,
        alone=False,
    )


def case_body(report: Report, ranked: Ranked, language: Language) -> Markup:
    """One sample alone, opened."""
    return _render("case.html", words=Words(language), one=shown_case(report.record, ranked), alone=True)


@cache
def stylesheet() -> str:
    """The report's own styles, on the app's tokens."""
    return _style("report.css")


def _style(name: str) -> str:
    return (files("coachkit.evaluation.reporting") / "templates" / name).read_text("utf-8").strip()


def _render(template: str, **values: object) -> Markup:
    given: Mapping[str, object] = values
    return Markup(_environment().get_template(template).render(**given))  # noqa: S704 - escaped by the engine


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("coachkit.evaluation.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"shapes": figures.SHAPES, "bar": figures.bar}
    made.filters |= {"shown": figures.shown, "signed": figures.signed}
    return made
