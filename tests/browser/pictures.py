"""Takes the README's screenshots of the local workspace: ``python -m tests.browser.pictures``."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, haru_run

PICTURES = Path(__file__).parents[2] / "bot" / "local" / "pictures"


def take() -> None:
    """Save one screenshot in Korean and one in English: the day's post and the answer to /paper."""
    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        haru_run(Path(folder)) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for name, locale in (("korean", "ko-KR"), ("english", "en-US")):
            context = browser.new_context(locale=locale, viewport={"width": 1200, "height": 1250})
            page = context.new_page()
            page.goto(url)
            expect(page.locator(".message .header").first).to_be_visible(timeout=20_000)
            area = page.locator("#composer textarea")
            area.fill("/paper looped")
            area.press("Escape")
            area.press("Enter")
            expect(page.locator(".ephemeral")).to_be_visible()
            page.mouse.move(0, 0)
            page.wait_for_timeout(500)
            page.screenshot(path=PICTURES / f"{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    take()
