"""Source files of the sample's repositories: small modules that grow by a function with every commit."""

from __future__ import annotations

import random
import re

from coachkit.sample.texts import Topic

__all__ = ["Source"]

_KEPT = 14
"""Functions that a module keeps; older ones move to the archive module's history."""

_SHAPES = (
    "    if {a} is None:\n        return {n}\n    return min({a}, {n})\n",
    "    for attempt in range({n}):\n        if {a}.ready(attempt):\n            return {a}\n    raise Refused({b})\n",
    "    known = {{one.key: one for one in {a}}}\n    return [known[key] for key in {b} if key in known]\n",
    "    with {a}.locked(timeout={n}):\n        return {b}.apply({a})\n",
    "    total = sum(one.sum for one in {a})\n    if total != {b}:\n        raise Differs(total)\n    return total\n",
    "    kept = [entry for entry in {a} if entry.age_days <= {n}]\n    return kept or {b}\n",
    "    log.info('{a}', count=len({a}), limit={n})\n    return {a}[:{n}]\n",
)


class Source:
    """The files of one topic: a module for each of its first three names, and a test beside them."""

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self._functions: dict[str, list[str]] = {name: [] for name in topic.names[:3]}

    def files(self) -> dict[str, str]:
        """Every file as it is now."""
        return {self._path(name): self._text(name) for name in self._functions}

    def grow(self, subject: str, rng: random.Random) -> dict[str, str]:
        """The files that a commit with this subject changes, as they are after it."""
        name = next((name for name in self._functions if name in subject), None) or rng.choice(list(self._functions))
        other = rng.choice([other for other in self.topic.names if other != name])
        words = re.findall(r"[a-z]{3,}", subject.lower())[:4] or [rng.choice(("read", "keep", "check", "split")), other]
        function = "_".join(words)
        body = rng.choice(_SHAPES).format(a=name, b=other, n=rng.randrange(2, 900))
        text = f'def {function}({name}, {other}):\n    """{subject}."""\n{body}'
        kept = [known for known in self._functions[name] if not known.startswith(f"def {function}(")]
        self._functions[name] = [*kept, text][-_KEPT:]
        changed = {self._path(name): self._text(name)}
        if rng.random() < 0.45:
            path = f"tests/{self.topic.area.replace('/', '_')}/test_{name}_{function}.py"
            changed[path] = (
                f"def test_{function}({name}, {other}):\n    assert {function}({name}, {other}) is not None\n"
            )
        return changed

    def _path(self, name: str) -> str:
        return f"{self.topic.area}/{name}.py"

    def _text(self, name: str) -> str:
        head = f'"""{self.topic.name}: {name}."""\n\nfrom common import Differs, Refused, log\n'
        return "\n\n".join((head, *self._functions[name]))
