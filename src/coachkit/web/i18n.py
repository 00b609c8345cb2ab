"""Words of the pages in English and Chinese: gettext catalogues, compiled from ``.po`` files when the server starts."""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from coachkit.api.language import LANGUAGES, Language

__all__ = ["Speech", "mark", "speech"]


class Speech:
    """One language: looks words up, and puts values into them."""

    def __init__(self, language: Language, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue

    @property
    def zh(self) -> bool:
        return self.language == "zh"

    @property
    def tag(self) -> str:
        """For ``lang=`` in HTML."""
        return "zh-CN" if self.zh else "en"

    def __call__(self, message: str, /, **values: object) -> str:
        """``message`` in this language; ``%(name)s`` in it takes the value of that name."""
        found = self._catalogue.gettext(message)
        return found % values if values else found

    def gettext(self, message: str) -> str:
        return self._catalogue.gettext(message)

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self._catalogue.ngettext(one, many, number)

    def several(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The form of a message for ``number``, which it can name as ``%(num)s``."""
        return self._catalogue.ngettext(one, many, number) % {"num": f"{number:,}", **values}

    def pick(self, pair: tuple[str, str]) -> str:
        """Of words that stand in both languages beside each other, those of this one."""
        return pair[self.zh]


def mark(message: str) -> str:
    """Marks a message for the catalogues where it is only named, and looked up later."""
    return message


@cache
def speech() -> Mapping[Language, Speech]:
    """Every language, compiled from the catalogues."""
    return {language: Speech(language, _compiled(language)) for language in LANGUAGES}


def _compiled(language: Language) -> gettext.GNUTranslations:
    source = files("coachkit.web") / "locale" / language / "LC_MESSAGES" / "coachkit.po"
    catalogue = read_po(io.BytesIO(source.read_bytes()), locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
