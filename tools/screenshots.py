"""`make screenshots`: pictures of the running assistant for the README, at phone and desktop size, into docs/img.

Needs `make run` in another terminal and a Chromium on the path.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence

from playwright.sync_api import Page, sync_playwright

from knowledge import places

SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
#: Milliseconds that an answer may take, drawing included.
PATIENCE = 15_000


def main(arguments: Sequence[str]) -> int:
    """Take the pictures; return the exit code."""
    parser = argparse.ArgumentParser(description="Pictures of the running assistant")
    parser.add_argument("--url", default="http://localhost:8000")
    url = parser.parse_args(arguments).url
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("No Chromium here: install it (Debian: apt-get install chromium), then run this again.")
    folder = places.ROOT / "docs" / "img"
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, (width, height) in SIZES.items():
            page = browser.new_page(viewport={"width": width, "height": height}, base_url=url)
            page.goto("/")
            page.screenshot(path=folder / f"clinic-{name}.png")
            _ask(page, "is trauma stored in the hips?")
            page.screenshot(path=folder / f"chat-{name}.png")
            _ask(page, "I want to die")
            page.screenshot(path=folder / f"crisis-{name}.png")
        browser.close()
    return 0


def _ask(page: Page, text: str) -> None:
    if not page.url.endswith("/chat"):
        page.goto("/chat")
        page.get_by_role("log").locator("button").first.wait_for(timeout=PATIENCE)
    before = page.get_by_role("log").inner_text()
    page.get_by_role("textbox").first.fill(text)
    page.keyboard.press("Enter")
    page.wait_for_function(
        "([before, text]) => document.querySelector('[role=log]').innerText.length > before.length + text.length + 80",
        arg=[before, text],
        timeout=PATIENCE,
    )
    page.wait_for_timeout(600)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
