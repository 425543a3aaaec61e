"""What a person does at the page, and what the app is told of it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from bot.local import payloads
from bot.local.api.call import ApiError
from bot.local.app_client import AppClient, NoAnswerError
from bot.local.modal_validation import complaints
from bot.local.modals import ViewError
from bot.local.responses import Responses
from bot.local.state import Json, load
from bot.local.team import Team
from bot.local.typed_text import written

COMMANDS = ("/paper", "/tag", "/digest", "/haru")


class RefusedError(Exception):
    """The page asked for something that cannot be done; the message is a code the page knows."""


class UserActions:
    """One person acting. Every failure of the app comes back as a code, as Slack would show it."""

    def __init__(
        self,
        team: Team,
        outbox: AppClient,
        answers: Responses,
        person: str,
        *,
        commands: tuple[str, ...] = COMMANDS,
    ) -> None:
        found = team.users.get(person)
        if found is None or found["is_bot"]:
            raise RefusedError("no_such_person")
        self._team = team
        self._outbox = outbox
        self._answers = answers
        self._commands = commands
        self._person = found

    async def write(
        self, room_id: str, text: str, *, thread: str | None = None, files: Sequence[str] = ()
    ) -> None:
        """Say something, share files, or run a command when it begins with a slash and brings no file."""
        room = self._room(room_id)
        name, _, rest = text.strip().partition(" ")
        if name.startswith("/") and not files:
            if thread is not None:
                raise RefusedError("command_in_thread")
            await self._command(room, name, rest.strip())
            return
        if room["is_archived"]:
            raise RefusedError("is_archived")
        if not self._team.conversations.has(room["id"], self._person["id"]):
            raise RefusedError("not_in_channel")
        shared = [self._file(file_id) for file_id in files]
        self._team.speak(self._person, room, written(self._team, text), thread=thread, files=shared)

    async def press(
        self,
        *,
        block_id: str,
        action_id: str,
        chosen: Json,
        values: Json,
        channel: str | None = None,
        ts: str | None = None,
        view_id: str | None = None,
    ) -> None:
        """Use an element of a message or a view: ``chosen`` is what it then holds."""
        if view_id is not None:
            view = self._view(view_id)
            facts: Json = {"container": {"type": "view", "view_id": view_id}}
            if view["type"] == "modal":
                view = self._team.views.fill(view_id, values) or view
            facts["view"] = view
            blocks = view["blocks"]
            trigger = self._team.triggers.issue(self._person["id"], view=view_id)
        else:
            room = self._room(channel or "")
            message = self._team.messages.get(room["id"], ts or "")
            ephemeral = message is None
            shown = message or self._team.messages.ephemeral(room["id"], ts or "", self._person["id"])
            if shown is None:
                raise RefusedError("message_gone")
            blocks = shown.get("blocks", [])
            facts = self._about_message(room, shown, ephemeral)
            facts["state"] = {"values": values}
            trigger = self._team.triggers.issue(self._person["id"], channel=room["id"])
        action = _action(blocks, block_id, action_id) | chosen
        action["action_ts"] = f"{time.time():.6f}"
        await self._told(
            payloads.interaction("block_actions", self._person, trigger=trigger, actions=[action], **facts)
        )

    async def submit(self, view_id: str, values: Json) -> Json:
        """Submit a modal; gives the errors to show, by block, empty when it was taken."""
        view = self._view(view_id)
        errors = complaints(view["blocks"], values)
        if errors:
            return errors
        view = self._team.views.fill(view_id, values) or view
        trigger = self._team.triggers.issue(self._person["id"], view=view_id)
        payload = payloads.interaction(
            "view_submission", self._person, trigger=trigger, view=view, response_urls=[]
        )
        try:
            answer = await self._outbox.interaction(payload)
        except NoAnswerError as error:
            raise RefusedError(str(error)) from error
        return self._respond(view_id, answer.body or {})

    async def close(self, view_id: str, *, everything: bool = False) -> None:
        """Close a modal, or all of them; the app is told where it wants to know."""
        view = self._view(view_id)
        closing = self._team.views.stack(self._person["id"]) if everything else [view]
        for one in closing:
            self._team.views.close(one["id"])
        self._team.page_events.tell("views", person=self._person["id"])
        if view["notify_on_close"]:
            await self._told(
                payloads.interaction("view_closed", self._person, view=view, is_cleared=everything)
            )

    async def suggest(self, *, view_id: str, block_id: str, action_id: str, value: str) -> list[Json]:
        """What an external menu offers for the letters typed."""
        payload = payloads.interaction(
            "block_suggestion",
            self._person,
            view=self._view(view_id),
            container={"type": "view", "view_id": view_id},
            block_id=block_id,
            action_id=action_id,
            value=value,
        )
        try:
            answer = await self._outbox.interaction(payload)
        except NoAnswerError as error:
            raise RefusedError(str(error)) from error
        options: list[Json] = (answer.body or {}).get("options", [])
        return options

    def open_home(self, tab: str) -> None:
        """Look at Haru's App Home or its messages."""
        room = self._team.conversations.direct_message(self._person["id"])
        event: Json = {
            "type": "app_home_opened",
            "user": self._person["id"],
            "channel": room["id"],
            "tab": tab,
        }
        home = self._team.views.home(self._person["id"])
        if tab == "home" and home is not None:
            event["view"] = home
        self._team.event(event)

    def read(self, room_id: str) -> None:
        self._team.read(self._person["id"], self._room(room_id)["id"])

    async def _command(self, room: Json, name: str, text: str) -> None:
        if name in ("/invite", "/remove", "/kick", "/join", "/leave", "/archive", "/unarchive", "/rename"):
            self._builtin(room, name, text)
            return
        if name not in self._commands:
            raise RefusedError("unknown_command")
        token = self._team.response_urls.issue(self._person["id"], room["id"])
        payload = payloads.command(
            self._person,
            room,
            name,
            written(self._team, text, command=True),
            trigger=self._team.triggers.issue(self._person["id"], channel=room["id"]),
            response_url=self._answers.url(token),
        )
        try:
            answer = await self._outbox.command(payload)
        except NoAnswerError as error:
            raise RefusedError(str(error)) from error
        content = answer.body if answer.body is not None else {"text": answer.text}
        if content.get("text") or content.get("blocks"):
            try:
                self._answers.give(token, content)
            except ApiError as error:
                raise RefusedError(error.code) from error

    def _builtin(self, room: Json, name: str, text: str) -> None:
        if room["kind"] == "im":
            raise RefusedError("not_here")
        me = self._person["id"]
        if name in ("/invite", "/remove", "/kick"):
            who = self._team.users.named(text.removeprefix("@").strip())
            if who is None:
                raise RefusedError("no_such_person")
            if name == "/invite":
                self._team.join(room, who["id"], inviter=me)
            else:
                self._team.leave(room, who["id"])
        elif name == "/join":
            self._team.join(room, me)
        elif name == "/leave":
            self._team.leave(room, me)
        elif name == "/rename":
            self._rename(room, text)
        else:
            self._team.archive(room, me, archived=name == "/archive")

    def _rename(self, room: Json, text: str) -> None:
        name = text.strip().removeprefix("#")
        if not name or " " in name or self._team.conversations.named(name) is not None:
            raise RefusedError("name_taken")
        self._team.rename(room, name)

    def _about_message(self, room: Json, shown: Json, ephemeral: bool) -> Json:
        container: Json = {
            "type": "message",
            "message_ts": shown["ts"],
            "channel_id": room["id"],
            "is_ephemeral": ephemeral,
        }
        thread = shown.get("thread_ts")
        if thread:
            container["thread_ts"] = thread
        token = self._team.response_urls.issue(
            self._person["id"], room["id"], message=shown["ts"], thread=thread
        )
        facts: Json = {
            "container": container,
            "channel": {"id": room["id"], "name": payloads.room_name(room)},
            "response_url": self._answers.url(token),
        }
        # Slack leaves the message out where only one person sees it.
        return facts if ephemeral else facts | {"message": shown}

    def _respond(self, view_id: str, body: Json) -> Json:
        person = self._person["id"]
        views = self._team.views
        action = body.get("response_action")
        try:
            if action == "errors":
                errors: Json = body.get("errors") or {}
                return errors
            if action == "update":
                views.update(body["view"], view_id=view_id, external_id=None, known=None)
            elif action == "push":
                views.push(person, body["view"])
            elif action == "clear":
                views.clear(person)
            elif action is None:
                views.close(view_id)
            else:
                raise RefusedError("invalid_response_action")
        except (ViewError, KeyError) as error:
            raise RefusedError("invalid_view") from error
        self._team.page_events.tell("views", person=person)
        return {}

    async def _told(self, payload: Json) -> None:
        try:
            await self._outbox.interaction(payload)
        except NoAnswerError as error:
            raise RefusedError(str(error)) from error

    def _room(self, room_id: str) -> Json:
        room = self._team.conversations.get(room_id)
        hidden = room is not None and room["is_private"]
        if room is None or (hidden and not self._team.conversations.has(room_id, self._person["id"])):
            raise RefusedError("no_such_channel")
        return room

    def _file(self, file_id: str) -> Json:
        row = self._team.state.row("SELECT body FROM file WHERE id = ?", file_id)
        file = load(row["body"]) if row else None
        if file is None or file["user"] != self._person["id"]:
            raise RefusedError("no_such_file")
        return file

    def _view(self, view_id: str) -> Json:
        home = self._team.views.home(self._person["id"])
        if home is not None and home["id"] == view_id:
            return home
        view = next((one for one in self._team.views.stack(self._person["id"]) if one["id"] == view_id), None)
        if view is None:
            raise RefusedError("view_gone")
        return view


def _action(blocks: list[Json], block_id: str, action_id: str) -> Json:
    """The fixed part of an action: what the pressed element itself says."""
    for block in blocks:
        if block.get("block_id") != block_id:
            continue
        for element in (*block.get("elements", ()), block.get("accessory"), block.get("element")):
            if element and element.get("action_id", "") == action_id:
                kept = ("type", "text", "value", "style", "placeholder")
                found = {key: element[key] for key in kept if key in element}
                return {"action_id": action_id, "block_id": block_id, **found}
    raise RefusedError("element_gone")
