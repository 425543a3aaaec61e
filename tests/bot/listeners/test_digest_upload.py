"""Digests that admins give from Slack: seen before they are kept, kept for one workspace, and found there."""

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
    """Put a file where the page would; gives its id."""
    data = content.encode() if isinstance(content, str) else content
    url = f"{desk.workspace.url}local/files?as={person}&name={quote(name)}"
    async with desk.session.post(url, data=BytesIO(data)) as answer:
        assert answer.status == 200, await answer.text()
        return str((await answer.json())["file"]["id"])


async def direct(desk: Desk, person: str = MINJI) -> str:
    """The person's direct message with Haru."""
    told = await desk.ask("GET", f"/local/workspace?as={person}")
    return next(str(room["id"]) for room in told["channels"] if room["kind"] == "im")


async def share(desk: Desk, file: str, channel: str, person: str = MINJI) -> None:
    """Send a file into a conversation."""
    body = {"as": person, "channel": channel, "text": "", "files": [file]}
    await desk.ask("POST", "/local/messages", body)


async def entries(desk: Desk, workspace: Workspace | None, text: str = "zebra") -> list[str]:
    """Titles with this word that a workspace finds by it."""
    got = await desk.haru.archive.search(text, workspace=workspace, until=None, today=None)
    return [hit.entry.paper.title for hit in got.hits if text in hit.entry.paper.title.casefold()]


async def opened(desk: Desk, person: str = MINJI) -> dict[str, Any]:
    """The modal the person looks at."""
    for _ in range(100):
        views = (await desk.ask("GET", f"/local/views?as={person}"))["views"]
        if views:
            return dict(views[-1])
        await asyncio.sleep(0.02)
    raise AssertionError("no modal opened")


async def submit(
    desk: Desk, *, text: str | None = None, file: str | None = None, person: str = MINJI
) -> dict[str, Any]:
    """Submit the open modal, filled in so; gives the errors."""
    view = await opened(desk, person)
    values: dict[str, Any] = {}
    if any(block["block_id"] == "digest_text" for block in view["blocks"]):
        values["digest_text"] = {"digest_text": {"type": "plain_text_input", "value": text}}
    if file is not None:
        values["digest_file"] = {"digest_file": {"type": "file_input", "files": [{"id": file}]}}
    body = {"as": person, "view": view["id"], "values": values}
    return dict((await desk.ask("POST", "/local/submissions", body))["errors"])


async def test_a_file_sent_to_haru_is_shown_first_and_kept_when_confirmed(desk: Desk) -> None:
    """The papers are listed by title; until the button is pressed nothing is there."""
    room = await direct(desk)
    await share(desk, await upload(desk, "오늘.txt", DIGEST), room)
    shown = await desk.until("Zebra Transformers", channel=room)
    assert "Quokka Optimizers" in text_of(shown)
    assert await entries(desk, desk.workspace.workspace) == []
    await desk.press(shown, "keep", channel=room)
    await desk.until("/paper", channel=room)
    assert await entries(desk, desk.workspace.workspace) == ["Zebra Transformers"]


async def test_what_was_given_belongs_to_its_workspace(desk: Desk) -> None:
    """Other workspaces, and those who see only what is shared, find nothing of it; its channels get it."""
    room = await direct(desk)
    await share(desk, await upload(desk, "a.txt", DIGEST), room)
    await desk.press(await desk.until("Zebra", channel=room), "keep", channel=room)
    await desk.until("/paper", channel=room)
    archive, now = desk.haru.archive, desk.haru.clock.now()
    for eyes, there in ((desk.workspace.workspace, True), (ELSEWHERE, False), (None, False)):
        assert (await entries(desk, eyes) != []) is there
        assert ((await archive.tagged("quokka", workspace=eyes, until=None)).total > 0) is there
        due = await archive.digests(workspace=eyes, after=None, until=desk.haru.clock.now().date(), now=now)
        titles = {entry.paper.title for digest in due for entry in digest.entries}
        assert ("Quokka Optimizers" in titles) is there


async def test_confirming_twice_keeps_it_once(desk: Desk) -> None:
    """Two presses of the button, at once, take one digest in."""
    room = await direct(desk)
    await share(desk, await upload(desk, "a.txt", DIGEST), room)
    shown = await desk.until("Zebra", channel=room)
    await asyncio.gather(*(desk.press(shown, "keep", channel=room) for _ in range(3)))
    await desk.until("/paper", channel=room)
    await asyncio.sleep(0.2)
    day = desk.haru.clock.now().date()
    kept = await desk.haru.archive.digest_of_day(day, workspace=desk.workspace.workspace)
    assert sum(digest.source == "slack" for digest in kept) == 1


async def test_a_file_not_wanted_after_all_is_not_kept(desk: Desk) -> None:
    """The other button leaves the archive as it was."""
    room = await direct(desk)
    await share(desk, await upload(desk, "a.txt", DIGEST), room)
    shown = await desk.until("Zebra", channel=room)
    await desk.press(shown, "dismiss", channel=room)
    await desk.until("추가하지 않았어요", channel=room)
    assert await entries(desk, desk.workspace.workspace) == []


