"""Test of giving Haru a digest as a file on the page."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Open

DIGEST = "2025-02-25\nZebra Transformers\n(Ada Kim, Bo Lee)\n줄무늬 이야기입니다.\n#zebra\n"


def test_an_attached_digest_is_previewed_before_it_is_saved(
    opened: Open, running: str, tmp_path: Path
) -> None:
    """An attached file can be removed and sent; its papers are listed, and cancelling saves nothing."""
    file = tmp_path / "오늘.txt"
    file.write_text(DIGEST, encoding="utf-8")
    page = opened(running, "ko-KR")
    page.locator("#sidebar .sidebar-item", has_text="Haru").click()
    page.locator(".tab").nth(1).click()
    waiting = page.locator("#composer .attachment")
    attach = page.locator("#composer input[type=file]")
    attach.set_input_files(file)
    expect(waiting).to_contain_text("오늘.txt")
    waiting.get_by_role("button").click()
    expect(waiting).to_have_count(0)
    attach.set_input_files(file)
    page.locator("#composer .send").click()
    answer = page.locator(".message", has_text="Zebra Transformers")
    expect(answer).to_contain_text("1편")
    answer.get_by_role("button", name="추가하지 않기").click()
    expect(page.locator(".message", has_text="아무것도 추가하지 않았어요")).to_be_visible()
