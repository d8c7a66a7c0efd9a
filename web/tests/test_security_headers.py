"""The headers of every response."""

import pytest
import yaml

from tests.conftest import CLINIC, StartWeb, Visitor, Web
from unclench_web.places import Places

EVERYTHING = ("/", "/chat", "/contact", "/crisis", "/widget.js", "/healthz", "/metrics", "/openapi.json", "/nothing")


@pytest.mark.parametrize("path", EVERYTHING)
def test_every_response_has_the_security_headers_and_no_cookie(web: Web, path: str) -> None:
    headers = web.http.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy and "*" not in policy
    assert "frame-ancestors" in policy
    assert "set-cookie" not in headers
    assert "access-control-allow-origin" not in headers


def test_api_answers_are_not_stored_by_anybody(visitor: Visitor) -> None:
    answers = [
        visitor.http.post("/api/conversations"),
        visitor.post({"text": "hello"}),
        visitor.http.get(f"{visitor.path}/messages", headers=visitor.key),
        visitor.post({"text": ""}),
        visitor.http.post(f"{visitor.path}/messages", content=b"x" * 40_000),
        visitor.erase(),
    ]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store", answer.status_code
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_only_listed_sites_may_embed_the_chat(places: Places, start_web: StartWeb) -> None:
    listed = ["https://clinic.example", "https://www.clinic.example"]
    places.clinic.write_text(yaml.safe_dump({**CLINIC, "embed_on": listed}))
    web = start_web()
    assert (
        "frame-ancestors 'self' https://clinic.example https://www.clinic.example"
        in (web.http.get("/chat").headers["content-security-policy"])
    )
    assert "frame-ancestors 'none'" in web.http.get("/healthz").headers["content-security-policy"]


def test_with_no_list_only_our_own_pages_may_embed_it(web: Web) -> None:
    assert web.http.get("/chat").headers["content-security-policy"].endswith("frame-ancestors 'self'")


def test_the_server_does_not_name_itself_in_problems(web: Web) -> None:
    assert "python" not in web.http.get("/nothing").text.lower()
