"""Tests of what a newcomer does on the page, in both languages, with all of Haru running."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Open

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

LOOPED = "Reasoning with Latent Thoughts: On the Power of Looped Transformers"
HANGUL = re.compile(r"[가-힣]")


@dataclass(frozen=True)
class Reader:
    """A newcomer's language, and the texts they see in it."""

    locale: str
    channel: str
    header: str
    only_you: str
    share: str
    abstract: str
    other_language: str
    admin: str
    member: str
    switch_to: str
    next_header: str

    def reads(self, text: str) -> bool:
        """Whether a text is in the reader's language."""
        return bool(HANGUL.search(text)) == self.locale.startswith("ko")


KOREAN = Reader(
    "ko-KR", "논문-읽기", "오늘의 논문 · 2월 25일 화요일", "나에게만 표시", "채널에 공유", "초록",
    "Read in English", "민지", "준호", "en", "Papers · Wednesday, February 26",
)  # fmt: skip
ENGLISH = Reader(
    "en-US", "paper-club", "Papers · Tuesday, February 25", "Only visible to you", "Share to channel",
    "Abstract", "한국어로 읽기", "Emma", "Alex", "ko", "오늘의 논문 · 2월 26일 수요일",
)  # fmt: skip


@pytest.fixture(params=[KOREAN, ENGLISH], ids=["ko", "en"])
def reader(request: pytest.FixtureRequest) -> Reader:
    """Runs each test with a Korean and with an English reader."""
    found: Reader = request.param
    return found


def write(page: Page, text: str) -> None:
    area = page.locator("#composer textarea")
    area.fill(text)
    area.press("Escape")
    area.press("Enter")


def answer(page: Page, command: str) -> Locator:
    """Send a command and wait for the answer that only this user sees."""
    notes = page.locator(".message.ephemeral")
    before = notes.count()
    write(page, command)
    expect(notes).to_have_count(before + 1)
    return notes.last


def commentary(shown: Locator) -> str:
    """The commentary of the first paper shown, which is the line after its title."""
    return shown.locator(".section").first.inner_text().split("\n")[1]


def switch_user(page: Page, name: str) -> None:
    page.locator(".me").click()
    page.locator(".choice.person", has_text=name).click()
    expect(page.locator(".me")).to_contain_text(name)
    expect(page.locator("#page")).to_have_attribute("aria-busy", "false")


def close_modal(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.locator(".modal")).to_have_count(0)


def test_papers_can_be_found_read_and_shared(opened: Open, running: str, reader: Reader) -> None:
    """The post is in the channel; the answer to /paper can be read in full, in both languages, and shared."""
    page = opened(running, reader.locale)
    expect(page.locator("#heading h1")).to_have_text(reader.channel)
    expect(page.locator(".message .header").first).to_have_text(reader.header)
    assert reader.reads(commentary(page.locator(".message").first))

    note = answer(page, "/paper looped")
    expect(note.locator(".only-you")).to_have_text(reader.only_you)
    expect(note).to_contain_text(LOOPED)
    assert reader.reads(commentary(note))

    note.get_by_role("button", name=reader.abstract).click()
    expect(page.locator(".modal")).to_contain_text("layers")
    close_modal(page)
    note.get_by_role("button", name=reader.other_language).click()
    expect(page.locator(".modal")).to_contain_text(LOOPED)
    assert not reader.reads(commentary(page.locator(".modal")))
    close_modal(page)
    shown = page.locator(".message:not(.ephemeral)", has_text=LOOPED)
    before = shown.count()
    note.get_by_role("button", name=reader.share).click()
    expect(shown).to_have_count(before + 1)

    switch_user(page, reader.member)
    expect(page.locator(".message:not(.ephemeral)", has_text=LOOPED)).to_have_count(before + 1)
    expect(page.locator(".message.ephemeral")).to_have_count(0)


def test_tags_typos_and_completion_work(opened: Open, running: str, reader: Reader) -> None:
    """/tag lists papers, /paper finds one despite a typo, and typing "/d" offers /digest."""
    page = opened(running, reader.locale)
    note = answer(page, "/tag scaling-law")
    expect(note).to_contain_text("Distributional Scaling Laws for Emergent Capabilities")
    expect(answer(page, "/paper loopd")).to_contain_text(LOOPED)
    page.locator("#composer textarea").fill("/d")
    expect(page.locator(".completions li")).to_have_count(1)
    expect(page.locator(".completions")).to_contain_text("/digest")


def test_an_admin_changes_the_language_of_the_next_post(opened: Open, fresh: str, reader: Reader) -> None:
    """A member is told who may change it. An admin's change is announced, and the next post follows it."""
    page = opened(fresh, reader.locale)
    switch_user(page, reader.member)
    refused = answer(page, f"/digest language {reader.switch_to}")
    expect(refused).to_contain_text(reader.admin)
    switch_user(page, reader.admin)
    said = page.locator(".message:not(.ephemeral)")
    before = said.count()
    answer(page, f"/digest language {reader.switch_to}")
    expect(said).to_have_count(before + 1)
    page.locator("#next-morning").click()
    expect(page.locator(".message .header").last).to_have_text(reader.next_header, timeout=20_000)


