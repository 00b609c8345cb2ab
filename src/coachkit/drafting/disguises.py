"""A text without its disguise: letters of other scripts, digits for letters, spaced, reversed or encoded words."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterator

__all__ = ["LONGEST", "readings"]

LONGEST = 20_000
"""Characters that are looked at; what comes behind is neither quoted nor given to a model."""

_ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТХУаеіјорсухѕԁһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧορνɡıƖǃ",
    "ABESIJKMHOPCTXYaeijopcyxsdhqwABEZHIKMNOPTYXopvgiIl",
)
"""Cyrillic and Greek letters, and others, that look like Latin ones."""
_DIGITS = str.maketrans("01345789@$", "oieastbgas")
_LEET = re.compile(r"\b(?=\w*[0134578])(?=\w*[a-zA-Z])[\w@$]{3,}\b")
_SPACED = re.compile(r"\b(?:\w[ .\-_]){3,}\w\b")
_BACKWARDS = re.compile("erongi|snoitcurtsni|tpmorp|dragersid|metsys|tupt?uo|ylper", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_HEX = re.compile(r"\b(?:[0-9a-fA-F]{2}[ :]?){12,}\b")
_BITS = re.compile(r"(?:[01]{8}[ ,]?){8,}")
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}){6,}")


def readings(text: str) -> Iterator[str]:
    """The text as it can be read: plain first, then each way in which it would be something else.

    A reading that is the same as one before is not given again.
    """
    text = text[:LONGEST]
    plain = html.unescape(unicodedata.normalize("NFKC", text))
    plain = "".join(char for char in plain if unicodedata.category(char) != "Cf")
    seen = {plain}
    yield plain
    for reading in _others(text, plain):
        if reading and reading not in seen:
            seen.add(reading)
            yield reading


def _others(text: str, plain: str) -> Iterator[str]:
    latin = plain.translate(_ALIKE)
    yield latin
    if len(_LEET.findall(latin)) >= 3:
        yield _LEET.sub(lambda match: match.group().translate(_DIGITS), latin)
    if _SPACED.search(latin):
        yield _SPACED.sub(lambda match: re.sub(r"[ .\-_]", "", match.group()), latin)
    if _BACKWARDS.search(latin):
        yield latin[::-1]
    yield from _decoded(plain)
    hidden = "".join(chr(ord(char) - 0xE0000) for char in text if "\U000e0020" <= char <= "\U000e007e")
    yield hidden


def _decoded(plain: str) -> Iterator[str]:
    """What stands in the text in base64, in hexadecimal or binary digits, as far as that is words."""
    for match in _BASE64.finditer(plain):
        found = match.group()
        try:
            yield _words(base64.b64decode(found + "=" * (-len(found) % 4), validate=True))
        except (binascii.Error, ValueError):
            continue
    for match in _HEX.finditer(plain):
        digits = re.sub(r"[^0-9a-fA-F]", "", match.group())
        yield _words(bytes.fromhex(digits[: len(digits) // 2 * 2]))
    for match in _BITS.finditer(plain):
        bits = re.findall(r"[01]{8}", match.group())
        yield _words(bytes(int(bit, 2) for bit in bits))
    for match in _PERCENT.finditer(plain):
        yield _words(bytes.fromhex(match.group().replace("%", "")))


def _words(raw: bytes) -> str:
    """Bytes as text, where most of it is letters and blanks; else nothing."""
    text = raw.decode("utf-8", "ignore")
    letters = sum(char.isalpha() or char in " ,.:;!?'\n" for char in text)
    return text if len(text) >= 8 and letters > 0.85 * len(text) else ""
