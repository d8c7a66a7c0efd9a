"""The page /contact: the same form, without JavaScript. What was typed is never lost to a fault."""

import secrets

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import FormData

from unclench_web.contact.contact_request import HASTY_SECONDS, Faults, check
from unclench_web.contact.crisis import CrisisCheck, words_of
from unclench_web.contact.service import ContactRequests
from unclench_web.conversations.message import Message
from unclench_web.conversations.service import Clock
from unclench_web.limits import RateLimits
from unclench_web.pages import Look
from unclench_web.problems import Problem, log_fault

FIELDS = ("name", "phone", "email", "best_time", "topic", "consent", "text_consent")
WORDS = ("name", "phone", "email", "best_time", "topic")
TRAP = "website"  # a field that people do not see and programs fill in
KEY_AT_LEAST, KEY_AT_MOST = 16, 100  # characters


def router(
    requests: ContactRequests, crisis_in: CrisisCheck, limits: RateLimits, look: Look, clock: Clock
) -> APIRouter:
    """The routes of the page."""
    topics, times = look.wording.part("contact.topics"), look.wording.part("contact.best_times")

    routes = APIRouter(include_in_schema=False)

    @routes.api_route("/contact", methods=["GET", "HEAD"])
    async def show(request: Request) -> Response:
        topic = request.query_params.get("topic", "")
        if look.clinic.contact_form:
            own = look.clinic.contact_form.replace("{topic}", topic if topic in topics else "general")
            return RedirectResponse(own, 303)
        return _form(look, {"topic": topic}, new_key(clock))

    @routes.post("/contact")
    async def submit(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=30) as sent:
            typed = {field: _text(sent, field) for field in FIELDS}
            key, trap = _text(sent, "key"), _text(sent, TRAP)
        if not KEY_AT_LEAST <= len(key) <= KEY_AT_MOST:
            key = new_key(clock)
        try:
            await limits.count("contact_requests", request)
        except Problem as fault:
            words = look.wording("contact.wait", **fault.values)
            return _form(look, typed, key, trouble=words, status=fault.status, headers=fault.headers)
        contact_request, faults = check(
            name=typed["name"],
            phone=typed["phone"],
            email=typed["email"],
            best_time=typed["best_time"],
            topic=typed["topic"],
            consent=bool(typed["consent"]),
            text_consent=bool(typed["text_consent"]),
            region=look.clinic.region,
            topics=topics,
            hasty=_is_hasty(key, clock),
        )
        written = words_of(**{name: typed[name] for name in WORDS}, faults=faults, known={*topics, *times})
        if contact_request is None:
            return _form(look, typed, key, faults=faults, crisis=await crisis_in(written), status=422)
        if trap:  # a browser that fills in forms by itself may do this too: nothing is lost, it is asked again
            return _form(look, typed, key, trouble=look.wording("contact.check_again"), status=422)
        try:
            reference, crisis = await crisis_in.while_storing(written, requests.take(contact_request, key))
        except SQLAlchemyError as fault:
            log_fault("database_fault", fault)
            return _form(look, typed, key, trouble=look.wording("contact.not_stored"), status=503)
        return _page(look, look.render("contact_thanks.html", reference=reference, crisis=crisis), 201)

    return routes


def new_key(clock: Clock) -> str:
    """A key for one request, however often it is sent. It begins with the moment at which the form was shown."""
    return f"{int(clock() * 10):x}.{secrets.token_urlsafe(18)}"


def _is_hasty(key: str, clock: Clock) -> bool:
    """Whether the form was sent as quickly as only programs and filling-in browsers do. A key of another form: no."""
    shown, _, rest = key.partition(".")
    try:
        return bool(rest) and 0 <= clock() - int(shown, 16) / 10 < HASTY_SECONDS
    except ValueError:
        return False


def _form(
    look: Look,
    typed: dict[str, str],
    key: str,
    *,
    faults: Faults | None = None,
    trouble: str = "",
    crisis: Message | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    words = {field: look.wording(f"contact.faults.{fault}") for field, fault in (faults or {}).items()}
    page = look.render("contact.html", typed=typed, key=key, faults=words, trouble=trouble, crisis=crisis)
    return _page(look, page, status, headers)


def _page(look: Look, html: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return HTMLResponse(html, status, {**look.policy(), "Cache-Control": "no-store", **(headers or {})})


def _text(sent: FormData, field: str) -> str:
    value = sent.get(field)
    return value if isinstance(value, str) else ""
