"""Problems as RFC 9457 `application/problem+json`, in the words of `data/web.yml`.

Which problem a request has is decided where it is found; here it only gets its form. Nothing that was sent is repeated.
"""

import logging
import traceback
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unclench_web.wording import Wording

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class FieldFault(BaseModel):
    """What is wrong with one field."""

    field: str
    detail: str


class ProblemBody(BaseModel):
    """A problem as RFC 9457 describes it."""

    type: str = Field(examples=["urn:unclench:problem:conversation-ended"])
    title: str
    status: int
    detail: str = Field(description="A sentence that a person can act on.")
    errors: list[FieldFault] | None = Field(None, description="Faults by field, for a form.")
    crisis: dict[str, Any] | None = Field(
        None, description="A message to show first: what was typed speaks of a crisis or an emergency."
    )


class Problem(Exception):
    """A request that cannot be served. `name` is the problem's key in `data/web.yml`."""

    def __init__(
        self,
        name: str,
        status: int,
        headers: dict[str, str] | None = None,
        errors: list[FieldFault] | None = None,
        crisis: dict[str, Any] | None = None,
        **values: object,
    ) -> None:
        super().__init__(name)
        self.name = name
        self.status = status
        self.headers = headers
        self.errors = errors
        self.crisis = crisis
        self.values = values


class ProblemResponse(JSONResponse):
    """A JSON response with the media type of problems."""

    media_type = MEDIA_TYPE


def render(problem: Problem, wording: Wording) -> ProblemResponse:
    """Give a problem its form and its words."""
    body = ProblemBody(
        type=f"urn:unclench:problem:{problem.name}",
        title=wording(f"problems.{problem.name}.title"),
        status=problem.status,
        detail=wording(f"problems.{problem.name}.detail", **problem.values),
        errors=problem.errors,
        crisis=problem.crisis,
    )
    return ProblemResponse(body.model_dump(exclude_none=True), problem.status, headers=problem.headers)


_BY_STATUS = {
    400: "unreadable",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "not-json",
}


def describe(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems of one API call, for its OpenAPI description."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
        }
        for status in statuses
    }


def install(app: FastAPI, wording: Wording) -> None:
    """Make every problem of the app, known or not, come as problem+json."""

    async def on_problem(_: Request, fault: Exception) -> ProblemResponse:
        assert isinstance(fault, Problem)  # noqa: S101 - registered for this type only
        return render(fault, wording)

    async def on_http_exception(_: Request, fault: Exception) -> ProblemResponse:
        assert isinstance(fault, HTTPException)  # noqa: S101
        name = _BY_STATUS.get(fault.status_code, "unreadable")
        return render(Problem(name, fault.status_code, dict(fault.headers or {})), wording)

    async def on_invalid(_: Request, fault: Exception) -> ProblemResponse:
        assert isinstance(fault, RequestValidationError)  # noqa: S101
        return render(_from_validation(fault, wording), wording)

    async def on_database_fault(_: Request, fault: Exception) -> ProblemResponse:
        log_fault("database_fault", fault)
        return render(Problem("storage", 503, {"Retry-After": "30"}), wording)

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(SQLAlchemyError, on_database_fault)


def _from_validation(fault: RequestValidationError, wording: Wording) -> Problem:
    errors = fault.errors()
    if any(error["type"] == "json_invalid" for error in errors):
        return Problem("not-json", 422)
    fields: dict[str, str] = {}
    for error in errors:
        where = [str(step) for step in error["loc"] if step not in ("body", "header", "query", "path")]
        kind = "missing" if error["type"] == "missing" else "wrong-type"
        fields.setdefault(".".join(where[:1]) or "body", wording(f"problems.invalid.{kind}"))
    return Problem("invalid", 422, errors=[FieldFault(field=name, detail=text) for name, text in fields.items()])


def log_fault(event: str, fault: BaseException) -> None:
    """Log where a fault came from: its type and the code lines, not its message, which may hold what somebody typed."""
    frames = traceback.extract_tb(fault.__traceback__)
    log.error(
        event,
        extra={
            "fault": f"{type(fault).__module__}.{type(fault).__qualname__}",
            "at": [f"{frame.filename.rsplit('/', 3)[-1]}:{frame.lineno} {frame.name}" for frame in frames[-12:]],
        },
    )


class CatchAll:
    """ASGI middleware: whatever goes wrong unforeseen becomes a 500 problem, without a trace for the visitor."""

    def __init__(self, app: ASGIApp, wording: Wording) -> None:
        self._app = app
        self._wording = wording

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, and catch what it raises."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watching_send(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watching_send)
        except Exception as fault:
            log_fault("unforeseen_fault", fault)
            if not started:
                await render(Problem("internal", 500), self._wording)(scope, receive, send)
