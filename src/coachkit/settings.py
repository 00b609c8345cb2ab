"""Every setting, in one place: ``COACHKIT_*`` variables, ``coachkit.toml`` here, then in the data folder, defaults."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from coachkit.errors import ConfigError

__all__ = ["Settings", "folder_named", "load_settings"]

CONFIG_FILE = Path("coachkit.toml")


class Settings(BaseSettings):
    """Settings of one installation. Each field is ``COACHKIT_<FIELD>``, or a key of ``coachkit.toml``."""

    model_config = SettingsConfigDict(
        env_prefix="COACHKIT_", toml_file=CONFIG_FILE, extra="forbid", frozen=True, env_ignore_empty=True
    )

    data: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("coachkit", appauthor=False)),
        description="Folder for the SQLite database, the vector index, keys and logs.",
    )
    database_url: str = Field(
        "", description="SQLAlchemy URL; empty: SQLite in the data folder. postgresql://… works too."
    )
    chroma_url: str = Field("", description="URL of a Chroma server; empty: Chroma embedded in the data folder.")
    model: str = Field(
        "local",
        description="none, local, any LiteLLM model string such as openai/gpt-5 or dashscope/qwen-max, or several with "
        "commas between them (in TOML also as a list): each is asked when those before it have failed.",
    )
    model_url: str = Field(
        "",
        description="Address of a model server of your own; empty: the provider's. It belongs to the first provider "
        "that the model setting names.",
    )
    model_key: SecretStr | None = Field(
        None,
        description="Key for that provider, and for no other; empty: its own variable, such as OPENAI_API_KEY.",
    )
    model_urls: dict[str, str] = Field(
        default_factory=dict, description="Addresses by provider, where several are used; a table, in a variable JSON."
    )
    model_keys: dict[str, SecretStr] = Field(
        default_factory=dict, description="Keys by provider, where several are used; a table, in a variable JSON."
    )
    model_output: Literal["auto", "native", "tool", "prompted"] = Field(
        "auto",
        description="How a hosted model is told the shape of its answer: by a schema, a function, or in words; auto: "
        "as it is known to understand best.",
    )
    contribution_days: float = Field(
        3.0,
        ge=0,
        le=60,
        description="Days that those whom a contribution summary names have for a first look, before it opens to who "
        "asked for it; it opens earlier when all have answered.",
    )
    model_timeout: float = Field(60.0, gt=0, description="Seconds that one document may wait for its model.")
    model_tokens_in: int = Field(
        24_000, gt=0, description="Tokens that one document may send to a hosted model at once."
    )
    model_tokens_out: int = Field(6_000, gt=0, description="Tokens that a hosted model may answer with.")
    model_cost_document: float = Field(
        0.5, ge=0, description="US dollars that one document may cost, by LiteLLM's table of prices; 0: no limit."
    )
    model_cost_day: float = Field(
        20.0, ge=0, description="US dollars that all documents of a day may cost; 0: no limit."
    )
    embedder: str = Field(
        "packaged",
        description="How search understands meaning: packaged, none (words only), or any LiteLLM model string such as "
        "openai/text-embedding-3-small. After a change everything is embedded again, in the background.",
    )
    embedder_url: str = Field(
        "", description="Address of an embedding server of your own that speaks OpenAI's protocol."
    )
    embedder_key: SecretStr | None = Field(
        None, description="Key for that server; empty: the provider's own variable, such as OPENAI_API_KEY."
    )
    prompts: Path | None = Field(
        None, description="Folder with prompts of your own, laid over the packaged ones; held to them at the start."
    )
    models: Path | None = Field(
        None, description="Folder with the local model's weights; empty: found where make put it."
    )
    evals: Path | None = Field(
        None,
        description="Folder with records of evaluation runs, for the pages of administrators and HR; empty: evals in "
        "the data folder.",
    )
    eval_data: Path | None = Field(
        None,
        description="Folder with real organisations, one folder each, that evaluations are run on too; empty: they are "
        "left out, and a run says so.",
    )
    language: Literal["en", "zh"] = Field("en", description="Language when nobody has chosen one.")
    timezone: str = Field("UTC", description="Time zone of the organisation, such as Asia/Shanghai: days begin there.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8420, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    base_url: str = Field("", description="Address under which people reach the server; empty: http://host:port.")
    secret_key: SecretStr | None = Field(
        None, description="Signs cookies; empty: made once and kept in the data folder."
    )
    oidc_issuer: str = Field("", description="OpenID Connect issuer; empty: sign-in by link only.")
    oidc_client_id: str = Field("", description="Client id at the issuer.")
    oidc_client_secret: SecretStr | None = Field(None, description="Client secret at the issuer.")
    worker: bool = Field(True, description="Run background work inside the server.")
    otlp_endpoint: str = Field(
        "",
        description="Collector that traces are sent to by OTLP over gRPC, such as http://localhost:4317; empty: none "
        "is made. Traces hold ids, counts and times, and no words of people.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="Least level that is logged."
    )

    @field_validator("data", "models", "prompts", "evals", "eval_data")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value.expanduser().resolve() if value else None

    @field_validator("prompts")
    @classmethod
    def _is_a_folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError(f"{value} is no folder; prompts lie in it as AGENT/VERSION.prompt.md")
        return value

    @field_validator("model", mode="before")
    @classmethod
    def _in_one_line(cls, value: object) -> object:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(value)
        except (KeyError, ValueError) as error:
            raise ValueError(f"{value!r} is no time zone; try Asia/Shanghai or Europe/Berlin") from error
        return value

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in use."""
        return self.database_url or f"sqlite:///{self.data / 'coachkit.db'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**given: Any) -> Settings:
    """The settings, where ``given`` (command-line options) go before everything else.

    What is set nowhere else may lie with the data: ``coachkit.toml`` in the data folder.

    :raises ConfigError: naming the setting, what is wrong, and every place that was looked at.
    """
    said = {name: value for name, value in given.items() if value is not None}
    try:
        found = Settings(**said)
        beside = {name: value for name, value in _beside(found.data).items() if name not in found.model_fields_set}
        return Settings(**(beside | said)) if beside else found
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, item['loc'])) or 'settings'}: {item['msg'].removeprefix('Value error, ')}"
            for item in error.errors()
        )
        raise ConfigError(
            wrong,
            hint=f"Looked at: command-line options, COACHKIT_* variables, {CONFIG_FILE.resolve()}, the same in the "
            "data folder, defaults.",
            chinese=(
                f"设置有误：{wrong}",
                f"查找过：命令行选项、COACHKIT_* 环境变量、{CONFIG_FILE.resolve()}、数据目录中的同名文件、默认值。",
            ),
        ) from error


def folder_named(variable: str) -> Path | None:
    """The folder that a variable names which a file of a team's says it needs, such as ``evals/organisations.yaml``.

    ``COACHKIT_EVAL_DATA`` is the setting ``eval_data``, wherever it is set; others are read from the environment.
    """
    if variable == "COACHKIT_EVAL_DATA":
        return load_settings().eval_data
    return Path(named) if variable and (named := os.environ.get(variable, "")) else None


def _beside(data: Path) -> dict[str, Any]:
    """What ``coachkit.toml`` in the data folder sets; a folder cannot say where it is itself."""
    path = data / CONFIG_FILE.name
    if not path.is_file():
        return {}
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", subject=str(path), hint="It should be TOML.") from error
    return {name: value for name, value in found.items() if name != "data"}
