"""What a plugin says that it keeps, what of that is seen to hold, and the tier that it reaches by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

__all__ = ["RULES", "Claim", "Quality", "Rule", "RuleResult", "State", "Tier", "read_claims"]

FILE = "quality.yaml"


class Tier(StrEnum):
    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"


class State(StrEnum):
    HELD = "held"
    """It was looked at, and holds."""
    CLAIMED = "claimed"
    """Its authors say so; it cannot be seen from here."""
    BROKEN = "broken"
    """Its authors say so, and it is not so."""
    TODO = "todo"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. :ivar exemptible: a plugin may have a reason not to keep it."""

    name: str
    tier: Tier
    words: str
    exemptible: bool = True


_B, _S, _G = Tier.BRONZE, Tier.SILVER, Tier.GOLD
RULES: tuple[Rule, ...] = (
    Rule("loads", _B, "it loads, and its connectors keep the rules of the SDK", exemptible=False),
    Rule("sdk-only", _B, "it imports coachkit.sdk and nothing else of ours", exemptible=False),
    Rule("both-languages", _B, "titles and limits are told in English and Chinese", exemptible=False),
    Rule("readme", _B, "README.md names every stream, and says what is needed", exemptible=False),
    Rule("secrets-by-reference", _B, "secrets are configured by reference", exemptible=False),
    Rule("contract", _B, "every connector passes the contract suite", exemptible=False),
    Rule("incremental", _S, "a second sync reads only what is new"),
    Rule("deletions", _S, "what vanished from the source is removed"),
    Rule("scopes", _S, "each stream says what its credential must be allowed"),
    Rule("cannot-tell", _S, "it says what its source cannot tell"),
    Rule("stand-in", _S, "it is tried with a stand-in that remembers and fails on demand"),
    Rule("recorded", _S, "it reads recorded payloads without asking its source"),
    Rule("events", _G, "it hears of changes at once, by webhook or long connection"),
    Rule("access", _G, "records are open to those who may read them at the source"),
    Rule("bounded", _G, "memory and requests are shown to be bounded"),
    Rule("peer", _G, "its stand-in was checked by somebody else's client or description"),
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What the authors say of one rule: ``done``, ``todo``, or ``exempt`` with a reason."""

    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """One rule as it was found. :ivar findings: what is wrong; or the reason of an exemption."""

    rule: str
    tier: Tier
    state: State
    words: str
    findings: tuple[str, ...] = ()

    @property
    def kept(self) -> bool:
        return self.state in (State.HELD, State.CLAIMED, State.EXEMPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """All rules of one plugin. :ivar problems: of ``quality.yaml`` itself."""

    results: tuple[RuleResult, ...]
    problems: tuple[str, ...] = ()

    @property
    def tier(self) -> Tier | None:
        """The highest tier of which, and of those below, every rule is kept."""
        reached: Tier | None = None
        for tier in Tier:
            if self.problems or not all(result.kept for result in self.results if result.tier is tier):
                break
            reached = tier
        return reached

    @property
    def next_steps(self) -> Sequence[RuleResult]:
        """The rules that stand between this plugin and the next tier."""
        for tier in Tier:
            missing = [result for result in self.results if result.tier is tier and not result.kept]
            if missing:
                return missing
        return []

    @property
    def broken(self) -> bool:
        return bool(self.problems) or any(result.state is State.BROKEN for result in self.results)

    @classmethod
    def of(
        cls, claims: Mapping[str, Claim], problems: Iterable[str], seen: Mapping[str, Sequence[str] | None]
    ) -> Quality:
        """
        :param seen: by rule, what was found against it; ``None`` where nobody could look.
        """
        return cls(
            results=tuple(_result(rule, claims.get(rule.name, Claim("todo")), seen.get(rule.name)) for rule in RULES),
            problems=tuple(problems),
        )


def _result(rule: Rule, claim: Claim, findings: Sequence[str] | None) -> RuleResult:
    said = [claim.reason] if claim.status == "exempt" else findings or ()
    return RuleResult(
        rule=rule.name, tier=rule.tier, state=_state(claim, findings), words=rule.words, findings=tuple(said)
    )


def _state(claim: Claim, findings: Sequence[str] | None) -> State:
    if claim.status == "exempt":
        return State.EXEMPT
    if claim.status != "done":
        return State.TODO
    if findings is None:
        return State.CLAIMED
    return State.BROKEN if findings else State.HELD


def read_claims(root: Path) -> tuple[dict[str, Claim], list[str]]:
    """What ``quality.yaml`` in a plugin's folder claims, and what is wrong with the file."""
    path = root / FILE
    if not path.is_file():
        return {}, [f"It has no {FILE}; `coachkit plugin new` writes one to copy from."]
    try:
        value: Any = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return {}, [f"{FILE} cannot be read: {' '.join(str(error).split())[:200]}."]
    given = value.get("rules") if isinstance(value, dict) else None
    if not isinstance(given, dict):
        return {}, [f"{FILE} has no `rules`; list each rule as done, todo, or exempt: REASON."]
    claims, problems = {}, []
    known = {rule.name: rule for rule in RULES}
    for name, said in given.items():
        claim = _claim(said)
        if name not in known:
            problems.append(f"{FILE}: there is no rule {name!r}; there are: {', '.join(known)}.")
        elif claim is None:
            problems.append(f"{FILE}: {name} is {said!r}; say done, todo, or {{exempt: REASON}}.")
        elif claim.status == "exempt" and not known[name].exemptible:
            problems.append(f"{FILE}: nobody is exempt from {name}: {known[name].words}.")
        else:
            claims[name] = claim
    problems += [f"{FILE} says nothing of {name}: {rule.words}." for name, rule in known.items() if name not in given]
    return claims, problems


def _claim(said: object) -> Claim | None:
    if said in ("done", "todo"):
        return Claim(str(said))
    if isinstance(said, dict) and list(said) == ["exempt"]:
        reason = said["exempt"]
        return Claim("exempt", reason.strip()) if isinstance(reason, str) and reason.strip() else None
    return None
