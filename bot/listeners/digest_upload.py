"""Digests that admins add from Slack as files or pasted text: shown first, kept when confirmed.

Nothing is stored in between. The confirmation names the file (pasted text is in the modal itself) and the
hash of what was shown, and the digest is kept only if it still has that hash.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners.button_press import ButtonPress
from bot.listeners.error_answers import result_or_failure
from bot.listeners.permission_checks import refusal_to_add_papers
from bot.listeners.replies import answer_in_channel, send_privately
from bot.listeners.request import Request
from bot.listeners.services import Services
from bot.listeners.timely_answer import answer_submission
from bot.messages import adding_papers, refusals
from bot.messages.action_ids import Callback
from bot.messages.adding_papers import FormInput
from bot.messages.message import Message, View
from bot.shared_file import FileError, FileProblem, SharedFile
from bot.workspaces.slack_errors import call
from digests.model import Document
from digests.sources.uploads import is_newsletter, pasted_document, uploaded_document

log = structlog.stdlib.get_logger(__name__)

_READ_FILES_SCOPE = "files:read"


@dataclass(frozen=True, slots=True)
class ShownDigest:
    """What a confirmation is about: the file's id, empty for pasted text, and the hash of what was shown."""

    file_id: str
    sha256: str

    @property
    def value(self) -> str:
        """The value of the button that confirms it."""
        return f"{self.file_id}:{self.sha256}"

    @classmethod
    def from_value(cls, value: str) -> ShownDigest:
        """Read the value of a button back."""
        file_id, _, sha256 = value.partition(":")
        return cls(file_id, sha256)


async def offer_form(request: Request) -> Message:
    """`/digest add`: opens the form if the request can open a modal, and explains the other ways."""
    if refusal := await refusal_to_add_papers(request):
        return refusal
    if request.trigger_id:
        await _open_form(request)
    return adding_papers.offer(language=await request.language())


async def answer_direct_files(request: Request, files: list[Any]) -> None:
    """Answer each file that was sent in a direct message with what Haru read in it."""
    for file in files:
        preview = _preview_file(request, _file_id(file))
        answer = await result_or_failure(preview, request)
        await answer_in_channel(request, answer, thread_ts=request.thread_ts)


async def offer_shared_file(request: Request, file_id: str) -> None:
    """Offer to add a file that was shared in a channel, to the person who shared it alone.

    Only newsletters, only in channels Haru knows, and only for a person who may add papers: any other file
    is not meant for Haru.
    """
    if request.is_direct or await request.known_channel() is None:
        return
    if not (await request.rights(fresh=False)).may_add_papers:
        return
    try:
        file, document = await _fetch(request, file_id)
    except FileError as error:
        log.info("file_ignored", reason=error.problem.value)
        return
    if is_newsletter(document):
        await send_privately(request, await _file_preview(request, file, document))


async def open_form(press: ButtonPress) -> None:
    """Open the form where the person may add papers."""
    if refusal := await refusal_to_add_papers(press.request):
        await send_privately(press.request, refusal)
        return
    await _open_form(press.request)


async def keep(press: ButtonPress) -> None:
    """Add the papers of a file that was shown, if it is still the same."""
    await press.replace_message(await _keep_file(press.request, ShownDigest.from_value(press.value)))


