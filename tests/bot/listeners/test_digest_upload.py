"""Digests that admins add from Slack: shown before they are kept, and visible only in their workspace."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest

from bot.local.seed import ENGLISH_CHANNEL, JUNHO, KOREAN_CHANNEL, MINJI
from digests.model import Workspace
from tests.bot.listeners.conftest import Desk, text_of

DIGEST = """2025-02-25
Zebra Transformers
https://arxiv.org/abs/2502.99901
(Ada Kim, Bo Lee)
얼룩말처럼 줄무늬로 주의를 나누는 연구입니다.
A study of attention in stripes.
#zebra-attention
Quokka Optimizers
(Cy Park)
작은 걸음으로 웃으며 내려갑니다.
Descends in small, smiling steps.
#quokka
"""
ELSEWHERE = Workspace("", "T0ELSEWHERE")


async def upload(desk: Desk, name: str, content: str | bytes, person: str = MINJI) -> str:
    """Upload a file as the page does; returns its id."""
    data = content.encode() if isinstance(content, str) else content
    url = f"{desk.workspace.url}local/files?as={person}&name={quote(name)}"
    async with desk.session.post(url, data=BytesIO(data)) as answer:
        assert answer.status == 200, await answer.text()
        return str((await answer.json())["file"]["id"])


async def direct_message(desk: Desk, person: str = MINJI) -> str:
    """The id of the person's direct_message message with Haru."""
    told = await desk.ask("GET", f"/local/workspace?as={person}")
    return next(str(room["id"]) for room in told["channels"] if room["kind"] == "im")


async def share(desk: Desk, file: str, channel: str, person: str = MINJI) -> None:
    """Send a file to a conversation."""
    body = {"as": person, "channel": channel, "text": "", "files": [file]}
    await desk.ask("POST", "/local/messages", body)


async def titles_found(desk: Desk, workspace: Workspace | None, text: str = "zebra") -> list[str]:
    """The titles with this word that a workspace finds by it."""
    got = await desk.haru.archive.search(text, workspace=workspace, until=None, today=None)
    return [hit.entry.paper.title for hit in got.hits if text in hit.entry.paper.title.casefold()]


async def open_modal(desk: Desk, person: str = MINJI) -> dict[str, Any]:
    """The topmost modal of a person."""
    for _ in range(100):
        views = (await desk.ask("GET", f"/local/views?as={person}"))["views"]
        if views:
            return dict(views[-1])
        await asyncio.sleep(0.02)
    raise AssertionError("no modal open_modal")


async def submit(
    desk: Desk, *, text: str | None = None, file: str | None = None, person: str = MINJI
) -> dict[str, Any]:
    """Submit the open modal with these values; returns the errors."""
    view = await open_modal(desk, person)
    values: dict[str, Any] = {}
    if any(block["block_id"] == "digest_text" for block in view["blocks"]):
        values["digest_text"] = {"digest_text": {"type": "plain_text_input", "value": text}}
    if file is not None:
        values["digest_file"] = {"digest_file": {"type": "file_input", "files": [{"id": file}]}}
    body = {"as": person, "view": view["id"], "values": values}
    return dict((await desk.ask("POST", "/local/submissions", body))["errors"])


async def test_a_file_sent_to_haru_is_shown_first_and_kept_when_confirmed(desk: Desk) -> None:
    """A file in a direct message is answered with its titles, and added only when the button is pressed."""
    room = await direct_message(desk)
    await share(desk, await upload(desk, "오늘.txt", DIGEST), room)
    shown = await desk.until("Zebra Transformers", channel=room)
    assert "Quokka Optimizers" in text_of(shown)
    assert await titles_found(desk, desk.workspace.workspace) == []
    await desk.press(shown, "keep", channel=room)
    await desk.until("/paper", channel=room)
    assert await titles_found(desk, desk.workspace.workspace) == ["Zebra Transformers"]


