"""The rules of a connector class that can be seen without a source. The host and the contract suite share them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from pydantic import BaseModel

from coachkit.sdk.connector import Capability, Configuration, Connector, Stream

__all__ = ["broken_rules"]

_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_CJK = re.compile(r"[\u4e00-\u9fff]")


def broken_rules(connector: object) -> list[str]:
    """What is wrong with a connector class, each in one sentence that says what to do; empty if nothing is."""
    if not inspect.isclass(connector) or not issubclass(connector, Connector):
        return [f"{connector!r} is no subclass of coachkit.sdk.Connector."]
    label = connector.__name__
    return [f"{label}: {finding}" for finding in _findings(connector)]


def _findings(connector: type[Connector]) -> Iterator[str]:
    missing = sorted(getattr(connector, "__abstractmethods__", ()))
    if missing:
        yield f"does not implement {', '.join(missing)}."
    name = getattr(connector, "name", None)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield f"name is {name!r}; make it a word in small letters, such as 'git' or 'hris-csv'."
    yield from _both_languages("title", getattr(connector, "title", None))
    yield from _streams(getattr(connector, "streams", None))
    yield from _configuration(connector.Config)
    yield from _signatures(connector)
    yield from _capabilities(connector)


def _both_languages(what: str, value: object) -> Iterator[str]:
    if not isinstance(value, tuple) or len(value) != 2 or not all(isinstance(part, str) and part for part in value):
        yield f"{what} is {value!r}; give it in English and Chinese: ('Commits', '提交')."
    elif value[0] != value[1] and not _CJK.search(value[1]):
        yield f"{what} {value!r} has no Chinese in its second place; a proper name stands the same in both."


def _streams(streams: object) -> Iterator[str]:
    if not isinstance(streams, tuple) or not streams or not all(isinstance(stream, Stream) for stream in streams):
        yield f"streams is {streams!r}; declare a tuple with at least one Stream."
        return
    names = [stream.name for stream in streams]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"stream {name!r} is declared twice."
    for stream in streams:
        if not _NAME.fullmatch(stream.name):
            yield f"stream name {stream.name!r} is not a word in small letters."
        yield from _both_languages(f"the title of stream {stream.name!r}", stream.title)
        if stream.cannot_tell is not None:
            yield from _both_languages(f"cannot_tell of stream {stream.name!r}", stream.cannot_tell)
        for what, words in (("scopes", stream.scopes), ("events", stream.events)):
            if not isinstance(words, tuple) or not all(isinstance(word, str) and word.strip() for word in words):
                yield f"{what} of stream {stream.name!r} is {words!r}; list the source's own words in a tuple."
            elif len(set(words)) < len(words):
                yield f"{what} of stream {stream.name!r} name one twice."


def _configuration(config: object) -> Iterator[str]:
    if not inspect.isclass(config) or not issubclass(config, Configuration):
        yield f"Config is {config!r}; derive it from coachkit.sdk.Configuration."
        return
    settings = config.model_config
    if not settings.get("frozen") or settings.get("extra") != "forbid":
        yield "Config is no longer frozen, or no longer refuses unknown keys; leave both as Configuration sets them."
    yield from (f"Config.{name} has no description; people read it." for name in _undescribed(config))


def _undescribed(config: type[BaseModel]) -> list[str]:
    return [name for name, field in config.model_fields.items() if not field.description]


def _signatures(connector: type[Connector]) -> Iterator[str]:
    """Overriding methods take what the base takes; ``__init__`` takes connection and configuration."""
    for method in _METHODS:
        given = inspect.signature(getattr(connector, method))
        wanted = inspect.signature(getattr(Connector, method))
        try:
            given.bind(*[None] * len(wanted.parameters))
        except TypeError:
            yield f"{method}{given} cannot be called as {method}({', '.join(list(wanted.parameters)[1:])})."


_METHODS = ("__init__", "check", "pull", "refetch", "sweep", "verify", "handle", "recorded", "listen", "close")

_NEEDS = {
    Capability.SWEEP: ("sweep",),
    Capability.WEBHOOK: ("verify", "handle"),
    Capability.LISTEN: ("listen", "handle"),
}
"""What is written for what can be done, and the other way round."""


def _capabilities(connector: type[Connector]) -> Iterator[str]:
    """What it says that it can do is what it does."""
    declared = connector.capabilities
    if not isinstance(declared, frozenset) or not all(isinstance(one, Capability) for one in declared):
        yield f"capabilities is {declared!r}; give a frozenset of Capability."
        return
    if Capability.BACKFILL not in declared:
        yield "capabilities lack BACKFILL; pull without a cursor reads everything."
    written = {method for method in _METHODS if getattr(connector, method) is not getattr(Connector, method)}
    for capability, methods in _NEEDS.items():
        missing = [method for method in methods if method not in written]
        if capability in declared and missing:
            yield f"capabilities say {capability.name}, but {' and '.join(missing)} is not written."
        if capability not in declared and methods[0] in written:
            yield f"{methods[0]} is written, but capabilities do not say {capability.name}."
    yield from _events(connector, hears=bool({Capability.WEBHOOK, Capability.LISTEN} & declared))


def _events(connector: type[Connector], *, hears: bool) -> Iterator[str]:
    streams = getattr(connector, "streams", None)
    if not isinstance(streams, tuple):
        return
    fed = [stream for stream in streams if isinstance(stream, Stream) and stream.events]
    if hears and not fed:
        yield "capabilities say that it hears of events, but no stream names the events that feed it."
    if fed and not hears:
        yield f"stream {fed[0].name!r} names events, but capabilities say neither WEBHOOK nor LISTEN."
