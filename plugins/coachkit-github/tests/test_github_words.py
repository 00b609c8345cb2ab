"""What texts say beside their sense: mentions, links, trailers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachkit.sdk import InteractionKind, Link
from coachkit_github.texts import LONGEST_BODY, credits_in, links_in, mentions_in, short, title_and_body

NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@Ana and @wei-li, look.", ("ana", "wei-li")),
        ("cc @ana @ana", ("ana",)),
        ("mail ana@acme.example", ()),
        ("the team @acme/payments", ()),
        ("use `@decorator` or\n```\n@other\n```", ()),
        ("> @quoted said so\n@answering", ("answering",)),
        ("请 @ana 看看", ("ana",)),
        ("(@ana)", ("ana",)),
        ("package @scope/name and @1.2", ()),
        (None, ()),
    ],
)
def test_mentions(text: str | None, found: tuple[str, ...]) -> None:
    assert mentions_in(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Fixes #12", {"acme/api#12": "fixes"}),
        ("closes: #1, #2 and #3", {"acme/api#1": "fixes", "acme/api#2": "fixes", "acme/api#3": "fixes"}),
        ("Resolves acme/web#4", {"acme/web#4": "fixes"}),
        ("fixed https://github.example/acme/web/issues/9", {"acme/web#9": "fixes"}),
        ("see https://github.example/acme/web/pull/9#issuecomment-1", {"acme/web#9": "relates"}),
        ("PAY-17 and (#5)", {"PAY-17": "relates", "acme/api#5": "relates"}),
        ("UTF-8, RFC-2822, SHA-256", {}),
        ("`fixes #12`", {}),
        ("prefixes #12", {"acme/api#12": "relates"}),
        ("", {}),
    ],
)
def test_links(text: str, found: dict[str, str]) -> None:
    assert {link.target: link.rel for link in links_in(text, "acme/api", NONE)} == found


def test_only_the_keys_that_count() -> None:
    assert links_in("PAY-17 OPS-3", "acme/api", frozenset({"PAY"})) == (Link(rel="relates", target="PAY-17"),)


def test_trailers() -> None:
    message = 'Change\n\nCo-authored-by: Tom <tom@acme.example>\nreviewed-by: "A. Costa" <ana@acme.example>\n'
    assert [(one.kind, one.name, one.email) for one in credits_in(message)] == [
        (InteractionKind.CO_AUTHORED, "Tom", "tom@acme.example"),
        (InteractionKind.REVIEWED, "A. Costa", "ana@acme.example"),
    ]


@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    assert all(login == login.lower() for login in mentions_in(text))
    assert len(links_in(text, "acme/api", NONE)) <= 50
    assert len(short(text * 100) or "") <= LONGEST_BODY
    assert title_and_body(text)[0].strip()
    assert all("@" in credit.email for credit in credits_in(text))
