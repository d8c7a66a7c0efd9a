"""The pages, the loader and the static files."""

import gzip
import json
import re
from html import unescape

import pytest
import yaml

from tests.conftest import CLINIC, LINES, StartWeb, Web
from tests.fake_rasa import FakeRasa
from unclench_web.assets import FOLDER, Assets
from unclench_web.faults import StartFault
from unclench_web.places import Places
from unclench_web.wording import Wording

PAGES = ("/", "/chat", "/contact", "/crisis")


def without_comments(code: str) -> str:
    return re.sub(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", "", code, flags=re.DOTALL)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there_without_rasa(web: Web, rasa: FakeRasa, path: str) -> None:
    rasa.stop()
    page = web.http.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert web.http.head(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_inline_script_or_style_and_nothing_from_elsewhere(web: Web, path: str) -> None:
    html = web.http.get(path).text
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert "<style" not in html and " style=" not in html and not re.search(r"\son[a-z]+=", html)
    for address in re.findall(r'(?:src|<link[^>]*href)="([^"]+)"', html):
        assert address.startswith("/"), address


@pytest.mark.parametrize("path", PAGES)
def test_whatever_a_page_loads_is_there(web: Web, path: str) -> None:
    html = web.http.get(path).text
    addresses = re.findall(r'(?:src|<link[^>]*href)="(/[^"]+)"', html)
    assert addresses
    for address in addresses:
        assert web.http.get(address).status_code == 200, address


@pytest.mark.parametrize("path", PAGES)
def test_help_is_one_tap_away_on_every_page(web: Web, path: str) -> None:
    html = web.http.get(path).text
    assert "Need help now?" in html or "tel:988" in html


def test_the_crisis_page_shows_the_lines_in_two_languages(web: Web) -> None:
    english, spanish = web.http.get("/crisis").text, web.http.get("/crisis?language=es").text
    assert '<html lang="en" dir="ltr">' in english and '<html lang="es" dir="ltr">' in spanish
    assert "988 Lifeline" in english and "Línea 988" in spanish
    for page in (english, spanish):
        assert 'href="tel:911"' in page and 'href="tel:988"' in page and 'href="sms:988?&amp;body=AYUDA"' in page
        assert 'href="https://988lifeline.org/chat/"' in page
        assert "<script" not in page
    assert "Poison" not in english, "this line is not for this page"
    assert web.http.get("/crisis?language=xx").text == english


def test_hours_that_nobody_has_read_at_the_source_are_not_shown(places: Places, start_web: StartWeb) -> None:
    lines = [{**LINES[1], "hours": {"en": "planted hours"}, "unverified": ["hours"]}]
    places.help_lines.write_text(yaml.safe_dump({"lines": lines}))
    assert "planted hours" not in start_web().http.get("/crisis").text


def test_the_chat_page_carries_its_texts_and_works_as_far_as_it_can_without_javascript(web: Web) -> None:
    html = web.http.get("/chat").text
    found = re.search(r'data-texts="([^"]*)"', html)
    assert found
    texts = json.loads(unescape(found[1]))
    assert texts["start_new"] and texts["lines"]["call"] == "Call {number}"
    assert 'role="log"' in html and '<label class="quiet-words" for="text">' in html
    assert "<noscript>" in html and 'href="tel:988"' in html and 'href="/contact"' in html


def test_every_text_that_the_scripts_use_is_there(web: Web) -> None:
    found = re.search(r'data-texts="([^"]*)"', web.http.get("/chat").text)
    assert found
    texts = json.loads(unescape(found[1]))
    for file in (FOLDER / "chat").rglob("*.js"):
        code = without_comments(file.read_text()).replace("texts.js", "")
        for name in re.findall(r"\btexts\.([a-z_]+(?:\.[a-z_]+)?)", code):
            value = texts
            for step in name.split("."):
                assert step in value, f"{file.name} uses texts.{name}"
                value = value[step]


def test_the_scripts_hold_no_sentence() -> None:
    for file in FOLDER.rglob("*.js"):
        code = without_comments(file.read_text())
        code = re.sub(r"`[^`]*position: fixed.*?`;", "", code, flags=re.DOTALL)
        for text in re.findall(r'"([^"\n]*)"|`([^`]*)`', code):
            words = re.findall(r"\b[a-z]{2,}\b(?= [a-z]{2,} [a-z]{2,})", text[0])
            assert not words, f"{file.name}: {text}"


def test_the_loader_is_small_has_its_texts_and_may_be_loaded_from_a_clinics_page(web: Web) -> None:
    answer = web.http.get("/widget.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "__GIVEN__" not in answer.text and "Questions? Ask here" in answer.text
    assert len(gzip.compress(answer.content, 9)) <= 4096


def test_the_whole_chat_is_light(web: Web) -> None:
    assets = Assets()
    parts = [assets.get("chat.js"), assets.get("chat.css")]
    loader = gzip.compress(web.http.get("/widget.js").content, 9)
    assert sum(len(part.gzipped) for part in parts if part) + len(loader) <= 45 * 1024


def test_the_chat_page_asks_for_one_script_and_one_style_sheet(web: Web) -> None:
    html = web.http.get("/chat").text
    assert re.findall(r"<script[^>]* src=\"[^\"]*/([\w.]+)\"", html) == ["chat.js"]
    assert re.findall(r"<link rel=\"stylesheet\" href=\"[^\"]*/([\w.]+)\"", html) == ["chat.css"]


def test_static_files_come_compressed_and_are_kept_by_the_browser(web: Web) -> None:
    address = Assets().address("style/tokens.css")
    plain = web.http.get(address, headers={"Accept-Encoding": "identity"})
    packed = web.http.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert plain.headers["vary"] == "Accept-Encoding"
    assert "immutable" in plain.headers["cache-control"]


def test_a_page_of_an_older_release_still_finds_its_files(web: Web) -> None:
    answer = web.http.get("/static/0ld/chat.js")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["x/none.js", "x/../app.py", "x/%2e%2e/app.py", "x//etc/passwd", "x/"])
def test_nothing_but_static_files_is_served(web: Web, path: str) -> None:
    assert web.http.get(f"/static/{path}").status_code == 404


def test_the_clinics_name_is_shown_and_is_only_text(places: Places, start_web: StartWeb) -> None:
    places.clinic.write_text(yaml.safe_dump({**CLINIC, "name": "<b>Bold & Co</b>", "short_name": "<i>Bold"}))
    web = start_web()
    for path in PAGES:
        html = web.http.get(path).text
        assert "<b>" not in html and "<i>" not in html
        assert "&lt;b&gt;Bold &amp; Co&lt;/b&gt;" in html or "&lt;i&gt;Bold" in html


def test_the_clinics_colour_logo_greeting_and_text_size_are_those_of_the_pages(
    places: Places, start_web: StartWeb
) -> None:
    look = {"color": "#7C3AED", "logo": "our.svg", "greeting": "Welcome & hello", "text_size": "large"}
    places.clinic.write_text(yaml.safe_dump({**CLINIC, **look}))
    places.clinic.with_name("our.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    web = start_web()
    html = web.http.get("/chat").text
    style = re.search(r'<link rel="stylesheet" href="([^"]+)"', html)
    logo = re.search(r'<img src="([^"]+)"', html)
    assert style and logo and "Welcome \\u0026 hello" in html
    assert "--leaf: #7c3aed" in web.http.get(style[1]).text and "font-size: 112.5%" in web.http.get(style[1]).text
    assert web.http.get(logo[1]).headers["content-type"] == "image/svg+xml"
    assert '"color": "#7c3aed"' in web.http.get("/widget.js").text


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("color", "#ffcc00", "too light to be read on white. #"),
        ("color", "green", "color"),
        ("color_dark", "#101010", "too dark to be read on a dark page. #"),
        ("logo", "gone.svg", "there must be a file"),
        ("logo", "logo.html", "must be a file that ends in"),
        ("text_size", "huge", "text_size"),
        ("leave_to", "http://example.org", "leave_to"),
        ("leave_to", "javascript:alert(1)", "leave_to"),
        ("embed_on", ["clinic.example"], "embed_on"),
    ],
)
def test_a_look_that_cannot_be_shown_stops_the_start_with_a_sentence(
    places: Places, start_web: StartWeb, setting: str, value: object, words: str
) -> None:
    places.clinic.write_text(yaml.safe_dump({**CLINIC, setting: value}))
    with pytest.raises(StartFault, match=re.escape(words)):
        start_web()


def test_the_chat_page_speaks_spanish_when_asked_and_english_when_it_does_not_know_the_language(web: Web) -> None:
    english, spanish = web.http.get("/chat").text, web.http.get("/chat?language=es").text
    assert '<html lang="es" dir="ltr">' in spanish and "Salir rápido" in spanish and "Responde en inglés" in spanish
    assert web.http.get("/chat?language=xx").text == english


def test_every_text_of_the_chat_page_is_there_in_every_language() -> None:
    texts = yaml.safe_load(Places().wording.read_text())
    for language, part in texts.items():
        assert set(part["chat"]) == set(texts["en"]["chat"]), language
        assert set(part["launcher"]) == set(texts["en"]["launcher"]), language


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("es", "ltr"), ("ar", "rtl"), ("he", "rtl")])
def test_a_page_runs_in_the_direction_of_its_language(language: str, direction: str) -> None:
    assert Wording(language, {}).direction == direction