async def test_a_member_may_not_give(desk: Desk) -> None:
    """Neither by file nor by form; the answer says who can."""
    room = await direct(desk, JUNHO)
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
async def test_what_cannot_be_read_is_said_with_its_line(
    desk: Desk, name: str, content: bytes, said: str
) -> None:
    """A file that is no digest is answered in words, in the reader's language, and offers nothing."""
    room = await direct(desk)
    await share(desk, await upload(desk, name, content), room)
    assert "keep" not in text_of(await desk.until(said, channel=room))


async def test_a_file_in_part_understood_names_the_line(desk: Desk) -> None:
    """What was read is listed, what was not is told by line."""
    room = await direct(desk)
    text = DIGEST + "Two Papers Ran Together\n(A B, C D)\n글 하나.\n(E F, G H)\n글 둘.\n#x\n"
    await share(desk, await upload(desk, "a.txt", text), room)
    shown = text_of(await desk.until("Zebra", channel=room))
    assert "16번째 줄" in shown
    assert "Quokka" in shown


async def test_in_a_channel_only_the_giver_sees_it(desk: Desk) -> None:
    """A newsletter an admin shares in a channel is offered to them alone; other files are left in peace."""
    await desk.write("/digest")
    before = await desk.seen(JUNHO)
    await share(desk, await upload(desk, "notes.txt", "Minutes of the meeting\n"), KOREAN_CHANNEL)
    await share(desk, await upload(desk, "a.txt", DIGEST), KOREAN_CHANNEL)
    await desk.until("Zebra Transformers")
    assert len(await desk.seen(JUNHO)) == len(before) + 2
    await share(desk, await upload(desk, "a.txt", DIGEST, JUNHO), KOREAN_CHANNEL, JUNHO)
    await asyncio.sleep(0.3)
    assert "Zebra" not in str([text_of(one) for one in await desk.seen(JUNHO)])


async def test_pasted_text_is_shown_then_kept(desk: Desk) -> None:
    """The form shows the papers first; confirming takes them in; the text may be corrected in between."""
    await desk.write("/digest add")
    assert await submit(desk, text=DIGEST) == {}
    shown = await opened(desk)
    assert shown["callback_id"] == "digest_confirm"
    assert "Zebra Transformers" in text_of(shown)
    corrected = DIGEST.replace("Zebra", "Okapi")
    await submit(desk, text=corrected)
    assert "Okapi Transformers" in text_of(await opened(desk))
    assert await entries(desk, desk.workspace.workspace, "okapi") == []
    await submit(desk, text=corrected)
    assert not (await opened(desk)).get("submit")
    assert await entries(desk, desk.workspace.workspace, "okapi") == ["Okapi Transformers"]


async def test_pasted_text_that_cannot_be_read_can_be_mended(desk: Desk) -> None:
    """The form comes back with the reason and the text as it was."""
    await desk.write("/digest add")
    await submit(desk, text="Zebra Transformers\n#x\n")
    again = await opened(desk)
    assert again["callback_id"] == "digest_form"
    assert "1번째 줄" in text_of(again)
    assert "Zebra Transformers" in text_of(again)


async def test_the_form_wants_one_of_the_two(desk: Desk) -> None:
    """Nothing at all is an error at the text, both at the file; a file alone is shown and kept."""
    await desk.write("/digest add", channel=ENGLISH_CHANNEL)
    assert "file_input" in text_of(await opened(desk))
    file = await upload(desk, "a.txt", DIGEST)
    assert set(await submit(desk)) == {"digest_text"}
    assert set(await submit(desk, text="x", file=file)) == {"digest_file"}
    assert await submit(desk, file=file) == {}
    assert "Zebra Transformers" in text_of(await opened(desk))
    await submit(desk)
    assert await entries(desk, desk.workspace.workspace) == ["Zebra Transformers"]


async def test_the_next_days_file_of_the_same_name_is_another_digest(desk: Desk) -> None:
    """`digest.txt` of today does not take yesterday's `digest.txt` away; the same day's corrects it."""
    room = await direct(desk)
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
    assert await entries(desk, desk.workspace.workspace, "yapok") == ["Yapok Transformers"]
    newest = await desk.haru.archive.digest_of_day(
        desk.haru.clock.now().date(), workspace=desk.workspace.workspace
    )
    titles = {entry.paper.title for digest in newest if digest.source == "slack" for entry in digest.entries}
    assert titles == {"Zebra Transformers", "Numbat Optimizers"}


async def test_a_slow_look_shows_a_waiting_page_first(desk: Desk) -> None:
    """While another process writes to the archive the form says so in time, and then shows the papers."""
    await desk.write("/digest add")
    async with desk.haru.database.write_archive():
        assert await submit(desk, text=DIGEST) == {}
        assert "잠시만요" in text_of(await opened(desk))
    for _ in range(200):
        if (await opened(desk))["callback_id"] == "digest_confirm":
            break
        await asyncio.sleep(0.02)
    assert "Zebra Transformers" in text_of(await opened(desk))
