"""The contract of a vector index: Chroma embedded in a folder, and a real Chroma server on loopback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from chroma_server import ChromaServer, chroma_server
from thinning import slow

from coachkit.errors import ConfigError, StoreBusy
from coachkit.retrieval.ports import IndexEntry, VectorIndex
from coachkit.store.vector import EmbeddedIndex, ServerIndex

MODEL = "a model"
SIZE = 16
BASE = 1 << 62
"""Ids are hashes of 63 bits."""

Open = Callable[..., VectorIndex]


def entries(count: int, *, start: int = 0, version: int = 1, scopes: int = 3) -> list[IndexEntry]:
    """Vectors that are far from each other; each is the same whenever it is made."""
    made = []
    for number in range(start, start + count):
        vector = np.random.default_rng(number).normal(size=SIZE).astype(np.float32)
        vector /= np.linalg.norm(vector)
        made.append(IndexEntry(BASE + number, version + number, BASE + number % scopes, vector))
    return made


served_alone = pytest.mark.parametrize("new", [slow("embedded"), "server"], indirect=True)
"""For rules that the default run holds one of the two to: each embedded index is a process that imports Chroma."""


def every(scopes: int = 3) -> frozenset[int]:
    return frozenset(BASE + number for number in range(scopes))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    with chroma_server(tmp_path_factory.mktemp("chroma")) as running:
        yield running


@pytest.fixture(params=["embedded", "server"])
def new(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Makes handles on the same index; closed at the end."""
    made: list[VectorIndex] = []

    def make(model: str = MODEL) -> VectorIndex:
        if request.param == "embedded":
            made.append(EmbeddedIndex(tmp_path / "vectors", model))
        else:
            running: ChromaServer = request.getfixturevalue("server")
            made.append(ServerIndex(running.url, tmp_path.name.replace("_", "-"), model))
        return made[-1]

    yield make
    for index in made:
        index.close()


@pytest.fixture
def filled(new: Open) -> VectorIndex:
    index = new()
    assert index.open() is False
    index.rebuild(entries(30), 30)
    return index


def test_before_the_first_rebuild_it_cannot_answer(new: Open) -> None:
    index = new()
    assert index.watermark() is None
    assert index.open() is False
    with pytest.raises(StoreBusy):
        index.propose(entries(1)[0].vector, every(), 3)
    with pytest.raises(StoreBusy):
        index.apply(entries(1), [], 1)


def test_it_proposes_what_is_near_in_the_scopes_alone(filled: VectorIndex) -> None:
    assert "Chroma" in str(filled.status()["index"])
    for entry in entries(30):
        assert filled.propose(entry.vector, every(), 3)[0] == entry.record_id
        assert filled.propose(entry.vector, frozenset({entry.scope_id}), 30)[0] == entry.record_id
        assert entry.record_id not in filled.propose(entry.vector, every() - {entry.scope_id}, 30)
        # Who may read much is not asked for scopes: what else is proposed is dropped by whoever asks.
        assert filled.propose(entry.vector, every(), 3, 30)[0] == entry.record_id
    # More than there is, and with very many scopes.
    assert len(filled.propose(entries(1)[0].vector, every(), 1_000)) == 30
    assert filled.propose(entries(1)[0].vector, frozenset({5}), 10) == []

    many = every() | frozenset(range(40_000))
    assert filled.propose(entries(1)[0].vector, many, 3)[0] == BASE


@served_alone
def test_changes_are_taken_in_and_may_be_given_twice(filled: VectorIndex) -> None:
    moved = [IndexEntry(BASE, 40, BASE + 2, entries(1, start=99)[0].vector)]
    for _ in range(2):
        filled.apply([*entries(5, start=30), *moved], [BASE + 1, BASE + 1_000], 41)
        assert filled.watermark() == 41
        held = dict(filled.versions())
        assert len(held) == 34
        assert held[BASE] == 40
        assert held[BASE + 34] == 35
        assert BASE + 1 not in held
    assert filled.propose(moved[0].vector, frozenset({BASE + 2}), 1) == [BASE]
    assert BASE not in filled.propose(moved[0].vector, frozenset({BASE}), 40)


def test_what_it_holds_outlives_it(filled: VectorIndex, new: Open) -> None:
    filled.apply(entries(5, start=30), [], 35)
    filled.close()
    assert filled.watermark() is None or isinstance(filled, ServerIndex)
    again = new()
    assert again.open() is True
    assert again.open() is True
    assert again.watermark() == 35
    assert dict(again.versions()) == {BASE + number: 1 + number for number in range(35)}
    assert not again.doubtful


@served_alone
def test_a_rebuild_leaves_nothing_of_before(filled: VectorIndex, new: Open) -> None:
    filled.rebuild(entries(4, start=100), 200)
    assert dict(filled.versions()) == {BASE + number: 1 + number for number in range(100, 104)}
    assert filled.watermark() == 200
    filled.close()
    assert filled.status()
    again = new()
    assert again.open() is True
    assert len(dict(again.versions())) == 4


@served_alone
def test_a_rebuild_may_be_of_nothing(new: Open) -> None:
    filled = new()
    filled.rebuild([], 77)
    assert list(filled.versions()) == []
    assert filled.watermark() == 77
    assert filled.propose(entries(1)[0].vector, every(), 3) == []


@served_alone
def test_a_rebuild_that_fails_leaves_the_old_state(filled: VectorIndex) -> None:
    def some() -> Iterator[IndexEntry]:
        yield from entries(150, start=50)
        raise KeyError("the database went away")

    with pytest.raises(KeyError):
        filled.rebuild(some(), 500)
    assert filled.open() is True
    assert filled.watermark() == 30
    assert len(dict(filled.versions())) == 30


