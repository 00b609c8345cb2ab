"""True statements to be corrupted: of the sample organisation, of real organisations' records, and written by hand."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import coachkit.drafting.documents as path
from coachkit.bootstrap import App, open_app
from coachkit.domain.drafts import DraftKind
from coachkit.domain.evidence import Evidence
from coachkit.drafting.verify.handing import evidence_for
from coachkit.evaluation.corrupting import Case
from coachkit.sample import simulate, write
from coachkit.settings import load_settings

__all__ = ["by_hand", "real", "sample"]

TODAY = date(2026, 11, 24)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ENGLISH_NAMES = (
    "Maria Gomez",
    "Tom Becker",
    "Wei Li",
    "Ana Costa",
    "Jonas Weber",
    "Femi Adetola",
    "Priya Vendalur",
    "Rui Falcoeira",
    "Sofie Lindqvarn",
    "Callum Strachey",
    "Ayesha Rahmanov",
    "Teodora Vasilescu",
)
CHINESE_NAMES = (
    "李薇",
    "陈静",
    "王伟",
    "何雨菲",
    "顾思远",
    "梁一鸣",
    "黎曼青",
    "丁浩然",
    "苏婉",
    "林沐",
    "邹启明",
    "贺子墨",
)


def by_hand(folder: Path) -> list[Case]:
    """Rewordings that somebody wrote, true of their evidence."""
    held: dict[str, Any] = json.loads((folder / "rewordings.json").read_text("utf-8"))
    evidence = tuple(held["evidence"])
    return [
        Case(one["statement"], one["lang"], tuple(one["citations"]), evidence, source="by hand")
        for one in held["statements"]
    ]


def day(language: str, at: date) -> str:
    return f"{at.month} 月 {at.day} 日" if language == "zh" else f"{at.day} {MONTHS[at.month - 1]}"


# --- the sample organisation ------------------------------------------------------------------------------------------


def sample(seed: int = 7) -> list[Case]:
    """The composed sentences of its briefs, with their grounds, and templated statements about its records."""
    with tempfile.TemporaryDirectory() as folder:
        organisation = simulate(seed, today=TODAY)
        now = datetime.combine(TODAY, time(6, 0), UTC)
        app = open_app(load_settings(data=Path(folder) / "data"), now=lambda: now)
        try:
            for spec in write(organisation, Path(folder) / "sample"):
                app.connections.add(spec.name, spec.connector, spec.config, now=now)
                app.sync(spec.name)
            return _briefs(app, [f"hris:{person.employee_id}" for person in organisation.people], now)
        finally:
            app.close()


def _briefs(app: App, people: list[str], now: datetime) -> list[Case]:
    heard: list[tuple[Any, Any]] = []
    compose_all = path.compose_all

    def listening(agent: Any, plan: Any, pack: Any, voice: Any) -> Any:
        composed = compose_all(agent, plan, pack, voice)
        heard.append((composed, pack))
        return composed

    path.compose_all = listening
    try:
        for key in people:
            subject = app.directory.find_person(key)
            manager = app.directory.manager_of(subject.id)
            for language in ("en", "zh") if manager else ():
                viewer = app.directory.viewer(manager.id, now)
                app.documents.prepare(DraftKind.BRIEF, viewer, subject.id, language=language, model="none", now=now)
    finally:
        path.compose_all = compose_all
    cases = [case for composed, pack in heard for case in _composed(composed, pack)]
    return [*cases, *_templated({one.id: one for _, pack in heard for one in pack.evidence.values()})]


def _composed(composed: Any, pack: Any) -> Iterator[Case]:
    grounds = [one for one in composed.grounds.values() if not one.fact.uncited]
    found: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {}
    for one in grounds:
        for public in one.fact.evidence:
            found.setdefault(public, []).append((one.fact.kind, one.composed.text, one.fact.names))
    handed = {one["id"]: one for one in evidence_for(list(pack.evidence.values()), found)}
    for ground in grounds:
        if ground.fact.section in ("agenda", "actions"):
            continue  # people's own words
        cited = ground.composed.evidence
        foreign = [public for public in handed if public not in ground.fact.counted]
        yield Case(
            ground.composed.text,
            ground.language,
            cited,
            tuple([handed[one] for one in cited] + [handed[one] for one in foreign[:4]]),
            names=tuple(mention.name for mention in ground.said.mentions),
            others=ENGLISH_NAMES if ground.language == "en" else CHINESE_NAMES,
            foreign=tuple(foreign[:4]),
            unlike=tuple(o.composed.text for o in grounds if not set(o.fact.counted) & set(ground.fact.counted))[:3],
            source="sample, composed",
            ground=ground,
        )


_ENGLISH = {
    "merged": ["{giver} merged {getter}’s {key} on {day}.", "{key} by {getter} was merged by {giver}."],
    "approved": ["{giver} approved {getter}’s {key}.", "{key} by {getter} was approved by {giver}."],
    "reviewed": [
        "{giver} reviewed a change by {getter}, {key}.",
        "A change by {getter} ({key}) was reviewed by {giver}.",
    ],
    "answered": ["{giver} answered {getter} on {key}, {day}.", "On {day}, {getter} was answered by {giver} on {key}."],
    "unblocked": ["{giver} unblocked {getter} on {key}.", "{getter} was unblocked on {key} by {giver} on {day}."],
    "asked": ["{giver} asked {getter} about {key} on {day}.", "{getter} was asked about {key} by {giver}."],
    "committed": ["{giver} committed a change by {getter}, “{title}”."],
}
_CHINESE = {
    "merged": ["{giver}在 {day}合并了{getter}的 {key}。", "{getter}的 {key} 由{giver}合并。"],
    "approved": ["{giver}批准了{getter}的 {key}。", "{getter}的 {key} 由{giver}批准。"],
    "reviewed": ["{giver}评审了{getter}的 {key}。", "{getter}的 {key} 由{giver}评审。"],
    "answered": ["{day}，{giver}在 {key} 上回答了{getter}。", "{giver}就 {key} 回答了{getter}的问题。"],
    "unblocked": ["{giver}在 {key} 上帮{getter}疏通了卡点。", "{day}，{getter}在 {key} 上由{giver}疏通。"],
    "asked": ["{giver}在 {day}就 {key} 问了{getter}。", "{giver}向{getter}问了 {key}。"],
    "committed": ["{giver}提交了{getter}的改动“{title}”。"],
}


def _templated(records: dict[str, Evidence]) -> Iterator[Case]:
    """Plain statements about records: who did what for whom, when it was opened and closed."""
    rng = random.Random(7)
    handed = {one["id"]: one for one in evidence_for(list(records.values()), {})}
    for record in records.values():
        getter = next((actor.name for actor in record.actors if actor.role == "target"), None)
        foreign = tuple(rng.sample([one for one in handed if one != record.id], 4))
        evidence = (handed[record.id], *(handed[one] for one in foreign))
        title = record.title.replace("“", "‘").replace("”", "’")
        for actor in record.actors:
            for language, templates in (("en", _ENGLISH), ("zh", _CHINESE)):
                if actor.role not in templates or not getter or actor.name in (None, getter):
                    continue
                values = {
                    "giver": actor.name,
                    "getter": getter,
                    "key": record.key,
                    "title": title,
                    "day": day(language, record.occurred_at.date()),
                }
                for template in templates[actor.role]:
                    if "{title}" in template and not title:
                        continue
                    yield Case(
                        template.format(**values),
                        language,
                        (record.id,),
                        evidence,
                        names=(str(actor.name), getter),
                        others=ENGLISH_NAMES if language == "en" else CHINESE_NAMES,
                        foreign=foreign,
                        source="sample, records",
                    )


# --- real organisations -----------------------------------------------------------------------------------------------

_PAST = {
    "fix": "fixed",
    "add": "added",
    "remove": "removed",
    "update": "updated",
    "rename": "renamed",
    "move": "moved",
    "improve": "improved",
    "use": "used",
    "drop": "dropped",
    "enable": "enabled",
    "disable": "disabled",
    "implement": "implemented",
    "document": "documented",
    "convert": "converted",
    "clean": "cleaned",
    "replace": "replaced",
    "support": "supported",
    "change": "changed",
    "delete": "deleted",
    "introduce": "introduced",
    "correct": "corrected",
    "bump": "bumped",
    "revert": "reverted",
    "simplify": "simplified",
    "refactor": "refactored",
    "migrate": "migrated",
}


def real(folder: Path, each: int = 150) -> list[Case]:
    """Commits of real organisations, with names drawn for their pseudonyms; statements in both languages.

    :param folder: the development data: one folder an organisation, with ``events.parquet``.
    """
    import polars as pl

    cases: list[Case] = []
    for place in sorted(folder.glob("*/events.parquet")):
        rng = random.Random(place.parent.name)
        table = pl.read_parquet(place).filter((pl.col("type") == "commit") & (pl.col("text").str.len_chars() > 20))
        rows = table.sample(min(each * 2, table.height), seed=11).to_dicts()
        cases += _of_rows(rows, place.parent.name, rng)[: each * 4]
    return cases


def _of_rows(rows: list[dict[str, Any]], name: str, rng: random.Random) -> list[Case]:
    evidence = []
    for row in rows:
        author, merger = rng.sample(ENGLISH_NAMES + CHINESE_NAMES, 2)
        evidence.append(
            {
                "id": row["event_id"],
                "kind": "commit",
                "key": row["event_id"].split("-")[-1] + "0c0ffee"[:4],
                "day": datetime.fromtimestamp(row["ts"], UTC).date().isoformat(),
                "title": row["text"],
                "files": row["nfiles"],
                "areas": (row["areas"] or "").split("|")[:3],
                "actors": [{"role": "author", "name": author}, {"role": "merged_by", "name": merger}],
            }
        )
    found: list[Case] = []
    for place, (row, one) in enumerate(zip(rows, evidence, strict=True)):
        around = [other for other in evidence[max(0, place - 4) : place + 5] if other is not one][:4]
        for language, text in _said(row, one):
            found.append(
                Case(
                    text,
                    language,
                    (str(one["id"]),),
                    (one, *around),
                    names=tuple(actor["name"] for actor in one["actors"]),
                    others=ENGLISH_NAMES + CHINESE_NAMES,
                    foreign=tuple(str(other["id"]) for other in around),
                    source=f"real, {name}",
                )
            )
    return found


def _said(row: dict[str, Any], one: dict[str, Any]) -> Iterator[tuple[str, str]]:
    author, merger = (actor["name"] for actor in one["actors"])
    at = datetime.fromtimestamp(row["ts"], UTC).date()
    title = " ".join(row["text"].replace("“", "‘").replace("”", "’").replace('"', "’").split())
    files = f"{row['nfiles']} files" if row["nfiles"] != 1 else "1 file"
    yield "en", f"{merger} merged a change by {author} on {day('en', at)}, “{title}”."
    yield "en", f"A change to {files} by {author} was merged by {merger}."
    yield "zh", f"{day('zh', at)}，{author}的改动“{title}”由{merger}合并。"
    yield "zh", f"{merger}合并了{author}的改动，涉及 {row['nfiles']} 个文件。"
    words = row["text"].split(": ", 1)[-1].split()
    if words[0].lower() in _PAST and all(word.replace("-", "").isalpha() for word in words):
        yield "en", f"{author} {_PAST[words[0].lower()]} {' '.join(words[1:])}."
