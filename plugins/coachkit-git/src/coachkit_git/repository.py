"""A local repository, read through the ``git`` program: nothing in it is changed, and nothing it configures is run."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from coachkit.sdk import SourceError

__all__ = ["RawCommit", "Repository", "split_commits"]

RawCommit = list[str]
"""hash, parents, author's time, name, address, committer's time, name, address, subject, body; then changed files."""

FIELDS = 10
_FORMAT = "%H%x00%P%x00%at%x00%an%x00%ae%x00%ct%x00%cn%x00%ce%x00%s%x00%b"
_MARK = "\x1e"
_CHUNK = 1 << 16

_SAFE = ("-c", "log.showSignature=false", "-c", "i18n.logOutputEncoding=UTF-8", "-c", "core.fsmonitor=false")


class Repository:
    """One repository.

    :param path: its working tree, or a bare repository.
    :param subject: what errors are about: the connection.
    """

    def __init__(self, path: Path, *, subject: str) -> None:
        self.path = path
        self.subject = subject

    # questions

    def version(self) -> str:
        """Of git.

        :raises SourceError: if there is no git.
        """
        return self._run("version").removeprefix("git version ").strip()

    def verify(self) -> None:
        """:raises SourceError: if this is no repository that can be read, with what to do."""
        if not self.path.is_dir():
            raise self._error(f"there is no folder {self.path}.", "Check `path` of the connection.")
        self._run("rev-parse", "--git-dir")

    def tips(self, ref: str, *, all_branches: bool) -> list[str]:
        """Hashes of the newest commits, sorted.

        :raises SourceError: if there are none, or ``ref`` is unknown.
        """
        if all_branches:
            listed = self._run("for-each-ref", "--format=%(objecttype) %(objectname)", "refs/heads", "refs/remotes")
            tips = {name for kind, _, name in (line.partition(" ") for line in listed.splitlines()) if kind == "commit"}
        else:
            found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", check=False)
            tips = set(found.split())
        if tips:
            return sorted(tips)
        if not self._run("for-each-ref", "--count=1"):
            raise self._error(f"{self.path} has no commits yet.", "Sync again after the first commit.")
        raise self._error(f"{self.path} has no commit called {ref!r}.", "Check `ref` of the connection.")

    def boundary(self) -> str:
        """Where the history of a shallow clone is cut off; empty for a whole one."""
        folder = self.path / self._run("rev-parse", "--git-common-dir").strip()
        shallow = folder / "shallow"
        return shallow.read_text("utf-8") if shallow.is_file() else ""

    def mailmap(self, tip: str) -> str:
        """The text of ``.mailmap`` in a commit; empty if it has none."""
        return self._run("cat-file", "blob", f"{tip}:.mailmap", check=False)

    def existing(self, hashes: Iterable[str]) -> list[str]:
        """Those that are commits of this repository, in the order given."""
        asked = "".join(f"{name}^{{commit}}\n" for name in hashes)
        answers = self._run("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked).splitlines()
        return [name for name, _, kind in (line.partition(" ") for line in answers) if kind == "commit"]

    def count(self, tips: Sequence[str], without: Sequence[str]) -> int:
        """How many commits can be reached from ``tips`` and not from ``without``."""
        return int(self._run("rev-list", "--count", "--stdin", stdin=_range(tips, without)) or 0)

    # streams

    def hashes(self, tips: Sequence[str], without: Sequence[str]) -> Iterator[str]:
        """The commits reachable from ``tips`` and not from ``without``."""
        rest = b""
        for chunk in self._stream(["rev-list", "--stdin"], _range(tips, without)):
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (line.decode() for line in lines)

    def log(self, tips: Sequence[str], without: Sequence[str], *, numstat: bool) -> Iterator[RawCommit]:
        """Commits, parents first, in an order that depends on ``tips`` and ``without`` alone."""
        arguments = [*_log(numstat), "--topo-order", "--reverse", "--stdin"]
        return split_commits(self._stream(arguments, _range(tips, without)), numstat=numstat)

    def these(self, hashes: Sequence[str], *, numstat: bool) -> Iterator[RawCommit]:
        """Just these commits."""
        arguments = [*_log(numstat), "--no-walk=unsorted", "--stdin"]
        return split_commits(self._stream(arguments, _range(hashes, ())), numstat=numstat)

    # processes

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return ["git", *_SAFE, "--no-pager", "--no-replace-objects", "-C", str(self.path), *arguments]

    def _run(self, *arguments: str, stdin: str = "", check: bool = True) -> str:
        command = ["git", "version"] if arguments == ("version",) else self._command(arguments)
        try:
            done = subprocess.run(command, input=stdin.encode(), capture_output=True, env=environment(), check=False)
        except FileNotFoundError as error:
            raise self._missing() from error
        if done.returncode and check:
            raise self._failed(done.stderr)
        return done.stdout.decode("utf-8", "replace")

    def _stream(self, arguments: Sequence[str], stdin: str) -> Iterator[bytes]:
        """What git prints, in chunks; leaving the iterator ends git."""
        with tempfile.TemporaryFile() as complaints, tempfile.TemporaryFile() as asked:
            asked.write(stdin.encode())
            asked.seek(0)
            try:
                process = subprocess.Popen(
                    self._command(arguments),
                    stdin=asked,
                    stdout=subprocess.PIPE,
                    stderr=complaints,
                    env=environment(),
                    bufsize=0,
                )
            except FileNotFoundError as error:
                raise self._missing() from error
            try:
                yield from _chunks(process.stdout)
                if process.wait():
                    complaints.seek(0)
                    raise self._failed(complaints.read())
            finally:
                _end(process)

    def _missing(self) -> SourceError:
        return self._error("the program git was not found.", "Install git, and start coachkit where it is on the PATH.")

    def _failed(self, complaints: bytes) -> SourceError:
        said = complaints.decode("utf-8", "replace").strip()
        if "not a git repository" in said:
            return self._error(f"{self.path} is not a git repository.", "Check `path` of the connection.")
        if "dubious ownership" in said:
            hint = f"If you trust it: git config --global --add safe.directory {self.path}"
            return self._error(f"git refuses {self.path}, which belongs to another user.", hint)
        last = said.splitlines()[-1] if said else "git ended without saying why"
        return self._error(f"git could not read {self.path}: {last}.", "Try: git fsck")

    def _error(self, message: str, hint: str) -> SourceError:
        return SourceError(message, subject=self.subject, hint=hint)


def environment() -> dict[str, str]:
    """Ours, without what would point git elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}


