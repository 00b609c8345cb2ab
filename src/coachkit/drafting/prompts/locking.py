"""``lock.json``: the hash of every released prompt. What was released stays as it is; other words are a new version."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coachkit.drafting.prompts.file import SUFFIX, Prompt
from coachkit.drafting.prompts.library import Origin, PromptLibrary, ordered
from coachkit.errors import BadInput, ConfigError

__all__ = ["LOCK", "Finding", "check", "new_version", "next_version", "write_lock"]

LOCK = "lock.json"
_BUMPS = ("major", "minor", "patch")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a prompt file, and what to do about it.

    :ivar code: ``broken``, ``changed``, ``unlocked`` or ``gone``.
    """

    code: str
    file: str
    message: str
    hint: str


def check(library: PromptLibrary, origin: Origin) -> list[Finding]:
    """Everything that is wrong with the files of a folder: malformed, changed after release, or not yet locked."""
    folder = _folder(library, origin)
    locked, findings = read_lock(folder), []
    for agent in library.agents:
        for version in library.versions(agent, origin):
            file = f"{agent}/{version}{SUFFIX}"
            try:
                prompt = library.get(agent, version, origin)
                prompt.check()
            except ConfigError as error:
                findings.append(Finding("broken", file, str(error), "Put it right and check again."))
                continue
            findings += _against(locked, prompt, file, folder)
    for agent, versions in locked.items():
        there = library.versions(agent, origin)
        findings += [
            Finding("gone", f"{agent}/{version}{SUFFIX}", "it was released and is not there any more.", _PUT_BACK)
            for version in versions
            if version not in there
        ]
    return findings


_PUT_BACK = "Drafts name it: put it back as it was."


def _against(locked: Mapping[str, Mapping[str, str]], prompt: Prompt, file: str, folder: Path) -> list[Finding]:
    known = locked.get(prompt.about.id, {}).get(prompt.about.version)
    if known is None:
        hint = f"If its words are final: coachkit prompt check --write, and commit {folder.name}/{LOCK}."
        return [Finding("unlocked", file, "it is not in the lock.", hint)]
    if known != prompt.hash:
        return [
            Finding(
                "changed",
                file,
                "its body, schemas or settings are not what was released under this version.",
                f"Put the file back as it was, then write a new version: coachkit prompt new {prompt.about.id}. "
                f"If it was never released, take its line out of {LOCK} and run: coachkit prompt check --write",
            )
        ]
    return []


def read_lock(folder: Path) -> dict[str, dict[str, str]]:
    """Agent → version → hash; empty where there is no lock.

    :raises ConfigError: if the file is no lock.
    """
    path = folder / LOCK
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
        return {str(agent): {str(v): str(h) for v, h in versions.items()} for agent, versions in found.items()}
    except (ValueError, AttributeError) as error:
        raise ConfigError("this is no lock: agent, version and hash.", subject=str(path)) from error


def write_lock(library: PromptLibrary, origin: Origin) -> list[str]:
    """Add what is not locked yet, and touch nothing else; the names of what was added."""
    folder = _folder(library, origin)
    locked, added = read_lock(folder), []
    for agent in library.agents:
        for version in library.versions(agent, origin):
            if version not in locked.get(agent, {}):
                prompt = library.get(agent, version, origin)
                prompt.check()
                locked.setdefault(agent, {})[version] = prompt.hash
                added.append(prompt.name)
    if added:
        whole = {agent: {v: locked[agent][v] for v in ordered(set(locked[agent]))} for agent in sorted(locked)}
        (folder / LOCK).write_text(json.dumps(whole, indent=2) + "\n", "utf-8")
    return added


def next_version(version: str, bump: str) -> str:
    """``1.4.2`` → ``2.0.0``, ``1.5.0`` or ``1.4.3``."""
    if bump not in _BUMPS:
        raise BadInput(f"{bump!r} is none of {', '.join(_BUMPS)}.", subject="bump")
    parts, place = [int(part) for part in version.split(".")], _BUMPS.index(bump)
    return ".".join(str(part + 1 if at == place else part * (at < place)) for at, part in enumerate(parts))


def new_version(library: PromptLibrary, agent: str, *, into: Path, bump: str, change: str) -> Path:
    """Copy an agent's prompt in use as its next version, with a line in the changelog; the path of the new file."""
    said = " ".join(change.split())
    if not said:
        raise BadInput("a new version says what it changes.", subject="change", hint="--change 'shorter questions'")
    prompt = library.get(agent)
    version = next_version(library.versions(agent)[-1], bump)
    path = into / agent / f"{version}{SUFFIX}"
    text = prompt.path.read_text("utf-8")
    text = re.sub(r"^version:.*$", f"version: {version}", text, count=1, flags=re.MULTILINE)
    line = f"  {version}: {json.dumps(said, ensure_ascii=False)}\n"
    text = re.sub(r"^changelog:[ \t]*\n", lambda found: found.group() + line, text, count=1, flags=re.MULTILINE)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def _folder(library: PromptLibrary, origin: Origin) -> Path:
    folder = library.folder if origin == "packaged" else library.team
    if folder is None:
        raise ConfigError("no folder of a team's prompts is set.", hint="Set COACHKIT_PROMPTS.")
    return folder
