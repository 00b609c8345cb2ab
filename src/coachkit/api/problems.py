"""Errors as they leave the API: ``application/problem+json`` (RFC 9457), with a sentence in the asked language."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from coachkit.api.language import Language
from coachkit.errors import Ambiguous, CoachkitError, ConfigError, PluginError, RateLimited, StoreError

__all__ = ["PROBLEMS", "SENTENCES", "Problem", "problem", "problem_response", "retry_headers", "sentence"]

SENTENCES: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "error": (
        ("Something failed.", "Try again; if it stays, tell whoever runs coachkit here."),
        ("出了点问题。", "请重试；如果仍不行，请告诉这里的 coachkit 管理员。"),
    ),
    "internal": (
        (
            "Something failed on our side.",
            "It has been noted. Try again; if it stays, tell whoever runs coachkit here.",
        ),
        ("服务出错了。", "错误已记录。请重试；如果仍不行，请告诉这里的 coachkit 管理员。"),
    ),
    "sign-in-required": (
        ("Sign in first.", "Open the link you were given, or send a token."),
        ("请先登录。", "请打开收到的登录链接，或在请求中附上令牌。"),
    ),
    "method-not-allowed": (
        ("This address does not take that method.", "See /api/openapi.json for what it takes."),
        ("此地址不支持该方法。", "可用的方法见 /api/openapi.json。"),
    ),
    "webhook-refused": (
        ("This delivery does not show who sent it.", "Check the secret that is set at the source, and its clock."),
        ("无法确认该推送的发送方。", "请检查来源系统中设置的密钥和时钟。"),
    ),
    "too-large": (
        ("That is more than this server takes at once.", "Send less than one megabyte."),
        ("请求内容过大。", "请控制在 1 MB 以内。"),
    ),
    "config": (
        ("Something here is not set up right.", "Whoever runs coachkit here finds the reason in its log."),
        ("系统设置有误。", "原因见服务日志，请联系这里的 coachkit 管理员。"),
    ),
    "bad-input": (
        ("That cannot be used as it is.", "Check what was sent and try again."),
        ("提交的内容无法使用。", "请检查后重试。"),
    ),
    "not-found": (
        ("There is nothing here.", "It does not exist, or it is not yours to read."),
        ("这里没有内容。", "它不存在，或者你无权查看。"),
    ),
    "ambiguous": (
        ("Several people or things fit.", "Choose one of them."),
        ("符合条件的不止一个。", "请从中选择。"),
    ),
    "plugin": (
        ("A plugin failed.", "Whoever runs coachkit here finds the reason in its log."),
        ("插件出错。", "原因见服务日志，请联系这里的 coachkit 管理员。"),
    ),
    "source": (
        ("A source system did not do what was asked.", "Look at the connection, then sync again."),
        ("来源系统没有按请求响应。", "请检查该连接后重新同步。"),
    ),
    "source-auth": (
        ("A source system refused the credential.", "Renew the credential of this connection."),
        ("来源系统拒绝了凭据。", "请更新该连接的凭据。"),
    ),
    "source-unavailable": (
        ("A source system did not answer.", "Try again in a few minutes."),
        ("来源系统没有响应。", "请过几分钟再试。"),
    ),
    "source-rate-limited": (
        ("A source system asks us to wait.", "Try again later."),
        ("来源系统要求等待。", "请稍后再试。"),
    ),
    "draft": (
        ("The document could not be prepared.", "Prepare it with computed sentences only."),
        ("文档未能生成。", "可以改用直接由记录写成的版本。"),
    ),
    "model-unavailable": (
        ("No language model answered.", "Prepare it with computed sentences only, or try again."),
        ("语言模型没有响应。", "可以改用直接由记录写成的版本，或稍后再试。"),
    ),
    "store": (
        ("The data could not be read or written.", "Try again; if it stays, tell whoever runs coachkit here."),
        ("数据读写失败。", "请重试；如果仍不行，请告诉这里的 coachkit 管理员。"),
    ),
    "store-busy": (
        ("Somebody else is working on this right now.", "Try again in a moment."),
        ("该内容正被占用。", "请稍等片刻再试。"),
    ),
    "access-denied": (
        ("This is not open to you.", "If it should be, ask your manager or HR."),
        ("你没有查看或操作的权限。", "如果你认为应当有，请联系主管或人力资源部门。"),
    ),
}
"""By an error's code: what happened and what to do, in English and Chinese."""

_PARENTS = {
    "plugin-load": "plugin",
    "plugin-contract": "plugin",
    "source-payload": "source",
    "draft-ungrounded": "draft",
    "draft-budget": "draft",
}
"""Errors that say no more to a reader than the one above them in the tree."""

_KEPT_INSIDE = (ConfigError, PluginError, StoreError)
"""Errors whose own words may name files, hosts or settings: these stay in the log."""


class Problem(BaseModel):
    """What went wrong, by RFC 9457."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "There is nothing here.",
                    "status": 404,
                    "detail": "It does not exist, or it is not yours to read.",
                    "code": "not-found",
                    "retryable": False,
                }
            ]
        }
    )

    type: str = "about:blank"
    title: str = Field(description="What happened, in the asked language.")
    status: int
    detail: str = Field(description="What to do, in the asked language.")
    code: str = Field(description="Which error, for programs; never translated.")
    retryable: bool = Field(description="Whether the same request may work later.")
    message: str | None = Field(None, description="The particulars, in English, for developers.")
    candidates: list[str] | None = Field(None, description="Of an ambiguous name: what it could mean.")
    errors: list[dict[str, Any]] | None = Field(None, description="Of an unusable request: each field and why.")


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {"application/problem+json": {}}, "description": HTTPStatus(status).phrase}
    for status in (401, 403, 404, 422)
}
"""For ``responses=`` of a route: what every route that needs a viewer may answer."""


def sentence(code: str, language: Language) -> tuple[str, str]:
    """What happened, and what to do about it."""
    found = SENTENCES.get(code) or SENTENCES[_PARENTS.get(code, "error")]
    return found[language == "zh"]


def problem(error: CoachkitError, language: Language) -> Problem:
    title, detail = sentence(error.code, language)
    said = None if isinstance(error, _KEPT_INSIDE) else f"{error.message} {error.hint}".strip()
    return Problem(
        title=title,
        status=error.http_status,
        detail=detail,
        code=error.code,
        retryable=error.retryable,
        message=said,
        candidates=list(error.candidates) if isinstance(error, Ambiguous) else None,
    )


def problem_response(found: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(
        found.model_dump(exclude_none=True),
        status_code=found.status,
        headers=dict(headers or {}),
        media_type="application/problem+json",
    )


def retry_headers(error: CoachkitError) -> dict[str, str]:
    """``Retry-After`` where a source said how long it wants."""
    seconds = error.retry_after if isinstance(error, RateLimited) else None
    return {} if seconds is None else {"Retry-After": str(max(1, round(seconds)))}
