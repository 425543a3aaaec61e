"""What a user does on the page: writes, runs commands, presses buttons, submits modals."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.local import payloads
from bot.local.api.call import ApiError
from bot.local.app_client import Ack, AppClient, NoAckError
from bot.local.modal_validation import input_errors
from bot.local.responses import Responses
from bot.local.state import Json
from bot.local.team import Team
from bot.local.typed_text import escape_typed_text
from bot.local.view_objects import ViewError

_SLACK_COMMANDS = (
    "/invite",
    "/remove",
    "/kick",
    "/join",
    "/leave",
    "/archive",
    "/unarchive",
    "/rename",
)
"""The commands that Slack itself carries out."""


class RefusedError(Exception):
    """The user's action is impossible, or the app did not answer it. The message is a code.

    The page has a text for the code in ``words.js``.
    """


@dataclass(frozen=True)
class ElementUse:
    """One use of an interactive element.

    ``chosen`` holds the fields the element contributes to the action, such as
    ``selected_option``; ``values`` is the ``state.values`` of the whole message or view.
    """

    block_id: str
    action_id: str
    chosen: Json = field(default_factory=dict)
    values: Json = field(default_factory=dict)


class UserActions:
    """Carries out one user's actions and sends them to the app. Does not draw anything.

    Each action raises RefusedError if it is impossible, with the code that Slack would
    show where the app fails to answer.
    """

    def __init__(
        self,
        team: Team,
        app_client: AppClient,
        responses: Responses,
        user_id: str,
        *,
        commands: tuple[str, ...],
    ) -> None:
        """``commands`` are the app's slash commands, each with its slash."""
        user = team.users.get(user_id)
        if user is None or user["is_bot"]:
            raise RefusedError("no_such_person")
        self._team = team
        self._app_client = app_client
        self._responses = responses
        self._commands = commands
        self._user = user

    async def write(
        self, channel_id: str, text: str, *, thread_ts: str | None = None, files: Sequence[str] = ()
    ) -> None:
        """Post a message with files, given by id. Text that starts with a slash runs a command instead."""
        conversation = self._conversation(channel_id)
        name, _, rest = text.strip().partition(" ")
        if name.startswith("/") and not files:
            if thread_ts is not None:
                raise RefusedError("command_in_thread")
            await self._run_command(conversation, name, rest.strip())
            return
        if conversation["is_archived"]:
            raise RefusedError("is_archived")
        if not self._team.conversations.has(conversation["id"], self._user["id"]):
            raise RefusedError("not_in_channel")
        shared = [self._file(file_id) for file_id in files]
        escaped = escape_typed_text(self._team, text)
        self._team.post_as_user(self._user, conversation, escaped, thread_ts=thread_ts, files=shared)

    async def use_message_element(self, channel_id: str, ts: str, use: ElementUse) -> None:
        """Use an interactive element of a message, which sends ``block_actions`` to the app."""
        conversation = self._conversation(channel_id)
        public = self._team.messages.get(conversation["id"], ts)
        message = public or self._team.messages.get_ephemeral(conversation["id"], ts, self._user["id"])
        if message is None:
            raise RefusedError("message_gone")
        fields = self._message_fields(conversation, message, is_ephemeral=public is None)
        fields["state"] = {"values": use.values}
        await self._send_block_action(
            message.get("blocks", []), use, self._team.triggers.issue(self._user["id"]), fields
        )

    async def use_view_element(self, view_id: str, use: ElementUse) -> None:
        """Use an interactive element of a modal or App Home, which sends ``block_actions`` to the app."""
        view = self._view(view_id)
        if view["type"] == "modal":
            view = self._team.modals.set_values(view_id, use.values) or view
        fields: Json = {"container": {"type": "view", "view_id": view_id}, "view": view}
        trigger_id = self._team.triggers.issue(self._user["id"], view_id=view_id)
        await self._send_block_action(view["blocks"], use, trigger_id, fields)

    async def submit(self, view_id: str, values: Json) -> Json:
        """Submit a modal. Returns the errors to show, by ``block_id``; empty if it was accepted."""
        view = self._view(view_id)
        errors = input_errors(view["blocks"], values)
        if errors:
            return errors
        view = self._team.modals.set_values(view_id, values) or view
        trigger_id = self._team.triggers.issue(self._user["id"], view_id=view_id)
        ack = await self._send_interaction(
            payloads.interaction(
                "view_submission", self._user, trigger_id=trigger_id, view=view, response_urls=[]
            )
        )
        return self._carry_out_response_action(view_id, ack.body or {})

    async def close(self, view_id: str, *, all_views: bool = False) -> None:
        """Close a modal, or the whole stack. The app hears of it if the view has ``notify_on_close``."""
        view = self._view(view_id)
        if all_views:
            self._team.modals.close_all(self._user["id"])
        else:
            self._team.modals.close(view_id)
        self._team.page_events.publish("views", user_id=self._user["id"])
        if view["notify_on_close"]:
            await self._send_interaction(
                payloads.interaction("view_closed", self._user, view=view, is_cleared=all_views)
            )

    async def suggest(self, view_id: str, block_id: str, action_id: str, typed: str) -> list[Json]:
        """The options that the app offers in an external menu for what has been typed."""
        ack = await self._send_interaction(
            payloads.interaction(
                "block_suggestion",
                self._user,
                view=self._view(view_id),
                container={"type": "view", "view_id": view_id},
                block_id=block_id,
                action_id=action_id,
                value=typed,
            )
        )
        options: list[Json] = (ack.body or {}).get("options", [])
        return options

    def open_app_home(self, tab: str) -> None:
        """Open a tab of Haru's, ``home`` or ``messages``, which sends ``app_home_opened`` to the app."""
        event: Json = {
            "type": "app_home_opened",
            "user": self._user["id"],
            "channel": self._team.conversations.direct_message(self._user["id"])["id"],
            "tab": tab,
        }
        home = self._team.app_homes.get(self._user["id"])
        if tab == "home" and home is not None:
            event["view"] = home
        self._team.send_event(event)

    def mark_read(self, channel_id: str) -> None:
        """Record that the user has read everything in a conversation."""
        self._team.mark_read(self._user["id"], self._conversation(channel_id)["id"])

    def create_channel(self, name: str, *, private: bool) -> Json:
        """Create a channel with the user in it. The name is normalised as Slack does."""
        normalised = name.strip().lstrip("#").replace(" ", "-").lower()[:80]
        if not normalised or self._team.conversations.find_channel(normalised) is not None:
            raise RefusedError("name_taken")
        channel = self._team.conversations.add(normalised, self._user["id"], private=private)
        self._team.page_events.publish("channels")
        return channel

    async def _run_command(self, conversation: Json, name: str, text: str) -> None:
        if name in _SLACK_COMMANDS:
            self._run_slack_command(conversation, name, text)
            return
        if name not in self._commands:
            raise RefusedError("unknown_command")
        token = self._team.response_urls.issue(self._user["id"], conversation["id"])
        payload = payloads.command(
            self._user,
            conversation,
            name,
            escape_typed_text(self._team, text, command=True),
            trigger_id=self._team.triggers.issue(self._user["id"]),
            response_url=self._responses.url(token),
        )
        try:
            ack = await self._app_client.send_command(payload)
        except NoAckError as error:
            raise RefusedError(str(error)) from error
        content = ack.body if ack.body is not None else {"text": ack.text}
        if content.get("text") or content.get("blocks"):
            try:
                self._responses.acknowledge(token, content)
            except ApiError as error:
                raise RefusedError(error.code) from error

    def _run_slack_command(self, conversation: Json, name: str, text: str) -> None:
        if conversation["kind"] == "im":
            raise RefusedError("not_here")
        user_id = self._user["id"]
        if name in ("/invite", "/remove", "/kick"):
            other = self._team.users.find_by_name(text.removeprefix("@").strip())
            if other is None:
                raise RefusedError("no_such_person")
            if name == "/invite":
                self._team.join(conversation, other["id"], inviter_id=user_id)
            else:
                self._team.leave(conversation, other["id"])
        elif name == "/join":
            self._team.join(conversation, user_id)
        elif name == "/leave":
            self._team.leave(conversation, user_id)
        elif name == "/rename":
            self._rename(conversation, text)
        else:
            self._team.set_archived(conversation, user_id, name == "/archive")

    def _rename(self, conversation: Json, text: str) -> None:
        name = text.strip().removeprefix("#")
        if not name or " " in name or self._team.conversations.find_channel(name) is not None:
            raise RefusedError("name_taken")
        self._team.rename(conversation, name)

    async def _send_block_action(
        self, blocks: list[Json], use: ElementUse, trigger_id: str, fields: Json
    ) -> None:
        action = _element_fields(blocks, use) | use.chosen | {"action_ts": f"{time.time():.6f}"}
        await self._send_interaction(
            payloads.interaction(
                "block_actions", self._user, trigger_id=trigger_id, actions=[action], **fields
            )
        )

    def _message_fields(self, conversation: Json, message: Json, *, is_ephemeral: bool) -> Json:
        """The fields of a ``block_actions`` payload that describe the message it comes from."""
        container: Json = {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": conversation["id"],
            "is_ephemeral": is_ephemeral,
        }
        if message.get("thread_ts"):
            container["thread_ts"] = message["thread_ts"]
        token = self._team.response_urls.issue(self._user["id"], conversation["id"], message_ts=message["ts"])
        fields: Json = {
            "container": container,
            "channel": {"id": conversation["id"], "name": payloads.conversation_name(conversation)},
            "response_url": self._responses.url(token),
        }
        # Slack leaves the message out of the payload if it is ephemeral.
        return fields if is_ephemeral else fields | {"message": message}

    def _carry_out_response_action(self, view_id: str, body: Json) -> Json:
        """Do what the app's answer to a submission says. Returns the errors it reports, if any.

        https://docs.slack.dev/surfaces/modals#response_actions
        """
        user_id, modals = self._user["id"], self._team.modals
        action = body.get("response_action")
        try:
            if action == "errors":
                errors: Json = body.get("errors") or {}
                return errors
            if action == "update":
                modals.update(view_id, body["view"])
            elif action == "push":
                modals.push(user_id, body["view"])
            elif action == "clear":
                modals.close_all(user_id)
            elif action is None:
                modals.close(view_id)
            else:
                raise RefusedError("invalid_response_action")
        except (ViewError, KeyError) as error:
            raise RefusedError("invalid_view") from error
        self._team.page_events.publish("views", user_id=user_id)
        return {}

    async def _send_interaction(self, payload: Json) -> Ack:
        try:
            return await self._app_client.send_interaction(payload)
        except NoAckError as error:
            raise RefusedError(str(error)) from error

    def _conversation(self, channel_id: str) -> Json:
        """A conversation that the user can see: public, or one they are in."""
        found = self._team.conversations.get(channel_id)
        if found is None or (
            found["is_private"] and not self._team.conversations.has(channel_id, self._user["id"])
        ):
            raise RefusedError("no_such_channel")
        return found

    def _file(self, file_id: str) -> Json:
        file = self._team.files.get(file_id)
        if file is None or file["user"] != self._user["id"]:
            raise RefusedError("no_such_file")
        return file

    def _view(self, view_id: str) -> Json:
        """The user's App Home or open modal with this id."""
        home = self._team.app_homes.get(self._user["id"])
        if home is not None and home["id"] == view_id:
            return home
        stack = self._team.modals.stack(self._user["id"])
        view = next((modal for modal in stack if modal["id"] == view_id), None)
        if view is None:
            raise RefusedError("view_gone")
        return view


def _element_fields(blocks: list[Json], use: ElementUse) -> Json:
    """The fields of an action that come from the element itself. RefusedError if it does not exist."""
    for block in blocks:
        if block.get("block_id") != use.block_id:
            continue
        for element in (*block.get("elements", ()), block.get("accessory"), block.get("element")):
            if element and element.get("action_id", "") == use.action_id:
                names = ("type", "text", "value", "style", "placeholder")
                fields = {name: element[name] for name in names if name in element}
                return {"action_id": use.action_id, "block_id": use.block_id, **fields}
    raise RefusedError("element_gone")
