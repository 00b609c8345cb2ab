"""Text of records is data: here it loses what could be more than words (controls, markup, links, role marks)."""

from __future__ import annotations

import re
import unicodedata

from coachkit.drafting.facts import Quote
from coachkit.drafting.suspicion import is_suspicious

__all__ = ["clean", "columns", "name_of", "quote", "shorten"]

_TERMINAL = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]{0,400}(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-~]"
)
"""What steers a terminal: colours, titles, links."""
_LINK = re.compile(r"!?\[([^\]\n]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)")
_ADDRESS = r"[^\s<>()\[\]{}\"'，。；）】]+"
_URL = re.compile(rf"(?:(?:https?|ftp|file)://|(?:javascript|data|mailto):|\bwww\.){_ADDRESS}", re.IGNORECASE)
_TAG = re.compile(r"<[/!]?[a-zA-Z][^<>]{0,200}>")
_PLACEHOLDER = re.compile(r"<([a-z][a-z0-9]{0,15}(?:[-_][a-z0-9]{1,15})?)>")
_NO_WORDS = """
a abbr audio b base big blockquote body br button canvas center cite code col dd del details dialog div dl dt em
embed fieldset font footer form frame h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label
legend li link main map mark math menu meta nav noscript object ol option p param picture pre progress q s samp
script section select slot small source span strike strong style sub summary sup svg table tbody td template
textarea tfoot th thead time title tr track tt u ul var video wbr system assistant user developer tool human
instruction instructions inst sys prompt
"""
_ELEMENTS = frozenset(_NO_WORDS.split())
"""What is markup or a role between angle brackets; ``<pattern>`` in the title of a change is a word."""
_ROLE = re.compile(
    r"<\|[^|>]{0,40}\|>|\[/?INST\]|</?s>|<</?SYS>>"
    r"|(?:^|(?<=[\s#>*\-。.!！\]】]))#{0,4}\s*(?:system|assistant|user|developer|tool|human|instructions?)\s*[:：]"
    r"|(?:^|(?<=[\s#>*\-。.!！\]】]))[【\[(（]?(?:系统|助手|用户|开发者|系统提示|指令)[】\])）]?\s*[:：]"
    r"|【(?:系统|助手|系统提示|指令)】",
    re.IGNORECASE,
)
_CITATION = re.compile(r"\[\s*\^?\d{1,3}\s*\]|【\s*\d{1,3}(?:†[^】]*)?\s*】")
_SENTENCE = re.compile(r"[.!?](?=\s)|[。！？]")
_MARKUP = re.compile(r"[`*~|<>\\{}]+|^\s*(?:#{1,6}|[-+*]|\d+\.)\s+|_{2,}", re.MULTILINE)


def clean(text: str) -> str:
    """``text`` as plain words on one line: no control or direction characters, no markup, no links, no role marks."""
    text = "".join(_visible(char) for char in unicodedata.normalize("NFC", _TERMINAL.sub("", text)))
    text = _LINK.sub(r"\1", text)
    text = _URL.sub("", text)
    for _ in range(3):  # what one pass uncovers the next one takes
        before = text
        text = _MARKUP.sub(" ", _CITATION.sub(" ", _ROLE.sub(" ", _TAG.sub(_without_tag, text))))
        if text == before:
            break
    return re.sub(r"\s+", " ", text).strip()


def _without_tag(match: re.Match[str]) -> str:
    """A blank for a tag; a placeholder, ``branch.<name>``, stays a word, in brackets that nothing takes for markup."""
    named = _PLACEHOLDER.fullmatch(match.group())
    closed = named is not None and f"</{named[1]}>" in match.string
    return f"‹{named[1]}›" if named and named[1] not in _ELEMENTS and not closed else " "


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Zl", "Zp", "Zs") or char in "\n\r\t":
        return "\n" if char == "\n" else " "
    return "" if category[0] == "C" else char


def columns(text: str) -> int:
    """Width of a text: Chinese characters count two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def shorten(text: str, most: int) -> tuple[str, bool]:
    """``text`` cut to ``most`` columns at a word, with an ellipsis; and whether it was cut."""
    if columns(text) <= most:
        return text, False
    room, place = most - 1 - columns(text[0]), 0
    while room >= 0:
        place += 1
        room -= columns(text[place])
    kept = text[:place]
    if " " in kept[len(kept) // 2 :] and not text[len(kept)].isspace():
        kept = kept[: kept.rindex(" ")]
    return kept.rstrip(" ,;:，；：、-–—(（“\"'") + "…", True


def quote(text: str, most: int = 64) -> Quote | None:
    """A record's words fit to be quoted; ``None`` if nothing is left or if they read like instructions."""
    if is_suspicious(text):
        return None
    words = _without_outer_quotes(clean(text).strip(" .。;；,，:：-–—"))
    if not words:
        return None
    words = re.sub(r"\"([^\"]*)\"", r"‘\1’", words.replace("“", "‘").replace("”", "’")).replace('"', "’")
    return Quote(*_at_a_sentence(words, most))


def name_of(text: str, words: int = 5, most: int = 40) -> str:
    """The name of somebody or something, as it can stand in a sentence without quotation marks; empty, if none is left.

    A name is short: what is longer than ``words`` words or ``most`` columns ends there with an ellipsis. Words with
    which somebody would tell a program what to do are no name.
    """
    if is_suspicious(text):
        return ""
    plain = re.sub(r"[\"“”‘’「」『』:：;；!！?？]+", " ", clean(text))
    parts = plain.split()
    kept, was_cut = shorten(" ".join(parts[:words]), most)
    return kept.strip(" ,，.。、") + ("…" if len(parts) > words and not was_cut else "")


def _without_outer_quotes(words: str) -> str:
    """``words`` without quotation marks around the whole, and without ones that have no partner."""
    for left, right in ('""', "''", "“”", "‘’", "「」"):
        inner = words[1:-1]
        if words[:1] == left and words[-1:] == right and left not in inner and right not in inner:
            return inner.strip()
    return words


def _at_a_sentence(words: str, most: int) -> tuple[str, bool]:
    """``words`` cut to ``most`` columns: after a whole sentence if one fills enough of them, else at a word."""
    cut, was_cut = shorten(words, most)
    if not was_cut:
        return cut, False
    ends = [match.end() for match in _SENTENCE.finditer(words) if columns(words[: match.end()]) <= most]
    if ends and columns(words[: ends[-1]]) >= most // 3:
        return words[: ends[-1]].rstrip(" .。"), True
    return cut, True
