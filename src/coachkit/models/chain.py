"""Reading the model setting: one model, or several in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from coachkit.errors import BadInput

__all__ = ["Access", "provider_of", "read_chain"]

PACKAGED, NOBODY = "local", "none"


def read_chain(setting: str) -> tuple[str, ...]:
    """The models of a setting, ``openai/a, anthropic/b, local, none``, in order; ``none`` ends it.

    :raises BadInput: if one of them is no model, or stands there twice.
    """
    names = setting.split(",") if "," in setting else [setting]
    chain = [name.strip() for name in names] if len(names) > 1 else names
    for place, name in enumerate(chain):
        known = name in (PACKAGED, NOBODY) or ("/" in name and name == name.strip() and " " not in name)
        if not known or name in chain[:place]:
            wrong = "stands there twice" if known else "is no model setting"
            raise BadInput(
                f"{name!r} {wrong}.",
                hint="none, local, PROVIDER/MODEL such as openai/gpt-5, or several with commas between them.",
                chinese=(
                    f"“{name}”{'重复了' if known else '不是模型设置'}。",
                    "可以是 none、local、PROVIDER/MODEL（如 openai/gpt-5），或用逗号隔开的几个。",
                ),
            )
    if NOBODY in chain:
        chain = chain[: chain.index(NOBODY)] or [NOBODY]
    return tuple(chain)


def provider_of(model: str) -> str:
    """``openai`` of ``openai/gpt-5``."""
    return model.split("/", 1)[0]


@dataclass(frozen=True, slots=True)
class Access:
    """Addresses and keys by provider. What is not here, LiteLLM takes from the provider's own variables.

    A key goes to the provider it was set for and to no other, whoever else stands in the chain.
    """

    urls: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls, model: str, *, url: str = "", key: str = "", urls: Mapping[str, str] = {}, keys: Mapping[str, str] = {}
    ) -> Access:
        """As it is set.

        :param model: the model setting; ``url`` and ``key`` belong to the first provider in it, or to servers that
            speak OpenAI's protocol, where it names none.
        """
        first = next((provider_of(name) for name in _names(model) if "/" in name), "openai")
        return cls(
            urls={**({first: url} if url else {}), **urls},
            keys={**({first: key} if key else {}), **keys},
        )

    def options(self, model: str) -> dict[str, Any]:
        """What LiteLLM is given with each request to this model."""
        provider = provider_of(model)
        found = (("api_base", self.urls.get(provider, "")), ("api_key", self.keys.get(provider, "")))
        return {name: value for name, value in found if value}


def _names(setting: str) -> Sequence[str]:
    return [name.strip() for name in setting.split(",")]
