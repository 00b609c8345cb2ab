"""A draft as people get it: plain structure, Markdown, terminal."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from coachkit.delivery.document import Document, document
from coachkit.delivery.markdown import markdown
from coachkit.delivery.terminal import terminal
from coachkit.domain.drafts import CitedSource, Draft, DraftKind, Header, Section, Statement

MADE = datetime(2026, 5, 20, 6, tzinfo=UTC)


def source(number: str, **more: object) -> CitedSource:
    given: dict[str, object] = {
        "key": f"PAY-{number}",
        "title": "Page the ledger export",
        "kind": "issue",
        "connection": "tracker",
        "occurred_at": datetime(2026, 5, 2, 23, 30, tzinfo=UTC),
        "url": "https://tracker.example/PAY-17",
        "suspicious": False,
    }
    return CitedSource(id=number, **{**given, **more})  # type: ignore[arg-type] - of the fields above


def draft(language: str = "en", **more: object) -> Draft:
    action = {
        "action": "a",
        "owner": "Ana Costa",
        "owned_by_subject": False,
        "title": "Ask for a date",
        "due_on": "2026-05-13",
        "done_on": None,
        "days_over": 7,
        "done": False,
    }
    made = Draft(
        id="d1",
        kind=DraftKind.BRIEF,
        language=language,
        subject="maria",
        viewer="ana",
        actor="ana",
        purpose="preparing a check-in",
        window_start=datetime(2026, 5, 6, 9, tzinfo=UTC),
        window_end=MADE,
        created_at=MADE,
        title="Maria Gomez",
        header=Header(
            person="Maria Gomez",
            title="Engineer",
            team="Search",
            meeting_at=datetime(2026, 5, 20, 14, tzinfo=UTC),
            last_meeting_at=datetime(2026, 5, 6, 9, tzinfo=UTC),
            read=("tracker", "docs"),
            not_read={"feishu": "failing since 15 May"},
        ),
        sections=(
            Section(name="actions", title="Open actions", statements=(
                Statement(text="You: Ask for a date — due 13 May", evidence=("a",), data=action),
            )),
            Section(name="explore", title="To explore", statements=(
                Statement(text="PAY-17 waits", evidence=("b", "a"), question="What is missing?", fact="explore.wait"),
            )),
            Section(name="unknowns", title="Not known", statements=(
                Statement(text="No chat was read.", data={"about": "sources"}),
            )),
        ),
        sources=(source("a", key="", kind="action_item", url=None), source("b")),
        notes=("The model none did not answer.",),
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type] - of its fields


def test_citations_are_numbered_as_they_come_up() -> None:
    made = document(draft(), "UTC")
    assert [s.citations for section in made.sections for s in section.statements] == [(1,), (1, 2), ()]
    assert [(one.number, one.label) for one in made.sources] == [(1, "Action"), (2, "PAY-b")]


def test_the_header_in_one_line_and_its_small_print() -> None:
    made = document(draft(), "UTC")
    assert made.headline == "Maria Gomez · check-in Wed 20 May, 14:00"
    assert made.lines == (
        "Engineer · Search",
        "last check-in 6 May · window 6–20 May",
        "read: tracker, docs · not read: feishu (failing since 15 May)",
    )
    chinese = document(draft("zh"), "Asia/Shanghai")
    assert chinese.headline == "Maria Gomez · 5 月 20 日（周三）22:00"
    assert chinese.lines[1] == "上次 5 月 6 日 · 范围 5 月 6–20 日"


@pytest.mark.parametrize(
    ("start", "zone", "english", "chinese"),
    [
        (datetime(2026, 4, 28, 9, tzinfo=UTC), "UTC", "28 Apr – 20 May", "4 月 28 日至 5 月 20 日"),
        (datetime(2025, 12, 28, 9, tzinfo=UTC), "UTC", "28 Dec 2025 – 20 May", "2025 年 12 月 28 日至 5 月 20 日"),
        (datetime(2026, 5, 20, 1, tzinfo=UTC), "UTC", "20 May", "5 月 20 日"),
        (datetime(2026, 5, 2, 1, tzinfo=UTC), "UTC", "2–20 May", "5 月 2–20 日"),
        (datetime(2026, 5, 2, 23, tzinfo=UTC), "Asia/Shanghai", "3–20 May", "5 月 3–20 日"),
    ],
)
def test_windows(start: datetime, zone: str, english: str, chinese: str) -> None:
    assert f"window {english}" in document(draft(window_start=start), zone).lines[1]
    assert document(draft("zh", window_start=start), zone).lines[1].endswith(f"范围 {chinese}")


def test_days_are_those_of_the_organisation() -> None:
    assert document(draft(), "UTC").sources[1].day == "2 May"
    assert document(draft(), "Asia/Shanghai").sources[1].day == "3 May"


def test_an_action_can_be_ticked_by_its_data() -> None:
    action = document(draft(), "UTC").sections[0].statements[0].action
    assert action is not None
    assert (action.id, action.owner, action.days_over, action.done, str(action.due_on)) == (
        "a",
        "Ana Costa",
        7,
        False,
        "2026-05-13",
    )


def test_plain_data_goes_through_json() -> None:
    plain = document(draft(), "UTC").plain()
    assert json.loads(json.dumps(plain)) == plain


def test_markdown() -> None:
    text = markdown(document(draft(), "UTC"))
    assert text.startswith("# Maria Gomez · check-in Wed 20 May, 14:00\n\nEngineer · Search  \n")
    assert "- [ ] You: Ask for a date — due 13 May [1]\n" in text
    assert "- PAY-17 waits [1][2] *What is missing?*\n" in text
    assert "2. [PAY-b](<https://tracker.example/PAY-17>) — Page the ledger export, 2 May, tracker\n" in text
    assert "> Some of what" not in text
    assert "> Some of what" in markdown(document(draft(stale=True), "UTC"))


@settings(deadline=None)
@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=60))
def test_what_records_say_is_no_markdown(words: str) -> None:
    made = document(draft(sections=(Section(name="wins", title="W", statements=(Statement(text=words),)),)), "UTC")
    bare = markdown(made).split("## W\n\n")[1].partition("\n\n## ")[0].removeprefix("- ")
    for sign in "`*_[]<>|~#":
        assert bare.count(sign) == bare.count(f"\\{sign}")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "https://x> evil", "data:text/html,x"])
def test_only_web_addresses_become_links(url: str) -> None:
    text = markdown(document(draft(sources=(source("a", url=url), source("b", url=url))), "UTC"))
    assert url not in text


def shown(made: Document, width: int = 100) -> str:
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=False).print(terminal(made))
    return out.getvalue()


def test_the_terminal_shows_all_of_it() -> None:
    text = shown(document(draft(), "UTC"))
    for part in (
        "Maria Gomez",
        "☐ You: Ask for a date",
        "PAY-17 waits [1] [2]",
        "Try asking: What is missing?",
        "[2] PAY-b",
    ):
        assert part in text
    assert "☑" not in text
    done = draft().sections[0].statements[0]
    ticked = replace(done, data={**done.data, "done": True})
    assert "☑" in shown(document(draft(sections=(Section(name="actions", title="A", statements=(ticked,)),)), "UTC"))


@pytest.mark.parametrize("width", [30, 60, 200])
def test_no_width_loses_a_word(width: int) -> None:
    text = " ".join(shown(document(draft(), "UTC"), width).split())
    assert "What is missing?" in text
    assert "No chat was read." in text


def test_markup_and_control_codes_of_records_are_words() -> None:
    made = document(
        draft(sections=(Section(name="wins", title="W", statements=(Statement(text="[red]x[/red] [link=file:x]y"),)),)),
        "UTC",
    )
    assert "[red]x[/red] [link=file:x]y" in shown(made)


def test_a_hostile_source_is_marked() -> None:
    made = document(draft(sources=(source("a"), source("b", suspicious=True))), "UTC")
    assert "reads like instructions" in shown(made)
    assert "reads like instructions" in markdown(made)
