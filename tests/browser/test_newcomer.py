"""What a newcomer does in the browser, in both languages, with the whole of Haru behind it."""

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
    """A newcomer's language and the words they meet in it."""

    locale: str
    channel: str
    header: str
    only_you: str
    share: str
    abstract: str
    other: str
    admin: str
    member: str
    switch_to: str
    next_header: str

    def own(self, text: str) -> bool:
        """Whether a commentary is in the reader's language."""
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
    """Each story is told in Korean and in English."""
    found: Reader = request.param
    return found


def write(page: Page, text: str) -> None:
    area = page.locator("#composer textarea")
    area.fill(text)
    area.press("Escape")
    area.press("Enter")


def answer(page: Page, command: str) -> Locator:
    """Write a command and wait for the note that only this person sees."""
    notes = page.locator(".message.ephemeral")
    before = notes.count()
    write(page, command)
    expect(notes).to_have_count(before + 1)
    return notes.last


def commentary(shown: Locator) -> str:
    """The line after the title."""
    return shown.locator(".section").first.inner_text().split("\n")[1]


def become(page: Page, person: str) -> None:
    page.locator(".me").click()
    page.locator(".choice.person", has_text=person).click()
    expect(page.locator(".me")).to_contain_text(person)
    expect(page.locator("#page")).to_have_attribute("aria-busy", "false")


def close_modal(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.locator(".modal")).to_have_count(0)


def test_todays_papers_are_there_and_can_be_looked_up_read_and_shared(
    opened: Open, running: str, reader: Reader
) -> None:
    """The post is in the channel; /paper answers only me; sharing, abstract and the other language work."""
    page = opened(running, reader.locale)
    expect(page.locator("#heading h1")).to_have_text(reader.channel)
    expect(page.locator(".message .header").first).to_have_text(reader.header)
    assert reader.own(commentary(page.locator(".message").first))

    note = answer(page, "/paper looped")
    expect(note.locator(".only-you")).to_have_text(reader.only_you)
    expect(note).to_contain_text(LOOPED)
    assert reader.own(commentary(note))

    note.get_by_role("button", name=reader.abstract).click()
    expect(page.locator(".modal")).to_contain_text("layers")
    close_modal(page)
    note.get_by_role("button", name=reader.other).click()
    expect(page.locator(".modal")).to_contain_text(LOOPED)
    assert not reader.own(commentary(page.locator(".modal")))
    close_modal(page)
    shown = page.locator(".message:not(.ephemeral)", has_text=LOOPED)
    before = shown.count()
    note.get_by_role("button", name=reader.share).click()
    expect(shown).to_have_count(before + 1)

    become(page, reader.member)
    expect(page.locator(".message:not(.ephemeral)", has_text=LOOPED)).to_have_count(before + 1)
    expect(page.locator(".message.ephemeral")).to_have_count(0)


def test_tags_are_listed_and_slips_forgiven(opened: Open, running: str, reader: Reader) -> None:
    """/tag lists its papers, a misspelt word is said to be one, and completion offers the commands."""
    page = opened(running, reader.locale)
    note = answer(page, "/tag scaling-law")
    expect(note).to_contain_text("Distributional Scaling Laws for Emergent Capabilities")
    expect(answer(page, "/paper loopd")).to_contain_text(LOOPED)
    page.locator("#composer textarea").fill("/d")
    expect(page.locator(".completions li")).to_have_count(1)
    expect(page.locator(".completions")).to_contain_text("/digest")


def test_an_admin_switches_the_language_and_the_next_morning_follows(
    opened: Open, fresh: str, reader: Reader
) -> None:
    """A member is refused with who can; an admin's change is said in the channel and the next post obeys."""
    page = opened(fresh, reader.locale)
    become(page, reader.member)
    refused = answer(page, f"/digest language {reader.switch_to}")
    expect(refused).to_contain_text(reader.admin)
    become(page, reader.admin)
    said = page.locator(".message:not(.ephemeral)")
    before = said.count()
    answer(page, f"/digest language {reader.switch_to}")
    expect(said).to_have_count(before + 1)
    page.locator("#next-morning").click()
    expect(page.locator(".message .header").last).to_have_text(reader.next_header, timeout=20_000)


def test_settings_home_and_direct_messages_work(opened: Open, running: str, reader: Reader) -> None:
    """The settings modal opens and saves, App Home shows today's papers, a direct message finds papers."""
    page = opened(running, reader.locale)
    note = answer(page, "/digest")
    note.get_by_role("link").click()
    expect(page.locator(".message.pointed .header")).to_have_text(reader.header)
    note.get_by_role("button", name=re.compile("설정|Settings")).click()
    expect(page.locator(".modal select").first).to_be_visible()
    page.locator(".modal footer .primary").click()
    expect(page.locator(".modal")).to_have_count(0)
    page.locator("#sidebar .room", has_text="Haru").click()
    expect(page.locator("#home .header").first).to_have_text(reader.header)
    page.locator(".tab").nth(1).click()
    write(page, "looped")
    expect(page.locator(".message", has_text=LOOPED).last).to_be_visible()


def test_the_page_fits_a_phone(opened: Open, running: str, reader: Reader) -> None:
    """At a phone's width nothing reaches past the side, and channels are behind the menu button."""
    page = opened(running, reader.locale, PHONE)
    wide = """() => [...document.querySelectorAll('#main *, #top *')].filter((one) => {
      const box = one.getBoundingClientRect();
      return box.width && box.right > innerWidth + 1 && !one.closest('.tries');
    }).map((one) => one.className || one.tagName)"""
    assert page.evaluate(wide) == []
    page.locator("#drawer-button").click()
    page.locator("#sidebar .room", has_text="Haru").click()
    expect(page.locator("#home .header").first).to_be_visible()
    assert page.evaluate(wide) == []


def test_everything_that_can_be_pressed_has_a_name(opened: Open, running: str, reader: Reader) -> None:
    """Every button and field says what it is, for those who cannot see its picture."""
    page = opened(running, reader.locale)
    answer(page, "/digest").get_by_role("button", name=re.compile("설정|Settings")).click()
    expect(page.locator(".modal select").first).to_be_visible()
    nameless = """() => [...document.querySelectorAll('button, input, select, textarea')].filter((one) =>
      !(one.innerText || '').trim() && !one.ariaLabel && !one.getAttribute('aria-labelledby')
      && !one.closest('label')).map((one) => one.outerHTML)"""
    assert page.evaluate(nameless) == []


def test_what_one_writes_is_shown_as_slack_would(opened: Open, running: str, reader: Reader) -> None:
    """mrkdwn, links and mentions are drawn; bold next to a letter is not bold; markup stays text."""
    page = opened(running, reader.locale)
    page.locator("#sidebar .room", has_text="Haru").click()
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
