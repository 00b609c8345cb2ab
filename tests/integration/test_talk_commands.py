"""``conversations``, ``points``, ``notes`` and their documents at the command line, as the two would use them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from door_office import opened_office
from typer.testing import CliRunner

from coachkit.cli.app import app as cli


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An office whose tracker has stood still since May; the commands run as of today."""
    made = tmp_path_factory.mktemp("talks")
    with opened_office(made):
        yield made / "data" if (made / "data").is_dir() else made


class Coachkit:
    """Runs a command on one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def __call__(self, *words: str, fails: bool = False) -> str:
        ended = CliRunner().invoke(cli, ["--data", str(self.data), *words])
        assert (ended.exit_code != 0) is fails, ended.output
        return ended.output if not fails else repr(ended.exception)

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json"))


@pytest.fixture
def coachkit(folder: Path) -> Coachkit:
    return Coachkit(folder)


def test_points_are_put_down_ticked_moved_and_taken_back(coachkit: Coachkit) -> None:
    made = coachkit.json("points", "add", "Maria Gomez", "Cut the release in two?", "--as", "Maria Gomez")["id"]
    seen = coachkit.json("points", "list", "Maria Gomez", "--as", "Ana Costa")
    assert next(one for one in seen["theirs"] if one["id"] == made)["here"]
    coachkit("points", "set", "Maria Gomez", made, "up", "--as", "Ana Costa")
    coachkit("points", "set", "Maria Gomez", made, "done", "--as", "Ana Costa")
    assert "Cut the release" not in coachkit("draft", "agenda", "Maria Gomez", "--as", "Ana Costa", "--model", "none")
    coachkit("points", "set", "Maria Gomez", made, "open", "--as", "Ana Costa")
    assert "Cut the release" in coachkit("draft", "agenda", "Maria Gomez", "--as", "Ana Costa", "--model", "none")
    assert "AccessDenied" in coachkit("points", "set", "Maria Gomez", made, "remove", "--as", "Ana Costa", fails=True)
    coachkit("points", "set", "Maria Gomez", made, "remove", "--as", "Maria Gomez")
    assert made not in coachkit("points", "list", "Maria Gomez", "--as", "Ana Costa")
    assert "BadInput" in coachkit("points", "set", "Maria Gomez", made, "burn", "--as", "Maria Gomez", fails=True)


def test_notes_are_their_author_s(coachkit: Coachkit) -> None:
    made = coachkit.json("notes", "add", "Maria Gomez", "Ask how the talk went.", "--as", "Ana Costa")["id"]
    assert "talk went" in coachkit("notes", "list", "Maria Gomez", "--as", "Ana Costa")
    assert coachkit.json("notes", "list", "Maria Gomez", "--as", "Maria Gomez") == []
    assert coachkit.json("notes", "list", "Ana Costa", "--as", "Maria Gomez") == []
    coachkit("notes", "remove", made, "--as", "Ana Costa")
    assert "talk went" not in coachkit("notes", "list", "Maria Gomez", "--as", "Ana Costa")
    coachkit("notes", "remove", made, "--restore", "--as", "Ana Costa")
    assert "talk went" in coachkit("notes", "list", "Maria Gomez", "--as", "Ana Costa")


def test_cards_are_shown_answered_and_the_answer_taken_back(coachkit: Coachkit) -> None:
    counts = coachkit.json("conversations")
    assert "Ana Costa" in {one["manager"] for one in counts}
    cards = coachkit.json("conversations", "--as", "Ana Costa")["cards"]
    assert 1 <= len(cards) <= 2
    card = cards[0]
    assert card["why"]
    assert card["talk"] in coachkit("conversations", "--as", "Ana Costa")
    given = coachkit.json("conversations", "answer", card["id"], "not-relevant", "--as", "Ana Costa")
    assert card["id"] not in coachkit("conversations", "--as", "Ana Costa")
    coachkit("conversations", "undo", given["id"], "--as", "Ana Costa")
    assert card["id"] in coachkit("conversations", "--as", "Ana Costa")
    assert "BadInput" in coachkit("conversations", "answer", card["id"], "later", "--as", "Ana Costa", fails=True)


def test_rules_are_seen_set_and_reset(coachkit: Coachkit) -> None:
    words = ("conversations", "rules", "check-in-gap", "--team", "search")
    (rule,) = coachkit.json(*words)
    assert (rule["thresholds"]["days"], rule["changed"]) == (35, False)
    (rule,) = coachkit.json(*words, "--set", "days=49", "--reason", "monthly by agreement")
    assert (rule["thresholds"]["days"], rule["changed"]) == (49, True)
    assert "monthly by agreement" in coachkit(*words)
    (other,) = coachkit.json("conversations", "rules", "check-in-gap", "--team", "payments")
    assert not other["changed"]
    (rule,) = coachkit.json(*words, "--off", "--reason", "not for us")
    assert not rule["on"]
    drafted = ("draft", "key-conversation", "Maria Gomez", "--as", "Ana Costa", "--model", "none")
    first = coachkit(*drafted)
    said = next(one["id"] for one in coachkit.json("conversations", "rules") if one["id"] in first)
    coachkit("conversations", "rules", said, "--team", "search", "--off", "--reason", "try it")
    assert said not in coachkit(*drafted)
    coachkit("conversations", "rules", said, "--team", "search", "--reset", "--reason", "back again")
    assert said in coachkit(*drafted)
    (rule,) = coachkit.json(*words, "--reset", "--reason", "begin again")
    assert (rule["on"], rule["changed"]) == (True, False)
    assert "BadInput" in coachkit(*words, "--set", "days=4", "--reason", "x", fails=True)
    assert "BadInput" in coachkit(*words, "--set", "days=49", fails=True)
    assert sum(one["on"] for one in coachkit.json("conversations", "rules")) == 9


@pytest.mark.parametrize(("language", "said"), [("en", "Why now"), ("zh", "为什么是现在")])
def test_the_card_of_a_person_is_drafted(coachkit: Coachkit, language: str, said: str) -> None:
    words = ("draft", "key-conversation", "Maria Gomez", "--as", "Ana Costa", "--lang", language, "--model", "none")
    assert said in coachkit(*words)
    assert "None" not in coachkit(*words, "--markdown")
