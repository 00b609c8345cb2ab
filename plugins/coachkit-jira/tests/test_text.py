"""What people wrote, without its markup: nothing of theirs is lost, nothing raises."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachkit_jira.adf import read_adf
from coachkit_jira.issues import read_text
from coachkit_jira.wiki import read_wiki


def _p(*content: Any) -> dict[str, Any]:
    return {"type": "paragraph", "content": [_t(one) if isinstance(one, str) else one for one in content]}


def _t(text: str, **mark: Any) -> dict[str, Any]:
    return {"type": "text", "text": text, **({"marks": [mark]} if mark else {})}


def _doc(*content: Any) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(content)}


def _n(kind: str, *content: Any, **attrs: Any) -> dict[str, Any]:
    return {"type": kind, "attrs": attrs, "content": list(content)}


def test_paragraphs_marks_and_links() -> None:
    link = _t("the guide", type="link", attrs={"href": "https://example.org/guide"})
    bare = _t("https://example.org/x", type="link", attrs={"href": "https://example.org/x/"})
    read = read_adf(
        _doc(_n("heading", _t("Plan"), level=2), _p("See ", link, " and ", bare), _p(_t("bold", type="strong")))
    )
    assert read.text == "Plan\n\nSee the guide (https://example.org/guide) and https://example.org/x\n\nbold"


def test_lists_nested_and_numbered() -> None:
    inner = _n("bulletList", _n("listItem", _p("deep")))
    numbered = _n("orderedList", _n("listItem", _p("one")), _n("listItem", _p("two"), inner), order=3)
    assert read_adf(_doc(numbered)).text == "3. one\n4. two\n   - deep"


def test_tasks_and_decisions() -> None:
    tasks = _n("taskList", _n("taskItem", _t("write"), state="DONE"), _n("taskItem", _t("send"), state="TODO"))
    assert (
        read_adf(_doc(tasks, _n("decisionList", _n("decisionItem", _t("we go"))))).text
        == "[x] write\n[ ] send\n\n- we go"
    )


def test_code_quotes_and_panels() -> None:
    code = _n("codeBlock", _t("if x?:\n  go()"), language="python")
    read = read_adf(_doc(code, _n("blockquote", _p("why?")), _n("panel", _p("careful"), panelType="warning")))
    assert read.text == "```python\nif x?:\n  go()\n```\n\n> why?\n\ncareful"
    assert read.prose == "careful"
    assert not read.asks


def test_tables() -> None:
    def row(*cells: str) -> dict[str, Any]:
        return _n("tableRow", *(_n("tableCell", _p(cell)) for cell in cells))

    assert read_adf(_doc(_n("table", row("who", "when"), row("Bo", "today")))).text == "who | when\nBo | today"


def test_inline_nodes() -> None:
    date = {"type": "date", "attrs": {"timestamp": "1777852800000"}}
    nodes = [_n("status", text="IN REVIEW"), _n("emoji", shortName=":smile:", text="😄"), date]
    card = {"type": "inlineCard", "attrs": {"url": "https://example.org/PAY-1"}}
    read = read_adf(_doc(_p("now ", nodes[0], " ", nodes[1], " by ", nodes[2], " ", card)))
    assert read.text == "now IN REVIEW 😄 by 2026-05-04 https://example.org/PAY-1"


def test_mentions_of_others_are_told_but_not_those_in_quotes() -> None:
    def mention(who: str) -> dict[str, Any]:
        return {"type": "mention", "attrs": {"id": who, "text": "@Bo Lin"}}

    read = read_adf(_doc(_p(mention("1"), " can you look?", mention("1")), _n("blockquote", _p(mention("2")))))
    assert read.mentions == ("1",)
    assert "@Bo Lin can you look?" in read.text
    assert read.asks


def test_media_extensions_and_expands_keep_their_words() -> None:
    media = _n("mediaSingle", {"type": "media", "attrs": {"alt": "screen.png", "id": "x"}})
    extension = {"type": "extension", "attrs": {"extensionKey": "toc", "parameters": {"title": "Contents"}}}
    read = read_adf(_doc(media, extension, _n("expand", _p("inside"), title="More")))
    assert read.text == "[screen.png]\n\nContents\n\nMore\ninside"


def test_unknown_nodes_survive_as_their_text() -> None:
    strange = {"type": "hologram", "content": [{"type": "beam", "text": "kept"}, _p("and this")], "attrs": {"x": 1}}
    assert read_adf(_doc(_p("before"), strange, {"type": "orb", "attrs": {"title": "an orb"}})).text == (
        "before\n\nkept\n\nand this\n\nan orb"
    )


def test_no_document_is_no_text() -> None:
    for value in (None, 3, True, [], {}, {"type": "doc"}, {"content": "x"}, {"type": ["doc"], "content": [None, 7]}):
        assert read_adf(value).text == ""


def test_a_very_deep_document_is_read() -> None:
    deep: dict[str, Any] = _p("bottom")
    for _ in range(5_000):
        deep = {"type": "blockquote", "content": [deep]}
    assert "bottom" in read_adf(_doc(deep)).text


_words = st.from_regex(r"[a-z]{1,6}[0-9]{1,3}", fullmatch=True)
_leaf = st.builds(lambda word: {"type": "text", "text": word}, _words)
_KINDS = [
    *("paragraph", "panel", "heading", "bulletList", "orderedList", "listItem", "taskList", "table", "tableRow"),
    *("tableCell", "blockquote", "codeBlock", "expand", "somethingNew", "layoutSection"),
]
_nodes = st.recursive(
    _leaf,
    lambda inner: st.builds(
        lambda kind, content: {"type": kind, "content": content},
        st.sampled_from(_KINDS),
        st.lists(inner, min_size=1, max_size=4),
    ),
    max_leaves=25,
)


def _words_in(node: Any) -> list[str]:
    if "text" in node:
        return [node["text"]]
    return [word for child in node["content"] for word in _words_in(child)]


@given(_nodes)
def test_no_word_of_any_document_is_lost(node: dict[str, Any]) -> None:
    text = read_adf(_doc(node)).text
    at = 0
    for word in _words_in(node):
        found = text.find(word, at)
        assert found >= 0, f"{word!r} is lost or out of order in {text!r}"
        at = found + len(word)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "text", "content", "attrs", "marks", "id", "state"]), inner, max_size=5
        )
    ),
    max_leaves=30,
)


@given(_json)
def test_whatever_comes_it_does_not_raise(value: Any) -> None:
    assert isinstance(read_text(value).text, str)


# wiki markup

WIKI = """h2. Plan
*Bold* and _leaning_, {{code here}}, -struck-, {color:red}red{color}.
* one
** deeper
# first
[the guide|https://example.org/guide] [https://example.org/x]
||who||when||
|Bo|today|
{quote}Why not?{quote}
!screen.png|width=300!
{panel:title=Careful}inside{panel}
{code:java|title=A.java}
if (a*b*c) { go(); }  // *kept*
{code}
[~accountid:5f8d:30] or [~bo.lin] please
bq. cited
----
line\\\\ break \\{brace\\}"""


def test_wiki_markup_goes_and_words_stay() -> None:
    read = read_wiki(WIKI)
    lines = read.text.split("\n")
    assert lines[0] == "Plan"
    assert lines[1] == "Bold and leaning, code here, -struck-, red."
    assert lines[2:5] == ["- one", "  - deeper", "- first"]
    assert lines[5] == "the guide (https://example.org/guide) https://example.org/x"
    assert lines[6:8] == ["who | when", "Bo | today"]
    assert "> Why not?" in lines
    assert "[screen.png]" in lines
    assert "Careful" in lines
    assert "if (a*b*c) { go(); }  // *kept*" in lines
    assert "@5f8d:30 or @bo.lin please" in lines
    assert lines[-3:] == ["----", "line", " break {brace}"]
    assert read.mentions == ("5f8d:30", "bo.lin")
    assert not read.asks


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("When?", True),
        ("什么时候？", True),
        ("See https://example.org/?q=1", False),
        ("{code}a ? b : c{code}", False),
        ("{quote}When?{quote} Tomorrow.", False),
        ("{{a?b}} works", False),
    ],
)
def test_what_is_a_question(text: str, asks: bool) -> None:
    assert read_wiki(text).asks is asks


def test_names_and_snake_case_stay_as_they_are() -> None:
    for text in ("use foo_bar_baz()", "2*3*4 = 24", "a-b-c", "path/to_file~1", "C++ and C++", "PAY-17 [x] (y) {z}"):
        assert read_wiki(text).text == text


@given(st.lists(_words, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_no_word_between_marks_is_lost(words: list[str], random: Any) -> None:
    marks = ["*{}*", "_{}_", "+{}+", "^{}^", "~{}~", "??{}??", "{{{{{}}}}}", "[{}|https://example.org]", "|{}|", "* {}"]
    marks += [
        "{{quote}}{}{{quote}}",
        "{{color:red}}{}{{color}}",
        "{{code}}{}{{code}}",
        "h1. {}",
        "{}",
        "!{}.png!",
        "bq. {}",
    ]
    text = read_wiki("\n".join(random.choice(marks).format(word) for word in words)).text
    assert [word for word in words if word not in text] == []


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    read_wiki(text)


@given(st.text(alphabet=st.characters(categories=["L", "Nd"], include_characters=" .,:;()'\"/&%@")))
def test_plain_text_stays(text: str) -> None:
    assert re.sub(r"\s+", " ", read_wiki(text).text) == re.sub(r"\s+", " ", text.replace("\r\n", "\n")).strip()


def test_hostile_markup_takes_no_time() -> None:
    for text in (
        "*" * 20_000,
        "[" * 20_000,
        "{quote}" * 5_000,
        "|" * 20_000,
        "_a" * 10_000,
        "{code}" * 4_999,
        "!a" * 9_000,
    ):
        read_wiki(text)


def test_both_forms_say_the_same() -> None:
    assert read_text("hello *you*").text == read_text(_doc(_p("hello ", _t("you", type="strong")))).text
    assert json.dumps(read_text(None).text) == '""'
