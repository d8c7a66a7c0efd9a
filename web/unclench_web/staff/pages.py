"""The pages of the inbox: the list, one request, the export and the audit log."""

import hashlib

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from unclench_web.staff.door import INBOX, Door, NotSignedIn, Refused, text, with_fault_pages
from unclench_web.staff.export import as_csv
from unclench_web.staff.inbox import NOTE_LIMIT, REASONS, Changed, Inbox, as_reference
from unclench_web.staff.look import StaffLook
from unclench_web.staff.moves import MOVES, STATUSES, Status
from unclench_web.staff.sessions import Staff


def router(door: Door, inbox: Inbox, look: StaffLook, keep_days: int) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False, route_class=with_fault_pages(look))

    async def show_request(staff: Staff, reference: str, status: int = 200, changed: str | None = None) -> Response:
        whole = await inbox.whole(staff, as_reference(reference))
        return look.page(
            "request.html", staff, status, whole=whole, changed=changed, reasons=REASONS, note_limit=NOTE_LIMIT
        )

    @routes.get("/staff")
    async def show_list(request: Request) -> Response:
        staff = await door.who(request)
        listed = await inbox.listed(staff, _status(request), _number(request, "start"), note=True)
        erased = as_reference(request.query_params.get("erased", "")).strip("-")
        return look.page("inbox.html", staff, listed=listed, statuses=STATUSES, keep_days=keep_days, erased=erased)

    @routes.get("/staff/updates")
    async def show_updates(request: Request) -> Response:
        """The list alone, for the open page. Asking for it does not count as doing something."""
        try:
            staff = await door.who(request, touch=False)
        except NotSignedIn:
            return Response(status_code=401)
        status, start = _status(request), _number(request, "start")
        listed = await inbox.listed(staff, status, start, note=False)
        page = look.page("rows.html", staff, listed=listed, keep_days=keep_days)
        tag = f'"{hashlib.sha256(bytes(page.body)).hexdigest()[:32]}"'
        page.headers["ETag"] = tag
        page.headers["X-New-Requests"] = str(listed.counts["new"])
        page.headers["X-Shown"] = listed.shown
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "no-store"})
        if request.headers.get("x-shown") != page.headers["X-Shown"]:  # other requests than before, not other ages
            await inbox.note(staff, "list_viewed", detail=status)
        return page

    @routes.post("/staff/search")
    async def search(request: Request) -> Response:
        staff, form = await door.changing(request)
        typed = text(form, "search")[:254]
        return look.page("found.html", staff, rows=await inbox.search(staff, typed), typed=typed)

    @routes.get("/staff/requests/{reference}")
    async def show(request: Request, reference: str) -> Response:
        return await show_request(await door.who(request), reference)

    @routes.post("/staff/requests/{reference}/move")
    async def move(request: Request, reference: str) -> Response:
        staff, form = await door.changing(request)
        wanted = next((each for each in MOVES if each == text(form, "move")), None)
        version = text(form, "version")
        if wanted is None or not version.isdecimal():
            raise Refused("stale", 422)
        try:
            await inbox.move(staff, as_reference(reference), wanted, int(version[:9]))
        except Changed as fault:
            return await show_request(staff, reference, 409, fault.by or "")
        return _back_to(reference)

    @routes.post("/staff/requests/{reference}/notes")
    async def add_note(request: Request, reference: str) -> Response:
        staff, form = await door.changing(request)
        written = text(form, "note").strip()
        if len(written) > NOTE_LIMIT:
            raise Refused("too_much", 422)
        if written:
            await inbox.add_note(staff, as_reference(reference), written)
        return _back_to(reference)

    @routes.post("/staff/requests/{reference}/send-again")
    async def send_again(request: Request, reference: str) -> Response:
        staff, _ = await door.changing(request)
        await inbox.send_again(staff, as_reference(reference))
        return _back_to(reference)

    @routes.post("/staff/requests/{reference}/erase")
    async def erase(request: Request, reference: str) -> Response:
        staff, form = await door.changing(request, admin=True)
        reason = next((each for each in REASONS if each == text(form, "reason")), None)
        if reason is None:
            raise Refused("stale", 422)
        await inbox.erase(staff, as_reference(reference), reason)
        return RedirectResponse(f"{INBOX}?erased={as_reference(reference)}", 303)

    @routes.post("/staff/export")
    async def export(request: Request) -> Response:
        staff, _ = await door.changing(request, admin=True)
        headers = {"Content-Disposition": 'attachment; filename="contact-requests.csv"', "Cache-Control": "no-store"}
        return Response(as_csv(await inbox.everything(staff)), media_type="text/csv; charset=utf-8", headers=headers)

    @routes.get("/staff/log")
    async def show_log(request: Request) -> Response:
        staff = await door.who(request, admin=True)
        return look.page("log.html", staff, entries=await inbox.log(staff, _number(request, "before")))

    return routes


def _back_to(reference: str) -> Response:
    return RedirectResponse(f"{INBOX}/requests/{as_reference(reference)}", 303)


def _status(request: Request) -> Status:
    wanted = request.query_params.get("show", "new")
    return next((status for status in STATUSES if status == wanted), "new")


def _number(request: Request, name: str) -> int | None:
    typed = request.query_params.get(name, "")
    return int(typed) if typed.isdecimal() and len(typed) < 19 else None
