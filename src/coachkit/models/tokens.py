"""Counting tokens and what they cost, without a network: both tables lie in LiteLLM's wheel."""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from coachkit.models.bridge import load_litellm

__all__ = ["cost_of", "count_tokens", "has_price"]


@cache
def _encoding() -> Any:
    """OpenAI's ``cl100k_base``, read where LiteLLM keeps it, without LiteLLM itself, whose import takes seconds."""
    found = find_spec("litellm")
    if found is not None and found.origin is not None:
        tables = Path(found.origin).parent / "litellm_core_utils" / "tokenizers"
        os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(tables))
    import tiktoken

    return tiktoken.get_encoding("cl100k_base")


def count_tokens(text: str) -> int:
    """Tokens of a text, as a hosted model counts them, give or take: never far too few for English or Chinese."""
    return len(_encoding().encode(text, disallowed_special=()))


def cost_of(model: str, tokens_in: int, tokens_out: int) -> float | None:
    """In US dollars, by LiteLLM's own table of prices; ``None`` for a model that is not in it."""
    litellm = load_litellm()
    try:
        asked, answered = litellm.cost_per_token(model=model, prompt_tokens=tokens_in, completion_tokens=tokens_out)
    except Exception:  # what is not in the table raises in many ways
        return None
    return float(asked) + float(answered)


def has_price(model: str) -> bool:
    return cost_of(model, 1000, 1000) is not None
