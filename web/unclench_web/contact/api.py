"""`POST /api/contact-requests`, for the form in the chat."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from unclench_web.clinic import Clinic
from unclench_web.contact.contact_request import HASTY_SECONDS, check
from unclench_web.contact.crisis import CrisisCheck, words_of
from unclench_web.contact.service import ContactRequests
from unclench_web.conversations.message import Message
from unclench_web.limits import RateLimits
from unclench_web.problems import FieldFault, Problem, describe
from unclench_web.wording import Wording

KEY_AT_LEAST, KEY_AT_MOST = 8, 200  # characters
WORDS = ("name", "phone", "email", "best_time", "topic")
FIELDS = {*WORDS, "consent", "text_consent"}


class Answer(BaseModel):
    """One answer of the check-in."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    question: str
    answer: str


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
    answers: list[Answer] = Field(
        [], description="Answers of the check-in, just as they were shown, if the person chose to share them."
    )
    open_seconds: float | None = Field(None, description="How long the form was open. Programs are too quick.")
    website: str | None = Field(None, description="A field that people do not see. Leave it out.")


class Taken(BaseModel):
    """The request is stored."""

    reference: str = Field(examples=["K7QM-2XRP"])
    crisis: Message | None = Field(
        None, description="There only if what was typed speaks of a crisis or an emergency: show it first."
    )


def router(
    requests: ContactRequests, crisis_in: CrisisCheck, limits: RateLimits, clinic: Clinic, wording: Wording
) -> APIRouter:
    """The route."""
    routes = APIRouter(tags=["contact"])

    topics, times = wording.part("contact.topics"), wording.part("contact.best_times")

    async def may_ask(request: Request) -> None:
        await limits.count("contact_requests", request)

    @routes.post(
        "/api/contact-requests",
        status_code=201,
        response_model_exclude_unset=True,
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
        typed = asked.model_dump(include=FIELDS)
        request, faults = check(
            **typed,
            region=clinic.region,
            topics=topics,
            answers=((each.question, each.answer) for each in asked.answers),
            hasty=bool(asked.website) or (asked.open_seconds is not None and asked.open_seconds < HASTY_SECONDS),
        )
        words = words_of(**{name: typed[name] for name in WORDS}, faults=faults, known={*topics, *times})
        if request is None:
            errors = [
                FieldFault(field=field, detail=wording(f"contact.faults.{fault}")) for field, fault in faults.items()
            ]
            crisis = await crisis_in(words)
            raise Problem("contact-request", 422, errors=errors, crisis=_plain(crisis) if crisis else None)
        reference, crisis = await crisis_in.while_storing(words, requests.take(request, idempotency_key))
        return Taken(reference=reference, crisis=crisis) if crisis else Taken(reference=reference)

    return routes


def _plain(crisis: Message) -> dict[str, Any]:
    return crisis.model_dump(mode="json", by_alias=True)
