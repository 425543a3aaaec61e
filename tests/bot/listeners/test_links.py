"""Papers under links that people write in a channel."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.channels.preferences import Language
from bot.local.seed import ENGLISH_CHANNEL, JUNHO, KOREAN_CHANNEL
from bot.messages.unfurl import COMMENTARY, unfurl
from digests.model import Document
from tests.bot.listeners.conftest import Desk, eventually

LOOPED = "https://arxiv.org/abs/2502.17416"
KNOWN = "Latent Thoughts"
OWN = (
    "2025-02-25\nA Secret of Quokkas\nhttps://arxiv.org/abs/2502.99999\n(Ada Kim, Ben Lee)\n비밀.\n#quokka\n"
)


async def _write(desk: Desk, text: str, channel: str = KOREAN_CHANNEL) -> None:
    await desk.ask("POST", "/local/messages", {"as": JUNHO, "channel": channel, "text": text})


async def _shown(desk: Desk, channel: str = KOREAN_CHANNEL) -> list[dict[str, Any]]:
    """What is shown under the links of the newest message, as its writer sees it."""
    return list((await desk.seen(JUNHO, channel))[-1].get("attachments", []))


@pytest.mark.parametrize(
    "link", [LOOPED, "https://arxiv.org/pdf/2502.17416v3", "https://huggingface.co/papers/2502.17416"]
)
async def test_a_known_paper_is_shown_in_the_channels_language(desk: Desk, link: str) -> None:
    """Title, authors and commentary stand under the link, in the language of the channel's posts."""
    await _write(desk, f"이거 봤어요? {link}")

    async def is_shown() -> bool:
        return bool(await _shown(desk))

    await eventually(is_shown)
    (shown,) = await _shown(desk)
    said = json.dumps(shown["blocks"], ensure_ascii=False)
    assert shown["from_url"] == link
    assert KNOWN in said
    assert "Saunshi" in said
    assert "층을" in said


async def test_once_an_hour_and_channel(desk: Desk) -> None:
    """The second link to a paper stays bare in its channel, and is shown in another one."""
    await _write(desk, LOOPED)

    async def is_shown() -> bool:
        return bool(await _shown(desk))

    await eventually(is_shown)
    await _write(desk, f"again {LOOPED}")
    await asyncio.sleep(0.5)
    assert not await _shown(desk)
    await desk.haru.channels.get_or_create(
        desk.workspace.workspace, ENGLISH_CHANNEL, language=Language.EN, zone="UTC"
    )
    await _write(desk, LOOPED, ENGLISH_CHANNEL)

    async def is_shown_there() -> bool:
        return bool(await _shown(desk, ENGLISH_CHANNEL))

    await eventually(is_shown_there)


async def test_what_is_not_for_all_stays_bare(desk: Desk) -> None:
    """Unknown papers, a workspace's own ones, and links where admins turned it off show nothing."""
    document = Document("slack", "own.txt", OWN.encode())
    here, now = desk.workspace.workspace, desk.haru.clock.now()
    async for _ in desk.haru.archive.import_documents([document], now=now, workspace=here):
        pass
    await _write(desk, "https://arxiv.org/abs/2502.99999 https://arxiv.org/abs/2401.00001")
    await asyncio.sleep(0.5)
    assert not await _shown(desk)
    await desk.write("/digest links off")
    assert not (await desk.channel()).preferences.links
    await _write(desk, LOOPED)
    await asyncio.sleep(0.5)
    assert not await _shown(desk)
    await desk.write("/digest undo")
    assert (await desk.channel()).preferences.links


async def test_a_long_commentary_is_cut(desk: Desk) -> None:
    """A link stands in a conversation: what is shown under it is short."""
    (hit,) = (await desk.haru.archive.search(LOOPED, workspace=None, until=None, today=None)).hits[:1]
    for language in ("ko", "en"):
        text = json.dumps(unfurl(hit.entry, language=language), ensure_ascii=False)
        assert len(text) < COMMENTARY + 800
