"""Settings: options before variables before the file; a wrong one says where it was looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from coachkit.errors import ConfigError
from coachkit.settings import load_settings


def test_options_go_before_variables_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "coachkit.toml").write_text('port = 1\nlanguage = "zh"\ntimezone = "Asia/Shanghai"\n', "utf-8")
    monkeypatch.setenv("COACHKIT_PORT", "2")
    assert load_settings().port == 2
    assert load_settings(port=3).port == 3
    assert load_settings().language == "zh"
    assert load_settings().timezone == "Asia/Shanghai"


def test_what_is_set_nowhere_else_lies_with_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "data"
    data.mkdir()
    beside = data / "coachkit.toml"
    beside.write_text('timezone = "Asia/Shanghai"\nport = 1\ndata = "elsewhere"\n', "utf-8")
    assert load_settings().timezone == "UTC", "of another folder"
    assert load_settings(data=data).timezone == "Asia/Shanghai"
    assert load_settings(data=data).data == data
    (tmp_path / "coachkit.toml").write_text("port = 2\n", "utf-8")
    assert load_settings(data=data).port == 2
    monkeypatch.setenv("COACHKIT_TIMEZONE", "Europe/Berlin")
    assert load_settings(data=data).timezone == "Europe/Berlin"
    assert load_settings(data=data, timezone="Europe/Lisbon").timezone == "Europe/Lisbon"
    beside.write_text("port = many", "utf-8")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(data=data)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("COACHKIT_PORT", "many", "port"),
        ("COACHKIT_TIMEZONE", "Moon/Crater", "try Asia/Shanghai"),
        ("COACHKIT_LANGUAGE", "fr", "language"),
    ],
)
def test_a_wrong_setting_names_every_place(
    name: str, value: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert words in caught.value.message
    assert "COACHKIT_*" in caught.value.hint
    assert "coachkit.toml" in caught.value.hint


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACHKIT_SECRET_KEY", "canary-4711")
    assert "canary-4711" not in repr(load_settings())
