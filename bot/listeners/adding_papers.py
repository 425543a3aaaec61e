"""Digests that admins give from Slack: shared as files, or pasted; looked at, then kept.

Nothing waits in between: what is confirmed names the file (or is the text) and the hash
of what was shown, and is taken in only while it still is just that.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.plan import CATCH_UP
from bot.listeners.answering import IN_THE_ACK, guarded, language_for, tell
from bot.listeners.services import Asker, Services, asker_of, giver, language_of
from bot.messages import adding_papers
from bot.messages.action_ids import Callback
from bot.messages.adding_papers import Given, Trouble, Understood
from bot.messages.message import Message, View
from bot.workspaces.files import FileError
from digests.model import Document
from digests.sources.uploads import given_file, given_text, is_newsletter

log = structlog.stdlib.get_logger(__name__)

_SETTLED = 0.5
"""Seconds until Slack surely shows the view of an acknowledgement, so that the next one comes after it."""

_READS_FILES = "files:read"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a confirmation is about: a file's id or, without one, the text; and the hash of what was shown."""

    file_id: str
    sha256: str

    @property
    def value(self) -> str:
        return f"{self.file_id}:{self.sha256}"

    @classmethod
    def from_value(cls, value: str) -> Shown:
        return cls(*value.partition(":")[::2])


async def offer(services: Services, asker: Asker) -> Message:
    """`/digest add`: opens the form where a trigger allows it, and says how else it goes."""
    language = await _language(services, asker)
    if await giver(services, asker) is None:
        return adding_papers.not_allowed(language=language)
    if asker.trigger_id:
        await _open_form(services, asker, language)
    return adding_papers.offer(language=language)


async def open_form(services: Services, asker: Asker) -> None:
    """The button that opens the form; somebody who may not give is told so."""
    language = await _language(services, asker)
    if await giver(services, asker) is None:
        await tell(
            asker.client, asker.channel_id, asker.user_id, adding_papers.not_allowed(language=language)
        )
        return
    await _open_form(services, asker, language)


async def sent_directly(services: Services, asker: Asker, files: list[Any]) -> None:
    """Files in a direct message: each is answered, whatever it is."""
    language = await _language(services, asker)
    for file in files:
        shown = await guarded(
            _look_at(services, asker, _id(file), language), language=language_for(services, asker)
        )
        await asker.client.chat_postMessage(
            channel=asker.channel_id, text=shown.text, blocks=list(shown.blocks)
        )


async def shared_in_channel(services: Services, asker: Asker, file_id: str) -> None:
    """A file in a channel that Haru serves: only a newsletter, only of somebody who may give one, and
    only to them. Anything else shared there is not meant for Haru.
    """
    if asker.is_direct or await services.channels.get(asker.workspace, asker.channel_id) is None:
        return
    if await giver(services, asker, fresh=False) is None:
        return
    try:
        file = await services.files.fetch(asker.client, file_id)
    except FileError as error:
        log.info("file_left", why=error.trouble.value)
        return
    document = await asyncio.to_thread(given_file, file.name, file.content)
    if not is_newsletter(document):
        return
    language = await _language(services, asker)
    understood = await _take_in(services, asker, document, file.name, dry_run=True)
    value = Shown(file.id, _sha256(file.content)).value
    message = adding_papers.preview(understood, language=language, value=value)
    await tell(asker.client, asker.channel_id, asker.user_id, message)


async def keep(services: Services, asker: Asker, value: str) -> Message:
    """The button under a shared file: take it in, if it is still what was shown."""
    language = await _language(services, asker)
    return await _keep_file(services, asker, Shown.from_value(value), language)


