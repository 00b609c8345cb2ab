"""The connector: files in the order of their names, each read from where it was left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from coachkit.sdk import (
    Capability,
    Checkpoint,
    CheckReport,
    Configuration,
    Connector,
    Cursor,
    CursorState,
    Failure,
    Item,
    Progress,
    SourceError,
    Stream,
    Tombstone,
    Upsert,
)
from coachkit_jsonl.files import LONGEST_LINE, Line, Place, TooLong, count_lines, read_from
from coachkit_jsonl.lines import STREAM_OF, Unreadable, address_of, read_line

__all__ = ["JsonLines", "JsonLinesConfig"]

FILES = "files"
"""The stream that holds the cursor, and the lines of which not even a native id can be made out."""

CHECKPOINT_EVERY = 2_000
KEPT_OF_A_LINE = 10_000

_TITLES = {
    "people": ("People", "人员"),
    "accounts": ("Accounts", "账号"),
    "teams": ("Teams", "团队"),
    "memberships": ("Memberships", "团队成员"),
    "reporting_lines": ("Reporting lines", "汇报关系"),
    "goals": ("Goals", "目标"),
    "work_items": ("Work items", "工作项"),
    "interactions": ("Interactions", "协作记录"),
    "feedback": ("Feedback", "反馈"),
    "check_ins": ("Check-ins", "一对一"),
    "action_items": ("Action items", "待办"),
    "notes": ("Notes", "笔记"),
    FILES: ("Lines that cannot be read", "无法读取的行"),
}


class JsonLinesConfig(Configuration):
    path: Path = Field(description="A .jsonl file, or a folder: its *.jsonl files, in the order of their names.")
    complete: bool = Field(
        False, description="The files hold everything there is: a record that is in none of them any more is removed."
    )


class _Places(CursorState):
    """File name → where it was left."""

    files: dict[str, Place]


class JsonLines(Connector):
    """Records of any system, written as JSON Lines."""

    name = "jsonl"
    title = ("JSON Lines files", "JSON Lines 文件")
    streams = tuple(Stream(name=name, title=_TITLES[name]) for name in (*STREAM_OF.values(), FILES))
    Config: ClassVar[type[Configuration]] = JsonLinesConfig
    capabilities = frozenset({Capability.BACKFILL, Capability.POLL, Capability.SWEEP, Capability.ACCESS})

    config: JsonLinesConfig

    def check(self) -> CheckReport:
        try:
            files = self._files()
            unreadable = [path.name for path in files if not _readable(path)]
        except SourceError as error:
            return CheckReport(ok=False, findings=(str(error),))
        if unreadable:
            return CheckReport(ok=False, findings=(f"May not be read: {', '.join(unreadable)}.",))
        return CheckReport(ok=True, findings=() if files else ("The folder has no *.jsonl file yet.",))

    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        kept = _Places.read(cursors.get(FILES), connection=self.connection)
        files = self._files()
        present = {path.name for path in files}
        places = {name: place for name, place in (kept.files if kept else {}).items() if name in present}
        done, total = 0, sum(self._count(path) for path in files)
        for path in files:
            last: Line | None = None
            for line in self._new_lines(path, places.get(path.name)):
                if line.number == 1 and path.name in places:
                    _forget_from(path.name, places)
                item = _item(path, line)
                if item is not None:
                    yield item
                if line.number % CHECKPOINT_EVERY == 0:
                    places[path.name] = line.place
                    yield Checkpoint(stream=FILES, cursor=_Places(files=places).cursor())
                    yield Progress(stream=FILES, done=done + line.number, total=total)
                last = line
            if last is not None:
                places[path.name] = last.place
            done += places[path.name].lines if path.name in places else 0
        yield Checkpoint(stream=FILES, cursor=_Places(files=places).cursor())
        yield Progress(stream=FILES, done=done, total=max(done, total))

    def refetch(self, failures: Iterable[Failure]) -> Iterator[Item]:
        """Try lines again that are still in their files; forget those that were repaired or taken out."""
        wanted: dict[str, dict[int, Failure]] = {}
        for failure in failures:
            file, line = failure.payload.get("file"), failure.payload.get("line")
            if isinstance(file, str) and isinstance(line, int):
                wanted.setdefault(file, {})[line] = failure
        for path in self._files():
            lines = wanted.pop(path.name, {})
            for line in read_from(path, None) if lines else ():
                failure_there = lines.pop(line.number, None)
                if failure_there is not None:
                    yield from _again(path, line, failure_there)
                if not lines:
                    break
            wanted.update({path.name: lines} if lines else {})
        for lines in wanted.values():
            yield from (_forgotten(failure) for failure in lines.values() if failure.stream == FILES)

    def sweep(self, stream: str) -> Iterator[str] | None:
        return self._present(stream) if self.config.complete else None

    def _present(self, stream: str) -> Iterator[str]:
        """Native ids that the files hold. A first pass finds those whose last line is a tombstone."""
        gone: set[str] = set()
        for item in self._all(stream):
            if isinstance(item, Tombstone):
                gone.add(item.native_id)
            else:
                gone.discard(item.native_id)
        yield from (item.native_id for item in self._all(stream) if item.native_id not in gone)

    def _all(self, stream: str) -> Iterator[Upsert | Tombstone | Failure]:
        for path in self._files():
            for line in self._new_lines(path, None):
                item = _item(path, line)
                if isinstance(item, Upsert | Tombstone | Failure) and item.stream == stream:
                    yield item

    def _new_lines(self, path: Path, place: Place | None) -> Iterator[Line]:
        try:
            yield from read_from(path, place)
        except OSError as error:
            raise self._unreadable(path, error) from error

    def _count(self, path: Path) -> int:
        try:
            return count_lines(path)
        except OSError as error:
            raise self._unreadable(path, error) from error

    def _unreadable(self, path: Path, error: OSError) -> SourceError:
        return SourceError(
            f"{path.name} cannot be read: {error.strerror}.", subject=self.connection, hint="Check its permissions."
        )

    def _files(self) -> list[Path]:
        path = self.config.path.expanduser()
        if path.is_file():
            return [path]
        if not path.is_dir():
            raise SourceError(
                f"there is no file or folder {path}.", subject=self.connection, hint="Check `path` of the connection."
            )
        return sorted(file for file in path.glob("*.jsonl") if file.is_file())


def _forget_from(name: str, places: dict[str, Place]) -> None:
    """A file that is read anew takes those after it along: a record in two files is what the later one says."""
    for later in [known for known in places if known >= name]:
        del places[later]


def _readable(path: Path) -> bool:
    try:
        with path.open("rb"):
            return True
    except OSError:
        return False


def _item(path: Path, line: Line) -> Item | None:
    """What a line says: an item, a failure if it cannot be read, nothing if it is empty."""
    if isinstance(line.content, TooLong):
        reason = f"the line is longer than {LONGEST_LINE:,} bytes"
        return _failure(path, line.number, b"", reason)
    content = line.content
    if not content.strip():
        return None
    try:
        return read_line(content)
    except Unreadable as error:
        return _failure(path, line.number, content, str(error))


def _failure(path: Path, number: int, content: bytes, reason: str) -> Failure:
    stream, native_id = address_of(content) or (FILES, f"{path.name}:{number}")
    text = content[:KEPT_OF_A_LINE].decode("utf-8", "replace")
    payload = {"file": path.name, "line": number, "text": text}
    return Failure(stream=stream, native_id=native_id, reason=f"{path.name}, line {number}: {reason}", payload=payload)


def _again(path: Path, line: Line, failure: Failure) -> Iterator[Item]:
    item = _item(path, line)
    same = isinstance(item, Failure) and (item.stream, item.native_id) == (failure.stream, failure.native_id)
    if failure.stream == FILES and not same:
        yield _forgotten(failure)
    if isinstance(line.content, bytes) and _text(line.content) == failure.payload.get("text") and item is not None:
        yield item


def _text(content: bytes) -> str:
    return content[:KEPT_OF_A_LINE].decode("utf-8", "replace")


def _forgotten(failure: Failure) -> Tombstone:
    return Tombstone(stream=failure.stream, native_id=failure.native_id)
