"""What commands say: the end of a sync in one line, and errors in the reader's language with their particulars."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from coachkit.cli.output import fail
from coachkit.cli.progress import sync_display
from coachkit.errors import AccessDenied, Ambiguous, CoachkitError, ConfigError, NotFound
from coachkit.ingest import SyncProgress
from coachkit.settings import load_settings

NOW = datetime(2026, 5, 20, tzinfo=UTC)


def progress(written: int = 0, removed: int = 0, stream: str = "people") -> SyncProgress:
    return SyncProgress(
        connection="hr",
        stream=stream,
        done=9,
        total=9,
        written=written,
        unchanged=9 - written,
        quarantined=0,
        started_at=NOW,
        removed=removed,
    )


@pytest.mark.parametrize(
    ("told", "dry_run", "end"),
    [
        ([progress()], False, "nothing new"),
        ([progress()], True, "nothing new"),
        ([progress(removed=2)], False, "2 removed"),
        ([progress(written=3), progress(removed=2, stream="teams")], False, "3 written, 2 removed"),
        ([progress(written=3)], True, "would write 3"),
        ([progress(written=3, removed=1)], True, "would write 3, remove 1"),
    ],
)
def test_a_sync_ends_with_what_came_of_it(
    told: list[SyncProgress], dry_run: bool, end: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with sync_display(dry_run=dry_run) as show:
        for one in told:
            show(one)
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.rstrip().endswith(f"read {end}")


def failed(error: CoachkitError, language: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    with pytest.raises(SystemExit) as ended:
        fail(error, as_json=False, language=language)
    assert ended.value.code == error.exit_code
    return capsys.readouterr().err.strip().splitlines()


def test_an_error_with_chinese_words_says_nothing_in_english(capsys: pytest.CaptureFixture[str]) -> None:
    error = NotFound(
        "nobody here is called 'X'.", hint="Near to it: Y.", chinese=("这里没有叫“X”的人。", "相近的有：Y。")
    )
    assert failed(error, "zh", capsys) == ["✗ 这里没有叫“X”的人。", "  相近的有：Y。"]
    assert failed(error, "en", capsys) == ["✗ nobody here is called 'X'.", "  Near to it: Y."]


def test_candidates_and_subjects_stay(capsys: pytest.CaptureFixture[str]) -> None:
    error = Ambiguous(
        "2 people fit.", ["Ana Costa", "Ana Couto"], chinese=("有 2 个人符合“Ana”。", "请改用邮箱地址或 id。")
    )
    assert failed(error, "zh", capsys) == [
        "✗ 有 2 个人符合“Ana”。",
        "  · Ana Costa",
        "  · Ana Couto",
        "  请改用邮箱地址或 id。",
    ]
    denied = AccessDenied("this brief is closed.", subject="Femi", chinese=("这份简报不对外开放。", ""))
    assert failed(denied, "zh", capsys) == ["✗ Femi：这份简报不对外开放。"]


def test_an_error_without_them_says_what_its_code_says(capsys: pytest.CaptureFixture[str]) -> None:
    first, *rest = failed(NotFound("there is no such job.", subject="j1"), "zh", capsys)
    assert first == "✗ 这里没有内容。它不存在，或者你无权查看。"
    assert rest == ["  j1: there is no such job."]


def test_a_wrong_setting_is_told_in_chinese_too(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigError) as wrong:
        load_settings(timezone="Mars/Olympus")
    said = failed(wrong.value, "zh", capsys)
    assert said[0].startswith("✗ 设置有误：timezone")
    assert said[1].startswith("  查找过：命令行选项")
