"""The words: complete, in their own language, and not the same for everybody."""

from __future__ import annotations

import random
import re
import string
from collections import Counter, defaultdict
from importlib.resources import files

import pytest
import yaml

from coachkit.domain.work import Interaction, InteractionKind, WorkItem, WorkItemKind
from coachkit.sample import Organisation
from coachkit.sample.texts import Phrases, lower_first, parse_topics, phrases, topics

HAN = re.compile(r"[\u4e00-\u9fff]")
WORK_SLOTS = {"o", "n", "p", "k"}


def slots_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_topic_is_whole() -> None:
    known = {topic.id for topic in topics()}
    assert len(known) == len(topics()) >= 35
    for topic in topics():
        assert len(topic.names) >= 4, topic.id
        assert len(topic.variants) >= 4, topic.id
        assert len(topic.works) >= 2, topic.id
        assert topic.needs is None or topic.needs[0] in known - {topic.id}, topic.id
        for work in topic.works:
            parts = (work.do, work.why, work.how, *work.steps, work.ask, work.answer, work.done, work.bug, work.fix)
            assert len(work.steps) == 3, (topic.id, work.do)
            assert "o" in slots_of(work.do) & slots_of(work.bug), (topic.id, work.do)
            assert all(slots_of(part) <= WORK_SLOTS for part in parts), (topic.id, work.do)
            for part in parts:
                # A single Chinese character may be quoted in an English text.
                assert (len(HAN.findall(part)) > 1) == (topic.language == "zh"), (topic.id, part)


def test_no_piece_of_work_is_written_twice() -> None:
    for part in ("do", "why", "how", "ask", "answer", "done", "bug", "fix"):
        seen = Counter(getattr(work, part) for topic in topics() for work in topic.works)
        assert [text for text, count in seen.items() if count > 1] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_phrases_are_of_their_language_and_know_the_same_situations(language: str) -> None:
    folder = files("coachkit.sample").joinpath("data/phrases")
    both = {name: yaml.safe_load(folder.joinpath(f"{name}.yaml").read_text("utf-8")) for name in ("en", "zh")}
    assert both["en"].keys() == both["zh"].keys()
    for situation, lists in both[language].items():
        assert len(lists) == len(set(lists)), situation
        for phrase in lists:
            assert bool(HAN.search(phrase)) == (language == "zh"), phrase
            assert situation not in ("nudge", "review") or phrase.count(" => ") == 1, phrase


def test_no_phrase_comes_again_before_all_have_come() -> None:
    ours = Phrases({"greeting": ["a {x}", "b {x}", "c {x}"]})
    rng = random.Random(1)
    first = [ours.pick("greeting", rng, x=1) for _ in range(3)]
    assert sorted(first) == ["a 1", "b 1", "c 1"]
    with pytest.raises(KeyError):
        phrases("en").pick("no such situation", rng)


def test_a_piece_of_work_with_a_missing_line_is_named() -> None:
    with pytest.raises(ValueError, match="TEAM x: a piece of work has 9 lines, not 2: 'do'"):
        parse_topics("TEAM", "# x | X | x | en | KR-1 | a; b | o; p |\n\ndo\nwhy\n")
    with pytest.raises(ValueError, match="a topic has eight fields"):
        parse_topics("TEAM", "# x | X | x\n\ndo\nwhy\n")


def test_words_inside_a_sentence() -> None:
    assert lower_first("Page the export") == "page the export"
    assert lower_first("API of the ledger") == "API of the ledger"


def test_no_slot_was_left_open(organisation: Organisation) -> None:
    for made in organisation.records:
        for name in ("title", "body", "text", "outcome"):
            value = getattr(made.record, name, None)
            if value:
                assert not re.search(r"\{[a-z_0-9]+\}", value), (made.native_id, value)
                assert "None" not in value.split(), (made.native_id, value)


def test_titles_differ(organisation: Organisation) -> None:
    titles = Counter(
        made.record.title
        for made in organisation.records
        if isinstance(made.record, WorkItem) and made.record.kind is WorkItemKind.ISSUE
    )
    assert titles.most_common(1)[0][1] <= 3
    assert len(titles) / titles.total() > 0.85


def test_histories_of_two_people_cannot_be_swapped(organisation: Organisation) -> None:
    """Of the issues of one person, few could be another's: their titles are shared by almost nobody."""
    by_owner: dict[str, set[str]] = defaultdict(set)
    for made in organisation.records:
        if isinstance(made.record, WorkItem) and made.record.kind is WorkItemKind.ISSUE:
            for one in made.record.interactions:
                if one.kind is InteractionKind.AUTHORED:
                    by_owner[one.actor].add(made.record.title)
    for owner, titles in by_owner.items():
        for other, others in by_owner.items():
            assert owner == other or len(titles & others) <= 0.2 * len(titles) + 1, (owner, other)


def test_people_write_in_languages_they_know(organisation: Organisation) -> None:
    by_key = {key: person for person in organisation.people for key in (person.tracker, person.forge)}
    for made in organisation.records:
        one = made.record
        if isinstance(one, Interaction) and one.text and one.actor in by_key and not by_key[one.actor].chinese:
            han = len(HAN.findall(one.text))
            assert han < 0.4 * len(one.text), (made.native_id, by_key[one.actor].name, one.text)