async def dismiss(press: ButtonPress) -> None:
    """Add nothing of a file that was shown."""
    await press.replace_message(adding_papers.discarded(language=await press.request.language()))


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the submissions of the form and of its preview."""
    app.view(Callback.DIGEST_FORM.value)(_submission(services, _form_submitted))
    app.view(Callback.DIGEST_CONFIRM.value)(_submission(services, _preview_confirmed))


Submitted = Callable[[Request, dict[str, Any]], Awaitable[View]]
"""Gives the view that follows a submitted one."""


def _submission(services: Services, handler: Submitted) -> Callable[..., Awaitable[None]]:
    async def listen(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        view = body["view"]
        channel_id, _, _ = str(view.get("private_metadata") or "").partition("|")
        request = Request.from_body(services, body, client).in_channel(
            channel_id if channel_id.isalnum() else ""
        )
        language = await request.language()
        if view["callback_id"] == Callback.DIGEST_FORM and (errors := _form_errors(view, language)):
            await ack(response_action="errors", errors=errors)
            return
        waiting = adding_papers.waiting_modal(language=language)
        await answer_submission(ack, request, view["id"], _next_view(request, view, handler), waiting=waiting)

    return listen


async def _next_view(request: Request, view: dict[str, Any], handler: Submitted) -> View:
    """The view that follows, or one that says why there is none."""

    async def checked() -> View | Message:
        return await refusal_to_add_papers(request) or await handler(request, view)

    result = await result_or_failure(checked(), request)
    return await _told(request, result) if isinstance(result, Message) else result


async def _form_submitted(request: Request, view: dict[str, Any]) -> View:
    """The preview of what the form holds, or why it cannot be read."""
    text, files = _form_content(view)
    if not files:
        return await _text_preview_view(request, text)
    language = await request.language()
    try:
        file, document = await _fetch(request, _file_id(files[0]))
    except FileError as error:
        name = str(files[0].get("name") or "")
        return await _told(request, refusals.unreadable_file(error.problem, language=language, name=name))
    understood = await request.services.workspace_digests.preview(document, request.workspace, name=file.name)
    if not understood.papers:
        return await _told(request, adding_papers.preview_message(understood, language=language, value=""))
    metadata = _metadata(request, ShownDigest(file.id, _sha256(file.content)))
    return adding_papers.preview_modal(understood, language=language, metadata=metadata, text=None)


async def _preview_confirmed(request: Request, view: dict[str, Any]) -> View:
    """What became of a confirmed digest. Text that was edited in the preview is shown once more instead."""
    shown = ShownDigest.from_value(str(view.get("private_metadata") or "").partition("|")[2])
    if shown.file_id:
        return await _told(request, await _keep_file(request, shown))
    text, _ = _form_content(view)
    if _sha256(text.encode()) != shown.sha256:
        return await _text_preview_view(request, text)
    understood = await request.services.workspace_digests.add(
        pasted_document(text), request.workspace, user_id=request.user_id
    )
    return await _told(request, adding_papers.added(understood, language=await request.language()))


async def _text_preview_view(request: Request, text: str) -> View:
    """The preview of pasted text; the form again, with the reasons, if no paper in it can be read."""
    language = await request.language()
    understood = await request.services.workspace_digests.preview(pasted_document(text), request.workspace)
    if not understood.papers:
        return adding_papers.form(
            language=language,
            metadata=_metadata(request),
            with_file=await _may_read_files(request),
            text=text,
            refused=understood,
        )
    metadata = _metadata(request, ShownDigest("", _sha256(text.encode())))
    return adding_papers.preview_modal(understood, language=language, metadata=metadata, text=text)


async def _preview_file(request: Request, file_id: str) -> Message:
    if refusal := await refusal_to_add_papers(request):
        return refusal
    try:
        file, document = await _fetch(request, file_id)
    except FileError as error:
        return refusals.unreadable_file(error.problem, language=await request.language())
    return await _file_preview(request, file, document)


async def _file_preview(request: Request, file: SharedFile, document: Document) -> Message:
    understood = await request.services.workspace_digests.preview(document, request.workspace, name=file.name)
    value = ShownDigest(file.id, _sha256(file.content)).value
    return adding_papers.preview_message(understood, language=await request.language(), value=value)


async def _keep_file(request: Request, shown: ShownDigest) -> Message:
    if refusal := await refusal_to_add_papers(request):
        return refusal
    language = await request.language()
    try:
        file, document = await _fetch(request, shown.file_id)
    except FileError as error:
        return refusals.unreadable_file(error.problem, language=language)
    if _sha256(file.content) != shown.sha256:
        return refusals.unreadable_file(FileProblem.CHANGED, language=language, name=file.name)
    understood = await request.services.workspace_digests.add(
        document, request.workspace, user_id=request.user_id, name=file.name
    )
    return adding_papers.added(understood, language=language)


async def _fetch(request: Request, file_id: str) -> tuple[SharedFile, Document]:
    """The file and the document in it. Raises FileError with the reason why it cannot be had."""
    file = await request.services.files.fetch(request.client, file_id)
    # Reading a large file takes long enough to hold up other answers.
    return file, await asyncio.to_thread(uploaded_document, file.name, file.content)


async def _open_form(request: Request) -> None:
    view = adding_papers.form(
        language=await request.language(),
        metadata=_metadata(request),
        with_file=await _may_read_files(request),
    )
    await call(request.client.views_open(trigger_id=request.trigger_id or "", view=view))


async def _may_read_files(request: Request) -> bool:
    """Whether the workspace granted Haru files. Without that Slack opens no form with a file input."""
    installation = await request.installation()
    return installation is not None and _READ_FILES_SCOPE in installation.scopes


async def _told(request: Request, message: Message) -> View:
    """A modal with nothing but this message."""
    return adding_papers.message_modal(message, language=await request.language())


def _metadata(request: Request, shown: ShownDigest | None = None) -> str:
    """What the modal keeps: the channel it was opened in, and what it shows."""
    return f"{request.channel_id}|{shown.value if shown else ''}"


def _form_content(view: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """The pasted text and the chosen files in a submitted form."""
    values = view.get("state", {}).get("values", {})
    text = values.get(FormInput.TEXT.value, {}).get(FormInput.TEXT.value, {}).get("value")
    files = values.get(FormInput.FILE.value, {}).get(FormInput.FILE.value, {}).get("files")
    return str(text or ""), [file for file in files or [] if isinstance(file, dict)]


def _form_errors(view: dict[str, Any], language: str) -> dict[str, str]:
    """Errors by block id: the form takes either text or a file."""
    text, files = _form_content(view)
    if not text.strip() and not files:
        return {FormInput.TEXT.value: adding_papers.neither_text_nor_file(language=language)}
    if text.strip() and files:
        return {FormInput.FILE.value: adding_papers.both_text_and_file(language=language)}
    return {}


def _file_id(file: object) -> str:
    return str(file.get("id") or "") if isinstance(file, dict) else ""


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
