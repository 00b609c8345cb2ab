"""The wire formats of hosted models, as a stand-in reads and writes them: OpenAI's chat completions (which DashScope's
compatible mode speaks too) and Anthropic's messages; each answered at once or as server-sent events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

PIECE = 40
"""Characters of one streamed piece."""


@dataclass(frozen=True)
class Asked:
    """A request, whoever's format it came in.

    :ivar wire: ``openai``, ``dashscope`` or ``anthropic``.
    :ivar shape: how the answer is to be shaped: ``schema``, ``tool`` or ``words``.
    :ivar tool: name of the function that is the answer.
    """

    wire: str
    model: str
    prompt: str
    stream: bool
    shape: str
    tool: str = ""
    key: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)


def read(path: str, headers: Mapping[str, str], body: dict[str, Any]) -> Asked | None:
    """What is asked; ``None`` for an address that none of the formats has."""
    if path.endswith("/v1/messages"):
        return _read_anthropic(headers, body)
    if path.endswith("/chat/completions"):
        wire = "dashscope" if "/compatible-mode/" in path else "openai"
        return _read_openai(wire, headers, body)
    return None


def _read_openai(wire: str, headers: Mapping[str, str], body: dict[str, Any]) -> Asked:
    tools = body.get("tools") or []
    shape = "tool" if tools else "schema" if "json_schema" in str(body.get("response_format")) else "words"
    return Asked(
        wire=wire,
        model=body["model"],
        prompt="\n".join(_text(message["content"]) for message in body["messages"]),
        stream=bool(body.get("stream")),
        shape=shape,
        tool=tools[0]["function"]["name"] if tools else "",
        key=headers.get("Authorization", "").removeprefix("Bearer "),
        body=body,
    )


def _read_anthropic(headers: Mapping[str, str], body: dict[str, Any]) -> Asked:
    tools = body.get("tools") or []
    shape = "tool" if tools else "schema" if body.get("output_format") or body.get("output_config") else "words"
    return Asked(
        wire="anthropic",
        model=body["model"],
        prompt="\n".join([_text(body.get("system", "")), *(_text(one["content"]) for one in body["messages"])]),
        stream=bool(body.get("stream")),
        shape=shape,
        tool=tools[0]["name"] if tools else "",
        key=headers.get("x-api-key", "") if headers.get("anthropic-version") else "",
        body=body,
    )


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content)
    return str(content)


def tokens(text: str) -> int:
    """As this stand-in counts them."""
    return max(1, len(text) // 4)


def error(asked: Asked, status: int, message: str) -> bytes:
    """An error in the provider's own words."""
    kind = {401: "authentication_error", 429: "rate_limit_error", 404: "not_found_error"}.get(status, "api_error")
    if asked.wire == "anthropic":
        return json.dumps({"type": "error", "error": {"type": kind, "message": message}}).encode()
    code = {"dashscope": {401: "invalid_api_key"}}.get(asked.wire, {}).get(status, kind)
    return json.dumps({"error": {"message": message, "type": kind, "code": code, "param": None}}).encode()


def whole(asked: Asked, content: str) -> bytes:
    """``content`` as one answer."""
    given, got = tokens(asked.prompt), tokens(content)
    if asked.wire == "anthropic":
        part: dict[str, Any] = {"type": "text", "text": content}
        if asked.shape == "tool":
            part = {"type": "tool_use", "id": "toolu_1", "name": asked.tool, "input": _object(content)}
        answer = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": asked.model,
            "content": [part] if content else [],
            "stop_reason": "tool_use" if asked.shape == "tool" else "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": given, "output_tokens": got},
        }
    else:
        message: dict[str, Any] = {"role": "assistant", "content": content}
        if asked.shape == "tool":
            call = {"id": "call_1", "type": "function", "function": {"name": asked.tool, "arguments": content}}
            message = {"role": "assistant", "content": None, "tool_calls": [call]}
        answer = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": asked.model,
            "choices": [
                {"index": 0, "finish_reason": "tool_calls" if asked.shape == "tool" else "stop", "message": message}
            ],
            "usage": {"prompt_tokens": given, "completion_tokens": got, "total_tokens": given + got},
        }
    return json.dumps(answer).encode()


def _object(content: str) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return {"statements": content}


def events(asked: Asked, content: str) -> Iterator[bytes]:
    """``content`` as it is streamed, piece by piece."""
    pieces = [content[at : at + PIECE] for at in range(0, len(content), PIECE)]
    made = _anthropic_events(asked, pieces) if asked.wire == "anthropic" else _openai_events(asked, pieces)
    for name, data in made:
        head = f"event: {name}\n" if name else ""
        body = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        yield f"{head}data: {body}\n\n".encode()


def _openai_events(asked: Asked, pieces: list[str]) -> Iterator[tuple[str, Any]]:
    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": asked.model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }

    tool = asked.shape == "tool"
    yield "", chunk({"role": "assistant", "content": None if tool else ""})
    for number, piece in enumerate(pieces):
        if tool:
            first = {"id": "call_1", "type": "function"} if number == 0 else {}
            name = {"name": asked.tool} if number == 0 else {}
            call = {"index": 0, **first, "function": {**name, "arguments": piece}}
            yield "", chunk({"tool_calls": [call]})
        else:
            yield "", chunk({"content": piece})
    yield "", chunk({}, "tool_calls" if tool else "stop")
    given, got = tokens(asked.prompt), tokens("".join(pieces))
    usage = {"prompt_tokens": given, "completion_tokens": got, "total_tokens": given + got}
    yield "", {**chunk({}), "choices": [], "usage": usage}
    yield "", "[DONE]"


def _anthropic_events(asked: Asked, pieces: list[str]) -> Iterator[tuple[str, Any]]:
    tool = asked.shape == "tool"
    given, got = tokens(asked.prompt), tokens("".join(pieces))
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": given, "output_tokens": 1},
    }
    begun: dict[str, Any] = {"type": "text", "text": ""}
    if tool:
        begun = {"type": "tool_use", "id": "toolu_1", "name": asked.tool, "input": {}}
    yield "message_start", {"type": "message_start", "message": message}
    yield "content_block_start", {"type": "content_block_start", "index": 0, "content_block": begun}
    yield "ping", {"type": "ping"}
    for piece in pieces:
        delta = {"type": "input_json_delta", "partial_json": piece} if tool else {"type": "text_delta", "text": piece}
        yield "content_block_delta", {"type": "content_block_delta", "index": 0, "delta": delta}
    yield "content_block_stop", {"type": "content_block_stop", "index": 0}
    ended = {"stop_reason": "tool_use" if tool else "end_turn", "stop_sequence": None}
    yield "message_delta", {"type": "message_delta", "delta": ended, "usage": {"output_tokens": got}}
    yield "message_stop", {"type": "message_stop"}
