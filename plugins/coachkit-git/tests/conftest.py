"""Real repositories, made by git itself."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

NOON = 1_746_100_800  # 1 May 2025, 12:00 UTC


@dataclass
class Repo:
    """A repository in a folder; each commit is one hour after the one before."""

    path: Path
    hours: int = 0
    hashes: list[str] = field(default_factory=list)

    def git(self, *arguments: str, stdin: bytes | None = None, **env: str) -> str:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        everything = kept | {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "HOME": str(self.path),
            **env,
        }
        done = subprocess.run(
            ["git", "-C", str(self.path), *arguments], input=stdin, capture_output=True, env=everything, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode("utf-8", "replace").strip()

    def who(self, author: str, committer: str | None, at: int | None) -> dict[str, str]:
        self.hours += 1
        time = f"{at if at is not None else NOON + 3600 * self.hours} +0800"
        env = {}
        for role, words in (("AUTHOR", author), ("COMMITTER", committer or author)):
            name, _, email = words.partition("<")
            env |= {f"GIT_{role}_NAME": name.strip(), f"GIT_{role}_EMAIL": email.rstrip("> "), f"GIT_{role}_DATE": time}
        return env

    def commit(
        self,
        message: str,
        author: str = "Ana Costa <ana@example.org>",
        committer: str | None = None,
        files: dict[str, str] | None = None,
        at: int | None = None,
    ) -> str:
        for name, text in (files or {}).items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        if files:
            self.git("add", "-A")
        env = self.who(author, committer, at)
        self.git("commit", "--allow-empty", "--cleanup=verbatim", "-q", "-F", "-", stdin=message.encode(), **env)
        return self.head()

    def merge(self, branch: str, by: str = "Wei Li <wei@example.org>", committer: str | None = None) -> str:
        env = self.who(by, committer, None)
        self.git("merge", "--no-ff", "-q", "-m", f"Merge branch '{branch}'", branch, **env)
        return self.head()

    def raw(self, text: str | bytes) -> str:
        """A commit object as given, on top of HEAD, however odd; HEAD moves to it."""
        parent = f"parent {self.head()}\n".encode()
        data = text.encode() if isinstance(text, str) else text
        tree = f"tree {self.git('rev-parse', 'HEAD^{tree}')}\n".encode()
        name = self.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=tree + parent + data)
        self.git("update-ref", "HEAD", name)
        return name

    def head(self) -> str:
        return self.git("rev-parse", "HEAD")


def new_repo(path: Path) -> Repo:
    path.mkdir(parents=True)
    repo = Repo(path)
    repo.git("init", "-q", "-b", "main")
    return repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return new_repo(tmp_path / "ledger")
