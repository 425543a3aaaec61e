"""Fixtures: `haru run` with its local workspace open in headless Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

COMMAND = [sys.executable, "-c", "from bot.cli import main; main()", "run"]
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = (1280, 860)
PHONE = (390, 844)

Open = Callable[..., Page]


# Per module, because no other test can have an event loop while synchronous Playwright runs.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Headless Chromium. Skips the test if Chromium or a Korean font is missing."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))),
        None,
    )
    if found is None:
        pytest.skip("Chromium is not installed: apt-get install chromium fonts-noto-cjk")
    fonts = shutil.which("fc-list")
    listed = subprocess.run([fonts, ":lang=ko"], capture_output=True, check=False).stdout if fonts else b""
    if not listed:
        pytest.skip("no Korean font is installed: apt-get install fontconfig fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a `haru run` shared by all tests that change neither its settings nor its clock."""
    with haru_run(tmp_path_factory.mktemp("running")) as url:
        yield url


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[str]:
    """The address of a `haru run` for one test, on its first morning."""
    with haru_run(tmp_path) as url:
        yield url


@contextmanager
def haru_run(folder: Path) -> Iterator[str]:
    """Start `haru run` without Slack tokens in an empty folder. Yields the page's address."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HARU_", "SLACK_", "DATABASE"))
    }
    own = {"HARU_LOCAL_PORT": "0", "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": "1"}
    log = folder / "log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            COMMAND, cwd=folder, env=kept | own, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            for line in process.stdout or ():
                if "http://" in line:
                    yield "http://" + line.split("http://")[1].split()[0]
                    break
            else:
                pytest.fail(f"haru run did not start: {log.read_text()[-2000:]}")
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Open]:
    """A function that opens the page in a locale and size. An error in a script fails the test."""
    contexts = []
    errors: list[str] = []

    def open_page(url: str, locale: str, size: tuple[int, int] = DESKTOP) -> Page:
        context = chromium.new_context(locale=locale, viewport={"width": size[0], "height": size[1]})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_default_timeout(10_000)
        page.goto(url)
        expect(page.locator(".message .header").first).to_be_visible(timeout=20_000)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
