"""The door for the webhooks of sources. Nobody signs in here: each delivery shows by its signature who sent it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from coachkit.api.language import language_of
from coachkit.api.problems import PROBLEMS, Problem, problem_response, sentence
from coachkit.api.security import Installation
from coachkit.bootstrap import App
from coachkit.errors import AuthFailed, NotFound, PayloadRejected
from coachkit.sdk import Delivery, Reply

__all__ = ["Taken", "router"]

router = APIRouter(tags=["webhooks"], responses={status: PROBLEMS[status] for status in (401, 404, 422)})


class Taken(BaseModel):
    """A delivery is in the store."""

    taken: str = Field(description="`new`, or `duplicate` if it was here before.", examples=["new"])


@router.post(
    "/webhooks/{connection}",
    summary="Take a webhook delivery of a source",
    status_code=202,
    response_model=Taken,
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": {}}}}},
)
async def receive(request: Request, app: Installation, connection: str) -> Response:
    """Give a source this address and a secret. Up to 25 MB; answered when the delivery is safe, and handled after that.

    A source that wants an answer of its own (a challenge, a ping) gets it at once.
    """
    door = app.webhooks.door
    if not door.remembers(connection) and not await run_in_threadpool(door.knows, connection):
        raise NotFound("there is nothing here that takes webhooks.")
    try:
        body = await request.body()
    except ClientDisconnect:  # its sender has gone, or sent more than is taken; nobody reads the answer
        return _problem(request, app, 413, "too-large")
    delivery = Delivery(
        headers=dict(request.headers), body=body, received_at=app.now(), query=dict(request.query_params)
    )
    try:
        said = await run_in_threadpool(door.receive, connection, delivery)
    except AuthFailed:
        return _problem(request, app, 401, "webhook-refused")
    except PayloadRejected as error:
        return _problem(request, app, 422, "bad-input", error.message)
    if isinstance(said, Reply):
        return Response(said.body, said.status, media_type=said.content_type)
    return Response(Taken(taken=said.value).model_dump_json(), 202, media_type="application/json")


def _problem(request: Request, app: App, status: int, code: str, message: str | None = None) -> Response:
    title, detail = sentence(code, language_of(request, default=app.settings.language))
    return problem_response(
        Problem(title=title, status=status, detail=detail, code=code, retryable=False, message=message)
    )
