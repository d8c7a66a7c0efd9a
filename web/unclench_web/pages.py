"""The pages that are the same for every visitor: demonstration, chat, help lines, and the loader script.

They are made once at start. The contact form, which is not the same for everybody, has a room of its own.
"""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from unclench_web.assets import COLOR, Asset, Assets, make_asset
from unclench_web.clinic import Clinic
from unclench_web.faults import StartFault
from unclench_web.help_lines import HelpLines
from unclench_web.problems import Problem
from unclench_web.security_headers import page_policy
from unclench_web.wording import Wording

HTML = "text/html; charset=utf-8"
GIVEN = b'"__GIVEN__"'  # in widget.js
LOGO_KINDS = (".svg", ".png", ".webp")
LOGO_AT_MOST = 50_000  # bytes
CONTACT_TEXTS = ("summary", "not_stored", "wait", "network", "share", "share_hint")


class Look:
    """What every page is made with."""

    def __init__(self, wording: Wording, clinic: Clinic, help_lines: HelpLines, assets: Assets) -> None:
        self.wording = wording
        self.clinic = clinic
        self.help_lines = help_lines
        self.assets = assets
        self.logo = assets.address(f"style/logo{Path(clinic.logo).suffix.lower()}" if clinic.logo else "style/icon.svg")
        self._environment = Environment(
            loader=PackageLoader("unclench_web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(clinic=clinic, asset=assets.address)

    def render(self, template: str, language: str = "en", **values: Any) -> str:
        """A page as HTML."""
        wording = self.wording.in_language(language)
        checked = [line.checked_on for line in self.help_lines if line.checked_on]
        return self._environment.get_template(template).render(
            say=wording,
            language=wording.language,
            logo=self.logo,
            lines=self.help_lines.in_language(wording.language),
            lines_checked_on=min(checked).isoformat() if checked else None,
            **values,
        )

    def policy(self, *, frames: bool = False) -> dict[str, str]:
        """The headers of a page."""
        return {
            "Content-Security-Policy": page_policy(self.clinic.embed_on, frames=frames),
            "Cache-Control": "no-cache",
        }


def router(look: Look) -> APIRouter:
    """The routes of the pages."""
    routes = APIRouter(include_in_schema=False)
    demo = _page(look.render("demo.html"))
    chat = {
        language: _page(
            look.render("chat.html", language, texts=chat_texts(look, language), settings=chat_settings(look))
        )
        for language in look.wording.languages
    }
    crisis = {language: _page(look.render("crisis.html", language)) for language in look.wording.languages}
    loader = _loader(look)
    # so that a browser asks for both as soon as the head of the answer is there
    preloads = f"<{look.assets.address('chat.css')}>; rel=preload; as=style, "
    preloads += f"<{look.assets.address('chat.js')}>; rel=preload; as=script"

    async def show_demo(request: Request) -> Response:
        return demo.response(request, look.policy(frames=True))

    async def show_chat(request: Request) -> Response:
        return chat.get(_language(request), chat["en"]).response(request, look.policy() | {"Link": preloads})

    async def show_crisis(request: Request) -> Response:
        return crisis.get(_language(request), crisis["en"]).response(request, look.policy())

    async def give_loader(request: Request) -> Response:
        # a clinic's page, on another origin, loads this one
        headers = {"Cache-Control": "public, max-age=300", "Cross-Origin-Resource-Policy": "cross-origin"}
        return loader.response(request, headers)

    async def give_static(request: Request, digest: str, name: str) -> Response:
        response = look.assets.serve(request, digest, name)
        if response is None:
            raise Problem("not-found", 404)
        return response

    def serve(path: str, endpoint: Callable[..., Awaitable[Response]]) -> None:
        routes.add_api_route(path, endpoint, methods=["GET", "HEAD"])

    serve("/", show_demo)
    serve("/chat", show_chat)
    serve("/crisis", show_crisis)
    serve("/widget.js", give_loader)
    serve("/static/{digest}/{name:path}", give_static)
    return routes


def chat_texts(look: Look, language: str = "en") -> dict[str, Any]:
    """The texts that the chat page's script shows, with what is known about the clinic filled in."""
    say = look.wording.in_language(language)
    texts: dict[str, Any] = {**look.wording.part("chat"), **say.part("chat")}
    texts["lines"] = {**look.wording.part("lines"), **say.part("lines")}
    texts["contact"] = {name: say(f"contact.{name}") for name in CONTACT_TEXTS}
    texts["contact"]["own_form"] = look.clinic.contact_form
    texts["greeting"] = look.clinic.greeting
    texts["phone"] = look.clinic.phone
    texts["call_clinic"] = say("chat.call_clinic", phone=look.clinic.phone_shown or "")
    return texts


def chat_settings(look: Look) -> dict[str, Any]:
    """What the chat page's script must know of `clinic.yml`."""
    return {"leave_to": look.clinic.leave_to, "embed_on": look.clinic.embed_on}


def _page(html: str) -> Asset:
    return make_asset(html.encode(), HTML)


def _language(request: Request) -> str:
    return request.query_params.get("language", "en")


def _loader(look: Look) -> Asset:
    """`widget.js` with what it must know put in."""
    source = look.assets.get("widget.js")
    assert source is not None and GIVEN in source.body  # noqa: S101 - a file of ours
    texts = {language: look.wording.in_language(language).part("launcher") for language in look.wording.languages}
    given = {"texts": texts, "color": look.clinic.color or COLOR, "leave_to": look.clinic.leave_to}
    return make_asset(source.body.replace(GIVEN, json.dumps(given, ensure_ascii=False).encode()), source.media_type)


def find_logo(clinic: Clinic, beside: Path) -> Path | None:
    """The clinic's logo, a file beside `clinic.yml`. Raises `StartFault` when it cannot be shown."""
    if clinic.logo is None:
        return None
    logo = beside.parent / clinic.logo
    if logo.suffix.lower() not in LOGO_KINDS:
        raise StartFault(f"{beside}: logo: must be a file that ends in {', '.join(LOGO_KINDS)}")
    if not logo.is_file() or logo.stat().st_size > LOGO_AT_MOST:
        raise StartFault(f"{beside}: logo: there must be a file {logo} of at most {LOGO_AT_MOST // 1000} KB")
    return logo
