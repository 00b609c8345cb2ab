"""Secrets by reference: found where they lie, shown nowhere."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest
from pydantic import Field, ValidationError

from coachkit.sdk import ConfigError, Configuration, SecretRef

CANARY = "canary-9c1f"


class Config(Configuration):
    token: SecretRef = Field(description="Where the token lies.")


def test_in_the_environment_and_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOME_TOKEN", CANARY)
    (tmp_path / "token").write_text(f"{CANARY}\n", "utf-8")
    assert SecretRef("env:SOME_TOKEN").read() == CANARY
    assert SecretRef(f"file:{tmp_path}/token").read() == CANARY


def test_in_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {("coachkit", "tracker"): CANARY}
    module = types.ModuleType("keyring")
    module.get_password = lambda service, name: kept.get((service, name))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", module)
    assert SecretRef("keyring:coachkit/tracker").read() == CANARY
    with pytest.raises(ConfigError, match="keyring:coachkit/other"):
        SecretRef("keyring:coachkit/other").read()


@pytest.mark.parametrize("reference", ["env:NOT_SET_ANYWHERE", "file:/no/such/file", "env: "])
def test_nothing_there(reference: str) -> None:
    with pytest.raises(ConfigError, match="no secret at") as caught:
        SecretRef(reference).read()
    assert caught.value.hint


@pytest.mark.parametrize("text", [CANARY, "env:", "vault:x", "", f"token:{CANARY}"])
def test_a_secret_itself_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="by reference") as caught:
        SecretRef(text)
    assert CANARY not in str(caught.value)


def test_what_is_stored_and_shown_is_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_TOKEN", CANARY)
    config = Config.model_validate({"token": "env:SOME_TOKEN"})
    config.token.read()
    for shown in (repr(config), str(config), config.model_dump_json(), repr(config.token), str(vars(config))):
        assert CANARY not in shown
        assert "env:SOME_TOKEN" in shown
    assert Config.model_validate_json(config.model_dump_json()) == config


def test_a_secret_given_as_configuration_is_not_repeated_by_the_error() -> None:
    with pytest.raises(ValidationError) as caught:
        Config.model_validate({"token": CANARY})
    assert "by reference" in str(caught.value)
    assert CANARY not in str(caught.value) + repr(caught.value)
