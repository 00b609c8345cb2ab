"""Names in running text that no typed role gives: capitalised words, and Chinese surnames in the right place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from coachkit.drafting.verify.lexicon import FREE_WORDS, chinese_words, concepts, is_known
from coachkit.drafting.verify.reading import QUOTED, is_number_word

__all__ = ["names_in"]

_CAPITALS = re.compile(
    r"(?<![\w/.-])(?:@[a-zA-Z][\w-]+|[A-Z\u00c0-\u00de][a-z\u00df-\u00ff'’]+(?:-[A-Z][a-z]+)?"
    r"(?:\s+(?:(?:van|von|de|der|den|da|do|di|la|al|bin)\s+){0,2}[A-Z\u00c0-\u00de][a-z\u00df-\u00ff'’]+(?:-[A-Z][a-z]+)?){0,3})"
    r"(?![\w/])"
)
_OTHER_CAPITALS = re.compile(
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|re|fwd",
    re.IGNORECASE,
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳"
)
_CHINESE_NAME = re.compile(
    rf"(?:(?<=^)|(?<=[\s，。；：、（(“”|>帮给向替对由被和与跟请让谢助的是经了]))[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}"
)


def names_in(texts: Iterable[str], known: Iterable[str] = ()) -> Iterator[str]:
    """Names that occur in ``texts`` outside quotation marks; those ``known`` already are left out."""
    known = sorted(known, key=len, reverse=True)
    for text in texts:
        bare = QUOTED.sub(" ” ", text)
        for name in known:
            bare = bare.replace(name, " ")
        yield from _capitalised(bare)
        yield from _chinese(bare)


def _chinese(text: str) -> Iterator[str]:
    """A surname and one or two characters more, as few as leave a word that we know, a sign or nothing behind them."""
    for match in _CHINESE_NAME.finditer(text):
        for name in (match.group()[:2], match.group()):
            rest = re.match(r"[\u4e00-\u9fff]*", text[match.start() + len(name) :])
            word = chinese_words(rest.group())[0][1] if rest and rest.group() else ""
            if not is_known(name) and (not word or is_known(word)):
                yield name
                break


def _capitalised(text: str) -> Iterator[str]:
    for match in _CAPITALS.finditer(text):
        words = match.group().removesuffix("'s").removesuffix("’s").split()
        first = not text[: match.start()].strip() or text[: match.start()].rstrip()[-1] in ".!?:;\n-*•"
        while words and (_plain(words[0]) or (first and len(words) == 1 and not _acts_next(text[match.end() :]))):
            words = words[1:]
            first = False
        if words and not _plain(words[-1]):
            yield " ".join(words)


def _plain(word: str) -> bool:
    """A word that is capitalised for standing first, or a month."""
    low = word.lower().lstrip("@")
    return low in FREE_WORDS or is_number_word(low) or _OTHER_CAPITALS.fullmatch(low) is not None or bool(concepts(low))


def _acts_next(rest: str) -> bool:
    """Whether what follows makes the word before a somebody: a verb, an *and*, a possessive, a colon."""
    match = re.match(r"(?:['’]s\b|\s*:|,?\s+(?:and|of|has|had|was|is|also|then|[a-z]+ed|[a-z]+s|\w+)\b)", rest)
    if match is None:
        return False
    word = match.group().strip(" ,:").lower()
    return word in ("'s", "’s", "", "and", "of", "has", "had", "was", "is", "also", "then") or bool(concepts(word))
