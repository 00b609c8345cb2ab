"""Bytes of a file that somebody exported, as text: with the encoding found out, and told when it is doubtful."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from coachkit.sdk import PayloadRejected, SourceUnavailable

__all__ = ["Encoding", "Text", "read_text", "undecoded"]

Encoding = Literal["auto", "utf-8", "gb18030"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)

_COMMON_SHARE = 0.6
_STANDARD_SHARE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A file's text.

    :ivar text: bytes that the encoding does not know are kept as lone surrogates: see :func:`undecoded`.
    :ivar saved_at: when the file was last written.
    """

    text: str
    encoding: str
    saved_at: datetime


def undecoded(text: str) -> bool:
    """Whether some of it could not be decoded: surrogates of ours, or marks that an earlier program left."""
    return any("\udc80" <= char <= "\udcff" or char == "\ufffd" for char in text) or "锟斤拷" in text


def read_text(path: Path, encoding: Encoding) -> Text:
    """Read a file.

    :raises SourceUnavailable: if it cannot be read, or is being written.
    :raises PayloadRejected: if its encoding cannot be told for sure.
    """
    try:
        before = path.stat()
        raw = path.read_bytes()
        after = path.stat()
    except OSError as error:
        raise SourceUnavailable(
            f"{path} cannot be read ({error.strerror or error}).", hint="Check the path, and who may read the file."
        ) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(raw) != after.st_size:
        raise SourceUnavailable(f"{path} is being written.", hint="Sync again when it is complete.")
    saved_at = datetime.fromtimestamp(after.st_mtime, tz=UTC)
    name = _encoding_of(raw, encoding, path)
    text = raw.decode(name, "surrogateescape" if name != "utf-16" else "replace")
    return Text(text=text.removeprefix("\ufeff"), encoding=name, saved_at=saved_at)


def _encoding_of(raw: bytes, wanted: Encoding, path: Path) -> str:
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return name
    if wanted != "auto":
        return wanted
    if _decodes(raw, "utf-8"):
        return "utf-8"
    if _is_chinese_gb18030(raw):
        return "gb18030"
    if _has_utf8_lines(raw):
        return "utf-8"  # mixed: the lines that are not UTF-8 are put aside one by one
    raise PayloadRejected(
        f"{path.name} is neither UTF-8 nor, as far as can be told, GB18030.",
        hint="Save it as UTF-8 (in Excel: CSV UTF-8), or say encoding=gb18030 if you are sure.",
    )


def _decodes(raw: bytes, name: str) -> bool:
    try:
        raw.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _has_utf8_lines(raw: bytes) -> bool:
    return any(not line.isascii() and _decodes(line, "utf-8") for line in raw.splitlines())


def _is_chinese_gb18030(raw: bytes) -> bool:
    """Whether it reads as Chinese, not only decodes: GB18030 decodes nearly every pair of bytes to something.

    In real Chinese text most characters are of GB 2312 (both bytes from A1 on), and most of these of its first level,
    the 3,755 characters in common use (first byte B0 to D7) or its punctuation. Western, Cyrillic and Big5 text taken
    for GB18030, and UTF-8 with a damaged byte, have neither.
    """
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        return False
    wide = [char.encode("gb18030") for char in text if not char.isascii()]
    standard = [pair for pair in wide if len(pair) == 2 and pair[0] >= 0xA1 and pair[1] >= 0xA1]
    common = [pair for pair in standard if pair[0] <= 0xA3 or 0xB0 <= pair[0] <= 0xD7]
    return len(standard) >= _STANDARD_SHARE * len(wide) and len(common) >= _COMMON_SHARE * len(wide)
