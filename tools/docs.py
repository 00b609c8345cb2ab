"""Write the reference, and hold all pages to the code: ``make docs``; ``make check`` runs it with ``--check``.

Fails when a page of the reference is stale, a link inside the repository leads nowhere, or a page names a command, an
option, a connector, a configuration key, a setting or a make target that does not exist.
"""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from reference import PAGES, WRITTEN, commands, connector_options, setting_names

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"

_FENCE = re.compile(r"^(```+|~~~+)[^\n]*\n.*?^\1\s*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|!\[[^\]\n]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$", re.MULTILINE)
_CODE = re.compile(r"`([^`\n]+)`")
_SETTING = re.compile(r"\bCOACHKIT_[A-Z][A-Z0-9_]*\b")
_SHOWN_CONNECTOR = re.compile(r"""^(?:    name = "|coachkit plugin new )([a-z0-9-]+)"?$""", re.MULTILINE)
_PROMPT = re.compile(r"^(?:\$ |(?:[A-Z_]+=\S+ )*)?(?:\S*/)?(coachkit|make)(?= |$)")


def pages() -> list[Path]:
    """Every Markdown page that is ours."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = [ROOT / line for line in listed.splitlines()]
    return sorted(
        path for path in found if path.is_file() and path.relative_to(ROOT).parts[0] not in ("prompts", "evals")
    )


def stale() -> Iterator[str]:
    """Reference pages that are not what the code says."""
    for name, write in PAGES.items():
        path = REFERENCE / name
        if not path.is_file() or path.read_text("utf-8") != whole(write()):
            yield f"docs/reference/{name} is stale: run make docs"
    for path in REFERENCE.glob("*.md"):
        if path.name not in PAGES:
            yield f"docs/reference/{path.name} is written by nobody: remove it"


def whole(text: str) -> str:
    text = re.sub(r"\n{3,}", "\n\n", text)
    return f"{WRITTEN}\n\n{text.strip()}\n"


@cache
def anchors(path: Path) -> frozenset[str]:
    """The anchors that forges make of a page's headings."""
    counts: dict[str, int] = {}
    found = set()
    for _, heading in _HEADING.findall(_FENCE.sub("", path.read_text("utf-8"))):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
        kept = "".join(c for c in plain if c in " -_" or unicodedata.category(c)[0] in "LN")
        slug = kept.replace(" ", "-")
        seen = counts.get(slug, 0)
        counts[slug] = seen + 1
        found.add(f"{slug}-{seen}" if seen else slug)
    return frozenset(found)


def broken_links(path: Path) -> Iterator[str]:
    for groups in _LINK.findall(_FENCE.sub("", path.read_text("utf-8"))):
        target = groups[0] or groups[1]
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists() or not there.is_relative_to(ROOT):
            yield f"the link {target} leads nowhere"
        elif anchor and there.suffix == ".md" and anchor not in anchors(there):
            yield f"the link {target} names a heading that is not there"


def said_commands(path: Path) -> Iterator[str]:
    """Command lines in code: lines of blocks, and code in a sentence."""
    text = path.read_text("utf-8")
    for block in _FENCE.finditer(text):
        lines = block.group().splitlines()
        if re.fullmatch(r"(```+|~~~+)(sh|bash|shell|console)", lines[0].strip()):
            joined = "\n".join(lines[1:-1]).replace("\\\n", " ")
            for line in joined.splitlines():
                yield from re.split(r"\s(?:&&|\||;)\s", line.strip())
    yield from _CODE.findall(_FENCE.sub("", text))


def wrong_commands(path: Path) -> Iterator[str]:
    shown = frozenset(_SHOWN_CONNECTOR.findall(path.read_text("utf-8")))
    for line in said_commands(path):
        found = _PROMPT.match(line)
        if not found:
            continue
        try:
            words = shlex.split(line[found.end() :], comments=True)
        except ValueError as error:
            yield f"`{line}` cannot be read: {error}"
            continue
        wrongs = _wrong_coachkit(words, shown) if found[1] == "coachkit" else _wrong_make(words)
        yield from (f"`{line}`: {wrong}" for wrong in wrongs)


def _wrong_coachkit(words: list[str], shown: frozenset[str]) -> Iterator[str]:
    """``shown``: connectors whose code stands on the page itself."""
    known = commands()
    place: tuple[str, ...] = ()
    options = _options(known[()])
    rest: list[str] = []
    takes_value = False
    for word in words:
        if takes_value:
            takes_value = False
        elif word in ("…", "...") or word.startswith((">", "[", "#")):
            continue
        elif word.startswith("-") and word != "-":
            name, equals, _ = word.partition("=")
            if name not in options:
                yield f"there is no option {name}"
            takes_value = options.get(name, False) and not equals
        elif not rest and (*place, word) in known:
            place = (*place, word)
            options |= _options(known[place])
        else:
            rest.append(word)
    if getattr(known[place], "commands", None) and rest:
        yield f"there is no command {' '.join([*place, rest[0]])}"
    if place == ("connection", "add") and len(rest) > 1 and rest[1] not in shown:
        yield from _wrong_configuration(rest[1], rest[2:])


def _options(command: object) -> dict[str, bool]:
    """Option → whether a value follows."""
    found = {"--help": False}
    for one in getattr(command, "params", []):
        if one.param_type_name == "option":
            found.update(dict.fromkeys((*one.opts, *one.secondary_opts), not one.is_flag))
    return found


def _wrong_configuration(connector: str, pairs: list[str]) -> Iterator[str]:
    if connector.isupper():
        return
    known = connector_options()
    if connector not in known:
        yield f"there is no connector {connector}"
        return
    for pair in pairs:
        key, equals, _ = pair.partition("=")
        if equals and key not in known[connector] and not key.isupper() and key != "key":
            yield f"{connector} has no key {key}"


def _wrong_make(words: list[str]) -> Iterator[str]:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for word in words:
        if "=" not in word and not word.startswith("-") and word not in targets:
            yield f"there is no target {word}"


def unknown_settings(path: Path) -> Iterator[str]:
    for name in sorted(set(_SETTING.findall(path.read_text("utf-8"))) - setting_names()):
        yield f"there is no setting {name}"


def problems() -> Iterator[str]:
    yield from stale()
    for path in pages():
        for check in (broken_links, wrong_commands, unknown_settings):
            yield from (f"{path.relative_to(ROOT)}: {found}" for found in check(path))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; say what is wrong")
    if not parser.parse_args().check:
        REFERENCE.mkdir(parents=True, exist_ok=True)
        for name, write in PAGES.items():
            (REFERENCE / name).write_text(whole(write()), "utf-8")
    found = list(problems())
    for line in found:
        print(line, file=sys.stderr)
    print(f"{len(pages())} pages, {len(found)} problems")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