def test_settings_app_home_and_direct_messages_work(opened: Open, running: str, reader: Reader) -> None:
    """Settings open and save, App Home shows today's papers, and a direct message finds a paper."""
    page = opened(running, reader.locale)
    note = answer(page, "/digest")
    note.get_by_role("link").click()
    expect(page.locator(".message.pointed .header")).to_have_text(reader.header)
    note.get_by_role("button", name=re.compile("설정|Settings")).click()
    expect(page.locator(".modal select").first).to_be_visible()
    page.locator(".modal footer .primary").click()
    expect(page.locator(".modal")).to_have_count(0)
    page.locator("#sidebar .sidebar-item", has_text="Haru").click()
    expect(page.locator("#home .header").first).to_have_text(reader.header)
    page.locator(".tab").nth(1).click()
    write(page, "looped")
    expect(page.locator(".message", has_text=LOOPED).last).to_be_visible()


def test_a_renamed_channel_shows_its_new_name(opened: Open, fresh: str, reader: Reader) -> None:
    """After /rename, the heading, the sidebar and the channel's beginning all show the new name."""
    page = opened(fresh, reader.locale)
    write(page, "/rename new-name")
    for place in ("#heading h1", "#sidebar .sidebar-item.current", ".beginning"):
        expect(page.locator(place)).to_contain_text("new-name")


def test_the_page_fits_a_phone(opened: Open, running: str, reader: Reader) -> None:
    """At a phone's width, nothing overflows the screen, and the channels are behind a menu button."""
    page = opened(running, reader.locale, PHONE)
    wide = """() => [...document.querySelectorAll('#main *, #top *')].filter((one) => {
      const box = one.getBoundingClientRect();
      return box.width && box.right > innerWidth + 1 && !one.closest('.tries');
    }).map((one) => one.className || one.tagName)"""
    assert page.evaluate(wide) == []
    page.locator("#drawer-button").click()
    page.locator("#sidebar .sidebar-item", has_text="Haru").click()
    expect(page.locator("#home .header").first).to_be_visible()
    assert page.evaluate(wide) == []


def test_the_page_follows_the_browsers_dark_mode(opened: Open, running: str, reader: Reader) -> None:
    """In dark mode the text is lighter than the page, in messages and in the field to write in."""
    page = opened(running, reader.locale)
    contrast = """(one) => {
      const style = getComputedStyle(one);
      const parts = (colour) => colour.match(/[0-9.]+/g).slice(0, 3).map(Number);
      const light = (colour) => parts(colour).reduce((sum, part) => sum + part);
      return light(style.color) - light(getComputedStyle(document.body.parentElement).backgroundColor);
    }"""
    for scheme, is_lighter in (("light", False), ("dark", True)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for place in (".message .body", "textarea"):
            assert (page.locator(place).first.evaluate(contrast) > 0) == is_lighter


def test_every_control_has_an_accessible_name(opened: Open, running: str, reader: Reader) -> None:
    """Every button and field has a text or a label for screen readers."""
    page = opened(running, reader.locale)
    answer(page, "/digest").get_by_role("button", name=re.compile("설정|Settings")).click()
    expect(page.locator(".modal select").first).to_be_visible()
    nameless = """() => [...document.querySelectorAll('button, input, select, textarea')].filter((one) =>
      !(one.innerText || '').trim() && !one.ariaLabel && !one.getAttribute('aria-labelledby')
      && !one.closest('label')).map((one) => one.outerHTML)"""
    assert page.evaluate(nameless) == []


def test_mrkdwn_is_shown_as_in_slack(opened: Open, running: str, reader: Reader) -> None:
    """Styles, links and emoji are rendered, asterisks next to a letter are not bold, and HTML stays text."""
    page = opened(running, reader.locale)
    page.locator("#sidebar .sidebar-item", has_text="Haru").click()
    page.locator(".tab").nth(1).click()
    write(
        page,
        "*굵게* *안*돼 _기울임_ `<b>코드</b>` :tada: https://arxiv.org/abs/2502.17416 <script>x</script>",
    )
    shown = page.locator(".message", has_text="기울임").first.locator(".text")
    expect(shown.locator("b")).to_have_text(["굵게"])
    expect(shown.locator("i")).to_have_text("기울임")
    expect(shown.locator("code")).to_have_text("<b>코드</b>")
    expect(shown.locator("a")).to_have_attribute("href", "https://arxiv.org/abs/2502.17416")
    expect(shown).to_contain_text("*안*돼")
    expect(shown).to_contain_text("🎉")
    expect(shown).to_contain_text("<script>x</script>")