async def dismiss(services: Services, asker: Asker) -> Message:
    """The other button: nothing is kept."""
    return adding_papers.dismissed(language=await _language(services, asker))


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the form's and the preview's submissions."""
    app.view(Callback.DIGEST_FORM.value)(_submission(services, _filled_in))
    app.view(Callback.DIGEST_CONFIRM.value)(_submission(services, _confirmed))


Submitted = Callable[[Services, Asker, dict[str, Any], str], Awaitable[View]]


def _submission(services: Services, handle: Submitted) -> Callable[..., Awaitable[None]]:
    """Answer a submission with the next page: in the acknowledgement if it is ready soon, else later."""

    async def listen(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        view = body["view"]
        channel_id, _, _ = str(view.get("private_metadata") or "").partition("|")
        asker = replace(asker_of(body, client), channel_id=channel_id if channel_id.isalnum() else "")
        language = await _language(services, asker)
        if view["callback_id"] == Callback.DIGEST_FORM and (errors := _errors(view, language)):
            await ack(response_action="errors", errors=errors)
            return
        work = asyncio.ensure_future(_page(services, asker, view, handle, language))
        done, _ = await asyncio.wait({work}, timeout=IN_THE_ACK)
        if done:
            await ack(response_action="update", view=work.result())
            return
        await ack(response_action="update", view=adding_papers.waiting(language=language))
        await asyncio.wait({work, asyncio.ensure_future(asyncio.sleep(_SETTLED))})
        await client.views_update(view_id=view["id"], view=work.result())

    return listen


async def _page(
    services: Services, asker: Asker, view: dict[str, Any], handle: Submitted, language: str
) -> View:
    """The next page, or a page with the words for what went wrong."""
    pages: list[View] = []

    async def work() -> Message:
        if await giver(services, asker) is None:
            return adding_papers.not_allowed(language=language)
        pages.append(await handle(services, asker, view, language))
        return Message("")

    failed = await guarded(work(), language=language_for(services, asker))
    return pages[0] if pages else adding_papers.told(failed, language=language)


async def _filled_in(services: Services, asker: Asker, view: dict[str, Any], language: str) -> View:
    text, files = _given(view)
    if not files:
        return await _preview_text(services, asker, text, language)
    file_id = _id(files[0])
    try:
        file = await services.files.fetch(asker.client, file_id)
    except FileError as error:
        name = str(files[0].get("name") or "")
        return adding_papers.told(
            adding_papers.trouble(error.trouble, language=language, name=name), language=language
        )
    document = await asyncio.to_thread(given_file, file.name, file.content)
    understood = await _take_in(services, asker, document, file.name, dry_run=True)
    if not understood.papers:
        return adding_papers.told(
            adding_papers.preview(understood, language=language, value=""), language=language
        )
    metadata = f"{asker.channel_id}|{Shown(file_id, _sha256(file.content)).value}"
    return adding_papers.preview_view(understood, language=language, metadata=metadata, text=None)


async def _confirmed(services: Services, asker: Asker, view: dict[str, Any], language: str) -> View:
    shown = Shown.from_value(str(view.get("private_metadata") or "").partition("|")[2])
    if shown.file_id:
        return adding_papers.told(await _keep_file(services, asker, shown, language), language=language)
    text, _ = _given(view)
    if _sha256(text.encode()) != shown.sha256:
        return await _preview_text(services, asker, text, language)
    understood = await _take_in(services, asker, given_text(text), "", dry_run=False)
    return adding_papers.told(adding_papers.kept(understood, language=language), language=language)


async def _preview_text(services: Services, asker: Asker, text: str, language: str) -> View:
    understood = await _take_in(services, asker, given_text(text), "", dry_run=True)
    if not understood.papers:
        return adding_papers.form(
            language=language,
            metadata=f"{asker.channel_id}|",
            with_file=await _may_read_files(services, asker),
            text=text,
            refused=understood,
        )
    metadata = f"{asker.channel_id}|{Shown('', _sha256(text.encode())).value}"
    return adding_papers.preview_view(understood, language=language, metadata=metadata, text=text)


async def _look_at(services: Services, asker: Asker, file_id: str, language: str) -> Message:
    if await giver(services, asker) is None:
        return adding_papers.not_allowed(language=language)
    try:
        file = await services.files.fetch(asker.client, file_id)
    except FileError as error:
        return adding_papers.trouble(error.trouble, language=language)
    document = await asyncio.to_thread(given_file, file.name, file.content)
    understood = await _take_in(services, asker, document, file.name, dry_run=True)
    return adding_papers.preview(
        understood, language=language, value=Shown(file.id, _sha256(file.content)).value
    )


async def _keep_file(services: Services, asker: Asker, shown: Shown, language: str) -> Message:
    if await giver(services, asker) is None:
        return adding_papers.not_allowed(language=language)
    try:
        file = await services.files.fetch(asker.client, shown.file_id)
    except FileError as error:
        return adding_papers.trouble(error.trouble, language=language)
    if _sha256(file.content) != shown.sha256:
        return adding_papers.trouble(Trouble.CHANGED, language=language, name=file.name)
    document = await asyncio.to_thread(given_file, file.name, file.content)
    understood = await _take_in(services, asker, document, file.name, dry_run=False)
    return adding_papers.kept(understood, language=language)


async def _take_in(
    services: Services, asker: Asker, document: Document, name: str, *, dry_run: bool
) -> Understood:
    """What taking it in as the workspace's own does; with ``dry_run`` what it would do."""
    now = services.clock.now()
    async with services.keeping:
        taken = [
            one
            async for one in services.archive.take_in(
                [document], now=now, workspace=asker.workspace, dry_run=dry_run
            )
        ]
    if not dry_run:
        log.info("digest_given", user=asker.user_id, status=taken[0].status.value)
        # A channel may be waiting for just this.
        await services.wake()
    day = taken[0].date
    return Understood(name, taken[0], posts=day is not None and day >= now.date() - CATCH_UP)


async def _open_form(services: Services, asker: Asker, language: str) -> None:
    view = adding_papers.form(
        language=language,
        metadata=f"{asker.channel_id}|",
        with_file=await _may_read_files(services, asker),
    )
    await asker.client.views_open(trigger_id=asker.trigger_id or "", view=view)


async def _may_read_files(services: Services, asker: Asker) -> bool:
    """Whether the workspace granted the scope; Slack opens no form with a file input without it."""
    installation = await services.installations.get(asker.workspace)
    return installation is not None and _READS_FILES in installation.scopes


async def _language(services: Services, asker: Asker) -> str:
    channel = await services.channels.get(asker.workspace, asker.channel_id) if asker.channel_id else None
    return await language_of(services, asker, channel)


def _given(view: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    values = view.get("state", {}).get("values", {})
    text = values.get(Given.TEXT.value, {}).get(Given.TEXT.value, {}).get("value")
    files = values.get(Given.FILE.value, {}).get(Given.FILE.value, {}).get("files")
    return str(text or ""), [file for file in files or [] if isinstance(file, dict)]


def _errors(view: dict[str, Any], language: str) -> dict[str, str]:
    text, files = _given(view)
    if not text.strip() and not files:
        return {Given.TEXT.value: adding_papers.nothing_given(language=language)}
    if text.strip() and files:
        return {Given.FILE.value: adding_papers.both_given(language=language)}
    return {}


def _id(file: object) -> str:
    return str(file.get("id") or "") if isinstance(file, dict) else ""


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