async def test_an_added_digest_belongs_to_its_workspace(desk: Desk) -> None:
    """Only the workspace that added a digest finds its papers, and only its channels get them."""
    room = await direct_message(desk)
    await share(desk, await upload(desk, "a.txt", DIGEST), room)
    await desk.press(await desk.until("Zebra", channel=room), "keep", channel=room)
    await desk.until("/paper", channel=room)
    archive, now = desk.haru.archive, desk.haru.clock.now()
    for eyes, there in ((desk.workspace.workspace, True), (ELSEWHERE, False), (None, False)):
        assert (await titles_found(desk, eyes) != []) is there
        assert ((await archive.tagged("quokka", workspace=eyes, until=None)).total > 0) is there
        due = await archive.deliverable_digests(
            workspace=eyes, after=None, until=desk.haru.clock.now().date(), now=now
        )
        titles = {entry.paper.title for digest in due for entry in digest.entries}
        assert ("Quokka Optimizers" in titles) is there


async def test_confirming_twice_adds_the_digest_once(desk: Desk) -> None:
    """Three presses of the button at once add one digest."""
    room = await direct_message(desk)
    await share(desk, await upload(desk, "a.txt", DIGEST), room)
    shown = await desk.until("Zebra", channel=room)
    await asyncio.gather(*(desk.press(shown, "keep", channel=room) for _ in range(3)))
    await desk.until("/paper", channel=room)
    await asyncio.sleep(0.2)
    day = desk.haru.clock.now().date()
    kept = await desk.haru.archive.digests_of_day(day, workspace=desk.workspace.workspace)
    assert sum(digest.source == "slack" for digest in kept) == 1


async def test_a_dismissed_file_is_not_kept(desk: Desk) -> None:
    """The dismiss button leaves the archive as it was."""
    room = await direct_message(desk)
    await share(desk, await upload(desk, "a.txt", DIGEST), room)
    shown = await desk.until("Zebra", channel=room)
    await desk.press(shown, "dismiss", channel=room)
    await desk.until("추가하지 않았어요", channel=room)
    assert await titles_found(desk, desk.workspace.workspace) == []


async def test_a_member_may_not_add_papers(desk: Desk) -> None:
    """A member who is no admin can add papers neither by file nor by form, and learns who can."""
    room = await direct_message(desk, JUNHO)
    await share(desk, await upload(desk, "a.txt", DIGEST, JUNHO), room, JUNHO)
    await desk.until("관리자만", JUNHO, room)
    assert "관리자만" in text_of(await desk.write("/digest add", JUNHO))
    assert (await desk.ask("GET", f"/local/views?as={JUNHO}"))["views"] == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("paper.pdf", b"%PDF-1.7", "`.txt`, `.md`, `.html` 파일만"),
        ("a.txt", b"2025-02-25\n\xff\xfe\n", "2번째 줄: 글자 인코딩이 UTF-8이 아니에요"),
        ("a.txt", b"Hello\nthere\n", "첫 줄이 날짜가 아니에요"),
        ("a.txt", b"2025-02-25\nA\x00B\n", "NUL"),
        ("a.txt", b" " * (5 * 1024 * 1024 + 1), "5MB보다"),
    ],
)
async def test_an_unreadable_file_is_refused_with_the_line(
    desk: Desk, name: str, content: bytes, said: str
) -> None:
    """A file that is no digest is refused in the reader's language, with the line, and without a button to
    keep it.
    """
    room = await direct_message(desk)
    await share(desk, await upload(desk, name, content), room)
    assert "keep" not in text_of(await desk.until(said, channel=room))


async def test_a_partly_readable_file_names_the_unreadable_line(desk: Desk) -> None:
    """The papers that were read are listed, and the line of one that was not is named."""
    room = await direct_message(desk)
    text = DIGEST + "Two Papers Ran Together\n(A B, C D)\n글 하나.\n(E F, G H)\n글 둘.\n#x\n"
    await share(desk, await upload(desk, "a.txt", text), room)
    shown = text_of(await desk.until("Zebra", channel=room))
    assert "16번째 줄" in shown
    assert "Quokka" in shown


async def test_a_newsletter_shared_in_a_channel_is_offered_to_its_admin_only(desk: Desk) -> None:
    """A newsletter that an admin shares in a channel is offered to that admin alone; others are ignored."""
    await desk.write("/digest")
    before = await desk.seen(JUNHO)
    await share(desk, await upload(desk, "notes.txt", "Minutes of the meeting\n"), KOREAN_CHANNEL)
    await share(desk, await upload(desk, "a.txt", DIGEST), KOREAN_CHANNEL)
    await desk.until("Zebra Transformers")
    assert len(await desk.seen(JUNHO)) == len(before) + 2
    await share(desk, await upload(desk, "a.txt", DIGEST, JUNHO), KOREAN_CHANNEL, JUNHO)
    await asyncio.sleep(0.3)
    assert "Zebra" not in str([text_of(one) for one in await desk.seen(JUNHO)])


