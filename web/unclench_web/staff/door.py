"""Signing in and out, and what each request of staff is asked: who it is, and whether it came from our form."""

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from unclench_web.limits import RateLimits
from unclench_web.problems import Problem, log_fault
from unclench_web.staff.inbox import Unknown
from unclench_web.staff.look import StaffLook
from unclench_web.staff.sessions import Sessions, Staff

COOKIE = "__Host-unclench-staff"
SIGN_IN_COOKIE = "__Host-unclench-sign-in"
SIGN_IN_SECONDS = 3600
INBOX = "/staff"
_NEXT = re.compile(r"/staff/requests/[A-Z0-9]{4}-[A-Z0-9]{4}")


class NotSignedIn(Exception):
    """Nobody is signed in; `expired`: somebody was."""

    def __init__(self, *, expired: bool) -> None:
        super().__init__()
        self.expired = expired


class Refused(Exception):
    """It is not done: `why` names a text under `faults`."""

    def __init__(self, why: str, status: int) -> None:
        super().__init__(why)
        self.why = why
        self.status = status


def with_fault_pages(look: StaffLook) -> type[APIRoute]:
    """The class of routes whose faults come as pages for people."""

    class Route(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def guarded(request: Request) -> Response:
                return await _with_pages(look, handle, request)

            return guarded

    return Route


async def _with_pages(look: StaffLook, handle: Callable[[Request], Awaitable[Response]], request: Request) -> Response:
    try:
        return await handle(request)
    except NotSignedIn as fault:
        return _to_sign_in(request, expired=fault.expired)
    except Refused as fault:
        return look.fault(fault.why, fault.status)
    except Unknown:
        return look.fault("not_found", 404)
    except SQLAlchemyError as fault:
        log_fault("database_fault", fault)
        return look.fault("storage", 503)
    except (Problem, HTTPException):
        raise
    except Exception as fault:
        log_fault("unforeseen_fault", fault)
        return look.fault("internal", 500)


def _to_sign_in(request: Request, *, expired: bool) -> Response:
    wanted = request.url.path
    query = [f"next={quote(wanted)}"] if _NEXT.fullmatch(wanted) and request.method == "GET" else []
    query += ["expired=1"] if expired else []
    return RedirectResponse(f"{INBOX}/sign-in" + (f"?{'&'.join(query)}" if query else ""), 303)


class Door:
    """Tells who a request comes from."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions

    async def who(self, request: Request, *, touch: bool = True, admin: bool = False) -> Staff:
        """Who is signed in. Raises `NotSignedIn`, or `Refused` when only an administrator may do this."""
        token = request.cookies.get(COOKIE)
        staff = await self.sessions.find(token, touch=touch) if token else None
        if staff is None:
            raise NotSignedIn(expired=bool(token))
        if admin and not staff.is_admin:
            raise Refused("forbidden", 403)
        return staff

    async def changing(self, request: Request, *, admin: bool = False) -> tuple[Staff, FormData]:
        """Who changes something, and what their form says. Raises as `who`, and `Refused` for a form not of ours."""
        staff = await self.who(request, admin=admin)
        form = await read_form(request)
        if came_from_elsewhere(request) or not same(text(form, "csrf"), staff.csrf):
            raise Refused("stale", 403)
        return staff, form


def came_from_elsewhere(request: Request) -> bool:
    """Whether the browser says that another site has sent this."""
    return request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")


async def read_form(request: Request) -> FormData:
    """The form of a request, without files."""
    return await request.form(max_files=0, max_fields=30)


def text(form: FormData, field: str) -> str:
    """What was typed into a field."""
    value = form.get(field)
    return value if isinstance(value, str) else ""


def same(one: str, other: str) -> bool:
    """Whether two secrets are the same, told in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())


def router(door: Door, limits: RateLimits, look: StaffLook) -> APIRouter:
    """The routes for signing in and out."""
    routes = APIRouter(include_in_schema=False, route_class=with_fault_pages(look))

    def show(request: Request, *, status: int = 200, said: str = "", wait: int = 0, name: str = "") -> Response:
        csrf = request.cookies.get(SIGN_IN_COOKIE) or secrets.token_urlsafe(24)
        words = look.say(f"sign_in.{said}", **({"seconds": wait} if wait else {})) if said else ""
        page = look.page(
            "sign_in.html",
            status=status,
            headers={"Retry-After": str(wait)} if wait else None,
            form_key=csrf,
            said=words,
            is_fault=status >= 400,
            name=name,
            next=_next_of(request),
        )
        set_cookie(page, SIGN_IN_COOKIE, csrf, SIGN_IN_SECONDS)
        return page

    @routes.get("/staff/sign-in")
    async def ask(request: Request) -> Response:
        said = next((word for word in ("expired", "out") if request.query_params.get(word)), "")
        return show(request, said=said)

    @routes.post("/staff/sign-in")
    async def sign_in(request: Request) -> Response:
        form = await read_form(request)
        name = text(form, "name").strip()[:64]
        csrf = request.cookies.get(SIGN_IN_COOKIE, "")
        if came_from_elsewhere(request) or not csrf or not same(text(form, "csrf"), csrf):
            return show(request, status=403, said="stale", name=name)
        try:
            await limits.count("staff_sign_ins", request)
        except Problem as fault:
            return show(request, status=fault.status, said="wait", wait=int(str(fault.values["seconds"])), name=name)
        token = await door.sessions.sign_in(name, text(form, "password")[:200], text(form, "code")[:20])
        if token is None:
            return show(request, status=401, said="failed", name=name)
        entered = RedirectResponse(_next_of(request) or INBOX, 303)
        set_cookie(entered, COOKIE, token, door.sessions.longest_seconds)
        set_cookie(entered, SIGN_IN_COOKIE, "", 0)
        return entered

    @routes.post("/staff/sign-out")
    async def sign_out(request: Request) -> Response:
        staff, _ = await door.changing(request)
        await door.sessions.sign_out(staff)
        left = RedirectResponse(f"{INBOX}/sign-in?out=1", 303)
        set_cookie(left, COOKIE, "", 0)
        return left

    return routes


def _next_of(request: Request) -> str:
    wanted = request.query_params.get("next", "")
    return wanted if _NEXT.fullmatch(wanted) else ""


def set_cookie(response: Response, name: str, value: str, seconds: int) -> None:
    """A cookie that no script reads, that goes over TLS only, and that no other site's form brings along."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")
