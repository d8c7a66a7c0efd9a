"""The page of one's own account: another password, and the second factor."""

from fastapi import APIRouter, Request, Response

from unclench_web.staff.door import Door, text, with_fault_pages
from unclench_web.staff.look import StaffLook
from unclench_web.staff.passwords import AT_LEAST, AT_MOST
from unclench_web.staff.second_factor import address_of, new_secret, qr_code
from unclench_web.staff.sessions import Staff


def router(door: Door, look: StaffLook) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False, route_class=with_fault_pages(look))

    def page(staff: Staff, status: int = 200, *, said: str = "", faults: dict[str, str] | None = None) -> Response:
        return look.page("account.html", staff, status, said=said, faults=faults or {}, secret="", qr="")

    def set_up(staff: Staff, secret: str, status: int = 200, fault: str = "") -> Response:
        qr = qr_code(address_of(secret, staff.name, look.clinic.name))
        faults = {"code": fault} if fault else {}
        return look.page("account.html", staff, status, said="", faults=faults, secret=secret, qr=qr)

    @routes.get("/staff/account")
    async def show(request: Request) -> Response:
        return page(await door.who(request))

    @routes.post("/staff/account/password")
    async def change_password(request: Request) -> Response:
        staff, form = await door.changing(request)
        new = text(form, "new")
        fault = _fault_of(new, text(form, "again"))
        if fault:
            return page(staff, 422, faults={fault[0]: fault[1]})
        if not await door.sessions.change_password(staff, text(form, "old")[:AT_MOST], new):
            return page(staff, 422, faults={"old": "wrong"})
        return page(staff, said="changed")

    @routes.post("/staff/account/second-factor")
    async def begin_or_turn_on(request: Request) -> Response:
        staff, form = await door.changing(request)
        secret = text(form, "secret")
        if not _is_secret(secret):
            return set_up(staff, new_secret())
        if not await door.sessions.turn_on_second_factor(staff, secret, text(form, "code")[:20]):
            return set_up(staff, secret, 422, "wrong_code")
        return page(await door.who(request), said="turned_on")

    @routes.post("/staff/account/second-factor/off")
    async def turn_off(request: Request) -> Response:
        staff, form = await door.changing(request)
        if not await door.sessions.turn_off_second_factor(staff, text(form, "password")[:AT_MOST]):
            return page(staff, 422, faults={"password": "wrong"})
        return page(await door.who(request), said="turned_off")

    return routes


def _fault_of(new: str, again: str) -> tuple[str, str] | None:
    """The field that is at fault in a new password, and what is wrong."""
    if len(new) < AT_LEAST:
        return "new", "short"
    if len(new) > AT_MOST:
        return "new", "long"
    return ("again", "different") if new != again else None


def _is_secret(secret: str) -> bool:
    return len(secret) == 32 and all(sign in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" for sign in secret)
