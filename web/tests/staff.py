"""Members of staff as the tests know them: an account, a browser that is signed in, and the forms of a page."""

import re
import time
from typing import Any

import httpx
from argon2 import PasswordHasher

from tests.conftest import Web
from unclench_web.staff import store
from unclench_web.staff.door import COOKIE, SIGN_IN_COOKIE
from unclench_web.staff.moves import Role

PASSWORD = "a quiet green bicycle"
_HASH = PasswordHasher(1, 64, 1).hash(PASSWORD)  # cheap, as hundreds of tests sign in

ASKED: dict[str, Any] = {
    "name": "Ann Planted-Name",
    "phone": "(480) 555-0123",
    "email": "planted.address@example.org",
    "best_time": "morning",
    "topic": "appointment",
    "consent": True,
    "text_consent": False,
}


class Browser:
    """A browser. It keeps cookies itself: they are for TLS only, and the tests have none."""

    def __init__(self, web: Web) -> None:
        self.http = web.http
        self.cookies: dict[str, str] = {}

    def request(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        answer = self.http.request(method, path, headers={**headers, **kwargs.pop("headers", {})}, **kwargs)
        for line in answer.headers.get_list("set-cookie"):
            name, value = line.split(";")[0].split("=", 1)
            if value.strip('"'):
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer

    def get(self, path: str, **kwargs: Any) -> httpx.Response:
        return self.request("GET", path, **kwargs)

    def post(self, path: str, data: dict[str, str] | None = None, **kwargs: Any) -> httpx.Response:
        """Post a form of ours, with its token."""
        return self.request("POST", path, data={"csrf": self.csrf(), **(data or {})}, **kwargs)

    def csrf(self) -> str:
        return hidden(self.get("/staff/account"), "csrf")

    def sign_in(
        self, name: str, password: str = PASSWORD, code: str = "", path: str = "/staff/sign-in"
    ) -> httpx.Response:
        key = hidden(self.get(path), "csrf")
        form = {"csrf": key, "name": name, "password": password, "code": code}
        return self.request("POST", path, data=form)

    @property
    def is_signed_in(self) -> bool:
        return COOKIE in self.cookies and self.get("/staff").status_code == 200

    @property
    def has_sign_in_cookie(self) -> bool:
        return SIGN_IN_COOKIE in self.cookies


def hidden(page: httpx.Response, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def hire(web: Web, name: str, role: Role = "front_desk") -> None:
    """Make an account."""
    with web.database.in_one_transaction() as connection:
        store.put_user(connection, name, role, _HASH, int(time.time()))


def signed_in(web: Web, name: str, role: Role = "front_desk") -> Browser:
    """A browser in which somebody is signed in."""
    hire(web, name, role)
    browser = Browser(web)
    answer = browser.sign_in(name)
    assert answer.status_code == 303, answer.text
    return browser


def ask(web: Web, key: str = "a-key-of-a-test", **change: Any) -> str:
    """A visitor asks for contact; the reference."""
    answer = web.http.post("/api/contact-requests", json={**ASKED, **change}, headers={"Idempotency-Key": key})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["reference"])


def version_of(page: httpx.Response) -> dict[str, str]:
    """The version that the page shows, as its form sends it."""
    return {"version": hidden(page, "version")}
