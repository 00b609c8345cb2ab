"""Pin everything with hashes: ``make lock``.

Reads the pyproject files and requirements/*.in, and writes requirements/*.txt.
No index addresses are written, so that the same files serve behind any mirror.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
OPTIONS = [
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--no-annotate",
]


def declared() -> list[str]:
    """What coachkit and its plugins need from outside."""
    files = [ROOT / "pyproject.toml", *sorted(ROOT.glob("plugins/*/pyproject.toml"))]
    names = {name for file in files for name in tomllib.loads(file.read_text("utf-8"))["project"]["dependencies"]}
    return sorted(name for name in names if name != "coachkit")


def compile_(lines: list[str], target: str, *extra: str) -> None:
    command = ["uv", "pip", "compile", "-", *OPTIONS, *extra, "-q", "-o", str(REQUIREMENTS / target), *sys.argv[1:]]
    subprocess.run(command, input="\n".join(lines), text=True, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    print(f"requirements/{target}")


def main() -> None:
    read = {
        name: (REQUIREMENTS / f"{name}.in").read_text("utf-8").splitlines()
        for name in ("build", "dev", "models", "corpora")
    }
    compile_(declared() + read["build"], "runtime.txt")
    compile_(declared() + read["build"] + read["dev"], "dev.txt", "-c", str(REQUIREMENTS / "runtime.txt"))
    for apart in ("models", "corpora"):
        compile_(read[apart], f"{apart}.txt", "--no-deps")


if __name__ == "__main__":
    main()
