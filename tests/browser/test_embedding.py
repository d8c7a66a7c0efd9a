"""The loader on a clinic's page: strict policies, hostile styles, pages that render anew, sites that are not listed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.clinic_site import Site, web_for
from tests.browser.conftest import PATIENCE, Visitor, Watched, frame_of_chat
from tests.services import Running

pytestmark = pytest.mark.slow

HOSTILE = """<style>
* { display: none !important; visibility: hidden !important; transform: scale(0) !important; opacity: 0 !important }
unclench-chat { position: absolute !important; left: -9999px !important; font-size: 0 !important }
html { display: block !important; visibility: visible !important; transform: none !important; opacity: 1 !important }
</style>"""


@pytest.fixture(scope="module")
def listed() -> Iterator[Site]:
    site = Site()
    yield site
    site.stop()


@pytest.fixture(scope="module")
def web(assistant: Running, tmp_path_factory: pytest.TempPathFactory, listed: Site) -> Iterator[str]:
    """A `web` whose clinic.yml lists one site."""
    with web_for(assistant, tmp_path_factory.mktemp("clinic"), embed_on=[listed.url]) as url:
        yield url


def loader(web: str, attributes: str = "") -> str:
    return f'<script src="{web}/widget.js" {attributes} async></script>'


def started(page: Page, address: str) -> Page:
    page.goto(address)
    page.wait_for_function("() => window.Unclench")
    return page


def launcher(page: Page) -> dict[str, float]:
    """Where the launcher is and what it says. It lives in a closed shadow root, where no selector reaches."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    found = [node for node in tree if "expanded" in {each["name"] for each in node.get("properties", [])}]
    [button] = [node for node in found if node["role"]["value"] == "button"]
    session = page.context.new_cdp_session(page)
    box = session.send("DOM.getBoxModel", {"backendNodeId": button["backendDOMNodeId"]})["model"]["border"]
    expanded = [each["value"]["value"] for each in button["properties"] if each["name"] == "expanded"]
    return {
        "name": button["name"]["value"],
        "left": box[0],
        "top": box[1],
        "right": box[4],
        "bottom": box[5],
        "open": expanded[0],
    }


def press_launcher(page: Page) -> Frame:
    place = launcher(page)
    page.mouse.click((place["left"] + place["right"]) / 2, (place["top"] + place["bottom"]) / 2)
    return frame_of_chat(page)


def test_the_chat_works_on_another_site_with_a_strict_content_security_policy(
    page: Page, web: str, listed: Site
) -> None:
    policy = f"default-src 'none'; script-src {web}; frame-src {web}"
    started(page, listed.page("/strict", f"<p>Care.</p>{loader(web)}", Content_Security_Policy=policy))
    Visitor(press_launcher(page)).greeted().ask("what is the psoas?", "long, thick muscle")


def test_it_works_where_the_site_wants_trusted_types(page: Page, web: str, listed: Site) -> None:
    policy = f"require-trusted-types-for 'script'; trusted-types 'none'; script-src {web}; frame-src {web}"
    started(page, listed.page("/trusted", loader(web), Content_Security_Policy=policy))
    Visitor(press_launcher(page)).greeted()


def test_hostile_styles_of_the_site_neither_hide_nor_move_the_launcher(page: Page, web: str, listed: Site) -> None:
    started(page, listed.page("/hostile", f"<p>Care.</p>{loader(web)}", head=HOSTILE))
    place = launcher(page)
    assert 390 - 21 <= place["right"] <= 390 - 19 and 844 - 21 <= place["bottom"] <= 844 - 19
    assert place["right"] - place["left"] > 100 and place["bottom"] - place["top"] >= 44
    Visitor(press_launcher(page)).greeted()


def test_position_label_colour_and_language_are_attributes_of_the_script(page: Page, web: str, listed: Site) -> None:
    attributes = 'data-position="left" data-label="Any questions?" data-color="#ffcc00" data-language="es"'
    started(page, listed.page("/attributes", loader(web, attributes)))
    place = launcher(page)
    assert place["left"] == 20 and place["name"] == "Any questions?"
    expect(press_launcher(page).get_by_role("button", name="Salir rápido")).to_be_visible()


