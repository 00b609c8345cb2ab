"""Keeps the catalogues in step with the code: ``python -m coachkit.web.catalogues`` adds new messages, drops old ones.

English is the language of the messages themselves, so its catalogue fills itself; a new message stays empty in Chinese
until somebody translates it, and a test fails until then.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from coachkit.api.language import LANGUAGES, Language

__all__ = ["catalogue_path", "extracted", "findings", "read", "update"]

_ROOT = Path(__file__).parent
_METHODS = [("templates/**.html", "jinja2.ext.babel_extract"), ("**.py", "python")]
_KEYWORDS = {"_": None, "mark": None, "say": None, "_say": None, "several": (1, 2), "ngettext": (1, 2)}
_OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}


def catalogue_path(language: Language) -> Path:
    return _ROOT / "locale" / language / "LC_MESSAGES" / "coachkit.po"


def extracted() -> Catalog:
    """Every message that templates and modules of this package name."""
    found = Catalog(project="coachkit", charset="utf-8")
    for name, line, messages, comments, context in extract_from_dir(
        _ROOT, method_map=_METHODS, options_map=_OPTIONS, keywords=_KEYWORDS, comment_tags=("translators:",)
    ):
        if Path(name).name != Path(__file__).name:
            found.add(messages, locations=[(name, line)], auto_comments=comments, context=context)
    return found


def read(language: Language) -> Catalog:
    path = catalogue_path(language)
    return read_po(io.BytesIO(path.read_bytes()), locale=language) if path.is_file() else Catalog(locale=language)


def update() -> None:
    """Bring every catalogue up to date with the code."""
    for language in LANGUAGES:
        catalogue = read(language)
        catalogue.update(extracted(), no_fuzzy_matching=True)  # it hands its messages over: one extraction each
        catalogue.obsolete.clear()
        if language == "en":
            for message in _messages(catalogue):
                message.string = message.id if isinstance(message.id, str) else tuple(message.id)
        path = catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            write_po(out, catalogue, width=110, omit_header=False, sort_output=True, no_location=True)


def findings(language: Language) -> list[str]:
    """What is wrong with a catalogue: messages that are missing, empty, fuzzy, left over, or lose a value."""
    wanted, catalogue = extracted(), read(language)
    found = [f"missing: {message.id!r}" for message in _messages(wanted) if message.id not in catalogue]
    for message in _messages(catalogue):
        if message.id not in wanted:
            found.append(f"left over: {message.id!r}")
        elif message.fuzzy:
            found.append(f"fuzzy: {message.id!r}")
        elif not message.string or (isinstance(message.string, tuple) and not all(message.string)):
            found.append(f"empty: {message.id!r}")
        found += [f"{error}: {message.id!r}" for error in message.check(catalogue)]
    return found


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


if __name__ == "__main__":
    update()
