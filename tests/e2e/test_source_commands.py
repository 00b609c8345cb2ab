"""What sources sent, at the command line: recorded files, webhooks, and packages of those who write connectors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from signed_source import SECRET, SignedSource, note

from coachkit.background import Background
from coachkit.bootstrap import open_app
from coachkit.cli.app import main
from coachkit.host import PluginHost
from coachkit.sdk import Event
from coachkit.settings import Settings

Said = tuple[int, str, str]
Run = Callable[..., Said]


@pytest.fixture
def coachkit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """``coachkit("source", "replay", …)`` → exit code, what was printed, what was noted. The signed source is there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COACHKIT_MODEL", "none")
    monkeypatch.setenv("COACHKIT_EMBEDDER", "none")
    monkeypatch.setattr(PluginHost, "connectors", {"signed": SignedSource})
    monkeypatch.setattr(PluginHost, "connector_class", _connector_class)

    def run(*words: str) -> Said:
        monkeypatch.setattr("sys.argv", ["coachkit", "--data", str(tmp_path / "data"), *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def _connector_class(host: PluginHost, name: str) -> Any:
    from coachkit.errors import NotFound

    if name not in host.connectors:
        raise NotFound(f"there is no connector {name!r}.")
    return host.connectors[name]


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    lines: list[object] = [
        {"event": "note", "payload": note(1)},
        {"event": "wiki_page", "payload": {}},
        {"url": "https://notes.example.org/notes", "data": [note(2)]},
    ]
    path = tmp_path / "recorded.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    return path


def test_a_replay_prints_a_table_and_every_reason(coachkit: Run, recorded: Path) -> None:
    code, out, err = coachkit("source", "replay", "signed", str(recorded))
    assert (code, err) == (0, "")
    rows = [line.split() for line in out.splitlines()]
    assert ["notes", "2", "2", "0", "0", "2"] in rows
    assert ["-", "1", "0", "1", "0", "0"] in rows
    assert "refused 1 × -: the event wiki_page is of no stream" in out
    assert "A second replay of the same file would write nothing." in out


def test_a_replay_as_json_has_the_same_counts(coachkit: Run, recorded: Path) -> None:
    code, out, _ = coachkit("source", "replay", "signed", str(recorded), "--json")
    found = json.loads(out)
    assert code == 0
    assert {name: found[name] for name in ("read", "ingested", "refused", "failed")} == {
        "read": 3,
        "ingested": 2,
        "refused": 1,
        "failed": 0,
    }
    assert found["streams"]["-"]["refused"] == {"the event wiki_page is of no stream": 1}
    assert found["second_replay"] == {"written": 0}


def test_what_fails_is_named_with_its_line_and_ends_in_one(coachkit: Run, recorded: Path) -> None:
    with recorded.open("a", encoding="utf-8") as out_file:
        out_file.write(json.dumps({"event": "note", "payload": {"key": "NOTE-9"}}) + "\n")
    code, out, err = coachkit("source", "replay", "signed", str(recorded))
    assert code == 1
    assert "✗ line 4, notes: KeyError: at signed_source.py:" in out
    assert "Traceback" not in out + err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("signed", "nothing.jsonl"), 2, "there is no file"),
        (("sigend", "recorded.jsonl"), 4, "there is no connector"),
        (("signed", "recorded.jsonl", "--stream", "pages"), 2, "It has: notes, links."),
    ],
)
def test_a_replay_that_cannot_begin_says_why(
    coachkit: Run, recorded: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    found, _, err = coachkit("source", "replay", *words)
    assert found == code
    assert said in err


def test_webhooks_are_listed_and_tried_again(coachkit: Run, tmp_path: Path) -> None:
    assert "No webhook has come" in coachkit("webhook", "list")[1]
    (tmp_path / "secret").write_text(SECRET, "utf-8")
    with_settings = Settings(data=tmp_path / "data", model="none", embedder="none")
    app = open_app(with_settings)
    app.connections.add("post", "signed", {"secret": f"file:{tmp_path / 'secret'}"}, now=app.now())
    for number, name in enumerate(("note", "wiki_page")):
        app.webhooks.door.keep("post", Event(id=str(number), name=name, payload=note(1)), app.now())
    Background(app).run_pending()
    app.close()
    _, out, _ = coachkit("webhook", "list")
    assert "refused 1 × post/wiki_page: the event wiki_page is of no stream" in out
    (found,) = json.loads(coachkit("webhook", "list", "--json")[1])
    assert (found["done"], found["refused"]) == (1, 1)
    assert coachkit("webhook", "retry", "post")[1] == "post: none failed.\n"
    assert coachkit("webhook", "retry", "nobody")[0] == 4
    assert "webhooks of post: 1 handled, 0 waiting, 1 refused, 0 failed" in coachkit("coverage")[1]


def test_a_new_plugin_is_written_once(coachkit: Run, tmp_path: Path) -> None:
    code, out, _ = coachkit("plugin", "new", "desk")
    assert code == 0
    assert (tmp_path / "coachkit-desk" / "quality.yaml").is_file()
    assert "pip install --no-build-isolation -e coachkit-desk" in out
    assert coachkit("plugin", "new", "desk")[0] == 2
    assert coachkit("plugin", "new", "Desk")[0] == 2
    assert coachkit("plugin", "new", "signed")[0] == 2
    elsewhere = json.loads(coachkit("plugin", "new", "desk", "--into", str(tmp_path / "deep" / "er"), "--json")[1])
    assert elsewhere["name"] == "desk"