def test_before_the_launcher_is_pressed_nothing_else_is_loaded(page: Page, web: str, listed: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    started(page, address := listed.page("/quiet", loader(web)))
    page.wait_for_timeout(300)
    assert asked == [address, f"{web}/widget.js"]


def test_escape_and_the_close_button_close_the_chat_and_give_the_focus_back(page: Page, web: str, listed: Site) -> None:
    started(page, listed.page("/focus", f"<button id=own>Own</button>{loader(web)}"))
    for close in ("Escape", "button"):
        page.locator("#own").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        frame = frame_of_chat(page)
        Visitor(frame).greeted()
        assert launcher(page)["open"] is True
        if close == "Escape":
            frame.locator("#text").press("Escape")
        else:
            frame.get_by_role("button", name="Close the chat").click()
        expect(frame.locator("#text")).to_be_hidden()
        assert launcher(page)["open"] is False
        page.keyboard.press("Enter")  # the focus is on the launcher, which opens it again
        expect(frame.locator("#text")).to_be_visible()
        frame.locator("#text").press("Escape")
        page.wait_for_timeout(2100)  # so that these do not count as three in a row


def test_the_launcher_survives_a_page_that_renders_anew(page: Page, web: str, listed: Site) -> None:
    started(page, listed.page("/anew", loader(web)))
    frame = press_launcher(page)
    Visitor(frame).greeted().ask("what is the psoas?", "long, thick muscle")
    page.evaluate("document.body.replaceWith(document.createElement('body'))")
    page.evaluate("document.body.textContent = 'Another page of the site'")
    assert launcher(page)["name"] == "Close the chat"
    expect(Visitor(frame_of_chat(page)).log).to_contain_text("long, thick muscle")
    page.evaluate("document.querySelector('unclench-chat').remove()")
    page.wait_for_timeout(100)
    assert launcher(page)["right"] > 0
    expect(Visitor(frame_of_chat(page)).log).to_contain_text("long, thick muscle", timeout=PATIENCE)


def test_two_widgets_on_a_page_are_one(page: Page, web: str, listed: Site) -> None:
    started(page, listed.page("/two", loader(web) + loader(web, 'data-label="Again"')))
    page.wait_for_timeout(300)
    assert page.locator("unclench-chat").count() == 1
    Visitor(press_launcher(page)).greeted()


def test_the_site_can_open_close_ask_and_hear_of_a_hand_over_but_not_read_along(
    page: Page, web: str, listed: Site
) -> None:
    started(page, listed.page("/api", f"<p>Care.</p>{loader(web)}"))
    page.evaluate(
        "window.heard = []; window.messages = []; addEventListener('message', ({data}) => { messages.push(data) }); 0"
    )
    page.evaluate("for (const name of ['open', 'close', 'handoff']) Unclench.on(name, () => heard.push(name))")
    page.evaluate("Unclench.ask('what is the psoas?')")
    frame = frame_of_chat(page)
    visitor = Visitor(frame)
    expect(visitor.log).to_contain_text("long, thick muscle", timeout=PATIENCE)
    visitor.ask("can i talk to a person")
    form = visitor.log.locator("form")
    form.get_by_label("Your name").fill("Sam Rivera")
    form.get_by_label("Phone number", exact=True).fill("480 555 0100")
    form.get_by_label("The clinic may contact me").check()
    form.get_by_role("button", name="Send").click()
    expect(visitor.log.locator(".reference")).to_be_visible(timeout=PATIENCE)
    page.evaluate("Unclench.close()")
    assert page.evaluate("heard") == ["open", "handoff", "close"]
    assert {tuple(each) for each in page.evaluate("messages.map(Object.values)")} == {("ready",), ("handoff",)}
    with pytest.raises(Exception, match="RangeError"):
        page.evaluate("Unclench.on('message', () => {})")


def test_messages_from_elsewhere_are_not_obeyed(page: Page, web: str, listed: Site) -> None:
    started(page, listed.page("/forged", f"<iframe id=other srcdoc='<p>Other</p>'></iframe>{loader(web)}"))
    frame = press_launcher(page)
    Visitor(frame).greeted()
    forged = (
        "for (const what of ['close', 'leave', 'escape', 'escape', 'escape']) parent.postMessage({unclench: what}, '*')"
    )
    page.frame_locator("#other").locator("p").evaluate(forged)
    page.evaluate("postMessage({unclench: 'leave'}, '*')")
    page.wait_for_timeout(600)
    expect(frame.locator("#text")).to_be_visible()
    # and the chat obeys its own embedder only, not itself or a frame within
    frame.evaluate("postMessage({unclench: 'ask', text: 'forged'}, '*')")
    page.wait_for_timeout(300)
    expect(Visitor(frame).log).not_to_contain_text("forged")


def test_a_site_that_is_not_listed_cannot_show_the_chat(page: Page, web: str, site: Site, watched: Watched) -> None:
    started(page, site.page("/", f"<p>Not listed.</p>{loader(web)}"))
    page.evaluate("Unclench.open()")
    page.wait_for_timeout(1500)
    assert not any(frame.url.startswith(web) for frame in page.frames)
    assert any("frame-ancestors" in complaint for complaint in watched.complaints)
    watched.forgive("frame-ancestors")


def test_no_cookie_is_set_and_nothing_stays_on_the_device(page: Page, web: str, listed: Site) -> None:
    started(page, listed.page("/cookies", loader(web)))
    frame = press_launcher(page)
    Visitor(frame).greeted().ask("what is the psoas?", "long, thick muscle")
    assert page.context.cookies() == []
    for room in (page.main_frame, frame):
        assert room.evaluate("localStorage.length") == 0
        assert room.evaluate("indexedDB.databases().then((all) => all.length)") == 0
