"""`POST /api/contact-requests`, for the form in the chat."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from unclench_web.clinic import Clinic
from unclench_web.contact.contact_request import check
from unclench_web.contact.service import ContactRequests
from unclench_web.limits import RateLimits
from unclench_web.problems import FieldFault, Problem, describe
from unclench_web.wording import Wording

KEY_AT_LEAST, KEY_AT_MOST = 8, 200  # characters


class Asked(BaseModel):
    """A contact request as it is sent. A phone number or an e-mail address must be there."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    name: str = ""
    phone: str | None = None
    email: str | None = None
    best_time: str | None = None
    topic: str | None = Field(None, description="From the short neutral list of the form. No health details.")
    consent: StrictBool = Field(False, description="The clinic may contact this person. Must be true.")
    text_consent: StrictBool = Field(False, description="The clinic may also send text messages.")


class Taken(BaseModel):
    """The request is stored."""

    reference: str = Field(examples=["K7QM-2XRP"])


def router(requests: ContactRequests, limits: RateLimits, clinic: Clinic, wording: Wording) -> APIRouter:
    """The route."""
    routes = APIRouter(tags=["contact"])

    topics = wording.part("contact.topics")

    async def may_ask(request: Request) -> None:
        await limits.count("contact_requests", request)

    @routes.post(
        "/api/contact-requests",
        status_code=201,
        dependencies=[Depends(may_ask)],
        responses=describe(413, 422, 429, 503),
    )
    async def ask_for_contact(
        asked: Asked,
        idempotency_key: Annotated[
            str | None,
            Header(description=f"{KEY_AT_LEAST} to {KEY_AT_MOST} characters. The same key gives the same reference."),
        ] = None,
    ) -> Taken:
        """Ask the clinic to get in touch. What is sent is stored, encrypted, before this answers."""
        if idempotency_key is None or not KEY_AT_LEAST <= len(idempotency_key) <= KEY_AT_MOST:
            raise Problem("no-idempotency-key", 422)
        request, faults = check(**asked.model_dump(), region=clinic.region, topics=topics)
        if request is None:
            errors = [
                FieldFault(field=field, detail=wording(f"contact.faults.{fault}")) for field, fault in faults.items()
            ]
            raise Problem("contact-request", 422, errors=errors)
        return Taken(reference=await requests.take(request, idempotency_key))

    return routes