@served_alone
def test_vectors_of_another_model_are_not_gone_on_with(filled: VectorIndex, new: Open) -> None:
    filled.close()
    other = new("another model")
    assert other.open() is False
    assert other.watermark() is None
    other.rebuild(entries(2), 2)
    other.close()
    assert other.open() is True


# --- embedded alone --------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vectors"


@pytest.fixture
def embedded(folder: Path) -> Iterator[EmbeddedIndex]:
    index = EmbeddedIndex(folder, MODEL)
    index.open()
    index.rebuild(entries(30), 30)
    yield index
    index.close()


@pytest.mark.slow
def test_of_two_processes_one_owns_the_folder(embedded: EmbeddedIndex, folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from coachkit.store.vector import EmbeddedIndex\n"
        f"index = EmbeddedIndex(Path({str(folder)!r}), 'a model')\n"
        "try: index.open()\n"
        "except Exception as error: print(error)\n"
        "print(index.watermark(), index.status()['owner'])\n"
        "index.close()"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert f"process {os.getpid()} owns it" in other.stdout
    assert "COACHKIT_CHROMA_URL" in other.stdout
    assert f"None process {os.getpid()}" in other.stdout
    embedded.apply(entries(3, start=30), [], 33)
    assert len(dict(embedded.versions())) == 33


@pytest.mark.slow
def test_a_rebuild_removes_the_old_files(embedded: EmbeddedIndex, folder: Path) -> None:
    before = {path.name for path in folder.iterdir() if path.is_dir()}
    embedded.rebuild(entries(3), 40)
    after = {path.name for path in folder.iterdir() if path.is_dir()}
    assert len(before) == len(after) == 1
    assert before != after
    gone = before.pop()
    assert not [path for path in folder.iterdir() if path.name.startswith(f"{gone}.")]


def test_a_killed_process_is_seen_and_started_again(embedded: EmbeddedIndex) -> None:
    embedded.apply(entries(5, start=30), [], 35)
    child = embedded._child
    assert child is not None
    os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(StoreBusy):
        embedded.propose(entries(1)[0].vector, every(), 3)
    assert embedded.watermark() is None
    assert embedded.open() is True, "it was killed between two writes: nothing is broken"
    assert embedded.watermark() == 35
    assert embedded.doubtful
    embedded.believe()
    assert not embedded.doubtful


@pytest.mark.slow
def test_doubt_outlives_a_clean_end(embedded: EmbeddedIndex, folder: Path) -> None:
    embedded.apply(entries(5, start=30), [], 35)
    child = embedded._child
    assert child is not None
    os.kill(child.pid, signal.SIGKILL)
    child.close()
    embedded.open()
    embedded.close()
    again = EmbeddedIndex(folder, MODEL)
    assert again.open() is True
    assert again.doubtful
    again.close()


@pytest.mark.slow
def test_signals_to_end_do_not_reach_it(embedded: EmbeddedIndex) -> None:
    child = embedded._child
    assert child is not None
    for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(child.pid, ending)
    embedded.apply(entries(5, start=30), [], 35)
    assert embedded.watermark() == 35


@pytest.mark.slow
def test_broken_files_are_not_gone_on_with(embedded: EmbeddedIndex, folder: Path) -> None:
    embedded.apply(entries(1_200, start=30), [], 1_230)
    embedded.close()
    (generation,) = (path for path in folder.iterdir() if path.is_dir())
    (generation / "chroma.sqlite3").write_bytes(b"no database")
    again = EmbeddedIndex(folder, MODEL)
    assert again.open() is False
    again.rebuild(entries(10), 10)
    assert again.watermark() == 10
    again.close()


@pytest.mark.slow
def test_a_pointer_to_nowhere_is_no_pointer(embedded: EmbeddedIndex, folder: Path) -> None:
    embedded.close()
    for said in ("", "{}", '{"generation": "../elsewhere"}', '{"generation": "g99"}'):
        (folder / "current.json").write_text(said, "utf-8")
        again = EmbeddedIndex(folder, MODEL)
        assert again.open() is False
        again.close()


# --- a server alone --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_server_that_goes_and_comes_back(tmp_path: Path) -> None:
    with chroma_server(tmp_path / "chroma") as server:
        index = ServerIndex(server.url, "it", MODEL)
        index.open()
        index.rebuild(entries(30), 30)
        server.stop()
        with pytest.raises(StoreBusy, match="Chroma server"):
            index.propose(entries(1)[0].vector, every(), 3)
        with pytest.raises(StoreBusy, match="failed"):
            index.open()
        server.start()
        assert index.open() is True
        assert index.watermark() == 30
        assert index.propose(entries(1)[0].vector, every(), 3)[0] == BASE
        index.close()


def test_two_processes_share_a_server(server: ChromaServer, tmp_path: Path) -> None:
    one, two = (ServerIndex(server.url, "shared", MODEL) for _ in range(2))
    one.open()
    one.rebuild(entries(10), 10)
    assert two.open() is True
    one.apply(entries(5, start=10), [], 15)
    assert two.open() is True
    assert two.watermark() == 15
    one.rebuild(entries(3), 20)
    assert two.open() is True
    assert two.watermark() == 20
    one.close()
    two.close()


@pytest.mark.parametrize("url", ["nonsense", "ftp://host", "http://"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(ConfigError, match="COACHKIT_CHROMA_URL"):
        ServerIndex(url, "it", MODEL)
