"""A run in Markdown, short enough for a pull request: the verdict, what changed, the worst cases. Texts are escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from coachkit.drafting.facts import Language
from coachkit.evaluation.judging.calibration import Calibration
from coachkit.evaluation.reporting.figures import SHAPES, shown, signed
from coachkit.evaluation.reporting.viewing import Figure, Ranked, Report, Row, Scorecard
from coachkit.evaluation.reporting.words import Words

__all__ = ["markdown_summary"]

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#!&$@])")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
_REASON = 160
_WORST = 5
_VERDICT_SHAPES = {"passed": SHAPES["full"], "stopped": SHAPES["failed"], "inconclusive": SHAPES["inconclusive"]}


def markdown_summary(
    report: Report, language: Language, *, links: str = "", calibrations: Iterable[Calibration] = ()
) -> str:
    """The summary. Without a baseline the scores that count; with one, those that changed and those that count.

    :param links: address of the whole report (an artefact of the job, a page of the app), if there is one.
    """
    words = Words(language)
    parts = [f"## {words.title}: {_plain(report.record.run.suite)}", *_verdict(report, words), _numbers(report, words)]
    parts += [part for card in report.scorecards for part in _card(card, words)]
    parts += list(_worst(report, words))
    parts += list(_judges(calibrations, words))
    run = report.record.run
    about = [f"{words.run} `{_code(run.id)}`", *(f"{words.commit} `{_code(one)}`" for one in [run.commit] if one)]
    about += [f"{words.baseline} `{_code(one.run.id)}`" for one in report.baselines]
    parts.append(" · ".join(about) + (f" · [{words.whole_report}](<{_address(links)}>)" if _address(links) else ""))
    return "\n\n".join(parts) + "\n"


def _verdict(report: Report, words: Words) -> Iterator[str]:
    if report.verdict is None:
        return
    yield f"**{_VERDICT_SHAPES[report.verdict.name]} {words.verdict(report.verdict.name)}**"
    if report.verdict.reasons:
        yield "\n".join(f"- {_plain(reason, 400)}" for reason in report.verdict.reasons)


def _numbers(report: Report, words: Words) -> str:
    end = report.record.end
    told = [
        f"{words.count(len(report.record.samples))} {words.samples.lower()}",
        f"{words.count(len(report.record.cases))} {words.cases_count.lower()}",
        f"{words.hard_failures.lower()}: {words.count(report.hard)}",
        f"{words.failed_samples.lower()}: {words.count(end.failed if end else 0)}",
        f"{words.missing_samples.lower()}: {words.count(end.missing if end else 0)}",
    ]
    return " · ".join(told)


def _card(card: Scorecard, words: Words) -> Iterator[str]:
    chosen = [row for row in card.rows if _tells(row)]
    if not chosen:
        return
    yield f"### {words.document(card.document)}"
    heads = [f"{_plain(one.model)} {_plain(one.prompt)}".strip() for one in card.columns]
    lines = [f"| {words.metric_head} | " + " | ".join(heads) + " |", "|---|" + "---|" * len(heads)]
    for row in chosen:
        figures = [_figure(figure, row.info.unit, words) for figure in row.figures]
        lines.append(f"| {_plain(words.metric(row.info.name))}{_mark(row, words)} | " + " | ".join(figures) + " |")
    yield "\n".join(lines)


def _tells(row: Row) -> bool:
    """Hard and primary scores, and what changed for sure."""
    return row.info.hard or row.info.primary or any(one and one.state in ("better", "worse") for one in row.figures)


def _mark(row: Row, words: Words) -> str:
    return f" ({words.hard})" if row.info.hard else f" ({words.primary})" if row.info.primary else ""


def _figure(figure: Figure | None, unit: str, words: Words) -> str:
    if figure is None:
        return "–"
    found = figure.interval
    text = f"{shown(found.estimate, unit)} [{shown(found.low, unit)}, {shown(found.high, unit)}]"
    if figure.change is not None:
        change = figure.change.change.interval
        size = f"{signed(change.estimate, unit)} [{signed(change.low, unit)}, {signed(change.high, unit)}]"
        text += f" {SHAPES[figure.state]} {words.state(figure.state)} {size}"
    return text.replace("[", "\\[").replace("]", "\\]").replace("$", "\\$")


def _worst(report: Report, words: Words) -> Iterator[str]:
    if not report.worst:
        return
    yield f"### {words.worst}"
    yield "\n".join(f"{place}. {_case(one, words)}" for place, one in enumerate(report.worst[:_WORST], 1))


def _case(one: Ranked, words: Words) -> str:
    cell = one.sample.cell
    where = " · ".join(filter(None, [words.document(cell.document), _plain(cell.model), words.spoken(cell.language)]))
    if one.sample.error is not None:
        why = f"{SHAPES['failed']} {words.error}: {_plain(one.sample.error.code)}"
    elif one.hard:
        why = f"{SHAPES['failed']} " + "; ".join(
            f"{_plain(words.metric(score.scorer))} {_plain(score.reason)}".strip() for score in one.hard
        )
    else:
        names = ", ".join(_plain(words.metric(score.scorer)) for score in one.losing[:3])
        why = f"{words.lost % shown(one.lost, 'share')}: {names}"
    return f"`{_code(one.sample.case)}` {where} — {why}"


def _judges(calibrations: Iterable[Calibration], words: Words) -> Iterator[str]:
    for found in calibrations:
        said = words.calibrated if found.calibrated else words.not_calibrated
        rates = f"{words.sensitivity} {shown(found.sensitivity.value, 'share')}"
        rates += f", {words.specificity} {shown(found.specificity.value, 'share')}"
        yield f"{words.judge} `{_code(found.judge)}`: **{said}**. {rates}."


def _plain(text: str, most: int = _REASON) -> str:
    """Words of a record or a person on one line, in which nothing is markup, a mention or a formula."""
    line = " ".join(_UNSEEN.sub(" ", text).split())
    return _SPECIAL.sub(r"\\\1", f"{line[:most]}…" if len(line) > most else line)


def _code(text: str) -> str:
    return " ".join(_UNSEEN.sub(" ", text).replace("`", "'").split()).replace("|", "/")


def _address(url: str) -> str:
    return url if re.fullmatch(r"https?://[^\s<>\"']+", url) else ""
