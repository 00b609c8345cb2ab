"""Hashes of what decides what comes out: files, folders, code, packages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import coachkit

__all__ = ["LENGTH", "code_hash", "folder_hash", "hash_of", "versions_of"]

LENGTH = 20
"""Characters of a hash: 80 bits, so that two of a million things are alike with a chance of less than one in 10¹¹."""

_LEFT_OUT = {"__pycache__"}


def hash_of(value: Any) -> str:
    """Of plain data: the same for the same content, whatever the order of keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def folder_hash(folder: Path) -> str:
    """Of all files below a folder, by their names and bytes; of a file, of its bytes."""
    hashed = hashlib.sha256()
    paths = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file())
    for path in paths:
        if _LEFT_OUT & set(path.parts):
            continue
        hashed.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                hashed.update(block)
    return hashed.hexdigest()[:LENGTH]


@cache
def code_hash(parts: tuple[str, ...], *more: Path) -> str:
    """Of the source and data files of parts of coachkit.

    :param parts: modules and packages: ``drafting``, ``store/relational``, ``talks``.
    :param more: folders elsewhere, such as those of plugins.
    """
    root = Path(coachkit.__file__).parent
    places = [root / part if (root / part).exists() else root / f"{part}.py" for part in parts]
    return hash_of([folder_hash(place) for place in (*places, *more)])


def versions_of(names: Iterable[str]) -> Mapping[str, str]:
    """Distribution → version, of those that are installed."""
    found = {}
    for name in sorted(names):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
