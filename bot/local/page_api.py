"""What the page asks and does in a person's name; nothing here exists in the real Slack."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable

from aiohttp import web

from bot.local.app_client import AppClient
from bot.local.conversation_record import ConversationRecord
from bot.local.movable_clock import MovableClock
from bot.local.responses import Responses
from bot.local.state import Json, dump
from bot.local.team import Team
from bot.local.user_actions import RefusedError, UserActions
from bot.local.workspace_identity import BOT_USER_ID, TEAM_ID

FILE_BYTES = 10 * 1024 * 1024


class PageApi:
    """The routes under ``/local``. A refusal is answered 409 with a code the page has words for."""

    def __init__(
        self,
        team: Team,
        outbox: AppClient,
        answers: Responses,
        clock: MovableClock,
        *,
        commands: tuple[Json, ...],
        base_url: Callable[[], str],
    ) -> None:
        self._team = team
        self._outbox = outbox
        self._answers = answers
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
            web.post("/local/actions", self._press),
            web.post("/local/submissions", self._submit),
            web.post("/local/closings", self._close),
            web.post("/local/suggestions", self._suggest),
            web.post("/local/visits", self._visit),
            web.post("/local/channels", self._add_channel),
            web.post("/local/files", self._add_file),
        ]

    async def _people(self, request: web.Request) -> web.Response:
        """Whom one can act as, asked before one is anyone."""
        people = [one for one in self._team.users.all() if not one["is_bot"] and not one["deleted"]]
        return answer_json(
            {"people": [{key: one[key] for key in ("id", "real_name", "locale")} for one in people]}
        )

    async def _workspace(self, request: web.Request) -> web.Response:
        person = self._reader(request)
        rooms: ConversationRecord = self._team.conversations
        shown = [room for room in rooms.all() if not room["is_private"] or rooms.has(room["id"], person)]
        body: Json = {
            "team": TEAM_ID,
            "me": person,
            "bot": BOT_USER_ID,
            "clock": self._clock.now().isoformat(),
            "commands": self._commands,
            "people": [
                {
                    key: one[key]
                    for key in ("id", "name", "real_name", "locale", "tz", "color", "is_admin", "is_bot")
                }
                for one in self._team.users.all()
                if not one["deleted"]
            ],
            "channels": [
                {
                    "id": room["id"],
                    "name": room["name"],
                    "kind": room["kind"],
                    "private": room["is_private"],
                    "archived": room["is_archived"],
                    "members": rooms.members(room["id"]),
                    "unread": self._team.unread(person, room["id"]),
                }
                for room in shown
                if room["kind"] == "channel" or room["user"] == person
            ],
        }
        return answer_json(body)

    async def _messages(self, request: web.Request) -> web.Response:
        person = self._reader(request)
        room = request.query.get("channel", "")
        if self._team.conversations.get(room) is None:
            raise web.HTTPNotFound
        thread = request.query.get("thread")
        messages = self._team.messages.seen_by(person, room, thread=thread)
        read_until = self._team.read_until(person, room)
        if thread is None:
            self._team.read(person, room)
        unread = (one["ts"] for one in messages if float(one["ts"]) > read_until and not one["_ephemeral"])
        return answer_json({"messages": messages, "first_unread": next(unread, None)})

    async def _views(self, request: web.Request) -> web.Response:
        return answer_json({"views": self._team.views.stack(self._reader(request))})

    async def _home(self, request: web.Request) -> web.Response:
        return answer_json({"view": self._team.views.home(self._reader(request))})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        queue = self._team.page_events.open(self._reader(request))
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        try:
            await response.prepare(request)
            await response.write(b": hello\n\n")
            while True:
                try:
                    async with asyncio.timeout(15):
                        told = await queue.get()
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                if told is None:
                    break
                await response.write(f"data: {dump(told)}\n\n".encode())
        except ConnectionError:
            pass  # The page was closed.
        finally:
            self._team.page_events.shut(queue)
        return response

    async def _write(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        await self._visitor(body).write(
            str(body.get("channel")),
            str(body.get("text", "")),
            thread=body.get("thread"),
            files=[str(file) for file in body.get("files") or ()],
        )
        return answer_json({})

    async def _press(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        await self._visitor(body).press(
            block_id=str(body.get("block_id")),
            action_id=str(body.get("action_id")),
            chosen=body.get("chosen") or {},
            values=body.get("values") or {},
            channel=body.get("channel"),
            ts=body.get("ts"),
            view_id=body.get("view"),
        )
        return answer_json({})

    async def _submit(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        errors = await self._visitor(body).submit(str(body.get("view")), body.get("values") or {})
        return answer_json({"errors": errors})

    async def _close(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        everything = body.get("everything") is True
        await self._visitor(body).close(str(body.get("view")), everything=everything)
        return answer_json({})

    async def _suggest(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        options = await self._visitor(body).suggest(
            view_id=str(body.get("view")),
            block_id=str(body.get("block_id")),
            action_id=str(body.get("action_id")),
            value=str(body.get("value", "")),
        )
        return answer_json({"options": options})

    async def _visit(self, request: web.Request) -> web.Response:
        """A look at a channel, or at a tab of Haru's."""
        body = await read_body(request)
        visitor = self._visitor(body)
        if body.get("tab"):
            visitor.open_home(str(body["tab"]))
        else:
            visitor.read(str(body.get("channel")))
        return answer_json({})

    async def _add_channel(self, request: web.Request) -> web.Response:
        """``{"as": person, "name": …, "private": false, "members": […]}``"""
        body = await read_body(request)
        self._visitor(body)
        name = str(body.get("name", "")).strip().lstrip("#").replace(" ", "-").lower()[:80]
        if not name or self._team.conversations.named(name) is not None:
            raise RefusedError("name_taken")
        room = self._team.conversations.add(name, body["as"], private=body.get("private") is True)
        for person in body.get("members", ()):
            self._team.join(room, person, inviter=body["as"])
        self._team.page_events.tell("channels")
        return answer_json({"channel": room})

    async def _add_file(self, request: web.Request) -> web.Response:
        """A file's bytes as the body, its name in the query."""
        content = await request.read()
        if len(content) > FILE_BYTES:
            raise RefusedError("file_too_large")
        name = request.query.get("name", "file")
        file_id = "F" + secrets.token_hex(5).upper()
        url = f"{self._base_url()}/files/{file_id}"
        body: Json = {
            "id": file_id,
            "created": int(self._clock.now().timestamp()),
            "name": name,
            "title": name,
            "mimetype": request.content_type,
            "filetype": name.rpartition(".")[2].lower(),
            "user": self._reader(request),
            "size": len(content),
            "mode": "hosted",
            "is_external": False,
            "is_public": False,
            "url_private": url,
            "url_private_download": f"{url}?download=1",
        }
        self._team.state.write("INSERT INTO file VALUES (?, ?, ?)", file_id, dump(body), content)
        return answer_json({"file": body})

    def _reader(self, request: web.Request) -> str:
        person = request.query.get("as", "")
        found = self._team.users.get(person)
        if found is None or found["is_bot"]:
            raise web.HTTPNotFound(text="There is no such person.")
        return person

    def _visitor(self, body: Json) -> UserActions:
        names = tuple(command["name"] for command in self._commands)
        return UserActions(self._team, self._outbox, self._answers, str(body.get("as")), commands=names)


async def read_body(request: web.Request) -> Json:
    """A request's JSON object; 400 when it is none."""
    try:
        body = await request.json()
    except ValueError as error:
        raise web.HTTPBadRequest(text="This is not JSON.") from error
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="This is not a JSON object.")
    return body


def answer_json(body: Json) -> web.Response:
    """An answer in JSON, Korean left readable."""
    return web.json_response(body, dumps=lambda value: json.dumps(value, ensure_ascii=False))