def split_commits(chunks: Iterable[bytes], *, numstat: bool) -> Iterator[RawCommit]:
    """Commits out of what ``git log -z`` prints: fields between NULs, which no message can hold."""
    tokens: list[str] = []
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        cut = data.rfind(b"\0") + 1
        rest = data[cut:]
        new = data[:cut].decode("utf-8", "replace").split("\0")
        new.pop()
        tokens += new
        taken = 0
        for size in _marked(tokens) if numstat else _plain(tokens):
            yield _unmarked(tokens[taken : taken + size])
            taken += size
        del tokens[:taken]
    if tokens:
        yield _unmarked(tokens)


def _plain(tokens: list[str]) -> Iterator[int]:
    yield from [FIELDS] * (len(tokens) // FIELDS)


def _marked(tokens: list[str]) -> Iterator[int]:
    """Sizes of the commits that are complete: those behind which another begins."""
    start = 0
    for place in range(FIELDS, len(tokens)):
        if place - start >= FIELDS and tokens[place].startswith(_MARK):
            yield place - start
            start = place


def _unmarked(commit: RawCommit) -> RawCommit:
    commit[0] = commit[0].removeprefix(_MARK)
    return commit


def _log(numstat: bool) -> list[str]:
    arguments = ["log", "-z", "--no-color", "--no-show-signature", "--no-ext-diff", "--no-textconv"]
    if not numstat:
        return [*arguments, "--no-patch", f"--format={_FORMAT}"]
    return [*arguments, "--no-diff-merges", "--no-renames", "--numstat", f"--format=%x1e{_FORMAT}"]


def _range(tips: Sequence[str], without: Sequence[str]) -> str:
    return "".join(f"{name}\n" for name in tips) + "".join(f"^{name}\n" for name in without)


def _chunks(pipe: IO[bytes] | None) -> Iterator[bytes]:
    if pipe is not None:
        yield from iter(lambda: pipe.read(_CHUNK), b"")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
    if process.stdout is not None:
        with contextlib.suppress(OSError):
            process.stdout.close()
    process.wait()
