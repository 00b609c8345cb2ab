"""Search as both doors offer it: a question, a page of hits, and whether there are more."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from coachkit.access import Viewer
from coachkit.bootstrap import App
from coachkit.domain.evidence import Evidence
from coachkit.domain.identity import unpublic_id
from coachkit.drafting.cleaning import clean
from coachkit.retrieval.tokenizer import is_cjk, query_words

__all__ = ["Asked", "Found", "FoundHit", "asked_pattern", "excerpt", "search"]

MOST = 200
EXCERPT = 220
_BEFORE = 60


class Asked(BaseModel):
    """A search."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field(
        max_length=400, description="Words in Chinese or English, a key, a path.", examples=["ledger export"]
    )
    kind: str = Field("", max_length=40, description="Only records of this kind.", examples=["issue"])
    since: date | None = Field(None, description="Only records of this day or later.")
    until: date | None = Field(None, description="Only records of this day or earlier.")
    limit: int = Field(20, ge=1, le=50)
    offset: int = Field(0, ge=0, le=MOST)


@dataclass(frozen=True, slots=True)
class FoundHit:
    evidence: Evidence
    excerpt: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    hits: tuple[FoundHit, ...]
    more: bool


def search(app: App, viewer: Viewer, asked: Asked) -> Found:
    """A page of what the viewer may read; permission goes into the search itself, never over its result."""
    if not asked.q.strip():
        return Found((), more=False)
    from coachkit.retrieval import Query

    zone = ZoneInfo(app.settings.timezone)
    wanted = min(asked.offset + asked.limit, MOST)
    query = Query(
        text=asked.q,
        scopes=viewer.scopes,
        since=_start(asked.since, zone),
        until=_start(asked.until + timedelta(days=1), zone) if asked.until else None,
        limit=wanted + 1,
        kinds=frozenset({asked.kind}) if asked.kind else None,
    )
    hits = list(app.retriever.search(query))
    page = hits[asked.offset : wanted]
    scores = {hit.record_id: hit.score for hit in page}
    found = app.evidence.several([hit.record_id for hit in page], viewer, purpose="search")
    return Found(
        tuple(
            FoundHit(evidence, excerpt(evidence.text, asked.q), score)
            for evidence, score in zip(found, _scores(found, scores), strict=True)
        ),
        more=len(hits) > wanted and wanted < MOST,
    )


def asked_pattern(query: str) -> re.Pattern[str]:
    """Finds the words of a question in a text, the longest first; of a run of Chinese also its pairs."""
    words = {part for word, terms in query_words(query) for part in (word, *(terms if is_cjk(word) else ()))}
    either = "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
    return re.compile(f"({either})" if either else "(?!)", re.IGNORECASE)


def excerpt(text: str, query: str) -> str:
    """A piece of ``text`` around the first place that has a word of the query, on one line."""
    plain = clean(text)
    found = asked_pattern(query).search(plain)
    start = max(0, (found.start() if found else 0) - _BEFORE)
    piece = plain[start : start + EXCERPT]
    return ("…" if start else "") + piece + ("…" if start + EXCERPT < len(plain) else "")


def _scores(found: tuple[Evidence, ...], scores: dict[int, float]) -> list[float]:
    return [scores[unpublic_id(evidence.id)] for evidence in found]


def _start(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone).astimezone(UTC) if day else None
