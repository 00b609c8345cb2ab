"""The shape of an answer, how a model is told to keep to it, and reading it while it still comes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field, WithJsonSchema, create_model

from coachkit.drafting.ports import Proposal, Task
from coachkit.models.bridge import load_litellm
from coachkit.models.chain import provider_of

__all__ = ["MODES", "Mode", "StatementReader", "answer_type", "mode_of"]

Mode = Literal["native", "tool", "prompted"]
"""A schema that the provider holds the answer to; a function that the model calls; a schema in words."""
MODES: tuple[Mode, ...] = get_args(Mode)

MOST_STATEMENTS = 60
LONGEST_ANSWER = 200_000
"""Characters; an answer that goes on is cut off there."""

_SERVERS = frozenset(
    {"openai", "hosted_vllm", "llamafile", "lm_studio", "xinference", "azure", "ollama", "ollama_chat"}
)
"""Where a model that no table knows is served by programs that take a schema."""


def mode_of(model: str) -> Mode:
    """How a model is best told the shape, by LiteLLM's table; one that is not in it, by what its provider takes."""
    litellm = load_litellm()
    name, provider = model.split("/", 1)[-1], provider_of(model)
    if litellm.supports_response_schema(model):
        return "native"
    if litellm.supports_function_calling(model):
        return "tool"
    if model in litellm.model_cost or name in litellm.model_cost:
        return "prompted"
    taken = litellm.get_supported_openai_params(name, provider) or []
    if provider in _SERVERS and "response_format" in taken:
        return "native"
    return "tool" if "tools" in taken else "prompted"


def answer_type(task: Task) -> type[BaseModel]:
    """The shape of the answer. Ids are a closed list to the provider, and plain text to us, and so are lengths: one
    wrong id or endless sentence is refused by the checks and must not cost the other statements."""
    facts = [one.fact for one in task.assignments]
    evidence = sorted({short for one in task.assignments for short in one.evidence})
    fact_id = Annotated[str, WithJsonSchema({"type": "string", "enum": facts})]
    evidence_id = Annotated[str, WithJsonSchema({"type": "string", "enum": evidence or ["none"]})]
    words = Annotated[str, WithJsonSchema({"type": "string", "maxLength": 1200})]
    statement = create_model(
        "Statement",
        fact=(fact_id, Field(description="id of the fact")),
        text=(words, Field()),
        question=(words, Field("", description="an open question, or empty")),
        evidence=(list[evidence_id], Field(default_factory=list, max_length=12)),
    )
    return create_model("Statements", statements=(list[statement], Field(max_length=MOST_STATEMENTS)))


class StatementReader:
    """Reads statements out of an answer as it comes, each as soon as it is whole, whatever stands around them.

    What is cut off in the middle, wrapped in prose or followed by nonsense costs only what it touches: every statement
    is verified anyway.
    """

    def __init__(self) -> None:
        self.text = ""
        self._at = -1

    @property
    def too_long(self) -> bool:
        return len(self.text) > LONGEST_ANSWER

    def feed(self, words: str) -> Iterator[Proposal]:
        """The statements that these words complete."""
        self.text += words
        if self._at < 0:
            begins = self.text.find("[", max(self.text.find('"statements"'), 0))
            if '"statements"' not in self.text or begins < 0:
                return
            self._at = begins + 1
        if "}" not in words:
            return
        decoder = json.JSONDecoder()
        while (begins := self._next()) >= 0:
            try:
                found, self._at = decoder.raw_decode(self.text, begins)
            except (ValueError, RecursionError):
                return  # not whole yet
            if (proposal := _proposal(found)) is not None:
                yield proposal

    def _next(self) -> int:
        """Where the next statement begins; -1 if nothing but one may stand there."""
        at = self._at
        while at < len(self.text) and self.text[at] in ", \n\r\t":
            at += 1
        return at if at < len(self.text) and self.text[at] == "{" else -1


def _proposal(found: Any) -> Proposal | None:
    """A statement as it was said, if it is one at all."""
    if not isinstance(found, dict) or not isinstance(found.get("fact"), str) or not isinstance(found.get("text"), str):
        return None
    evidence, question = found.get("evidence"), found.get("question")
    return Proposal(
        fact=found["fact"],
        text=found["text"],
        question=question if isinstance(question, str) else "",
        evidence=tuple(one for one in evidence if isinstance(one, str)) if isinstance(evidence, list) else (),
    )
