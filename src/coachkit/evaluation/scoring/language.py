"""The language of a document, and how hard it is to read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.record import Sample, Score
from coachkit.evaluation.scoring.measure import Measure, share
from coachkit.evaluation.scoring.protocol import Peers

__all__ = ["InLanguage", "ReadingChinese", "ReadingEnglish", "automated_readability", "own_words", "rare_characters"]

_QUOTED = re.compile(r"“[^”]*”|‘[^’]*’|「[^」]*」|\"[^\"]*\"")
_KEY = re.compile(r"\b[A-Z][A-Z0-9]{1,9}-[A-Z]?\d+\b|[\w-]+#\d+|\b[0-9a-f]{7,12}\b|[\w.-]+/[\w./*-]+|\b[\w-]+@\S+")
_HAN = re.compile("[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]{2,}")
_SENTENCE = re.compile(r"(?<!\d)[.!?]+(?=\s|$)|[。！？；]+|\n+")


def own_words(text: str, names: Iterable[str]) -> str:
    """What is left of a text without quotations, keys, addresses and these names."""
    text = _KEY.sub(" ", _QUOTED.sub(" ", text))
    for name in sorted(set(names), key=len, reverse=True):
        text = text.replace(name, " ")
    return text


def _names(sample: Sample) -> set[str]:
    """Names of people, teams, states and sources: they stand in their own language wherever they stand."""
    found = {name for seen in sample.evidence.values() for _, name in seen.actors}
    found |= {str(value) for seen in sample.evidence.values() for value in seen.fields.values()}
    for fact in sample.trace.facts:
        for part in (fact.get("roles"), fact.get("values")):
            if isinstance(part, dict):
                found |= {name for value in part.values() for name in re.split(r"[(),“”]| · ", str(value))}
        found |= {str(name) for name in fact.get("names", ())}
    if sample.draft is not None:
        header = sample.draft.header
        found |= {str(header.get(name) or "") for name in ("person", "title", "team", "other")}
        found |= {str(one) for one in header.get("read") or ()} | {str(one) for one in header.get("not_read") or ()}
    found |= {part for name in found for part in name.split()}
    return {name.strip() for name in found if len(name.strip()) > 1 or _HAN.fullmatch(name.strip())}


@dataclass(frozen=True, kw_only=True)
class InLanguage(Measure):
    """Share of the statements whose own words are of the language that was asked for: ``right / with own words``.

    Own words are what is left without quotations, keys, and names of people, teams and sources. English has no Chinese
    characters left; Chinese has some, and at least as many as Latin words.
    """

    name: str = "in_language"
    primary: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if sample.draft is None:
            return None
        names, zh = _names(sample), sample.cell.language == "zh"
        wrong, of = [], 0
        for one in sample.draft.statements:
            words = own_words(f"{one.text} {one.question}", names)
            han, latin = len(_HAN.findall(words)), len(_LATIN.findall(words))
            if not han and latin < (4 if zh else 1):
                continue  # nothing but quotations, names and figures
            of += 1
            if (han < latin) if zh else han:
                wrong.append(one)
        reason = "; ".join(f"“{one.text[:70]}”" for one in wrong[:3])
        return share(of - len(wrong), of, reason, tuple(one.id for one in wrong))


def automated_readability(text: str) -> float | None:
    """``4.71 · letters / words + 0.5 · words / sentences - 21.43``: about the school year of the United States.

    The Automated Readability Index of R. J. Senter and E. A. Smith (AMRL-TR-66-220, 1967): it needs no syllables, so
    nothing but the text. ``None`` for less than 30 words, of which it says nothing.
    """
    words = re.findall(r"[A-Za-z0-9\u00c0-\u024f'’-]+", text)
    sentences = [one for one in _SENTENCE.split(text) if re.search(r"\w", one)]
    if len(words) < 30 or not sentences:
        return None
    letters = sum(len(re.sub(r"\W", "", word)) for word in words)
    return 4.71 * letters / len(words) + 0.5 * len(words) / len(sentences) - 21.43


def rare_characters(text: str) -> float:
    """Share of the Chinese characters that are not among the 3,755 of level 1 of GB/T 2312-1980, the common ones."""
    characters = _HAN.findall(text)
    rare = [one for one in characters if not _common(one)]
    return len(rare) / len(characters) if characters else 0.0


def _common(character: str) -> bool:
    try:
        return 0xB0 <= character.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return False


@dataclass(frozen=True, kw_only=True)
class ReadingEnglish(Measure):
    """How hard the English is to read, in school years: the Automated Readability Index of its own words.

    Senter and Smith 1967; quotations, keys and names are left out. It describes: a document of lists of facts is no
    prose, and the index knows only the lengths of words and sentences.
    """

    name: str = "reading_grade"
    unit: str = "grade"
    higher_is_better: bool | None = False

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if sample.draft is None or sample.cell.language != "en":
            return None
        grade = automated_readability(_prose(sample))
        return None if grade is None else Score(value=round(grade, 2))


@dataclass(frozen=True, kw_only=True)
class ReadingChinese(Measure):
    """How hard the Chinese is to read: characters a sentence, in its own words, ended by 。！？； or a line.

    A measure of ours, beside which the reason says the share of characters outside level 1 of GB/T 2312: there is no
    formula for Chinese that is as widely used as those for English.
    """

    name: str = "reading_characters"
    unit: str = "characters"
    higher_is_better: bool | None = False

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if sample.draft is None or sample.cell.language != "zh":
            return None
        text = _prose(sample)
        sizes = [count for part in _SENTENCE.split(text) if (count := len(_HAN.findall(part)))]
        if not sizes:
            return None
        rare = rare_characters(text)
        return Score(value=round(sum(sizes) / len(sizes), 2), reason=f"{100 * rare:.1f} % of the characters are rare")


def _prose(sample: Sample) -> str:
    assert sample.draft is not None
    names = _names(sample)
    return "\n".join(own_words(f"{one.text} {one.question}", names) for one in sample.draft.statements)
