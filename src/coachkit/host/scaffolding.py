"""Writes the package of a new plugin: one that works at once, against a stand-in, and says what to do next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from coachkit.errors import BadInput

__all__ = ["NewPlugin", "write_plugin"]

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TEMPLATES = Path(__file__).parent / "scaffold"
_LONGEST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlugin:
    """What was written. :ivar folder: of the package. :ivar files: inside it, in order."""

    name: str
    folder: Path
    files: tuple[Path, ...]


def write_plugin(name: str, into: Path, *, taken: frozenset[str] = frozenset()) -> NewPlugin:
    """Write a package ``coachkit-NAME`` into the folder ``into``.

    :param taken: names of connectors that there are.
    :raises BadInput: if the name cannot be one, or is taken; nothing is overwritten.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    _check_name(name, taken)
    words = _words(name)
    folder = into / words["package"]
    if folder.exists():
        raise BadInput(f"there is a {folder} already.", hint="Take another name, or another place with --into.")
    templates = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - code, no page
    )
    written = []
    for template, place in _places(words).items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(templates.get_template(template).render(words), "utf-8")
        written.append(place)
    return NewPlugin(name=name, folder=folder, files=tuple(written))


def _check_name(name: str, taken: frozenset[str]) -> None:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise BadInput(
            f"{name!r} cannot be the name of a plugin.",
            hint="Small letters, digits and dashes, beginning with a letter, such as `desk` or `hr-files`.",
        )
    if name in taken:
        raise BadInput(f"there is a connector {name} already.", hint="Take another name; see `coachkit plugin list`.")


def _words(name: str) -> dict[str, str]:
    """What the templates say."""
    return {
        "name": name,
        "name_": name.replace("-", "_"),
        "package": f"coachkit-{name}",
        "module": f"coachkit_{name.replace('-', '_')}",
        "cls": "".join(part.capitalize() for part in name.split("-")),
        "title": " ".join(part.capitalize() for part in name.split("-")),
        "variable": name.replace("-", "_").upper(),
    }


def _places(words: dict[str, str]) -> dict[str, Path]:
    """Template → file."""
    source, tests = Path("src") / words["module"], Path("tests")
    return {
        "README.md.jinja": Path("README.md"),
        "pyproject.toml.jinja": Path("pyproject.toml"),
        "quality.yaml.jinja": Path("quality.yaml"),
        "src/__init__.py.jinja": source / "__init__.py",
        "src/connector.py.jinja": source / "connector.py",
        "tests/stand_in.py.jinja": tests / f"{words['name_']}_stand_in.py",
        "tests/test_contract.py.jinja": tests / f"test_{words['name_']}.py",
    }
