"""The routes that the page calls on behalf of a user. The real Slack has none of them."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from urllib.parse import quote

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.local.app_client import AppClient
from bot.local.movable_clock import MovableClock
from bot.local.responses import Responses
from bot.local.state import Json, dump
from bot.local.team import Team
from bot.local.user_actions import ElementUse, RefusedError, UserActions
from bot.local.workspace_identity import BOT_USER_ID, TEAM_ID

FILE_BYTES = 10 * 1024 * 1024
"""How large an uploaded file may be."""
_KEEP_ALIVE_SECONDS = 15


class PageApi:
    """The routes under ``/local`` that show the workspace to a user and carry out their actions.

    Each request names its user as ``as``, in the query or in the JSON body. Nothing checks
    who is at the page, since everyone on the machine may act as anyone.
    """

    def __init__(
        self,
        team: Team,
        app_client: AppClient,
        responses: Responses,
        clock: MovableClock,
        *,
        commands: tuple[Json, ...],
        base_url: Callable[[], str],
    ) -> None:
        """``commands`` describes the app's slash commands: ``name``, ``about`` and ``hint`` of each."""
        self._team = team
        self._app_client = app_client
        self._responses = responses
        self._clock = clock
        self._commands = commands
        self._base_url = base_url

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/local/people", self._people),
            web.get("/local/workspace", self._workspace),
            web.get("/local/messages", self._messages),
            web.get("/local/views", self._views),
            web.get("/local/home", self._home),
            web.get("/local/stream", self._stream),
            web.post("/local/messages", self._write),
            web.post("/local/actions", self._use_element),
            web.post("/local/submissions", self._submit),
            web.post("/local/closings", self._close),
            web.post("/local/suggestions", self._suggest),
            web.post("/local/visits", self._visit),
            web.post("/local/channels", self._create_channel),
            web.post("/local/files", self._upload_file),
            web.get("/local/files/{file}", self._download_file),
        ]

    async def _people(self, request: web.Request) -> web.Response:
        """The users whom the page offers to act as. Needs no ``as``."""
        users = [user for user in self._team.users.all() if not user["is_bot"] and not user["deleted"]]
        names = ("id", "real_name", "locale")
        return json_response({"people": [{name: user[name] for name in names} for user in users]})

    async def _workspace(self, request: web.Request) -> web.Response:
        """Everything the page needs to draw its frame: users, visible conversations, commands, the clock."""
        user_id = self._user_id(request)
        user_fields = ("id", "name", "real_name", "locale", "tz", "color", "is_admin", "is_bot")
        users = [user for user in self._team.users.all() if not user["deleted"]]
        body: Json = {
            "team": TEAM_ID,
            "me": user_id,
            "bot": BOT_USER_ID,
            "clock": self._clock.now().isoformat(),
            "commands": self._commands,
            "people": [{name: user[name] for name in user_fields} for user in users],
            "channels": [
                self._conversation_summary(conversation, user_id)
                for conversation in self._team.conversations.all()
                if not conversation["is_private"] or self._team.conversations.has(conversation["id"], user_id)
            ],
        }
        return json_response(body)

    def _conversation_summary(self, conversation: Json, user_id: str) -> Json:
        return {
            "id": conversation["id"],
            "name": conversation["name"],
            "kind": conversation["kind"],
            "private": conversation["is_private"],
            "archived": conversation["is_archived"],
            "members": self._team.conversations.members(conversation["id"]),
            "unread": self._team.has_unread(user_id, conversation["id"]),
        }

    async def _messages(self, request: web.Request) -> web.Response:
        """The messages a user sees in a channel or thread. Reading a channel marks it as read."""
        user_id = self._user_id(request)
        channel_id = request.query.get("channel", "")
        if self._team.conversations.get(channel_id) is None:
            raise web.HTTPNotFound
        thread_ts = request.query.get("thread")
        messages = self._team.messages.seen_by(user_id, channel_id, thread_ts=thread_ts)
        last_read = self._team.last_read(user_id, channel_id)
        if thread_ts is None:
            self._team.mark_read(user_id, channel_id)
        first_unread = next(
            (
                message["ts"]
                for message in messages
                if float(message["ts"]) > last_read and not message["_ephemeral"]
            ),
            None,
        )
        return json_response({"messages": messages, "first_unread": first_unread})

    async def _views(self, request: web.Request) -> web.Response:
        return json_response({"views": self._team.modals.stack(self._user_id(request))})

    async def _home(self, request: web.Request) -> web.Response:
        return json_response({"view": self._team.app_homes.get(self._user_id(request))})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """The user's page events, as server-sent events."""
        queue = self._team.page_events.subscribe(self._user_id(request))
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        try:
            await response.prepare(request)
            await response.write(b": connected\n\n")
            while True:
                try:
                    async with asyncio.timeout(_KEEP_ALIVE_SECONDS):
                        event = await queue.get()
                except TimeoutError:
                    await response.write(b": keep-alive\n\n")
                    continue
                if event is None:
                    break
                await response.write(f"data: {dump(event)}\n\n".encode())
        except ConnectionError:
            pass  # The page was closed.
        finally:
            self._team.page_events.unsubscribe(queue)
        return response

    async def _write(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        await self._actions(body).write(
            str(body.get("channel")),
            str(body.get("text", "")),
            thread_ts=body.get("thread"),
            files=[str(file) for file in body.get("files") or ()],
        )
        return json_response({})

    async def _use_element(self, request: web.Request) -> web.Response:
        """Use an element of the view named ``view``, or of the message named ``channel`` and ``ts``."""
        body = await read_json(request)
        use = ElementUse(
            block_id=str(body.get("block_id")),
            action_id=str(body.get("action_id")),
            chosen=body.get("chosen") or {},
            values=body.get("values") or {},
        )
        actions = self._actions(body)
        if body.get("view") is not None:
            await actions.use_view_element(body["view"], use)
        else:
            await actions.use_message_element(str(body.get("channel")), str(body.get("ts")), use)
        return json_response({})

    async def _submit(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        errors = await self._actions(body).submit(str(body.get("view")), body.get("values") or {})
        return json_response({"errors": errors})

    async def _close(self, request: web.Request) -> web.Response:
        """Close the modal named ``view``, or with ``everything`` all open modals."""
        body = await read_json(request)
        all_views = body.get("everything") is True
        await self._actions(body).close(str(body.get("view")), all_views=all_views)
        return json_response({})

    async def _suggest(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        options = await self._actions(body).suggest(
            str(body.get("view")),
            str(body.get("block_id")),
            str(body.get("action_id")),
            str(body.get("value", "")),
        )
        return json_response({"options": options})

    async def _visit(self, request: web.Request) -> web.Response:
        """Record that the user looks at a ``channel``, or at a ``tab`` of Haru's."""
        body = await read_json(request)
        actions = self._actions(body)
        if body.get("tab"):
            actions.open_app_home(str(body["tab"]))
        else:
            actions.mark_read(str(body.get("channel")))
        return json_response({})

    async def _create_channel(self, request: web.Request) -> web.Response:
        """``{"as": user id, "name": …, "private": false}``"""
        body = await read_json(request)
        private = body.get("private") is True
        return json_response(
            {"channel": self._actions(body).create_channel(str(body.get("name", "")), private=private)}
        )

    async def _upload_file(self, request: web.Request) -> web.Response:
        """Store a file: its bytes are the request's body, its name is in the query."""
        content = await request.read()
        if len(content) > FILE_BYTES:
            raise RefusedError("file_too_large")
        name = request.query.get("name", "file")
        file_id = "F" + secrets.token_hex(5).upper()
        url = f"{self._base_url()}/files/{file_id}"
        file: Json = {
            "id": file_id,
            "created": int(self._clock.now().timestamp()),
            "name": name,
            "title": name,
            "mimetype": request.content_type,
            "filetype": name.rpartition(".")[2].lower(),
            "user": self._user_id(request),
            "size": len(content),
            "mode": "hosted",
            "is_external": False,
            "is_public": False,
            "url_private": url,
            "url_private_download": f"{url}?download=1",
        }
        self._team.files.add(file, content)
        return json_response({"file": file})

    async def _download_file(self, request: web.Request) -> web.Response:
        """A file's bytes, for the page."""
        file = self._team.files.get(request.match_info["file"])
        if file is None:
            raise web.HTTPNotFound
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file['name'])}"}
        content = self._team.files.content(file["id"]) or b""
        return web.Response(body=content, content_type="application/octet-stream", headers=headers)

    def _user_id(self, request: web.Request) -> str:
        """The ``as`` of a query. HTTPNotFound if it is not a person's id."""
        user_id = request.query.get("as", "")
        user = self._team.users.get(user_id)
        if user is None or user["is_bot"]:
            raise web.HTTPNotFound(text="There is no such person.")
        return user_id

    def _actions(self, body: Json) -> UserActions:
        names = tuple(command["name"] for command in self._commands)
        return UserActions(self._team, self._app_client, self._responses, str(body.get("as")), commands=names)


@web.middleware
async def refusals_as_409(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a RefusedError with status 409 and its code, for which the page has a text."""
    try:
        return await handler(request)
    except RefusedError as error:
        return web.json_response({"error": str(error)}, status=409)


async def read_json(request: web.Request) -> Json:
    """The JSON object in a request's body. HTTPBadRequest if the body is anything else."""
    try:
        body = await request.json()
    except ValueError as error:
        raise web.HTTPBadRequest(text="The request body is not JSON.") from error
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="The request body is not a JSON object.")
    return body


def json_response(body: Json) -> web.Response:
    """A JSON response with Korean text left readable."""
    return web.json_response(body, dumps=lambda value: json.dumps(value, ensure_ascii=False))