async def test_pasted_text_is_shown_before_it_is_kept(desk: Desk) -> None:
    """The form shows the papers in pasted text, shows them again if the text is edited, and adds them when
    confirmed.
    """
    await desk.write("/digest add")
    assert await submit(desk, text=DIGEST) == {}
    shown = await open_modal(desk)
    assert shown["callback_id"] == "digest_confirm"
    assert "Zebra Transformers" in text_of(shown)
    corrected = DIGEST.replace("Zebra", "Okapi")
    await submit(desk, text=corrected)
    assert "Okapi Transformers" in text_of(await open_modal(desk))
    assert await titles_found(desk, desk.workspace.workspace, "okapi") == []
    await submit(desk, text=corrected)
    assert not (await open_modal(desk)).get("submit")
    assert await titles_found(desk, desk.workspace.workspace, "okapi") == ["Okapi Transformers"]


async def test_unreadable_pasted_text_can_be_corrected(desk: Desk) -> None:
    """If pasted text cannot be read, the form comes back with the reason and the text."""
    await desk.write("/digest add")
    await submit(desk, text="Zebra Transformers\n#x\n")
    again = await open_modal(desk)
    assert again["callback_id"] == "digest_form"
    assert "1번째 줄" in text_of(again)
    assert "Zebra Transformers" in text_of(again)


async def test_the_form_takes_either_text_or_a_file(desk: Desk) -> None:
    """An empty form is an error at the text, and text with a file is one at the file; a file alone is shown
    and added.
    """
    await desk.write("/digest add", channel=ENGLISH_CHANNEL)
    assert "file_input" in text_of(await open_modal(desk))
    file = await upload(desk, "a.txt", DIGEST)
    assert set(await submit(desk)) == {"digest_text"}
    assert set(await submit(desk, text="x", file=file)) == {"digest_file"}
    assert await submit(desk, file=file) == {}
    assert "Zebra Transformers" in text_of(await open_modal(desk))
    await submit(desk)
    assert await titles_found(desk, desk.workspace.workspace) == ["Zebra Transformers"]


async def test_a_file_of_the_same_name_on_another_day_is_another_digest(desk: Desk) -> None:
    """Today's `digest.txt` leaves yesterday's `digest.txt` alone, and a second one of the same day corrects
    the first.
    """
    room = await direct_message(desk)
    versions = (
        DIGEST.replace("2025-02-25", "2025-02-24").replace("Zebra", "Yapok").replace("99901", "99902"),
        DIGEST,
        DIGEST.replace("Quokka Optimizers", "Numbat Optimizers"),
    )
    shown: dict[str, Any] = {}
    for text in versions:
        await share(desk, await upload(desk, "digest.txt", text), room)
        title = "Yapok" if "Yapok" in text else "Numbat" if "Numbat" in text else "Quokka Optimizers"
        shown = await desk.until(title, channel=room)
        await desk.press(shown, "keep", channel=room)
        await desk.until("/paper", channel=room)
    assert "새 글에 없어서" in text_of(shown)
    assert await titles_found(desk, desk.workspace.workspace, "yapok") == ["Yapok Transformers"]
    newest = await desk.haru.archive.digests_of_day(
        desk.haru.clock.now().date(), workspace=desk.workspace.workspace
    )
    titles = {entry.paper.title for digest in newest if digest.source == "slack" for entry in digest.entries}
    assert titles == {"Zebra Transformers", "Numbat Optimizers"}


async def test_a_slow_preview_shows_a_waiting_page_first(desk: Desk) -> None:
    """While another process writes to the archive, the form shows a waiting page in time, and the papers
    afterwards.
    """
    await desk.write("/digest add")
    async with desk.haru.database.write_archive():
        assert await submit(desk, text=DIGEST) == {}
        assert "잠시만요" in text_of(await open_modal(desk))
    for _ in range(200):
        if (await open_modal(desk))["callback_id"] == "digest_confirm":
            break
        await asyncio.sleep(0.02)
    assert "Zebra Transformers" in text_of(await open_modal(desk))
